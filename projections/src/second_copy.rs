//! The second copy of one read model, beside the live one.
//!
//! The copy is filled by the projector that fills the live one: its tables lie in a schema
//! that this connection searches first. The swap holds the checkpoint's row, which the live
//! follower needs for each batch, so between the copy's last event and the follower's next
//! nothing is lost and nothing is applied twice; it works beside followers of any node, and
//! alone.
//!
//! Events that cannot be applied are parked as a follower parks them, but at their first
//! failure: nobody else writes the copy, so nothing would change. What was parked for the live
//! read model goes with it in the swap.

use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::{Connection, Executor, PgConnection, PgPool};
use tokio::time::sleep;
use tracing::warn;

use crate::attempt::{Failure, attempt};
use crate::entry::Entry;
use crate::error::ProjectionError;
use crate::event_table::EventTable;
use crate::follower::{self, Projector};
use crate::live_tables::keep_autovacuum_off;
use crate::parked::{self, ParkedEvent, ParkedStreams, Sorted};
use crate::stored_checkpoint::StoredCheckpoint;

/// Events read and applied at once while catching up.
const BATCH: usize = 5_000;
/// With fewer events than this to go, the swap may begin: it applies the rest under its lock.
const NEAR: usize = 500;
/// Swaps tried before giving up, and the wait between them.
const ATTEMPTS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(250);
/// First half of the advisory locks that keep rebuilds of one projector apart.
const LOCK_CLASS: i32 = 7_306_927;

pub(crate) struct SecondCopy<'a> {
    table: &'a EventTable,
    projector: &'a dyn Projector,
    schema: String,
    tables: Vec<String>,
    connection: PgConnection,
    /// The last position applied to it.
    position: i64,
    parked: Vec<ParkedEvent>,
    parked_streams: ParkedStreams,
}

impl<'a> SecondCopy<'a> {
    /// Fails where another rebuild of this read model is under way.
    pub(crate) async fn begin(
        pool: &PgPool,
        table: &'a EventTable,
        projector: &'a dyn Projector,
    ) -> Result<Self, ProjectionError> {
        let name = projector.name();
        let mut connection = follower::connect(pool).await?;
        // Indexes are made in memory as far as possible.
        connection.execute("SET maintenance_work_mem = '256MB'").await?;
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
            parked: vec![],
            parked_streams: ParkedStreams::default(),
        })
    }

    pub(crate) fn name(&self) -> &'static str {
        self.projector.name()
    }

    /// What it takes the place of.
    pub(crate) fn live_tables(&self) -> impl Iterator<Item = String> {
        self.projector.tables().iter().map(|table| format!("read.{table}"))
    }

    /// How many events could not be applied to it.
    pub(crate) fn parked(&self) -> usize {
        self.parked.len()
    }

    /// Empty tables that have their keys and no other index. What a rebuild that was cut short
    /// left behind goes here as well.
    pub(crate) async fn make(&mut self) -> sqlx::Result<()> {
        sqlx::query!("SELECT read.make_bare_copy($1, $2)", self.schema, &self.tables)
            .execute(&mut self.connection)
            .await?;
        self.position = 0;
        self.parked.clear();
        self.parked_streams = ParkedStreams::default();
        sqlx::query!(
            "SELECT set_config('search_path', format('%I, public, read', $1::text), false)",
            self.schema
        )
        .fetch_one(&mut self.connection)
        .await?;
        Ok(())
    }

    /// Applies what comes next in the log, up to position `to`.
    pub(crate) async fn apply(
        &mut self,
        entries: &[Entry],
        to: i64,
    ) -> Result<(), ProjectionError> {
        // What fails is halved until the event that fails is alone.
        let mut rest = vec![entries];
        while let Some(entries) = rest.pop() {
            let mut sorted = self.parked_streams.sort(self.projector, entries);
            match apply(&mut self.connection, self.projector, &sorted).await {
                Ok(()) => {}
                Err(Failure::Around(error)) => return Err(error),
                Err(Failure::OfTheEvents(reason)) => {
                    let [event] = sorted.apply[..] else {
                        let (first, second) = entries.split_at(entries.len() / 2);
                        rest.extend([second, first]);
                        continue;
                    };
                    sorted.park.push(ParkedEvent::failed(event, reason, 1));
                }
            }
            self.parked_streams.add(&sorted.park);
            self.parked.append(&mut sorted.park);
        }
        self.position = to;
        Ok(())
    }

    /// Makes what was left out until the tables are full: indexes, and the planner's numbers of
    /// what rows are found by, which it would take for none until the next automatic run. That
    /// one, which comes soon after a table was filled, sees to the others.
    ///
    /// Where the rows break the rule of an index, the copy is filled again under all of them,
    /// slowly, so that the event that breaks it is found and parked.
    pub(crate) async fn complete(&mut self) -> Result<(), ProjectionError> {
        match self.index().await.map_err(Failure::from) {
            Ok(()) => {}
            Err(Failure::Around(error)) => return Err(error),
            Err(Failure::OfTheEvents(reason)) => {
                warn!(projector = self.name(), reason, "filling again, event by event");
                self.make().await?;
                self.index().await?;
                self.catch_up().await?;
            }
        }
        for table in &self.tables {
            let table = format!("{}.{table}", self.schema);
            let indexed = sqlx::query_scalar!(
                r#"SELECT string_agg(quote_ident(attname), ', ') AS "columns!"
                   FROM pg_attribute
                   WHERE attrelid = $1::text::regclass AND attnum IN (
                       SELECT unnest(indkey) FROM pg_index WHERE indrelid = attrelid)"#,
                table
            )
            .fetch_one(&mut self.connection)
            .await?;
            let analyze = format!("ANALYZE {table} ({indexed})");
            sqlx::query(&analyze).execute(&mut self.connection).await?;
        }
        Ok(())
    }

    async fn index(&mut self) -> sqlx::Result<()> {
        sqlx::query!("SELECT read.index_copy($1, $2)", self.schema, &self.tables)
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }

    /// Leaves nothing behind. The lock is let go by name: the end of a connection is noticed
    /// a little later, and the next rebuild may begin at once.
    pub(crate) async fn end(mut self, swapped_in: bool) {
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
            let entries = self.table.after(self.position, BATCH).await?;
            let Some(last) = entries.last().map(Entry::position) else { return Ok(()) };
            self.apply(&entries, last).await?;
            if entries.len() < NEAR {
                return Ok(());
            }
        }
    }

    /// Tries until no reader stands in the way. The live tables are asked for no longer than
    /// the database takes to look for a deadlock (a second), so that it is never a reader who
    /// is sent away.
    pub(crate) async fn swap_in(&mut self) -> Result<i64, ProjectionError> {
        for _ in 0..ATTEMPTS {
            self.catch_up().await?;
            match self.try_swap().await {
                Ok(position) => return Ok(position),
                Err(Failure::Around(error)) if !is_lock_timeout(&error) => return Err(error),
                // A reader stands in the way, or an event that catching up will park.
                Err(_) => sleep(PAUSE).await,
            }
        }
        Err(ProjectionError::SwapBlocked(self.projector.name()))
    }

    async fn try_swap(&mut self) -> Result<i64, Failure> {
        let name = self.projector.name();
        StoredCheckpoint::find(&mut self.connection, name).await?;
        let live: Vec<_> = self.live_tables().collect();
        let mut tx = self.connection.begin().await?;
        // An autovacuum would outlast what follows, which asks for no longer than a moment.
        keep_autovacuum_off(&mut tx, &live, "3s").await?;
        sqlx::query!("SET LOCAL lock_timeout = '300ms'").execute(&mut *tx).await?;
        let live = sqlx::query_scalar!(
            "SELECT position FROM projection_checkpoints WHERE name = $1 FOR UPDATE",
            name
        )
        .fetch_one(&mut *tx)
        .await?;
        // Readers must not be taken back in time: the copy goes as far as the live one at least.
        let (mut position, mut streams) = (self.position, self.parked_streams.clone());
        let mut late = vec![];
        while position < live {
            let entries = self.table.after(position, BATCH).await?;
            let Some(last) = entries.last().map(Entry::position) else { break };
            let mut sorted = streams.sort(self.projector, &entries);
            attempt(self.projector, &mut tx, &sorted.apply).await?;
            streams.add(&sorted.park);
            late.append(&mut sorted.park);
            position = last;
        }
        let position = position.max(live);
        sqlx::query!(
            "UPDATE projection_checkpoints
             SET position = $2, rebuilds = rebuilds + 1, moved_at = now() WHERE name = $1",
            name,
            position
        )
        .execute(&mut *tx)
        .await?;
        parked::clear(&mut tx, name).await?;
        parked::park(&mut tx, name, self.parked.iter().chain(&late)).await?;
        sqlx::query!("SELECT read.swap_in_second_copy($1, $2)", self.schema, &self.tables)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        self.parked.append(&mut late);
        for event in &self.parked {
            event.report(name);
        }
        Ok(position)
    }
}

/// Applies events to the copy, all or nothing.
async fn apply(
    connection: &mut PgConnection,
    projector: &dyn Projector,
    sorted: &Sorted<'_>,
) -> Result<(), Failure> {
    if sorted.apply.is_empty() {
        return Ok(());
    }
    let mut tx = connection.begin().await?;
    attempt(projector, &mut tx, &sorted.apply).await?;
    Ok(tx.commit().await?)
}

fn is_lock_timeout(error: &ProjectionError) -> bool {
    const LOCK_NOT_AVAILABLE: &str = "55P03";
    let ProjectionError::Database(error) = error else { return false };
    error
        .as_database_error()
        .and_then(DatabaseError::code)
        .is_some_and(|code| code == LOCK_NOT_AVAILABLE)
}
