//! The two cookies of a session, and the one that stays on the device.
//!
//! Where the page came over https they carry `Secure` and the `__Host-` prefix, which no
//! other site of the same domain can forge. On plain http only this very machine gets
//! cookies without either: a browser would not keep the others there.

use std::net::IpAddr;

use axum::http::HeaderMap;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use time::Duration;

use super::Opened;
use super::session::REFRESH_DAYS;
use super::token::ACCESS_SECONDS;
use crate::config::Config;

const SESSION: &str = "spotlight_session";
const REFRESH: &str = "spotlight_refresh";
const DEVICE: &str = "spotlight_device";

/// How long a device that is not used stays known.
const DEVICE_DAYS: i64 = 365;

/// Which names and attributes the cookies of this request have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jar {
    Secure,
    Loopback,
}

impl Jar {
    /// Plain only where the browser itself says that it speaks plain http with this machine.
    pub fn of(config: &Config, headers: &HeaderMap, peer: IpAddr) -> Self {
        let forwarded_https = config.trusts(peer)
            && headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https");
        let host = headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
        if !forwarded_https && is_loopback(host) { Self::Loopback } else { Self::Secure }
    }

    pub fn access(self, headers: &HeaderMap) -> Option<String> {
        self.read(headers, SESSION)
    }

    pub fn refresh(self, headers: &HeaderMap) -> Option<String> {
        self.read(headers, REFRESH)
    }

    pub fn device(self, headers: &HeaderMap) -> Option<String> {
        self.read(headers, DEVICE)
    }

    /// By which this device is known from now on.
    pub fn introduced(self, device: String) -> CookieJar {
        CookieJar::new().add(self.cookie(DEVICE, device, Duration::days(DEVICE_DAYS)))
    }

    pub fn filled(self, opened: &Opened) -> CookieJar {
        CookieJar::new()
            .add(self.cookie(SESSION, opened.access.clone(), Duration::seconds(ACCESS_SECONDS)))
            .add(self.cookie(REFRESH, opened.refresh.clone(), Duration::days(REFRESH_DAYS)))
    }

    pub fn emptied(self) -> CookieJar {
        CookieJar::new().add(self.cookie(SESSION, String::new(), Duration::ZERO)).add(self.cookie(
            REFRESH,
            String::new(),
            Duration::ZERO,
        ))
    }

    fn read(self, headers: &HeaderMap, name: &str) -> Option<String> {
        let jar = CookieJar::from_headers(headers);
        jar.get(&self.name(name)).map(|cookie| cookie.value().to_owned())
    }

    fn name(self, name: &str) -> String {
        match self {
            Self::Secure => format!("__Host-{name}"),
            Self::Loopback => name.to_owned(),
        }
    }

    fn cookie(self, name: &str, value: String, max_age: Duration) -> Cookie<'static> {
        Cookie::build((self.name(name), value))
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self == Self::Secure)
            .path("/")
            .max_age(max_age)
            .build()
    }
}

/// Whether `authority` (a host, perhaps with a port) is this machine.
pub fn is_loopback(authority: &str) -> bool {
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    };
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_by_its_three_names_only() {
        for host in ["localhost", "localhost:8080", "127.0.0.1:80", "[::1]", "[::1]:8080"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["", "localhost.evil.example", "127.0.0.1.nip.io:80", "spotlight.cam"] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn cookies_are_http_only_and_secure_unless_the_page_is_on_this_machine() {
        let opened = Opened {
            user: domain::values::ids::UserId::new(),
            session: uuid::Uuid::nil(),
            access: "a".into(),
            refresh: "r".into(),
        };
        for (jar, prefix) in [(Jar::Secure, "__Host-"), (Jar::Loopback, "")] {
            for cookie in jar.filled(&opened).iter() {
                assert!(cookie.name().starts_with(&format!("{prefix}spotlight_")), "{cookie}");
                assert_eq!(cookie.http_only(), Some(true));
                assert_eq!(cookie.secure(), Some(jar == Jar::Secure));
                assert_eq!(cookie.same_site(), Some(SameSite::Lax));
                assert_eq!(cookie.path(), Some("/"));
                assert_eq!(cookie.domain(), None);
            }
        }
    }
}
