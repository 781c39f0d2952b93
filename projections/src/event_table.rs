//! Reads events from the table: opens what is sealed in them and decodes them.

use std::sync::Arc;

use domain::events::{DecodeError, Event, Payload, RecordedEvent, StoredRow};
use domain::values::ids::UserId;
use personal_data::PersonKeys;
use serde::Deserialize;
use serde_json::value::RawValue;
use sqlx::PgPool;
use sqlx::types::Json;
use sqlx::types::chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::copy_out::{Fields, copy_out};
use crate::entry::{Entry, Unreadable};
use crate::error::ProjectionError;

#[derive(Clone, Debug)]
pub(crate) struct EventTable {
    pool: PgPool,
    person_keys: PersonKeys,
}

impl EventTable {
    pub(crate) fn new(pool: PgPool) -> Self {
        Self { person_keys: PersonKeys::new(pool.clone()), pool }
    }

    pub(crate) async fn end(&self) -> Result<i64, sqlx::Error> {
        end_of_log(&self.pool).await
    }

    /// What comes next after `position`. What comes before an event of an unknown name is
    /// answered first; the error comes when it is next itself.
    pub(crate) async fn after(
        &self,
        position: i64,
        limit: usize,
    ) -> Result<Vec<Entry>, ProjectionError> {
        let rows = sqlx::query_as!(
            Row,
            r#"SELECT aggregate_type, aggregate_id, sequence, event_type, event_version,
                      payload AS "payload: Json<Box<RawValue>>",
                      metadata AS "metadata: Json<Metadata>", global_position, recorded_at
               FROM events WHERE global_position > $1 ORDER BY global_position LIMIT $2"#,
            position,
            limit as i64
        )
        .fetch_all(&self.pool)
        .await?;
        let mut entries = Vec::with_capacity(rows.len());
        for decoded in self.decode(rows).await? {
            match decoded {
                Ok(entry) => entries.push(entry),
                Err(error) if entries.is_empty() => return Err(error),
                Err(_) => break,
            }
        }
        Ok(entries)
    }

    /// All there is after `after` and up to `through`.
    pub(crate) async fn between(
        &self,
        after: i64,
        through: i64,
    ) -> Result<Vec<Entry>, ProjectionError> {
        let query = format!(
            "SELECT aggregate_type, aggregate_id, event_type, event_version, payload,
                    global_position, sequence, recorded_at, metadata
             FROM events WHERE global_position > {after} AND global_position <= {through}
             ORDER BY global_position"
        );
        let rows = copy_out(&self.pool, &query, copied_row).await?;
        self.open(rows).await?.collect()
    }

    /// What is at these positions, ascending.
    pub(crate) async fn at(&self, positions: &[i64]) -> Result<Vec<Entry>, ProjectionError> {
        let rows = sqlx::query_as!(
            Row,
            r#"SELECT aggregate_type, aggregate_id, sequence, event_type, event_version,
                      payload AS "payload: Json<Box<RawValue>>",
                      metadata AS "metadata: Json<Metadata>", global_position, recorded_at
               FROM events WHERE global_position = ANY($1) ORDER BY global_position"#,
            positions
        )
        .fetch_all(&self.pool)
        .await?;
        self.decode(rows).await?.collect()
    }

    /// One stream, oldest first; an event that cannot be read is an error here.
    pub(crate) async fn stream(
        &self,
        aggregate: &str,
        id: Uuid,
    ) -> Result<Vec<RecordedEvent>, ProjectionError> {
        let rows = sqlx::query_as!(
            Row,
            r#"SELECT aggregate_type, aggregate_id, sequence, event_type, event_version,
                      payload AS "payload: Json<Box<RawValue>>",
                      metadata AS "metadata: Json<Metadata>", global_position, recorded_at
               FROM events WHERE aggregate_type = $1 AND aggregate_id = $2 ORDER BY sequence"#,
            aggregate,
            id.to_string()
        )
        .fetch_all(&self.pool)
        .await?;
        self.decode(rows)
            .await?
            .map(|entry| match entry? {
                Entry::Event(event) => Ok(Arc::unwrap_or_clone(event)),
                Entry::Unreadable(unreadable) => Err(ProjectionError::Undecodable(unreadable)),
            })
            .collect()
    }

    /// To be called when somebody's erasure is read from the log.
    pub(crate) fn forget(&self, person: UserId) {
        self.person_keys.forget(person);
    }

    /// Fails event by event, where this version is at fault and not the event.
    async fn decode(
        &self,
        rows: Vec<Row>,
    ) -> Result<impl Iterator<Item = Result<Entry, ProjectionError>>, sqlx::Error> {
        self.open(rows.into_iter().map(Row::split).collect()).await
    }

    async fn open(
        &self,
        rows: Vec<(StoredRow, Place)>,
    ) -> Result<impl Iterator<Item = Result<Entry, ProjectionError>>, sqlx::Error> {
        let (mut stored, places): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
        self.person_keys.open(&mut stored).await?;
        Ok(stored.into_iter().zip(places).map(|(row, place)| place.entry(row)))
    }
}

/// The log's last position, 0 while it is empty.
pub(crate) async fn end_of_log(pool: &PgPool) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(r#"SELECT coalesce(max(global_position), 0) AS "end!" FROM events"#)
        .fetch_one(pool)
        .await
}

fn copied_row(fields: &mut Fields<'_>) -> sqlx::Result<(StoredRow, Place)> {
    let row = StoredRow {
        aggregate_type: fields.text()?.to_owned(),
        aggregate_id: fields.text()?.to_owned(),
        event_type: fields.text()?.to_owned(),
        event_version: fields.text()?.to_owned(),
        payload: Payload::Text(fields.text()?.to_owned()),
    };
    let (position, sequence, at) = (fields.bigint()?, fields.bigint()?, fields.timestamp()?);
    let Metadata { actor } = serde_json::from_slice(fields.bytes()?)
        .map_err(|error| sqlx::Error::Decode(error.into()))?;
    Ok((row, Place { position, sequence, at, actor }))
}

struct Row {
    aggregate_type: String,
    aggregate_id: String,
    sequence: i64,
    event_type: String,
    event_version: String,
    payload: Json<Box<RawValue>>,
    metadata: Json<Metadata>,
    global_position: i64,
    recorded_at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Metadata {
    actor: Option<UserId>,
}

/// What a row says of an event beside the event itself.
struct Place {
    position: i64,
    sequence: i64,
    at: DateTime<Utc>,
    actor: Option<UserId>,
}

impl Row {
    fn split(self) -> (StoredRow, Place) {
        let Json(Metadata { actor }) = self.metadata;
        let place = Place {
            position: self.global_position,
            sequence: self.sequence,
            at: self.recorded_at,
            actor,
        };
        let row = StoredRow {
            aggregate_type: self.aggregate_type,
            aggregate_id: self.aggregate_id,
            event_type: self.event_type,
            event_version: self.event_version,
            payload: Payload::Text(Box::<str>::from(self.payload.0).into()),
        };
        (row, place)
    }
}

impl Place {
    fn entry(self, row: StoredRow) -> Result<Entry, ProjectionError> {
        let Self { position, sequence, at, actor } = self;
        let (aggregate_type, aggregate_id) = (row.aggregate_type.clone(), row.aggregate_id.clone());
        let error = match Event::decode(row) {
            Ok(event) => {
                let event = RecordedEvent { position, sequence, at, actor, event };
                return Ok(Entry::Event(Arc::new(event)));
            }
            Err(error) => error,
        };
        let newer = match error {
            DecodeError::UnknownAggregate(_) | DecodeError::UnknownEvent { .. } => true,
            DecodeError::StreamId(_) | DecodeError::Payload { .. } => false,
        };
        let unreadable = Arc::new(Unreadable { position, aggregate_type, aggregate_id, error });
        if newer {
            Err(ProjectionError::Undecodable(unreadable))
        } else {
            Ok(Entry::Unreadable(unreadable))
        }
    }
}
