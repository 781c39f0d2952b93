//! What a decision takes from streams other than its own: who takes part, who has agreed, who
//! blocks whom.
//!
//! Such a stream may be read from memory, where it may be stale. Each that was read is named in
//! the append, which is refused where one of them has moved on: see `docs/adr/0010`.

use std::sync::{Mutex, PoisonError};

use cqrs_es::Aggregate;
use domain::events::StoredEvent;
use uuid::Uuid;

use crate::error::StoreError;
use crate::store::append::Stream;
use crate::store::log_store::LogStore;

/// A stream that a decision relied on, as far as it had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    pub stream: Stream,
    pub sequence: i64,
}

/// Reads other streams for one decision, and remembers how far they had come.
pub(crate) struct Facts<'a> {
    store: &'a LogStore,
    remembered: bool,
    seen: Mutex<Vec<Guard>>,
}

impl<'a> Facts<'a> {
    /// As they are stored now.
    pub fn stored(store: &'a LogStore) -> Self {
        Self { store, remembered: false, seen: Mutex::default() }
    }

    /// As this node saw them last. What is decided on these must be appended under
    /// [`Self::guards`], and may not be a refusal.
    pub fn remembered(store: &'a LogStore) -> Self {
        Self { remembered: true, ..Self::stored(store) }
    }

    pub async fn of<A>(&self, id: Uuid) -> Result<A, StoreError>
    where
        A: Aggregate + Clone + 'static,
        A::Event: StoredEvent,
    {
        let known = if self.remembered { self.store.cached::<A>(id) } else { None };
        let loaded = if let Some(loaded) = known {
            loaded
        } else {
            let loaded = self.store.load::<A>(id).await?;
            self.store.keep(loaded.clone()).await;
            loaded
        };
        let stream = Stream { aggregate: A::TYPE, id };
        let guard = Guard { stream, sequence: loaded.sequence };
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(guard);
        Ok(loaded.aggregate)
    }

    /// What must not have moved on when the decision is stored.
    pub fn guards(self) -> Vec<Guard> {
        self.seen.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
