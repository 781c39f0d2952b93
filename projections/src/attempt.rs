//! Applies events, and tells a failure that is theirs from one that only met them.

use std::panic::AssertUnwindSafe;

use domain::events::RecordedEvent;
use futures::FutureExt;
use sqlx::PgConnection;

use crate::error::ProjectionError;
use crate::follower::Projector;

#[derive(Debug)]
pub(crate) enum Failure {
    /// The same events fail again whenever they are applied.
    OfTheEvents(String),
    /// A lost connection, a lock, a full disk, a table that is not there yet: it passes.
    Around(ProjectionError),
}

/// Applies events, where there are any.
pub(crate) async fn attempt(
    projector: &dyn Projector,
    tx: &mut PgConnection,
    events: &[&RecordedEvent],
) -> Result<(), Failure> {
    if events.is_empty() {
        return Ok(());
    }
    blamed(projector.apply(tx, events)).await
}

/// What a projector does, with its failure told apart; a panic is one of the events.
pub(crate) async fn blamed<T>(
    applying: impl Future<Output = sqlx::Result<T>>,
) -> Result<T, Failure> {
    // The transaction is given up after a panic, so nothing half done is left to be seen.
    match AssertUnwindSafe(applying).catch_unwind().await {
        Ok(applied) => applied.map_err(Failure::from),
        Err(_) => Err(Failure::OfTheEvents("the projector panicked".to_owned())),
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        let of_the_events = match &error {
            sqlx::Error::Encode(_) => true,
            sqlx::Error::Database(error) => error.code().is_some_and(|code| {
                // The SQLSTATE's class: data exception, constraint violation, limit exceeded.
                ["22", "23", "54"].iter().any(|class| code.starts_with(class))
            }),
            _ => false,
        };
        if of_the_events {
            Self::OfTheEvents(error.to_string())
        } else {
            Self::Around(error.into())
        }
    }
}

impl From<ProjectionError> for Failure {
    fn from(error: ProjectionError) -> Self {
        Self::Around(error)
    }
}
