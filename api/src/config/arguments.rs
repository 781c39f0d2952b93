//! Every variable of the environment, each with the sentence that `--help` shows for it.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Secret;

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
    pub(super) database_url: Option<Secret>,

    /// Directory for everything this server keeps by itself: the database where it runs one,
    /// the key and the witness
    /// of the log's seals, and outgoing mail where there is no SMTP_URL
    #[arg(long, env = "SPOTLIGHT_DATA_DIR", default_value = "./.spotlight", value_name = "DIR")]
    pub(super) data_dir: PathBuf,

    /// Directory with PostgreSQL's own programs (initdb, pg_ctl, postgres), where they are not
    /// in the usual places
    #[arg(long, env = "SPOTLIGHT_POSTGRES_BIN", value_name = "DIR")]
    pub(super) postgres_bin: Option<PathBuf>,
}

/// What seals the log. Both lie outside the database, out of its superusers' reach.
#[derive(Args, Clone, Debug)]
pub struct SealArgs {
    /// Key that signs the log's seals, 32 bytes in base64. Without it, one is made at the first
    /// start and kept in SPOTLIGHT_DATA_DIR/seal.key
    #[arg(long, env = "SEAL_KEY", hide_env_values = true, value_name = "KEY")]
    pub(super) seal_key: Option<Secret>,

    /// File that every seal is also written to, so that a database that was changed and sealed
    /// anew, or cut off, shows; without it, SPOTLIGHT_DATA_DIR/seals.jsonl
    #[arg(long, env = "SEAL_WITNESS", value_name = "FILE")]
    pub(super) seal_witness: Option<OsString>,
}

/// The environment as it is; [`Config::try_from`] checks what one variable alone cannot tell.
#[derive(Args, Clone, Debug)]
pub struct ServeArgs {
    #[command(flatten)]
    pub(super) database: DatabaseArgs,

    /// Address to listen on; 0.0.0.0 for all of this machine's
    #[arg(long, env = "HOST", default_value = "127.0.0.1", value_parser = host, value_name = "ADDRESS")]
    pub(super) host: IpAddr,

    /// Port to listen on; 0 for any free one
    #[arg(long, env = "PORT", default_value_t = 8080)]
    pub(super) port: u16,

    /// Key that signs sessions, at least 32 characters. Without it, one is made at the first
    /// start and kept in the database
    #[arg(long, env = "JWT_SECRET", hide_env_values = true, value_name = "SECRET")]
    pub(super) jwt_secret: Option<Secret>,

    #[command(flatten)]
    pub(super) seals: SealArgs,

    /// Where people reach the product, like https://spotlight.cam: links in mails lead there.
    /// Without it, http://localhost at PORT
    #[arg(long, env = "PUBLIC_ORIGIN", value_name = "ORIGIN")]
    pub(super) public_origin: Option<String>,

    /// Other sites whose pages may use the API, like https://app.example, separated by commas
    #[arg(long, env = "CORS_ORIGIN", value_delimiter = ',', value_name = "ORIGIN")]
    pub(super) cors_origin: Vec<String>,

    /// STUN servers by which two browsers learn their public addresses, separated by commas;
    /// `none` for networks without the internet
    #[arg(
        long,
        env = "STUN_SERVER",
        default_value = "stun:stun.l.google.com:19302",
        value_delimiter = ',',
        value_name = "STUN:HOST:PORT"
    )]
    pub(super) stun_server: Vec<String>,

    /// TURN servers that relay a video where no direct connection comes about, separated by
    /// commas; best one relay in each way it can be reached: turn:HOST:3478?transport=udp,
    /// turn:HOST:3478?transport=tcp for networks without UDP, turns:HOST:5349 for those that
    /// let nothing but TLS pass; needs TURN_SECRET
    #[arg(long, env = "TURN_SERVER", value_delimiter = ',', value_name = "TURN:HOST:PORT")]
    pub(super) turn_server: Vec<String>,

    /// The secret shared with the TURN server (coturn's static-auth-secret), from which each
    /// person gets credentials for two hours
    #[arg(long, env = "TURN_SECRET", hide_env_values = true, value_name = "SECRET")]
    pub(super) turn_secret: Option<Secret>,

    /// Key by which the page shows a captcha to who registers or wants a new password; needs
    /// CAPTCHA_SECRET
    #[arg(long, env = "CAPTCHA_SITE_KEY", value_name = "KEY")]
    pub(super) captcha_site_key: Option<String>,

    /// The secret that belongs to CAPTCHA_SITE_KEY
    #[arg(long, env = "CAPTCHA_SECRET", hide_env_values = true, value_name = "SECRET")]
    pub(super) captcha_secret: Option<Secret>,

    /// Service behind the captcha: Cloudflare Turnstile, or one that speaks its protocol
    #[arg(
        long,
        env = "CAPTCHA_URL",
        default_value = CAPTCHA_URL,
        value_name = "URL"
    )]
    pub(super) captcha_url: String,

    /// Mail server, like smtps://user:password@host. Without it, mails are written to
    /// SPOTLIGHT_DATA_DIR/outbox
    #[arg(long, env = "SMTP_URL", hide_env_values = true, value_name = "URL")]
    pub(super) smtp_url: Option<Secret>,

    /// Sender of mails
    #[arg(
        long,
        env = "MAIL_FROM",
        default_value = MAIL_FROM,
        value_name = "ADDRESS"
    )]
    pub(super) mail_from: String,

    /// What several servers pass signals and presence through, like nats://host. Without it,
    /// PostgreSQL's LISTEN and NOTIFY
    #[arg(long, env = "BROKER_URL", hide_env_values = true, value_name = "URL")]
    pub(super) broker_url: Option<Secret>,

    /// Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed: addresses or
    /// networks, like 10.0.0.0/8, separated by commas
    #[arg(long, env = "TRUSTED_PROXIES", value_delimiter = ',', value_name = "NETWORK")]
    pub(super) trusted_proxies: Vec<String>,

    /// Whether an address must be verified by mail before its account may act; on when
    /// SMTP_URL is set, else off
    #[arg(long, env = "REQUIRE_VERIFIED_EMAIL", ignore_case = true, value_name = "on|off")]
    pub(super) require_verified_email: Option<String>,

    /// Limits of requests per person and address. `off` is for load tests, and only where
    /// HOST is this very machine
    #[arg(long, env = "RATE_LIMITS", default_value = "on", ignore_case = true)]
    pub(super) rate_limits: Switch,
}

/// Turnstile's.
pub(super) const CAPTCHA_URL: &str = "https://challenges.cloudflare.com/turnstile/v0";

/// Who mails come from, unless that is set.
pub(super) const MAIL_FROM: &str = "spotlight.cam <no-reply@spotlight.cam>";

fn host(text: &str) -> Result<IpAddr, String> {
    match text {
        "localhost" => Ok(Ipv4Addr::LOCALHOST.into()),
        address => address.parse().map_err(|_| "must be an address, like 127.0.0.1".to_owned()),
    }
}
