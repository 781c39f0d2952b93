//! Ends the sockets of sessions that were ended on another node, and forgets who was erased there.
//!
//! The database is asked rather than the other nodes: what it says was committed, and nothing
//! that comes between two nodes keeps a session open that its person has ended.

use std::collections::HashSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::values::ids::UserId;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::auth::Auth;
use crate::gateway::Gateway;

/// Two seconds are promised.
const ASKED_EVERY: Duration = Duration::from_secs(1);

/// A transaction carries the time of its beginning and is seen after its end: so far back is
/// looked each time. Ending a session twice changes nothing.
const LONGEST_TRANSACTION: TimeDelta = TimeDelta::seconds(5);

pub struct Revocations {
    auth: Auth,
    gateway: Gateway,
}

impl Revocations {
    pub fn new(auth: Auth, gateway: Gateway) -> Self {
        Self { auth, gateway }
    }

    pub async fn run(self, stop: CancellationToken) {
        stop.run_until_cancelled(self.follow()).await;
    }

    async fn follow(&self) {
        let mut tick = interval(ASKED_EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // By the database's clock; none until it has answered once, as there are no sockets
        // then that could be of a session ended before.
        let mut asked: Option<DateTime<Utc>> = None;
        let mut forgotten = HashSet::new();
        loop {
            tick.tick().await;
            match self.auth.ended_since(asked.map(|asked| asked - LONGEST_TRANSACTION)).await {
                Ok(ended) => {
                    self.gateway.close_sessions(&ended.sessions);
                    let erased = ended.erased.into_iter().map(UserId::from_uuid).collect();
                    // Once is enough, as all streams are loaded anew after it.
                    for person in HashSet::difference(&erased, &forgotten) {
                        self.auth.forget(*person);
                    }
                    (forgotten, asked) = (erased, Some(ended.now));
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot ask which sessions were ended elsewhere");
                }
            }
        }
    }
}
