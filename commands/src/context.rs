//! What travels with a command, and what comes back.

use domain::values::ids::UserId;
use uuid::Uuid;

/// Who acts, and why.
#[derive(Clone, Debug)]
pub struct Context {
    /// Who acts; none where the system does (a process manager, the command line).
    pub actor: Option<UserId>,
    /// One id for all that one request sets off.
    pub correlation: Uuid,
    /// The event this command follows from, where one does.
    pub causation: Option<Uuid>,
    /// By which a repeated command is recognised.
    pub command: Option<CommandKey>,
}

impl Context {
    pub fn of(actor: UserId) -> Self {
        Self { actor: Some(actor), ..Self::system() }
    }

    pub fn system() -> Self {
        Self { actor: None, correlation: Uuid::now_v7(), causation: None, command: None }
    }
}

/// A command's id within its actor, with the hash of the request that carried it: the same id
/// with another request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandKey {
    pub id: Uuid,
    pub request_hash: [u8; 32],
}

/// What a command reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done<Id> {
    /// The stream's id.
    pub id: Id,
    /// Place in the log of the command's last event; where it changed nothing, a place at
    /// which the state it found was already there.
    pub position: i64,
    /// Whether nothing was appended: this command had been handled before, or what it asks for
    /// was already so.
    pub repeated: bool,
}

impl<Id> Done<Id> {
    pub(crate) fn map<Other>(self, id: impl FnOnce(Id) -> Other) -> Done<Other> {
        Done { id: id(self.id), position: self.position, repeated: self.repeated }
    }
}
