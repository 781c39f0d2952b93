//! Reads streams, each from its snapshot on where it has one: those that are asked for at the same
//! time in one round trip, with the keys of whom they tell something in another.

use std::collections::HashMap;
use std::sync::Arc;

use batching::Batched;
use domain::events::{Payload, StoredRow};
use personal_data::PersonKeys;
use serde_json::value::RawValue;
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};

use crate::store::append::Stream;
use crate::store::snapshots::{MADE_BY, Snapshot};

/// Streams in one query. Most have a handful of events.
const MOST: usize = 128;

/// Queries at a time, so that one long stream does not hold up the others.
const LANES: usize = 4;

/// From where on a stream is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Since {
    Snapshot,
    Start,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Stored {
    pub snapshot: Option<Snapshot>,
    /// What came after the snapshot, oldest first, each with its sequence; what it tells of people
    /// is opened.
    pub events: Vec<(StoredRow, i64)>,
}

pub(crate) struct Streams(Batched<(Stream, Since), Stored, sqlx::Error>);

impl Streams {
    pub fn new(pool: PgPool, keys: PersonKeys) -> Self {
        Self(Batched::over(pool, MOST, LANES, move |connection, asked| {
            let keys = keys.clone();
            Box::pin(async move { read(connection, &keys, asked).await })
        }))
    }

    /// None for a stream that is not there.
    pub async fn read(
        &self,
        stream: Stream,
        since: Since,
    ) -> Result<Option<Stored>, Arc<sqlx::Error>> {
        self.0.ask((stream, since)).await
    }
}

async fn read(
    connection: &mut PgConnection,
    keys: &PersonKeys,
    asked: Vec<(Stream, Since)>,
) -> sqlx::Result<HashMap<(Stream, Since), Stored>> {
    let types: Vec<String> = asked.iter().map(|(stream, _)| stream.aggregate.to_owned()).collect();
    let ids: Vec<String> = asked.iter().map(|(stream, _)| stream.id.to_string()).collect();
    let from_snapshot: Vec<bool> =
        asked.iter().map(|(_, since)| *since == Since::Snapshot).collect();
    let found = sqlx::query!(
        r#"SELECT number AS "number!", sequence AS "sequence!", event_type, event_version,
                  json AS "json!: Json<Box<RawValue>>"
           FROM read_streams($1, $2, $3, $4)"#,
        &types,
        &ids,
        &from_snapshot,
        MADE_BY
    )
    .fetch_all(&mut *connection)
    .await?;

    let mut snapshots = HashMap::new();
    let (mut rows, mut places) = (Vec::with_capacity(found.len()), Vec::with_capacity(found.len()));
    for row in found {
        let (number, sequence, Json(json)) = (row.number as usize - 1, row.sequence, row.json);
        match (row.event_type, row.event_version) {
            (Some(event_type), Some(event_version)) => {
                rows.push(StoredRow {
                    aggregate_type: types[number].clone(),
                    aggregate_id: ids[number].clone(),
                    event_type,
                    event_version,
                    payload: Payload::Text(Box::<str>::from(json).into()),
                });
                places.push((number, sequence));
            }
            _ => {
                snapshots.insert(number, Snapshot { sequence, state: json });
            }
        }
    }
    keys.open_over(connection, &mut rows).await?;

    let mut streams: HashMap<_, Stored> = HashMap::new();
    for (row, (number, sequence)) in rows.into_iter().zip(places) {
        let stored = streams.entry(asked[number]).or_default();
        stored.events.push((row, sequence));
    }
    for (number, snapshot) in snapshots {
        streams.entry(asked[number]).or_default().snapshot = Some(snapshot);
    }
    for stored in streams.values_mut() {
        stored.events.sort_unstable_by_key(|(_, sequence)| *sequence);
    }
    Ok(streams)
}
