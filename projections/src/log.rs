//! The node's one reader of the log: followers and the gateway read what it has read.
//!
//! Positions are handed out in commit order, so `global_position > N` in order is all it
//! takes to miss nothing.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use domain::events::{RecordedEvent, StoredTogether};
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Notify, broadcast, watch};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::entry::Entry;
use crate::error::ProjectionError;
use crate::event_table::EventTable;
use crate::read_ahead::ReadAhead;

/// Recent events kept in memory, enough for followers that are a little behind. Those that are
/// far behind share [`ReadAhead`].
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
    read_ahead: ReadAhead,
    head: Arc<watch::Sender<i64>>,
    /// Why the reader does not get on; none while it does.
    trouble: Arc<Mutex<Option<String>>>,
}

#[derive(Debug)]
struct Ring {
    /// Every event after this position and up to the head is here.
    after: i64,
    entries: VecDeque<Entry>,
}

impl Log {
    pub fn new(pool: PgPool) -> Self {
        Self {
            table: EventTable::new(pool.clone()),
            pool,
            // Nothing is after the end of time: until the reader runs, the table answers.
            ring: Arc::new(RwLock::new(Ring { after: i64::MAX, entries: VecDeque::new() })),
            read_ahead: ReadAhead::default(),
            head: Arc::new(watch::Sender::new(0)),
            trouble: Arc::default(),
        }
    }

    /// Reads on until told to stop, through restarts of the database. `stored` says what
    /// this node has committed; other nodes are heard through the database.
    ///
    /// An event with a name or a version that is not known here stops the reader, which says so
    /// ([`trouble`](Self::trouble)): a newer version of the product appended it, and will go on
    /// from there when it takes this one's place. Parked, it would be missing until a rebuild.
    /// An event that does not fit a name that is known will not fit it later either: it is
    /// handed on as [`Entry::Unreadable`].
    pub async fn run(
        self,
        stored: broadcast::Receiver<Arc<StoredTogether>>,
        stop: CancellationToken,
    ) {
        let elsewhere = Notify::new();
        let running = async {
            tokio::join!(self.listen(&elsewhere), self.read(stored, &elsewhere));
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

    /// What comes next after `position`, ascending, nothing missing: from memory where it
    /// reaches back far enough, else from the table.
    pub async fn after(&self, position: i64, limit: usize) -> Result<Vec<Entry>, ProjectionError> {
        if let Some(entries) = self.remembered(position, limit) {
            return Ok(entries);
        }
        let head = *self.head.borrow();
        match self.read_ahead.after(&self.table, position, limit, head).await? {
            Some(entries) => Ok(entries),
            None => self.table.after(position, limit).await,
        }
    }

    /// The events at these positions, ascending; a position that holds none, or none that can be
    /// read, is left out.
    pub async fn at(&self, positions: &[i64]) -> Result<Vec<Arc<RecordedEvent>>, ProjectionError> {
        let entries = self.table.at(positions).await?;
        Ok(entries.iter().filter_map(Entry::event).cloned().collect())
    }

    pub(crate) fn table(&self) -> &EventTable {
        &self.table
    }

    /// The last position in the table, which the reader may not have reached yet.
    pub async fn end(&self) -> Result<i64, ProjectionError> {
        Ok(self.table.end().await?)
    }

    fn remembered(&self, position: i64, limit: usize) -> Option<Vec<Entry>> {
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        if position < ring.after {
            return None;
        }
        let start = ring.entries.partition_point(|entry| entry.position() <= position);
        Some(ring.entries.range(start..).take(limit).cloned().collect())
    }

    async fn read(&self, mut stored: broadcast::Receiver<Arc<StoredTogether>>, elsewhere: &Notify) {
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
            // Until there is something that only the table knows.
            loop {
                tokio::select! {
                    biased;
                    batch = stored.recv(), if writing_here => match batch {
                        Ok(batch) if self.take_up(&batch) => {}
                        Ok(_) | Err(RecvError::Lagged(_)) => break,
                        Err(RecvError::Closed) => writing_here = false,
                    },
                    () = elsewhere.notified() => break,
                    () = tokio::time::sleep(POLL) => break,
                }
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
        let entries = self.table.after(head, BATCH).await?;
        let read = entries.len();
        self.go_on(entries);
        Ok(read)
    }

    /// Moves on by what this node has just stored, which need not be read again. Answers whether
    /// that is all up to there: another node may have stored something before it.
    fn take_up(&self, batch: &StoredTogether) -> bool {
        let head = *self.head.borrow();
        let fresh: Vec<_> = batch.events.iter().filter(|event| event.position > head).collect();
        let all = fresh.iter().zip(head + 1..).all(|(event, next)| event.position == next);
        if !all || head.max(batch.through) != head + fresh.len() as i64 {
            return false;
        }
        self.go_on(fresh.into_iter().cloned().map(Entry::Event).collect());
        true
    }

    /// Adds what comes next to the ring and moves the head.
    fn go_on(&self, entries: Vec<Entry>) {
        let Some(last) = entries.last().map(Entry::position) else { return };
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        for entry in entries {
            if let Some(person) = entry.event().and_then(|event| event.event.erased()) {
                // What was opened before is forgotten here too; the table tells no more of it.
                self.table.forget(person);
                self.read_ahead.forget();
                ring.entries.clear();
                ring.after = entry.position() - 1;
            }
            ring.entries.push_back(entry);
        }
        while ring.entries.len() > RING {
            if let Some(forgotten) = ring.entries.pop_front() {
                ring.after = forgotten.position();
            }
        }
        drop(ring);
        self.head.send_replace(last);
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
