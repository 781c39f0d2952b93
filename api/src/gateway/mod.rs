//! The WebSocket gateway: pushes what the log says to the sockets it concerns, carries out
//! what they ask, and passes on signals that never enter the log.
//!
//! ```text
//! log ──► hub ──► outbox ──► writer ──► socket        (frames)
//!         socket ──► reader ──► session ──► commands   (requests)
//! ```
//!
//! The protocol is in docs/websocket.md.

#[cfg(test)]
mod asyncapi;
mod connection;
#[cfg(test)]
mod documented;
mod fan_out;
mod frames;
mod hub;
mod limits;
mod listeners;
mod neighbours;
mod outbox;
mod people;
mod presence;
mod reader;
mod reading_along;
mod render;
mod replay;
mod session;
mod signalling;
mod socket;
mod upgrade;
mod wire;

pub use upgrade::routes;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use commands::Commands;
use domain::values::ids::UserId;
use moka::sync::Cache;
use projections::{Log, Projections};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use broker::Broker;
use hub::Hub;
use limits::Limits;
use neighbours::Neighbours;
use outbox::Farewell;
use reading_along::Wishes;
use render::Renderer;

use crate::rate_limit::RateLimits;
use crate::verified::Verified;

/// How long it is remembered that a session was closed: longer than any upgrade takes that
/// had begun before.
const REVOKED_FOR: Duration = Duration::from_mins(2);

/// When draining, sockets are closed one after another, so that their clients do not all come
/// back at once: the other nodes have what those missed to read, and who is here to tell.
const BETWEEN_CLOSES: Duration = Duration::from_millis(5);
const LONGEST_CLOSING: Duration = Duration::from_secs(7);

/// How long draining waits for the last sockets after that.
const LAST_WORDS: Duration = Duration::from_millis(800);

/// All sockets of this node. Cheap to clone; clones are the same gateway.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

struct Inner {
    commands: Commands,
    projections: Projections,
    verified: Verified,
    hub: Hub,
    neighbours: Arc<Neighbours>,
    wishes: Wishes,
    limits: Limits,
    /// Of what may be asked over HTTP too.
    shared_limits: RateLimits,
    /// Sessions and people whose sockets were closed lately, and when.
    revoked: Cache<Uuid, Instant>,
    /// Every socket's task.
    sockets: TaskTracker,
    draining: AtomicBool,
    /// Ends sockets that did not end by themselves.
    ended: CancellationToken,
}

impl Gateway {
    /// The other nodes are those that `broker` reaches.
    pub fn new(
        commands: Commands,
        projections: Projections,
        log: Log,
        broker: Arc<dyn Broker>,
        verified: Verified,
        shared_limits: RateLimits,
    ) -> Self {
        let neighbours = Arc::new(Neighbours::new(broker));
        let renderer = Renderer::new(projections.clone());
        let wishes = Wishes::new(projections.clone());
        Self(Arc::new(Inner {
            commands,
            projections,
            verified,
            hub: Hub::new(log, renderer, neighbours.clone()),
            neighbours,
            wishes,
            limits: Limits::default(),
            shared_limits,
            revoked: Cache::builder().max_capacity(100_000).time_to_live(REVOKED_FOR).build(),
            sockets: TaskTracker::new(),
            draining: AtomicBool::new(false),
            ended: CancellationToken::new(),
        }))
    }

    /// Follows the log and pushes what it says, and talks with other nodes, until told to stop.
    /// Sockets are ended by [`Self::drain`].
    pub async fn run(self, stop: CancellationToken) {
        let Inner { hub, neighbours, .. } = &*self.0;
        let running = Box::pin(async {
            tokio::join!(hub.follow(), hub.presence.tell(hub), neighbours.run(&self.0));
        });
        stop.run_until_cancelled(running).await;
    }

    /// Closes the sockets of a session that has ended.
    pub fn close_session(&self, session: Uuid) {
        self.0.revoked.insert(session, Instant::now());
        self.0.hub.sessions.each(session, |outbox| outbox.close(Farewell::REVOKED));
    }

    /// Closes the sockets of sessions that have ended.
    pub fn close_sessions(&self, sessions: &[Uuid]) {
        for session in sessions {
            self.close_session(*session);
        }
    }

    /// Closes all sockets of a person.
    pub fn close_user(&self, user: UserId) {
        self.0.revoked.insert(user.uuid(), Instant::now());
        self.0.hub.users.each(user, |outbox| outbox.close(Farewell::REVOKED));
    }

    /// Lets nobody in any more and closes every socket, within 8 seconds.
    pub async fn drain(&self) {
        self.0.draining.store(true, Ordering::SeqCst);
        self.0.sockets.close();
        let open = self.0.hub.users.all();
        let pause = between_closes(open.len());
        // Many at a time: a timer cannot tell shorter spans apart.
        for some in open.chunks(10) {
            for outbox in some {
                outbox.close(Farewell::DRAINING);
            }
            tokio::time::sleep(pause * some.len() as u32).await;
        }
        if tokio::time::timeout(LAST_WORDS, self.0.sockets.wait()).await.is_err() {
            tracing::warn!(open = self.sockets(), "some sockets did not end in time");
            self.0.ended.cancel();
            self.0.sockets.wait().await;
        }
        self.0.neighbours.leave().await;
    }

    /// Reads anew what somebody wishes to show.
    pub async fn wishes_changed(&self, user: UserId) {
        self.0.wishes.forget(user).await;
    }

    /// How many sockets are open.
    pub fn sockets(&self) -> usize {
        self.0.sockets.len()
    }

    /// Whether presence and signals of other nodes come here.
    pub fn hears_other_nodes(&self) -> bool {
        self.0.neighbours.are_heard()
    }

    fn is_draining(&self) -> bool {
        self.0.draining.load(Ordering::SeqCst)
    }

    /// Whether `session` of `user` was closed after `asked`, when it was still open.
    fn was_revoked(&self, user: UserId, session: Uuid, asked: Instant) -> bool {
        [user.uuid(), session]
            .iter()
            .any(|id| self.0.revoked.get(id).is_some_and(|closed| closed >= asked))
    }
}

fn between_closes(sockets: usize) -> Duration {
    BETWEEN_CLOSES.min(LONGEST_CLOSING / (sockets as u32).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_many_sockets_there_are_they_are_told_to_go_apart_and_in_time() {
        for sockets in [0, 1, 200, 10_000, 200_000] {
            let closing = between_closes(sockets) * sockets as u32;
            assert!(closing <= LONGEST_CLOSING, "{sockets}");
        }
        assert_eq!(between_closes(200) * 200, Duration::from_secs(1));
        assert!(between_closes(10_000) * 10_000 > Duration::from_secs(6));
    }
}
