//! What dancers say of each other after a match.
//!
//! Ratings are double-blind: what a person's ratings show and count is only what both sides
//! have said, or what has waited long enough.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use domain::values::ids::{MatchId, UserId};
use domain::values::rating::{Rating as Said, Score};
use domain::values::text::Comment;
use projections::Page;
use projections::models::ratings;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::events::EventSummary;
use super::page::List;
use super::users::UserSummary;
use crate::app::App;
use crate::auth::{Actor, SignedIn};
use crate::input::fields::{boolean, id, text_or_none, whole};
use crate::input::{Body, Fields, FromFields, Id, Query};
use crate::problem::{Problem, Result};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(rate)).routes(routes!(of_user)).routes(routes!(stats))
}

/// What one member of a match says of the other.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rating {
    #[schema(value_type = String)]
    match_id: MatchId,
    rater: UserSummary,
    ratee: UserSummary,
    event: EventSummary,
    #[schema(minimum = 1, maximum = 5)]
    score: i16,
    #[schema(required)]
    comment: Option<String>,
    would_collaborate_again: bool,
    created_at: DateTime<Utc>,
}

impl From<ratings::Rating> for Rating {
    fn from(rating: ratings::Rating) -> Self {
        Self {
            match_id: rating.match_id,
            rater: rating.rater.into(),
            ratee: rating.ratee.into(),
            event: rating.event.into(),
            score: rating.score,
            comment: rating.comment,
            would_collaborate_again: rating.would_collaborate_again,
            created_at: rating.created_at,
        }
    }
}

/// A person's ratings in two numbers.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct RatingSummary {
    count: i64,
    /// Null while there are none.
    #[schema(required)]
    average: Option<f64>,
}

impl RatingSummary {
    pub async fn of(app: &App, user: UserId) -> Result<Self> {
        let stats = app.projections.ratings().stats(user).await?;
        Ok(Self { count: stats.count, average: stats.average })
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RatingStats {
    count: i64,
    /// Null while there are none.
    #[schema(required)]
    average: Option<f64>,
    /// How many gave "1", "2", "3", "4" and "5".
    #[schema(example = json!({ "1": 0, "2": 0, "3": 1, "4": 2, "5": 7 }))]
    histogram: BTreeMap<String, i64>,
    /// Share of those who would, 0 to 1; null while there are no ratings.
    #[schema(required)]
    would_collaborate_again: Option<f64>,
}

impl From<ratings::RatingStats> for RatingStats {
    fn from(stats: ratings::RatingStats) -> Self {
        let counts = stats.histogram.into_iter();
        Self {
            count: stats.count,
            average: stats.average,
            histogram: (1..).map(|score: u8| score.to_string()).zip(counts).collect(),
            would_collaborate_again: stats.would_collaborate_again,
        }
    }
}

#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct NewRating {
    #[schema(value_type = String)]
    match_id: MatchId,
    #[schema(value_type = u8, minimum = 1, maximum = 5)]
    score: Score,
    #[schema(value_type = Option<String>, max_length = 500)]
    comment: Option<Comment>,
    would_collaborate_again: bool,
}

impl FromFields for NewRating {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let match_id = fields.required("matchId", id);
        let score = fields.required("score", whole);
        let comment = fields.optional("comment", text_or_none).flatten();
        let would = fields.required("wouldCollaborateAgain", boolean);
        Some(Self { match_id: match_id?, score: score?, comment, would_collaborate_again: would? })
    }
}

/// Rate one's partner
///
/// Once, after the match is completed. It shows when both have rated, or 14 days after
/// completion.
#[utoipa::path(post, path = "/api/ratings", tag = "ratings", request_body = NewRating,
    responses((status = 201, description = "Rated", body = Rating)),
    extensions(("x-problems" = json!(["not_found", "not_completed", "already_rated"]))))]
async fn rate(
    State(app): State<App>,
    me: Actor,
    Body(new): Body<NewRating>,
) -> Result<(StatusCode, Json<Rating>)> {
    let said = Said {
        score: new.score,
        comment: new.comment,
        would_collaborate_again: new.would_collaborate_again,
    };
    let done = app.commands.rate(&me.context, new.match_id, said).await?;
    let id = app.readable(done).await?;
    let rating = app.projections.ratings().one(id, me.id, Some(me.id)).await?;
    let rating = rating.ok_or_else(|| Problem::not_found("rating"))?;
    Ok((StatusCode::CREATED, Json(rating.into())))
}

/// A person's ratings
///
/// Newest first; those that are revealed, and one's own.
#[utoipa::path(get, path = "/api/ratings/user/{id}", tag = "ratings",
    params(("id" = String, Path, description = "Who was rated"),
           ("limit" = Option<i64>, Query, minimum = 1, maximum = 100),
           ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "One page", body = List<Rating>)),
    extensions(("x-problems" = json!(["invalid"]))))]
async fn of_user(
    State(app): State<App>,
    me: SignedIn,
    Id(ratee): Id<UserId>,
    Query(page): Query<Page>,
) -> Result<Json<List<Rating>>> {
    must_be_there(&app, ratee).await?;
    Ok(Json(List::of(app.projections.ratings().of(ratee, Some(me.id), &page).await?)))
}

/// A person's ratings, counted
#[utoipa::path(get, path = "/api/ratings/stats/{id}", tag = "ratings",
    params(("id" = String, Path, description = "Who was rated")),
    responses((status = 200, description = "The numbers", body = RatingStats)))]
async fn stats(
    State(app): State<App>,
    _: SignedIn,
    Id(ratee): Id<UserId>,
) -> Result<Json<RatingStats>> {
    must_be_there(&app, ratee).await?;
    Ok(Json(app.projections.ratings().stats(ratee).await?.into()))
}

async fn must_be_there(app: &App, user: UserId) -> Result<()> {
    let found = app.projections.users().summary(user).await?;
    found.map(drop).ok_or_else(|| Problem::not_found("user"))
}
