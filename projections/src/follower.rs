//! Applies the log to one read model, each event exactly once.
//!
//! A batch and the move of the checkpoint are one transaction. Only one follower of a
//! projector works at a time, on the node that holds the projector's lock; the lock belongs
//! to the very connection the work is done on, so work and ownership end together. Should
//! two believe they own it all the same, the checkpoint stops one of them: it is moved only
//! from where the mover knows it to be.
//!
//! What passes (a lost connection, a lock, a full disk) is tried again for good. An event
//! that fails for a reason of its own is found by trying one at a time, and parked.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::events::{Event, RecordedEvent};
use sqlx::{Connection, Executor, PgConnection, PgPool};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::attempt::{Failure, attempt, blamed};
use crate::checkpoints::Checkpoints;
use crate::entry::Entry;
use crate::error::ProjectionError;
use crate::log::Log;
use crate::pace::Pace;
use crate::parked::{ParkedEvent, ParkedStreams, Sorted, park};
use crate::skipping::Skipping;
use crate::stored_checkpoint::{Step, StoredCheckpoint};

/// Events applied in one transaction, at most.
pub(crate) const BATCH: usize = 1_000;
/// Up to so many events are applied at once where they can be; COPY puts more than that in for less.
const FEW: usize = 64;
/// How often a follower in waiting tries to take over.
const STAND_BY: Duration = Duration::from_millis(250);
/// How long events gather after a batch for the next one, unless somebody waits for them: a
/// transaction for each message would keep the database busier than all else it does.
const GATHER: Duration = Duration::from_millis(10);
/// How long events wait after a quiet time, unless somebody on this node waits for them: whoever
/// said something, and whoever listens, is told first.
const LAST: Duration = Duration::from_millis(5);
/// How much later than it is passed the stored checkpoint may be where nothing concerned the
/// projector: other nodes that wait for it see it move that late.
const IDLE: Duration = Duration::from_millis(10);
/// First half of the projectors' advisory locks; the second is the hash of the name.
const LOCK_CLASS: i32 = 7_306_926;

/// Fills one read model. It knows neither checkpoints nor batches nor locks.
#[async_trait]
pub(crate) trait Projector: Send + Sync {
    fn name(&self) -> &'static str;

    /// The tables it fills, its alone.
    fn tables(&self) -> &'static [&'static str];

    /// The stored names of the aggregates whose events may change anything here.
    fn aggregates(&self) -> &'static [&'static str];

    /// Whether the event may change anything here; others are not applied.
    fn handles(&self, event: &Event) -> bool {
        self.aggregates().contains(&event.stream().0)
    }

    /// Applies events, all or nothing, as if one after another. May fail where they would not
    /// have failed one by one: then they are tried so.
    async fn apply(&self, tx: &mut PgConnection, events: &[&RecordedEvent]) -> sqlx::Result<()>;

    /// Applies a few events and takes the step in one statement, where there is one for these events:
    /// most batches are so small that round trips are most of what they cost. Answers as
    /// [`Step::take`] does; None where there is no such statement.
    async fn apply_at_once(
        &self,
        _connection: &mut PgConnection,
        _step: Step,
        _events: &[&RecordedEvent],
    ) -> sqlx::Result<Option<bool>> {
        Ok(None)
    }
}

pub(crate) struct Follower {
    pub(crate) projector: Arc<dyn Projector>,
    pub(crate) pool: PgPool,
    pub(crate) log: Log,
    pub(crate) checkpoints: Arc<Checkpoints>,
    pub(crate) skipping: Skipping,
}

/// Where a follower is in the log.
struct Place {
    /// Everything up to here is applied, parked, or of no concern.
    position: i64,
    /// Behind for a moment, by events of no concern.
    stored: StoredCheckpoint,
    /// Since when it is.
    behind_since: Option<Instant>,
    /// When events were applied last.
    applied_at: Option<Instant>,
    /// When there was something again after a quiet time.
    news_at: Option<Instant>,
    parked: ParkedStreams,
}

impl Follower {
    /// Follows until told to stop.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let name = self.projector.name();
        let mut pace = Pace::new(BATCH);
        loop {
            let outcome = self.own_and_follow(&mut pace, &stop).await;
            self.checkpoints.set_here(name, false);
            let Err(error) = outcome else { return };
            self.checkpoints.set_trouble(name, Some(error.to_string()));
            let wait = pace.failed(&error);
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
        let mut place = Place::find(&mut connection, name).await?;
        self.checkpoints.set_here(name, true);
        self.checkpoints.moved(name, place.position);
        let (mut head, mut wanted) = (self.log.head(), self.checkpoints.wanted());
        while !stop.is_cancelled() {
            if let Some(until) = place.gathers_until() {
                let full = place.position + pace.batch() as i64;
                tokio::select! {
                    () = stop.cancelled() => break,
                    _ = wanted.wait_for(|wanted| *wanted > place.position) => {}
                    _ = head.wait_for(|head| *head >= full) => {}
                    () = sleep_until(until) => {}
                }
            }
            head.mark_unchanged();
            let entries = self.log.after(place.position, pace.batch()).await?;
            let Some(last) = entries.last().map(Entry::position) else {
                self.checkpoints.set_trouble(name, None);
                tokio::select! {
                    () = stop.cancelled() => {}
                    news = head.changed() => {
                        if news.is_err() {
                            break;
                        }
                        place.news_at = Some(Instant::now());
                    }
                    () = place.to_be_stored() => {
                        self.store(&mut place, &mut connection).await?;
                        pace.succeeded(place.position);
                    }
                }
                continue;
            };
            let mut sorted = place.parked.sort(&*self.projector, &entries);
            if let [event] = sorted.apply[..]
                && let Some(parked) = pace.given_up(event)
            {
                sorted.apply.clear();
                sorted.park.push(parked);
            }
            let mut is_passed_by = false;
            if sorted.is_empty() {
                is_passed_by = place.pass_by(last);
                if !is_passed_by {
                    self.store(&mut place, &mut connection).await?;
                }
            } else {
                let step = Step { projector: name, from: place.stored, to: last };
                if apply(&mut connection, &*self.projector, step, &sorted).await? {
                    place.moved(last, &sorted.park);
                    place.applied_at = Some(Instant::now());
                    for event in &sorted.park {
                        event.report(name);
                    }
                } else {
                    // A rebuild was swapped in, or another node took over from a connection
                    // that this one believed alive.
                    place = Place::find(&mut connection, name).await?;
                }
            }
            self.checkpoints.moved(name, place.position);
            // What is passed by and not stored is gone over again after a failure, each time: it
            // must not make that forgotten.
            if !is_passed_by {
                self.checkpoints.set_trouble(name, None);
                pace.succeeded(place.position);
            }
        }
        Ok(connection.close().await?)
    }

    /// Moves the stored checkpoint past what was of no concern.
    async fn store(
        &self,
        place: &mut Place,
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let name = self.projector.name();
        let step = Step { projector: name, from: place.stored, to: place.position };
        if self.skipping.store(step).await? {
            place.moved(place.position, &[]);
        } else {
            *place = Place::find(connection, name).await?;
        }
        Ok(())
    }

    /// A connection that holds the projector's lock, waited for.
    async fn own(&self) -> Result<PgConnection, ProjectionError> {
        let mut connection = connect(&self.pool).await?;
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
            self.checkpoints.forget_trouble(self.projector.name());
            sleep(STAND_BY).await;
        }
    }
}

/// A connection of its own for filling read models, and for nothing else.
pub(crate) async fn connect(pool: &PgPool) -> sqlx::Result<PgConnection> {
    let mut connection = pool.acquire().await?.detach();
    // A commit need not wait for the disk here: a crash loses the effects together with the
    // checkpoint's move, and the log, whose commits do wait, has them applied again.
    connection.execute("SET synchronous_commit = off").await?;
    notice_a_vanished_node(&mut connection).await?;
    Ok(connection)
}

/// Has the database let go of this connection's locks soon where its node vanishes without a word:
/// whether it waits for news, or for what it answered to arrive.
pub(crate) async fn notice_a_vanished_node(connection: &mut PgConnection) -> sqlx::Result<()> {
    connection
        .execute(
            "SET tcp_keepalives_idle = 2; SET tcp_keepalives_interval = 1;
             SET tcp_keepalives_count = 2; SET tcp_user_timeout = 4000",
        )
        .await?;
    Ok(())
}

/// Applies and parks what comes right after the checkpoint and moves it, all or nothing. Nothing
/// happens and the answer is false where the checkpoint is not where the step begins.
async fn apply(
    connection: &mut PgConnection,
    projector: &dyn Projector,
    step: Step,
    sorted: &Sorted<'_>,
) -> Result<bool, ProjectionError> {
    let poisoned = |failure| match failure {
        Failure::Around(error) => error,
        Failure::OfTheEvents(reason) => ProjectionError::Poisoned {
            position: sorted.apply.first().map_or(step.to, |event| event.position),
            events: sorted.apply.len(),
            reason,
        },
    };
    if sorted.park.is_empty() && sorted.apply.len() <= FEW {
        let at_once = blamed(projector.apply_at_once(connection, step, &sorted.apply));
        if let Some(moved) = at_once.await.map_err(poisoned)? {
            return Ok(moved);
        }
    }
    let mut tx = connection.begin().await?;
    // First, so that its row's lock keeps out a rebuild's swap while this batch is applied.
    if !step.take(&mut tx).await? {
        return Ok(false);
    }
    attempt(projector, &mut tx, &sorted.apply).await.map_err(poisoned)?;
    park(&mut tx, projector.name(), &sorted.park).await?;
    tx.commit().await?;
    Ok(true)
}

impl Place {
    async fn find(connection: &mut PgConnection, name: &'static str) -> sqlx::Result<Self> {
        // In this order: should a rebuild come in between, the checkpoint no longer fits.
        let stored = StoredCheckpoint::find(connection, name).await?;
        let parked = ParkedStreams::of(connection, name).await?;
        let position = stored.position;
        Ok(Self { position, stored, behind_since: None, applied_at: None, news_at: None, parked })
    }

    fn gathers_until(&self) -> Option<Instant> {
        let after_a_batch = self.applied_at.map(|at| at + GATHER);
        let after_news = self.news_at.map(|at| at + LAST);
        after_a_batch.max(after_news).filter(|until| *until > Instant::now())
    }

    /// Goes past events of no concern; whether the stored checkpoint need not follow yet.
    fn pass_by(&mut self, last: i64) -> bool {
        self.position = last;
        self.behind_since.get_or_insert_with(Instant::now).elapsed() < IDLE
    }

    /// Waits until the stored checkpoint has to follow; for good where it has.
    async fn to_be_stored(&self) {
        match self.behind_since {
            Some(since) => sleep_until(since + IDLE).await,
            None => std::future::pending().await,
        }
    }

    fn moved(&mut self, to: i64, parked: &[ParkedEvent]) {
        (self.position, self.stored.position, self.behind_since) = (to, to, None);
        self.parked.add(parked);
    }
}
