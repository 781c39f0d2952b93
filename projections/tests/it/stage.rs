//! A database of its own for each test, a log to append to, and nodes that follow it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use domain::events::{Event, RecordedEvent, StoredTogether};
use projections::{Log, Projections, connect_options};
use serde::Serialize;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection, Executor, PgConnection, PgPool};
use tokio::sync::broadcast;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Runs `test` on a freshly migrated database, which goes afterwards, come what may.
pub(crate) async fn on_stage<F>(test: impl FnOnce(Stage) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let url = std::env::var("TEST_DATABASE_URL")
        .expect("TEST_DATABASE_URL names no PostgreSQL; `cargo xtask test` brings one");
    let options = connect_options(&url).expect("a database url");
    let mut maintenance =
        PgConnection::connect_with(&options).await.expect("PostgreSQL is running");
    let name = format!("projections_{}", Uuid::now_v7().simple());
    maintenance.execute(&*format!("CREATE DATABASE {name}")).await.expect("a new database");
    let pool = PgPoolOptions::new()
        .max_connections(12)
        .connect_with(options.database(&name))
        .await
        .expect("the new database");
    sqlx::migrate!("../migrations").run(&pool).await.expect("migrations");

    let outcome = tokio::spawn(test(Stage { pool })).await;
    maintenance
        .execute(&*format!("DROP DATABASE {name} WITH (FORCE)"))
        .await
        .expect("the database goes");
    if let Err(panicked) = outcome {
        std::panic::resume_unwind(panicked.into_panic());
    }
}

#[derive(Clone)]
pub(crate) struct Stage {
    pub(crate) pool: PgPool,
}

/// One process of the product, as far as the read side goes.
pub(crate) struct Node {
    pub(crate) log: Log,
    pub(crate) projections: Projections,
    stored: broadcast::Sender<Arc<StoredTogether>>,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

impl Stage {
    pub(crate) fn start_node(&self) -> Node {
        let log = Log::new(self.pool.clone());
        let projections = Projections::new(self.pool.clone(), log.clone());
        let (stored, local) = broadcast::channel(64);
        let stop = CancellationToken::new();
        let (reader, followers) = (log.clone(), projections.clone());
        let stopped = stop.clone();
        let running = tokio::spawn(async move {
            tokio::join!(reader.run(local, stopped.clone()), followers.run(stopped));
        });
        Node { log, projections, stored, stop, running }
    }

    pub(crate) async fn append(&self, events: impl IntoIterator<Item = Event>) -> i64 {
        let now = Utc::now();
        self.append_at(events.into_iter().map(|event| (now, event))).await
    }

    /// Appends in one transaction, as the write side does; the position of the last.
    pub(crate) async fn append_at(
        &self,
        events: impl IntoIterator<Item = (DateTime<Utc>, Event)>,
    ) -> i64 {
        let mut tx = self.pool.begin().await.expect("a transaction");
        tx.execute("SELECT pg_advisory_xact_lock(7306925)").await.expect("the log's lock");
        for (at, event) in events {
            let row = Row::of(&event);
            sqlx::query(
                "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type,
                                     event_version, payload, metadata, global_position,
                                     recorded_at)
                 SELECT $1, $2,
                        (SELECT coalesce(max(sequence), 0) + 1 FROM events
                         WHERE aggregate_type = $1 AND aggregate_id = $2),
                        $3, $4, $5::json, '{}',
                        (SELECT coalesce(max(global_position), 0) + 1 FROM events), $6",
            )
            .bind(row.aggregate)
            .bind(row.id.to_string())
            .bind(row.name)
            .bind(row.version)
            .bind(row.payload)
            .bind(at)
            .execute(&mut *tx)
            .await
            .expect("an appended event");
        }
        let last = sqlx::query_scalar("SELECT coalesce(max(global_position), 0) FROM events")
            .fetch_one(&mut *tx)
            .await
            .expect("the head");
        tx.commit().await.expect("a commit");
        last
    }

    /// All that the read models hold, table by table.
    pub(crate) async fn read_models(&self) -> Vec<(String, serde_json::Value)> {
        let tables: Vec<String> = sqlx::query_scalar(
            "SELECT relname::text FROM pg_class
             WHERE relnamespace = 'read'::regnamespace AND relkind = 'r'
               AND relname NOT IN ('projection_checkpoints', 'parked_events') ORDER BY relname",
        )
        .fetch_all(&self.pool)
        .await
        .expect("the read tables");
        assert_eq!(tables.len(), 13, "every read table is looked at: {tables:?}");
        let mut held = vec![];
        for table in tables {
            let rows = sqlx::query_scalar(&format!(
                "SELECT coalesce(jsonb_agg(to_jsonb(t) ORDER BY to_jsonb(t)::text), '[]')
                 FROM read.{table} t"
            ))
            .fetch_one(&self.pool)
            .await
            .expect("the rows of a read table");
            held.push((table, rows));
        }
        held
    }

    pub(crate) async fn execute(&self, sql: &str) {
        self.pool.execute(sql).await.expect(sql);
    }

    /// As a database that is started anew: nobody's connection is good any more.
    pub(crate) async fn end_connections(&self) {
        self.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await;
    }

    pub(crate) async fn count(&self, sql: &str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.expect(sql)
    }
}

impl Node {
    /// Says what the write side of this node has stored, `events` of it as they are.
    pub(crate) fn heard(&self, through: i64, events: Vec<Arc<RecordedEvent>>) {
        self.stored.send(Arc::new(StoredTogether { through, events })).expect("a reader");
    }

    pub(crate) async fn reaches(&self, position: i64) {
        if let Err(behind) = self.projections.wait_for(position, PATIENCE).await {
            panic!("{behind}: {:#?}", self.projections.lag().await);
        }
    }

    /// As a deploy ends a node.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.running.await.expect("a clean end");
    }

    /// As a crash ends a node: nothing is finished, nothing said.
    pub(crate) async fn crash(self) {
        self.running.abort();
        let _ = self.running.await;
    }
}

/// Waits until `holds`, or fails.
pub(crate) async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("never: {what}"));
}

struct Row {
    aggregate: &'static str,
    id: Uuid,
    name: String,
    version: String,
    payload: String,
}

impl Row {
    fn of(event: &Event) -> Self {
        fn row<E: DomainEvent + Serialize>(aggregate: &'static str, id: Uuid, event: &E) -> Row {
            Row {
                aggregate,
                id,
                name: event.event_type(),
                version: event.event_version(),
                payload: serde_json::to_string(event).expect("a payload"),
            }
        }
        match event {
            Event::Account(id, event) => row("account", id.uuid(), event),
            Event::DanceEvent(id, event) => row("dance_event", id.uuid(), event),
            Event::Participation(id, event) => row("participation", id.uuid(), event),
            Event::Match(id, event) => row("match", id.uuid(), event),
            Event::Message(id, event) => row("message", id.uuid(), event),
            Event::Report(id, event) => row("report", id.uuid(), event),
        }
    }
}
