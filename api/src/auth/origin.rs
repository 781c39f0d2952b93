//! Which pages may act in a person's name.
//!
//! Cookies travel with every request a browser makes, whoever's page makes it. So a request
//! that changes something on the strength of a cookie must say which page it comes from, and
//! that page must be ours.

use std::fmt;
use std::str::FromStr;

use axum::http::{HeaderMap, Method, header};

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

/// Whether the request says that it comes from a page of ours: of an origin that is
/// configured, or of the very host it was sent to. The latter only over https or on this
/// machine, since over plain http anybody in between can pose as the host.
pub fn allowed(config: &Config, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = text(header::ORIGIN).and_then(|origin| origin.parse::<Origin>().ok()) else {
        return false;
    };
    let same_host = text(header::HOST)
        .is_some_and(|host| normal(host, origin.https) == origin.authority)
        && (origin.https || is_loopback(&origin.authority));
    same_host || config.cors_origins.contains(&origin)
}

/// For requests that a cookie vouches for.
pub fn require(config: &Config, method: &Method, headers: &HeaderMap) -> Result<()> {
    if method.is_safe() || allowed(config, headers) { Ok(()) } else { Err(csrf()) }
}

/// For requests that nobody vouches for (signing in, registering): a foreign page may not
/// make them either, but a client that is no browser says nothing of pages.
pub fn require_if_told(config: &Config, headers: &HeaderMap) -> Result<()> {
    if headers.contains_key(header::ORIGIN) && !allowed(config, headers) {
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

    fn asked(host: &str, origin: Option<&str>) -> bool {
        let config = Config {
            cors_origins: vec!["https://app.example".parse().expect("origin")],
            ..Config::for_tests()
        };
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().expect("host"));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().expect("origin"));
        }
        allowed(&config, &headers)
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
