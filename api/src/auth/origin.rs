//! Which pages may act in a person's name.
//!
//! Cookies travel with every request a browser makes, whoever's page makes it. So a request
//! that changes something on the strength of a cookie must say which page it comes from, and
//! that page must be ours.

use std::fmt;
use std::str::FromStr;

use axum::http::{HeaderMap, HeaderName, Method, header};

use super::cookies::is_loopback;
use crate::config::Config;
use crate::problem::{Code, Problem, Result};

/// A web origin: scheme and authority, nothing after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    https: bool,
    /// Host and port, lower case, without the scheme's own port.
    authority: String,
}

impl Origin {
    /// Where a server without a name of its own is reached, on its machine.
    pub fn this_machine(port: u16) -> Self {
        Self { https: false, authority: format!("localhost:{port}") }
    }

    pub fn is_https(&self) -> bool {
        self.https
    }

    /// The same for its sockets.
    pub fn of_sockets(&self) -> String {
        let scheme = if self.https { "wss" } else { "ws" };
        format!("{scheme}://{}", self.authority)
    }
}

impl FromStr for Origin {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (https, authority) = match text.split_once("://") {
            Some(("https", authority)) => (true, authority),
            Some(("http", authority)) => (false, authority),
            _ => return Err("must be an origin, like https://spotlight.cam"),
        };
        if authority.is_empty() || authority.contains(['/', '?', '#', '@', ' ', '*']) {
            return Err("must be an origin without a path, like https://spotlight.cam");
        }
        Ok(Self { https, authority: normal(authority, https) })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.https { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.authority)
    }
}

/// What a browser says of how the page that asks stands to this server.
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// Whether it is a page that is opened, or something that a page asks for.
const MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// Whether the request says that it comes from a page of ours: of an origin that is
/// configured, or of the very host it was sent to. The latter only over https or on this
/// machine, since over plain http anybody in between can pose as the host; and only where the
/// browser, if it says how the two stand to each other, says the same.
pub fn allowed(config: &Config, headers: &HeaderMap) -> bool {
    let origin = text(headers, header::ORIGIN).and_then(|origin| origin.parse::<Origin>().ok());
    let Some(origin) = origin else { return false };
    if config.cors_origins.contains(&origin) {
        return true;
    }
    text(headers, header::HOST).is_some_and(|host| normal(host, origin.https) == origin.authority)
        && (origin.https || is_loopback(&origin.authority))
        && !from_elsewhere(headers)
}

/// For requests that a cookie vouches for. Whoever only reads need not say where they come from;
/// what another site's page asks for in the background is refused all the same, as its answer
/// could be told from outside, by its size or time.
pub fn require(config: &Config, method: &Method, headers: &HeaderMap) -> Result<()> {
    // Of sockets the gateway decides, in a way that the page can see.
    let opened = matches!(text(headers, MODE), Some("navigate" | "websocket"));
    let harmless = method.is_safe() && (opened || !from_elsewhere(headers));
    if harmless || allowed(config, headers) { Ok(()) } else { Err(csrf()) }
}

/// Old browsers, and clients that are none, say nothing.
fn from_elsewhere(headers: &HeaderMap) -> bool {
    matches!(text(headers, SITE), Some("cross-site" | "same-site"))
}

/// For requests that nobody vouches for (signing in, registering): a foreign page may not
/// make them either, but a client that is no browser says nothing of pages.
pub fn require_if_told(config: &Config, headers: &HeaderMap) -> Result<()> {
    let told = headers.contains_key(header::ORIGIN) || from_elsewhere(headers);
    if told && !allowed(config, headers) {
        return Err(csrf());
    }
    Ok(())
}

fn csrf() -> Problem {
    Problem::new(Code::Csrf, "the Origin header must name a page of this site")
}

fn normal(authority: &str, https: bool) -> String {
    let port = if https { ":443" } else { ":80" };
    authority.strip_suffix(port).unwrap_or(authority).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        Config {
            cors_origins: vec!["https://app.example".parse().expect("origin")],
            ..Config::for_tests()
        }
    }

    fn headers(sent: &[(HeaderName, &str)]) -> HeaderMap {
        let value = |value: &str| value.parse().expect("a value");
        sent.iter().map(|(name, sent)| (name.clone(), value(sent))).collect()
    }

    fn asked(host: &str, origin: Option<&str>) -> bool {
        let mut sent = vec![(header::HOST, host)];
        sent.extend(origin.map(|origin| (header::ORIGIN, origin)));
        allowed(&config(), &headers(&sent))
    }

    #[test]
    fn what_the_browser_says_of_the_page_must_agree_with_its_origin() {
        let changes = |origin, site| {
            let sent =
                headers(&[(header::HOST, "spotlight.cam"), (header::ORIGIN, origin), (SITE, site)]);
            require(&config(), &Method::POST, &sent).is_ok()
        };
        assert!(changes("https://spotlight.cam", "same-origin"));
        assert!(changes("https://app.example", "cross-site"), "it is configured");
        for site in ["cross-site", "same-site"] {
            assert!(!changes("https://spotlight.cam", site), "{site}");
        }
    }

    #[test]
    fn another_site_may_link_here_but_not_read_in_the_background() {
        let reads = |site, mode| {
            let sent = headers(&[(header::HOST, "spotlight.cam"), (SITE, site), (MODE, mode)]);
            require(&config(), &Method::GET, &sent).is_ok()
        };
        assert!(reads("same-origin", "cors") && reads("none", "navigate"));
        assert!(reads("cross-site", "navigate"), "a link");
        assert!(!reads("cross-site", "no-cors") && !reads("same-site", "no-cors"));
    }

    #[test]
    fn who_says_nothing_of_pages_may_sign_in_and_a_page_from_elsewhere_may_not() {
        let signs_in = |sent: &[(HeaderName, &str)]| {
            let mut sent = sent.to_vec();
            sent.push((header::HOST, "spotlight.cam"));
            require_if_told(&config(), &headers(&sent)).is_ok()
        };
        assert!(signs_in(&[]));
        assert!(signs_in(&[(header::ORIGIN, "https://spotlight.cam"), (SITE, "same-origin")]));
        assert!(!signs_in(&[(SITE, "cross-site")]), "a form without a word of its origin");
        assert!(!signs_in(&[(header::ORIGIN, "https://evil.example")]));
    }

    #[test]
    fn the_same_host_and_configured_origins_may_act() {
        assert!(asked("spotlight.cam", Some("https://spotlight.cam")));
        assert!(asked("spotlight.cam:443", Some("https://spotlight.cam")));
        assert!(asked("localhost:8080", Some("http://localhost:8080")));
        assert!(asked("spotlight.cam", Some("https://app.example")));
    }

    #[test]
    fn other_pages_may_not() {
        for origin in [
            None,
            Some("null"),
            Some("https://evil.example"),
            Some("https://spotlight.cam.evil.example"),
            Some("http://spotlight.cam"),
            Some("https://spotlight.cam:8443"),
            Some("http://app.example"),
        ] {
            assert!(!asked("spotlight.cam", origin), "{origin:?}");
        }
        assert!(!asked("rebound.example:8080", Some("http://rebound.example:8080")));
    }
}
