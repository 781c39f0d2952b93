//! JSON bodies.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use serde_json::Value;

use super::{Fields, FromFields};
use crate::app::App;
use crate::problem::{Code, Problem, Result};

/// Largest body that is read.
pub const LARGEST: usize = 64 * 1024;

/// A body that is a JSON object with the fields of `T`.
pub struct Body<T>(pub T);

impl<T: FromFields> FromRequest<App> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let is_json = is_json(request.headers());
        let bytes = bytes(request, app, LARGEST).await?;
        if !is_json {
            return Err(unsupported());
        }
        parse(&bytes).map(Self)
    }
}

/// A body that may be left out altogether.
pub struct OptionalBody<T>(pub Option<T>);

impl<T: FromFields> FromRequest<App> for OptionalBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let is_json = is_json(request.headers());
        let bytes = bytes(request, app, LARGEST).await?;
        match (bytes.is_empty(), is_json) {
            (true, _) => Ok(Self(None)),
            (false, true) => parse(&bytes).map(|body| Self(Some(body))),
            (false, false) => Err(unsupported()),
        }
    }
}

/// The whole body. The route's own limit, if it has one, is `largest`.
pub async fn bytes(request: Request, app: &App, largest: usize) -> Result<Bytes> {
    Bytes::from_request(request, app).await.map_err(|rejection| match rejection {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
            too_large(largest)
        }
        _ => Problem::new(Code::MalformedJson, "the body ended early"),
    })
}

fn parse<T: FromFields>(bytes: &[u8]) -> Result<T> {
    let value = serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Problem::new(Code::MalformedJson, format!("line {line}, column {column} is not JSON"))
    })?;
    match value {
        Value::Object(fields) => Fields::new(fields).read(),
        _ => Err(Problem::field("body", "must be an object")),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let media_type = media_type(headers);
    media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"))
}

/// In small letters, without parameters.
pub fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = value.unwrap_or_default().split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

pub fn too_large(largest: usize) -> Problem {
    Problem::new(Code::PayloadTooLarge, format!("at most {largest} bytes"))
}

fn unsupported() -> Problem {
    Problem::new(Code::UnsupportedMediaType, "send application/json")
}
