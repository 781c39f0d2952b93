//! Writes that are sent again because their answer got lost.
//!
//! A request with an `Idempotency-Key` is answered once, and its answer kept: sent again, the
//! same request gets the same status and body and does nothing, and another request under the
//! same key is refused. Requests that come at the same moment wait for the first.
//!
//! Two layers, because a process may die between appending and answering. The command itself
//! carries a key made of this one, by which the store appends it once. The kept answer then
//! makes sure that even its words are the same.

use std::time::Duration;

use axum::body::{self, Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use commands::CommandKey;
use hmac::{Hmac, KeyInit, Mac};
use moka::future::Cache;
use sha2::Sha256;
use sqlx::PgPool;
use uuid::Uuid;

use crate::app::App;
use crate::auth::signed_in::beforehand;
use crate::input::body::too_large;
use crate::problem::{self, Code, Problem, Result};
use crate::router::largest;

pub const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// Set on an answer that was given before.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Root of the command ids made from keys.
const NAMESPACE: Uuid = Uuid::from_u128(0x5d0f_6e0a_9c5b_4f6e_8a34_b1c4_0e7f_21d8);

/// How long this node remembers an answer without asking the database.
const REMEMBERED: Duration = Duration::from_secs(30);

/// Whose key, and which.
type Place = (Uuid, String);

/// What a request was answered with.
#[derive(Clone)]
struct Answer {
    request: [u8; 32],
    status: StatusCode,
    body: Bytes,
}

/// The answers given so far. Cheap to clone.
#[derive(Clone)]
pub struct Answers {
    pool: PgPool,
    /// The key under which requests are hashed, ready to hash.
    keyed: Hmac<Sha256>,
    recent: Cache<Place, Answer>,
}

impl Answers {
    pub fn new(pool: PgPool, key: [u8; 32]) -> Self {
        // The algorithm's own key is as long as its block; a shorter one is padded (RFC 2104).
        let mut block = [0; 64];
        block[..key.len()].copy_from_slice(&key);
        let keyed = <Hmac<Sha256> as KeyInit>::new(&block.into());
        let recent = Cache::builder().max_capacity(1_000).time_to_live(REMEMBERED).build();
        Self { pool, keyed, recent }
    }

    async fn kept(&self, (actor, key): &Place) -> Result<Option<Answer>> {
        let row = sqlx::query!(
            "SELECT request_hash, status, body FROM idempotent_answers
             WHERE actor = $1 AND key = $2",
            actor,
            key
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.and_then(|row| {
            Some(Answer {
                request: row.request_hash.try_into().ok()?,
                status: StatusCode::from_u16(row.status as u16).ok()?,
                body: row.body.into(),
            })
        }))
    }

    /// Keeps an answer and answers it; if another node was first, that one's.
    ///
    /// An answer that cannot be kept is given all the same: the command carries the key too.
    async fn keep(&self, place: &Place, answer: Answer) -> Answer {
        match self.keep_first(place, &answer).await {
            Ok(false) => self.kept(place).await.ok().flatten().unwrap_or(answer),
            Ok(true) | Err(_) => answer,
        }
    }

    async fn keep_first(&self, (actor, key): &Place, answer: &Answer) -> Result<bool> {
        let kept = sqlx::query!(
            "INSERT INTO idempotent_answers (actor, key, request_hash, status, body)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (actor, key) DO NOTHING",
            actor,
            key,
            &answer.request[..],
            answer.status.as_u16() as i16,
            &answer.body[..]
        )
        .execute(&self.pool)
        .await?;
        Ok(kept.rows_affected() == 1)
    }

    /// The request as a hash. Keyed, because it may hold a password.
    fn hash(&self, method: &Method, path: &str, body: &[u8]) -> [u8; 32] {
        let mut mac = self.keyed.clone();
        for part in [method.as_str().as_bytes(), path.as_bytes(), body] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// What people send before they are somebody. Signing in and out, and renewing, are new each
/// time: their answers hold secrets.
const AUTH: &str = "/api/auth/";
const BY_STRANGERS: [&str; 5] = [
    "/api/auth/register",
    "/api/auth/verify-email",
    "/api/auth/resend-verification",
    "/api/auth/forgot-password",
    "/api/auth/reset-password",
];

/// Answers a write that carries a key once.
pub async fn answer_once(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let by_a_stranger = BY_STRANGERS.contains(&path);
    let applies = request.headers().contains_key(HEADER)
        && !request.method().is_safe()
        && (by_a_stranger || !path.starts_with(AUTH));
    if !applies {
        return next.run(request).await;
    }
    let (actor, request) = if by_a_stranger {
        (Some(Uuid::nil()), request)
    } else {
        let (me, request) = beforehand(request, &app).await;
        (me.map(|me| me.id.uuid()), request)
    };
    match actor {
        Some(actor) => answer(app.answers.clone(), actor, request, next)
            .await
            .unwrap_or_else(IntoResponse::into_response),
        None => next.run(request).await,
    }
}

async fn answer(answers: Answers, actor: Uuid, request: Request, next: Next) -> Result<Response> {
    let key = key(request.headers())?;
    let (mut parts, body) = request.into_parts();
    let largest = largest(parts.uri.path());
    let body = body::to_bytes(body, largest).await.map_err(|_| too_large(largest))?;
    let hash = answers.hash(&parts.method, parts.uri.path(), &body);
    let id = Uuid::new_v5(&NAMESPACE, &[actor.as_bytes(), key.as_bytes()].concat());
    parts.extensions.insert(CommandKey { id, request_hash: hash });
    let request = Request::from_parts(parts, Body::from(body));

    let place = (actor, key);
    // Only the request that is handled has headers of its own, such as a new session's.
    let mut headers = None;
    let first = async {
        match answers.kept(&place).await {
            Ok(Some(kept)) => return Ok(kept),
            Ok(None) => {}
            Err(problem) => return Err(Answer::of(hash, problem.into_response()).await.0),
        }
        let response = next.run(request).await;
        let passing = is_passing(&response);
        let (answer, own) = Answer::of(hash, response).await;
        headers = Some(own);
        if passing { Err(answer) } else { Ok(answers.keep(&place, answer).await) }
    };
    let given = answers.recent.try_get_with(place.clone(), first).await;
    let given = given.unwrap_or_else(|passing| Answer::clone(&passing));
    match headers {
        Some(headers) => Ok((given.status, headers, given.body).into_response()),
        None if given.request == hash => Ok(given.replayed()),
        None => Err(Problem::new(
            Code::IdempotencyKeyReused,
            "send a new Idempotency-Key with a new request",
        )),
    }
}

impl Answer {
    async fn of(request: [u8; 32], response: Response) -> (Self, HeaderMap) {
        let (parts, body) = response.into_parts();
        let body = match body::to_bytes(body, usize::MAX).await {
            Ok(body) => body,
            // Our own answers are in memory already.
            Err(error) => {
                tracing::error!(%error, "an answer could not be read");
                Bytes::new()
            }
        };
        (Self { request, status: parts.status, body }, parts.headers)
    }

    fn replayed(self) -> Response {
        let Self { status, body, .. } = self;
        let mut response = (status, body.clone()).into_response();
        let headers = response.headers_mut();
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
        if body.is_empty() {
            headers.remove(header::CONTENT_TYPE);
        } else if status.is_success() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        } else {
            headers.insert(header::CONTENT_TYPE, problem::MEDIA_TYPE);
        }
        response
    }
}

/// Whether the same request may be answered otherwise in a moment, so that this answer must
/// not be kept.
fn is_passing(response: &Response) -> bool {
    match response.extensions().get::<Code>() {
        Some(Code::Unauthenticated | Code::Csrf | Code::RateLimited | Code::Conflict) => true,
        Some(_) | None => response.status().is_server_error(),
    }
}

fn key(headers: &HeaderMap) -> Result<String> {
    let key = headers.get(HEADER).and_then(|key| key.to_str().ok()).unwrap_or_default();
    if (1..=255).contains(&key.len()) {
        Ok(key.to_owned())
    } else {
        Err(Problem::field("Idempotency-Key", "must be 1 to 255 ASCII characters long"))
    }
}
