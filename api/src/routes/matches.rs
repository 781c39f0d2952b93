//! Matches: "I film you, you film me".

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use domain::encryption::Encryption;
use domain::r#match::MatchError;
use domain::values::ids::{EventId, MatchId, UserId};
use domain::values::room::Room;
use domain::values::transfer::{Direction, Outcome, Path as IcePath};
use projections::Page;
use projections::models::matches::{self, MatchFilter, MatchStatus};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::events::EventSummary;
use super::exchange::Exchange;
use super::history::HistoryEntry;
use super::messages::PrivateMessage;
use super::page::{List, page};
use super::ratings::Rating;
use super::users::UserSummary;
use super::webrtc::{DirectionName, OutcomeName, PathName};
use crate::app::App;
use crate::auth::{Actor, SignedIn};
use crate::input::fields::{id, word};
use crate::input::{Body, Fields, FromFields, Id, Query};
use crate::problem::{Code, Problem, Result};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, request))
        .routes(routes!(get, change))
        .routes(routes!(messages))
        .routes(routes!(history))
}

/// Two people at one dance event who want to film each other.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Match {
    #[schema(value_type = String)]
    id: MatchId,
    event: EventSummary,
    requester: UserSummary,
    recipient: UserSummary,
    /// The other one, seen from who asks.
    partner: UserSummary,
    #[schema(value_type = MatchStatusName)]
    status: &'static str,
    room_id: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    #[schema(required)]
    completed_at: Option<DateTime<Utc>>,
    rating: MatchRatings,
    /// The last twenty that were reported, oldest first.
    transfers: Vec<Transfer>,
    exchange: Exchange,
    encryption: MatchEncryption,
}

/// How far the two have come with encrypting what they write.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MatchEncryption {
    state: EncryptionState,
    /// Who asked, while the other has not.
    #[schema(required, value_type = Option<String>)]
    offered_by: Option<UserId>,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EncryptionState {
    Off,
    Offered,
    On,
}

impl From<Encryption> for MatchEncryption {
    fn from(encryption: Encryption) -> Self {
        let (state, offered_by) = match encryption {
            Encryption::Off => (EncryptionState::Off, None),
            Encryption::Offered { by } => (EncryptionState::Offered, Some(by)),
            Encryption::On => (EncryptionState::On, None),
        };
        Self { state, offered_by }
    }
}

/// Both sides' ratings, as far as the one who asks may see them.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MatchRatings {
    #[schema(required)]
    mine: Option<Rating>,
    /// Null until both have rated or the time to do so has passed.
    #[schema(required)]
    partners: Option<Rating>,
    revealed: bool,
    /// When that time has passed; null before the match is completed.
    #[schema(required)]
    reveals_at: Option<DateTime<Utc>>,
}

/// How one handing-over of a video went, as one side reports it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Transfer {
    #[schema(value_type = String)]
    by: UserId,
    #[schema(value_type = DirectionName)]
    direction: Direction,
    #[schema(value_type = OutcomeName)]
    outcome: Outcome,
    bytes: i64,
    seconds: f64,
    /// Null where no connection came about.
    #[schema(required, value_type = Option<PathName>)]
    path: Option<IcePath>,
    at: DateTime<Utc>,
}

#[derive(ToSchema)]
#[schema(as = MatchStatus, rename_all = "lowercase")]
pub enum MatchStatusName {
    Pending,
    Accepted,
    Declined,
    Cancelled,
    Completed,
}

const STATUSES: &[(&str, MatchStatus)] = &[
    ("pending", MatchStatus::Pending),
    ("accepted", MatchStatus::Accepted),
    ("declined", MatchStatus::Declined),
    ("cancelled", MatchStatus::Cancelled),
    ("completed", MatchStatus::Completed),
];

impl From<matches::Match> for Match {
    fn from(found: matches::Match) -> Self {
        Self {
            id: found.id,
            event: found.event.into(),
            requester: found.requester.into(),
            recipient: found.recipient.into(),
            partner: found.partner.into(),
            status: found.status.as_str(),
            room_id: Room::Match(found.id).to_string(),
            created_at: found.created_at,
            updated_at: found.updated_at,
            completed_at: found.completed_at,
            rating: MatchRatings {
                mine: found.mine.map(Into::into),
                partners: found.partners.map(Into::into),
                revealed: found.revealed,
                reveals_at: found.reveals_at,
            },
            transfers: found.transfers.into_iter().map(Into::into).collect(),
            exchange: found.exchange.into(),
            encryption: found.encryption.into(),
        }
    }
}

impl From<matches::Transfer> for Transfer {
    fn from(transfer: matches::Transfer) -> Self {
        let matches::Transfer { by, report, at } = transfer;
        Self {
            by,
            direction: report.direction,
            outcome: report.outcome,
            bytes: report.bytes.get(),
            seconds: report.millis.seconds(),
            path: report.path,
            at,
        }
    }
}

impl Match {
    /// The match as `member` sees it; not found for everybody else.
    pub async fn of(app: &App, id: MatchId, member: UserId) -> Result<Self> {
        let found = app.projections.matches().one(id, member).await?;
        Ok(found.ok_or_else(|| Problem::not_found("match"))?.into())
    }
}

struct MatchesWanted {
    filter: MatchFilter,
    page: Page,
}

impl FromFields for MatchesWanted {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let filter = MatchFilter {
            status: fields.optional("status", word(STATUSES)),
            event: fields.optional("eventId", id),
        };
        Some(Self { filter, page: page(fields) })
    }
}

#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct MatchRequest {
    #[schema(value_type = String)]
    target_user_id: UserId,
    #[schema(value_type = String)]
    event_id: EventId,
}

impl FromFields for MatchRequest {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let target_user_id = fields.required("targetUserId", id);
        let event_id = fields.required("eventId", id);
        Some(Self { target_user_id: target_user_id?, event_id: event_id? })
    }
}

/// Where the match should go.
#[derive(ToSchema)]
pub struct MatchPatch {
    #[schema(value_type = MatchStatusName)]
    status: MatchStatus,
}

impl FromFields for MatchPatch {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self { status: fields.required("status", word(STATUSES))? })
    }
}

/// Own matches
///
/// The one that moved last first.
#[utoipa::path(get, path = "/api/matches", tag = "matches",
    params(("status" = Option<MatchStatusName>, Query),
           ("eventId" = Option<String>, Query),
           ("limit" = Option<i64>, Query, minimum = 1, maximum = 100),
           ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "One page", body = List<Match>)),
    extensions(("x-problems" = json!(["invalid"]))))]
async fn list(
    State(app): State<App>,
    me: SignedIn,
    Query(wanted): Query<MatchesWanted>,
) -> Result<Json<List<Match>>> {
    let matches = app.projections.matches().of(me.id, &wanted.filter, &wanted.page).await?;
    Ok(Json(List::of(matches)))
}

/// Ask somebody to film each other
///
/// Both must have joined the event. There is one match for two people at one event, whichever
/// of them asks.
#[utoipa::path(post, path = "/api/matches", tag = "matches", request_body = MatchRequest,
    responses((status = 201, description = "Asked", body = Match)),
    extensions(("x-problems" =
        json!(["not_participant", "not_found", "match_exists", "event_cancelled", "rate_limited"]))))]
async fn request(
    State(app): State<App>,
    me: Actor,
    Body(asked): Body<MatchRequest>,
) -> Result<(StatusCode, Json<Match>)> {
    let MatchRequest { target_user_id, event_id } = asked;
    app.limits.match_request(me.id).await?;
    let done = app.commands.request_match(&me.context, event_id, target_user_id).await?;
    let id = app.readable(done).await?;
    Ok((StatusCode::CREATED, Json(Match::of(&app, id, me.id).await?)))
}

/// One match
///
/// For its two members; for others it is not there.
#[utoipa::path(get, path = "/api/matches/{id}", tag = "matches",
    params(("id" = String, Path, description = "Id of the match")),
    responses((status = 200, description = "The match", body = Match)))]
async fn get(State(app): State<App>, me: SignedIn, Id(id): Id<MatchId>) -> Result<Json<Match>> {
    Ok(Json(Match::of(&app, id, me.id).await?))
}

/// Accept, decline, cancel or complete
///
/// Only who was asked accepts or declines; only who asked cancels a pending request; either
/// cancels or completes what is agreed.
#[utoipa::path(patch, path = "/api/matches/{id}", tag = "matches", request_body = MatchPatch,
    params(("id" = String, Path, description = "Id of the match")),
    responses((status = 200, description = "As it is now", body = Match)),
    extensions(("x-problems" = json!(["illegal_transition"]))))]
async fn change(
    State(app): State<App>,
    me: Actor,
    Id(id): Id<MatchId>,
    Body(patch): Body<MatchPatch>,
) -> Result<Json<Match>> {
    let done = match patch.status {
        MatchStatus::Accepted => app.commands.accept_match(&me.context, id).await?,
        MatchStatus::Declined => app.commands.decline_match(&me.context, id).await?,
        MatchStatus::Cancelled => app.commands.cancel_match(&me.context, id).await?,
        MatchStatus::Completed => app.commands.complete_match(&me.context, id).await?,
        MatchStatus::Pending => {
            // Nothing leads back to the beginning; for others than its members there is none.
            Match::of(&app, id, me.id).await?;
            let refused = MatchError::IllegalMove.to_string();
            return Err(Problem::new(Code::IllegalTransition, refused));
        }
    };
    app.readable(done).await?;
    Ok(Json(Match::of(&app, id, me.id).await?))
}

/// What the two said to each other
///
/// The first page is the newest; inside a page the newest is last.
#[utoipa::path(get, path = "/api/matches/{id}/messages", tag = "matches",
    params(("id" = String, Path, description = "Id of the match"),
           ("limit" = Option<i64>, Query, minimum = 1, maximum = 100),
           ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "One page", body = List<PrivateMessage>)),
    extensions(("x-problems" = json!(["invalid"]))))]
async fn messages(
    State(app): State<App>,
    me: SignedIn,
    Id(id): Id<MatchId>,
    Query(page): Query<Page>,
) -> Result<Json<List<PrivateMessage>>> {
    Match::of(&app, id, me.id).await?;
    let messages = app.projections.messages().of(Room::Match(id), &page).await?;
    Ok(Json(List::map(messages, |message| PrivateMessage::new(id, message))))
}

/// What happened in a match
///
/// Its events, oldest first, straight from the log.
#[utoipa::path(get, path = "/api/matches/{id}/history", tag = "matches",
    params(("id" = String, Path, description = "Id of the match"),
           ("limit" = Option<i64>, Query, minimum = 1, maximum = 100),
           ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "One page", body = List<HistoryEntry>)),
    extensions(("x-problems" = json!(["invalid"]))))]
async fn history(
    State(app): State<App>,
    me: SignedIn,
    Id(id): Id<MatchId>,
    Query(page): Query<Page>,
) -> Result<Json<List<HistoryEntry>>> {
    let entries = app.projections.history(id, me.id, &page).await?;
    Ok(Json(List::of(entries.ok_or_else(|| Problem::not_found("match"))?)))
}
