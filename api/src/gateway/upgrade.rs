//! `GET /ws`: from an HTTP request to a socket.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts, Query, State};
use axum::http::request::Parts as RequestParts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto::upgrade::{Parts, downcast};
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_util::task::TaskTracker;

use super::connection::Opening;
use super::outbox::Farewell;
use super::socket::{self, Socket};
use crate::app::App;
use crate::auth::{SignedIn, origin};
use crate::problem::{Code, Problem, Result};

/// When somebody with too many sockets may try again.
const ANOTHER_SOCKET: Duration = Duration::from_secs(5);

pub fn routes() -> Router<App> {
    Router::new().route("/ws", get(upgrade))
}

/// When the request was read: before anything else is asked about it.
struct Asked(Instant);

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(_parts: &mut RequestParts, _state: &S) -> Result<Self, Infallible> {
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
    handshake: Result<Handshake>,
) -> Result<Response> {
    let gateway = app.gateway.clone();
    if gateway.is_draining() {
        let retry_after = Some(Duration::from_secs(1));
        return Err(Problem { retry_after, ..Problem::new(Code::Unavailable, "going away") });
    }
    let handshake = handshake?;
    let sockets = &gateway.0.sockets;
    // A browser always says which page opens a socket; a client that is no browser need not.
    if headers.contains_key(header::ORIGIN) && !origin::allowed(&app.config, &headers) {
        return Ok(handshake.accept(sockets, async |socket| {
            socket::refuse(socket, None, Farewell::BAD_ORIGIN).await;
        }));
    }
    let Some(seat) = gateway.0.limits.admit(me.id, app.config.rate_limits) else {
        let problem = Some(Problem::rate_limited(ANOTHER_SOCKET));
        return Ok(handshake.accept(sockets, async |socket| {
            socket::refuse(socket, problem, Farewell::TOO_MANY_SOCKETS).await;
        }));
    };
    let Query(wanted) = query.unwrap_or_default();
    let opening = Opening::parse(wanted.since.as_deref(), wanted.rooms.as_deref());
    let serving = gateway.clone();
    Ok(handshake
        .accept(sockets, move |socket| socket::serve(socket, serving, me, seat, asked, opening)))
}

/// A request that asks for a WebSocket as the standard says.
struct Handshake {
    key: HeaderValue,
    on_upgrade: OnUpgrade,
}

impl<S: Sync + Send> FromRequestParts<S> for Handshake {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut RequestParts, state: &S) -> Result<Self> {
        let key = parts.headers.get(header::SEC_WEBSOCKET_KEY).cloned();
        let on_upgrade = parts.extensions.get::<OnUpgrade>().cloned();
        // axum checks all of it, but keeps the connection to itself.
        let asked = WebSocketUpgrade::from_request_parts(parts, state).await;
        drop(asked.map_err(|error| Problem::field("upgrade", error.body_text()))?);
        match (key, on_upgrade) {
            (Some(key), Some(on_upgrade)) => Ok(Self { key, on_upgrade }),
            _ => Err(Problem::field("upgrade", "must be of HTTP/1.1")),
        }
    }
}

impl Handshake {
    /// Says yes, and lets `serve` have the connection afterwards, in a task that `tasks` tracks.
    fn accept<F>(
        self,
        tasks: &TaskTracker,
        serve: impl FnOnce(Socket) -> F + Send + 'static,
    ) -> Response
    where
        F: Future<Output = ()> + Send,
    {
        let Self { key, on_upgrade } = self;
        tasks.spawn(async move {
            let upgraded = match on_upgrade.await {
                Ok(upgraded) => upgraded,
                Err(error) => return tracing::debug!(%error, "a client left before its upgrade"),
            };
            if let Ok(Parts { io, read_buf, .. }) = downcast::<TokioIo<TcpStream>>(upgraded) {
                serve(Socket { stream: io.into_inner(), begun: read_buf }).await;
            } else {
                tracing::error!("a socket came over something that is not TCP");
            }
        });
        let headers = [
            (header::CONNECTION, "upgrade".to_owned()),
            (header::UPGRADE, "websocket".to_owned()),
            (header::SEC_WEBSOCKET_ACCEPT, derive_accept_key(key.as_bytes())),
        ];
        (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
    }
}
