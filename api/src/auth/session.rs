//! Sessions: one row for each signed-in device.
//!
//! A refresh token is good for one exchange. Two tabs of one browser may send the same one at
//! once, though; the second, within moments, gets what the first one got.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use domain::values::ids::UserId;
use moka::future::Cache;
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// How long a session lasts after it was last refreshed.
pub const REFRESH_DAYS: i64 = 30;

/// How long a refresh token that was just exchanged is answered with the same new one.
const GRACE: Duration = Duration::from_secs(10);

/// How long this node believes that a session is open. Closing it here is seen at once;
/// closing it on another node within a second or two (see `revocations`), and within this time
/// whatever happens to that.
const BELIEVED: Duration = Duration::from_secs(5);

type Renewed = Option<(UserId, Uuid, String)>;

#[derive(Clone)]
pub struct Sessions {
    pool: PgPool,
    open: Cache<Uuid, bool>,
    /// By the hash of the old refresh token.
    renewed: Cache<Vec<u8>, Renewed>,
}

impl Sessions {
    pub fn new(pool: PgPool) -> Self {
        Self {
            pool,
            open: Cache::builder().max_capacity(100_000).time_to_live(BELIEVED).build(),
            renewed: Cache::builder().max_capacity(10_000).time_to_live(GRACE).build(),
        }
    }

    /// Opens a session and answers its id and its first refresh token.
    pub async fn open(
        &self,
        account: UserId,
        user_agent: Option<&str>,
    ) -> sqlx::Result<(Uuid, String)> {
        let (id, refresh) = (Uuid::now_v7(), new_token());
        sqlx::query!(
            "INSERT INTO sessions (id, account_id, refresh_hash, user_agent, expires_at)
             VALUES ($1, $2, $3, $4, now() + make_interval(days => $5))",
            id,
            account.uuid(),
            hash(&refresh),
            user_agent,
            REFRESH_DAYS as i32
        )
        .execute(&self.pool)
        .await?;
        Ok((id, refresh))
    }

    /// Exchanges a refresh token for a new one; none if it is unknown, spent or too old.
    pub async fn rotate(&self, refresh: &str) -> Result<Renewed, std::sync::Arc<sqlx::Error>> {
        let old = hash(refresh);
        self.renewed.try_get_with(old.clone(), self.exchange(old)).await
    }

    async fn exchange(&self, old: Vec<u8>) -> sqlx::Result<Renewed> {
        let refresh = new_token();
        let row = sqlx::query!(
            "UPDATE sessions
             SET refresh_hash = $2, refreshed_at = now(),
                 expires_at = now() + make_interval(days => $3)
             WHERE refresh_hash = $1 AND revoked_at IS NULL AND expires_at > now()
             RETURNING id, account_id",
            old,
            hash(&refresh),
            REFRESH_DAYS as i32
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| (UserId::from_uuid(row.account_id), row.id, refresh)))
    }

    pub async fn of_refresh(&self, refresh: &str) -> sqlx::Result<Option<Uuid>> {
        sqlx::query_scalar!("SELECT id FROM sessions WHERE refresh_hash = $1", hash(refresh))
            .fetch_optional(&self.pool)
            .await
    }

    pub async fn revoke(&self, session: Uuid) -> sqlx::Result<()> {
        sqlx::query!(
            "UPDATE sessions SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL",
            session
        )
        .execute(&self.pool)
        .await?;
        self.open.insert(session, false).await;
        // Nor does a renewal in its moments of grace bring it back.
        self.renewed.invalidate_all();
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
        self.renewed.invalidate_all();
    }

    pub async fn closed_since(
        &self,
        since: Option<DateTime<Utc>>,
    ) -> sqlx::Result<(DateTime<Utc>, Vec<Uuid>)> {
        let row = sqlx::query!(
            r#"SELECT now() AS "now!",
                      ARRAY(SELECT id FROM sessions WHERE revoked_at > $1) AS "closed!""#,
            since
        )
        .fetch_one(&self.pool)
        .await?;
        for session in &row.closed {
            self.open.insert(*session, false).await;
        }
        if !row.closed.is_empty() {
            self.renewed.invalidate_all();
        }
        Ok((row.now, row.closed))
    }

    pub async fn is_open(&self, session: Uuid) -> Result<bool, std::sync::Arc<sqlx::Error>> {
        let asked = async {
            let open = sqlx::query_scalar!(
                "SELECT 1 FROM sessions
                 WHERE id = $1 AND revoked_at IS NULL AND expires_at > now()",
                session
            )
            .fetch_optional(&self.pool)
            .await?;
            Ok(open.is_some())
        };
        self.open.try_get_with(session, asked).await
    }
}

/// 256 random bits.
fn new_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// What is stored of a token: of 256 random bits a plain hash tells nothing.
fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
