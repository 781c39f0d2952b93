//! Which error is which problem, without a `_` arm, so that a new error asks for a decision.

use std::sync::Arc;

use commands::{Claim, CommandError, StoreError};
use domain::account::AccountError;
use domain::dance_event::DanceEventError;
use domain::r#match::MatchError;
use domain::message::MessageError;
use domain::participation::ParticipationError;
use domain::report::ReportError;
use projections::ProjectionError;
use projections::seals::AuditError;

use super::{Code, Problem};

impl From<CommandError> for Problem {
    fn from(error: CommandError) -> Self {
        let detail = error.to_string();
        let code = match &error {
            CommandError::Account(error) => return account(*error),
            CommandError::DanceEvent(error) => dance_event(*error),
            CommandError::Participation(ParticipationError::NotJoined) => Code::NotParticipant,
            CommandError::Match(MatchError::OwnSelf) => {
                return Self::field("targetUserId", "must be somebody else");
            }
            CommandError::Match(error) => r#match(*error),
            CommandError::Message(error) => message(*error),
            CommandError::Report(ReportError::OwnSelf) => {
                return Self::field("reportedUserId", "must be somebody else");
            }
            CommandError::Report(ReportError::KeyDoesNotFit) => {
                return Self::field("messageKey", "does not open the reported message");
            }
            CommandError::Report(error) => report(*error),
            CommandError::NotFound(_) => Code::NotFound,
            CommandError::Forbidden => Code::Forbidden,
            // Their session was signed for a person who is gone.
            CommandError::Erased => Code::Unauthenticated,
            CommandError::Taken(Claim::Email) => Code::EmailTaken,
            CommandError::Taken(Claim::Username) => Code::UsernameTaken,
            CommandError::Taken(Claim::Slug) | CommandError::Contended => Code::Conflict,
            CommandError::CommandReused => Code::IdempotencyKeyReused,
            CommandError::Store(error) => return store(error),
        };
        Self::new(code, detail)
    }
}

fn account(error: AccountError) -> Problem {
    match error {
        AccountError::OwnSelf => Problem::field("id", "must be somebody else"),
        AccountError::NoAccount => Problem::new(Code::NotFound, error.to_string()),
        AccountError::AlreadyRegistered => Problem::new(Code::Conflict, error.to_string()),
    }
}

fn dance_event(error: DanceEventError) -> Code {
    match error {
        DanceEventError::NoEvent => Code::NotFound,
        DanceEventError::Cancelled => Code::EventCancelled,
        DanceEventError::AlreadyAnnounced => Code::Conflict,
    }
}

fn r#match(error: MatchError) -> Code {
    match error {
        MatchError::OwnSelf => Code::Invalid,
        MatchError::NotBothTakePart => Code::NotParticipant,
        MatchError::MatchExists => Code::MatchExists,
        MatchError::NoMatch | MatchError::NotAMember => Code::NotFound,
        MatchError::NotAsked
        | MatchError::NotAsker
        | MatchError::IllegalMove
        | MatchError::ToldEnough => Code::IllegalTransition,
        MatchError::NotCompleted => Code::NotCompleted,
        MatchError::AlreadyRated => Code::AlreadyRated,
    }
}

fn message(error: MessageError) -> Code {
    match error {
        MessageError::NotAMember => Code::NotParticipant,
        MessageError::MustBeEncrypted => Code::EncryptionRequired,
        MessageError::NotEncryptedHere => Code::NotEncrypted,
        MessageError::IdTaken => Code::IdempotencyKeyReused,
        MessageError::NoMessage => Code::NotFound,
        MessageError::NotTheAuthor => Code::Forbidden,
        MessageError::Retracted => Code::IllegalTransition,
    }
}

fn report(error: ReportError) -> Code {
    match error {
        ReportError::OwnSelf | ReportError::KeyDoesNotFit => Code::Invalid,
        ReportError::IdTaken => Code::IdempotencyKeyReused,
        ReportError::NoReport => Code::NotFound,
        ReportError::AlreadyResolved => Code::IllegalTransition,
    }
}

fn store(error: &StoreError) -> Problem {
    match error {
        StoreError::Stopped => Problem::unavailable(error),
        StoreError::Database(source) if is_away(source) => Problem::unavailable(error),
        StoreError::Database(_)
        | StoreError::Read(_)
        | StoreError::Decode(_)
        | StoreError::Encode(_)
        | StoreError::Seal(_) => Problem::internal(error),
    }
}

impl From<ProjectionError> for Problem {
    fn from(error: ProjectionError) -> Self {
        match &error {
            ProjectionError::BadCursor => Self::field("cursor", "is not one of this list's"),
            ProjectionError::NotBegun { began, .. } => {
                Self::field("at", format!("must be {began} or later: the match began there"))
            }
            ProjectionError::Behind { .. }
            | ProjectionError::Audit(AuditError::NotSealedYet { .. }) => Self::unavailable(&error),
            ProjectionError::Database(source) if is_away(source) => Self::unavailable(&error),
            ProjectionError::Database(_)
            | ProjectionError::Audit(_)
            | ProjectionError::UnknownProjection(_)
            | ProjectionError::RebuildRunning(_)
            | ProjectionError::SwapBlocked(_)
            | ProjectionError::Undecodable(_)
            | ProjectionError::Poisoned { .. }
            | ProjectionError::UnknownValue { .. } => Self::internal(&error),
        }
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        if is_away(&error) { Self::unavailable(&error) } else { Self::internal(&error) }
    }
}

/// A cached question's error is shared by all who asked it.
impl From<Arc<sqlx::Error>> for Problem {
    fn from(error: Arc<sqlx::Error>) -> Self {
        if is_away(&error) { Self::unavailable(&*error) } else { Self::internal(&*error) }
    }
}

/// Whether the database itself cannot be reached, rather than minding what it was asked.
fn is_away(error: &sqlx::Error) -> bool {
    use sqlx::Error::{Io, PoolClosed, PoolTimedOut, WorkerCrashed};
    // Class 57: shutting down or starting up; 53: out of connections or room.
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    matches!(error, Io(_) | PoolClosed | PoolTimedOut | WorkerCrashed)
        || code.is_some_and(|code| code.starts_with("57P") || code.starts_with("53"))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    #[test]
    fn what_is_our_fault_is_not_told() {
        let problem = Problem::from(sqlx::Error::Protocol("secret detail".into()));
        let body = serde_json::to_string(&problem.body()).expect("JSON");
        assert!(!body.contains("secret"), "{body}");
        assert_eq!(problem.status, StatusCode::INTERNAL_SERVER_ERROR);
    }
}
