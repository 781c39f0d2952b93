//! Names and pictures of the people in frames: remembered, and kept right by the log.

use std::collections::HashMap;
use std::time::Duration;

use batching::Batched;
use domain::account::AccountEvent;
use domain::events::{Event, RecordedEvent};
use domain::personal::ERASED_NAME;
use domain::values::ids::UserId;
use futures::future::join_all;
use moka::future::Cache;
use moka::ops::compute::Op;
use projections::models::users::UserSummary;
use projections::{ProjectionError, Projections};

/// People remembered; the one not asked for the longest goes first.
const MOST: u64 = 50_000;

/// People looked up by one query, and queries at a time.
const MOST_AT_ONCE: usize = 256;
const LANES: usize = 2;

/// How long reading a name waits for the read models to come as far as the log.
const PATIENCE: Duration = Duration::from_secs(2);

pub struct People {
    projections: Projections,
    known: Cache<UserId, Known>,
    /// Those that are looked up at the same time, together.
    asked: Batched<UserId, UserSummary, sqlx::Error>,
}

#[derive(Clone)]
struct Known {
    person: UserSummary,
    /// The position at which this was so. What was read from a read model may be older than
    /// what the log has said in the meantime, and must not overwrite it.
    as_of: i64,
}

impl People {
    pub fn new(projections: Projections) -> Self {
        let users = projections.users();
        let asked = Batched::new(
            MOST_AT_ONCE,
            LANES,
            sqlx::Error::WorkerCrashed,
            move |ids: Vec<UserId>| {
                let users = users.clone();
                async move { users.summaries(&ids).await }
            },
        );
        Self { projections, known: Cache::new(MOST), asked }
    }

    /// Learns from an event what it says of a person.
    pub async fn observe(&self, event: &RecordedEvent) {
        let Event::Account(id, change) = &event.event else { return };
        let (username, avatar) = match change {
            AccountEvent::Registered { username, .. } => (username.to_string(), None),
            AccountEvent::ProfileUpdated { profile } => {
                let avatar = profile.avatar.as_ref().map(|avatar| avatar.as_str().to_owned());
                (profile.username.to_string(), avatar)
            }
            AccountEvent::Erased {} => (ERASED_NAME.to_owned(), None),
            AccountEvent::EmailVerified {}
            | AccountEvent::EmailChanged { .. }
            | AccountEvent::RoleGranted { .. }
            | AccountEvent::UserBlocked { .. }
            | AccountEvent::UserUnblocked { .. }
            | AccountEvent::Warned { .. }
            | AccountEvent::Suspended { .. }
            | AccountEvent::SuspensionLifted { .. }
            | AccountEvent::ErasureRequested { .. }
            | AccountEvent::ErasureWithdrawn {} => return,
        };
        self.remember(UserSummary { id: *id, username, avatar }, event.position).await;
    }

    /// `ids` as of `position` or later.
    pub async fn get(
        &self,
        ids: &[UserId],
        position: i64,
    ) -> Result<HashMap<UserId, UserSummary>, ProjectionError> {
        let mut found = HashMap::with_capacity(ids.len());
        let mut missing = vec![];
        for id in ids {
            match self.known.get(id).await {
                Some(known) => {
                    found.insert(*id, known.person);
                }
                None => missing.push(*id),
            }
        }
        if !missing.is_empty() {
            // Better an old name than none: where the read models lag, they are asked anyway.
            let behind = self.projections.wait_for(position, PATIENCE).await.is_err();
            let looked_up = missing.iter().map(|id| self.asked.ask(*id));
            for person in join_all(looked_up).await {
                let Some(person) = person? else { continue };
                if !behind {
                    self.remember(person.clone(), position).await;
                }
                found.insert(person.id, person);
            }
        }
        for id in ids {
            found.entry(*id).or_insert_with(|| nameless(*id));
        }
        Ok(found)
    }

    pub async fn one(&self, id: UserId, position: i64) -> Result<UserSummary, ProjectionError> {
        if let Some(known) = self.known.get(&id).await {
            return Ok(known.person);
        }
        let mut found = self.get(&[id], position).await?;
        Ok(found.remove(&id).unwrap_or_else(|| nameless(id)))
    }

    async fn remember(&self, person: UserSummary, as_of: i64) {
        self.known
            .entry(person.id)
            .and_compute_with(async |known| match known {
                Some(known) if known.value().as_of >= as_of => Op::Nop,
                _ => Op::Put(Known { person, as_of }),
            })
            .await;
    }
}

/// Shown where a read model does not hold a person yet, rather than hiding what they did.
fn nameless(id: UserId) -> UserSummary {
    UserSummary { id, username: ERASED_NAME.to_owned(), avatar: None }
}
