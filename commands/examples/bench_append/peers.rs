//! The peers: postgres-es 0.5 as it comes, and pgbench inserting the same row.

use std::path::Path;
use std::sync::Arc;

use cqrs_es::EventStore;
use cqrs_es::persist::PersistedEventStore;
use embedded_postgres::EmbeddedPostgres;
use postgres_es::{PostgresCqrs, PostgresEventRepository, postgres_cqrs};
use sqlx::{Connection, Executor, PgConnection, PgPool};
use tokio::process::Command;
use uuid::Uuid;

use crate::Failure;
use crate::load::Load;
use crate::note::{Note, Write};

/// The table postgres-es asks for, and one like ours that hands out positions by a sequence.
const TABLES: &str = "
    CREATE TABLE events (
        aggregate_type text NOT NULL, aggregate_id text NOT NULL,
        sequence bigint CHECK (sequence >= 0) NOT NULL,
        event_type text NOT NULL, event_version text NOT NULL,
        payload json NOT NULL, metadata json NOT NULL,
        PRIMARY KEY (aggregate_type, aggregate_id, sequence)
    );
    CREATE TABLE inserted (
        aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence bigint NOT NULL,
        event_type text NOT NULL, event_version text NOT NULL,
        payload json NOT NULL, metadata json NOT NULL,
        global_position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (aggregate_type, aggregate_id, sequence)
    );";

const INSERT: &str = r#"INSERT INTO inserted (aggregate_type, aggregate_id, sequence, event_type,
 event_version, payload, metadata) VALUES ('note', gen_random_uuid()::text, 1, 'Written', '1',
 '{"Written":{"line":1,"text":"See you at the bar after the finals, bring the phone!"}}',
 '{"correlation":"01a2086d-ba54-7482-961b-83051c632e17"}');"#;

/// A database of the peers' own beside ours, on the same server.
pub async fn prepare(server: &EmbeddedPostgres) -> Result<String, Failure> {
    let mut admin = PgConnection::connect(&server.url("postgres")).await?;
    admin.execute("CREATE DATABASE peers").await?;
    let url = server.url("peers");
    PgConnection::connect(&url).await?.execute(TABLES).await?;
    Ok(url)
}

#[derive(Clone)]
pub struct PostgresEs {
    cqrs: Arc<PostgresCqrs<Note>>,
    store: Arc<PersistedEventStore<PostgresEventRepository, Note>>,
    pool: PgPool,
}

impl PostgresEs {
    pub fn new(pool: PgPool) -> Self {
        let repository = PostgresEventRepository::new(pool.clone());
        Self {
            cqrs: Arc::new(postgres_cqrs(pool.clone(), vec![], ())),
            store: Arc::new(PersistedEventStore::new_event_store(repository)),
            pool,
        }
    }

    /// A stream as if it had been written; writing it would read all of it each time.
    pub async fn stream_of(&self, events: u32) -> Result<Uuid, sqlx::Error> {
        let stream = Uuid::now_v7();
        sqlx::query(
            "INSERT INTO events SELECT 'note', $1, n, 'Written', '1', json_build_object('Written',
               json_build_object('line', n, 'text', 'See you at the bar after the finals, bring the phone!')),
               '{}' FROM generate_series(1, $2) n",
        )
        .bind(stream.to_string())
        .bind(i64::from(events))
        .execute(&self.pool)
        .await?;
        Ok(stream)
    }

    pub async fn load(&self, stream: Uuid) {
        self.store.load_aggregate(&stream.to_string()).await.expect("the stream is read");
    }

    /// Tried again on a conflict, as any user of it would have to.
    async fn write(&self, stream: Uuid, lines: u32) {
        while let Err(error) = self.cqrs.execute(&stream.to_string(), Write { lines }).await {
            assert!(matches!(error, cqrs_es::AggregateError::AggregateConflict), "{error}");
        }
    }

    pub fn new_streams(self, lines: u32) -> impl Load {
        move |_| {
            let peer = self.clone();
            async move { peer.write(Uuid::now_v7(), lines).await }
        }
    }

    pub fn given(self, lines: u32) -> impl AsyncFn(Uuid) + Clone {
        async move |stream| self.write(stream, lines).await
    }

    pub fn existing(self, streams: Arc<[Uuid]>) -> impl Load {
        move |turn| {
            let (peer, stream) = (self.clone(), streams[turn % streams.len()]);
            async move { peer.write(stream, 1).await }
        }
    }
}

/// Rows a second of pgbench's best out of 8, 32 and 64 clients.
pub async fn best_insert_rate(pgbench: &Path, url: &str) -> Result<f64, Failure> {
    let script = tempfile::NamedTempFile::new()?;
    std::fs::write(script.path(), INSERT.replace('\n', ""))?;
    let mut best = 0.0_f64;
    for clients in ["8", "32", "64"] {
        let output = Command::new(pgbench)
            .args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--time=4", "--client"])
            .arg(clients)
            .arg("--file")
            .arg(script.path())
            .arg(url)
            .output()
            .await?;
        let text = String::from_utf8_lossy(&output.stdout);
        let rate = text
            .lines()
            .find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok())
            .ok_or_else(|| {
                format!("pgbench said no rate: {}", String::from_utf8_lossy(&output.stderr))
            })?;
        best = best.max(rate);
    }
    Ok(best)
}
