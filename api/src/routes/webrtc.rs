//! What two browsers need to reach each other, and what they report of it afterwards.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::Utc;
use domain::values::ids::{MatchId, UserId};
use domain::values::transfer::{
    Bytes, Direction, Millis, Outcome, Path, Proof, TransferReport as Report,
};
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde_json::Value;
use sha1::Sha1;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::{Actor, SignedIn};
use crate::config::{Config, Turn};
use crate::input::fields::{boolean, id, number, text, text_or_none, uuid, whole, word};
use crate::input::{Body, Fields, FromFields};
use crate::problem::{Problem, Result};

/// How long TURN credentials are good for, in seconds: longer than a large video takes, and no
/// longer, as whoever has them may use the relay. Clients ask for new ones in good time.
const TTL_SECONDS: i64 = 2 * 60 * 60;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(ice_servers)).routes(routes!(report))
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IceServers {
    ice_servers: Vec<IceServer>,
    /// Ask again after so long.
    ttl_seconds: i64,
}

/// As `RTCPeerConnection` takes it.
#[derive(Debug, Serialize, ToSchema)]
pub struct IceServer {
    urls: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<String>,
}

impl IceServers {
    fn of(config: &Config, user: UserId, now: i64) -> Result<Self> {
        let mut ice_servers = vec![];
        if !config.stun_servers.is_empty() {
            let urls = config.stun_servers.clone();
            ice_servers.push(IceServer { urls, username: None, credential: None });
        }
        if let Some(turn) = &config.turn {
            ice_servers.push(IceServer::relay(turn, user, now)?);
        }
        Ok(Self { ice_servers, ttl_seconds: TTL_SECONDS })
    }
}

impl IceServer {
    /// Credentials as a TURN server with a shared secret understands them ("A REST API for
    /// access to TURN services"): the name says until when, the credential proves it.
    fn relay(turn: &Turn, user: UserId, now: i64) -> Result<Self> {
        let username = format!("{}:{user}", now + TTL_SECONDS);
        let mut mac = <Hmac<Sha1> as KeyInit>::new_from_slice(turn.secret.reveal().as_bytes())
            .map_err(|error| Problem::internal(&error))?;
        mac.update(username.as_bytes());
        let credential = STANDARD.encode(mac.finalize().into_bytes());
        let urls = turn.urls.clone();
        Ok(Self { urls, username: Some(username), credential: Some(credential) })
    }
}

/// How one handing-over of a video went.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "read by `Reported`, described here for the document")]
pub struct TransferReport {
    match_id: String,
    /// The same on both sides; reported twice, it counts once.
    transfer_id: Option<uuid::Uuid>,
    direction: DirectionName,
    outcome: OutcomeName,
    #[schema(minimum = 0)]
    bytes: i64,
    #[schema(minimum = 0, maximum = 604_800)]
    seconds: f64,
    /// The kind of ICE candidate that won.
    path: Option<PathName>,
    /// Why it failed.
    #[schema(max_length = 300)]
    reason: Option<String>,
    #[schema(max_length = 300)]
    browser: Option<String>,
    /// Of a completed transfer: the root hash both ends agreed on, 64 lowercase hexadecimal
    /// digits.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    proof: Option<String>,
    /// Whether the two browsers ever reached each other for it. Need not be told where a path
    /// is, or the transfer completed.
    connected: Option<bool>,
    /// From wanting a connection to having one.
    #[schema(minimum = 0, maximum = 604_800)]
    connect_seconds: Option<f64>,
}

#[derive(ToSchema)]
#[schema(as = TransferDirection, rename_all = "lowercase")]
pub enum DirectionName {
    Sent,
    Received,
}

#[derive(ToSchema)]
#[schema(as = TransferOutcome, rename_all = "lowercase")]
pub enum OutcomeName {
    Completed,
    Failed,
    Cancelled,
}

#[derive(ToSchema)]
#[schema(as = TransferPath, rename_all = "lowercase")]
pub enum PathName {
    Host,
    Srflx,
    Prflx,
    Relay,
}

struct Reported {
    match_id: MatchId,
    report: Report,
}

impl FromFields for Reported {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let match_id = fields.required("matchId", id);
        let transfer = fields.optional("transferId", uuid);
        let direction = fields.required(
            "direction",
            word(&[("sent", Direction::Sent), ("received", Direction::Received)]),
        );
        let outcome = fields.required(
            "outcome",
            word(&[
                ("completed", Outcome::Completed),
                ("failed", Outcome::Failed),
                ("cancelled", Outcome::Cancelled),
            ]),
        );
        let bytes = fields.required("bytes", whole::<Bytes>);
        let millis = fields.required("seconds", seconds);
        let path = fields.optional(
            "path",
            word(&[
                ("host", Path::Host),
                ("srflx", Path::Srflx),
                ("prflx", Path::Prflx),
                ("relay", Path::Relay),
            ]),
        );
        let reason = fields.optional("reason", text_or_none).flatten();
        let browser = fields.optional("browser", text_or_none).flatten();
        let proof = fields.optional("proof", text::<Proof>);
        if proof.is_some() && outcome.is_some_and(|outcome| outcome != Outcome::Completed) {
            fields.refuse("proof", "is only of a completed transfer");
        }
        let connected = fields.optional("connected", boolean);
        let connect_millis = fields.optional("connectSeconds", seconds);
        let reached =
            path.is_some() || connect_millis.is_some() || outcome == Some(Outcome::Completed);
        if connected == Some(false) && reached {
            fields.refuse("connected", "cannot be false where a connection is told of");
        }
        let report = Report {
            transfer,
            direction: direction?,
            outcome: outcome?,
            bytes: bytes?,
            millis: millis?,
            path,
            reason,
            browser,
            proof,
            connected: connected.or_else(|| reached.then_some(true)),
            connect_millis,
        };
        Some(Self { match_id: match_id?, report })
    }
}

fn seconds(value: &Value) -> Result<Millis, String> {
    Millis::from_seconds(number(value)?).map_err(|invalid| invalid.to_string())
}

#[derive(Serialize, ToSchema)]
pub struct Appended {
    /// Place in the log.
    position: i64,
}

/// How two browsers find each other
///
/// Servers for `RTCPeerConnection`, with credentials of one's own where there is a relay.
#[utoipa::path(get, path = "/api/webrtc/ice-servers", tag = "transfer",
    responses((status = 200, description = "The servers", body = IceServers)))]
async fn ice_servers(State(app): State<App>, me: SignedIn) -> Result<Json<IceServers>> {
    Ok(Json(IceServers::of(&app.config, me.id, Utc::now().timestamp())?))
}

/// Report a handing-over
///
/// Each side of an agreed match reports its own, once for each transfer; a transfer that was
/// given up and completed after all is reported anew, and each member reports 200 times at most
/// in one match. When both say that the same bytes went
/// from one to the other, and give the same proof where they give one, the video counts as
/// received and verified.
#[utoipa::path(post, path = "/api/webrtc/transfers", tag = "transfer",
    request_body = TransferReport,
    responses((status = 201, description = "Noted", body = Appended)),
    extensions(("x-problems" = json!(["not_found", "illegal_transition", "rate_limited"]))))]
async fn report(
    State(app): State<App>,
    me: Actor,
    Body(Reported { match_id, report }): Body<Reported>,
) -> Result<(StatusCode, Json<Appended>)> {
    app.limits.transfer_report(me.id).await?;
    let done = app.commands.report_transfer(&me.context, match_id, report.clone()).await?;
    if !done.repeated {
        app.metrics.transfer(&report);
    }
    let position = done.position;
    app.readable(done).await?;
    Ok((StatusCode::CREATED, Json(Appended { position })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turn_credentials_are_those_a_server_with_the_same_secret_expects() {
        let turn = Turn { urls: vec!["turn:t.example".into()], secret: "north".into() };
        let user: UserId = "018f0000-0000-7000-8000-000000000000".parse().expect("id");
        let server = IceServer::relay(&turn, user, 1_700_000_000).expect("made");
        let name = "1700007200:018f0000-0000-7000-8000-000000000000";
        assert_eq!(server.username.as_deref(), Some(name));
        // printf %s "$name" | openssl dgst -sha1 -hmac north -binary | base64
        assert_eq!(server.credential.as_deref(), Some("ch6e38skdzQE11XFROSKA1txZSU="));
    }

    #[test]
    fn without_servers_there_are_none() {
        let config = Config { stun_servers: vec![], ..Config::for_tests() };
        let servers = IceServers::of(&config, UserId::new(), 0).expect("made");
        assert!(servers.ice_servers.is_empty());
    }
}
