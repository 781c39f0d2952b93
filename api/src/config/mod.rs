//! What the environment decides, read once at the start and checked before anything runs.

mod arguments;
mod checks;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use projections::seals::{AuditError, SealKey};

pub use arguments::{DatabaseArgs, SealArgs, ServeArgs};
pub use checks::{ConfigError, public_keys};

use crate::auth::origin::Origin;

/// A configuration that makes sense.
#[derive(Clone, Debug)]
pub struct Config {
    pub listen: SocketAddr,
    pub jwt_secret: Option<Secret>,
    /// Where people reach the product; links in mails lead there.
    pub public_origin: Origin,
    pub cors_origins: Vec<Origin>,
    pub stun_servers: Vec<String>,
    pub turn: Option<Turn>,
    pub trusted_proxies: Vec<IpNet>,
    pub rate_limits: bool,
    pub captcha: Option<CaptchaConfig>,
    pub mail: Mail,
    pub broker_url: Option<Secret>,
    pub database: DatabaseConfig,
    pub seals: SealConfig,
}

#[derive(Clone, Debug)]
pub struct Turn {
    pub urls: Vec<String>,
    pub secret: Secret,
}

/// The service that tells people from programs.
#[derive(Clone, Debug)]
pub struct CaptchaConfig {
    /// Shown to everybody.
    pub site_key: String,
    pub secret: Secret,
    /// What `/api.js` and `/siteverify` are below.
    pub url: String,
    /// The same without its path: the page runs its script, and frames what that opens.
    pub origin: Origin,
}

#[derive(Clone, Debug)]
pub struct Mail {
    pub smtp_url: Option<Secret>,
    pub from: String,
    /// Where mails are written without a server.
    pub outbox: PathBuf,
    pub require_verified: bool,
}

#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    pub url: Option<Secret>,
    pub data_dir: PathBuf,
    pub postgres_bin: Option<PathBuf>,
}

#[derive(Clone, Debug)]
pub struct SealConfig {
    /// As the environment gives it.
    key: Option<SealKey>,
    /// Where it lies otherwise.
    key_file: PathBuf,
    pub witness: PathBuf,
}

impl SealConfig {
    /// Below `data_dir`, as it is by default.
    pub fn within(data_dir: &Path) -> Self {
        Self {
            key: None,
            key_file: data_dir.join("seal.key"),
            witness: data_dir.join("seals.jsonl"),
        }
    }

    /// For the server, which makes one at its first start.
    pub fn key_or_new(&self) -> Result<SealKey, AuditError> {
        self.key.clone().map_or_else(|| SealKey::load_or_make(&self.key_file), Ok)
    }

    /// For those beside it; none where no server has started yet.
    pub fn key(&self) -> Result<Option<SealKey>, AuditError> {
        self.key.clone().map_or_else(|| SealKey::load(&self.key_file), |key| Ok(Some(key)))
    }

    /// For those who cannot do without.
    pub fn required_key(&self) -> Result<SealKey, AuditError> {
        self.key()?.ok_or_else(|| AuditError::NoKey(self.key_file.clone()))
    }
}

impl Config {
    /// Whether what `peer` says of those behind it is believed.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(&peer.to_canonical()))
    }

    /// Keeps everything that is a file below `home`.
    #[must_use]
    pub fn within(mut self, home: &Path) -> Self {
        self.seals = SealConfig::within(home);
        self.mail.outbox = home.join("outbox");
        home.clone_into(&mut self.database.data_dir);
        self
    }

    /// As the defaults are, on any free port, without limits.
    pub fn for_tests() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            jwt_secret: None,
            public_origin: Origin::this_machine(8080),
            cors_origins: vec![],
            stun_servers: vec!["stun:stun.example:3478".to_owned()],
            turn: None,
            trusted_proxies: vec![],
            rate_limits: false,
            captcha: None,
            mail: Mail {
                smtp_url: None,
                from: "spotlight.cam <no-reply@spotlight.cam>".to_owned(),
                outbox: PathBuf::new(),
                require_verified: false,
            },
            broker_url: None,
            database: DatabaseConfig { url: None, data_dir: PathBuf::new(), postgres_bin: None },
            seals: SealConfig::within(Path::new("")),
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
