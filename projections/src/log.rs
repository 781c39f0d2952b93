//! The node's one reader of the log: followers and the gateway read what it has read.
//!
//! Positions are handed out in commit order, so `global_position > N` in order is all it
//! takes to miss nothing.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use domain::account::AccountEvent;
use domain::events::{Event, RecordedEvent};
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::error::ProjectionError;
use crate::event_table::EventTable;

/// Recent events kept in memory, enough for followers that are a little behind.
const RING: usize = 16_384;
/// Events read at once.
const BATCH: usize = 1_000;
/// Backs up both ways of being woken, which may be lost.
const POLL: Duration = Duration::from_millis(500);
/// Other nodes tell here what they appended.
const CHANNEL: &str = "appended";

/// Clones share one ring and one head.
#[derive(Clone, Debug)]
pub struct Log {
    pool: PgPool,
    table: EventTable,
    ring: Arc<RwLock<Ring>>,
    head: Arc<watch::Sender<i64>>,
    /// Why the reader does not get on; none while it does.
    trouble: Arc<Mutex<Option<String>>>,
}

#[derive(Debug)]
struct Ring {
    /// Every event after this position and up to the head is here.
    after: i64,
    events: VecDeque<Arc<RecordedEvent>>,
}

impl Log {
    pub fn new(pool: PgPool) -> Self {
        Self {
            table: EventTable::new(pool.clone()),
            pool,
            // Nothing is after the end of time: until the reader runs, the table answers.
            ring: Arc::new(RwLock::new(Ring { after: i64::MAX, events: VecDeque::new() })),
            head: Arc::new(watch::Sender::new(0)),
            trouble: Arc::default(),
        }
    }

    /// Reads on until told to stop, through restarts of the database. `appended` says what
    /// this node has committed; other nodes are heard through the database.
    ///
    /// An event that cannot be decoded is never skipped: the reader stays before it and says
    /// so ([`trouble`](Self::trouble)).
    pub async fn run(self, appended: watch::Receiver<i64>, stop: CancellationToken) {
        let elsewhere = Notify::new();
        let running = async {
            tokio::join!(self.listen(&elsewhere), self.read(appended, &elsewhere));
        };
        stop.run_until_cancelled(running).await;
    }

    /// The last position read. 0 until the reader has found the log's end.
    pub fn head(&self) -> watch::Receiver<i64> {
        self.head.subscribe()
    }

    /// Why the reader does not get on, if it does not.
    pub fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The events that come next after `position`, ascending, none missing: from memory where
    /// it reaches back far enough, else from the table.
    pub async fn after(
        &self,
        position: i64,
        limit: usize,
    ) -> Result<Vec<Arc<RecordedEvent>>, ProjectionError> {
        if let Some(events) = self.remembered(position, limit) {
            return Ok(events);
        }
        Ok(self.table.after(position, limit).await?.into_iter().map(Arc::new).collect())
    }

    /// The events at these positions, ascending; a position that holds none is left out.
    pub async fn at(&self, positions: &[i64]) -> Result<Vec<Arc<RecordedEvent>>, ProjectionError> {
        Ok(self.table.at(positions).await?.into_iter().map(Arc::new).collect())
    }

    pub(crate) fn table(&self) -> &EventTable {
        &self.table
    }

    /// The last position in the table, which the reader may not have reached yet.
    pub async fn end(&self) -> Result<i64, ProjectionError> {
        Ok(self.table.end().await?)
    }

    fn remembered(&self, position: i64, limit: usize) -> Option<Vec<Arc<RecordedEvent>>> {
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        if position < ring.after {
            return None;
        }
        let start = ring.events.partition_point(|event| event.position <= position);
        Some(ring.events.range(start..).take(limit).cloned().collect())
    }

    async fn read(&self, mut appended: watch::Receiver<i64>, elsewhere: &Notify) {
        let mut writing_here = true;
        loop {
            match self.read_on().await {
                Ok(read) => {
                    self.set_trouble(None);
                    if read == BATCH {
                        continue;
                    }
                }
                Err(error) => {
                    self.set_trouble(Some(error.to_string()));
                    tokio::time::sleep(POLL).await;
                    continue;
                }
            }
            let head = *self.head.borrow();
            tokio::select! {
                news = appended.wait_for(|position| *position > head), if writing_here => {
                    writing_here = news.is_ok();
                }
                () = elsewhere.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    /// Reads the next batch into the ring and moves the head; how many events there were.
    async fn read_on(&self) -> Result<usize, ProjectionError> {
        if self.ring.read().unwrap_or_else(PoisonError::into_inner).after == i64::MAX {
            let end = self.table.end().await?;
            self.ring.write().unwrap_or_else(PoisonError::into_inner).after = end;
            self.head.send_replace(end);
        }
        let head = *self.head.borrow();
        let events = self.table.after(head, BATCH).await?;
        let (read, Some(last)) = (events.len(), events.last().map(|event| event.position)) else {
            return Ok(0);
        };
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        for event in events {
            if let Event::Account(person, AccountEvent::Erased {}) = event.event {
                // What was opened before is forgotten here too; the table tells no more of it.
                self.table.forget(person);
                ring.events.clear();
                ring.after = event.position - 1;
            }
            ring.events.push_back(Arc::new(event));
        }
        while ring.events.len() > RING {
            if let Some(forgotten) = ring.events.pop_front() {
                ring.after = forgotten.position;
            }
        }
        drop(ring);
        self.head.send_replace(last);
        Ok(read)
    }

    /// Hears what other nodes appended. A connection that is lost is opened again; what was
    /// missed in between, the slow poll finds.
    async fn listen(&self, elsewhere: &Notify) {
        loop {
            let hearing: Result<(), sqlx::Error> = async {
                let mut listener = PgListener::connect_with(&self.pool).await?;
                listener.listen(CHANNEL).await?;
                loop {
                    let news = listener.recv().await?;
                    let known =
                        news.payload().parse().is_ok_and(|at: i64| at <= *self.head.borrow());
                    if !known {
                        elsewhere.notify_one();
                    }
                }
            }
            .await;
            if let Err(error) = hearing {
                warn!(%error, "not hearing other nodes; trying again");
                tokio::time::sleep(POLL * 2).await;
            }
        }
    }

    fn set_trouble(&self, now: Option<String>) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        match (&*trouble, &now) {
            (before, Some(error)) if before.as_ref() != Some(error) => {
                tracing::error!(error, "the log's reader does not get on");
            }
            (Some(_), None) => info!("the log's reader gets on again"),
            _ => {}
        }
        *trouble = now;
    }
}
