//! Applies the log to one read model, each event exactly once.
//!
//! A batch and the move of the checkpoint are one transaction. Only one follower of a
//! projector works at a time, on the node that holds the projector's lock; the lock belongs
//! to the very connection the work is done on, so work and ownership end together. Should
//! two believe they own it all the same, the checkpoint stops one of them: it is moved only
//! from where the mover knows it to be.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::events::{Event, RecordedEvent};
use sqlx::{Connection, Executor, PgConnection, PgPool};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::checkpoints::Checkpoints;
use crate::error::ProjectionError;
use crate::log::Log;

/// Events applied in one transaction, at most.
pub(crate) const BATCH: usize = 1_000;
/// How often a follower in waiting tries to take over.
const STAND_BY: Duration = Duration::from_millis(250);
/// Waits between attempts at what failed, doubling from the first to the last.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));
/// First half of the projectors' advisory locks; the second is the hash of the name.
const LOCK_CLASS: i32 = 7_306_926;

/// Fills one read model. It knows neither checkpoints nor batches nor locks.
#[async_trait]
pub(crate) trait Projector: Send + Sync {
    fn name(&self) -> &'static str;

    /// The tables it fills, its alone.
    fn tables(&self) -> &'static [&'static str];

    /// Whether the event may change anything here; others are not applied.
    fn handles(&self, event: &Event) -> bool;

    async fn apply(&self, tx: &mut PgConnection, event: &RecordedEvent) -> sqlx::Result<()>;

    /// Applies events in order. Overridden where one statement can do for many.
    async fn apply_batch(
        &self,
        tx: &mut PgConnection,
        events: &[&RecordedEvent],
    ) -> sqlx::Result<()> {
        for event in events {
            self.apply(tx, event).await?;
        }
        Ok(())
    }
}

pub(crate) struct Follower {
    pub(crate) projector: Arc<dyn Projector>,
    pub(crate) pool: PgPool,
    pub(crate) log: Log,
    pub(crate) checkpoints: Arc<Checkpoints>,
}

/// How many events are tried at once: one after a failure, so that the event that fails is
/// found and all before it are applied, then more again.
struct Pace {
    batch: usize,
    failures: u32,
}

impl Follower {
    /// Follows until told to stop. What fails is tried again for good: the projector's lag and
    /// trouble show it, and nothing after the failing event is applied.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let name = self.projector.name();
        let mut pace = Pace { batch: BATCH, failures: 0 };
        loop {
            let outcome = self.own_and_follow(&mut pace, &stop).await;
            self.checkpoints.set_here(name, false);
            // An event that keeps failing would be parked here, by its position and error.
            let Err(error) = outcome else { return };
            self.checkpoints.set_trouble(name, Some(error.to_string()));
            let wait = pace.failed();
            if stop.run_until_cancelled(sleep(wait)).await.is_none() {
                return;
            }
        }
    }

    /// Returns when told to stop; fails when the connection does, or an event.
    async fn own_and_follow(
        &self,
        pace: &mut Pace,
        stop: &CancellationToken,
    ) -> Result<(), ProjectionError> {
        let name = self.projector.name();
        let Some(owning) = stop.run_until_cancelled(self.own()).await else { return Ok(()) };
        let mut connection = owning?;
        let mut position = checkpoint(&mut connection, name).await?;
        self.checkpoints.set_here(name, true);
        self.checkpoints.moved(name, position);
        let mut head = self.log.head();
        loop {
            head.mark_unchanged();
            let events = self.log.after(position, pace.batch).await?;
            let Some(last) = events.last().map(|last| last.position) else {
                self.checkpoints.set_trouble(name, None);
                tokio::select! {
                    () = stop.cancelled() => break,
                    news = head.changed() => if news.is_err() { break },
                }
                continue;
            };
            if apply(&mut connection, &*self.projector, (position, last), &events).await? {
                position = last;
                self.checkpoints.set_trouble(name, None);
                pace.succeeded();
            } else {
                // A rebuild was swapped in, or another node took over from a connection that
                // this one believed alive.
                position = checkpoint(&mut connection, name).await?;
            }
            self.checkpoints.moved(name, position);
            if stop.is_cancelled() {
                break;
            }
        }
        Ok(connection.close().await?)
    }

    /// A connection that holds the projector's lock, waited for.
    async fn own(&self) -> Result<PgConnection, ProjectionError> {
        let mut connection = self.pool.acquire().await?.detach();
        prepare(&mut connection).await?;
        loop {
            let owned = sqlx::query_scalar!(
                r#"SELECT pg_try_advisory_lock($1, hashtext($2)) AS "owned!""#,
                LOCK_CLASS,
                self.projector.name()
            )
            .fetch_one(&mut connection)
            .await?;
            if owned {
                return Ok(connection);
            }
            sleep(STAND_BY).await;
        }
    }
}

/// Readies a connection for filling read models, and for nothing else.
pub(crate) async fn prepare(connection: &mut PgConnection) -> sqlx::Result<()> {
    // A commit need not wait for the disk here: a crash loses the effects together with the
    // checkpoint's move, and the log, whose commits do wait, has them applied again.
    // The keepalives free the lock of a node that vanished without a word.
    connection
        .execute(
            "SET synchronous_commit = off;
         SET tcp_keepalives_idle = 2; SET tcp_keepalives_interval = 1;
         SET tcp_keepalives_count = 2",
        )
        .await?;
    Ok(())
}

/// Where the projector is, 0 for one that never ran.
pub(crate) async fn checkpoint(
    connection: &mut PgConnection,
    name: &'static str,
) -> sqlx::Result<i64> {
    sqlx::query!(
        "INSERT INTO projection_checkpoints (name, position) VALUES ($1, 0) ON CONFLICT DO NOTHING",
        name
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query_scalar!("SELECT position FROM projection_checkpoints WHERE name = $1", name)
        .fetch_one(connection)
        .await
}

/// Applies `events`, which come right after position `from`, and moves the checkpoint past
/// them to `to`, all or nothing. Nothing happens and the answer is false where the checkpoint
/// is not at `from`.
async fn apply(
    connection: &mut PgConnection,
    projector: &dyn Projector,
    (from, to): (i64, i64),
    events: &[Arc<RecordedEvent>],
) -> sqlx::Result<bool> {
    let concerning: Vec<&RecordedEvent> =
        events.iter().map(Arc::as_ref).filter(|event| projector.handles(&event.event)).collect();
    if concerning.is_empty() {
        return move_checkpoint(connection, projector.name(), from, to).await;
    }
    let mut tx = connection.begin().await?;
    // First, so that its row's lock keeps out a rebuild's swap while this batch is applied.
    if !move_checkpoint(&mut tx, projector.name(), from, to).await? {
        return Ok(false);
    }
    projector.apply_batch(&mut tx, &concerning).await?;
    tx.commit().await?;
    Ok(true)
}

async fn move_checkpoint(
    connection: &mut PgConnection,
    name: &'static str,
    from: i64,
    to: i64,
) -> sqlx::Result<bool> {
    let moved = sqlx::query!(
        "UPDATE projection_checkpoints SET position = $3, moved_at = now()
         WHERE name = $1 AND position = $2",
        name,
        from,
        to
    )
    .execute(connection)
    .await?;
    Ok(moved.rows_affected() == 1)
}

impl Pace {
    fn succeeded(&mut self) {
        self.failures = 0;
        self.batch = (self.batch * 2).min(BATCH);
    }

    fn failed(&mut self) -> Duration {
        let (first, last) = BACKOFF;
        let wait = first.saturating_mul(1 << self.failures.min(10)).min(last);
        self.failures += 1;
        self.batch = 1;
        wait
    }
}
