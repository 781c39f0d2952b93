//! From what was given to what makes sense: what one variable alone cannot tell is checked
//! here. An empty variable counts as unset, as compose files pass it.

use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use ipnet::IpNet;
use projections::seals::PublicKey;

use super::arguments::{CAPTCHA_URL, DatabaseArgs, MAIL_FROM, SealArgs, ServeArgs, Switch};
use super::{CaptchaConfig, Config, DatabaseConfig, Mail, SealConfig, Secret, Turn};
use crate::auth::cookies::is_loopback;
use crate::auth::origin::Origin;
use crate::mail::{MailError, Transport};

/// The shortest secret that signs sessions: as long as what it signs with (HS256).
const SHORTEST_SECRET: usize = 32;

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error(
        "JWT_SECRET must have at least {SHORTEST_SECRET} characters; this makes one: openssl rand -hex 32"
    )]
    ShortSecret,
    #[error("PUBLIC_ORIGIN {value:?} {reason}")]
    PublicOrigin { value: String, reason: &'static str },
    #[error("CORS_ORIGIN {value:?} {reason}")]
    CorsOrigin { value: String, reason: &'static str },
    #[error("{name} {value:?} must look like {form}")]
    IceServer { name: &'static str, value: String, form: &'static str },
    #[error("TURN_SERVER and TURN_SECRET are only useful together; {0} is missing")]
    HalfTurn(&'static str),
    #[error("CAPTCHA_SITE_KEY and CAPTCHA_SECRET are only useful together; {0} is missing")]
    HalfCaptcha(&'static str),
    #[error("CAPTCHA_URL {0:?} must be an address over https without query, like {CAPTCHA_URL}")]
    CaptchaUrl(String),
    #[error("TRUSTED_PROXIES {0:?} is neither an address nor a network, like 10.0.0.0/8")]
    TrustedProxy(String),
    #[error("REQUIRE_VERIFIED_EMAIL must be on or off, not {0:?}")]
    RequireVerifiedEmail(String),
    #[error(
        "RATE_LIMITS=off is refused because HOST {0} can be reached from other machines; \
         use HOST=127.0.0.1 for load tests"
    )]
    LimitsOffInPublic(IpAddr),
    #[error("SMTP_URL must look like smtps://user:password@host or smtp://host?tls=required")]
    SmtpUrl,
    #[error("MAIL_FROM {0:?} is no sender; it must look like Name <address@host>")]
    MailFrom(String),
    #[error("SEAL_KEY must be 32 bytes in base64; this makes one: openssl rand -base64 32")]
    SealKey,
    #[error("{0:?} is no public key; `spotlight audit key` prints one")]
    PublicKey(String),
    #[error(
        "BROKER_URL must look like nats://host:port or tls://host:port; unset it for PostgreSQL"
    )]
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
        let database = args.database.into();
        Ok(Self {
            listen: (args.host, args.port).into(),
            jwt_secret,
            public_origin: public_origin(args.public_origin, args.port)?,
            cors_origins: cors_origins(args.cors_origin)?,
            stun_servers: ice_servers("STUN_SERVER", args.stun_server, &["stun:", "stuns:"])?,
            turn: turn(args.turn_server, set(args.turn_secret))?,
            trusted_proxies: trusted_proxies(args.trusted_proxies)?,
            rate_limits,
            captcha: captcha(args.captcha_site_key, set(args.captcha_secret), &args.captcha_url)?,
            mail: mail(set(args.smtp_url), args.mail_from, args.require_verified_email, &database)?,
            broker_url: broker_url(set(args.broker_url))?,
            seals: SealConfig::of(args.seals, &database)?,
            database,
        })
    }
}

impl SealConfig {
    pub fn of(args: SealArgs, database: &DatabaseConfig) -> Result<Self, ConfigError> {
        let mut config = Self::within(&database.data_dir);
        if let Some(key) = set(args.seal_key) {
            config.key = Some(key.reveal().parse().map_err(|_| ConfigError::SealKey)?);
        }
        if let Some(file) = args.seal_witness.filter(|file| !file.is_empty()) {
            config.witness = file.into();
        }
        Ok(config)
    }
}

impl From<DatabaseArgs> for DatabaseConfig {
    fn from(args: DatabaseArgs) -> Self {
        let DatabaseArgs { database_url, data_dir, postgres_bin } = args;
        let postgres_bin = postgres_bin.filter(|dir| !dir.as_os_str().is_empty());
        Self { url: set(database_url), data_dir, postgres_bin }
    }
}

/// Keys as `SEAL_PUBLIC_KEYS` lists them.
pub fn public_keys(list: Vec<String>) -> Result<Vec<PublicKey>, ConfigError> {
    let keys = items(list).map(|key| key.parse().map_err(|_| ConfigError::PublicKey(key)));
    keys.collect()
}

fn set(secret: Option<Secret>) -> Option<Secret> {
    secret.filter(|secret| !secret.reveal().is_empty())
}

/// The items of a comma-separated list, of which an empty variable has one empty one.
fn items(list: Vec<String>) -> impl Iterator<Item = String> {
    list.into_iter().map(|item| item.trim().to_owned()).filter(|item| !item.is_empty())
}

fn public_origin(value: Option<String>, port: u16) -> Result<Origin, ConfigError> {
    match value.filter(|value| !value.is_empty()) {
        Some(value) => {
            Origin::from_str(&value).map_err(|reason| ConfigError::PublicOrigin { value, reason })
        }
        None => Ok(Origin::this_machine(port)),
    }
}

fn cors_origins(list: Vec<String>) -> Result<Vec<Origin>, ConfigError> {
    items(list)
        .map(|value| {
            Origin::from_str(&value).map_err(|reason| ConfigError::CorsOrigin { value, reason })
        })
        .collect()
}

/// What browsers would refuse, all servers of the list with the one, is refused here.
fn ice_servers(
    name: &'static str,
    list: Vec<String>,
    schemes: &'static [&'static str],
) -> Result<Vec<String>, ConfigError> {
    let form = match name {
        "STUN_SERVER" => "stun:host:port",
        _ => "turn:host:port, turn:host:port?transport=tcp or turns:host:port",
    };
    items(list)
        .filter(|value| value != "none")
        .map(|value| {
            let address = schemes.iter().find_map(|scheme| value.strip_prefix(scheme));
            if address.is_some_and(|address| is_ice_address(address, name == "TURN_SERVER")) {
                Ok(value)
            } else {
                Err(ConfigError::IceServer { name, value, form })
            }
        })
        .collect()
}

/// `host`, `host:port`, and for a relay also how to reach it, as RFC 7064 and RFC 7065 have it.
fn is_ice_address(address: &str, relay: bool) -> bool {
    let (authority, transport) = match address.split_once('?') {
        Some((authority, query)) => (authority, Some(query)),
        None => (address, None),
    };
    let sound_transport =
        transport.is_none_or(|query| relay && matches!(query, "transport=udp" | "transport=tcp"));
    // An IPv6 address is in brackets, so that its colons are not taken for the port's.
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let sound_port = port.is_none_or(|port| {
        port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
    });
    let brackets = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let sound_host = match brackets {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        }
    };
    sound_host && sound_port && sound_transport
}

fn broker_url(url: Option<Secret>) -> Result<Option<Secret>, ConfigError> {
    let is_nats =
        |url: &Secret| ["nats://", "tls://"].iter().any(|scheme| url.reveal().starts_with(scheme));
    match url {
        Some(url) if !is_nats(&url) => Err(ConfigError::Broker),
        url => Ok(url),
    }
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

fn captcha(
    site_key: Option<String>,
    secret: Option<Secret>,
    url: &str,
) -> Result<Option<CaptchaConfig>, ConfigError> {
    let (site_key, secret) = match (site_key.filter(|key| !key.is_empty()), secret) {
        (Some(site_key), Some(secret)) => (site_key, secret),
        (Some(_), None) => return Err(ConfigError::HalfCaptcha("CAPTCHA_SECRET")),
        (None, Some(_)) => return Err(ConfigError::HalfCaptcha("CAPTCHA_SITE_KEY")),
        (None, None) => return Ok(None),
    };
    let url = if url.is_empty() { CAPTCHA_URL } else { url.trim_end_matches('/') };
    let origin = captcha_origin(url).ok_or_else(|| ConfigError::CaptchaUrl(url.to_owned()))?;
    Ok(Some(CaptchaConfig { site_key, secret, url: url.to_owned(), origin }))
}

/// What it tells goes over the network, so in clear only on this machine.
fn captcha_origin(url: &str) -> Option<Origin> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split('/').next()?;
    let is_plain = url.bytes().all(|b| b.is_ascii_graphic() && !b"?#;,'\"".contains(&b));
    let origin: Origin = format!("{scheme}://{authority}").parse().ok()?;
    (is_plain && (origin.is_https() || is_loopback(authority))).then_some(origin)
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
    database: &DatabaseConfig,
) -> Result<Mail, ConfigError> {
    let require_verified = match require_verified.as_deref() {
        None | Some("") => smtp_url.is_some(),
        Some("on") => true,
        Some("off") => false,
        Some(other) => return Err(ConfigError::RequireVerifiedEmail(other.to_owned())),
    };
    let from = if from.is_empty() { MAIL_FROM.to_owned() } else { from };
    let outbox = database.data_dir.join("outbox");
    let mail = Mail { smtp_url, from, outbox, require_verified };
    match Transport::new(&mail) {
        Ok(_) => Ok(mail),
        Err(MailError::Smtp(_)) => Err(ConfigError::SmtpUrl),
        Err(_) => Err(ConfigError::MailFrom(mail.from)),
    }
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
        assert!(refused(&["--seal-key", "short"]).starts_with("SEAL_KEY must be 32 bytes"));
        assert!(refused(&["--cors-origin", "app.example"]).contains("\"app.example\" must be an"));
        assert!(refused(&["--turn-server", "turn:t.example"]).contains("TURN_SECRET is missing"));
        assert!(refused(&["--turn-secret", "s"]).contains("TURN_SERVER is missing"));
        assert!(refused(&["--stun-server", "t.example"]).contains("must look like stun:"));
        assert!(refused(&["--trusted-proxies", "10.0.0.0/33"]).contains("nor a network"));
        assert!(refused(&["--require-verified-email", "yes"]).contains("must be on or off"));
        for bad in ["redis://localhost", "localhost:4222", "nats:localhost"] {
            assert!(refused(&["--broker-url", bad]).starts_with("BROKER_URL must look like"));
        }
    }

    #[test]
    fn addresses_must_be_verified_where_mail_can_be_sent_unless_told_otherwise() {
        let require =
            |arguments: &[&str]| config(arguments).expect("accepted").mail.require_verified;
        assert!(!require(&[]));
        assert!(require(&["--smtp-url", "smtp://localhost:2525"]));
        let off = ["--smtp-url", "smtp://localhost", "--require-verified-email", "off"];
        assert!(!require(&off));
        assert!(require(&["--require-verified-email", "on"]));
        assert!(refused(&["--smtp-url", "mail.example"]).starts_with("SMTP_URL must look like"));
        assert!(refused(&["--mail-from", "nobody"]).starts_with("MAIL_FROM \"nobody\""));
        assert!(refused(&["--public-origin", "x"]).starts_with("PUBLIC_ORIGIN"));
        let origin = config(&["--port", "81"]).expect("accepted").public_origin;
        assert_eq!(origin.to_string(), "http://localhost:81");
    }

    #[test]
    fn a_relay_is_reached_in_several_ways() {
        let urls = "turn:t.example:3478?transport=udp, turn:t.example:3478?transport=tcp,\
                    turns:t.example:5349,turn:[2001:db8::7]:3478,turn:t.example";
        let config = config(&["--turn-server", urls, "--turn-secret", "s"]).expect("accepted");
        assert_eq!(
            config.turn.expect("a relay").urls,
            [
                "turn:t.example:3478?transport=udp",
                "turn:t.example:3478?transport=tcp",
                "turns:t.example:5349",
                "turn:[2001:db8::7]:3478",
                "turn:t.example",
            ]
        );
        for bad in [
            "turn:t.example?transport=sctp",
            "turn:t.example?tcp",
            "turn:t.example:port",
            "turn:t.example:0",
            "turn:t.example:",
            "turn://t.example",
            "turn:user@t.example",
            "turn:",
            "turn:[::1",
            "stun:t.example",
        ] {
            let refusal = refused(&["--turn-server", bad, "--turn-secret", "s"]);
            assert!(refusal.contains("must look like turn:"), "{bad}: {refusal}");
        }
        assert!(refused(&["--stun-server", "stun:s.example?transport=udp"]).contains("stun:"));
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
            "--seal-key",
            "",
            "--seal-witness",
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
            "--mail-from",
            "",
            "--public-origin",
            "",
            "--broker-url",
            "",
        ];
        let config = config(&empty).expect("accepted");
        assert!(config.database.url.is_none() && config.turn.is_none());
        assert!(public_keys(vec![String::new()]).expect("none").is_empty());
        assert!(config.cors_origins.is_empty() && config.trusted_proxies.is_empty());
    }

    #[test]
    fn other_nodes_are_reached_over_postgresql_or_nats() {
        for url in ["", "nats://nats.example:4222", "tls://name:password@nats.example"] {
            let config = config(&["--broker-url", url]).expect("accepted");
            assert_eq!(config.broker_url.is_some(), !url.is_empty(), "{url}");
        }
    }

    #[test]
    fn secrets_are_not_printed() {
        let config = config(&["--jwt-secret", "0123456789abcdef0123456789abcdef"]).expect("fine");
        assert!(!format!("{config:?}").contains("0123456789"));
    }
}
