//! The built PWA, carried in the binary.
//!
//! A file whose name holds a hash of its content never changes and is kept for a year; the
//! page itself and the service worker are asked for each time, so that a deploy is seen at
//! once. Every other address a browser navigates to gets the page, whose router knows it.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::problem::{Code, Problem};

#[derive(RustEmbed)]
#[folder = "../frontend/dist"]
#[allow_missing = true]
struct Dist;

const PAGE: &str = "index.html";
const FOR_A_YEAR: &str = "public, max-age=31536000, immutable";
const ASK_EACH_TIME: &str = "no-cache";

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><title>spotlight.cam</title>\
    <h1>The frontend is not built</h1>\
    <p>The API is here all the same: <a href=\"/api/docs\">/api/docs</a>. \
    <code>cargo xtask run</code> builds both.</p></html>";

/// Whatever no route takes.
pub async fn serve(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    if is_of_the_api(path) {
        return Problem::not_found("address").into_response();
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return method_not_allowed().await.into_response();
    }
    let file = if path.is_empty() { PAGE } else { path };
    match Dist::get(file) {
        Some(found) => answer(file, found),
        None if wants_a_page(&request) => page(),
        None => Problem::not_found("address").into_response(),
    }
}

/// For a route that exists, asked with another method.
pub async fn method_not_allowed() -> Problem {
    Problem::new(Code::MethodNotAllowed, "see /api/docs for what it takes")
}

fn is_of_the_api(path: &str) -> bool {
    ["api", "ws", "healthz", "readyz", "metrics"].iter().any(|root| {
        path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

fn wants_a_page(request: &Request) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

fn page() -> Response {
    match Dist::get(PAGE) {
        Some(page) => answer(PAGE, page),
        None => (StatusCode::OK, [(header::CACHE_CONTROL, ASK_EACH_TIME)], Html(NOT_BUILT))
            .into_response(),
    }
}

fn answer(path: &str, file: EmbeddedFile) -> Response {
    let cache = if path.starts_with("assets/") { FOR_A_YEAR } else { ASK_EACH_TIME };
    let headers = [
        (header::CONTENT_TYPE, media_type(path, file.metadata.mimetype())),
        (header::CACHE_CONTROL, cache.to_owned()),
    ];
    (headers, Body::from(file.data)).into_response()
}

/// Text is UTF-8 here, which browsers want to be told; the manifest has a type of its own.
fn media_type(path: &str, guessed: &str) -> String {
    if path.ends_with(".webmanifest") {
        return "application/manifest+json".to_owned();
    }
    if guessed.starts_with("text/") {
        format!("{guessed}; charset=utf-8")
    } else {
        guessed.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_apis_addresses_never_become_pages() {
        for path in ["api", "api/", "api/nothing", "ws", "metrics"] {
            assert!(is_of_the_api(path), "{path}");
        }
        for path in ["", "events", "apis", "wsdc", "assets/api.js"] {
            assert!(!is_of_the_api(path), "{path}");
        }
    }
}
