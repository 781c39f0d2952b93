//! For auditors: the log as it is stored, and what it says happened in a match.

mod match_as_of;
mod replay;
mod stored;
mod words;

use sqlx::PgPool;

use crate::event_table::EventTable;

pub use match_as_of::MatchAsOf;
pub use replay::{DanceEventName, MatchState, Recorded, TimelineEntry};
pub use stored::{LogEntry, LogFilter};

/// Questions of auditors, answered from the log itself. Names alone are today's, from the
/// read models.
#[derive(Clone, Debug)]
pub struct Audit {
    pub(crate) pool: PgPool,
    pub(crate) table: EventTable,
}
