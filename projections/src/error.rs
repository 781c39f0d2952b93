//! What can go wrong on the read side.

use std::sync::Arc;
use std::time::Duration;

use crate::entry::Unreadable;
use crate::seals::AuditError;

#[derive(Debug, thiserror::Error)]
pub enum ProjectionError {
    #[error("the read models are still behind position {position} after {waited:?}")]
    Behind { position: i64, waited: Duration },
    #[error("the cursor is not one of this list's")]
    BadCursor,
    #[error("position {at} is before the match began, at {began}")]
    NotBegun { at: i64, began: i64 },
    #[error("there is no projection named {0:?}")]
    UnknownProjection(String),
    #[error("a rebuild of {0} is already under way")]
    RebuildRunning(&'static str),
    #[error("{0} could not be swapped in: its tables stayed busy")]
    SwapBlocked(&'static str),
    /// The reader stops here: an event that is skipped would be missing for good.
    #[error("{0}")]
    Undecodable(Arc<Unreadable>),
    /// One or more of `events` from `position` on fail for a reason of their own.
    #[error("the event at position {position} cannot be applied: {reason}")]
    Poisoned { position: i64, events: usize, reason: String },
    #[error("a read model holds the {what} {value:?}, which this version does not know")]
    UnknownValue { what: &'static str, value: String },
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// Shared by all whose questions were asked together.
    #[error(transparent)]
    Database(#[from] Arc<sqlx::Error>),
}

impl From<sqlx::Error> for ProjectionError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(Arc::new(error))
    }
}
