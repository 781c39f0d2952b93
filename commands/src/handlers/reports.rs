//! Reports to the moderators.

use domain::r#match::Match;
use domain::message::Message;
use domain::report::{Filing, Grounds, Outcome, Report, ReportCommand, ReportError};
use domain::values::account::Role;
use domain::values::encryption::MessageKey;
use domain::values::ids::{MatchId, MessageId, ReportId, UserId};
use domain::values::text::{ReportDetails, Resolution};

use franking::Place;

use crate::executor::Begin;
use crate::{CommandError, Commands, Context, Done};

#[derive(Clone, Debug)]
pub struct NewReport {
    pub reported: UserId,
    pub grounds: Grounds,
    pub details: Option<ReportDetails>,
    pub match_id: Option<MatchId>,
    pub message_id: Option<MessageId>,
    /// Reveals the message, where it is encrypted.
    pub message_key: Option<MessageKey>,
}

impl Commands {
    pub async fn file_report(
        &self,
        context: &Context,
        new: NewReport,
    ) -> Result<Done<ReportId>, CommandError> {
        let reporter = context.person()?;
        if self.account(new.reported).await?.active().is_none() {
            return Err(CommandError::NotFound("user"));
        }
        self.check_evidence(reporter, &new).await?;
        let NewReport { reported, grounds, details, match_id, message_id, message_key } = new;
        let filing =
            Filing { reporter, reported, grounds, details, match_id, message_id, message_key };
        let id = ReportId::new().uuid();
        let command = ReportCommand::File(filing);
        let done = self.store.execute::<Report>(Begin::New, id, command, context).await?;
        Ok(done.map(ReportId::from_uuid))
    }

    /// A report points at what its reporter can see, and at what the reported person did.
    async fn check_evidence(&self, reporter: UserId, new: &NewReport) -> Result<(), CommandError> {
        if let Some(id) = new.match_id {
            let reported = self.store.load::<Match>(id.uuid()).await?.aggregate;
            let partner = reported.pair().and_then(|pair| pair.partner_of(reporter));
            if partner != Some(new.reported) {
                return Err(CommandError::NotFound("match"));
            }
        }
        if let Some(id) = new.message_id {
            let message = self.store.load::<Message>(id.uuid()).await?.aggregate;
            let (Message::Posted { original, .. } | Message::Retracted { original }) = message
            else {
                return Err(CommandError::NotFound("message"));
            };
            let theirs = original.author == new.reported;
            if !theirs || !self.may_enter(original.room, reporter).await? {
                return Err(CommandError::NotFound("message"));
            }
            if let Some(key) = &new.message_key {
                let place = Place { room: original.room, message: id, author: original.author };
                franking::open(original.content.as_str(), key, place)
                    .map_err(|_| ReportError::KeyDoesNotFit)?;
            }
        } else if new.message_key.is_some() {
            return Err(ReportError::KeyDoesNotFit.into());
        }
        Ok(())
    }

    /// Refuses who may not read or close reports about `reported`. One about oneself is not there,
    /// and those about moderators and admins are for admins.
    pub async fn require_judge_of(&self, reported: UserId, by: UserId) -> Result<(), CommandError> {
        self.require_role(by, Role::Moderator).await?;
        if by == reported {
            return Err(CommandError::NotFound("report"));
        }
        self.require_rank_above(by, &self.account(reported).await?).await
    }

    pub async fn resolve_report(
        &self,
        context: &Context,
        id: ReportId,
        resolution: Resolution,
        outcome: Option<Outcome>,
    ) -> Result<Done<ReportId>, CommandError> {
        let by = context.person()?;
        match self.store.load::<Report>(id.uuid()).await?.aggregate {
            Report::Open { filing } => self.require_judge_of(filing.reported, by).await?,
            Report::Unfiled | Report::Resolved => self.require_role(by, Role::Moderator).await?,
        }
        let command = ReportCommand::Resolve { by, resolution, outcome };
        let done = self
            .store
            .execute::<Report>(Begin::Existing, id.uuid(), command, context)
            .await
            .map_err(|error| match error {
                CommandError::Report(ReportError::NoReport) => CommandError::NotFound("report"),
                other => other,
            })?;
        Ok(done.map(ReportId::from_uuid))
    }
}
