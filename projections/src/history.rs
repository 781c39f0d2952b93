//! The history of one match, straight from the log.

use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::DomainEvent;
use domain::events::{Event, RecordedEvent, StoredEvent};
use domain::r#match::MatchEvent;
use domain::values::ids::{MatchId, UserId};
use domain::values::rating::REVEAL_AFTER_DAYS;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::error::ProjectionError;
use crate::event_table::EventTable;

/// One thing that happened in a match.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryEntry {
    pub position: i64,
    /// The stored event's name, such as `Accepted`.
    pub kind: String,
    pub at: DateTime<Utc>,
    pub by: UserId,
    /// What else the event says, by kind. Of a rating that is not revealed to the viewer,
    /// only that it was given.
    pub data: Value,
}

pub(crate) async fn history(
    pool: &PgPool,
    table: &EventTable,
    id: MatchId,
    viewer: UserId,
) -> Result<Option<Vec<HistoryEntry>>, ProjectionError> {
    let stream = table.stream(MatchEvent::AGGREGATE, id.uuid()).await?;
    let now = sqlx::query_scalar!(r#"SELECT now() AS "now!""#).fetch_one(pool).await?;
    Ok(as_seen_by(viewer, now, &stream))
}

/// None where `viewer` is not one of the two.
fn as_seen_by(
    viewer: UserId,
    now: DateTime<Utc>,
    stream: &[RecordedEvent],
) -> Option<Vec<HistoryEntry>> {
    let events: Vec<(&RecordedEvent, &MatchEvent)> = stream
        .iter()
        .filter_map(|recorded| match &recorded.event {
            Event::Match(_, event) => Some((recorded, event)),
            _ => None,
        })
        .collect();
    let (_, MatchEvent::Requested { requester, recipient, .. }) = events.first()? else {
        return None;
    };
    if viewer != *requester && viewer != *recipient {
        return None;
    }
    let revealed = events.iter().any(|(recorded, event)| match event {
        MatchEvent::PartnerRated { both_rated, .. } => *both_rated,
        MatchEvent::Completed { .. } => recorded.at + TimeDelta::days(REVEAL_AFTER_DAYS) <= now,
        _ => false,
    });
    let entries = events.into_iter().map(|(recorded, event)| {
        let (by, data) = match event {
            MatchEvent::Requested { event, requester, recipient } => {
                (requester, json!({ "eventId": event, "recipient": recipient }))
            }
            MatchEvent::Accepted { by, partner }
            | MatchEvent::Declined { by, partner }
            | MatchEvent::Cancelled { by, partner }
            | MatchEvent::Completed { by, partner } => (by, json!({ "partner": partner })),
            MatchEvent::PartnerRated { by, partner, rating, .. } => {
                let rating = (revealed || *by == viewer).then_some(rating);
                (by, json!({ "partner": partner, "rating": rating }))
            }
            MatchEvent::TransferReported { by, partner, report } => {
                (by, json!({ "partner": partner, "report": report }))
            }
        };
        HistoryEntry {
            position: recorded.position,
            kind: event.event_type(),
            at: recorded.at,
            by: *by,
            data,
        }
    });
    Some(entries.collect())
}
