//! What moderators do about people: warn them, suspend them, lift that again.

use domain::account::{Account, AccountCommand, AccountError, Suspension};
use domain::values::account::Role;
use domain::values::ids::UserId;
use domain::values::text::Warning;

use crate::{CommandError, Commands, Context, Done};

impl Commands {
    pub async fn warn(
        &self,
        context: &Context,
        user: UserId,
        warning: Warning,
    ) -> Result<Done<UserId>, CommandError> {
        let by = self.moderator_of(context, user).await?;
        self.change_account(context, user, AccountCommand::Warn { by, warning }).await
    }

    /// From then on the person acts in no role and does not sign in. Ending their sessions is
    /// for who keeps those.
    pub async fn suspend(
        &self,
        context: &Context,
        user: UserId,
        suspension: Suspension,
    ) -> Result<Done<UserId>, CommandError> {
        let by = self.moderator_of(context, user).await?;
        self.change_account(context, user, AccountCommand::Suspend { by, suspension }).await
    }

    pub async fn lift_suspension(
        &self,
        context: &Context,
        user: UserId,
    ) -> Result<Done<UserId>, CommandError> {
        let by = self.moderator_of(context, user).await?;
        self.change_account(context, user, AccountCommand::LiftSuspension { by }).await
    }

    /// The actor, if they may moderate `user`: somebody else, who is no moderator unless the
    /// actor is an admin.
    async fn moderator_of(&self, context: &Context, user: UserId) -> Result<UserId, CommandError> {
        let by = context.person()?;
        self.require_role(by, Role::Moderator).await?;
        if by == user {
            return Err(AccountError::OwnSelf.into());
        }
        let account = self.account(user).await?;
        if account.active().is_none() {
            return Err(CommandError::NotFound("user"));
        }
        self.require_rank_above(by, &account).await?;
        Ok(by)
    }

    /// Moderators and admins are for admins to moderate.
    pub(super) async fn require_rank_above(
        &self,
        by: UserId,
        account: &Account,
    ) -> Result<(), CommandError> {
        let moderates = |role: &Role| matches!(role, Role::Moderator | Role::Admin);
        if account.active().is_some_and(|active| active.roles.iter().any(moderates)) {
            self.require_role(by, Role::Admin).await?;
        }
        Ok(())
    }
}
