//! The secrets that every node of one deployment shares, made once and kept in the database.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use sqlx::PgPool;

/// What hashes under a key of its own for `purpose`, derived from `secret`: who keeps that one
/// out of the database keeps these out too.
pub fn derived(secret: &[u8], purpose: &str) -> Hmac<Sha256> {
    let mut mac = keyed(secret);
    mac.update(purpose.as_bytes());
    keyed(&mac.finalize().into_bytes())
}

/// HMAC fills a shorter key with zeros, and hashes a longer one; `new` takes a whole block.
fn keyed(key: &[u8]) -> Hmac<Sha256> {
    let mut block = [0; 64];
    if key.len() <= block.len() {
        block[..key.len()].copy_from_slice(key);
    } else {
        block[..32].copy_from_slice(&Sha256::digest(key));
    }
    <Hmac<Sha256> as KeyInit>::new(&block.into())
}

/// Which secret.
#[derive(Clone, Copy, Debug)]
pub enum Key {
    /// Signs sessions, unless the environment gives another.
    Sessions,
    /// Hashes unique claims. Losing it would lose who holds which name.
    Claims,
    /// Hashes requests that carry an `Idempotency-Key`: some hold passwords, whose plain hash
    /// must not lie around.
    Requests,
    /// Tells this deployment from others on one broker.
    Deployment,
}

impl Key {
    fn name(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Claims => "claims",
            Self::Requests => "requests",
            Self::Deployment => "deployment",
        }
    }

    /// The secret, made now if this is the deployment's first start. Two nodes that start at
    /// once agree: the second finds what the first has written.
    pub async fn secret(self, pool: &PgPool) -> sqlx::Result<[u8; 32]> {
        sqlx::query!(
            "INSERT INTO deployment_keys (name, secret) VALUES ($1, $2)
             ON CONFLICT (name) DO NOTHING",
            self.name(),
            &rand::random::<[u8; 32]>()[..]
        )
        .execute(pool)
        .await?;
        let secret =
            sqlx::query_scalar!("SELECT secret FROM deployment_keys WHERE name = $1", self.name())
                .fetch_one(pool)
                .await?;
        secret.try_into().map_err(|other: Vec<u8>| {
            sqlx::Error::Decode(format!("the key {self:?} has {} bytes", other.len()).into())
        })
    }
}
