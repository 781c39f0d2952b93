//! What is kept of a person besides the log and its read models, for themselves to see. No
//! secret is part of it.

use domain::values::ids::UserId;
use serde_json::Value;

use super::Auth;

impl Auth {
    /// By section: sessions, devices for encrypted messages, passkeys, when the password was set, mails that
    /// were sent.
    pub async fn held(&self, user: UserId) -> sqlx::Result<[(&'static str, Vec<Value>); 5]> {
        let id = user.uuid();
        let sessions = sqlx::query_scalar!(
            r#"SELECT jsonb_build_object('id', id, 'device', user_agent, 'network', network,
                    'createdAt', created_at, 'lastUsedAt', refreshed_at, 'expiresAt', expires_at, 'endedAt', revoked_at)
                    AS "row!"
               FROM sessions WHERE account_id = $1 ORDER BY created_at"#,
            id
        )
        .fetch_all(&self.pool)
        .await?;
        let devices = sqlx::query_scalar!(
            r#"SELECT jsonb_build_object('publicKey', rtrim(translate(encode(public_key, 'base64'),
                    '+/', '-_'), '='), 'sessionId', session_id, 'registeredAt', registered_at,
                    'removedAt', removed_at) AS "row!"
               FROM chat_devices WHERE account_id = $1 ORDER BY registered_at"#,
            id
        )
        .fetch_all(&self.pool)
        .await?;
        let passkeys = sqlx::query_scalar!(
            r#"SELECT jsonb_build_object('name', name, 'addedAt', added_at, 'lastUsedAt',
                    last_used_at) AS "row!"
               FROM passkeys WHERE account_id = $1 ORDER BY added_at"#,
            id
        )
        .fetch_all(&self.pool)
        .await?;
        let password = sqlx::query_scalar!(
            r#"SELECT jsonb_build_object('setAt', changed_at) AS "row!"
               FROM credentials WHERE account_id = $1"#,
            id
        )
        .fetch_all(&self.pool)
        .await?;
        let mails = sqlx::query_scalar!(
            r#"SELECT jsonb_build_object('letter', letter, 'to', recipient, 'madeAt', made_at,
                    'sentAt', sent_at) AS "row!"
               FROM mails WHERE account_id = $1 ORDER BY made_at"#,
            id
        )
        .fetch_all(&self.pool)
        .await?;
        Ok([
            ("sessions", sessions),
            ("chatDevices", devices),
            ("passkeys", passkeys),
            ("password", password),
            ("mails", mails),
        ])
    }
}
