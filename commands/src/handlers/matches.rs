//! Asking each other, agreeing, rating.

use domain::account::Account;
use domain::dance_event::DanceEvent;
use domain::r#match::{Match, MatchCommand, MatchError, Pair, Presence};
use domain::values::ids::{EventId, MatchId, UserId};
use domain::values::rating::Rating;
use domain::values::transfer::TransferReport;

use crate::executor::{ATTEMPTS, Begin};
use crate::handlers::dance_events::{not_there, takes_part};
use crate::store::facts::Facts;
use crate::{CommandError, Commands, Context, Done};

impl Commands {
    /// Asks `target` to film each other. Refused where either has blocked the other, in the
    /// same words as for someone who does not take part: a block is nobody's business. The same
    /// where somebody leaves or blocks while this is decided.
    pub async fn request_match(
        &self,
        context: &Context,
        event: EventId,
        target: UserId,
    ) -> Result<Done<MatchId>, CommandError> {
        let requester = context.person()?;
        let pair = Pair { event, requester, recipient: target };
        let id = MatchId::between(event, requester, target).uuid();
        for _ in 0..ATTEMPTS {
            let facts = Facts::stored(&self.store);
            facts.of::<DanceEvent>(event.uuid()).await?.open().map_err(not_there)?;
            let presence = presence(&facts, pair).await?;
            let command = MatchCommand::Request { pair, presence };
            let guards = facts.guards();
            let asked = self
                .store
                .execute_given::<Match>(Begin::New, id, command, &guards, context)
                .await?;
            if let Some(done) = asked {
                return Ok(done.map(MatchId::from_uuid));
            }
        }
        Err(CommandError::Contended)
    }

    pub async fn accept_match(
        &self,
        context: &Context,
        id: MatchId,
    ) -> Result<Done<MatchId>, CommandError> {
        let by = context.person()?;
        self.change_match(context, id, MatchCommand::Accept { by }).await
    }

    pub async fn decline_match(
        &self,
        context: &Context,
        id: MatchId,
    ) -> Result<Done<MatchId>, CommandError> {
        let by = context.person()?;
        self.change_match(context, id, MatchCommand::Decline { by }).await
    }

    pub async fn cancel_match(
        &self,
        context: &Context,
        id: MatchId,
    ) -> Result<Done<MatchId>, CommandError> {
        let by = context.person()?;
        self.change_match(context, id, MatchCommand::Cancel { by }).await
    }

    pub async fn complete_match(
        &self,
        context: &Context,
        id: MatchId,
    ) -> Result<Done<MatchId>, CommandError> {
        let by = context.person()?;
        self.change_match(context, id, MatchCommand::Complete { by }).await
    }

    pub async fn rate(
        &self,
        context: &Context,
        id: MatchId,
        rating: Rating,
    ) -> Result<Done<MatchId>, CommandError> {
        let by = context.person()?;
        self.change_match(context, id, MatchCommand::Rate { by, rating }).await
    }

    pub async fn report_transfer(
        &self,
        context: &Context,
        id: MatchId,
        report: TransferReport,
    ) -> Result<Done<MatchId>, CommandError> {
        let by = context.person()?;
        self.change_match(context, id, MatchCommand::ReportTransfer { by, report }).await
    }

    /// Wants what the two write to be encrypted; once both do, it is.
    pub async fn encrypt(
        &self,
        context: &Context,
        id: MatchId,
    ) -> Result<Done<MatchId>, CommandError> {
        let by = context.person()?;
        self.change_match(context, id, MatchCommand::Encrypt { by }).await
    }

    /// The other member, if `user` is one and the two have agreed.
    pub async fn agreed_partner(
        &self,
        id: MatchId,
        user: UserId,
    ) -> Result<Option<UserId>, CommandError> {
        let facts = Facts::stored(&self.store);
        Ok(facts.of::<Match>(id.uuid()).await?.agreed_partner_of(user))
    }

    /// The other member, if `user` is one and the two may hand videos over now.
    pub async fn handover_partner(
        &self,
        id: MatchId,
        user: UserId,
    ) -> Result<Option<UserId>, CommandError> {
        let facts = Facts::stored(&self.store);
        let partner = facts.of::<Match>(id.uuid()).await?.handover_partner_of(user);
        unless_blocked(&facts, user, partner).await
    }

    /// The other member, if the two have agreed and may still write to each other.
    pub async fn chat_partner(
        &self,
        id: MatchId,
        user: UserId,
    ) -> Result<Option<UserId>, CommandError> {
        let open = open_chat(&Facts::stored(&self.store), id, user).await?;
        Ok(open.and_then(|found| found.agreed_partner_of(user)))
    }

    /// A match that is not there and one that is not yours look the same.
    async fn change_match(
        &self,
        context: &Context,
        id: MatchId,
        command: MatchCommand,
    ) -> Result<Done<MatchId>, CommandError> {
        let done = self
            .store
            .execute::<Match>(Begin::Existing, id.uuid(), command, context)
            .await
            .map_err(|error| match error {
                CommandError::Match(MatchError::NoMatch | MatchError::NotAMember) => {
                    CommandError::NotFound("match")
                }
                other => other,
            })?;
        Ok(done.map(MatchId::from_uuid))
    }
}

/// Whether both take part and neither has blocked the other; who asks themselves is refused for
/// that alone.
async fn presence(facts: &Facts<'_>, pair: Pair) -> Result<Presence, CommandError> {
    let Pair { event, requester, recipient } = pair;
    let both = requester == recipient
        || (takes_part(facts, event, requester).await?
            && takes_part(facts, event, recipient).await?
            && !either_blocks(facts, requester, recipient).await?);
    Ok(if both { Presence::BothTakePart } else { Presence::NotBoth })
}

/// The match, if `user` may write to the other one. A block ends writing at once, however long
/// what was pending between the two takes to end.
pub(super) async fn open_chat(
    facts: &Facts<'_>,
    id: MatchId,
    user: UserId,
) -> Result<Option<Match>, CommandError> {
    let found = facts.of::<Match>(id.uuid()).await?;
    let partner = unless_blocked(facts, user, found.agreed_partner_of(user)).await?;
    Ok(partner.map(|_| found))
}

async fn unless_blocked(
    facts: &Facts<'_>,
    user: UserId,
    partner: Option<UserId>,
) -> Result<Option<UserId>, CommandError> {
    match partner {
        Some(partner) if either_blocks(facts, user, partner).await? => Ok(None),
        partner => Ok(partner),
    }
}

async fn either_blocks(
    facts: &Facts<'_>,
    one: UserId,
    other: UserId,
) -> Result<bool, CommandError> {
    let blocks = async |who: UserId, whom: UserId| {
        let account = facts.of::<Account>(who.uuid()).await?;
        Ok::<_, CommandError>(account.active().is_some_and(|a| a.blocked.contains(&whom)))
    };
    let (ones, others) = tokio::try_join!(blocks(one, other), blocks(other, one))?;
    Ok(ones || others)
}
