//! Refresh tokens: each is exchanged once, for its successor.
//!
//! One that comes back later was copied, and whether by the person or by a thief nobody can tell;
//! so it ends its session, whose tokens all follow from one another (RFC 9700, section 4.14.2).
//! Two tabs of one browser may show the same one at once, though: for some moments every node
//! answers it with the token that is current by then. For that no token is kept in clear: a
//! successor follows from the token before it, under a key of this deployment.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::values::ids::UserId;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use uuid::Uuid;

use super::session::REFRESH_DAYS;
use crate::keys::derived;

/// For how many seconds a token that was exchanged is still answered.
const GRACE: f64 = 20.0;

/// How many exchanges of one session are followed within that time.
const GENERATIONS: usize = 100;

/// What showing a token leads to.
#[derive(Debug, PartialEq, Eq)]
pub enum Exchange {
    Renewed {
        user: UserId,
        session: Uuid,
        refresh: String,
    },
    /// It was exchanged before, so its session is to be ended.
    Copied {
        session: Uuid,
    },
    /// Unknown, too old, or of a session that is over.
    Refused,
}

#[derive(Clone)]
pub struct RefreshTokens {
    pool: PgPool,
    keyed: Hmac<Sha256>,
}

impl RefreshTokens {
    /// Under a key derived from that of sessions.
    pub fn new(pool: PgPool, sessions_key: &[u8]) -> Self {
        Self { pool, keyed: derived(sessions_key, "refresh tokens") }
    }

    /// Exchanges the token `shown`, from `network`. Of two that show it at once, on whichever
    /// nodes, the row's lock lets one be first.
    pub async fn exchange(&self, shown: &str, network: Option<&str>) -> sqlx::Result<Exchange> {
        let refresh = self.successor(shown);
        let renewed = sqlx::query!(
            "WITH renewed AS (
                 UPDATE sessions
                 SET refresh_hash = $2, refreshed_at = now(), network = $4,
                     expires_at = now() + make_interval(days => $3)
                 WHERE refresh_hash = $1 AND revoked_at IS NULL AND expires_at > now()
                 RETURNING id, account_id
             ), spent AS (
                 INSERT INTO spent_refresh_tokens (hash, session_id) SELECT $1, id FROM renewed
             )
             SELECT id, account_id FROM renewed",
            hash(shown),
            hash(&refresh),
            REFRESH_DAYS as i32,
            network
        )
        .fetch_optional(&self.pool)
        .await?;
        match renewed {
            Some(row) => {
                let user = UserId::from_uuid(row.account_id);
                Ok(Exchange::Renewed { user, session: row.id, refresh })
            }
            None => self.shown_again(shown).await,
        }
    }

    async fn shown_again(&self, shown: &str) -> sqlx::Result<Exchange> {
        let spent = sqlx::query!(
            r#"SELECT s.id, s.account_id, s.refresh_hash,
                   t.spent_at > now() - make_interval(secs => $2) AS "lately!"
               FROM spent_refresh_tokens t JOIN sessions s ON s.id = t.session_id
               WHERE t.hash = $1 AND s.revoked_at IS NULL AND s.expires_at > now()"#,
            hash(shown),
            GRACE
        )
        .fetch_optional(&self.pool)
        .await?;
        let Some(spent) = spent else { return Ok(Exchange::Refused) };
        if !spent.lately {
            return Ok(Exchange::Copied { session: spent.id });
        }
        // The other tab may be several exchanges ahead; both share one cookie, which must not
        // be set back. None follows where another key was set meanwhile.
        let successors =
            std::iter::successors(Some(self.successor(shown)), |token| Some(self.successor(token)));
        let current = successors.take(GENERATIONS).find(|token| hash(token) == spent.refresh_hash);
        Ok(current.map_or(Exchange::Refused, |refresh| Exchange::Renewed {
            user: UserId::from_uuid(spent.account_id),
            session: spent.id,
            refresh,
        }))
    }

    /// Whose session a token is or was of, for who signs out with it.
    pub async fn session(&self, token: &str) -> sqlx::Result<Option<Uuid>> {
        sqlx::query_scalar!(
            r#"SELECT id AS "id!" FROM sessions WHERE refresh_hash = $1
               UNION ALL SELECT session_id FROM spent_refresh_tokens WHERE hash = $1 LIMIT 1"#,
            hash(token)
        )
        .fetch_optional(&self.pool)
        .await
    }

    fn successor(&self, token: &str) -> String {
        let mut mac = self.keyed.clone();
        mac.update(token.as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

/// A session's first: 256 random bits.
pub fn first() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// What is stored of a token: of 256 random bits a plain hash tells nothing.
pub fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
