//! Who may introduce their browsers to each other: the two of an accepted match.
//!
//! A connection takes dozens of signals within a second, so the answer is remembered, and
//! forgotten as soon as the log says anything about that match.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use commands::{CommandError, Commands};
use domain::account::AccountEvent;
use domain::events::{Event, RecordedEvent};
use domain::values::ids::{MatchId, UserId};
use domain::values::room::Room;
use moka::sync::Cache;

use super::Inner;
use super::connection::stranger;
use super::frames::Frame;
use crate::problem::{Code, Problem, Result};

/// How long a signal waits for this node to have handed out what it has itself appended.
const PATIENCE: Duration = Duration::from_secs(2);

/// Passes a signal of `user`'s to the other member's sockets on this node; how many got it.
pub async fn reach(
    gateway: &Inner,
    user: UserId,
    match_id: MatchId,
    frame: &Frame,
) -> Result<usize> {
    let Inner { hub, commands, .. } = gateway;
    // Who called a match off and was told so must not be reached a moment later.
    let committed = *commands.appended().borrow();
    if hub.reached(committed, PATIENCE).await.is_none() {
        return Err(Problem::new(Code::Unavailable, "try again in a moment"));
    }
    let partner = hub.pairs.partner(commands, match_id, user).await?;
    let partner = partner.ok_or_else(|| stranger(Room::Match(match_id)))?;
    Ok(hub.users.of(partner).iter().filter(|outbox| outbox.send(frame)).count())
}

/// Pairs remembered at most.
const MOST: u64 = 10_000;

pub struct Pairs {
    agreed: Cache<MatchId, (UserId, UserId)>,
    /// How many times something was forgotten.
    forgotten: AtomicU64,
}

impl Default for Pairs {
    fn default() -> Self {
        Self { agreed: Cache::new(MOST), forgotten: AtomicU64::default() }
    }
}

impl Pairs {
    /// The other member, if `user` is one and the two have agreed and are not done yet.
    pub async fn partner(
        &self,
        commands: &Commands,
        id: MatchId,
        user: UserId,
    ) -> std::result::Result<Option<UserId>, CommandError> {
        if let Some((one, other)) = self.agreed.get(&id) {
            return Ok(match user {
                _ if user == one => Some(other),
                _ if user == other => Some(one),
                _ => None,
            });
        }
        let before = self.forgotten.load(Ordering::SeqCst);
        let partner = commands.handover_partner(id, user).await?;
        if let Some(partner) = partner {
            self.agreed.insert(id, (user, partner));
            // What the log said since the match was read may not have been in it.
            if self.forgotten.load(Ordering::SeqCst) != before {
                self.agreed.invalidate(&id);
            }
        }
        Ok(partner)
    }

    /// Forgets what an event may have changed.
    pub fn observe(&self, event: &RecordedEvent) {
        match &event.event {
            Event::Match(id, _) => {
                self.forgotten.fetch_add(1, Ordering::SeqCst);
                self.agreed.invalidate(id);
            }
            Event::Account(_, AccountEvent::UserBlocked { .. } | AccountEvent::Erased {}) => {
                self.forgotten.fetch_add(1, Ordering::SeqCst);
                self.agreed.invalidate_all();
            }
            _ => {}
        }
    }
}
