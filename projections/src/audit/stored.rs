//! The log itself, row by row, exactly as it is stored.

use chrono::{DateTime, Utc};
use domain::events::AGGREGATES;
use serde_json::value::RawValue;
use sqlx::types::Json;
use uuid::Uuid;

use super::Audit;
use crate::error::ProjectionError;
use crate::page::{Page, Slice};

/// Which events are wanted. The default is all of them.
#[derive(Clone, Debug, Default)]
pub struct LogFilter {
    /// One of [`AGGREGATES`].
    pub aggregate: Option<&'static str>,
    /// The id of a stream.
    pub stream: Option<Uuid>,
    /// Only what comes after this position.
    pub after: i64,
}

/// A row of the log. Payload and metadata are the stored text, byte for byte.
#[derive(Debug)]
pub struct LogEntry {
    pub position: i64,
    pub aggregate: String,
    pub stream: String,
    pub sequence: i64,
    pub kind: String,
    pub version: String,
    pub payload: Json<Box<RawValue>>,
    pub metadata: Json<Box<RawValue>>,
    pub at: DateTime<Utc>,
}

impl Audit {
    /// Ascending by position.
    pub async fn events(
        &self,
        filter: &LogFilter,
        page: &Page,
    ) -> Result<Slice<LogEntry>, ProjectionError> {
        const LIST: &str = "log";
        let after = page.after(LIST)?.unwrap_or(filter.after).max(filter.after);
        let rows = match filter.stream {
            Some(stream) => self.of_stream(stream, filter.aggregate, after, page.rows()).await?,
            None => self.of_log(filter.aggregate, after, page.rows()).await?,
        };
        Ok(page.slice(LIST, rows, |last| last.position))
    }

    async fn of_stream(
        &self,
        stream: Uuid,
        aggregate: Option<&'static str>,
        after: i64,
        limit: i64,
    ) -> sqlx::Result<Vec<LogEntry>> {
        // Named one by one, so that the primary key finds them.
        let aggregates = aggregate.as_ref().map_or(AGGREGATES, std::slice::from_ref);
        sqlx::query_as!(
            LogEntry,
            r#"SELECT global_position AS position, aggregate_type AS aggregate,
                      aggregate_id AS stream, sequence, event_type AS kind,
                      event_version AS version, payload AS "payload: Json<Box<RawValue>>",
                      metadata AS "metadata: Json<Box<RawValue>>", recorded_at AS at
               FROM events
               WHERE aggregate_type = ANY($1) AND aggregate_id = $2 AND global_position > $3
               ORDER BY global_position LIMIT $4"#,
            aggregates as &[&str],
            stream.to_string(),
            after,
            limit
        )
        .fetch_all(&self.pool)
        .await
    }

    async fn of_log(
        &self,
        aggregate: Option<&'static str>,
        after: i64,
        limit: i64,
    ) -> sqlx::Result<Vec<LogEntry>> {
        sqlx::query_as!(
            LogEntry,
            r#"SELECT global_position AS position, aggregate_type AS aggregate,
                      aggregate_id AS stream, sequence, event_type AS kind,
                      event_version AS version, payload AS "payload: Json<Box<RawValue>>",
                      metadata AS "metadata: Json<Box<RawValue>>", recorded_at AS at
               FROM events
               WHERE global_position > $1 AND ($2::text IS NULL OR aggregate_type = $2)
               ORDER BY global_position LIMIT $3"#,
            after,
            aggregate,
            limit
        )
        .fetch_all(&self.pool)
        .await
    }
}
