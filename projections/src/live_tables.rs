//! Keeps autovacuum off tables that are about to be replaced.
//!
//! It would clean what goes a moment later, and the swap would wait for it: a second for each
//! table, which is when PostgreSQL ends an autovacuum that somebody waits for.

use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use tracing::info;

/// Longer than one autovacuum for each of PostgreSQL's workers stands in the way.
const WAIT: &str = "5s";

/// A transaction that has no snapshot and holds up neither readers nor writers, but whoever
/// cleans or changes the tables.
pub(crate) struct LiveTables(Transaction<'static, Postgres>);

impl LiveTables {
    /// None where somebody else is changing one of them: then the swap waits.
    pub(crate) async fn hold(pool: PgPool, tables: Vec<String>) -> Option<Self> {
        let held = async {
            let mut tx = pool.begin().await?;
            sqlx::query("SET LOCAL idle_in_transaction_session_timeout = 0")
                .execute(&mut *tx)
                .await?;
            keep_autovacuum_off(&mut tx, &tables, WAIT).await?;
            Ok::<_, sqlx::Error>(Self(tx))
        };
        match held.await {
            Ok(held) => Some(held),
            Err(error) => {
                info!(%error, "the tables to be replaced may be vacuumed meanwhile");
                None
            }
        }
    }

    /// To be called when they are about to be replaced.
    pub(crate) async fn release(self) {
        if let Err(error) = self.0.rollback().await {
            info!(%error, "what kept autovacuum away has ended before");
        }
    }
}

/// Until the transaction ends. One that is under way is ended by PostgreSQL, once it has kept this
/// waiting for a second; neither readers nor the follower wait meanwhile.
pub(crate) async fn keep_autovacuum_off(
    tx: &mut PgConnection,
    tables: &[String],
    wait: &str,
) -> sqlx::Result<()> {
    let wait = format!("SET LOCAL lock_timeout = '{wait}'");
    sqlx::query(&wait).execute(&mut *tx).await?;
    let lock = format!("LOCK TABLE {} IN SHARE UPDATE EXCLUSIVE MODE", tables.join(", "));
    sqlx::query(&lock).execute(tx).await?;
    Ok(())
}
