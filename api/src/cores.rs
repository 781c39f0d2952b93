//! Work that keeps a core busy, away from the threads that serve requests.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::problem::{Problem, Result};

/// No more of one kind of work at a time than there are cores. Clones share the bound.
#[derive(Clone)]
pub struct Cores(Arc<Semaphore>);

impl Cores {
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self(Arc::new(Semaphore::new(cores)))
    }

    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let permit = self.0.clone().acquire_owned().await;
        let permit = permit.map_err(|error| Problem::internal(&error))?;
        // The permit goes into the work: a caller that gives up does not free the core.
        spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(|error| Problem::internal(&error))
    }
}
