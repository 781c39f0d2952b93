//! A person's account.
//!
//! * An account is registered once; its mail address and its username are each held by one
//!   account at a time (the store's unique claims see to that, in the same append).
//! * An address is changed to one that its person has shown to be theirs, so that one counts as
//!   confirmed.
//! * Nobody blocks themselves, and blocking twice is the same as once.
//! * Who is suspended acts in no role, until that is lifted or its time has come.
//! * Who asks to be erased has some days in which to take it back.
//! * An erased account stays erased.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use crate::values::account::{Email, Profile, ProfileChange, Role, Username};
use crate::values::ids::UserId;
use crate::values::text::{Reason, Warning};

#[expect(clippy::large_enum_variant, reason = "nearly every account is an active one")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Account {
    #[default]
    Unregistered,
    Active(Active),
    Erased,
}

// A snapshot that names something else than these is as good as none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Active {
    pub email: Email,
    pub email_verified: bool,
    pub profile: Profile,
    pub roles: BTreeSet<Role>,
    pub blocked: BTreeSet<UserId>,
    /// The last one that was not lifted; it may have run out.
    pub suspension: Option<Box<Suspension>>,
    /// When the account will be erased, unless that is taken back before.
    pub erasure_due: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suspension {
    pub reason: Reason,
    /// None until it is lifted.
    pub until: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum AccountCommand {
    Register {
        username: Username,
        email: Email,
    },
    VerifyEmail,
    /// To an address that was shown to be theirs.
    ChangeEmail {
        email: Email,
    },
    /// Only what changes: merged into the profile as it is when this is decided, so that of two
    /// changes at once neither takes the other back.
    UpdateProfile {
        change: Box<ProfileChange>,
    },
    GrantRole {
        role: Role,
    },
    /// `me` is the account's own id: an aggregate does not know its stream's id.
    Block {
        me: UserId,
        user: UserId,
    },
    Unblock {
        user: UserId,
    },
    Warn {
        by: UserId,
        warning: Warning,
    },
    /// Another reason or another end replaces the one before.
    Suspend {
        by: UserId,
        suspension: Suspension,
    },
    LiftSuspension {
        by: UserId,
    },
    RequestErasure {
        due: DateTime<Utc>,
    },
    WithdrawErasure,
    /// What was asked for is done, where it has not been taken back.
    EraseWhenDue {
        now: DateTime<Utc>,
    },
    Erase,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum AccountEvent {
    Registered {
        username: Username,
        email: Email,
    },
    EmailVerified {},
    EmailChanged {
        email: Email,
    },
    ProfileUpdated {
        profile: Profile,
    },
    RoleGranted {
        role: Role,
    },
    UserBlocked {
        user: UserId,
    },
    UserUnblocked {
        user: UserId,
    },
    Warned {
        by: UserId,
        warning: Warning,
    },
    Suspended {
        by: UserId,
        reason: Reason,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<DateTime<Utc>>,
    },
    SuspensionLifted {
        by: UserId,
    },
    ErasureRequested {
        due: DateTime<Utc>,
    },
    ErasureWithdrawn {},
    Erased {},
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    #[error("this account is already registered")]
    AlreadyRegistered,
    #[error("there is no such account")]
    NoAccount,
    #[error("you cannot block yourself")]
    OwnSelf,
}

impl Account {
    pub fn active(&self) -> Option<&Active> {
        match self {
            Self::Active(active) => Some(active),
            Self::Unregistered | Self::Erased => None,
        }
    }

    /// Whether the account may act in `role`; an admin may in all of them.
    pub fn has_role(&self, role: Role, now: DateTime<Utc>) -> bool {
        self.active().is_some_and(|account| {
            account.suspension_at(now).is_none()
                && (account.roles.contains(&role) || account.roles.contains(&Role::Admin))
        })
    }

    pub fn decide(&self, command: AccountCommand) -> Result<Vec<AccountEvent>, AccountError> {
        use AccountCommand::*;
        let account = match (self, command) {
            (Self::Unregistered, Register { username, email }) => {
                return Ok(vec![AccountEvent::Registered { username, email }]);
            }
            (_, Register { .. }) => return Err(AccountError::AlreadyRegistered),
            (Self::Active(account), command) => (account, command),
            (Self::Unregistered | Self::Erased, _) => return Err(AccountError::NoAccount),
        };
        Ok(match account {
            (account, VerifyEmail) if account.email_verified => vec![],
            (_, VerifyEmail) => vec![AccountEvent::EmailVerified {}],
            (account, ChangeEmail { email })
                if account.email == email && account.email_verified =>
            {
                vec![]
            }
            (_, ChangeEmail { email }) => vec![AccountEvent::EmailChanged { email }],
            (account, UpdateProfile { change }) => {
                let profile = change.of(account.profile.clone());
                if profile == account.profile {
                    vec![]
                } else {
                    vec![AccountEvent::ProfileUpdated { profile }]
                }
            }
            (account, GrantRole { role }) if account.roles.contains(&role) => vec![],
            (_, GrantRole { role }) => vec![AccountEvent::RoleGranted { role }],
            (_, Block { me, user }) if me == user => return Err(AccountError::OwnSelf),
            (account, Block { user, .. }) if account.blocked.contains(&user) => vec![],
            (_, Block { user, .. }) => vec![AccountEvent::UserBlocked { user }],
            (account, Unblock { user }) if !account.blocked.contains(&user) => vec![],
            (_, Unblock { user }) => vec![AccountEvent::UserUnblocked { user }],
            (_, Warn { by, warning }) => vec![AccountEvent::Warned { by, warning }],
            (account, Suspend { suspension, .. })
                if account.suspension.as_deref() == Some(&suspension) =>
            {
                vec![]
            }
            (_, Suspend { by, suspension: Suspension { reason, until } }) => {
                vec![AccountEvent::Suspended { by, reason, until }]
            }
            (account, LiftSuspension { .. }) if account.suspension.is_none() => vec![],
            (_, LiftSuspension { by }) => vec![AccountEvent::SuspensionLifted { by }],
            (account, RequestErasure { .. }) if account.erasure_due.is_some() => vec![],
            (_, RequestErasure { due }) => vec![AccountEvent::ErasureRequested { due }],
            (account, WithdrawErasure) if account.erasure_due.is_none() => vec![],
            (_, WithdrawErasure) => vec![AccountEvent::ErasureWithdrawn {}],
            (account, EraseWhenDue { now }) => match account.erasure_due {
                Some(due) if due <= now => vec![AccountEvent::Erased {}],
                _ => vec![],
            },
            (_, Erase) => vec![AccountEvent::Erased {}],
            (_, Register { .. }) => return Err(AccountError::AlreadyRegistered),
        })
    }
}

impl Aggregate for Account {
    const TYPE: &'static str = "account";
    type Command = AccountCommand;
    type Event = AccountEvent;
    type Error = AccountError;
    type Services = ();

    async fn handle(
        &mut self,
        command: AccountCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), AccountError> {
        for event in self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: AccountEvent) {
        match (&mut *self, event) {
            (_, AccountEvent::Registered { username, email }) => {
                *self = Self::Active(Active {
                    email,
                    email_verified: false,
                    profile: Profile::named(username),
                    roles: BTreeSet::new(),
                    blocked: BTreeSet::new(),
                    suspension: None,
                    erasure_due: None,
                });
            }
            (_, AccountEvent::Erased {}) => *self = Self::Erased,
            (Self::Active(account), event) => account.apply(event),
            (Self::Unregistered | Self::Erased, _) => {}
        }
    }
}

impl Active {
    /// The suspension that holds at that time.
    pub fn suspension_at(&self, now: DateTime<Utc>) -> Option<&Suspension> {
        self.suspension.as_deref().filter(|it| it.until.is_none_or(|until| now < until))
    }

    fn apply(&mut self, event: AccountEvent) {
        match event {
            AccountEvent::EmailVerified {} => self.email_verified = true,
            AccountEvent::EmailChanged { email } => {
                self.email = email;
                self.email_verified = true;
            }
            AccountEvent::ProfileUpdated { profile } => self.profile = profile,
            AccountEvent::RoleGranted { role } => drop(self.roles.insert(role)),
            AccountEvent::UserBlocked { user } => drop(self.blocked.insert(user)),
            AccountEvent::UserUnblocked { user } => drop(self.blocked.remove(&user)),
            AccountEvent::Suspended { reason, until, .. } => {
                self.suspension = Some(Box::new(Suspension { reason, until }));
            }
            AccountEvent::SuspensionLifted { .. } => self.suspension = None,
            AccountEvent::ErasureRequested { due } => self.erasure_due = Some(due),
            AccountEvent::ErasureWithdrawn {} => self.erasure_due = None,
            AccountEvent::Registered { .. }
            | AccountEvent::Warned { .. }
            | AccountEvent::Erased {} => {}
        }
    }
}

#[cfg(test)]
#[path = "account_tests.rs"]
mod tests;
