//! Questions to a database, over connections that stay with those who ask.

use std::collections::HashMap;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection, PgPool};

use crate::Batched;

/// A connection that was idle for longer is asked whether it still is one before it is used.
const IDLE: Duration = Duration::from_secs(1);

type Looking<'a, K, V> = Pin<Box<dyn Future<Output = sqlx::Result<HashMap<K, V>>> + Send + 'a>>;
type Connecting = Pin<Box<dyn Future<Output = sqlx::Result<PgConnection>> + Send>>;

impl<K, V> Batched<K, V, sqlx::Error>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + 'static,
{
    /// As [`new`](Self::new), with a connection for each lane, which is made by `pool` and stays
    /// out of it: a pool asks each connection that is given back whether it still is one, which
    /// costs as much as a small query.
    pub fn over(
        pool: PgPool,
        most: usize,
        lanes: usize,
        look: impl for<'c> Fn(&'c mut PgConnection, Vec<K>) -> Looking<'c, K, V> + Send + Sync + 'static,
    ) -> Self {
        let connect = move || {
            let pool = pool.clone();
            async move { Ok(pool.acquire().await?.detach()) }
        };
        Self::over_made(connect, most, lanes, look)
    }

    /// As [`over`](Self::over), with connections that are made by `connect`.
    pub fn over_made<C>(
        connect: impl Fn() -> C + Send + Sync + 'static,
        most: usize,
        lanes: usize,
        look: impl for<'c> Fn(&'c mut PgConnection, Vec<K>) -> Looking<'c, K, V> + Send + Sync + 'static,
    ) -> Self
    where
        C: Future<Output = sqlx::Result<PgConnection>> + Send + 'static,
    {
        let connect = Box::new(move || -> Connecting { Box::pin(connect()) });
        let connections = Arc::new(Connections { connect, idle: Mutex::default() });
        let look = Arc::new(look);
        Self::new(most, lanes, sqlx::Error::WorkerCrashed, move |keys| {
            let (connections, look) = (connections.clone(), look.clone());
            async move {
                let mut connection = connections.take().await?;
                // After an error, or when nobody waits for the answer any more, nobody knows what
                // the connection is in the middle of: then it is dropped.
                let found = look(&mut connection, keys).await?;
                connections.put_back(connection);
                Ok(found)
            }
        })
    }
}

struct Connections {
    connect: Box<dyn Fn() -> Connecting + Send + Sync>,
    idle: Mutex<Vec<(PgConnection, Instant)>>,
}

impl Connections {
    async fn take(&self) -> sqlx::Result<PgConnection> {
        while let Some((mut connection, since)) = self.idle() {
            if since.elapsed() < IDLE || connection.ping().await.is_ok() {
                return Ok(connection);
            }
        }
        (self.connect)().await
    }

    fn idle(&self) -> Option<(PgConnection, Instant)> {
        self.lock().pop()
    }

    fn put_back(&self, connection: PgConnection) {
        self.lock().push((connection, Instant::now()));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(PgConnection, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[path = "over_tests.rs"]
mod tests;
