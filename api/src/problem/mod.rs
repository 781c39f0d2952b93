//! The one error road: whatever goes wrong becomes a [`Problem`], which is what a client of
//! HTTP gets as `application/problem+json` and a socket gets as an `error` frame.
//!
//! What a client cannot do anything about is logged once, on its way here, and never sent.

mod code;
mod from;

use std::error::Error;
use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

pub use code::Code;

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
