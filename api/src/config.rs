//! What the environment decides, read once at the start and checked before anything runs.
//!
//! Every variable is an argument with a sentence of help, so that `spotlight serve --help`
//! is their documentation. An empty variable counts as unset, as compose files pass it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};
use ipnet::IpNet;

use crate::auth::origin::Origin;

/// The shortest secret that signs sessions: as long as what it signs with (HS256).
const SHORTEST_SECRET: usize = 32;

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

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    On,
    Off,
}

/// Where the data is.
#[derive(Args, Clone, Debug)]
pub struct DatabaseArgs {
    /// PostgreSQL to use, like postgres://user:password@host/database. Without it, one runs
    /// beside the server, with its data in SPOTLIGHT_DATA_DIR
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    database_url: Option<Secret>,

    /// Directory for everything this server keeps by itself: the database where it runs one,
    /// and outgoing mail where there is no SMTP_URL
    #[arg(long, env = "SPOTLIGHT_DATA_DIR", default_value = "./.spotlight", value_name = "DIR")]
    data_dir: PathBuf,

    /// Directory with PostgreSQL's own programs (initdb, pg_ctl, postgres), where they are not
    /// in the usual places
    #[arg(long, env = "SPOTLIGHT_POSTGRES_BIN", value_name = "DIR")]
    postgres_bin: Option<PathBuf>,
}

/// The environment as it is; [`Config::try_from`] checks what one variable alone cannot tell.
#[derive(Args, Clone, Debug)]
pub struct ServeArgs {
    #[command(flatten)]
    database: DatabaseArgs,

    /// Address to listen on; 0.0.0.0 for all of this machine's
    #[arg(long, env = "HOST", default_value = "127.0.0.1", value_parser = host, value_name = "ADDRESS")]
    host: IpAddr,

    /// Port to listen on; 0 for any free one
    #[arg(long, env = "PORT", default_value_t = 8080)]
    port: u16,

    /// Key that signs sessions, at least 32 characters. Without it, one is made at the first
    /// start and kept in the database
    #[arg(long, env = "JWT_SECRET", hide_env_values = true, value_name = "SECRET")]
    jwt_secret: Option<Secret>,

    /// Other sites whose pages may use the API, like https://app.example, separated by commas
    #[arg(long, env = "CORS_ORIGIN", value_delimiter = ',', value_name = "ORIGIN")]
    cors_origin: Vec<String>,

    /// STUN servers by which two browsers learn their public addresses, separated by commas;
    /// `none` for networks without the internet
    #[arg(
        long,
        env = "STUN_SERVER",
        default_value = "stun:stun.l.google.com:19302",
        value_delimiter = ',',
        value_name = "STUN:HOST:PORT"
    )]
    stun_server: Vec<String>,

    /// TURN servers that relay a video where no direct connection comes about, separated by
    /// commas; needs TURN_SECRET
    #[arg(long, env = "TURN_SERVER", value_delimiter = ',', value_name = "TURN:HOST:PORT")]
    turn_server: Vec<String>,

    /// The secret shared with the TURN server (coturn's static-auth-secret), from which each
    /// person gets credentials for a few hours
    #[arg(long, env = "TURN_SECRET", hide_env_values = true, value_name = "SECRET")]
    turn_secret: Option<Secret>,

    /// Mail server, like smtps://user:password@host. Without it, mails are written to
    /// SPOTLIGHT_DATA_DIR/outbox
    #[arg(long, env = "SMTP_URL", hide_env_values = true, value_name = "URL")]
    smtp_url: Option<Secret>,

    /// Sender of mails
    #[arg(
        long,
        env = "MAIL_FROM",
        default_value = "spotlight.cam <no-reply@spotlight.cam>",
        value_name = "ADDRESS"
    )]
    mail_from: String,

    /// What several servers pass signals and presence through, like nats://host. Without it,
    /// PostgreSQL's LISTEN and NOTIFY
    #[arg(long, env = "BROKER_URL", hide_env_values = true, value_name = "URL")]
    broker_url: Option<Secret>,

    /// Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed: addresses or
    /// networks, like 10.0.0.0/8, separated by commas
    #[arg(long, env = "TRUSTED_PROXIES", value_delimiter = ',', value_name = "NETWORK")]
    trusted_proxies: Vec<String>,

    /// Whether an address must be verified by mail before its account may act; on when
    /// SMTP_URL is set, else off
    #[arg(long, env = "REQUIRE_VERIFIED_EMAIL", ignore_case = true, value_name = "on|off")]
    require_verified_email: Option<String>,

    /// Limits of requests per person and address. `off` is for load tests, and only where
    /// HOST is this very machine
    #[arg(long, env = "RATE_LIMITS", default_value = "on", ignore_case = true)]
    rate_limits: Switch,
}

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

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error(
        "JWT_SECRET must have at least {SHORTEST_SECRET} characters; this makes one: openssl rand -hex 32"
    )]
    ShortSecret,
    #[error("CORS_ORIGIN {value:?} {reason}")]
    CorsOrigin { value: String, reason: &'static str },
    #[error("{name} {value:?} must look like {form}")]
    IceServer { name: &'static str, value: String, form: &'static str },
    #[error("TURN_SERVER and TURN_SECRET are only useful together; {0} is missing")]
    HalfTurn(&'static str),
    #[error("TRUSTED_PROXIES {0:?} is neither an address nor a network, like 10.0.0.0/8")]
    TrustedProxy(String),
    #[error("REQUIRE_VERIFIED_EMAIL must be on or off, not {0:?}")]
    RequireVerifiedEmail(String),
    #[error(
        "RATE_LIMITS=off is refused because HOST {0} can be reached from other machines; \
         use HOST=127.0.0.1 for load tests"
    )]
    LimitsOffInPublic(IpAddr),
    #[error("BROKER_URL is not supported yet; leave it unset to use PostgreSQL")]
    Broker,
}

impl TryFrom<ServeArgs> for Config {
    type Error = ConfigError;

    fn try_from(args: ServeArgs) -> Result<Self, ConfigError> {
        let rate_limits = args.rate_limits == Switch::On;
        if !rate_limits && !args.host.is_loopback() {
            return Err(ConfigError::LimitsOffInPublic(args.host));
        }
        let jwt_secret = set(args.jwt_secret);
        if jwt_secret.as_ref().is_some_and(|secret| secret.reveal().len() < SHORTEST_SECRET) {
            return Err(ConfigError::ShortSecret);
        }
        let broker_url = set(args.broker_url);
        if broker_url.is_some() {
            return Err(ConfigError::Broker);
        }
        Ok(Self {
            listen: (args.host, args.port).into(),
            jwt_secret,
            cors_origins: cors_origins(args.cors_origin)?,
            stun_servers: ice_servers("STUN_SERVER", args.stun_server, &["stun:", "stuns:"])?,
            turn: turn(args.turn_server, set(args.turn_secret))?,
            trusted_proxies: trusted_proxies(args.trusted_proxies)?,
            rate_limits,
            mail: mail(set(args.smtp_url), args.mail_from, args.require_verified_email)?,
            broker_url,
            database: args.database.into(),
        })
    }
}

impl From<DatabaseArgs> for DatabaseConfig {
    fn from(args: DatabaseArgs) -> Self {
        let DatabaseArgs { database_url, data_dir, postgres_bin } = args;
        let postgres_bin = postgres_bin.filter(|dir| !dir.as_os_str().is_empty());
        Self { url: set(database_url), data_dir, postgres_bin }
    }
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

fn set(secret: Option<Secret>) -> Option<Secret> {
    secret.filter(|secret| !secret.reveal().is_empty())
}

/// The items of a comma-separated list, of which an empty variable has one empty one.
fn items(list: Vec<String>) -> impl Iterator<Item = String> {
    list.into_iter().map(|item| item.trim().to_owned()).filter(|item| !item.is_empty())
}

fn host(text: &str) -> Result<IpAddr, String> {
    match text {
        "localhost" => Ok(Ipv4Addr::LOCALHOST.into()),
        address => address.parse().map_err(|_| "must be an address, like 127.0.0.1".to_owned()),
    }
}

fn cors_origins(list: Vec<String>) -> Result<Vec<Origin>, ConfigError> {
    items(list)
        .map(|value| {
            Origin::from_str(&value).map_err(|reason| ConfigError::CorsOrigin { value, reason })
        })
        .collect()
}

fn ice_servers(
    name: &'static str,
    list: Vec<String>,
    schemes: &'static [&'static str],
) -> Result<Vec<String>, ConfigError> {
    let form = if name == "STUN_SERVER" { "stun:host:port" } else { "turn:host:port" };
    items(list)
        .filter(|value| value != "none")
        .map(|value| {
            let host = schemes.iter().find_map(|scheme| value.strip_prefix(scheme));
            if host.is_some_and(|host| !host.is_empty() && !host.starts_with("//")) {
                Ok(value)
            } else {
                Err(ConfigError::IceServer { name, value, form })
            }
        })
        .collect()
}

fn turn(servers: Vec<String>, secret: Option<Secret>) -> Result<Option<Turn>, ConfigError> {
    let urls = ice_servers("TURN_SERVER", servers, &["turn:", "turns:"])?;
    match (urls.is_empty(), secret) {
        (false, Some(secret)) => Ok(Some(Turn { urls, secret })),
        (false, None) => Err(ConfigError::HalfTurn("TURN_SECRET")),
        (true, Some(_)) => Err(ConfigError::HalfTurn("TURN_SERVER")),
        (true, None) => Ok(None),
    }
}

fn trusted_proxies(list: Vec<String>) -> Result<Vec<IpNet>, ConfigError> {
    items(list)
        .map(|text| {
            let address = text.parse::<IpAddr>().map(IpNet::from);
            address.or_else(|_| text.parse()).map_err(|_| ConfigError::TrustedProxy(text))
        })
        .collect()
}

fn mail(
    smtp_url: Option<Secret>,
    from: String,
    require_verified: Option<String>,
) -> Result<Mail, ConfigError> {
    let require_verified = match require_verified.as_deref() {
        None | Some("") => smtp_url.is_some(),
        Some("on") => true,
        Some("off") => false,
        Some(other) => return Err(ConfigError::RequireVerifiedEmail(other.to_owned())),
    };
    Ok(Mail { smtp_url, from, require_verified })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        serve: ServeArgs,
    }

    fn config(arguments: &[&str]) -> Result<Config, String> {
        let arguments = [&["serve"], arguments].concat();
        let command = Command::try_parse_from(arguments).map_err(|error| error.to_string())?;
        Config::try_from(command.serve).map_err(|error| error.to_string())
    }

    fn refused(arguments: &[&str]) -> String {
        config(arguments).expect_err("refused")
    }

    #[test]
    fn without_anything_set_the_server_is_for_this_machine_alone() {
        let config = config(&[]).expect("accepted");
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert!(config.rate_limits && !config.mail.require_verified);
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_name() {
        assert!(refused(&["--port", "eighty"]).contains("'eighty' for '--port"));
        assert!(refused(&["--host", "my house"]).contains("must be an address"));
        assert!(refused(&["--jwt-secret", "short"]).starts_with("JWT_SECRET must have"));
        assert!(refused(&["--cors-origin", "app.example"]).contains("\"app.example\" must be an"));
        assert!(refused(&["--turn-server", "turn:t.example"]).contains("TURN_SECRET is missing"));
        assert!(refused(&["--turn-secret", "s"]).contains("TURN_SERVER is missing"));
        assert!(refused(&["--stun-server", "t.example"]).contains("must look like stun:"));
        assert!(refused(&["--trusted-proxies", "10.0.0.0/33"]).contains("nor a network"));
        assert!(refused(&["--require-verified-email", "yes"]).contains("must be on or off"));
    }

    #[test]
    fn limits_are_lifted_on_this_machine_only() {
        assert!(!config(&["--rate-limits", "off"]).expect("accepted").rate_limits);
        assert!(!config(&["--rate-limits", "off", "--host", "::1"]).expect("fine").rate_limits);
        let refusal = refused(&["--rate-limits", "off", "--host", "0.0.0.0"]);
        assert!(refusal.contains("can be reached from other machines"), "{refusal}");
    }

    #[test]
    fn an_empty_variable_is_an_unset_one() {
        let empty = [
            "--database-url",
            "",
            "--jwt-secret",
            "",
            "--cors-origin",
            "",
            "--turn-server",
            "",
            "--turn-secret",
            "",
            "--trusted-proxies",
            "",
            "--smtp-url",
            "",
        ];
        let config = config(&empty).expect("accepted");
        assert!(config.database.url.is_none() && config.turn.is_none());
        assert!(config.cors_origins.is_empty() && config.trusted_proxies.is_empty());
    }

    #[test]
    fn secrets_are_not_printed() {
        let config = config(&["--jwt-secret", "0123456789abcdef0123456789abcdef"]).expect("fine");
        assert!(!format!("{config:?}").contains("0123456789"));
    }
}
