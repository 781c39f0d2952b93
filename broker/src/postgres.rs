//! Messages as notifications of PostgreSQL, which every deployment has.

use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use sqlx::postgres::PgListener;
use sqlx::{Executor, PgPool};
use tokio::time::{sleep, timeout};

use crate::parts::{Joined, split};
use crate::{Broker, BrokerError};

const CHANNEL: &str = "nodes";

/// Most bytes of a message in one notification. It takes less than 8,000, its heading included.
const LONGEST: usize = 7_900;

const PUBLISHED_WITHIN: Duration = Duration::from_secs(2);

/// After so much silence the connection is asked whether it still is one: a network that
/// swallows packets says nothing.
const SILENCE: Duration = Duration::from_secs(5);
const ANSWERED_WITHIN: Duration = Duration::from_secs(3);

const BETWEEN_ATTEMPTS: Duration = Duration::from_secs(1);

pub struct Postgres {
    pool: PgPool,
}

impl Postgres {
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Ends when the connection does.
    async fn hear(&self, hear: &(dyn Fn(&str) + Send + Sync)) -> Result<(), BrokerError> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener.listen(CHANNEL).await?;
        let mut joined = Joined::default();
        loop {
            // What is cut short here is read on by the next call.
            match timeout(SILENCE, listener.try_recv()).await {
                Ok(Ok(Some(notification))) => {
                    if let Some(message) = joined.add(notification.payload()) {
                        hear(&message);
                    }
                }
                // Opened again already, and what began before will not be completed.
                Ok(Ok(None)) => {
                    tracing::info!("the connection on which other nodes are heard was lost");
                    joined = Joined::default();
                }
                Ok(Err(error)) => return Err(error.into()),
                Err(_) => {
                    let asked = timeout(ANSWERED_WITHIN, listener.execute("SELECT 1"));
                    asked.await.map_err(|_| BrokerError::Late)??;
                }
            }
        }
    }
}

impl Broker for Postgres {
    fn publish(&self, messages: Vec<String>) -> BoxFuture<'_, Result<(), BrokerError>> {
        async move {
            // No other message comes between the notifications of one transaction.
            let parts = split(&messages, LONGEST);
            // Nothing here is worth waiting for a disk: nothing is written.
            let notified = sqlx::query!(
                "SELECT pg_notify($1, part) FROM unnest($2::text[]) AS part",
                CHANNEL,
                &parts
            )
            .execute(&self.pool);
            timeout(PUBLISHED_WITHIN, notified).await.map_err(|_| BrokerError::Late)??;
            Ok(())
        }
        .boxed()
    }

    fn listen<'a>(&'a self, hear: &'a (dyn Fn(&str) + Send + Sync)) -> BoxFuture<'a, ()> {
        async move {
            loop {
                if let Err(error) = self.hear(hear).await {
                    tracing::warn!(%error, "not hearing other nodes; trying again");
                }
                sleep(BETWEEN_ATTEMPTS).await;
            }
        }
        .boxed()
    }
}
