//! `GET /ws`: from an HTTP request to a socket.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::connection::Opening;
use super::frames::client::LARGEST_FRAME;
use super::outbox::Farewell;
use super::socket;
use crate::app::App;
use crate::auth::{SignedIn, origin};
use crate::problem::{Code, Problem, Result};

/// What each socket reads at a time. It is held for as long as the socket lives, and clients
/// send little.
const READ_BUFFER: usize = 2 * 1024;

/// Frames that leave together up to this size take one system call. It is grown only by a
/// socket that needs it.
const WRITE_BUFFER: usize = 16 * 1024;

/// When somebody with too many sockets may try again.
const ANOTHER_SOCKET: Duration = Duration::from_secs(5);

pub fn routes() -> Router<App> {
    Router::new().route("/ws", get(upgrade))
}

/// When the request was read: before anything else is asked about it.
struct Asked(Instant);

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(_parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self(Instant::now()))
    }
}

#[derive(Default, Deserialize)]
struct Wanted {
    since: Option<String>,
    rooms: Option<String>,
}

async fn upgrade(
    Asked(asked): Asked,
    State(app): State<App>,
    me: SignedIn,
    query: Result<Query<Wanted>, QueryRejection>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response> {
    let gateway = app.gateway.clone();
    if gateway.is_draining() {
        let retry_after = Some(Duration::from_secs(1));
        return Err(Problem { retry_after, ..Problem::new(Code::Unavailable, "going away") });
    }
    let upgrade = upgrade.map_err(|error| Problem::field("upgrade", error.body_text()))?;
    let upgrade = upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_frame_size(LARGEST_FRAME)
        .max_message_size(LARGEST_FRAME);
    let sockets = gateway.0.sockets.clone();
    // A browser always says which page opens a socket; a client that is no browser need not.
    if headers.contains_key(header::ORIGIN) && !origin::allowed(&app.config, &headers) {
        return Ok(upgrade.on_upgrade(move |socket| {
            sockets.track_future(socket::refuse(socket, None, Farewell::BAD_ORIGIN))
        }));
    }
    let Some(seat) = gateway.0.limits.admit(me.id, app.config.rate_limits) else {
        let problem = Some(Problem::rate_limited(ANOTHER_SOCKET));
        return Ok(upgrade.on_upgrade(move |socket| {
            sockets.track_future(socket::refuse(socket, problem, Farewell::TOO_MANY_SOCKETS))
        }));
    };
    let Query(wanted) = query.unwrap_or_default();
    let opening = Opening::parse(wanted.since.as_deref(), wanted.rooms.as_deref());
    // The task is axum's; the tracker lets the gateway wait for it.
    Ok(upgrade.on_upgrade(move |socket| {
        sockets.track_future(socket::serve(socket, gateway, me, seat, asked, opening))
    }))
}
