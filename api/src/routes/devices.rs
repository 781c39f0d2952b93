//! The devices that encrypted messages are for, and switching encryption on.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use domain::values::encryption::DeviceKey;
use domain::values::ids::{MatchId, UserId};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::matches::Match;
use super::page::List;
use crate::app::App;
use crate::auth::{Actor, SignedIn, device};
use crate::input::Id;
use crate::problem::{Problem, Result};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(devices))
        .routes(routes!(register, remove))
        .routes(routes!(of_match))
        .routes(routes!(encrypt))
}

/// A browser of one's own that encrypted messages are for.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatDevice {
    /// Its public X25519 key, in base64url.
    public_key: String,
    /// What the browser says of itself, in words.
    #[schema(example = "Safari on iPhone")]
    device: String,
    registered_at: DateTime<Utc>,
    /// Whether it is the one that asks.
    current: bool,
}

/// A device of one of the two of a match.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MatchDevice {
    #[schema(value_type = String)]
    user_id: UserId,
    /// Its public X25519 key, in base64url.
    public_key: String,
    registered_at: DateTime<Utc>,
}

/// Own devices for encrypted messages
///
/// Those that are signed in, up to twenty: what is signed out gets no new message.
#[utoipa::path(get, path = "/api/users/me/devices", tag = "account",
    responses((status = 200, description = "Devices in use", body = List<ChatDevice>)))]
async fn devices(State(app): State<App>, me: SignedIn) -> Result<Json<List<ChatDevice>>> {
    let found = app.auth.chat_devices(&[me.id]).await?;
    let items = found.into_iter().map(|found| ChatDevice {
        public_key: found.public_key,
        device: device::in_words(found.user_agent.as_deref()),
        registered_at: found.registered_at,
        current: found.session == me.session,
    });
    Ok(Json(List { items: items.collect(), next_cursor: None }))
}

/// Use this device for encrypted messages
///
/// Its key is good while the session is, of which it becomes the one key; the same again changes
/// nothing. A key that was taken out of use stays so.
#[utoipa::path(put, path = "/api/users/me/devices/{id}", tag = "account",
    params(("id" = String, Path, description = "The device's public X25519 key, in base64url")),
    responses((status = 204, description = "In use")),
    extensions(("x-problems" = json!(["illegal_transition"]))))]
async fn register(State(app): State<App>, me: Actor, Id(key): Id<DeviceKey>) -> Result<StatusCode> {
    app.auth.use_chat_device(me.id, me.session, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a device out of use for encrypted messages
///
/// For good. Whoever has the device and is still signed in there can bring it back under a new
/// key, which both of a match are shown; signing it out keeps it out.
#[utoipa::path(delete, path = "/api/users/me/devices/{id}", tag = "account",
    params(("id" = String, Path, description = "The device's public key")),
    responses((status = 204, description = "Out of use")))]
async fn remove(State(app): State<App>, me: Actor, Id(key): Id<DeviceKey>) -> Result<StatusCode> {
    if !app.auth.remove_chat_device(me.id, &key).await? {
        return Err(Problem::not_found("device"));
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The devices of the two of a match
///
/// Those that an encrypted message is for: of both, the signed-in ones.
#[utoipa::path(get, path = "/api/matches/{id}/devices", tag = "matches",
    params(("id" = String, Path, description = "Id of the match")),
    responses((status = 200, description = "Devices in use", body = List<MatchDevice>)))]
async fn of_match(
    State(app): State<App>,
    me: SignedIn,
    Id(id): Id<MatchId>,
) -> Result<Json<List<MatchDevice>>> {
    let partner = app.commands.agreed_partner(id, me.id).await?;
    let partner = partner.ok_or_else(|| Problem::not_found("match"))?;
    let found = app.auth.chat_devices(&[me.id, partner]).await?;
    let items = found.into_iter().map(|found| MatchDevice {
        user_id: found.account,
        public_key: found.public_key,
        registered_at: found.registered_at,
    });
    Ok(Json(List { items: items.collect(), next_cursor: None }))
}

/// Ask to encrypt what the two write
///
/// Once both have asked, it is on, for good: from then on the room takes encrypted messages and
/// no others. Asking again changes nothing.
#[utoipa::path(post, path = "/api/matches/{id}/encryption", tag = "matches",
    params(("id" = String, Path, description = "Id of the match")),
    responses((status = 200, description = "The match as it is now", body = Match)),
    extensions(("x-problems" = json!(["illegal_transition"]))))]
async fn encrypt(State(app): State<App>, me: Actor, Id(id): Id<MatchId>) -> Result<Json<Match>> {
    let done = app.commands.encrypt(&me.context, id).await?;
    app.readable(done).await?;
    Ok(Json(Match::of(&app, id, me.id).await?))
}
