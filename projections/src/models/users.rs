//! People: their accounts, what others see of them, whom they blocked.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::account::AccountEvent;
use domain::events::{Event, RecordedEvent, StoredEvent};
use domain::personal::ERASED_NAME;
use domain::values::account::{AvatarUrl, Country, DanceRole, Profile, Role};
use domain::values::elsewhere::{SocialLinks, WsdcNumber};
use domain::values::ids::UserId;
use domain::values::text::Bio;
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

pub use super::user_summary::UserSummary;

use super::{known, twice};
use crate::copy_in::CopyIn;
use crate::error::ProjectionError;
use crate::follower;

/// An account that is not erased.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    pub id: UserId,
    pub username: String,
    /// Only for the person themselves.
    pub email: String,
    pub email_verified: bool,
    pub avatar: Option<String>,
    pub country: Option<String>,
    pub bio: Option<String>,
    pub dance_role: Option<DanceRole>,
    pub social_links: Vec<String>,
    pub wsdc_number: Option<i32>,
    pub roles: BTreeSet<Role>,
    /// Whether they were, and that was not lifted; its time may be over.
    pub suspended: bool,
    pub created_at: DateTime<Utc>,
    /// When the account will be erased, where that was asked for.
    pub erases_at: Option<DateTime<Utc>>,
}

impl User {
    pub fn summary(&self) -> UserSummary {
        let Self { id, username, avatar, .. } = self;
        UserSummary { id: *id, username: username.clone(), avatar: avatar.clone() }
    }
}

struct Row {
    id: uuid::Uuid,
    username: String,
    email: Option<String>,
    email_verified: bool,
    avatar: Option<String>,
    country: Option<String>,
    bio: Option<String>,
    dance_role: Option<String>,
    social_links: Json<Vec<String>>,
    wsdc_number: Option<i32>,
    roles: Vec<String>,
    suspended: bool,
    created_at: DateTime<Utc>,
    erases_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for User {
    type Error = ProjectionError;

    fn try_from(row: Row) -> Result<Self, ProjectionError> {
        Ok(Self {
            id: UserId::from_uuid(row.id),
            username: row.username,
            email: row.email.unwrap_or_default(),
            email_verified: row.email_verified,
            avatar: row.avatar,
            country: row.country,
            bio: row.bio,
            dance_role: row.dance_role.as_deref().map(|r| known("dance role", r)).transpose()?,
            social_links: row.social_links.0,
            wsdc_number: row.wsdc_number,
            roles: row.roles.iter().map(|r| known("role", r)).collect::<Result<_, _>>()?,
            suspended: row.suspended,
            created_at: row.created_at,
            erases_at: row.erases_at,
        })
    }
}

/// Queries on people.
#[derive(Clone, Debug)]
pub struct Users(pub(crate) PgPool);

impl Users {
    /// Of the read model, to be waited for.
    pub const NAME: &str = "users";

    pub async fn by_id(&self, id: UserId) -> Result<Option<User>, ProjectionError> {
        sqlx::query_as!(
            Row,
            r#"SELECT id, username, email, email_verified, avatar, country, bio, dance_role,
                      social_links AS "social_links: Json<Vec<String>>", wsdc_number, roles,
                      suspended, created_at, erases_at
               FROM users WHERE id = $1 AND NOT erased"#,
            id.uuid()
        )
        .fetch_optional(&self.0)
        .await?
        .map(User::try_from)
        .transpose()
    }

    /// Without regard to case.
    pub async fn by_username(&self, username: &str) -> Result<Option<User>, ProjectionError> {
        sqlx::query_as!(
            Row,
            r#"SELECT id, username, email, email_verified, avatar, country, bio, dance_role,
                      social_links AS "social_links: Json<Vec<String>>", wsdc_number, roles,
                      suspended, created_at, erases_at
               FROM users
               WHERE lower(username) = lower($1) AND NOT erased AND username <> 'deleted dancer'"#,
            username
        )
        .fetch_optional(&self.0)
        .await?
        .map(User::try_from)
        .transpose()
    }

    /// By id where `text` is one, else by username.
    pub async fn by_id_or_username(&self, text: &str) -> Result<Option<User>, ProjectionError> {
        match text.parse() {
            Ok(id) => self.by_id(id).await,
            Err(_) => self.by_username(text).await,
        }
    }

    /// Everybody who blocked `user` or whom `user` blocked: the two do not meet.
    pub async fn apart_from(&self, user: UserId) -> Result<Vec<UserId>, ProjectionError> {
        let ids = sqlx::query_scalar!(
            r#"SELECT blocked AS "id!" FROM blocks WHERE blocker = $1
               UNION SELECT blocker FROM blocks WHERE blocked = $1"#,
            user.uuid()
        )
        .fetch_all(&self.0)
        .await?;
        Ok(ids.into_iter().map(UserId::from_uuid).collect())
    }

    /// Whether either blocked the other.
    pub async fn are_apart(&self, one: UserId, other: UserId) -> Result<bool, ProjectionError> {
        Ok(sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT 1 FROM blocks
                   WHERE (blocker, blocked) IN (($1, $2), ($2, $1))) AS "apart!""#,
            one.uuid(),
            other.uuid()
        )
        .fetch_one(&self.0)
        .await?)
    }

    /// Whom `user` blocked.
    pub async fn blocked_by(&self, user: UserId) -> Result<Vec<UserId>, ProjectionError> {
        let ids = sqlx::query_scalar!(
            "SELECT blocked FROM blocks WHERE blocker = $1 ORDER BY at, blocked",
            user.uuid()
        )
        .fetch_all(&self.0)
        .await?;
        Ok(ids.into_iter().map(UserId::from_uuid).collect())
    }
}

pub(crate) struct Projector;

#[async_trait]
impl follower::Projector for Projector {
    fn name(&self) -> &'static str {
        Users::NAME
    }

    fn tables(&self) -> &'static [&'static str] {
        &["users", "blocks"]
    }

    fn aggregates(&self) -> &'static [&'static str] {
        &[AccountEvent::AGGREGATE]
    }

    async fn apply(&self, tx: &mut PgConnection, events: &[&RecordedEvent]) -> sqlx::Result<()> {
        // All of a kind go in together, in an order that holds for each person. A name that one
        // gives up and another takes may be asked for too early: then the batch fails, and its
        // events are applied one by one.
        let (mut newcomers, mut verified) = (BTreeMap::new(), vec![]);
        let (mut profiles, mut others) = (BTreeMap::new(), vec![]);
        for recorded in events {
            let Event::Account(id, change) = &recorded.event else { continue };
            match change {
                AccountEvent::Registered { username, email } => {
                    let newcomer = Newcomer {
                        email: email.as_str(),
                        verified: false,
                        profile: Cow::Owned(Profile::named(username.clone())),
                        at: recorded.at,
                    };
                    if newcomers.insert(*id, newcomer).is_some() {
                        return Err(twice("registered"));
                    }
                }
                AccountEvent::EmailVerified {} => match newcomers.get_mut(id) {
                    Some(newcomer) => newcomer.verified = true,
                    None => verified.push(id.uuid()),
                },
                // Whoever comes under a name that is taken does so also where they give it up.
                AccountEvent::ProfileUpdated { profile } => match newcomers.get_mut(id) {
                    Some(new) if new.profile.username == profile.username => {
                        new.profile = Cow::Borrowed(profile);
                        profiles.remove(id);
                    }
                    _ => {
                        profiles.insert(*id, profile);
                    }
                },
                _ => others.push((id.uuid(), change, recorded.at)),
            }
        }
        insert(tx, newcomers).await?;
        if !verified.is_empty() {
            sqlx::query!("UPDATE users SET email_verified = true WHERE id = ANY($1)", &verified)
                .execute(&mut *tx)
                .await?;
        }
        if !profiles.is_empty() {
            update_profiles(tx, &profiles).await?;
        }
        for (id, change, at) in others {
            change_one(tx, id, change, at).await?;
        }
        Ok(())
    }
}

/// Somebody new, and what they have told of themselves already.
struct Newcomer<'a> {
    email: &'a str,
    verified: bool,
    profile: Cow<'a, Profile>,
    at: DateTime<Utc>,
}

async fn insert(
    tx: &mut PgConnection,
    newcomers: BTreeMap<UserId, Newcomer<'_>>,
) -> sqlx::Result<()> {
    let mut rows = CopyIn::new(
        "COPY users (id, username, email, email_verified, avatar, country, bio, dance_role,
                     social_links, wsdc_number, created_at)
         FROM STDIN (FORMAT binary)",
    );
    for (id, Newcomer { email, verified, profile, at }) in newcomers {
        rows.row(11)
            .field(id.uuid())?
            .field(profile.username.as_str())?
            .field(email)?
            .field(verified)?
            .field(profile.avatar.as_ref().map(AvatarUrl::as_str))?
            .field(profile.country.as_ref().map(Country::as_str))?
            .field(profile.bio.as_ref().map(Bio::as_str))?
            .field(profile.dance_role.map(DanceRole::as_str))?
            .field(Json(&profile.social_links))?
            .field(profile.wsdc_number.map(WsdcNumber::get))?
            .field(at)?;
    }
    rows.send(tx).await
}

async fn update_profiles(
    tx: &mut PgConnection,
    profiles: &BTreeMap<UserId, &Profile>,
) -> sqlx::Result<()> {
    let ids: Vec<_> = profiles.keys().map(|id| id.uuid()).collect();
    let column = |part: fn(&Profile) -> Option<&str>| -> Vec<Option<&str>> {
        profiles.values().map(|profile| part(profile)).collect()
    };
    let links: Vec<_> = profiles.values().map(|profile| Json(&profile.social_links)).collect();
    let numbers: Vec<_> =
        profiles.values().map(|profile| profile.wsdc_number.map(WsdcNumber::get)).collect();
    sqlx::query!(
        "UPDATE users u
         SET username = p.username, avatar = p.avatar, country = p.country, bio = p.bio,
             dance_role = p.dance_role, social_links = p.social_links,
             wsdc_number = p.wsdc_number
         FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                     $7::jsonb[], $8::integer[])
              AS p (id, username, avatar, country, bio, dance_role, social_links, wsdc_number)
         WHERE u.id = p.id",
        &ids,
        &column(|profile| Some(profile.username.as_str())) as &[Option<&str>],
        &column(|profile| profile.avatar.as_ref().map(AvatarUrl::as_str)) as &[Option<&str>],
        &column(|profile| profile.country.as_ref().map(Country::as_str)) as &[Option<&str>],
        &column(|profile| profile.bio.as_ref().map(Bio::as_str)) as &[Option<&str>],
        &column(|profile| profile.dance_role.map(DanceRole::as_str)) as &[Option<&str>],
        &links as &[Json<&SocialLinks>],
        &numbers as &[Option<i32>]
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// What happens to one account now and then.
async fn change_one(
    tx: &mut PgConnection,
    id: Uuid,
    change: &AccountEvent,
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    match change {
        AccountEvent::EmailChanged { email } => sqlx::query!(
            "UPDATE users SET email = $2, email_verified = true WHERE id = $1",
            id,
            email.as_str()
        ),
        AccountEvent::RoleGranted { role } => sqlx::query!(
            "UPDATE users SET roles = array_append(roles, $2)
             WHERE id = $1 AND NOT $2 = ANY (roles)",
            id,
            role.as_str()
        ),
        AccountEvent::UserBlocked { user } => sqlx::query!(
            "INSERT INTO blocks (blocker, blocked, at) VALUES ($1, $2, $3)",
            id,
            user.uuid(),
            at
        ),
        AccountEvent::UserUnblocked { user } => {
            sqlx::query!("DELETE FROM blocks WHERE blocker = $1 AND blocked = $2", id, user.uuid())
        }
        AccountEvent::Suspended { .. } => {
            sqlx::query!("UPDATE users SET suspended = true WHERE id = $1", id)
        }
        AccountEvent::SuspensionLifted { .. } => {
            sqlx::query!("UPDATE users SET suspended = false WHERE id = $1", id)
        }
        AccountEvent::ErasureRequested { due } => {
            sqlx::query!("UPDATE users SET erases_at = $2 WHERE id = $1", id, due)
        }
        AccountEvent::ErasureWithdrawn {} => {
            sqlx::query!("UPDATE users SET erases_at = NULL WHERE id = $1", id)
        }
        AccountEvent::Erased {} => return erase(tx, id).await,
        // Those come in crowds, and whom the moderators warned is not shown here.
        AccountEvent::Registered { .. }
        | AccountEvent::Warned { .. }
        | AccountEvent::EmailVerified {}
        | AccountEvent::ProfileUpdated { .. } => return Ok(()),
    }
    .execute(tx)
    .await?;
    Ok(())
}

/// The row stays, nameless: what the person said and did with others still points at it.
async fn erase(tx: &mut PgConnection, id: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE users SET erased = true, username = $2, email = NULL, email_verified = false,
                          avatar = NULL, country = NULL, bio = NULL, dance_role = NULL,
                          social_links = '[]', wsdc_number = NULL, roles = '{}', erases_at = NULL
         WHERE id = $1",
        id,
        ERASED_NAME
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("DELETE FROM blocks WHERE blocker = $1 OR blocked = $1", id).execute(tx).await?;
    Ok(())
}
