//! What happened in a match, event by event, as the log has it.

use chrono::{DateTime, Utc};
use domain::values::ids::UserId;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub struct HistoryEntry {
    /// Place in the log.
    position: i64,
    #[schema(value_type = HistoryType)]
    r#type: String,
    at: DateTime<Utc>,
    #[schema(value_type = String)]
    by: UserId,
    /// What else the event says. Of a rating that is not revealed, only that it was given.
    #[schema(value_type = Object)]
    data: Value,
}

#[derive(ToSchema)]
pub enum HistoryType {
    Requested,
    Accepted,
    Declined,
    Cancelled,
    Completed,
    PartnerRated,
    TransferReported,
    VideoHandedOver,
    EncryptionOffered,
    EncryptionAgreed,
}

impl From<projections::HistoryEntry> for HistoryEntry {
    fn from(entry: projections::HistoryEntry) -> Self {
        let projections::HistoryEntry { position, kind, at, by, data } = entry;
        Self { position, r#type: kind, at, by, data }
    }
}
