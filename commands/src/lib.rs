//! The write side of spotlight.cam: takes a command, loads the aggregate from its events,
//! lets the domain decide, and appends what it decided to the log.
//!
//! Every operation answers the position it reached in the log, which is what the read side
//! is asked to wait for. This crate never reads a read model.

mod context;
mod error;
mod executor;
mod handlers;
mod store;

pub use context::{CommandKey, Context, Done};
pub use error::{CommandError, StoreError};
pub use executor::Begin;
pub use handlers::accounts::Contact;
pub use handlers::dance_events::NewEvent;
pub use handlers::reports::NewReport;
pub use store::claims::{Claim, ClaimChange, Claims, ClaimsKey};
pub use store::log_store::{Loaded, LogStore};
pub use store::writer::Writer;

use std::sync::Arc;

use domain::values::ids::UserId;
use sqlx::PgPool;
use tokio::sync::watch;

/// The product's operations. Cheap to clone; all clones share one writer.
#[derive(Clone)]
pub struct Commands {
    store: Arc<LogStore>,
}

impl Commands {
    /// Starts the writer of this node. Stop the returned [`Writer`] last, when nothing sends
    /// commands any more: it finishes what waits.
    pub fn start(pool: PgPool, claims_key: ClaimsKey) -> (Self, Writer) {
        let (appends, writer) = Writer::start(pool.clone());
        let store = LogStore::new(pool, appends, claims_key, writer.appended());
        (Self { store: Arc::new(store) }, writer)
    }

    /// The highest position this node has committed; followers wake up by it.
    pub fn appended(&self) -> watch::Receiver<i64> {
        self.store.appended()
    }

    /// To be called when somebody has been erased by another node or process.
    pub fn forget_person(&self, person: UserId) {
        self.store.forget_person(person);
    }

    /// The event store underneath, for those who bring an aggregate of their own.
    pub fn store(&self) -> &LogStore {
        &self.store
    }
}
