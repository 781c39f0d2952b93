//! What every answer tells the browser about what it may do with it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::config::Config;

/// For two years a browser that was here over https comes over https alone. Other names below
/// this one are not spoken for: they may be somebody else's.
const HTTPS_ONLY: &str = "max-age=63072000";

const ALWAYS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(self), microphone=(self), publickey-credentials-create=(self), \
         publickey-credentials-get=(self), browsing-topics=(), display-capture=(), \
         geolocation=(), payment=(), usb=()",
    ),
];

pub struct SecurityHeaders(Vec<(HeaderName, HeaderValue)>);

impl SecurityHeaders {
    pub fn new(config: &Config) -> Self {
        let constant = |(name, value)| (name, HeaderValue::from_static(value));
        let mut headers: Vec<_> = ALWAYS.into_iter().map(constant).collect();
        if let Ok(policy) = content_security_policy(config).try_into() {
            headers.push((header::CONTENT_SECURITY_POLICY, policy));
        }
        if config.public_origin.is_https() {
            headers.push(constant((header::STRICT_TRANSPORT_SECURITY, HTTPS_ONLY)));
        }
        Self(headers)
    }
}

/// Only what this server itself serves runs in the page, WebAssembly (which hashes videos)
/// included; what it shows comes from here too, or is made on the device: a received video, a
/// picture just chosen.
fn content_security_policy(config: &Config) -> String {
    // Some browsers do not take `'self'` for the sockets of this very origin.
    let sockets = config.public_origin.of_sockets();
    // A captcha's script opens a frame in which the riddle is.
    let captcha = config.captcha.as_ref().map_or_else(String::new, |it| format!(" {}", it.origin));
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'{captcha}; \
         frame-src 'self'{captcha}; style-src 'self'; \
         img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self' blob:; \
         connect-src 'self' {sockets}; object-src 'none'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    )
}

/// Adds them where a route does not say otherwise. What is personal is kept in no cache.
pub async fn add(
    State(headers): State<Arc<SecurityHeaders>>,
    request: Request,
    next: Next,
) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    let answer = response.headers_mut();
    for (name, value) in &headers.0 {
        answer.entry(name).or_insert_with(|| value.clone());
    }
    if is_api {
        answer.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(public_origin: &str) -> SecurityHeaders {
        let public_origin = public_origin.parse().expect("an origin");
        SecurityHeaders::new(&Config { public_origin, ..Config::for_tests() })
    }

    fn value<'a>(headers: &'a SecurityHeaders, name: &HeaderName) -> Option<&'a str> {
        let found = headers.0.iter().find(|(sent, _)| sent == name);
        found.map(|(_, value)| value.to_str().expect("text"))
    }

    #[test]
    fn a_browser_stays_with_https_where_people_reach_us_by_it() {
        let name = header::STRICT_TRANSPORT_SECURITY;
        assert_eq!(value(&sent("https://spotlight.cam"), &name), Some(HTTPS_ONLY));
        assert_eq!(value(&sent("http://localhost:8080"), &name), None);
    }

    #[test]
    fn the_page_runs_and_reaches_nothing_but_what_is_ours() {
        let headers = sent("https://spotlight.cam");
        let policy = value(&headers, &header::CONTENT_SECURITY_POLICY).expect("a policy");
        assert!(policy.contains("connect-src 'self' wss://spotlight.cam;"), "{policy}");
        assert!(!policy.contains("cloudflare"), "no captcha, no script of its service: {policy}");
        for loose in
            ["unsafe-inline", "'unsafe-eval'", " ws:;", " wss:;", " http:", " https: ", " *"]
        {
            assert!(!policy.contains(loose), "{loose} in {policy}");
        }
    }
}
