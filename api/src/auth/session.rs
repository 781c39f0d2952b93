//! Sessions: one row for each signed-in device.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use batching::Batched;
use chrono::{DateTime, Utc};
use domain::values::ids::UserId;
use moka::future::Cache;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::device::Device;
use super::refresh;

/// How long a session lasts after it was last refreshed.
pub const REFRESH_DAYS: i64 = 30;

/// How long this node believes that a session is open. Closing it here is seen at once;
/// closing it on another node, or erasing its person there, within a second or two (see
/// `revocations`), and within this time whatever happens to that.
const BELIEVED: Duration = Duration::from_secs(5);

/// Sessions looked up by one query, and queries at a time.
const MOST_AT_ONCE: usize = 256;
const LANES: usize = 2;

/// A session as its person sees it.
#[derive(Debug)]
pub struct OpenSession {
    pub id: Uuid,
    pub user_agent: Option<String>,
    pub network: Option<String>,
    pub created_at: DateTime<Utc>,
    pub refreshed_at: DateTime<Utc>,
}

/// What ended lately, on whichever node.
#[derive(Debug)]
pub struct EndedLately {
    /// The database's time.
    pub now: DateTime<Utc>,
    pub sessions: Vec<Uuid>,
    /// People who were erased. Their sessions are gone, so that nothing names them.
    pub erased: Vec<Uuid>,
}

#[derive(Clone)]
pub struct Sessions {
    pool: PgPool,
    open: Cache<Uuid, bool>,
    /// Those that are asked about at the same time, together.
    asked: Batched<Uuid, bool, sqlx::Error>,
}

impl Sessions {
    pub fn new(pool: PgPool) -> Self {
        let open = Cache::builder().max_capacity(100_000).time_to_live(BELIEVED).build();
        let asked = Batched::over(pool.clone(), MOST_AT_ONCE, LANES, |connection, sessions| {
            Box::pin(which_are_open(connection, sessions))
        });
        Self { pool, open, asked }
    }

    /// Opens a session and answers its id and its first refresh token. That of somebody who is
    /// being erased was never there.
    pub async fn open(&self, account: UserId, device: &Device) -> sqlx::Result<(Uuid, String)> {
        let (id, refresh) = (Uuid::now_v7(), refresh::first());
        sqlx::query!(
            "INSERT INTO sessions (id, account_id, refresh_hash, user_agent, network, expires_at)
             SELECT $1, person, $3, $4, $5, now() + make_interval(days => $6) FROM person_keys
             WHERE person = $2 AND erased_at IS NULL FOR SHARE",
            id,
            account.uuid(),
            refresh::hash(&refresh),
            device.user_agent.as_deref(),
            device.network.as_deref(),
            REFRESH_DAYS as i32
        )
        .execute(&self.pool)
        .await?;
        Ok((id, refresh))
    }

    /// The open sessions of `account`, the one used last first.
    pub async fn of(&self, account: UserId, most: i64) -> sqlx::Result<Vec<OpenSession>> {
        sqlx::query_as!(
            OpenSession,
            "SELECT id, user_agent, network, created_at, refreshed_at FROM sessions
             WHERE account_id = $1 AND revoked_at IS NULL AND expires_at > now()
             ORDER BY refreshed_at DESC, id DESC LIMIT $2",
            account.uuid(),
            most
        )
        .fetch_all(&self.pool)
        .await
    }

    /// Whether `account` is signed in somewhere in `network`.
    pub async fn is_network_of(
        &self,
        account: Option<UserId>,
        network: &str,
    ) -> sqlx::Result<bool> {
        sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT FROM sessions
                   WHERE account_id = $1 AND network = $2
                     AND revoked_at IS NULL AND expires_at > now()) AS "is_known!""#,
            account.map(UserId::uuid),
            network
        )
        .fetch_one(&self.pool)
        .await
    }

    /// Ends a session of `account`; false where it has no such open one.
    pub async fn revoke_one(&self, account: UserId, session: Uuid) -> sqlx::Result<bool> {
        let ended = sqlx::query!(
            "UPDATE sessions SET revoked_at = now()
             WHERE id = $2 AND account_id = $1 AND revoked_at IS NULL AND expires_at > now()",
            account.uuid(),
            session
        )
        .execute(&self.pool)
        .await?;
        let ended = ended.rows_affected() == 1;
        if ended {
            self.open.insert(session, false).await;
        }
        Ok(ended)
    }

    pub async fn revoke(&self, session: Uuid) -> sqlx::Result<()> {
        sqlx::query!(
            "UPDATE sessions SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL",
            session
        )
        .execute(&self.pool)
        .await?;
        self.open.insert(session, false).await;
        Ok(())
    }

    /// Ends all sessions of `account` but `staying`, once the transaction is committed; which
    /// ones, [`closed`](Self::closed) is then told.
    pub async fn revoke_all(
        &self,
        transaction: &mut PgConnection,
        account: UserId,
        staying: Option<Uuid>,
    ) -> sqlx::Result<Vec<Uuid>> {
        sqlx::query_scalar!(
            "UPDATE sessions SET revoked_at = now()
             WHERE account_id = $1 AND revoked_at IS NULL AND id IS DISTINCT FROM $2
             RETURNING id",
            account.uuid(),
            staying
        )
        .fetch_all(transaction)
        .await
    }

    /// From now on this node takes these sessions for ended.
    pub async fn closed(&self, sessions: &[Uuid]) {
        for session in sessions {
            self.open.insert(*session, false).await;
        }
    }

    pub async fn ended_since(&self, since: Option<DateTime<Utc>>) -> sqlx::Result<EndedLately> {
        let ended = sqlx::query_as!(
            EndedLately,
            r#"SELECT now() AS "now!",
                      ARRAY(SELECT id FROM sessions WHERE revoked_at > $1) AS "sessions!",
                      ARRAY(SELECT person FROM person_keys WHERE erased_at > $1) AS "erased!""#,
            since
        )
        .fetch_one(&self.pool)
        .await?;
        self.closed(&ended.sessions).await;
        Ok(ended)
    }

    /// Asks about every session anew: which were those of somebody who is erased, nothing tells.
    pub fn believe_none(&self) {
        self.open.invalidate_all();
    }

    pub async fn is_open(&self, session: Uuid) -> Result<bool, Arc<sqlx::Error>> {
        let asked = async { Ok(self.asked.ask(session).await?.unwrap_or(false)) };
        let open = self.open.try_get_with(session, asked).await;
        open.map_err(|error| Arc::clone(&*error))
    }
}

/// Which of `sessions` are open.
async fn which_are_open(
    connection: &mut PgConnection,
    sessions: Vec<Uuid>,
) -> sqlx::Result<HashMap<Uuid, bool>> {
    let open = sqlx::query_scalar!(
        "SELECT id FROM sessions
         WHERE id = ANY($1) AND revoked_at IS NULL AND expires_at > now()",
        &sessions
    )
    .fetch_all(connection)
    .await?;
    Ok(open.into_iter().map(|session| (session, true)).collect())
}
