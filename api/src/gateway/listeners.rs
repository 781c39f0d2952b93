//! Which sockets listen to what on this node: to a room, to a person, to a session.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::outbox::Outbox;

/// Sockets of different rooms rarely meet at one lock.
const SHARDS: usize = 32;

/// Sockets by key. Every lock is held for one walk over one key's sockets at most, and never
/// across an await.
pub struct Listeners<K> {
    shards: [Mutex<HashMap<K, Vec<Arc<Outbox>>>>; SHARDS],
    hasher: RandomState,
}

impl<K> Default for Listeners<K> {
    fn default() -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::default()), hasher: RandomState::new() }
    }
}

impl<K: Copy + Eq + Hash> Listeners<K> {
    /// Answers whether the socket was not there yet.
    pub fn add(&self, key: K, outbox: &Arc<Outbox>) -> bool {
        let mut shard = self.shard(&key);
        let sockets = shard.entry(key).or_default();
        let new = !sockets.iter().any(|other| Arc::ptr_eq(other, outbox));
        if new {
            sockets.push(outbox.clone());
        }
        new
    }

    /// Answers whether the socket was there.
    pub fn remove(&self, key: K, outbox: &Arc<Outbox>) -> bool {
        let removed = self.take(key, |other| Arc::ptr_eq(other, outbox));
        !removed.is_empty()
    }

    /// Removes and answers the sockets that `chosen` picks.
    pub fn take(&self, key: K, chosen: impl Fn(&Arc<Outbox>) -> bool) -> Vec<Arc<Outbox>> {
        let mut shard = self.shard(&key);
        let Entry::Occupied(mut entry) = shard.entry(key) else { return vec![] };
        let sockets = entry.get_mut();
        let removed = match sockets.iter().position(&chosen) {
            None => vec![],
            // One socket leaving a large room is the usual case: nothing behind it moves up.
            Some(first) => {
                let mut removed = vec![sockets.swap_remove(first)];
                removed.extend(sockets.extract_if(first.., |other| chosen(other)));
                removed
            }
        };
        if sockets.is_empty() {
            entry.remove();
        }
        removed
    }

    pub fn contains(&self, key: K, outbox: &Arc<Outbox>) -> bool {
        self.shard(&key)
            .get(&key)
            .is_some_and(|sockets| sockets.iter().any(|other| Arc::ptr_eq(other, outbox)))
    }

    pub fn any(&self, key: K) -> bool {
        self.shard(&key).contains_key(&key)
    }

    /// Calls `each` with every socket of `key`, under the lock: it must not wait.
    pub fn each(&self, key: K, each: impl FnMut(&Arc<Outbox>)) {
        if let Some(sockets) = self.shard(&key).get(&key) {
            sockets.iter().for_each(each);
        }
    }

    /// The sockets of `key`, to do with them what takes longer than the lock may be held.
    pub fn of(&self, key: K) -> Vec<Arc<Outbox>> {
        self.shard(&key).get(&key).cloned().unwrap_or_default()
    }

    /// Every socket there is.
    pub fn all(&self) -> Vec<Arc<Outbox>> {
        let sockets = |shard: &Mutex<HashMap<K, Vec<Arc<Outbox>>>>| -> Vec<Arc<Outbox>> {
            lock(shard).values().flatten().cloned().collect()
        };
        self.shards.iter().flat_map(sockets).collect()
    }

    fn shard(&self, key: &K) -> MutexGuard<'_, HashMap<K, Vec<Arc<Outbox>>>> {
        lock(&self.shards[self.hasher.hash_one(key) as usize % SHARDS])
    }
}

/// A panic elsewhere does not leave these collections half changed.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::values::ids::UserId;
    use uuid::Uuid;

    fn outbox() -> Arc<Outbox> {
        Arc::new(Outbox::new(UserId::new(), Uuid::nil(), 0))
    }

    #[test]
    fn a_socket_listens_once_however_often_it_joins() {
        let (listeners, socket) = (Listeners::default(), outbox());
        assert!(listeners.add(1, &socket));
        assert!(!listeners.add(1, &socket));
        let mut heard = 0;
        listeners.each(1, |_| heard += 1);
        assert_eq!(heard, 1);
        assert!(listeners.remove(1, &socket));
        assert!(!listeners.remove(1, &socket));
        assert!(!listeners.any(1));
    }

    #[test]
    fn taking_sockets_out_leaves_all_others() {
        let listeners = Listeners::default();
        let sockets: Vec<_> = (0..20).map(|_| outbox()).collect();
        for socket in &sockets {
            listeners.add("hall", socket);
        }
        let leaving = |socket: &Arc<Outbox>| {
            sockets.iter().position(|other| Arc::ptr_eq(other, socket)).expect("one") % 3 == 0
        };
        assert_eq!(listeners.take("hall", leaving).len(), 7);
        for (number, socket) in sockets.iter().enumerate() {
            assert_eq!(listeners.contains("hall", socket), number % 3 != 0);
        }
    }
}
