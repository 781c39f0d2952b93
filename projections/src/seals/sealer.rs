//! Seals the log as it grows, on one node at a time.
//!
//! It reads what is committed and takes no lock of the log's, so no append waits for it. It
//! does not decode what it seals either: an event that no reader understands is sealed, too.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::{Connection, PgConnection, PgPool};
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use super::canonical::LogRow;
use super::error::AuditError;
use super::key::SealKey;
use super::rows;
use super::seal::{LARGEST, Seal};
use super::witness::Witness;
use crate::error::ProjectionError;
use crate::follower::notice_a_vanished_node;

/// How long an event stays without a seal at most, as long as all goes well.
const EVERY: Duration = Duration::from_secs(1);
/// Events sealed in one transaction, where many wait.
const BATCH: usize = 8 * LARGEST;
/// How often a node in waiting tries to take over.
const STAND_BY: Duration = Duration::from_millis(250);
/// Seals written to the file at once, where it lacks many.
const PAGE: i64 = 64;
/// The advisory lock of the one who seals.
const LOCK: i64 = 7_306_928;

pub(super) struct Sealer {
    pub(super) pool: PgPool,
    pub(super) key: Arc<SealKey>,
    pub(super) witness: Witness,
    /// The last position that this node knows of.
    pub(super) head: watch::Receiver<i64>,
}

impl Sealer {
    /// Seals until told to stop. What fails is tried again for good; only sealing waits for
    /// it.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        let mut trouble = None;
        while let Err(failed) = self.own_and_seal(&stop, &mut trouble).await {
            let now = failed.to_string();
            if trouble.as_ref() != Some(&now) {
                error!(error = now, "the log is not sealed");
            }
            trouble = Some(now);
            if stop.run_until_cancelled(sleep(EVERY)).await.is_none() {
                return;
            }
        }
    }

    async fn own_and_seal(
        &mut self,
        stop: &CancellationToken,
        trouble: &mut Option<String>,
    ) -> Result<(), ProjectionError> {
        let Some(owning) = stop.run_until_cancelled(self.own()).await else { return Ok(()) };
        let mut connection = owning?;
        let mut newest = self.witness_all(&mut connection).await?;
        while !stop.is_cancelled() {
            let sealed = newest.as_ref().map_or(0, |seal| seal.last);
            let waiting = self.seal_next(&mut connection, &mut newest).await?;
            if trouble.take().is_some() {
                info!("the log is sealed again");
            }
            if waiting == BATCH {
                continue;
            }
            let sealed = newest.as_ref().map_or(sealed, |seal| seal.last);
            let many = self.head.wait_for(|head| *head >= sealed + LARGEST as i64);
            tokio::select! {
                () = stop.cancelled() => {}
                // Without a head that moves there is still the clock.
                Ok(_) = many => {}
                () = sleep(EVERY) => {}
            }
        }
        Ok(connection.close().await?)
    }

    /// A connection that holds the lock, waited for.
    async fn own(&self) -> Result<PgConnection, ProjectionError> {
        let mut connection = self.pool.acquire().await?.detach();
        notice_a_vanished_node(&mut connection).await?;
        loop {
            let owned = sqlx::query_scalar!(r#"SELECT pg_try_advisory_lock($1) AS "owned!""#, LOCK)
                .fetch_one(&mut connection)
                .await?;
            if owned {
                return Ok(connection);
            }
            sleep(STAND_BY).await;
        }
    }

    /// Writes the seals that the file lacks: those of a node that died between database and
    /// file, all of them where the file is new. Seals of other keys are not for this machine
    /// to witness. Answers the newest seal.
    async fn witness_all(
        &self,
        connection: &mut PgConnection,
    ) -> Result<Option<Seal>, ProjectionError> {
        let newest = rows::newest_seal(&mut *connection).await?;
        let witness = self.witness.clone();
        let witnessed = blocking(move || witness.mend()).await?;
        if let Some(witnessed) = &witnessed {
            let number = witnessed.number;
            if rows::last_seal(&mut *connection, number).await?.as_ref() != Some(witnessed) {
                return Err(AuditError::Contradicted { number }.into());
            }
        }
        let mut number = witnessed.map_or(0, |seal| seal.number);
        loop {
            let page = rows::seals_after(&mut *connection, number, i64::MAX, PAGE).await?;
            let Some(last) = page.last() else { return Ok(newest) };
            number = last.seal.number;
            let own = page.into_iter().map(|leaved| leaved.seal);
            self.witness(own.filter(|seal| seal.public_key == self.key.public()).collect()).await?;
        }
    }

    /// Seals what comes after `newest`, and answers how many events there were.
    ///
    /// Database first, then the file: what is cut short between the two is in the database
    /// and nowhere else, and [`witness_all`](Self::witness_all) makes up for it. The other way
    /// round the file would hold a seal that never came to be.
    async fn seal_next(
        &self,
        connection: &mut PgConnection,
        newest: &mut Option<Seal>,
    ) -> Result<usize, ProjectionError> {
        let sealed = newest.as_ref().map_or(0, |seal| seal.last);
        let events = rows::after(&mut *connection, sealed, BATCH).await?;
        if events.is_empty() {
            return Ok(0);
        }
        let missing = (sealed + 1..).zip(&events).find(|(expected, it)| *expected != it.position);
        if let Some((position, _)) = missing {
            return Err(AuditError::Gap { position }.into());
        }
        let mut made: Vec<Seal> = vec![];
        let mut tx = connection.begin().await?;
        for events in events.chunks(LARGEST) {
            let leaves: Vec<_> = events.iter().map(LogRow::leaf).collect();
            let before = made.last().or(newest.as_ref());
            let seal = Seal::close(&self.key, before, &leaves, now());
            rows::insert(&mut *tx, &seal, &leaves).await?;
            made.push(seal);
        }
        tx.commit().await?;
        *newest = made.last().cloned();
        self.witness(made).await?;
        Ok(events.len())
    }

    async fn witness(&self, seals: Vec<Seal>) -> Result<(), AuditError> {
        let witness = self.witness.clone();
        blocking(move || witness.append(&seals)).await
    }
}

/// The file's side of the work, which waits for the disk.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AuditError> + Send + 'static,
) -> Result<T, AuditError> {
    spawn_blocking(work).await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}

/// As fine as the database keeps it, so that a seal is the same wherever it is read.
pub(super) fn now() -> DateTime<Utc> {
    let now = Utc::now();
    DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
}
