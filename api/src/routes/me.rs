//! One's own account.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use domain::values::account::{AvatarUrl, DanceRole, ProfileChange, Role};
use domain::values::ids::UserId;
use projections::models::users;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ratings::RatingSummary;
use crate::app::App;
use crate::auth::password::Password;
use crate::auth::{Actor, SignedIn};
use crate::input::fields::{string, text, text_or_none, texts, whole, word};
use crate::input::{Body, Fields, FromFields};
use crate::problem::{Code, Problem, Result};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get, change, erase)).routes(routes!(keep))
}

/// In which one may change one's mind about leaving.
const GRACE: TimeDelta = TimeDelta::days(7);

/// One's own account.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    #[schema(value_type = String)]
    id: UserId,
    username: String,
    email: String,
    email_verified: bool,
    #[schema(required)]
    avatar: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(required)]
    country: Option<String>,
    #[schema(required)]
    bio: Option<String>,
    #[schema(required, value_type = Option<super::users::DanceRoleName>)]
    dance_role: Option<DanceRole>,
    /// Pages elsewhere, over https.
    social_links: Vec<String>,
    /// With the World Swing Dance Council.
    #[schema(required)]
    wsdc_number: Option<i32>,
    #[schema(value_type = Vec<super::users::RoleName>)]
    roles: Vec<&'static str>,
    created_at: DateTime<Utc>,
    /// When it will be erased, where that was asked for.
    #[schema(required)]
    erases_at: Option<DateTime<Utc>>,
    ratings: RatingSummary,
}

impl User {
    pub async fn of(app: &App, id: UserId) -> Result<Self> {
        let user = app.projections.users().by_id(id).await?;
        // Who signed in is there, unless they have been erased since.
        let user =
            user.ok_or_else(|| Problem::new(Code::Unauthenticated, "your account is gone"))?;
        Ok(Self::new(user, RatingSummary::of(app, id).await?))
    }

    fn new(user: users::User, ratings: RatingSummary) -> Self {
        Self {
            id: user.id,
            username: user.username,
            email: user.email,
            email_verified: user.email_verified,
            avatar: user.avatar,
            country: user.country,
            bio: user.bio,
            dance_role: user.dance_role,
            social_links: user.social_links,
            wsdc_number: user.wsdc_number,
            roles: user.roles.into_iter().map(Role::as_str).collect(),
            created_at: user.created_at,
            erases_at: user.erases_at,
            ratings,
        }
    }
}

/// What changes; what is left out stays, null empties.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "read by `ProfileChange`, described here for the document")]
pub struct ProfilePatch {
    #[schema(value_type = String, required = false, min_length = 3, max_length = 30)]
    username: Option<String>,
    /// An https address, or what it is already. Apps of this server show only pictures that
    /// were put there by `PUT /api/users/me/avatar`.
    #[schema(max_length = 500, example = "https://example.com/anna.jpg")]
    avatar: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(min_length = 2, max_length = 2, example = "DE")]
    country: Option<String>,
    #[schema(max_length = 500)]
    bio: Option<String>,
    dance_role: Option<super::users::DanceRoleName>,
    /// Pages elsewhere, over https.
    #[schema(max_items = 5, example = json!(["https://instagram.com/anna.swings"]))]
    social_links: Option<Vec<String>>,
    /// With the World Swing Dance Council.
    #[schema(minimum = 1, maximum = 999_999)]
    wsdc_number: Option<i32>,
}

impl FromFields for ProfileChange {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let username = fields.change("username", text);
        if username == Some(None) {
            fields.refuse("username", "cannot be emptied");
        }
        Some(Self {
            username: username.flatten(),
            avatar: fields.change("avatar", text_or_none).map(Option::flatten),
            country: fields.change("country", text_or_none).map(Option::flatten),
            bio: fields.change("bio", text_or_none).map(Option::flatten),
            dance_role: fields.change("danceRole", word(DANCE_ROLES)),
            social_links: fields.change("socialLinks", texts).map(Option::unwrap_or_default),
            wsdc_number: fields.change("wsdcNumber", whole),
        })
    }
}

const DANCE_ROLES: &[(&str, DanceRole)] = &[
    ("leader", DanceRole::Leader),
    ("follower", DanceRole::Follower),
    ("switch", DanceRole::Switch),
];

/// Own account
#[utoipa::path(get, path = "/api/users/me", tag = "account",
    responses((status = 200, description = "Own account", body = User)))]
async fn get(State(app): State<App>, me: SignedIn) -> Result<Json<User>> {
    Ok(Json(User::of(&app, me.id).await?))
}

/// Change own profile
#[utoipa::path(patch, path = "/api/users/me", tag = "account", request_body = ProfilePatch,
    responses((status = 200, description = "As it is now", body = User)),
    extensions(("x-problems" = json!(["username_taken"]))))]
async fn change(
    State(app): State<App>,
    me: Actor,
    Body(change): Body<ProfileChange>,
) -> Result<Json<User>> {
    let avatar = change.avatar.clone();
    let kept = if avatar.is_some() { app.pictures.address(me.id).await? } else { None };
    let is_here = |it: &AvatarUrl| it.picture_here().is_some();
    if avatar.as_ref().is_some_and(|it| it.as_ref().is_some_and(is_here) && *it != kept) {
        return Err(Problem::field("avatar", "is not your picture"));
    }
    let done = app.commands.update_profile(&me.context, me.id, change).await?;
    if let (Some(avatar), Some(kept)) = (avatar, kept)
        && avatar.as_ref() != Some(&kept)
    {
        app.pictures.remove(me.id, &kept).await?;
    }
    let id = app.readable(done).await?;
    Ok(Json(User::of(&app, id).await?))
}

/// What one's password is asked for.
#[derive(ToSchema)]
pub struct Confirmation {
    #[schema(value_type = String, format = Password)]
    pub password: Password,
}

impl FromFields for Confirmation {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self { password: Password::typed(&fields.required("password", string)?) })
    }
}

/// Erase own account
///
/// It happens in seven days (`erasesAt`), and can be taken back until then. After that nothing
/// brings it back.
#[utoipa::path(delete, path = "/api/users/me", tag = "account", request_body = Confirmation,
    responses((status = 202, description = "It will be", body = User)),
    extensions(("x-problems" = json!(["rate_limited"]))))]
async fn erase(
    State(app): State<App>,
    me: Actor,
    Body(Confirmation { password }): Body<Confirmation>,
) -> Result<(StatusCode, Json<User>)> {
    app.confirm(&me, "password", password).await?;
    let due = Utc::now() + GRACE;
    let done = app.commands.request_erasure(&me.context, due).await?;
    let id = app.readable(done).await?;
    Ok((StatusCode::ACCEPTED, Json(User::of(&app, id).await?)))
}

/// Keep own account after all
///
/// Takes back that it is to be erased.
#[utoipa::path(post, path = "/api/users/me/keep", tag = "account",
    responses((status = 200, description = "It stays", body = User)))]
async fn keep(State(app): State<App>, me: Actor) -> Result<Json<User>> {
    let done = app.commands.withdraw_erasure(&me.context).await?;
    let id = app.readable(done).await?;
    Ok(Json(User::of(&app, id).await?))
}
