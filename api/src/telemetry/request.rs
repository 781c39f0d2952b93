//! Around every request: an id, a line in the log, a count.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use uuid::Uuid;

use super::metrics::Metrics;
use crate::auth::signed_in::peer;
use crate::config::Config;

/// One id for all that one request sets off; it comes back as `x-request-id` and goes into
/// the log's events as their correlation. A trusted proxy may give it, and nobody else: what the log
/// tells belongs together must not be a client's word.
#[derive(Clone, Copy, Debug)]
pub struct RequestId(pub Uuid);

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Requests that match no route are counted together, or a scanner would fill the metrics.
const UNKNOWN: &str = "(none)";

/// By name; any other method is a client's own word and counted with its like.
const METHODS: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];
const OTHER: &str = "OTHER";

pub async fn observe(
    State((metrics, config)): State<(Metrics, Arc<Config>)>,
    mut request: Request,
    next: Next,
) -> Response {
    let proxy = config.trusts(peer(request.extensions()));
    let given = if proxy { given(&request) } else { None };
    let id = given.unwrap_or_else(Uuid::now_v7);
    request.extensions_mut().insert(RequestId(id));
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = route.unwrap_or_else(|| UNKNOWN.to_owned());
    let method = known(request.method());
    let span = tracing::info_span!("request", %id, method, route);

    let since = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let took = since.elapsed();

    let status = response.status().as_u16();
    metrics.request(method, &route, status, took);
    span.in_scope(|| tracing::debug!(status, ms = took.as_secs_f64() * 1e3, "answered"));
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

fn given(request: &Request) -> Option<Uuid> {
    request.headers().get(&HEADER)?.to_str().ok()?.parse().ok()
}

fn known(method: &Method) -> &'static str {
    METHODS.iter().find(|known| *known == method).map_or(OTHER, Method::as_str)
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::body::{Body, to_bytes};
    use axum::extract::ConnectInfo;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use axum::{Extension, Router};
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn methods_and_paths_that_a_client_makes_up_are_counted_together() {
        let metrics = Metrics::default();
        let config = Arc::new(Config::for_tests());
        let router = Router::new()
            .route("/", get(|| async {}))
            .layer(from_fn_with_state((metrics.clone(), config), observe));
        let ask = async |method: &str, path: &str| {
            let request = Request::builder().method(method).uri(path).body(Body::empty());
            router.clone().oneshot(request.expect("a request")).await.expect("an answer");
        };
        let counted = || {
            let text = metrics.text().expect("metrics");
            text.lines().filter(|line| line.contains("_count{")).count()
        };
        ask("GET", "/").await;
        ask("MADE-UP", "/").await;
        ask("GET", "/nowhere").await;
        ask("MADE-UP", "/nowhere").await;
        let before = counted();
        for n in 0..100 {
            ask(&format!("MADE-UP-{n}"), "/").await;
            ask(&format!("MADE-UP-{n}"), &format!("/nowhere/{n}")).await;
        }
        assert_eq!((before, counted()), (4, 4));
    }

    #[tokio::test]
    async fn only_a_trusted_proxy_says_what_belongs_together() {
        let trusted_proxies = vec!["10.0.0.0/8".parse().expect("a network")];
        let config = Arc::new(Config { trusted_proxies, ..Config::for_tests() });
        let router = Router::new()
            .route("/", get(|Extension(RequestId(id))| async move { id.to_string() }))
            .layer(from_fn_with_state((Metrics::default(), config), observe));
        let mine = Uuid::from_u128(7);
        for (peer, believed) in [([10, 0, 0, 1], true), ([192, 0, 2, 1], false)] {
            let request = Request::builder()
                .extension(ConnectInfo(SocketAddr::from((peer, 4000))))
                .header(HEADER, mine.to_string())
                .body(Body::empty());
            let answer = router.clone().oneshot(request.expect("a request")).await;
            let answer = answer.expect("an answer");
            let told = answer.headers()[HEADER].to_str().expect("text").to_owned();
            let used = to_bytes(answer.into_body(), 100).await.expect("an id");
            assert_eq!(told.as_bytes(), used);
            assert_eq!(told == mine.to_string(), believed, "{peer:?}");
        }
    }
}
