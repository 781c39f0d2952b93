//! Reads one stream, and its snapshot where it has one, in one round trip.

use domain::events::{Payload, StoredRow};
use serde_json::value::RawValue;
use sqlx::PgPool;
use sqlx::types::Json;
use uuid::Uuid;

use crate::store::snapshots::Snapshot;

pub(crate) struct Stored {
    pub snapshot: Option<Snapshot>,
    /// What came after the snapshot, oldest first, each with its sequence.
    pub events: Vec<(StoredRow, i64)>,
}

/// Without `made_by`, the version whose snapshot will do, all of the stream.
pub(crate) async fn read(
    pool: &PgPool,
    aggregate: &str,
    id: Uuid,
    made_by: Option<&str>,
) -> sqlx::Result<Stored> {
    let id = id.to_string();
    let rows = sqlx::query!(
        r#"WITH snapshot AS (
               SELECT sequence, state FROM snapshots
               WHERE aggregate_type = $1 AND aggregate_id = $2 AND made_by = $3)
           SELECT sequence AS "sequence!", NULL AS "event_type", NULL AS "event_version",
                  state AS "json!: Json<Box<RawValue>>"
           FROM snapshot
           UNION ALL
           SELECT sequence, event_type, event_version, payload FROM events
           WHERE aggregate_type = $1 AND aggregate_id = $2
             AND sequence > coalesce((SELECT sequence FROM snapshot), 0)"#,
        aggregate,
        &id,
        made_by
    )
    .fetch_all(pool)
    .await?;
    let mut stored = Stored { snapshot: None, events: Vec::with_capacity(rows.len()) };
    for row in rows {
        let (sequence, Json(json)) = (row.sequence, row.json);
        match (row.event_type, row.event_version) {
            (Some(event_type), Some(event_version)) => {
                let row = StoredRow {
                    aggregate_type: aggregate.to_owned(),
                    aggregate_id: id.clone(),
                    event_type,
                    event_version,
                    payload: Payload::Text(json),
                };
                stored.events.push((row, sequence));
            }
            _ => stored.snapshot = Some(Snapshot { sequence, state: json }),
        }
    }
    stored.events.sort_unstable_by_key(|(_, sequence)| *sequence);
    Ok(stored)
}
