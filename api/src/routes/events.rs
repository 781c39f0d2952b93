//! Dance events: finding them, announcing them, joining them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::NaiveDate;
use commands::NewEvent;
use domain::values::dance_event::EventDates;
use domain::values::ids::{EventId, UserId};
use projections::Page;
use projections::models::dance_events;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::page::{List, page};
use crate::app::App;
use crate::auth::{Actor, SignedIn};
use crate::input::fields::{date, search, text, text_or_none};
use crate::input::query::written;
use crate::input::{Body, Fields, FromFields, Id, IdOrSlug, Query};
use crate::problem::{Problem, Result};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, announce))
        .routes(routes!(get))
        .routes(routes!(join, leave))
}

/// A dance event: a weekend or competition people come to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DanceEvent {
    #[schema(value_type = String)]
    id: EventId,
    /// The readable part of its address.
    #[schema(example = "budafest-2026")]
    slug: String,
    name: String,
    location: String,
    start_date: NaiveDate,
    end_date: NaiveDate,
    /// Its number in the World Swing Dance Council's registry.
    #[schema(required)]
    worldsdc_id: Option<String>,
    participants_count: i64,
    #[schema(required)]
    description: Option<String>,
    #[schema(value_type = EventStatus)]
    status: &'static str,
    /// Whether the person who asks takes part.
    joined: bool,
}

#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum EventStatus {
    Announced,
    Cancelled,
}

impl From<dance_events::DanceEvent> for DanceEvent {
    fn from(event: dance_events::DanceEvent) -> Self {
        Self {
            id: event.id,
            slug: event.slug,
            name: event.name,
            location: event.location,
            start_date: event.start_date,
            end_date: event.end_date,
            worldsdc_id: event.worldsdc_id,
            participants_count: event.participants_count,
            description: event.description,
            status: if event.cancelled { "cancelled" } else { "announced" },
            joined: event.joined,
        }
    }
}

impl DanceEvent {
    async fn of(app: &App, id: EventId, viewer: UserId) -> Result<Self> {
        let event = app.projections.events().by_id(id, Some(viewer)).await?;
        Ok(event.ok_or_else(|| Problem::not_found("event"))?.into())
    }
}

/// A dance event as it shows in a match or a rating.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventSummary {
    #[schema(value_type = String)]
    pub id: EventId,
    pub slug: String,
    pub name: String,
    pub location: String,
    pub start_date: NaiveDate,
    pub end_date: NaiveDate,
}

impl From<dance_events::EventSummary> for EventSummary {
    fn from(event: dance_events::EventSummary) -> Self {
        let dance_events::EventSummary { id, slug, name, location, start_date, end_date } = event;
        Self { id, slug, name, location, start_date, end_date }
    }
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by `EventsWanted`, described here for the document")]
struct EventsQuery {
    /// Found in the name or the location.
    #[param(max_length = 100)]
    query: Option<String>,
    /// Not over before this day.
    #[param(example = "2026-12-01")]
    from: Option<NaiveDate>,
    /// Begun by this day.
    to: Option<NaiveDate>,
    /// Only those one takes part in, or does not.
    joined: Option<bool>,
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    cursor: Option<String>,
}

struct EventsWanted {
    filter: dance_events::EventFilter,
    page: Page,
}

impl FromFields for EventsWanted {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let filter = dance_events::EventFilter {
            query: fields.optional("query", search),
            from: fields.optional("from", date),
            to: fields.optional("to", date),
            joined: fields.optional("joined", written("must be true or false")),
        };
        Some(Self { filter, page: page(fields) })
    }
}

/// What an organizer announces.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "read by `NewEvent`, described here for the document")]
pub struct Announcement {
    #[schema(min_length = 1, max_length = 120)]
    name: String,
    #[schema(min_length = 1, max_length = 120, example = "Budapest, Hungary")]
    location: String,
    start_date: NaiveDate,
    /// At most 31 days after the first.
    end_date: NaiveDate,
    #[schema(max_length = 32)]
    worldsdc_id: Option<String>,
    #[schema(max_length = 2000)]
    description: Option<String>,
}

impl FromFields for NewEvent {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let name = fields.required("name", text);
        let location = fields.required("location", text);
        let start = fields.required("startDate", date);
        let end = fields.required("endDate", date);
        let worldsdc_id = fields.optional("worldsdcId", text_or_none).flatten();
        let description = fields.optional("description", text_or_none).flatten();
        let dates = EventDates::new(start?, end?)
            .map_err(|invalid| fields.refuse("endDate", invalid.to_string()));
        Some(Self {
            name: name?,
            location: location?,
            dates: dates.ok()?,
            worldsdc_id,
            description,
        })
    }
}

/// Dance events
///
/// Earliest first; anybody may ask. `joined` tells nothing to who is not signed in.
#[utoipa::path(get, path = "/api/events", tag = "events", security(()), params(EventsQuery),
    responses((status = 200, description = "One page", body = List<DanceEvent>)),
    extensions(("x-problems" = json!(["invalid"]))))]
async fn list(
    State(app): State<App>,
    me: Option<SignedIn>,
    Query(wanted): Query<EventsWanted>,
) -> Result<Json<List<DanceEvent>>> {
    let viewer = me.map(|me| me.id);
    let events = app.projections.events().list(&wanted.filter, viewer, &wanted.page).await?;
    Ok(Json(List::of(events)))
}

/// Announce a dance event
///
/// Organizers only.
#[utoipa::path(post, path = "/api/events", tag = "events", request_body = Announcement,
    responses((status = 201, description = "Announced", body = DanceEvent)),
    extensions(("x-problems" = json!(["forbidden"]))))]
async fn announce(
    State(app): State<App>,
    me: Actor,
    Body(new): Body<NewEvent>,
) -> Result<(StatusCode, Json<DanceEvent>)> {
    let done = app.commands.announce_event(&me.context, new).await?;
    let id = app.readable(done).await?;
    Ok((StatusCode::CREATED, Json(DanceEvent::of(&app, id, me.id).await?)))
}

/// One dance event
///
/// By id or slug; anybody may ask.
#[utoipa::path(get, path = "/api/events/{id}", tag = "events", security(()),
    params(("id" = String, Path, description = "Id or slug")),
    responses((status = 200, description = "The event", body = DanceEvent)))]
async fn get(
    State(app): State<App>,
    me: Option<SignedIn>,
    Id(IdOrSlug(text)): Id<IdOrSlug>,
) -> Result<Json<DanceEvent>> {
    let viewer = me.map(|me| me.id);
    let event = app.projections.events().by_id_or_slug(&text, viewer).await?;
    Ok(Json(event.ok_or_else(|| Problem::not_found("event"))?.into()))
}

/// Join a dance event
///
/// Joining twice is the same as once.
#[utoipa::path(post, path = "/api/events/{id}/join", tag = "events",
    params(("id" = String, Path, description = "Id of the event")),
    responses((status = 200, description = "Joined", body = DanceEvent)),
    extensions(("x-problems" = json!(["event_cancelled"]))))]
async fn join(
    State(app): State<App>,
    me: Actor,
    Id(event): Id<EventId>,
) -> Result<Json<DanceEvent>> {
    let done = app.commands.join_event(&me.context, event).await?;
    app.readable(done).await?;
    Ok(Json(DanceEvent::of(&app, event, me.id).await?))
}

/// Leave a dance event
#[utoipa::path(delete, path = "/api/events/{id}/join", tag = "events",
    params(("id" = String, Path, description = "Id of the event")),
    responses((status = 200, description = "Left", body = DanceEvent)))]
async fn leave(
    State(app): State<App>,
    me: Actor,
    Id(event): Id<EventId>,
) -> Result<Json<DanceEvent>> {
    let done = app.commands.leave_event(&me.context, event).await?;
    app.readable(done).await?;
    Ok(Json(DanceEvent::of(&app, event, me.id).await?))
}
