//! Inside a dance event: who is there and what was said, for those who take part.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::values::account::DanceRole;
use domain::values::ids::{EventId, UserId};
use domain::values::room::Room;
use projections::Page;
use projections::models::participants;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::messages::EventMessage;
use super::page::List;
use super::users::DanceRoleName;
use crate::app::App;
use crate::auth::SignedIn;
use crate::input::{Id, Query};
use crate::problem::{Code, Problem, Result};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(participants)).routes(routes!(messages))
}

/// Somebody who takes part in a dance event.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Participant {
    #[schema(value_type = String)]
    id: UserId,
    username: String,
    #[schema(required)]
    avatar: Option<String>,
    #[schema(required)]
    country: Option<String>,
    #[schema(required, value_type = Option<DanceRoleName>)]
    dance_role: Option<DanceRole>,
    joined_at: DateTime<Utc>,
}

impl From<participants::Participant> for Participant {
    fn from(participant: participants::Participant) -> Self {
        let participants::Participant { user, country, dance_role, joined_at } = participant;
        Self {
            id: user.id,
            username: user.username,
            avatar: user.avatar,
            country,
            dance_role,
            joined_at,
        }
    }
}

/// Who takes part
///
/// For those who take part themselves. The first page is of those who joined last; inside a
/// page the newest is last.
#[utoipa::path(get, path = "/api/events/{id}/participants", tag = "events",
    params(("id" = String, Path, description = "Id of the event"),
           ("limit" = Option<i64>, Query, minimum = 1, maximum = 100),
           ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "One page", body = List<Participant>)),
    extensions(("x-problems" = json!(["not_participant", "invalid"]))))]
async fn participants(
    State(app): State<App>,
    me: SignedIn,
    Id(event): Id<EventId>,
    Query(page): Query<Page>,
) -> Result<Json<List<Participant>>> {
    only_participants(&app, event, me.id).await?;
    Ok(Json(List::of(app.projections.participants().of(event, &page).await?)))
}

/// What was said in the event's room
///
/// For those who take part. The first page is the newest; inside a page the newest is last.
#[utoipa::path(get, path = "/api/events/{id}/messages", tag = "events",
    params(("id" = String, Path, description = "Id of the event"),
           ("limit" = Option<i64>, Query, minimum = 1, maximum = 100),
           ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "One page", body = List<EventMessage>)),
    extensions(("x-problems" = json!(["not_participant", "invalid"]))))]
async fn messages(
    State(app): State<App>,
    me: SignedIn,
    Id(event): Id<EventId>,
    Query(page): Query<Page>,
) -> Result<Json<List<EventMessage>>> {
    only_participants(&app, event, me.id).await?;
    let messages = app.projections.messages().of(Room::Event(event), &page).await?;
    Ok(Json(List::map(messages, |message| EventMessage::new(event, message))))
}

/// 404 for an event that is not there, 403 for one the person has not joined.
async fn only_participants(app: &App, event: EventId, user: UserId) -> Result<()> {
    if app.commands.may_enter(Room::Event(event), user).await? {
        return Ok(());
    }
    match app.projections.events().by_id(event, None).await? {
        Some(_) => Err(Problem::new(Code::NotParticipant, "join the event first")),
        None => Err(Problem::not_found("event")),
    }
}
