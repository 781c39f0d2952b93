//! What waits unread, and what one shows of oneself while reading along.

use axum::Json;
use axum::extract::State;
use domain::values::ids::{EventId, MatchId};
use domain::values::room::Room;
use projections::{MOST_COUNTED, Preferences, PreferencesChange, Unread};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::{Actor, SignedIn};
use crate::input::fields::boolean;
use crate::input::{Body, Fields, FromFields};
use crate::problem::Result;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(unread)).routes(routes!(preferences, prefer))
}

/// Rooms in which something waits, the latest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnreadRooms {
    items: Vec<UnreadRoom>,
    /// Over all rooms, each counted up to 100.
    total: i64,
}

/// A room in which something waits: of an event or of a match, one of which is named.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnreadRoom {
    room_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    event_id: Option<EventId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    match_id: Option<MatchId>,
    /// Up to 100, which stands for as many or more.
    #[schema(maximum = 100)]
    count: i64,
    /// Place in the log of the newest of them.
    latest: i64,
}

impl From<Unread> for UnreadRoom {
    fn from(Unread { room, count, latest }: Unread) -> Self {
        debug_assert!(count <= MOST_COUNTED);
        let (event_id, match_id) = match room {
            Room::Event(id) => (Some(id), None),
            Room::Match(id) => (None, Some(id)),
        };
        Self { room_id: room.to_string(), event_id, match_id, count, latest }
    }
}

/// What waits unread
///
/// In the rooms of events one takes part in, since one joined, and of matches that were agreed.
/// Empty for those who do not wish to have it counted. What was read is said over the socket
/// (`mark_read`).
#[utoipa::path(get, path = "/api/unread", tag = "account",
    responses((status = 200, description = "Rooms with something unread", body = UnreadRooms)))]
async fn unread(State(app): State<App>, me: SignedIn) -> Result<Json<UnreadRooms>> {
    let reading = app.projections.reading();
    let counted = reading.preferences(me.id).await?.unread_counts;
    let rooms = if counted { reading.unread(me.id).await? } else { vec![] };
    let total = rooms.iter().map(|room| room.count).sum();
    Ok(Json(UnreadRooms { items: rooms.into_iter().map(UnreadRoom::from).collect(), total }))
}

/// What one shows of oneself, and wants to be told. All of it is on at first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReadingPreferences {
    /// Others see that one is typing.
    typing: bool,
    /// Partners see how far one has read, and one sees how far they have.
    read_receipts: bool,
    /// What one has not read is counted.
    unread_counts: bool,
}

impl From<Preferences> for ReadingPreferences {
    fn from(Preferences { typing, read_receipts, unread_counts }: Preferences) -> Self {
        Self { typing, read_receipts, unread_counts }
    }
}

/// What changes; what is left out stays.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "read by `PreferencesChange`, described here for the document")]
pub struct PreferencesPatch {
    typing: Option<bool>,
    read_receipts: Option<bool>,
    unread_counts: Option<bool>,
}

impl FromFields for PreferencesChange {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            typing: fields.optional("typing", boolean),
            read_receipts: fields.optional("readReceipts", boolean),
            unread_counts: fields.optional("unreadCounts", boolean),
        })
    }
}

/// Own preferences
#[utoipa::path(get, path = "/api/users/me/preferences", tag = "account",
    responses((status = 200, description = "Own preferences", body = ReadingPreferences)))]
async fn preferences(State(app): State<App>, me: SignedIn) -> Result<Json<ReadingPreferences>> {
    Ok(Json(app.projections.reading().preferences(me.id).await?.into()))
}

/// Change own preferences
///
/// They hold on every node within two seconds.
#[utoipa::path(patch, path = "/api/users/me/preferences", tag = "account",
    request_body = PreferencesPatch,
    responses((status = 200, description = "As they are now", body = ReadingPreferences)))]
async fn prefer(
    State(app): State<App>,
    me: Actor,
    Body(change): Body<PreferencesChange>,
) -> Result<Json<ReadingPreferences>> {
    let now = app.projections.reading().prefer(me.id, change).await?;
    app.gateway.wishes_changed(me.id).await;
    Ok(Json(now.into()))
}
