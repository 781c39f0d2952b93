//! Ends the sockets of sessions that were ended on another node.
//!
//! The database is asked rather than the other nodes: what it says was committed, and nothing
//! that comes between two nodes keeps a session open that its person has ended.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
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
        loop {
            tick.tick().await;
            match self.auth.closed_since(asked.map(|asked| asked - LONGEST_TRANSACTION)).await {
                Ok((now, closed)) => {
                    self.gateway.close_sessions(&closed);
                    asked = Some(now);
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot ask which sessions were ended elsewhere");
                }
            }
        }
    }
}
