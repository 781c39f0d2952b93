//! Around every request: an id, a line in the log, a count.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use uuid::Uuid;

use super::metrics::Metrics;

/// One id for all that one request sets off; it comes back as `x-request-id` and goes into
/// the log's events as their correlation. A proxy may give it.
#[derive(Clone, Copy, Debug)]
pub struct RequestId(pub Uuid);

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Requests that match no route are counted together, or a scanner would fill the metrics.
const UNKNOWN: &str = "(none)";

pub async fn observe(State(metrics): State<Metrics>, mut request: Request, next: Next) -> Response {
    let given = request.headers().get(&HEADER).and_then(|id| id.to_str().ok()?.parse().ok());
    let id = given.unwrap_or_else(Uuid::now_v7);
    request.extensions_mut().insert(RequestId(id));
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = route.unwrap_or_else(|| UNKNOWN.to_owned());
    let method = request.method().clone();
    let span = tracing::info_span!("request", %id, %method, route);

    let since = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let took = since.elapsed();

    let status = response.status().as_u16();
    metrics.request(method.as_str(), &route, status, took);
    span.in_scope(|| tracing::debug!(status, ms = took.as_secs_f64() * 1e3, "answered"));
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
