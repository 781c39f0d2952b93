//! The node's one reader of the log: followers and the gateway read what it has read.
//!
//! Positions are handed out in commit order, so `global_position > N` in order is all it
//! takes to miss nothing.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use domain::events::{DecodeError, Event, RecordedEvent, StoredRow};
use domain::values::ids::UserId;
use serde::Deserialize;
use serde_json::Value;
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use sqlx::types::Json;
use sqlx::types::chrono::{DateTime, Utc};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use uuid::Uuid;

use crate::entry::{Entry, Unreadable};
use crate::error::ProjectionError;
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
            pool,
            // Nothing is after the end of time: until the reader runs, the table answers.
            ring: Arc::new(RwLock::new(Ring { after: i64::MAX, entries: VecDeque::new() })),
            read_ahead: ReadAhead::default(),
            head: Arc::new(watch::Sender::new(0)),
            trouble: Arc::default(),
        }
    }

    /// Reads on until told to stop, through restarts of the database. `appended` says what
    /// this node has committed; other nodes are heard through the database.
    ///
    /// An event with a name or a version that is not known here stops the reader, which says so
    /// ([`trouble`](Self::trouble)): a newer version of the product appended it, and will go on
    /// from there when it takes this one's place. Parked, it would be missing until a rebuild.
    /// An event that does not fit a name that is known will not fit it later either: it is
    /// handed on as [`Entry::Unreadable`].
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

    /// What comes next after `position`, ascending, nothing missing: from memory where it
    /// reaches back far enough, else from the table.
    pub async fn after(&self, position: i64, limit: usize) -> Result<Vec<Entry>, ProjectionError> {
        if let Some(entries) = self.remembered(position, limit) {
            return Ok(entries);
        }
        let head = *self.head.borrow();
        match self.read_ahead.after(&self.pool, position, limit, head).await? {
            Some(entries) => Ok(entries),
            None => stored_after(&self.pool, position, limit).await,
        }
    }

    /// The events at these positions, ascending; a position that holds none, or none that can be
    /// read, is left out.
    pub async fn at(&self, positions: &[i64]) -> Result<Vec<Arc<RecordedEvent>>, ProjectionError> {
        let rows = sqlx::query_as!(
            Stored,
            r#"SELECT aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
                      metadata AS "metadata: Json<Metadata>", global_position, recorded_at
               FROM events WHERE global_position = ANY($1) ORDER BY global_position"#,
            positions
        )
        .fetch_all(&self.pool)
        .await?;
        let entries = rows.into_iter().map(Stored::decode);
        entries.filter_map(|entry| entry.map(|entry| entry.event().cloned()).transpose()).collect()
    }

    /// The last position in the table, which the reader may not have reached yet.
    pub async fn end(&self) -> Result<i64, ProjectionError> {
        Ok(end_of_log(&self.pool).await?)
    }

    fn remembered(&self, position: i64, limit: usize) -> Option<Vec<Entry>> {
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        if position < ring.after {
            return None;
        }
        let start = ring.entries.partition_point(|entry| entry.position() <= position);
        Some(ring.entries.range(start..).take(limit).cloned().collect())
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
            let end = end_of_log(&self.pool).await?;
            self.ring.write().unwrap_or_else(PoisonError::into_inner).after = end;
            self.head.send_replace(end);
        }
        let head = *self.head.borrow();
        let entries = stored_after(&self.pool, head, BATCH).await?;
        let (read, Some(last)) = (entries.len(), entries.last().map(Entry::position)) else {
            return Ok(0);
        };
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        ring.entries.extend(entries);
        while ring.entries.len() > RING {
            if let Some(forgotten) = ring.entries.pop_front() {
                ring.after = forgotten.position();
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

/// The log's last position, 0 while it is empty.
pub(crate) async fn end_of_log(pool: &PgPool) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(r#"SELECT coalesce(max(global_position), 0) AS "end!" FROM events"#)
        .fetch_one(pool)
        .await
}

/// What comes next in the table. What comes before an event of an unknown name is answered
/// first; the error comes when it is next itself.
pub(crate) async fn stored_after(
    pool: &PgPool,
    position: i64,
    limit: usize,
) -> Result<Vec<Entry>, ProjectionError> {
    let rows = sqlx::query_as!(
        Stored,
        r#"SELECT aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
                  metadata AS "metadata: Json<Metadata>", global_position, recorded_at
           FROM events WHERE global_position > $1 ORDER BY global_position LIMIT $2"#,
        position,
        limit as i64
    )
    .fetch_all(pool)
    .await?;
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        match row.decode() {
            Ok(entry) => entries.push(entry),
            Err(error) if entries.is_empty() => return Err(error),
            Err(_) => break,
        }
    }
    Ok(entries)
}

/// All there is after `after` and up to `through`.
pub(crate) async fn stored_between(
    pool: &PgPool,
    after: i64,
    through: i64,
) -> Result<Vec<Entry>, ProjectionError> {
    let rows = sqlx::query_as!(
        Stored,
        r#"SELECT aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
                  metadata AS "metadata: Json<Metadata>", global_position, recorded_at
           FROM events WHERE global_position > $1 AND global_position <= $2
           ORDER BY global_position"#,
        after,
        through
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(Stored::decode).collect()
}

/// One stream from the table, oldest first.
pub(crate) async fn stored_stream(
    pool: &PgPool,
    aggregate: &str,
    id: Uuid,
) -> Result<Vec<RecordedEvent>, ProjectionError> {
    let rows = sqlx::query_as!(
        Stored,
        r#"SELECT aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
                  metadata AS "metadata: Json<Metadata>", global_position, recorded_at
           FROM events WHERE aggregate_type = $1 AND aggregate_id = $2 ORDER BY sequence"#,
        aggregate,
        id.to_string()
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| match row.decode()? {
            Entry::Event(event) => Ok(Arc::unwrap_or_clone(event)),
            Entry::Unreadable(unreadable) => Err(ProjectionError::Undecodable(unreadable)),
        })
        .collect()
}

struct Stored {
    aggregate_type: String,
    aggregate_id: String,
    sequence: i64,
    event_type: String,
    event_version: String,
    payload: Value,
    metadata: Json<Metadata>,
    global_position: i64,
    recorded_at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Metadata {
    actor: Option<UserId>,
}

impl Stored {
    /// Fails where this version is at fault, not the event.
    fn decode(self) -> Result<Entry, ProjectionError> {
        let position = self.global_position;
        let (aggregate_type, aggregate_id) = (self.aggregate_type, self.aggregate_id);
        let decoded = Event::decode(StoredRow {
            aggregate_type: aggregate_type.clone(),
            aggregate_id: aggregate_id.clone(),
            event_type: self.event_type,
            event_version: self.event_version,
            payload: self.payload,
        });
        match decoded {
            Ok(event) => {
                let (sequence, at) = (self.sequence, self.recorded_at);
                let Json(Metadata { actor }) = self.metadata;
                Ok(Entry::Event(Arc::new(RecordedEvent { position, sequence, at, actor, event })))
            }
            Err(error) => {
                let newer = match error {
                    DecodeError::UnknownAggregate(_) | DecodeError::UnknownEvent { .. } => true,
                    DecodeError::StreamId(_) | DecodeError::Payload { .. } => false,
                };
                let unreadable =
                    Arc::new(Unreadable { position, aggregate_type, aggregate_id, error });
                if newer {
                    Err(ProjectionError::Undecodable(unreadable))
                } else {
                    Ok(Entry::Unreadable(unreadable))
                }
            }
        }
    }
}
