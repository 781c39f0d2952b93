//! Buckets that all nodes share: in PostgreSQL, taken from in one round trip.

use std::time::{Duration, Instant};

use hmac::{Hmac, Mac};
use moka::sync::Cache;
use sha2::Sha256;
use sqlx::PgPool;
use uuid::Uuid;

use crate::keys::derived;
use crate::problem::{Problem, Result};

/// For how long at most a node answers by itself that a bucket is empty. On another node it may
/// have been filled meanwhile.
const BELIEVED: Duration = Duration::from_secs(5);

/// How many tokens a bucket holds, and how long one takes to come back.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    pub burst: i32,
    pub every: Duration,
}

/// Names what a bucket is of, like `["register", "192.0.2.1"]`.
pub type Name<'a> = &'a [&'a str];

#[derive(Clone)]
pub struct Buckets {
    pool: PgPool,
    keyed: Hmac<Sha256>,
    /// Those that were found empty, and until when: whoever keeps knocking costs no query.
    empty: Cache<Uuid, Instant>,
}

impl Buckets {
    pub fn new(pool: PgPool, sessions_key: &[u8]) -> Self {
        let empty = Cache::builder().max_capacity(100_000).time_to_live(BELIEVED).build();
        Self { pool, keyed: derived(sessions_key, "rate limits"), empty }
    }

    /// Takes a token; who finds none is told when there will be one.
    pub async fn take(&self, name: Name<'_>, pace: Pace) -> Result<()> {
        let bucket = self.id(name);
        self.not_known_empty(bucket)?;
        let wait = sqlx::query_scalar!(
            "SELECT take_token($1, $2, make_interval(secs => $3))",
            bucket,
            pace.burst,
            pace.every.as_secs_f64()
        )
        .fetch_one(&self.pool)
        .await?;
        self.unless_empty(bucket, wait)
    }

    /// Puts a token back that was taken for nothing.
    pub async fn give_back(&self, name: Name<'_>, pace: Pace) -> Result<()> {
        let bucket = self.id(name);
        sqlx::query!(
            "UPDATE rate_limits SET full_at = full_at - make_interval(secs => $2)
             WHERE bucket = $1",
            bucket,
            pace.every.as_secs_f64()
        )
        .execute(&self.pool)
        .await?;
        self.empty.invalidate(&bucket);
        Ok(())
    }

    /// Counts a guess at a secret before it is made: as a failure, until [`right`](Self::right)
    /// says that it was none.
    pub async fn guess(&self, name: Name<'_>) -> Result<()> {
        let bucket = self.id(name);
        self.not_known_empty(bucket)?;
        let wait =
            sqlx::query_scalar!("SELECT take_guess($1)", bucket).fetch_one(&self.pool).await?;
        self.unless_empty(bucket, wait)
    }

    /// Who guessed there knows the secret: what they got wrong before was a slip.
    pub async fn right(&self, name: Name<'_>) -> Result<()> {
        let bucket = self.id(name);
        sqlx::query!("DELETE FROM guesses WHERE bucket = $1", bucket).execute(&self.pool).await?;
        self.empty.invalidate(&bucket);
        Ok(())
    }

    fn not_known_empty(&self, bucket: Uuid) -> Result<()> {
        let until = self.empty.get(&bucket).unwrap_or_else(Instant::now);
        let wait = until.saturating_duration_since(Instant::now());
        if wait.is_zero() { Ok(()) } else { Err(Problem::rate_limited(wait)) }
    }

    fn unless_empty(&self, bucket: Uuid, wait: Option<f64>) -> Result<()> {
        let Some(seconds) = wait else { return Ok(()) };
        let wait = Duration::from_secs_f64(seconds);
        self.empty.insert(bucket, Instant::now() + wait);
        Err(Problem::rate_limited(wait))
    }

    fn id(&self, name: Name<'_>) -> Uuid {
        let mut mac = self.keyed.clone();
        for part in name {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        let hash: [u8; 32] = mac.finalize().into_bytes().into();
        Uuid::from_u128(u128::from_be_bytes(std::array::from_fn(|place| hash[place])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_bucket_s_id_is_its_name_s_under_the_deployment_s_key() {
        let pool = || PgPool::connect_lazy("postgres://nowhere").expect("lazy");
        let [ours, theirs] = [b"a key", b"other"].map(|key| Buckets::new(pool(), key));
        assert_eq!(ours.id(&["mail", "ann"]), ours.id(&["mail", "ann"]));
        assert_ne!(ours.id(&["mail", "ann"]), ours.id(&["mailann"]));
        assert_ne!(ours.id(&["mail", "ann"]), theirs.id(&["mail", "ann"]));
    }

    #[tokio::test]
    async fn who_was_told_to_wait_is_told_so_again_without_asking_the_database() {
        let buckets = Buckets::new(PgPool::connect_lazy("postgres://nowhere").expect("lazy"), b"");
        let bucket = buckets.id(&["mail", "ann"]);
        assert!(buckets.not_known_empty(bucket).is_ok());
        assert!(buckets.unless_empty(bucket, Some(60.0)).is_err());
        let told = buckets.not_known_empty(bucket).expect_err("empty").retry_after;
        assert!(told.is_some_and(|wait| wait > Duration::from_secs(50)), "{told:?}");
    }
}
