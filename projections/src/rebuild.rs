//! Fills a second copy of a read model from the log, beside the live one, and swaps it in.
//!
//! The copy is filled by the projector that fills the live one: its tables lie in a schema
//! that this connection searches first. The swap holds the checkpoint's row, which the live
//! follower needs for each batch, so between the copy's last event and the follower's next
//! nothing is lost and nothing is applied twice; it works beside followers of any node, and
//! alone.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::events::RecordedEvent;
use futures::future::try_join_all;
use sqlx::error::DatabaseError;
use sqlx::{Connection, PgConnection, PgPool};
use tokio::time::sleep;
use tracing::warn;

use crate::error::ProjectionError;
use crate::event_table::EventTable;
use crate::follower::{self, Projector};

/// Events read and applied at once.
const BATCH: usize = 5_000;
/// With fewer events than this to go, the swap may begin: it applies the rest under its lock.
const NEAR: usize = 500;
/// Swaps tried before giving up, and the wait between them.
const ATTEMPTS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(250);
/// First half of the advisory locks that keep rebuilds of one projector apart.
const LOCK_CLASS: i32 = 7_306_927;

/// How far a rebuild has come.
#[derive(Clone, Copy, Debug)]
pub struct RebuildProgress {
    /// What is rebuilt: one projection's name, or `all`.
    pub projection: &'static str,
    /// Events of the log gone through so far.
    pub done: u64,
    /// Events there are to go through; grows while the log does.
    pub total: u64,
    pub events_per_second: f64,
}

/// Rebuilds read models, all of them in one pass through the log. Calls `swapped` with each
/// one's name and position as it takes the live one's place.
pub(crate) async fn rebuild(
    pool: &PgPool,
    table: &EventTable,
    projectors: &[Arc<dyn Projector>],
    progress: &mut (dyn FnMut(RebuildProgress) + Send),
    swapped: &(dyn Fn(&'static str, i64) + Sync),
) -> Result<(), ProjectionError> {
    let mut copies = vec![];
    for projector in projectors {
        copies.push(SecondCopy::begin(pool, table, &**projector).await?);
    }
    let rebuilt = async {
        for copy in &mut copies {
            copy.make().await?;
        }
        fill(table, &mut copies, progress).await?;
        for copy in &mut copies {
            copy.analyze().await?;
            swapped(copy.projector.name(), copy.swap_in().await?);
        }
        Ok(())
    }
    .await;
    for copy in copies {
        copy.end(rebuilt.is_ok()).await;
    }
    rebuilt
}

/// Applies the log up to near its end, reading the next batch while one is applied.
async fn fill(
    table: &EventTable,
    copies: &mut [SecondCopy<'_>],
    progress: &mut (dyn FnMut(RebuildProgress) + Send),
) -> Result<(), ProjectionError> {
    let started = Instant::now();
    let projection = match copies {
        [one] => one.projector.name(),
        _ => "all",
    };
    let mut done = 0;
    let mut events = table.after(0, BATCH).await?;
    while let Some(last) = events.last().map(|last| last.position) {
        let (applied, next) = tokio::join!(
            try_join_all(copies.iter_mut().map(|copy| copy.apply(&events, last))),
            table.after(last, BATCH)
        );
        applied?;
        done += events.len() as u64;
        events = next?;
        progress(RebuildProgress {
            projection,
            done,
            total: done + (table.end().await? - last).unsigned_abs(),
            events_per_second: done as f64 / started.elapsed().as_secs_f64(),
        });
        if events.len() < NEAR {
            break;
        }
    }
    Ok(())
}

struct SecondCopy<'a> {
    table: &'a EventTable,
    projector: &'a dyn Projector,
    schema: String,
    tables: Vec<String>,
    connection: PgConnection,
    /// The last position applied to it.
    position: i64,
}

impl<'a> SecondCopy<'a> {
    async fn begin(
        pool: &PgPool,
        table: &'a EventTable,
        projector: &'a dyn Projector,
    ) -> Result<Self, ProjectionError> {
        let name = projector.name();
        let mut connection = pool.acquire().await?.detach();
        follower::prepare(&mut connection).await?;
        let alone = sqlx::query_scalar!(
            r#"SELECT pg_try_advisory_lock($1, hashtext($2)) AS "alone!""#,
            LOCK_CLASS,
            name
        )
        .fetch_one(&mut connection)
        .await?;
        if !alone {
            return Err(ProjectionError::RebuildRunning(name));
        }
        Ok(Self {
            table,
            projector,
            schema: format!("rebuild_{name}"),
            tables: projector.tables().iter().map(|table| (*table).to_owned()).collect(),
            connection,
            position: 0,
        })
    }

    /// What a rebuild that was cut short left behind goes here as well.
    async fn make(&mut self) -> sqlx::Result<()> {
        sqlx::query!("SELECT read.make_second_copy($1, $2)", self.schema, &self.tables)
            .execute(&mut self.connection)
            .await?;
        sqlx::query!(
            "SELECT set_config('search_path', format('%I, public, read', $1::text), false)",
            self.schema
        )
        .fetch_one(&mut self.connection)
        .await?;
        Ok(())
    }

    /// Applies what comes next in the log, up to position `to`.
    async fn apply(&mut self, events: &[RecordedEvent], to: i64) -> sqlx::Result<()> {
        apply(&mut self.connection, self.projector, events).await?;
        self.position = to;
        Ok(())
    }

    /// The planner would take the new tables for empty until the next automatic one.
    async fn analyze(&mut self) -> sqlx::Result<()> {
        for table in &self.tables {
            let analyze = format!("ANALYZE {}.{table}", self.schema);
            sqlx::query(&analyze).execute(&mut self.connection).await?;
        }
        Ok(())
    }

    /// Leaves nothing behind. The lock is let go by name: the end of a connection is noticed
    /// a little later, and the next rebuild may begin at once.
    async fn end(mut self, swapped_in: bool) {
        let cleaning: sqlx::Result<()> = async {
            if !swapped_in {
                let drop = format!("DROP SCHEMA IF EXISTS {} CASCADE", self.schema);
                sqlx::query(&drop).execute(&mut self.connection).await?;
            }
            sqlx::query!("SELECT pg_advisory_unlock_all()").execute(&mut self.connection).await?;
            self.connection.close().await
        }
        .await;
        if let Err(error) = cleaning {
            warn!(schema = self.schema, %error, "left behind; the next rebuild drops it");
        }
    }

    /// Applies what was appended since, so that little is left for the swap to apply while it
    /// holds up the live follower.
    async fn catch_up(&mut self) -> Result<(), ProjectionError> {
        loop {
            let events = self.table.after(self.position, BATCH).await?;
            let Some(last) = events.last().map(|last| last.position) else { return Ok(()) };
            self.apply(&events, last).await?;
            if events.len() < NEAR {
                return Ok(());
            }
        }
    }

    /// Tries until no reader stands in the way. The live tables are asked for no longer than
    /// the database takes to look for a deadlock (a second), so that it is never a reader who
    /// is sent away.
    async fn swap_in(&mut self) -> Result<i64, ProjectionError> {
        for _ in 0..ATTEMPTS {
            self.catch_up().await?;
            match self.try_swap().await {
                Ok(position) => return Ok(position),
                Err(ProjectionError::Database(error)) if is_lock_timeout(&error) => {
                    sleep(PAUSE).await;
                }
                Err(error) => return Err(error),
            }
        }
        Err(ProjectionError::SwapBlocked(self.projector.name()))
    }

    async fn try_swap(&mut self) -> Result<i64, ProjectionError> {
        let name = self.projector.name();
        follower::checkpoint(&mut self.connection, name).await?;
        let mut tx = self.connection.begin().await?;
        sqlx::query!("SET LOCAL lock_timeout = '300ms'").execute(&mut *tx).await?;
        let live = sqlx::query_scalar!(
            "SELECT position FROM projection_checkpoints WHERE name = $1 FOR UPDATE",
            name
        )
        .fetch_one(&mut *tx)
        .await?;
        // Readers must not be taken back in time: the copy goes as far as the live one at least.
        let mut position = self.position;
        while position < live {
            let events = self.table.after(position, BATCH).await?;
            let Some(last) = events.last().map(|last| last.position) else { break };
            apply(&mut tx, self.projector, &events).await?;
            position = last;
        }
        let position = position.max(live);
        sqlx::query!(
            "UPDATE projection_checkpoints SET position = $2, moved_at = now() WHERE name = $1",
            name,
            position
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!("SELECT read.swap_in_second_copy($1, $2)", self.schema, &self.tables)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(position)
    }
}

/// Applies events to the copy, all or nothing.
async fn apply(
    connection: &mut PgConnection,
    projector: &dyn Projector,
    events: &[RecordedEvent],
) -> sqlx::Result<()> {
    let concerning: Vec<_> =
        events.iter().filter(|event| projector.handles(&event.event)).collect();
    if concerning.is_empty() {
        return Ok(());
    }
    let mut tx = connection.begin().await?;
    projector.apply_batch(&mut tx, &concerning).await?;
    tx.commit().await
}

fn is_lock_timeout(error: &sqlx::Error) -> bool {
    const LOCK_NOT_AVAILABLE: &str = "55P03";
    error
        .as_database_error()
        .and_then(DatabaseError::code)
        .is_some_and(|code| code == LOCK_NOT_AVAILABLE)
}
