//! Everything a command can fail with.

use std::sync::Arc;

use domain::account::AccountError;
use domain::dance_event::DanceEventError;
use domain::events::DecodeError;
use domain::r#match::MatchError;
use domain::message::MessageError;
use domain::participation::ParticipationError;
use domain::report::ReportError;
use personal_data::KeyError;

use crate::store::claims::Claim;

#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    DanceEvent(#[from] DanceEventError),
    #[error(transparent)]
    Participation(#[from] ParticipationError),
    #[error(transparent)]
    Match(#[from] MatchError),
    #[error(transparent)]
    Message(#[from] MessageError),
    #[error(transparent)]
    Report(#[from] ReportError),
    /// It is not there, or not for this actor to know of.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("you may not do this")]
    Forbidden,
    /// Nothing can be said of or by somebody who has been erased.
    #[error("this account has been erased")]
    Erased,
    /// Another account or event holds this value.
    #[error("this {0} is already taken")]
    Taken(Claim),
    #[error("this command id was used before with another request")]
    CommandReused,
    /// The stream moved on each time the command was about to be stored.
    #[error("too many people changed this at once")]
    Contended,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The store could not do its work; whether an append took place is not known.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database did not answer")]
    Database(#[from] Arc<sqlx::Error>),
    #[error("the stored stream could not be read")]
    Read(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error("an event could not be written as JSON")]
    Encode(#[source] serde_json::Error),
    #[error("what an event tells of a person could not be sealed")]
    Seal(#[source] KeyError),
    #[error("the writer has stopped")]
    Stopped,
}

impl From<KeyError> for CommandError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Erased => Self::Erased,
            KeyError::Database(source) => StoreError::from(source).into(),
            KeyError::Cipher(_) => StoreError::Seal(error).into(),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(source: sqlx::Error) -> Self {
        Self::Database(Arc::new(source))
    }
}
