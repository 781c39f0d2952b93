//! The devices that encrypted messages are for: one public key for each session.
//!
//! A key serves while its session is open, so whoever is signed out, wherever and by whomever,
//! gets no new message. The browser keeps its key, and registers it anew at the next sign-in.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use chrono::{DateTime, Utc};
use domain::values::encryption::DeviceKey;
use domain::values::ids::UserId;
use uuid::Uuid;

use super::Auth;
use crate::problem::{Code, Problem, Result};

/// Of one person, those used last: half of what one message can be for.
const MOST: i64 = 20;

struct Row {
    public_key: Vec<u8>,
    account_id: Uuid,
    session_id: Uuid,
    registered_at: DateTime<Utc>,
    user_agent: Option<String>,
}

/// A device in use.
#[derive(Debug)]
pub struct ChatDevice {
    pub account: UserId,
    pub public_key: String,
    pub session: Uuid,
    pub user_agent: Option<String>,
    pub registered_at: DateTime<Utc>,
}

impl Auth {
    /// The devices of these people.
    pub async fn chat_devices(&self, of: &[UserId]) -> sqlx::Result<Vec<ChatDevice>> {
        let accounts: Vec<_> = of.iter().map(|user| user.uuid()).collect();
        let rows = sqlx::query_as!(
            Row,
            r#"SELECT d.public_key AS "public_key!", d.account_id AS "account_id!",
                      d.session_id AS "session_id!", d.registered_at AS "registered_at!",
                      d.user_agent
               FROM unnest($1::uuid[]) AS asked (id)
               CROSS JOIN LATERAL (
                   SELECT d.*, s.user_agent FROM chat_devices d JOIN sessions s ON s.id = d.session_id
                   WHERE d.account_id = asked.id AND d.removed_at IS NULL
                     AND s.revoked_at IS NULL AND s.expires_at > now()
                   ORDER BY s.refreshed_at DESC, d.public_key LIMIT $2) AS d
               ORDER BY d.account_id, d.registered_at, d.public_key"#,
            &accounts,
            MOST
        )
        .fetch_all(&self.pool)
        .await?;
        let device = |row: Row| ChatDevice {
            account: UserId::from_uuid(row.account_id),
            public_key: BASE64.encode(row.public_key),
            session: row.session_id,
            user_agent: row.user_agent,
            registered_at: row.registered_at,
        };
        Ok(rows.into_iter().map(device).collect())
    }

    /// From now on this is the one key of the session. Refused where it is somebody else's,
    /// or was taken out of use.
    pub async fn use_chat_device(
        &self,
        user: UserId,
        session: Uuid,
        key: &DeviceKey,
    ) -> Result<()> {
        let key = bytes(key)?;
        let mut transaction = self.pool.begin().await?;
        sqlx::query!(
            "DELETE FROM chat_devices
             WHERE session_id = $1 AND public_key <> $2 AND removed_at IS NULL",
            session,
            key
        )
        .execute(&mut *transaction)
        .await?;
        let used = sqlx::query!(
            "INSERT INTO chat_devices AS d (public_key, account_id, session_id) VALUES ($1, $2, $3)
             ON CONFLICT (public_key) DO UPDATE SET session_id = excluded.session_id
             WHERE d.account_id = excluded.account_id AND d.removed_at IS NULL",
            key,
            user.uuid(),
            session
        )
        .execute(&mut *transaction)
        .await?;
        if used.rows_affected() == 0 {
            let detail = "this key was taken out of use: make a new one";
            return Err(Problem::new(Code::IllegalTransition, detail));
        }
        Ok(transaction.commit().await?)
    }

    /// Takes a key of `user` out of use for good; false where they have no such one in use.
    pub async fn remove_chat_device(&self, user: UserId, key: &DeviceKey) -> Result<bool> {
        let removed = sqlx::query!(
            "UPDATE chat_devices SET removed_at = now()
             WHERE public_key = $1 AND account_id = $2 AND removed_at IS NULL",
            bytes(key)?,
            user.uuid()
        )
        .execute(&self.pool)
        .await?;
        Ok(removed.rows_affected() == 1)
    }
}

fn bytes(key: &DeviceKey) -> Result<Vec<u8>> {
    BASE64.decode(key.as_str()).map_err(|error| Problem::internal(&error))
}
