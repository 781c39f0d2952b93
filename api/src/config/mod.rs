//! What the environment decides, read once at the start and checked before anything runs.

mod arguments;
mod checks;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use ipnet::IpNet;

pub use arguments::{DatabaseArgs, ServeArgs};
pub use checks::ConfigError;

use crate::auth::origin::Origin;

/// A configuration that makes sense.
#[derive(Clone, Debug)]
pub struct Config {
    pub listen: SocketAddr,
    pub jwt_secret: Option<Secret>,
    pub cors_origins: Vec<Origin>,
    pub stun_servers: Vec<String>,
    pub turn: Option<Turn>,
    pub trusted_proxies: Vec<IpNet>,
    pub rate_limits: bool,
    pub mail: Mail,
    pub broker_url: Option<Secret>,
    pub database: DatabaseConfig,
}

#[derive(Clone, Debug)]
pub struct Turn {
    pub urls: Vec<String>,
    pub secret: Secret,
}

#[derive(Clone, Debug)]
pub struct Mail {
    pub smtp_url: Option<Secret>,
    pub from: String,
    pub require_verified: bool,
}

#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    pub url: Option<Secret>,
    pub data_dir: PathBuf,
    pub postgres_bin: Option<PathBuf>,
}

impl Config {
    /// Whether what `peer` says of those behind it is believed.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(&peer.to_canonical()))
    }

    /// As the defaults are, on any free port, without limits.
    pub fn for_tests() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            jwt_secret: None,
            cors_origins: vec![],
            stun_servers: vec!["stun:stun.example:3478".to_owned()],
            turn: None,
            trusted_proxies: vec![],
            rate_limits: false,
            mail: Mail { smtp_url: None, from: String::new(), require_verified: false },
            broker_url: None,
            database: DatabaseConfig { url: None, data_dir: PathBuf::new(), postgres_bin: None },
        }
    }
}

/// Text that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}
