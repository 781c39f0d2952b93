//! Whether this node takes new work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Ready once everything has started, until it is told to stop. Cheap to clone.
#[derive(Clone, Default)]
pub struct Readiness {
    draining: Arc<AtomicBool>,
}

impl Readiness {
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}
