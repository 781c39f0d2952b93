//! What the log holds at one place.

use std::sync::Arc;

use domain::events::{DecodeError, RecordedEvent};

/// One place of the log, as this version reads it.
#[derive(Clone, Debug)]
pub enum Entry {
    Event(Arc<RecordedEvent>),
    /// It has a name and a version that are known, and does not fit them.
    Unreadable(Arc<Unreadable>),
}

/// An event that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the event at position {position} cannot be read: {error}")]
pub struct Unreadable {
    pub position: i64,
    pub aggregate_type: String,
    pub aggregate_id: String,
    pub error: DecodeError,
}

impl Entry {
    pub fn position(&self) -> i64 {
        match self {
            Self::Event(event) => event.position,
            Self::Unreadable(unreadable) => unreadable.position,
        }
    }

    /// None where it cannot be read.
    pub fn event(&self) -> Option<&Arc<RecordedEvent>> {
        match self {
            Self::Event(event) => Some(event),
            Self::Unreadable(_) => None,
        }
    }
}
