//! Other people.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::values::account::DanceRole;
use domain::values::ids::UserId;
use projections::models::users;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ratings::RatingSummary;
use crate::app::App;
use crate::auth::Actor;
use crate::input::{Id, IdOrUsername};
use crate::problem::{Problem, Result};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get)).routes(routes!(block, unblock))
}

/// A person as they show beside what they did.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct UserSummary {
    #[schema(value_type = String)]
    pub id: UserId,
    pub username: String,
    #[schema(required)]
    pub avatar: Option<String>,
}

impl From<users::UserSummary> for UserSummary {
    fn from(user: users::UserSummary) -> Self {
        let users::UserSummary { id, username, avatar } = user;
        Self { id, username, avatar }
    }
}

/// What everybody may see of a person.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicProfile {
    #[schema(value_type = String)]
    id: UserId,
    username: String,
    #[schema(required)]
    avatar: Option<String>,
    #[schema(required)]
    country: Option<String>,
    #[schema(required)]
    bio: Option<String>,
    #[schema(required, value_type = Option<DanceRoleName>)]
    dance_role: Option<DanceRole>,
    /// Pages elsewhere, over https.
    social_links: Vec<String>,
    /// With the World Swing Dance Council.
    #[schema(required)]
    wsdc_number: Option<i32>,
    ratings: RatingSummary,
}

/// The part a person usually dances.
#[derive(ToSchema)]
#[schema(as = DanceRole, rename_all = "lowercase")]
pub enum DanceRoleName {
    Leader,
    Follower,
    Switch,
}

/// What a person may do beyond dancing.
#[derive(ToSchema)]
#[schema(as = Role, rename_all = "lowercase")]
pub enum RoleName {
    Organizer,
    Moderator,
    Auditor,
    Admin,
}

/// Public profile
///
/// By id or username; anybody may ask.
#[utoipa::path(get, path = "/api/users/{id}", tag = "people", security(()),
    params(("id" = String, Path, description = "Id or username")),
    responses((status = 200, description = "The profile", body = PublicProfile)))]
async fn get(
    State(app): State<App>,
    Id(IdOrUsername(text)): Id<IdOrUsername>,
) -> Result<Json<PublicProfile>> {
    let user = app.projections.users().by_id_or_username(&text).await?;
    let user = user.ok_or_else(|| Problem::not_found("user"))?;
    Ok(Json(PublicProfile {
        ratings: RatingSummary::of(&app, user.id).await?,
        id: user.id,
        username: user.username,
        avatar: user.avatar,
        country: user.country,
        bio: user.bio,
        dance_role: user.dance_role,
        social_links: user.social_links,
        wsdc_number: user.wsdc_number,
    }))
}

/// Block somebody
///
/// They can no longer ask to match. Blocking twice is the same as once.
#[utoipa::path(post, path = "/api/users/{id}/block", tag = "people",
    params(("id" = String, Path, description = "Whom")),
    responses((status = 204, description = "Blocked")),
    extensions(("x-problems" = json!(["invalid"]))))]
async fn block(State(app): State<App>, me: Actor, Id(other): Id<UserId>) -> Result<StatusCode> {
    let done = app.commands.block(&me.context, other).await?;
    app.readable(done).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a block back
#[utoipa::path(delete, path = "/api/users/{id}/block", tag = "people",
    params(("id" = String, Path, description = "Whom")),
    responses((status = 204, description = "Not blocked")))]
async fn unblock(State(app): State<App>, me: Actor, Id(other): Id<UserId>) -> Result<StatusCode> {
    let done = app.commands.unblock(&me.context, other).await?;
    app.readable(done).await?;
    Ok(StatusCode::NO_CONTENT)
}
