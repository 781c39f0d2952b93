//! People's pictures of themselves: made small and clean away from the threads that serve
//! requests, and kept in a table of their own, one for each person.

mod render;

use bytes::Bytes;
use domain::values::account::AvatarUrl;
use domain::values::ids::UserId;
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use crate::cores::Cores;
use crate::problem::{Problem, Result};
use render::render;

/// Cheap to clone.
#[derive(Clone)]
pub struct Pictures {
    pool: PgPool,
    /// As many are made at a time as there are cores: each takes some hundred megabytes at most.
    cores: Cores,
}

impl Pictures {
    pub fn new(pool: PgPool) -> Self {
        Self { pool, cores: Cores::new() }
    }

    /// What `file` shows, as it is shown to others.
    pub async fn rendered(&self, file: Bytes) -> Result<Vec<u8>> {
        let rendered = self.cores.run(move || render(&file)).await?;
        rendered.map_err(|unreadable| Problem::field("picture", unreadable.to_string()))
    }

    /// Keeps a picture in place of the one before; none for somebody who is being erased.
    pub async fn keep(&self, user: UserId, picture: &[u8]) -> Result<()> {
        sqlx::query!(
            "INSERT INTO avatars (account_id, id, picture)
             SELECT person, $2, $3 FROM person_keys
             WHERE person = $1 AND erased_at IS NULL FOR SHARE
             ON CONFLICT (account_id) DO UPDATE
                SET id = excluded.id, picture = excluded.picture, made_at = now()",
            user.uuid(),
            Uuid::new_v5(&user.uuid(), picture),
            picture
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The address of the picture kept of `user`.
    pub async fn address(&self, user: UserId) -> Result<Option<AvatarUrl>> {
        let id = sqlx::query_scalar!("SELECT id FROM avatars WHERE account_id = $1", user.uuid());
        Ok(id.fetch_optional(&self.pool).await?.map(AvatarUrl::here))
    }

    pub async fn get(&self, id: Uuid) -> Result<Option<Vec<u8>>> {
        let picture = sqlx::query_scalar!("SELECT picture FROM avatars WHERE id = $1", id);
        Ok(picture.fetch_optional(&self.pool).await?)
    }

    /// Unless another has taken its place.
    pub async fn remove(&self, user: UserId, address: &AvatarUrl) -> Result<()> {
        sqlx::query!(
            "DELETE FROM avatars WHERE account_id = $1 AND id = $2",
            user.uuid(),
            address.picture_here()
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// For the person themselves, as a data URL (RFC 2397), which a browser opens.
    pub async fn held(&self, user: UserId) -> sqlx::Result<Vec<Value>> {
        sqlx::query_scalar!(
            r#"SELECT jsonb_build_object('address', '/api/avatars/' || id, 'madeAt', made_at,
                    'picture', 'data:image/webp;base64,'
                        || translate(encode(picture, 'base64'), E'\n', '')) AS "row!"
               FROM avatars WHERE account_id = $1"#,
            user.uuid()
        )
        .fetch_all(&self.pool)
        .await
    }
}
