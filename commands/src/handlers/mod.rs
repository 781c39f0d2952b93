//! The operations: each gathers the facts its decision needs and executes one command.

pub mod accounts;
pub mod dance_events;
pub mod matches;
pub mod messages;
pub mod moderation;
pub mod reports;

use domain::values::ids::UserId;

use crate::context::Context;
use crate::error::CommandError;

impl Context {
    /// The person who acts, for what only a person may do.
    fn person(&self) -> Result<UserId, CommandError> {
        self.actor.ok_or(CommandError::Forbidden)
    }
}
