//! What the two of a match owe each other.

use chrono::{DateTime, Utc};
use projections::models::matches;
use serde::Serialize;
use utoipa::ToSchema;

/// "I film you, you film me": both videos, seen from who asks.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Exchange {
    /// The one you filmed, and owe your partner.
    mine: OwedVideo,
    /// The one your partner filmed, and owes you.
    partners: OwedVideo,
}

/// One of the two videos, as far as it has come.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OwedVideo {
    #[schema(value_type = OwedVideoState)]
    state: &'static str,
    /// Null while it is owed.
    #[schema(required)]
    bytes: Option<i64>,
    /// Since when it is in this state; null while it is owed.
    #[schema(required)]
    at: Option<DateTime<Utc>>,
    /// The hash both ends agreed on, where they gave one.
    #[schema(required)]
    proof: Option<String>,
}

/// `sent`: only who filmed says that it went over. `received`: who was filmed says that it came.
/// `verified`: both say the same, so it came as it was sent.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum OwedVideoState {
    Owed,
    Sent,
    Received,
    Verified,
}

impl From<matches::Exchange> for Exchange {
    fn from(exchange: matches::Exchange) -> Self {
        Self { mine: exchange.mine.into(), partners: exchange.partners.into() }
    }
}

impl From<matches::OwedVideo> for OwedVideo {
    fn from(video: matches::OwedVideo) -> Self {
        let matches::OwedVideo { state, bytes, at, proof } = video;
        Self { state: state.as_str(), bytes, at, proof }
    }
}
