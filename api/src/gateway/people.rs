//! Names and pictures of the people in frames: remembered, and kept right by the log.

use std::sync::Mutex;
use std::time::Duration;

use batching::Batched;
use domain::account::AccountEvent;
use domain::events::{Event, RecordedEvent};
use domain::personal::ERASED_NAME;
use domain::values::ids::UserId;
use futures::future::try_join_all;
use projections::models::users::{UserSummary, Users};
use projections::{ProjectionError, Projections};
use quick_cache::sync::Cache;

use super::listeners::lock;

/// People remembered; who is seldom asked for goes first.
const MOST: usize = 50_000;

/// How long reading a name waits for its read model to come as far as the log.
const PATIENCE: Duration = Duration::from_secs(2);

pub struct People {
    projections: Projections,
    /// Everybody in a room is looked up here for everybody who comes into it.
    known: Cache<UserId, Known>,
    /// Held while it is decided which of two is the newer one.
    remembering: Mutex<()>,
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
        let asked = projections.users().asked_together();
        Self { projections, known: Cache::new(MOST), remembering: Mutex::default(), asked }
    }

    /// Learns from an event what it says of a person.
    pub fn observe(&self, event: &RecordedEvent) {
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
        self.remember(UserSummary { id: *id, username, avatar }, event.position);
    }

    /// `ids` as of `position` or later, in their order.
    pub async fn get(
        &self,
        ids: &[UserId],
        position: i64,
    ) -> Result<Vec<UserSummary>, ProjectionError> {
        let known = |id: &UserId| self.known.get(id).map(|known| known.person);
        let mut found: Vec<Option<UserSummary>> = ids.iter().map(known).collect();
        if found.iter().any(Option::is_none) {
            // Better an old name than none: where the read model lags, it is asked anyway.
            let waited = self.projections.wait_for_some(&[Users::NAME], position, PATIENCE);
            let behind = waited.await.is_err();
            let missing = found.iter_mut().zip(ids).filter(|(person, _)| person.is_none());
            let looked_up = missing.map(async |(person, id)| {
                *person = self.asked.ask(*id).await?;
                if let Some(person) = person.as_ref().filter(|_| !behind) {
                    self.remember(person.clone(), position);
                }
                Ok::<_, ProjectionError>(())
            });
            try_join_all(looked_up).await?;
        }
        let person = |(person, id): (Option<_>, &UserId)| person.unwrap_or_else(|| nameless(*id));
        Ok(found.into_iter().zip(ids).map(person).collect())
    }

    pub async fn one(&self, id: UserId, position: i64) -> Result<UserSummary, ProjectionError> {
        if let Some(known) = self.known.get(&id) {
            return Ok(known.person);
        }
        Ok(self.get(&[id], position).await?.pop().unwrap_or_else(|| nameless(id)))
    }

    fn remember(&self, person: UserSummary, as_of: i64) {
        let _one_at_a_time = lock(&self.remembering);
        if self.known.peek(&person.id).is_none_or(|known| known.as_of < as_of) {
            self.known.insert(person.id, Known { person, as_of });
        }
    }
}

/// Shown where a read model does not hold a person yet, rather than hiding what they did.
fn nameless(id: UserId) -> UserSummary {
    UserSummary { id, username: ERASED_NAME.to_owned(), avatar: None }
}
