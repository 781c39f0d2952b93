//! The one error road: whatever goes wrong becomes a [`Problem`], which is what a client of
//! HTTP gets as `application/problem+json` and a socket gets as an `error` frame.
//!
//! Which error is which code is decided here and nowhere else, without a `_` arm, so that a
//! new error asks for a decision. What a client cannot do anything about is logged once, on
//! its way here, and never sent.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use commands::{Claim, CommandError, StoreError};
use domain::account::AccountError;
use domain::dance_event::DanceEventError;
use domain::r#match::MatchError;
use domain::message::MessageError;
use domain::participation::ParticipationError;
use domain::report::ReportError;
use projections::ProjectionError;
use serde::{Serialize, Serializer};

pub type Result<T, E = Problem> = std::result::Result<T, E>;

#[derive(Clone, Debug)]
pub struct Problem {
    pub status: StatusCode,
    pub code: Code,
    pub title: &'static str,
    /// What happened this time, in words for the person who reads it.
    pub detail: String,
    /// Which fields were refused, and why.
    pub errors: Vec<FieldError>,
    pub retry_after: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// The field's name as the client wrote it.
    pub field: String,
    pub message: String,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $name:literal, $status:ident, $title:literal;)+) => {
        /// The stable names of problems.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, utoipa::ToSchema)]
        #[schema(as = ProblemCode, rename_all = "snake_case")]
        pub enum Code { $($(#[$doc])* $code),+ }

        impl Code {
            pub const ALL: &'static [Self] = &[$(Self::$code),+];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$code => $name),+ }
            }

            pub fn status(self) -> StatusCode {
                match self { $(Self::$code => StatusCode::$status),+ }
            }

            pub fn title(self) -> &'static str {
                match self { $(Self::$code => $title),+ }
            }
        }
    };
}

codes! {
    Invalid = "invalid", UNPROCESSABLE_ENTITY, "The request does not fit";
    MalformedJson = "malformed_json", BAD_REQUEST, "The body is not JSON";
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body must be JSON";
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "You are not signed in";
    BadCredentials = "bad_credentials", UNAUTHORIZED, "Wrong mail address or password";
    Csrf = "csrf", FORBIDDEN, "The request came from another site";
    Forbidden = "forbidden", FORBIDDEN, "You may not do this";
    NotParticipant = "not_participant", FORBIDDEN, "You do not take part in this event";
    NotFound = "not_found", NOT_FOUND, "There is no such thing";
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "This address does not take that method";
    UsernameTaken = "username_taken", CONFLICT, "This username is taken";
    EmailTaken = "email_taken", CONFLICT, "This mail address has an account";
    MatchExists = "match_exists", CONFLICT, "You two already have a match here";
    IllegalTransition = "illegal_transition", CONFLICT, "This step is not possible now";
    AlreadyRated = "already_rated", CONFLICT, "You have already rated this";
    NotCompleted = "not_completed", CONFLICT, "The match is not completed";
    Conflict = "conflict", CONFLICT, "Too many acted at once";
    IdempotencyKeyReused = "idempotency_key_reused", CONFLICT, "This key was used for another request";
    EventCancelled = "event_cancelled", CONFLICT, "The event is cancelled";
    PayloadTooLarge = "payload_too_large", PAYLOAD_TOO_LARGE, "The body is too large";
    RateLimited = "rate_limited", TOO_MANY_REQUESTS, "Too many requests";
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something went wrong on our side";
    NotImplemented = "not_implemented", NOT_IMPLEMENTED, "This is not built yet";
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "The service is not available just now";
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Problem {
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            status: code.status(),
            code,
            title: code.title(),
            detail: detail.into(),
            errors: vec![],
            retry_after: None,
        }
    }

    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [one] => format!("{} {}", one.field, one.message),
            several => format!("{} fields are not right", several.len()),
        };
        Self { errors, ..Self::new(Code::Invalid, detail) }
    }

    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError { field: field.to_owned(), message: message.into() }])
    }

    pub fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("there is no such {what}"))
    }

    pub fn unauthenticated() -> Self {
        Self::new(Code::Unauthenticated, "sign in first")
    }

    pub fn rate_limited(retry_after: Duration) -> Self {
        let detail = "wait a little before you try again";
        Self { retry_after: Some(retry_after), ..Self::new(Code::RateLimited, detail) }
    }

    /// Something that is our fault: logged here, with its causes, and hidden from the client.
    pub fn internal(error: &(dyn Error + 'static)) -> Self {
        tracing::error!(error = causes(error), "a request failed");
        Self::new(Code::Internal, "it has been noted; try again later")
    }

    /// Something we depend on is away: worth another try in a moment.
    pub fn unavailable(error: &(dyn Error + 'static)) -> Self {
        tracing::warn!(error = causes(error), "a request could not be served");
        Self {
            retry_after: Some(Duration::from_secs(1)),
            ..Self::new(Code::Unavailable, "try again in a moment")
        }
    }
}

/// An error with all that caused it, on one line.
pub fn causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        // A transparent wrapper repeats its cause's words.
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        next = cause.source();
    }
    text
}

/// A problem as JSON (RFC 9457).
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    #[schema(example = "https://spotlight.cam/problems/invalid")]
    r#type: String,
    title: &'a str,
    #[schema(example = 422)]
    status: u16,
    detail: &'a str,
    code: Code,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [FieldError],
    /// With `rate_limited`: how long to wait, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
}

impl Problem {
    pub fn body(&self) -> ProblemBody<'_> {
        ProblemBody {
            r#type: format!("https://spotlight.cam/problems/{}", self.code.as_str()),
            title: self.title,
            status: self.status.as_u16(),
            detail: &self.detail,
            code: self.code,
            errors: &self.errors,
            retry_after_ms: self.retry_after.map(|wait| wait.as_millis() as u64),
        }
    }
}

pub const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body())).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, MEDIA_TYPE);
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_secs_f64().ceil() as u64;
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self.code);
        response
    }
}

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
            CommandError::Report(error) => report(*error),
            CommandError::NotFound(_) => Code::NotFound,
            CommandError::Forbidden => Code::Forbidden,
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
        MatchError::NotAsked | MatchError::NotAsker | MatchError::IllegalMove => {
            Code::IllegalTransition
        }
        MatchError::NotCompleted => Code::NotCompleted,
        MatchError::AlreadyRated => Code::AlreadyRated,
    }
}

fn message(error: MessageError) -> Code {
    match error {
        MessageError::NotAMember => Code::NotParticipant,
        MessageError::IdTaken => Code::IdempotencyKeyReused,
        MessageError::NoMessage => Code::NotFound,
        MessageError::NotTheAuthor => Code::Forbidden,
        MessageError::Retracted => Code::IllegalTransition,
    }
}

fn report(error: ReportError) -> Code {
    match error {
        ReportError::OwnSelf => Code::Invalid,
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
        | StoreError::Encode(_) => Problem::internal(error),
    }
}

impl From<ProjectionError> for Problem {
    fn from(error: ProjectionError) -> Self {
        match &error {
            ProjectionError::BadCursor => Self::field("cursor", "is not one of this list's"),
            ProjectionError::Behind { .. } => Self::unavailable(&error),
            ProjectionError::Database(source) if is_away(source) => Self::unavailable(&error),
            ProjectionError::Database(_)
            | ProjectionError::UnknownProjection(_)
            | ProjectionError::RebuildRunning(_)
            | ProjectionError::SwapBlocked(_)
            | ProjectionError::Undecodable { .. }
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
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(error, Io(_) | PoolClosed | PoolTimedOut | WorkerCrashed)
        || code.is_some_and(|code| code.starts_with("57P") || code.starts_with("53"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_code_in_snake_case_so_that_the_document_lists_what_is_sent() {
        for code in Code::ALL {
            let mut name = String::new();
            for c in format!("{code:?}").chars() {
                if c.is_uppercase() && !name.is_empty() {
                    name.push('_');
                }
                name.extend(c.to_lowercase());
            }
            assert_eq!(name, code.as_str());
        }
    }

    #[test]
    fn what_is_our_fault_is_not_told() {
        let problem = Problem::from(sqlx::Error::Protocol("secret detail".into()));
        let body = serde_json::to_string(&problem.body()).expect("JSON");
        assert!(!body.contains("secret"), "{body}");
        assert_eq!(problem.status, StatusCode::INTERNAL_SERVER_ERROR);
    }
}
