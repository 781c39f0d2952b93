//! Somebody at the door: not signed in yet, or about to leave.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use commands::Context;
use uuid::Uuid;

use super::cookies::Jar;
use super::device::Device;
use super::origin;
use super::signed_in::{bearer, context, jar, peer};
use crate::app::App;
use crate::config::Config;
use crate::problem::{Problem, Result};

pub struct Client {
    pub jar: Jar,
    pub address: IpAddr,
    pub device: Device,
    pub method: Method,
    pub headers: HeaderMap,
    pub context: Context,
}

impl FromRequestParts<App> for Client {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        origin::require_if_told(&app.config, &parts.headers)?;
        let user_agent = parts.headers.get(header::USER_AGENT).and_then(|it| it.to_str().ok());
        let address = address(&app.config, peer(&parts.extensions), &parts.headers);
        Ok(Self {
            jar: jar(parts, app),
            address,
            device: Device::of(user_agent, address),
            method: parts.method.clone(),
            headers: parts.headers.clone(),
            context: context(parts),
        })
    }
}

impl Client {
    /// The session this client is about to leave, by whatever it still holds.
    pub async fn session(&self, app: &App, refresh: Option<String>) -> Result<Option<Uuid>> {
        if let Some(token) = bearer(&self.headers) {
            return Ok(app.auth.verify(&token).await.ok().map(|me| me.session));
        }
        if let Some(token) = refresh {
            return app.auth.session_of_refresh(&token).await;
        }
        let (access, refresh) = (self.jar.access(&self.headers), self.jar.refresh(&self.headers));
        if access.is_none() && refresh.is_none() {
            return Ok(None);
        }
        origin::require(&app.config, &self.method, &self.headers)?;
        if let Some(access) = access
            && let Ok(me) = app.auth.verify(&access).await
        {
            return Ok(Some(me.session));
        }
        match refresh {
            Some(token) => app.auth.session_of_refresh(&token).await,
            None => Ok(None),
        }
    }
}

/// Who sent the request: the connection's other end or, where that is a trusted proxy, the
/// last one in its list that is not.
fn address(config: &Config, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    if !config.trusts(peer) {
        return peer;
    }
    let lists = headers.get_all("x-forwarded-for").iter().filter_map(|list| list.to_str().ok());
    let hops: Vec<IpAddr> =
        lists.flat_map(|list| list.split(',')).filter_map(|hop| hop.trim().parse().ok()).collect();
    hops.into_iter().rev().find(|hop| !config.trusts(*hop)).unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_its_last_word() {
        let config = Config {
            trusted_proxies: vec!["10.0.0.0/8".parse().expect("network")],
            ..Config::for_tests()
        };
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "1.1.1.1, 2.2.2.2, 10.0.0.7".parse().expect("header"));
        let from = |peer: &str| address(&config, peer.parse().expect("ip"), &headers).to_string();
        assert_eq!(from("10.0.0.1"), "2.2.2.2");
        assert_eq!(from("3.3.3.3"), "3.3.3.3");
    }
}
