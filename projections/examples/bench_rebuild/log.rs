//! Fills the log straight into its table, with the bytes that the write side would store.

use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::DomainEvent;
use domain::events::{Event, StoredEvent};
use domain::values::ids::UserId;
use personal_data::PersonKeys;
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

use crate::Failure;
use crate::weekend::{Weekend, interleaved};

/// Dance events that happen at the same time.
const AT_ONCE: usize = 50;
/// Bytes sent at once.
const PORTION: usize = 1 << 20;

pub async fn fill(pool: &PgPool, length: usize) -> Result<(), Failure> {
    let keys = PersonKeys::new(pool.clone());
    let mut connection = pool.acquire().await?;
    let mut copy = connection
        .copy_in_raw(
            "COPY events (aggregate_type, aggregate_id, sequence, event_type, event_version,
                          payload, metadata, global_position, recorded_at) FROM STDIN",
        )
        .await?;
    let mut sequences = std::collections::HashMap::new();
    let began = Utc::now() - TimeDelta::days(60);
    let mut portion = String::new();
    for (position, event) in (1..).zip(seasons().take(length)) {
        let sequence = sequences.entry(event.stream()).or_insert(0);
        *sequence += 1;
        let at = began + TimeDelta::milliseconds(position * 5);
        portion.push_str(&line(&keys, &event, *sequence, position, at).await?);
        if portion.len() > PORTION {
            copy.send(std::mem::take(&mut portion).into_bytes()).await?;
        }
    }
    copy.send(portion.into_bytes()).await?;
    copy.finish().await?;
    sqlx::query("VACUUM (ANALYZE) events").execute(&mut *connection).await?;
    Ok(())
}

/// Weekends without end, many at a time.
fn seasons() -> impl Iterator<Item = Event> {
    (0..)
        .step_by(AT_ONCE)
        .flat_map(|first| interleaved((first..first + AT_ONCE).map(Weekend::events).collect()))
}

/// A row as COPY's text format has it. What is personal in it is sealed.
async fn line(
    keys: &PersonKeys,
    event: &Event,
    sequence: i64,
    position: i64,
    at: DateTime<Utc>,
) -> Result<String, Failure> {
    let (aggregate, id) = event.stream();
    let Stored { name, version, payload, person } = match event {
        Event::Account(_, event) => stored(id, event),
        Event::DanceEvent(_, event) => stored(id, event),
        Event::Participation(_, event) => stored(id, event),
        Event::Match(_, event) => stored(id, event),
        Event::Message(_, event) => stored(id, event),
        Event::Report(_, event) => stored(id, event),
    }?;
    let payload = match person {
        Some(person) => keys.seal((aggregate, id, &name), person, &payload).await?,
        None => payload,
    };
    let payload = payload.replace('\\', "\\\\");
    let (actor, correlation) = (Uuid::now_v7(), Uuid::now_v7());
    let metadata = format!(r#"{{"actor":"{actor}","correlation":"{correlation}"}}"#);
    let at = at.to_rfc3339();
    Ok(format!(
        "{aggregate}\t{id}\t{sequence}\t{name}\t{version}\t{payload}\t{metadata}\t{position}\t{at}\n"
    ))
}

struct Stored {
    name: String,
    version: String,
    payload: String,
    /// Whose the personal parts are.
    person: Option<UserId>,
}

fn stored<E: DomainEvent + StoredEvent + Serialize>(
    stream: Uuid,
    event: &E,
) -> Result<Stored, serde_json::Error> {
    Ok(Stored {
        name: event.event_type(),
        version: event.event_version(),
        payload: serde_json::to_string(event)?,
        person: event.person(stream),
    })
}
