//! How far each projector has come, as this node knows it, and waiting for it.

use std::slice;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tracing::{debug, error, info};

use crate::error::ProjectionError;

/// How often the table is asked while somebody waits for a projector of another node; also
/// how fresh an answer serves everybody who waits.
const POLL: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub(crate) struct Checkpoints {
    pool: PgPool,
    of: Vec<Checkpoint>,
    /// Shown as the others are; nobody waits for it, as nobody reads what it writes.
    agenda: Checkpoint,
    /// The lowest of all.
    lowest: watch::Sender<i64>,
    /// The highest position that anybody here has waited for.
    wanted: watch::Sender<i64>,
    asked: tokio::sync::Mutex<Option<Instant>>,
}

/// What keeps a projector from getting on.
#[derive(Clone, Debug)]
pub struct Trouble {
    pub reason: String,
    /// When it began, whatever the reason was then.
    pub since: Instant,
}

#[derive(Debug)]
pub(crate) struct Checkpoint {
    pub(crate) name: &'static str,
    position: watch::Sender<i64>,
    /// Whether this node moves it, and so knows of every move at once.
    here: AtomicBool,
    trouble: Mutex<Option<Trouble>>,
}

impl Checkpoints {
    pub(crate) fn new(
        pool: PgPool,
        names: impl Iterator<Item = &'static str>,
        agenda: &'static str,
    ) -> Self {
        Self {
            pool,
            of: names.map(Checkpoint::new).collect(),
            agenda: Checkpoint::new(agenda),
            lowest: watch::Sender::new(0),
            wanted: watch::Sender::new(0),
            asked: tokio::sync::Mutex::default(),
        }
    }

    /// Those of the read models.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Checkpoint> {
        self.of.iter()
    }

    pub(crate) fn agenda(&self) -> &Checkpoint {
        &self.agenda
    }

    fn named(&self, name: &str) -> Option<&Checkpoint> {
        self.of.iter().chain([&self.agenda]).find(|one| one.name == name)
    }

    pub(crate) fn moved(&self, name: &str, position: i64) {
        let Some(checkpoint) = self.named(name) else { return };
        // A poll may answer late; a checkpoint never goes back.
        raise(&checkpoint.position, position);
        let lowest = self.of.iter().map(Checkpoint::position).min().unwrap_or(position);
        raise(&self.lowest, lowest);
    }

    pub(crate) fn set_here(&self, name: &str, here: bool) {
        if let Some(checkpoint) = self.named(name) {
            let before = checkpoint.here.swap(here, Ordering::AcqRel);
            match (before, here) {
                (false, true) => info!(projector = name, "running here"),
                (true, false) => debug!(projector = name, "no longer running here"),
                _ => {}
            }
        }
    }

    /// Another node runs it, and knows how it gets on.
    pub(crate) fn forget_trouble(&self, name: &str) {
        if let Some(checkpoint) = self.named(name) {
            *checkpoint.trouble.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    pub(crate) fn set_trouble(&self, name: &str, now: Option<String>) {
        let Some(checkpoint) = self.named(name) else { return };
        let mut trouble = checkpoint.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let before = trouble.take();
        match (&before, &now) {
            (before, Some(now)) if before.as_ref().is_none_or(|it| it.reason != *now) => {
                error!(projector = name, error = now, "the projector does not get on");
            }
            (Some(_), None) => info!(projector = name, "the projector gets on again"),
            _ => {}
        }
        let since = before.map_or_else(Instant::now, |before| before.since);
        *trouble = now.map(|reason| Trouble { reason, since });
    }

    /// The highest position that anybody on this node has waited for.
    pub(crate) fn wanted(&self) -> watch::Receiver<i64> {
        self.wanted.subscribe()
    }

    /// Returns once every projector has applied `position`.
    pub(crate) async fn wait_for(
        &self,
        position: i64,
        at_most: Duration,
    ) -> Result<(), ProjectionError> {
        in_time(self.until(&self.lowest, &self.of, position), position, at_most).await
    }

    /// Returns once the projectors `names` have applied `position`.
    pub(crate) async fn wait_for_some(
        &self,
        names: &[&str],
        position: i64,
        at_most: Duration,
    ) -> Result<(), ProjectionError> {
        let all_of_them = async {
            for one in self.of.iter().filter(|one| names.contains(&one.name)) {
                self.until(&one.position, slice::from_ref(one), position).await;
            }
        };
        in_time(all_of_them, position, at_most).await
    }

    /// Waits until `reached`, the lowest position of `whose`, is `position` or more.
    async fn until(&self, reached: &watch::Sender<i64>, whose: &[Checkpoint], position: i64) {
        let mut reached = reached.subscribe();
        if *reached.borrow() < position {
            raise(&self.wanted, position);
        }
        while *reached.borrow_and_update() < position {
            if whose.iter().any(|one| !one.here() && one.position() < position) {
                // A database that does not answer is no reason to stop waiting.
                self.ask().await.unwrap_or_else(|error| debug!(%error, "no checkpoints"));
                let _ = timeout(POLL, reached.changed()).await;
            } else {
                // Looks up now and then: the projector may move to another node.
                let _ = timeout(POLL * 20, reached.changed()).await;
            }
        }
    }

    /// Reads the checkpoints of other nodes' projectors, once for all who wait.
    pub(crate) async fn ask(&self) -> Result<(), sqlx::Error> {
        let mut asked = self.asked.lock().await;
        if asked.is_some_and(|at| at.elapsed() < POLL / 2) {
            return Ok(());
        }
        let rows = sqlx::query!("SELECT name, position FROM projection_checkpoints")
            .fetch_all(&self.pool)
            .await?;
        for row in rows {
            self.moved(&row.name, row.position);
        }
        *asked = Some(Instant::now());
        Ok(())
    }
}

async fn in_time(
    reached: impl Future<Output = ()>,
    position: i64,
    at_most: Duration,
) -> Result<(), ProjectionError> {
    let behind = |_| ProjectionError::Behind { position, waited: at_most };
    timeout(at_most, reached).await.map_err(behind)
}

/// A position only goes up; whoever watches is woken when it does.
fn raise(position: &watch::Sender<i64>, to: i64) {
    position.send_if_modified(|now| {
        let raised = to > *now;
        *now = to.max(*now);
        raised
    });
}

impl Checkpoint {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            position: watch::Sender::new(0),
            here: AtomicBool::new(false),
            trouble: Mutex::default(),
        }
    }

    pub(crate) fn position(&self) -> i64 {
        *self.position.borrow()
    }

    pub(crate) fn here(&self) -> bool {
        self.here.load(Ordering::Acquire)
    }

    pub(crate) fn trouble(&self) -> Option<Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
