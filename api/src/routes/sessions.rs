//! Where one is signed in, and signing out there.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::page::List;
use crate::app::App;
use crate::auth::session::OpenSession;
use crate::auth::{Actor, SignedIn, device};
use crate::input::Id;
use crate::input::path::SessionId;
use crate::problem::{Problem, Result};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(sessions, sign_out_others)).routes(routes!(sign_out))
}

/// All there are is one page; the least recently used are beyond it.
const MOST: i64 = 100;

/// Where one is signed in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SignedInSession)]
pub struct Session {
    id: Uuid,
    /// What the browser says of itself, in words.
    #[schema(example = "Safari on iPhone")]
    device: String,
    /// The network it was last heard from: of the address no more is kept.
    #[schema(required, example = "203.0.113.0/24")]
    network: Option<String>,
    /// The country that network is registered in, where that is known.
    #[schema(required, example = "AT")]
    country: Option<&'static str>,
    created_at: DateTime<Utc>,
    /// To a quarter of an hour.
    last_used_at: DateTime<Utc>,
    /// Whether it is the one that asks.
    current: bool,
}

impl Session {
    fn new(session: OpenSession, me: &SignedIn) -> Self {
        Self {
            id: session.id,
            device: device::in_words(session.user_agent.as_deref()),
            country: session.network.as_deref().and_then(device::country),
            network: session.network,
            created_at: session.created_at,
            last_used_at: session.refreshed_at,
            current: session.id == me.session,
        }
    }
}

/// Where one is signed in
///
/// The session used last comes first. All are answered at once, up to a hundred.
#[utoipa::path(get, path = "/api/users/me/sessions", tag = "account",
    responses((status = 200, description = "Open sessions", body = List<Session>)))]
async fn sessions(State(app): State<App>, me: SignedIn) -> Result<Json<List<Session>>> {
    let open = app.auth.sessions(me.id, MOST).await?;
    let items = open.into_iter().map(|session| Session::new(session, &me)).collect();
    Ok(Json(List { items, next_cursor: None }))
}

/// Sign out on one device
///
/// Its sockets are closed within two seconds, on whichever node they are.
#[utoipa::path(delete, path = "/api/users/me/sessions/{id}", tag = "account",
    params(("id" = String, Path, description = "The session's id")),
    responses((status = 204, description = "Signed out there")))]
async fn sign_out(
    State(app): State<App>,
    me: Actor,
    Id(SessionId(session)): Id<SessionId>,
) -> Result<StatusCode> {
    if !app.auth.sign_out(me.id, session).await? {
        return Err(Problem::not_found("session"));
    }
    app.gateway.close_session(session);
    Ok(StatusCode::NO_CONTENT)
}

/// Sign out on all other devices
///
/// This session stays.
#[utoipa::path(delete, path = "/api/users/me/sessions", tag = "account",
    responses((status = 204, description = "Signed out everywhere else")))]
async fn sign_out_others(State(app): State<App>, me: Actor) -> Result<StatusCode> {
    app.gateway.close_sessions(&app.auth.close_all(me.id, Some(me.session)).await?);
    Ok(StatusCode::NO_CONTENT)
}
