//! The read models, one file each: rows, projector, queries.

use std::sync::Arc;

use crate::error::ProjectionError;
use crate::follower::Projector;

pub mod dance_events;
mod exchange;
pub mod feed;
mod match_encryption;
mod match_moves;
mod match_status;
pub mod matches;
pub mod messages;
pub mod moderation;
pub mod participants;
pub mod ratings;
pub mod reports;
pub mod transfer_statistics;
pub mod transfer_tally;
mod transfers;
mod user_summary;
pub mod users;

/// Every projector there is.
pub(crate) fn projectors() -> Arc<[Arc<dyn Projector>]> {
    Arc::new([
        Arc::new(users::Projector),
        Arc::new(dance_events::Projector),
        Arc::new(messages::Projector),
        Arc::new(matches::Projector),
        Arc::new(ratings::Projector),
        Arc::new(reports::Projector),
        Arc::new(moderation::Projector),
        Arc::new(feed::Projector),
        Arc::new(transfer_statistics::Projector),
    ])
}

/// Reads a value that a projector wrote as text.
pub(crate) fn known<'a, T: TryFrom<&'a str>>(
    what: &'static str,
    value: &'a str,
) -> Result<T, ProjectionError> {
    T::try_from(value).map_err(|_| ProjectionError::UnknownValue { what, value: value.to_owned() })
}

/// What somebody did who had done it already and cannot have: alone, the second time meets the
/// first one's row.
pub(crate) fn twice(what: &str) -> sqlx::Error {
    sqlx::Error::Encode(format!("somebody has {what} twice").into())
}
