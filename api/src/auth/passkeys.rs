//! Passkeys: signing in by what a device proves, with no password typed.
//!
//! Each ceremony has two steps: the server sends a challenge, the device signs it. What the
//! server has to know again in the second step waits in a row, which is good once and for five
//! minutes, on whichever node.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::values::account::Email;
use domain::values::ids::UserId;
use domain::values::text::PasskeyName;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;
use webauthn_rs::prelude::{
    CreationChallengeResponse, DiscoverableAuthentication, Passkey, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, RequestChallengeResponse, Url, Webauthn,
    WebauthnBuilder, WebauthnError,
};
use webauthn_rs_proto::ResidentKeyRequirement;

use super::origin::Origin;
use crate::config::Config;
use crate::mail::{self, Letter};
use crate::problem::{Code, Problem, Result};

/// Of one person. Phone, computer, a key in the drawer: few have more than four.
const MOST: i64 = 20;

/// What the device's own dialog calls us.
const NAME: &str = "spotlight.cam";

/// A passkey as its person sees it.
#[derive(Debug)]
pub struct HeldPasskey {
    pub id: Uuid,
    pub name: String,
    pub added_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A ceremony's first step: what the device is asked, and what the second step names.
#[derive(Debug)]
pub struct Begun<T> {
    pub ceremony: Uuid,
    pub asked: T,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Passkeys {
    pool: PgPool,
    /// None where people reach the server by a bare address: a passkey is bound to a name.
    site: Option<Arc<Webauthn>>,
}

impl Passkeys {
    pub fn new(config: &Config, pool: PgPool) -> Self {
        let site = site(&config.public_origin, &config.cors_origins);
        if site.is_none() {
            tracing::info!(origin = %config.public_origin, "no passkeys: they need a host by name");
        }
        Self { pool, site: site.map(Arc::new) }
    }

    /// Asks a device of `user` for a new passkey, which none of theirs may hold already.
    pub async fn begin_adding(
        &self,
        user: UserId,
        email: &Email,
    ) -> Result<Begun<CreationChallengeResponse>> {
        let held = sqlx::query_scalar!(
            "SELECT credential_id FROM passkeys WHERE account_id = $1",
            user.uuid()
        )
        .fetch_all(&self.pool)
        .await?;
        room_for_one_more(held.len() as i64)?;
        let (mut asked, state) = self
            .site()?
            .start_passkey_registration(user.uuid(), email.as_str(), email.as_str(), Some(held))
            .map_err(|error| Problem::internal(&error))?;
        // It must know by itself whose it is, as nobody types a name to sign in with it.
        if let Some(wanted) = &mut asked.public_key.authenticator_selection {
            wanted.resident_key = Some(ResidentKeyRequirement::Required);
            wanted.require_resident_key = true;
        }
        Ok(Begun { ceremony: self.begin(Some(user), &state).await?, asked })
    }

    /// Keeps the passkey that a device of `user` made, and posts a notice of it; none for
    /// somebody who is being erased.
    pub async fn add(
        &self,
        user: UserId,
        email: &Email,
        ceremony: Uuid,
        answer: &RegisterPublicKeyCredential,
        name: &PasskeyName,
    ) -> Result<HeldPasskey> {
        let site = self.site()?;
        let state: PasskeyRegistration = self.taken(ceremony, Some(user)).await?;
        let passkey = site.finish_passkey_registration(answer, &state).map_err(|error| {
            tracing::info!(%error, %user, "a new passkey was refused");
            Problem::field("credential", "does not answer what was asked")
        })?;
        let mut transaction = self.pool.begin().await?;
        room_for_one_more(held_by(&mut transaction, user).await?)?;
        let added = sqlx::query_as!(
            HeldPasskey,
            "INSERT INTO passkeys (id, account_id, credential_id, credential, name)
             SELECT $2, person, $3, $4, $5 FROM person_keys
             WHERE person = $1 AND erased_at IS NULL
             ON CONFLICT (credential_id) DO NOTHING
             RETURNING id, name, added_at, last_used_at",
            user.uuid(),
            Uuid::now_v7(),
            passkey.cred_id().as_slice(),
            Json(&passkey) as _,
            name.as_str()
        )
        .fetch_optional(&mut *transaction)
        .await?;
        let known = || Problem::field("credential", "is known here already");
        let added = added.ok_or_else(known)?;
        let letter = Letter::PasskeyAdded;
        mail::post(&mut *transaction, added.id, letter, Some(user), email.as_str()).await?;
        transaction.commit().await?;
        Ok(added)
    }

    /// Those of `user`, the newest last.
    pub async fn of(&self, user: UserId) -> sqlx::Result<Vec<HeldPasskey>> {
        sqlx::query_as!(
            HeldPasskey,
            "SELECT id, name, added_at, last_used_at FROM passkeys
             WHERE account_id = $1 ORDER BY added_at, id",
            user.uuid()
        )
        .fetch_all(&self.pool)
        .await
    }

    /// False where `user` has no such one.
    pub async fn remove(&self, user: UserId, id: Uuid) -> sqlx::Result<bool> {
        let removed =
            sqlx::query!("DELETE FROM passkeys WHERE id = $1 AND account_id = $2", id, user.uuid())
                .execute(&self.pool)
                .await?;
        Ok(removed.rows_affected() == 1)
    }

    /// Asks whoever is there to sign in by any passkey for this site.
    pub async fn begin_sign_in(&self) -> Result<Begun<RequestChallengeResponse>> {
        let (asked, state) = self
            .site()?
            .start_discoverable_authentication()
            .map_err(|error| Problem::internal(&error))?;
        Ok(Begun { ceremony: self.begin(None, &state).await?, asked })
    }

    /// Whose passkey answered.
    pub async fn signs_in(&self, ceremony: Uuid, answer: &PublicKeyCredential) -> Result<UserId> {
        let site = self.site()?;
        let state: DiscoverableAuthentication = self.taken(ceremony, None).await?;
        let (user, credential) =
            site.identify_discoverable_authentication(answer).map_err(refused)?;
        let found = sqlx::query!(
            r#"SELECT id, credential AS "credential: Json<Passkey>" FROM passkeys
               WHERE credential_id = $1 AND account_id = $2"#,
            credential,
            user
        )
        .fetch_optional(&self.pool)
        .await?;
        let found = found.ok_or_else(unknown)?;
        let Json(mut passkey) = found.credential;
        let proven =
            site.finish_discoverable_authentication_v2(answer, state, &passkey).map_err(refused)?;
        passkey.update_credential(&proven);
        let used = sqlx::query!(
            "UPDATE passkeys SET credential = $2, last_used_at = now() WHERE id = $1",
            found.id,
            Json(&passkey) as _
        )
        .execute(&self.pool)
        .await?;
        if used.rows_affected() == 0 {
            return Err(unknown());
        }
        Ok(UserId::from_uuid(user))
    }

    fn site(&self) -> Result<&Webauthn> {
        self.site.as_deref().ok_or_else(|| Problem::not_found("way to use passkeys here"))
    }

    /// Remembers a ceremony, and forgets those that ran out.
    async fn begin(&self, account: Option<UserId>, state: &impl Serialize) -> Result<Uuid> {
        let ceremony = Uuid::now_v7();
        let state = serde_json::to_value(state).map_err(|error| Problem::internal(&error))?;
        sqlx::query!(
            "WITH ran_out AS (
                 DELETE FROM passkey_ceremonies WHERE begun_at < now() - interval '5 minutes')
             INSERT INTO passkey_ceremonies (id, account_id, state) VALUES ($1, $2, $3)",
            ceremony,
            account.map(UserId::uuid),
            state
        )
        .execute(&self.pool)
        .await?;
        Ok(ceremony)
    }

    /// What a ceremony was begun with. It is not good any more then.
    async fn taken<T: DeserializeOwned>(
        &self,
        ceremony: Uuid,
        account: Option<UserId>,
    ) -> Result<T> {
        let state = sqlx::query_scalar!(
            "DELETE FROM passkey_ceremonies WHERE id = $1 AND account_id IS NOT DISTINCT FROM $2
               AND begun_at > now() - interval '5 minutes' RETURNING state",
            ceremony,
            account.map(UserId::uuid)
        )
        .fetch_optional(&self.pool)
        .await?;
        let state = state.ok_or_else(|| Problem::field("ceremonyId", "is not good any more"))?;
        serde_json::from_value(state).map_err(|error| Problem::internal(&error))
    }
}

/// How many `user` has. Nobody adds another one of theirs, or erases them, until the transaction
/// has ended.
async fn held_by(transaction: &mut PgConnection, user: UserId) -> sqlx::Result<i64> {
    sqlx::query!("SELECT FROM person_keys WHERE person = $1 FOR NO KEY UPDATE", user.uuid())
        .fetch_optional(&mut *transaction)
        .await?;
    // Another statement, which sees what was added while this one waited.
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "held!" FROM passkeys WHERE account_id = $1"#,
        user.uuid()
    )
    .fetch_one(transaction)
    .await
}

fn room_for_one_more(held: i64) -> Result<()> {
    if held < MOST {
        return Ok(());
    }
    let detail = format!("{MOST} passkeys are the most: remove one first");
    Err(Problem::new(Code::IllegalTransition, detail))
}

/// Removes those of `user`, once the transaction is committed.
pub async fn remove_all(transaction: &mut PgConnection, user: UserId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM passkeys WHERE account_id = $1", user.uuid())
        .execute(transaction)
        .await?;
    Ok(())
}

/// The site that passkeys are bound to: the public origin's host, whatever page of ours, there or
/// below, asks for them.
fn site(public: &Origin, others: &[Origin]) -> Option<Webauthn> {
    let url = Url::parse(&public.to_string()).ok()?;
    let name = url.domain()?;
    let below = format!(".{name}");
    let others = others.iter().filter_map(|origin| Url::parse(&origin.to_string()).ok());
    let ours = others.filter(|url| {
        url.domain().is_some_and(|domain| domain == name || domain.ends_with(&below))
    });
    let builder = WebauthnBuilder::new(name, &url).ok()?;
    // On this machine pages may come from a development server beside ours.
    let builder = builder.rp_name(NAME).allow_any_port(name == "localhost");
    let builder = ours.fold(builder, |builder, url| builder.append_allowed_origin(&url));
    builder.build().ok()
}

fn refused(error: WebauthnError) -> Problem {
    tracing::info!(%error, "a passkey was refused");
    unknown()
}

fn unknown() -> Problem {
    Problem::new(Code::BadPasskey, "sign in with your password instead")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_a_name_and_its_pages() {
        let origin = |text: &str| text.parse::<Origin>().expect("an origin");
        let names = |public: &str, others: &[&str]| {
            let others: Vec<_> = others.iter().map(|other| origin(other)).collect();
            site(&origin(public), &others).map(|site| {
                site.get_allowed_origins().iter().map(ToString::to_string).collect::<Vec<_>>()
            })
        };
        let ours =
            ["https://app.spotlight.cam", "https://evil.example", "https://notspotlight.cam"];
        let allowed = names("https://spotlight.cam", &ours);
        assert_eq!(
            allowed,
            Some(vec!["https://spotlight.cam/".into(), "https://app.spotlight.cam/".into()])
        );
        assert_eq!(names("http://127.0.0.1:8080", &[]), None);
        assert_eq!(names("http://[::1]:8080", &[]), None);
        assert!(names("http://localhost:8080", &[]).is_some());
    }
}
