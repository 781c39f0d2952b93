//! What waits for one task to take it.

use std::sync::Mutex;

use tokio::sync::Notify;

use crate::gateway::listeners::lock;

/// More waits only where the task has stalled, and then nothing that waits is worth it.
const MOST: usize = 100_000;

pub struct Inbox<T> {
    items: Mutex<Vec<T>>,
    arrived: Notify,
}

impl<T> Default for Inbox<T> {
    fn default() -> Self {
        Self { items: Mutex::default(), arrived: Notify::new() }
    }
}

impl<T> Inbox<T> {
    pub fn put(&self, item: T) {
        let mut items = lock(&self.items);
        if items.len() < MOST {
            items.push(item);
            self.arrived.notify_one();
        }
    }

    /// Waits until there may be something to take.
    pub async fn arrived(&self) {
        self.arrived.notified().await;
    }

    /// Everything, in the order in which it came.
    pub fn take(&self) -> Vec<T> {
        std::mem::take(&mut *lock(&self.items))
    }
}
