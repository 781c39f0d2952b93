//! Answers questions that are asked at the same time together.
//!
//! When a thousand sockets come back at once, a thousand sessions, people and participations are
//! looked up, and each query costs the node and the database far more than the row it finds. A
//! [`Batched`] asks at once where nobody else does; while it waits for the database, questions
//! gather, and the next query asks all of them. Only where that takes long is there a second query
//! beside it.

mod over;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

/// How long a question waits for a query that is under way before it is asked beside it: longer
/// than most queries take, so that few questions are asked alone.
const PATIENCE: Duration = Duration::from_millis(10);

/// What was found, by what was asked; what is not in it, is not there.
pub type Found<K, V, E> = Result<HashMap<K, V>, E>;

type Look<K, V, E> =
    dyn Fn(Vec<K>) -> Pin<Box<dyn Future<Output = Found<K, V, E>> + Send>> + Send + Sync;

/// Cheap to clone; all clones ask together.
pub struct Batched<K, V, E>(Arc<Inner<K, V, E>>);

struct Inner<K, V, E> {
    look: Box<Look<K, V, E>>,
    /// Most questions in one query.
    most: usize,
    /// Most queries at a time: with one, a slow answer would hold up everybody.
    lanes: usize,
    lost: Arc<E>,
    state: Mutex<State<K, V, E>>,
}

struct State<K, V, E> {
    waiting: Vec<Asked<K, V, E>>,
    /// Queries that are under way.
    asking: usize,
}

type Asked<K, V, E> = (K, oneshot::Sender<Answer<V, E>>);

/// Everybody who asked together hears the same error.
type Answer<V, E> = Result<Option<V>, Arc<E>>;

impl<K, V, E> Clone for Batched<K, V, E> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, V, E> Batched<K, V, E>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + 'static,
    E: Send + Sync + 'static,
{
    /// `look` answers up to `most` different questions; it runs in up to `lanes` tasks at a time.
    /// Where one of them does not live to answer, `lost` is the error.
    pub fn new<F>(
        most: usize,
        lanes: usize,
        lost: E,
        look: impl Fn(Vec<K>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Found<K, V, E>> + Send + 'static,
    {
        let look = Box::new(move |keys| -> Pin<Box<dyn Future<Output = _> + Send>> {
            Box::pin(look(keys))
        });
        let state = Mutex::new(State { waiting: vec![], asking: 0 });
        Self(Arc::new(Inner { look, most, lanes, lost: Arc::new(lost), state }))
    }

    /// Looks no earlier than now: what was true before the call is seen. None is not there.
    pub async fn ask(&self, key: K) -> Result<Option<V>, Arc<E>> {
        let (sender, mut answer) = oneshot::channel();
        {
            let mut state = self.0.lock();
            state.waiting.push((key, sender));
            if state.asking == 0 || state.waiting.len() > self.0.most {
                self.begin_lane(&mut state);
            }
        }
        let answered = if let Ok(answered) = timeout(PATIENCE, &mut answer).await {
            answered
        } else {
            self.begin_lane(&mut self.0.lock());
            answer.await
        };
        answered.unwrap_or_else(|_| Err(self.0.lost.clone()))
    }

    fn begin_lane(&self, state: &mut State<K, V, E>) {
        if state.asking < self.0.lanes && !state.waiting.is_empty() {
            state.asking += 1;
            // In a task of its own: whoever asked first may go away, and the others stay.
            tokio::spawn(self.0.clone().answer_all());
        }
    }
}

impl<K, V, E> Inner<K, V, E> {
    fn lock(&self) -> MutexGuard<'_, State<K, V, E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer_all(self: Arc<Self>)
    where
        K: Clone + Eq + Hash,
        V: Clone,
    {
        let mut lane = Lane { of: &self, ended: false };
        while let Some(asked) = lane.next() {
            let mut keys: Vec<K> = Vec::with_capacity(asked.len());
            let mut askers: HashMap<K, Vec<_>> = HashMap::with_capacity(asked.len());
            for (key, asker) in asked {
                let together = askers.entry(key.clone()).or_default();
                if together.is_empty() {
                    keys.push(key);
                }
                together.push(asker);
            }
            match (self.look)(keys).await {
                Ok(mut found) => {
                    for (key, together) in askers {
                        tell(together, Ok(found.remove(&key)));
                    }
                }
                Err(error) => {
                    let error = Arc::new(error);
                    for together in askers.into_values() {
                        tell(together, Err(error.clone()));
                    }
                }
            }
        }
    }
}

fn tell<T: Clone>(mut askers: Vec<oneshot::Sender<T>>, answer: T) {
    let last = askers.pop();
    for asker in askers {
        // Some do not wait for it any more.
        let _ = asker.send(answer.clone());
    }
    if let Some(last) = last {
        let _ = last.send(answer);
    }
}

/// One of the queries that may be under way.
struct Lane<'a, K, V, E> {
    of: &'a Inner<K, V, E>,
    ended: bool,
}

impl<K, V, E> Lane<'_, K, V, E> {
    /// What is asked next; the lane ends with nothing left to ask.
    fn next(&mut self) -> Option<Vec<Asked<K, V, E>>> {
        let mut state = self.of.lock();
        let most = self.of.most.min(state.waiting.len());
        let asked: Vec<_> = state.waiting.drain(..most).collect();
        if asked.is_empty() {
            state.asking -= 1;
            self.ended = true;
            return None;
        }
        Some(asked)
    }
}

impl<K, V, E> Drop for Lane<'_, K, V, E> {
    /// A query that panicked, or whose runtime shuts down, leaves nobody waiting for ever.
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let mut state = self.of.lock();
        state.asking -= 1;
        if state.asking == 0 {
            state.waiting.clear();
        }
    }
}
