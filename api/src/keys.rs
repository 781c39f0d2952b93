//! The secrets that every node of one deployment shares, made once and kept in the database.

use sqlx::PgPool;

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
