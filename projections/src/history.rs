//! The history of one match, straight from the log, as its members see it.

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
use crate::page::{Page, Slice};

/// One thing that happened in a match.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryEntry {
    pub position: i64,
    /// The stored event's name, such as `Accepted`.
    pub kind: String,
    pub at: DateTime<Utc>,
    pub by: UserId,
    /// What else the event says, by kind. Of a rating that is not open to the viewer, only
    /// that it was given.
    pub data: Value,
}

impl HistoryEntry {
    pub(crate) fn of(recorded: &RecordedEvent, event: &MatchEvent, rating_is_open: bool) -> Self {
        let (by, partner) = event.by_and_partner();
        let data = match event {
            MatchEvent::Requested { event, .. } => {
                json!({ "eventId": event, "recipient": partner })
            }
            MatchEvent::Accepted { .. }
            | MatchEvent::Declined { .. }
            | MatchEvent::Cancelled { .. }
            | MatchEvent::Completed { .. }
            | MatchEvent::EncryptionOffered { .. }
            | MatchEvent::EncryptionAgreed { .. } => json!({ "partner": partner }),
            MatchEvent::PartnerRated { rating, .. } => {
                json!({ "partner": partner, "rating": rating_is_open.then_some(rating) })
            }
            MatchEvent::TransferReported { report, .. } => {
                json!({ "partner": partner, "report": report })
            }
            MatchEvent::VideoHandedOver(receipt) => {
                json!({ "partner": partner, "receipt": receipt })
            }
        };
        Self { position: recorded.position, kind: event.event_type(), at: recorded.at, by, data }
    }
}

pub(crate) async fn history(
    pool: &PgPool,
    table: &EventTable,
    id: MatchId,
    viewer: UserId,
    page: &Page,
) -> Result<Option<Slice<HistoryEntry>>, ProjectionError> {
    const LIST: &str = "history";
    let after = page.after::<i64>(LIST)?.unwrap_or_default();
    let stream = table.stream(MatchEvent::AGGREGATE, id.uuid()).await?;
    let now = sqlx::query_scalar!(r#"SELECT now() AS "now!""#).fetch_one(pool).await?;
    Ok(as_seen_by(viewer, now, &stream).map(|entries| {
        let later = entries.into_iter().filter(|entry| entry.position > after);
        let rows = later.take(page.rows() as usize).collect();
        page.slice(LIST, rows, |last: &HistoryEntry| last.position)
    }))
}

/// A match's own events among those of its stream.
pub(crate) fn match_events(stream: &[RecordedEvent]) -> Vec<(&RecordedEvent, &MatchEvent)> {
    stream
        .iter()
        .filter_map(|recorded| match &recorded.event {
            Event::Match(_, event) => Some((recorded, event)),
            _ => None,
        })
        .collect()
}

/// None where `viewer` is not one of the two.
fn as_seen_by(
    viewer: UserId,
    now: DateTime<Utc>,
    stream: &[RecordedEvent],
) -> Option<Vec<HistoryEntry>> {
    let events = match_events(stream);
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
        let (by, _) = event.by_and_partner();
        HistoryEntry::of(recorded, event, revealed || by == viewer)
    });
    Some(entries.collect())
}
