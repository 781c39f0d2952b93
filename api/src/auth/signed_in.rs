//! Extractors for who asks.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, OptionalFromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, header};
use commands::{CommandKey, Context};
use domain::values::ids::UserId;
use uuid::Uuid;

use super::cookies::Jar;
use super::origin;
use crate::app::App;
use crate::problem::{Code, Problem, Result};
use crate::telemetry::RequestId;

/// A person with an open session, by `Authorization: Bearer` or by cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedIn {
    pub id: UserId,
    pub session: Uuid,
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        if let Some(found) = parts.extensions.get::<Self>() {
            return Ok(*found);
        }
        let signed_in = match bearer(&parts.headers) {
            Some(token) => app.auth.verify(&token).await?,
            None => by_cookie(parts, app).await?,
        };
        parts.extensions.insert(signed_in);
        Ok(signed_in)
    }
}

/// Who asks, before the handler does: who is not signed in, or whose page is not ours, is nobody
/// here and hears so from the handler.
pub async fn beforehand(request: Request, app: &App) -> (Option<SignedIn>, Request) {
    let (mut parts, body) = request.into_parts();
    let me = <SignedIn as FromRequestParts<App>>::from_request_parts(&mut parts, app).await;
    (me.ok(), Request::from_parts(parts, body))
}

/// For routes that anybody may ask: nobody is signed in where no session is shown or the one
/// shown has run out.
impl OptionalFromRequestParts<App> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>> {
        match <Self as FromRequestParts<App>>::from_request_parts(parts, app).await {
            Ok(signed_in) => Ok(Some(signed_in)),
            Err(problem) if problem.code == Code::Unauthenticated => Ok(None),
            Err(problem) => Err(problem),
        }
    }
}

async fn by_cookie(parts: &Parts, app: &App) -> Result<SignedIn> {
    let token = jar(parts, app).access(&parts.headers).ok_or_else(Problem::unauthenticated)?;
    let signed_in = app.auth.verify(&token).await?;
    origin::require(&app.config, &parts.method, &parts.headers)?;
    Ok(signed_in)
}

pub fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// Where the connection came from.
pub fn peer(extensions: &Extensions) -> IpAddr {
    extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(Ipv4Addr::UNSPECIFIED.into(), |ConnectInfo(address)| address.ip())
}

pub fn jar(parts: &Parts, app: &App) -> Jar {
    Jar::of(&app.config, &parts.headers, peer(&parts.extensions))
}

/// A signed-in person about to change something, with what travels with the command.
#[derive(Clone, Debug)]
pub struct Actor {
    pub id: UserId,
    pub session: Uuid,
    pub context: Context,
}

impl FromRequestParts<App> for Actor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let SignedIn { id, session } =
            <SignedIn as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        let context = Context { actor: Some(id), ..context(parts) };
        Ok(Self { id, session, context })
    }
}

/// What this request adds to a command: its id, and the key it may carry.
pub fn context(parts: &Parts) -> Context {
    let correlation = parts.extensions.get::<RequestId>().map_or_else(Uuid::now_v7, |id| id.0);
    let command = parts.extensions.get::<CommandKey>().copied();
    Context { correlation, command, ..Context::system() }
}
