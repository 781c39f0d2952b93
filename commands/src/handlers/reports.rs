//! Reports to the moderators.

use domain::report::{Filing, Grounds, Report, ReportCommand, ReportError};
use domain::values::account::Role;
use domain::values::ids::{MatchId, MessageId, ReportId, UserId};
use domain::values::text::{ReportDetails, Resolution};

use crate::executor::Begin;
use crate::{CommandError, Commands, Context, Done};

#[derive(Clone, Debug)]
pub struct NewReport {
    pub reported: UserId,
    pub grounds: Grounds,
    pub details: Option<ReportDetails>,
    pub match_id: Option<MatchId>,
    pub message_id: Option<MessageId>,
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
        let NewReport { reported, grounds, details, match_id, message_id } = new;
        let filing = Filing { reporter, reported, grounds, details, match_id, message_id };
        let id = ReportId::new().uuid();
        let command = ReportCommand::File(filing);
        let done = self.store.execute::<Report>(Begin::New, id, command, context).await?;
        Ok(done.map(ReportId::from_uuid))
    }

    pub async fn resolve_report(
        &self,
        context: &Context,
        id: ReportId,
        resolution: Resolution,
    ) -> Result<Done<ReportId>, CommandError> {
        let by = context.person()?;
        self.require_role(by, Role::Moderator).await?;
        let command = ReportCommand::Resolve { by, resolution };
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
