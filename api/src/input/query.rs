//! What comes after the question mark.

use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde_json::{Map, Value};

use super::fields::Refusal;
use super::{Fields, FromFields};
use crate::problem::{Problem, Result};

/// The parameters of `T`. Ones it does not know are left alone: links collect strays.
pub struct Query<T>(pub T);

impl<T: FromFields, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let query = parts.uri.query().unwrap_or_default();
        let mut fields = Map::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if !value.is_empty() {
                fields.insert(name.into_owned(), Value::String(value.into_owned()));
            }
        }
        Fields::new(fields).read_known().map(Self)
    }
}

/// A parameter that is written as text and means something else.
pub fn written<T: FromStr>(form: &'static str) -> impl FnOnce(&Value) -> Result<T, Refusal> {
    move |value| {
        let parsed = value.as_str().and_then(|text| text.parse().ok());
        parsed.ok_or_else(|| form.to_owned())
    }
}
