//! Ids in addresses. What is no id names nothing, so it is not found rather than invalid.

use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use domain::values::encryption::DeviceKey;
use domain::values::ids::{EventId, MatchId, ReportId, UserId};
use uuid::Uuid;

use crate::app::App;
use crate::problem::{Problem, Result};

/// Something an address can name.
pub trait Named: FromStr {
    /// What it is, for "there is no such …".
    const WHAT: &'static str;
}

impl Named for UserId {
    const WHAT: &'static str = "user";
}

impl Named for EventId {
    const WHAT: &'static str = "event";
}

impl Named for MatchId {
    const WHAT: &'static str = "match";
}

impl Named for ReportId {
    const WHAT: &'static str = "report";
}

impl Named for DeviceKey {
    const WHAT: &'static str = "device";
}

/// What is a row of its own, and no aggregate.
macro_rules! rows {
    ($($name:ident: $what:literal),+) => {
        $(pub struct $name(pub Uuid);

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }

        impl Named for $name {
            const WHAT: &'static str = $what;
        })+
    };
}

rows!(PasskeyId: "passkey", SessionId: "session");

/// What people call a thing in an address: its id, or a name that is as good.
macro_rules! readable {
    ($($(#[$doc:meta])* $name:ident: $what:literal),+) => {
        $($(#[$doc])*
        pub struct $name(pub String);

        impl FromStr for $name {
            type Err = ();

            /// Nothing is named with control characters, and PostgreSQL cannot even be asked
            /// for U+0000.
            fn from_str(text: &str) -> Result<Self, ()> {
                if text.contains(char::is_control) { Err(()) } else { Ok(Self(text.to_owned())) }
            }
        }

        impl Named for $name {
            const WHAT: &'static str = $what;
        })+
    };
}

readable!(
    /// A person by id or username.
    IdOrUsername: "user",
    /// A dance event by id or slug.
    IdOrSlug: "event"
);

/// The one id in the address.
pub struct Id<T>(pub T);

impl<T: Named> FromRequestParts<App> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let params = RawPathParams::from_request_parts(parts, app).await;
        let id = params.ok().and_then(|params| params.iter().next()?.1.parse().ok());
        id.map(Self).ok_or_else(|| Problem::not_found(T::WHAT))
    }
}
