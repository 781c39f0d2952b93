//! Registering, profiles, roles, blocking.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::account::{Account, AccountCommand, AccountError, Suspension};
use domain::values::account::{Email, ProfileChange, Role, Username};
use domain::values::ids::UserId;

use crate::error::StoreError;
use crate::executor::Begin;
use crate::store::claims::Claim;
use crate::{CommandError, Commands, Context, Done};

/// How an account's person is written to.
#[derive(Clone, Debug)]
pub struct Contact {
    pub username: Username,
    pub email: Email,
    /// Whether the address was confirmed.
    pub verified: bool,
}

impl Commands {
    /// Makes an account, and with it the claims on its address and name.
    pub async fn register(
        &self,
        context: &Context,
        username: Username,
        email: Email,
    ) -> Result<Done<UserId>, CommandError> {
        let command = AccountCommand::Register { username, email };
        let id = UserId::new().uuid();
        let done = self.store.execute::<Account>(Begin::New, id, command, context).await?;
        Ok(done.map(UserId::from_uuid))
    }

    /// Whose address this is, straight from the claims.
    pub async fn account_by_email(&self, email: &Email) -> Result<Option<UserId>, CommandError> {
        let hash = self.store.claims_key().hash(Claim::Email, email.as_str());
        let holder = sqlx::query_scalar!(
            "SELECT aggregate_id FROM unique_claims WHERE scope = $1 AND value = $2",
            Claim::Email.scope(),
            hash
        )
        .fetch_optional(&self.store.pool)
        .await
        .map_err(StoreError::from)?;
        Ok(holder.and_then(|id| id.parse().ok()))
    }

    /// How `user` is written to; none where the account is gone.
    pub async fn contact(&self, user: UserId) -> Result<Option<Contact>, CommandError> {
        let account = self.account(user).await?;
        Ok(account.active().map(|active| Contact {
            username: active.profile.username.clone(),
            email: active.email.clone(),
            verified: active.email_verified,
        }))
    }

    pub async fn verify_email(
        &self,
        context: &Context,
        user: UserId,
    ) -> Result<Done<UserId>, CommandError> {
        self.change_account(context, user, AccountCommand::VerifyEmail).await
    }

    /// Moves the account to an address that its person has shown to be theirs. The claim on the
    /// old one is freed and that on the new one taken in the same append.
    pub async fn change_email(
        &self,
        context: &Context,
        user: UserId,
        email: Email,
    ) -> Result<Done<UserId>, CommandError> {
        self.change_account(context, user, AccountCommand::ChangeEmail { email }).await
    }

    pub async fn update_profile(
        &self,
        context: &Context,
        user: UserId,
        change: ProfileChange,
    ) -> Result<Done<UserId>, CommandError> {
        let command = AccountCommand::UpdateProfile { change: Box::new(change) };
        self.change_account(context, user, command).await
    }

    pub async fn grant_role(
        &self,
        context: &Context,
        user: UserId,
        role: Role,
    ) -> Result<Done<UserId>, CommandError> {
        self.change_account(context, user, AccountCommand::GrantRole { role }).await
    }

    /// The actor no longer wants to hear from `other`.
    pub async fn block(
        &self,
        context: &Context,
        other: UserId,
    ) -> Result<Done<UserId>, CommandError> {
        let me = context.person()?;
        if self.account(other).await?.active().is_none() {
            return Err(CommandError::NotFound("user"));
        }
        self.change_account(context, me, AccountCommand::Block { me, user: other }).await
    }

    pub async fn unblock(
        &self,
        context: &Context,
        other: UserId,
    ) -> Result<Done<UserId>, CommandError> {
        let me = context.person()?;
        self.change_account(context, me, AccountCommand::Unblock { user: other }).await
    }

    /// Erases the person for good: their key goes with the event, and with it whatever the log
    /// tells of them; so do their password and their sessions.
    pub async fn erase_account(
        &self,
        context: &Context,
        user: UserId,
    ) -> Result<Done<UserId>, CommandError> {
        let done = self.change_account(context, user, AccountCommand::Erase).await?;
        self.store.forget_person(user);
        Ok(done)
    }

    /// The actor wants to be erased at `due`, and may take that back until then.
    pub async fn request_erasure(
        &self,
        context: &Context,
        due: DateTime<Utc>,
    ) -> Result<Done<UserId>, CommandError> {
        let me = context.person()?;
        self.change_account(context, me, AccountCommand::RequestErasure { due }).await
    }

    pub async fn withdraw_erasure(&self, context: &Context) -> Result<Done<UserId>, CommandError> {
        let me = context.person()?;
        self.change_account(context, me, AccountCommand::WithdrawErasure).await
    }

    /// Erases who asked for it, where that is due `now`.
    pub async fn erase_when_due(
        &self,
        context: &Context,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Done<UserId>, CommandError> {
        let done = self.change_account(context, user, AccountCommand::EraseWhenDue { now }).await?;
        self.store.forget_person(user);
        Ok(done)
    }

    /// What `user` may do beyond dancing; nothing while suspended.
    pub async fn roles(&self, user: UserId) -> Result<BTreeSet<Role>, CommandError> {
        let account = self.account(user).await?;
        Ok(match account.active() {
            Some(active) if active.suspension_at(Utc::now()).is_none() => active.roles.clone(),
            _ => BTreeSet::new(),
        })
    }

    /// What keeps `user` from signing in, where something does.
    pub async fn suspension(&self, user: UserId) -> Result<Option<Suspension>, CommandError> {
        let account = self.account(user).await?;
        let active = account.active().ok_or(CommandError::NotFound("user"))?;
        Ok(active.suspension_at(Utc::now()).cloned())
    }

    pub(super) async fn require_role(&self, user: UserId, role: Role) -> Result<(), CommandError> {
        let account = self.account(user).await?;
        if account.has_role(role, Utc::now()) { Ok(()) } else { Err(CommandError::Forbidden) }
    }

    pub(super) async fn account(&self, user: UserId) -> Result<Account, CommandError> {
        Ok(self.store.load::<Account>(user.uuid()).await?.aggregate)
    }

    pub(super) async fn change_account(
        &self,
        context: &Context,
        user: UserId,
        command: AccountCommand,
    ) -> Result<Done<UserId>, CommandError> {
        let done = self
            .store
            .execute::<Account>(Begin::Existing, user.uuid(), command, context)
            .await
            .map_err(|error| match error {
                CommandError::Account(AccountError::NoAccount) => CommandError::NotFound("user"),
                other => other,
            })?;
        Ok(done.map(UserId::from_uuid))
    }
}
