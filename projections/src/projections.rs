//! The front door: runs the projectors and answers queries.

use std::sync::Arc;
use std::time::Duration;

use domain::dance_event::DanceEventEvent;
use domain::events::StoredEvent;
use domain::values::ids::{EventId, MatchId, UserId};
use sqlx::PgPool;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::agenda::{Agenda, Planner};
use crate::audit::Audit;
use crate::checkpoints::{Checkpoint, Checkpoints, Trouble};
use crate::concerned::concerned;
use crate::error::ProjectionError;
use crate::follower::{Follower, Projector};
use crate::history::{self, HistoryEntry};
use crate::holdings::{self, Holdings};
use crate::log::Log;
use crate::models::dance_events::{DanceEvents, EventSummary};
use crate::models::feed::Feed;
use crate::models::matches::Matches;
use crate::models::messages::Messages;
use crate::models::moderation::Moderation;
use crate::models::participants::Participants;
use crate::models::ratings::Ratings;
use crate::models::reports::{Report, Reports};
use crate::models::transfer_statistics::Statistics;
use crate::models::users::Users;
use crate::models::{self};
use crate::page::{Page, Slice};
use crate::parked;
use crate::reading::Reading;
use crate::rebuild::{self, RebuildProgress};
use crate::report_context::{self, ReportContext};
use crate::skipping::Skipping;
use crate::unpark::unpark;

/// Clones share the projectors and what is known of their checkpoints.
#[derive(Clone)]
pub struct Projections {
    pool: PgPool,
    log: Log,
    projectors: Arc<[Arc<dyn Projector>]>,
    checkpoints: Arc<Checkpoints>,
}

/// How far the read models are behind the log.
#[derive(Clone, Debug)]
pub struct Lag {
    /// The log's last position.
    pub head: i64,
    /// Why this node's reader of the log does not get on, if it does not.
    pub log_trouble: Option<String>,
    pub projectors: Vec<ProjectorLag>,
    /// How far what follows from events is planned; no answer waits for that.
    pub agenda: ProjectorLag,
}

#[derive(Clone, Debug)]
pub struct ProjectorLag {
    pub name: &'static str,
    /// The last position applied.
    pub position: i64,
    /// Positions between that and the log's last.
    pub behind: i64,
    /// Whether this node runs it.
    pub here: bool,
    /// Why it does not get on, if it does not; known only where it runs.
    pub trouble: Option<Trouble>,
    /// Events it could not apply, and those of their streams that wait behind them.
    pub parked: i64,
}

impl Projections {
    /// `pool` must find the read tables ([`connect_options`](crate::connect_options)). Beside
    /// it, a running node holds one connection for each projector, and another one.
    pub fn new(pool: PgPool, log: Log) -> Self {
        let projectors = models::projectors();
        let names = projectors.iter().map(|projector| projector.name());
        let checkpoints = Arc::new(Checkpoints::new(pool.clone(), names, Planner.name()));
        Self { pool, log, projectors, checkpoints }
    }

    /// Follows the log with every projector, and plans what follows from events, until told to
    /// stop. Any number of nodes may run
    /// this: each projector works on one of them and moves to another when that one goes.
    pub async fn run(self, stop: CancellationToken) {
        let mut followers = JoinSet::new();
        let planner: Arc<dyn Projector> = Arc::new(Planner);
        let skipping = Skipping::new(self.pool.clone());
        for projector in self.projectors.iter().chain([&planner]) {
            let follower = Follower {
                projector: projector.clone(),
                pool: self.pool.clone(),
                log: self.log.clone(),
                checkpoints: self.checkpoints.clone(),
                skipping: skipping.clone(),
            };
            followers.spawn(follower.run(stop.clone()));
        }
        // Followers are dropped with this future, so none outlives its node.
        while followers.join_next().await.is_some() {}
    }

    /// Returns once every read model holds `position`, wherever its projector runs; fails
    /// with [`ProjectionError::Behind`] when that takes longer than `at_most`.
    pub async fn wait_for(&self, position: i64, at_most: Duration) -> Result<(), ProjectionError> {
        self.checkpoints.wait_for(position, at_most).await
    }

    /// Returns once the read models `names` hold `position`; fails as [`Self::wait_for`] does.
    pub async fn wait_for_some(
        &self,
        names: &[&str],
        position: i64,
        at_most: Duration,
    ) -> Result<(), ProjectionError> {
        self.checkpoints.wait_for_some(names, position, at_most).await
    }

    /// Returns once a command can be read whose last event is at `position`: no read model that
    /// it does not concern is waited for. Fails as [`Self::wait_for`] does.
    pub async fn wait_until_shown(
        &self,
        position: i64,
        at_most: Duration,
    ) -> Result<(), ProjectionError> {
        let until = Instant::now() + at_most;
        let mut head = self.log.head();
        // A reader that stops before events of a newer version does not tell, and the read models
        // may be kept elsewhere.
        let told = timeout(at_most / 4, head.wait_for(|head| *head >= position));
        drop(told.await);
        let concerned = concerned(&self.log, &self.projectors, position).await?;
        let left = until.saturating_duration_since(Instant::now());
        match concerned {
            Some(names) => self.wait_for_some(&names, position, left).await,
            None => self.wait_for(position, left).await,
        }
    }

    /// The last position that this node has heard of.
    pub fn head(&self) -> i64 {
        *self.log.head().borrow()
    }

    pub async fn lag(&self) -> Result<Lag, ProjectionError> {
        self.checkpoints.ask().await?;
        let head = self.log.end().await?;
        let parked = parked::numbers(&self.pool).await?;
        let lag_of = |one: &Checkpoint| ProjectorLag {
            name: one.name,
            position: one.position(),
            behind: (head - one.position()).max(0),
            here: one.here(),
            trouble: one.trouble(),
            parked: parked.get(one.name).copied().unwrap_or(0),
        };
        Ok(Lag {
            head,
            log_trouble: self.log.trouble(),
            projectors: self.checkpoints.iter().map(lag_of).collect(),
            agenda: lag_of(self.checkpoints.agenda()),
        })
    }

    /// Fills the read model `name`, or all of them in one pass, anew from the log, beside the
    /// live one, which answers and is kept up to date until the new one takes its place. Events
    /// that were parked are applied, those that cannot be are parked: their number is answered.
    /// Of the agenda, which is worked off and never filled anew, what was parked is planned.
    pub async fn rebuild(
        &self,
        name: Option<&str>,
        mut progress: impl FnMut(RebuildProgress) + Send,
    ) -> Result<usize, ProjectionError> {
        if let Some(name) = name
            && !self.names().any(|known| known == name)
        {
            return Err(ProjectionError::UnknownProjection(name.to_owned()));
        }
        let is_chosen = |known: &str| name.is_none_or(|name| name == known);
        let table = self.log.table();
        let mut parked = 0;
        if is_chosen(Planner.name()) {
            parked += unpark(&self.pool, table, &Planner).await?;
        }
        let models = self.projectors.iter().filter(|projector| is_chosen(projector.name()));
        let models: Vec<_> = models.cloned().collect();
        if !models.is_empty() {
            let swapped = |name: &'static str, position| self.checkpoints.moved(name, position);
            parked += rebuild::rebuild(&self.pool, table, &models, &mut progress, &swapped).await?;
        }
        Ok(parked)
    }

    /// The names [`rebuild`](Self::rebuild) takes.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.projectors.iter().map(|projector| projector.name()).chain([Planner.name()])
    }

    pub fn users(&self) -> Users {
        Users(self.pool.clone())
    }

    pub fn events(&self) -> DanceEvents {
        DanceEvents(self.pool.clone())
    }

    /// What was announced as `id`, straight from the log: its read model may not hold it.
    pub async fn announced(&self, id: EventId) -> Result<Option<EventSummary>, ProjectionError> {
        let stream = self.log.table().stream(DanceEventEvent::AGGREGATE, id.uuid()).await?;
        Ok(EventSummary::of(&stream))
    }

    pub fn participants(&self) -> Participants {
        Participants(self.pool.clone())
    }

    pub fn messages(&self) -> Messages {
        Messages(self.pool.clone())
    }

    pub fn matches(&self) -> Matches {
        Matches(self.pool.clone())
    }

    pub fn ratings(&self) -> Ratings {
        Ratings(self.pool.clone())
    }

    pub fn moderation(&self) -> Moderation {
        Moderation(self.pool.clone())
    }

    pub fn reports(&self) -> Reports {
        Reports(self.pool.clone())
    }

    /// What a report is about, as far as a moderator may see it.
    pub async fn report_context(&self, report: &Report) -> Result<ReportContext, ProjectionError> {
        report_context::of(&self.pool, self.log.table(), report).await
    }

    /// For those who run the product: how handing videos over goes.
    pub fn transfer_statistics(&self) -> Statistics {
        Statistics(self.pool.clone())
    }

    pub fn feed(&self) -> Feed {
        Feed(self.pool.clone())
    }

    /// Everything the read side holds about `user`, as they may see it.
    pub async fn holdings(&self, user: UserId) -> Result<Holdings, ProjectionError> {
        holdings::holdings(&self.pool, self.log.table(), user).await
    }

    /// How far people have read, and what waits for them.
    pub fn reading(&self) -> Reading {
        Reading(self.pool.clone())
    }

    /// For those who do what follows from events.
    pub fn agenda(&self) -> Agenda {
        Agenda(self.pool.clone())
    }

    /// For auditors only: nothing is kept from them.
    pub fn audit(&self) -> Audit {
        Audit { pool: self.pool.clone(), table: self.log.table().clone() }
    }

    /// What happened in a match, oldest first, straight from the log, as `viewer` may see it;
    /// none where there is no such match, or `viewer` is not one of the two.
    pub async fn history(
        &self,
        id: MatchId,
        viewer: UserId,
        page: &Page,
    ) -> Result<Option<Slice<HistoryEntry>>, ProjectionError> {
        history::history(&self.pool, self.log.table(), id, viewer, page).await
    }
}
