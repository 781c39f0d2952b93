//! Everything a client can reach, with what goes around every request.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing};
use tower::util::option_layer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::CorsLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;

use crate::app::App;
use crate::config::Config;
use crate::gateway;
use crate::idempotency;
use crate::input::body::{LARGEST, too_large};
use crate::problem::{Code, Problem};
use crate::rate_limit::writes::not_too_fast;
use crate::read_fence;
use crate::readiness::Readiness;
use crate::routes::{self, avatar, health};
use crate::security_headers::{self, SecurityHeaders};
use crate::telemetry::request::observe;
use crate::verified;
use crate::{assets, openapi};

/// Longest that an answer may take; a client has given up by then.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// When somebody who wants to change something on a node that stops may try again.
const TRY_ANOTHER_NODE: Duration = Duration::from_secs(1);

/// Every frame of the socket, for programs.
const ASYNCAPI: &str = include_str!("../../docs/asyncapi.yaml");

pub fn router(app: App) -> Router {
    let headers = Arc::new(SecurityHeaders::new(&app.config));
    let (api, description) = described();
    let api = api
        .layer(from_fn_with_state(app.clone(), read_fence::wait_for_stored))
        .layer(from_fn_with_state(app.clone(), idempotency::answer_once))
        .layer(from_fn_with_state(app.clone(), verified::only_verified_write))
        .layer(from_fn_with_state(app.clone(), not_too_fast));
    let compressed = Router::new()
        .merge(api)
        .merge(docs(description))
        .fallback(assets::serve)
        .method_not_allowed_fallback(assets::method_not_allowed)
        .layer(from_fn(within_time))
        .layer(from_fn_with_state(app.readiness.clone(), begin_nothing_when_draining))
        .layer(CompressionLayer::new());
    Router::new()
        .merge(gateway::routes())
        .merge(compressed)
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(from_fn(refuse_large_bodies))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(option_layer(cors(&app.config)))
        .layer(from_fn_with_state(headers, security_headers::add))
        .layer(from_fn_with_state((app.metrics.clone(), app.config.clone()), observe))
        .with_state(app)
}

/// The routes that describe themselves, with their description.
pub fn described() -> (Router<App>, OpenApi) {
    let all = OpenApiRouter::with_openapi(openapi::description())
        .merge(routes::router())
        .merge(health::router());
    let (router, description) = all.split_for_parts();
    (router, openapi::complete(description))
}

fn docs(description: OpenApi) -> Router<App> {
    let document = Json(description.clone());
    let page = SwaggerUi::new("/api/docs")
        .config(utoipa_swagger_ui::Config::from("/api/openapi.json").validator_url("none"));
    Router::new()
        .merge(Router::from(page))
        .route("/api/openapi.json", routing::get(move || async move { document.clone() }))
        .route(
            "/api/asyncapi.yaml",
            routing::get(([(header::CONTENT_TYPE, "application/yaml")], ASYNCAPI)),
        )
}

/// Who only reads is answered to the end.
async fn begin_nothing_when_draining(
    State(readiness): State<Readiness>,
    request: Request,
    next: Next,
) -> Response {
    if readiness.is_draining() && !request.method().is_safe() {
        let retry_after = Some(TRY_ANOTHER_NODE);
        let problem = Problem { retry_after, ..Problem::new(Code::Unavailable, "going away") };
        return problem.into_response();
    }
    next.run(request).await
}

async fn within_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(Code::Unavailable, "it took too long").into_response(),
    }
}

/// Bytes that a body sent to `path` may have.
pub fn largest(path: &str) -> usize {
    if path == avatar::PATH { avatar::LARGEST } else { LARGEST }
}

/// By what it says of itself, before a byte of it is read; who lies is stopped on the way.
async fn refuse_large_bodies(request: Request, next: Next) -> Response {
    let largest = largest(request.uri().path());
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|it| it.to_str().ok());
    if length.and_then(|it| it.parse::<u64>().ok()).is_some_and(|it| it > largest as u64) {
        // What was not read stays in the connection, so nothing can follow over it.
        return ([(header::CONNECTION, "close")], too_large(largest)).into_response();
    }
    next.run(request).await
}

fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let words = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("(no words)");
    tracing::error!(panic = words, "a request panicked");
    Problem::new(Code::Internal, "it has been noted; try again later").into_response()
}

/// None where no other site's pages may use the API.
fn cors(config: &Config) -> Option<CorsLayer> {
    if config.cors_origins.is_empty() {
        return None;
    }
    let origins = config.cors_origins.iter();
    let origins: Vec<HeaderValue> =
        origins.filter_map(|origin| HeaderValue::from_str(&origin.to_string()).ok()).collect();
    let layer = CorsLayer::new()
        .allow_origin(origins)
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([header::CONTENT_TYPE, header::AUTHORIZATION, idempotency::HEADER])
        .expose_headers([idempotency::REPLAYED, header::RETRY_AFTER])
        .max_age(Duration::from_hours(1));
    Some(layer)
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::StatusCode;
    use tower::ServiceExt;

    use super::*;

    async fn problem(router: Router) -> (StatusCode, serde_json::Value) {
        let response = router.oneshot(Request::new(Body::empty())).await.expect("an answer");
        let status = response.status();
        let body = to_bytes(response.into_body(), 1024).await.expect("a body");
        (status, serde_json::from_slice(&body).expect("JSON"))
    }

    #[tokio::test]
    async fn a_panic_is_answered_and_its_words_stay_here() {
        let router = Router::new()
            .route("/", routing::get(|| async { panic!("a secret") as () }))
            .layer(CatchPanicLayer::custom(panicked));
        let (status, body) = problem(router).await;
        assert_eq!((status.as_u16(), &body["code"]), (500, &serde_json::json!("internal")));
        assert!(!body.to_string().contains("secret"));
    }

    #[tokio::test]
    async fn a_node_that_stops_answers_who_reads_and_begins_nothing() {
        let readiness = Readiness::default();
        let router = Router::new()
            .route("/", routing::get(|| async {}).post(|| async {}))
            .layer(from_fn_with_state(readiness.clone(), begin_nothing_when_draining));
        let ask = async |method| {
            let request = Request::builder().method(method).body(Body::empty());
            let response = router.clone().oneshot(request.expect("a request")).await;
            response.expect("an answer").status().as_u16()
        };
        assert_eq!((ask(Method::GET).await, ask(Method::POST).await), (200, 200));
        readiness.drain();
        assert_eq!((ask(Method::GET).await, ask(Method::POST).await), (200, 503));
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_too_long_is_cut_short() {
        let router = Router::new()
            .route("/", routing::get(std::future::pending::<()>))
            .layer(from_fn(within_time));
        let (status, body) = problem(router).await;
        assert_eq!((status.as_u16(), &body["code"]), (503, &serde_json::json!("unavailable")));
    }
}
