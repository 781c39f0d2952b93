//! The one writer of this node. It takes all appends that wait and stores them together: one
//! transaction, one lock, one flush to disk for up to 512 commands. While the database works
//! on a batch, the next one gathers.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::events::StoredTogether;
use domain::values::ids::UserId;
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::store::append::{Append, HashedClaim, Outcome, Refused, Stored, Stream, store};

/// Most appends in one transaction. Larger batches gain little and hold the log's lock longer.
const LARGEST_BATCH: usize = 512;

/// Most appends that may wait; beyond it senders wait themselves, which is the back-pressure.
const LONGEST_QUEUE: usize = 8 * LARGEST_BATCH;

/// Batches that are kept for a reader of the log that is behind. Beyond them it reads the table.
const BATCHES_HELD: usize = 64;

/// Positions after which the database is asked whether the log's next part is there: a small
/// share of a part, of which one is always ahead.
const ASK_FOR_PARTS_EVERY: i64 = 100_000;

/// How long other nodes are not told yet of what was stored: whoever said it, and who listens
/// here, need the processors first.
const BEFORE_NEWS: Duration = Duration::from_millis(2);

/// How long they are told nothing more then; each time costs the database about as much as
/// storing one message.
const AFTER_NEWS: Duration = Duration::from_millis(3);

/// An append on its way, with the caller who waits for its outcome.
struct Waiting {
    append: Append,
    answer: oneshot::Sender<Outcome>,
}

/// Where appends are handed to the writer.
#[derive(Clone)]
pub struct Appends {
    queue: mpsc::Sender<Waiting>,
}

impl Appends {
    pub async fn append(&self, append: Append) -> Outcome {
        let (answer, outcome) = oneshot::channel();
        self.queue.send(Waiting { append, answer }).await.map_err(|_| Refused::Stopped)?;
        outcome.await.unwrap_or(Err(Refused::Stopped))
    }
}

/// The writer's tasks, to be stopped when no command comes any more.
pub struct Writer {
    appended: watch::Receiver<i64>,
    stored: broadcast::WeakSender<Arc<StoredTogether>>,
    tasks: [JoinHandle<()>; 3],
}

/// Where the writer tells what it has stored.
struct News {
    appended: watch::Sender<i64>,
    stored: broadcast::Sender<Arc<StoredTogether>>,
}

impl Writer {
    /// Starts writing until every clone of the returned [`Appends`] is gone.
    pub fn start(pool: PgPool) -> (Appends, Self) {
        let (queue, waiting) = mpsc::channel(LONGEST_QUEUE);
        let (announce, appended) = watch::channel(0);
        let (batches, _) = broadcast::channel(BATCHES_HELD);
        let stored = batches.downgrade();
        let news = News { appended: announce, stored: batches };
        let write = tokio::spawn(write(pool.clone(), waiting, news));
        let tell = tokio::spawn(tell_other_nodes(pool.clone(), appended.clone()));
        let extend = tokio::spawn(extend_log(pool, appended.clone()));
        (Appends { queue }, Self { appended, stored, tasks: [write, tell, extend] })
    }

    pub fn appended(&self) -> watch::Receiver<i64> {
        self.appended.clone()
    }

    /// What this node stores from now on, as the log's readers would read it.
    pub fn stored(&self) -> broadcast::Receiver<Arc<StoredTogether>> {
        match self.stored.upgrade() {
            Some(stored) => stored.subscribe(),
            // The writer has stopped, and stores nothing any more.
            None => broadcast::channel(1).1,
        }
    }

    /// Waits until what was handed in is stored. All [`crate::Commands`] must be dropped first,
    /// as each of them may still append.
    pub async fn stop(self) {
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task of the writer ended badly");
            }
        }
    }
}

async fn write(pool: PgPool, mut queue: mpsc::Receiver<Waiting>, news: News) {
    let mut connection = None;
    // Its room is kept from batch to batch: that for the largest one is more than the allocator
    // has at hand, and the system clears it while callers wait.
    let mut backlog = vec![];
    loop {
        if backlog.is_empty() {
            if queue.recv_many(&mut backlog, LARGEST_BATCH).await == 0 {
                return;
            }
        } else {
            // Seldom: it holds up this thread where somebody is just about to send.
            while backlog.len() < LARGEST_BATCH {
                let Ok(waiting) = queue.try_recv() else { break };
                backlog.push(waiting);
            }
        }
        let batch = take_batch(&mut backlog);
        write_batch(&pool, &mut connection, batch, &news).await;
    }
}

/// Takes the longest batch in which no stream, claim or command comes twice, and nothing rests on
/// a stream that was written before it; what would, stays for the next one, where it meets what
/// the first has stored.
fn take_batch(backlog: &mut Vec<Waiting>) -> Vec<Waiting> {
    let mut streams: HashSet<Stream> = HashSet::new();
    let mut claims: HashSet<HashedClaim> = HashSet::new();
    let mut commands: HashSet<(Option<UserId>, Uuid)> = HashSet::new();
    let mut batch = Vec::with_capacity(backlog.len().min(LARGEST_BATCH));
    let mut later = vec![];
    for waiting in backlog.drain(..) {
        let append = &waiting.append;
        // Taking and freeing one value are the same claim here.
        let named = |claim: &HashedClaim| HashedClaim { release: false, ..claim.clone() };
        let command = append.command.map(|key| (append.actor, key.id));
        let meets = streams.contains(&append.stream)
            || append.guards.iter().any(|guard| streams.contains(&guard.stream))
            || append.claims.iter().any(|claim| claims.contains(&named(claim)))
            || command.is_some_and(|command| commands.contains(&command));
        if meets || batch.len() == LARGEST_BATCH {
            later.push(waiting);
            continue;
        }
        streams.insert(append.stream);
        claims.extend(append.claims.iter().map(named));
        commands.extend(command);
        batch.push(waiting);
    }
    backlog.extend(later);
    batch
}

impl News {
    fn tell_stored(&self, appends: Vec<Append>, outcomes: &[Outcome], at: DateTime<Utc>) {
        let (mut through, mut events) = (0, vec![]);
        for (append, outcome) in appends.into_iter().zip(outcomes) {
            if let Ok(position) = outcome {
                events.extend(append.recorded(*position, at).map(Arc::new));
                through = *position;
            }
        }
        if through > 0 {
            // Nobody has to listen.
            let _ = self.stored.send(Arc::new(StoredTogether { through, events }));
        }
    }
}

async fn write_batch(
    pool: &PgPool,
    connection: &mut Option<PoolConnection<Postgres>>,
    batch: Vec<Waiting>,
    news: &News,
) {
    let (appends, callers): (Vec<_>, Vec<_>) =
        batch.into_iter().map(|waiting| (waiting.append, waiting.answer)).unzip();
    let outcomes = match try_batch(pool, connection, &appends).await {
        Ok(Stored { outcomes, at }) => {
            news.tell_stored(appends, &outcomes, at);
            outcomes
        }
        // One append the database cannot take (not a lost connection) must not fail the rest.
        Err(sqlx::Error::Database(error)) if appends.len() > 1 => {
            tracing::warn!(%error, appends = appends.len(), "batch refused; storing one by one");
            one_by_one(pool, connection, &appends).await
        }
        Err(error) => {
            tracing::error!(%error, appends = appends.len(), "appending failed");
            let error = Arc::new(error);
            callers.iter().map(|_| Err(Refused::Failed(Arc::clone(&error)))).collect()
        }
    };
    if let Some(last) = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).max() {
        news.appended.send_replace(*last);
    }
    for (caller, outcome) in callers.into_iter().zip(outcomes) {
        // A caller who went away no longer asks.
        let _ = caller.send(outcome);
    }
}

async fn one_by_one(
    pool: &PgPool,
    connection: &mut Option<PoolConnection<Postgres>>,
    appends: &[Append],
) -> Vec<Outcome> {
    let mut outcomes = Vec::with_capacity(appends.len());
    for append in appends {
        let outcome = try_batch(pool, connection, std::slice::from_ref(append)).await;
        outcomes.push(match outcome {
            Ok(mut stored) => stored.outcomes.pop().unwrap_or(Err(Refused::Conflict)),
            Err(error) => Err(Refused::Failed(Arc::new(error))),
        });
    }
    outcomes
}

/// Stores over the writer's own connection; a new one is taken after any error.
async fn try_batch(
    pool: &PgPool,
    connection: &mut Option<PoolConnection<Postgres>>,
    appends: &[Append],
) -> Result<Stored, sqlx::Error> {
    let mut held = match connection.take() {
        Some(held) => held,
        None => pool.acquire().await?,
    };
    let stored = store(&mut held, appends).await?;
    *connection = Some(held);
    Ok(stored)
}

/// Tells the other nodes how far the log has grown. Outside the append's transaction, where
/// notifying would cost four fifths of the throughput.
async fn tell_other_nodes(pool: PgPool, mut appended: watch::Receiver<i64>) {
    let mut connection = None;
    while appended.changed().await.is_ok() {
        tokio::time::sleep(BEFORE_NEWS).await;
        let position = *appended.borrow_and_update();
        if let Err(error) = notify(&pool, &mut connection, position).await {
            // They poll as well; a lost notification only costs them that long.
            tracing::warn!(%error, position, "could not notify other nodes");
        }
        tokio::time::sleep(AFTER_NEWS).await;
    }
}

/// Notifies over a connection of its own; a new one is taken after any error. A notification is
/// not waited for until it is on disk, where it would compete with the next append.
async fn notify(
    pool: &PgPool,
    connection: &mut Option<PgConnection>,
    position: i64,
) -> sqlx::Result<()> {
    let mut held = if let Some(held) = connection.take() {
        held
    } else {
        let mut taken = pool.acquire().await?.detach();
        sqlx::query("SET synchronous_commit = off").execute(&mut taken).await?;
        taken
    };
    sqlx::query!("SELECT pg_notify('appended', $1)", position.to_string())
        .execute(&mut held)
        .await?;
    *connection = Some(held);
    Ok(())
}

/// Has the log's next part made long before it is needed.
async fn extend_log(pool: PgPool, mut appended: watch::Receiver<i64>) {
    let mut asked_at = 0;
    while appended.wait_for(|position| *position >= asked_at).await.is_ok() {
        let position = *appended.borrow();
        match sqlx::query!("SELECT make_event_partitions($1)", position).execute(&pool).await {
            Ok(_) => asked_at = position + ASK_FOR_PARTS_EVERY,
            Err(error) => {
                // There is a whole part left to try again in.
                tracing::error!(%error, position, "the log's next part could not be made");
                asked_at = position + 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(stream: u128, claim: Option<&[u8]>) -> Waiting {
        let append = Append {
            stream: Stream { aggregate: "match", id: Uuid::from_u128(stream) },
            expected: 0,
            events: vec![],
            metadata: "{}".into(),
            actor: None,
            guards: vec![],
            claims: claim
                .map(|value| HashedClaim { scope: "email", value: value.to_vec(), release: false })
                .into_iter()
                .collect(),
            command: None,
        };
        Waiting { append, answer: oneshot::channel().0 }
    }

    fn ids(batch: &[Waiting]) -> Vec<u128> {
        batch.iter().map(|waiting| waiting.append.stream.id.as_u128()).collect()
    }

    #[test]
    fn a_batch_holds_no_stream_and_no_claim_twice() {
        let mut backlog = Vec::from([
            waiting(1, None),
            waiting(1, None),
            waiting(2, Some(b"ann")),
            waiting(3, Some(b"ann")),
            waiting(4, None),
        ]);
        assert_eq!(ids(&take_batch(&mut backlog)), [1, 2, 4]);
        assert_eq!(ids(&take_batch(&mut backlog)), [1, 3]);
        assert!(take_batch(&mut backlog).is_empty());
    }

    #[test]
    fn a_batch_is_bounded() {
        let mut backlog: Vec<_> = (0..600).map(|id| waiting(id, None)).collect();
        assert_eq!(take_batch(&mut backlog).len(), LARGEST_BATCH);
        assert_eq!(take_batch(&mut backlog).len(), 600 - LARGEST_BATCH);
    }
}
