//! Limits on guessing passwords, on making accounts by the thousand, and on bothering others.
//!
//! What is counted is shared by all nodes. At an event hundreds of people share one address, so
//! an address's buckets are large, or count only what went wrong. Why nobody can be locked out
//! by a stranger is told in docs/accounts.md.

mod buckets;
pub mod writes;

use std::net::IpAddr;
use std::time::Duration;

use domain::values::account::Email;
use domain::values::ids::UserId;
use ipnet::IpNet;
use sqlx::PgPool;
use uuid::Uuid;

use crate::mail::Letter;
use crate::problem::Result;
use buckets::{Buckets, Pace};

const REGISTRATIONS: Pace = Pace { burst: 100, every: Duration::from_secs(2) };
/// Right and wrong ones: what they cost is a hash each.
const SIGN_INS: Pace = Pace { burst: 200, every: Duration::from_millis(500) };
/// Those that went wrong: twenty a minute.
const FAILED_SIGN_INS: Pace = Pace { burst: 20, every: Duration::from_secs(3) };
/// By passkey, asked for and answered: there is nothing to guess at.
const PASSKEYS: Pace = SIGN_INS;
/// Of one session; every tab that wakes up may ask, and each is remembered as long as the session
/// may last.
const REFRESHES: Pace = Pace { burst: 30, every: Duration::from_secs(10) };
const PINS: Pace = Pace { burst: 20, every: Duration::from_secs(3) };
/// Of one letter, that one address asks for to one mailbox.
const MAILS: Pace = Pace { burst: 3, every: Duration::from_mins(10) };
/// Of one letter to one mailbox, whoever asks. Who cannot ask any more has had so many, or had no
/// need of one; so each letter counts by itself.
const MAILS_TO_ONE: Pace = Pace { burst: 10, every: Duration::from_mins(10) };
const MAILS_FROM_ONE: Pace = Pace { burst: 100, every: Duration::from_secs(10) };
/// Whatever one person changes over HTTP, which the log keeps for good.
const WRITES: Pace = Pace { burst: 100, every: Duration::from_millis(100) };
const EXPORTS: Pace = Pace { burst: 5, every: Duration::from_mins(5) };
/// Each is decoded, which takes a core for up to a second.
const AVATARS: Pace = Pace { burst: 10, every: Duration::from_mins(1) };
const REPORTS: Pace = Pace { burst: 10, every: Duration::from_mins(5) };
/// Of handing videos over.
const TRANSFER_REPORTS: Pace = Pace { burst: 60, every: Duration::from_secs(10) };
const MATCH_REQUESTS: Pace = Pace { burst: 60, every: Duration::from_secs(10) };

/// Where a password is typed, as far as its account knows the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A browser in which the account was signed in before, by its cookie.
    Device(String),
    /// A network in which it is signed in.
    Network(String),
    /// Anywhere else; all strangers share one count.
    Strange,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct RateLimits {
    /// None where limits are off.
    buckets: Option<Buckets>,
}

impl RateLimits {
    pub fn new(on: bool, pool: PgPool, sessions_key: &[u8]) -> Self {
        Self { buckets: on.then(|| Buckets::new(pool, sessions_key)) }
    }

    pub fn are_on(&self) -> bool {
        self.buckets.is_some()
    }

    pub async fn registration(&self, address: IpAddr) -> Result<()> {
        self.take(&["register", &client(address)], REGISTRATIONS).await
    }

    /// Before a password is looked at; which counts as wrong until
    /// [`signed_in`](Self::signed_in).
    pub async fn sign_in(&self, address: IpAddr, email: &Email, place: &Place) -> Result<()> {
        let Some(buckets) = &self.buckets else { return Ok(()) };
        let address = client(address);
        buckets.take(&["sign in", &address], SIGN_INS).await?;
        // A hall shares an address, and somebody in it may use this up for all; those whose
        // device is known are none of the many then.
        if !matches!(place, Place::Device(_)) {
            buckets.take(&["failed sign in", &address], FAILED_SIGN_INS).await?;
        }
        let [account, place] = guesses_at(email, place);
        buckets.guess(&["password", &account, &place]).await
    }

    /// The password was right.
    pub async fn signed_in(&self, address: IpAddr, email: &Email, place: &Place) -> Result<()> {
        let Some(buckets) = &self.buckets else { return Ok(()) };
        if !matches!(place, Place::Device(_)) {
            buckets.give_back(&["failed sign in", &client(address)], FAILED_SIGN_INS).await?;
        }
        let [account, place] = guesses_at(email, place);
        buckets.right(&["password", &account, &place]).await
    }

    /// Before somebody signed in confirms something by their password.
    pub async fn confirmation(&self, session: Uuid) -> Result<()> {
        let Some(buckets) = &self.buckets else { return Ok(()) };
        buckets.guess(&["confirm", &session.to_string()]).await
    }

    /// The password was right.
    pub async fn confirmed(&self, session: Uuid) -> Result<()> {
        let Some(buckets) = &self.buckets else { return Ok(()) };
        buckets.right(&["confirm", &session.to_string()]).await
    }

    /// A step of signing in by passkey.
    pub async fn passkey(&self, address: IpAddr) -> Result<()> {
        self.take(&["passkey", &client(address)], PASSKEYS).await
    }

    /// Before a session is renewed.
    pub async fn refresh(&self, session: Uuid) -> Result<()> {
        self.take(&["refresh", &session.to_string()], REFRESHES).await
    }

    /// A PIN of a mail, which itself allows only a few attempts.
    pub async fn pin(&self, address: IpAddr) -> Result<()> {
        self.take(&["pin", &client(address)], PINS).await
    }

    /// Before a stranger asks for mail, to whomever.
    pub async fn asks_for_mail(&self, address: IpAddr) -> Result<()> {
        self.take(&["mails from", &client(address)], MAILS_FROM_ONE).await
    }

    /// A letter to one mailbox, once nothing else is in its way.
    pub async fn mail(&self, address: IpAddr, email: &Email, letter: Letter) -> Result<()> {
        let (address, email) = (client(address), email.as_str().to_lowercase());
        self.take(&["mail", letter.name(), &address, &email], MAILS).await?;
        self.take(&["mails to", letter.name(), &email], MAILS_TO_ONE).await
    }

    /// Everything held about a person, which reads much.
    pub async fn export(&self, user: UserId) -> Result<()> {
        self.take(&["export", &user.to_string()], EXPORTS).await
    }

    pub async fn avatar(&self, user: UserId) -> Result<()> {
        self.take(&["avatar", &user.to_string()], AVATARS).await
    }

    pub async fn report(&self, user: UserId) -> Result<()> {
        self.take(&["report", &user.to_string()], REPORTS).await
    }

    pub async fn match_request(&self, user: UserId) -> Result<()> {
        self.take(&["match", &user.to_string()], MATCH_REQUESTS).await
    }

    pub async fn transfer_report(&self, user: UserId) -> Result<()> {
        self.take(&["transfer", &user.to_string()], TRANSFER_REPORTS).await
    }

    /// Anything that somebody signed in changes.
    pub async fn write(&self, user: UserId) -> Result<()> {
        self.take(&["write", &user.to_string()], WRITES).await
    }

    async fn take(&self, name: buckets::Name<'_>, pace: Pace) -> Result<()> {
        match &self.buckets {
            Some(buckets) => buckets.take(name, pace).await,
            None => Ok(()),
        }
    }
}

/// Whose passwords are guessed at, and by whom.
fn guesses_at(email: &Email, place: &Place) -> [String; 2] {
    let place = match place {
        Place::Device(device) => format!("device {device}"),
        Place::Network(network) => format!("network {network}"),
        Place::Strange => "anywhere".to_owned(),
    };
    [email.as_str().to_lowercase(), place]
}

/// One client by its address: of IPv6 everybody has at least a /64.
fn client(address: IpAddr) -> String {
    let address = address.to_canonical();
    let prefix = if address.is_ipv4() { 32 } else { 64 };
    IpNet::new(address, prefix).unwrap_or_else(|_| address.into()).trunc().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_a_network_of_ipv6_is_one_client() {
        let client = |address: &str| client(address.parse().expect("an address"));
        assert_eq!(client("2001:db8::1"), client("2001:db8::ffff:1"));
        assert_ne!(client("2001:db8::1"), client("2001:db8:0:1::1"));
        assert_eq!(client("::ffff:192.0.2.1"), client("192.0.2.1"));
        assert_ne!(client("192.0.2.1"), client("192.0.2.2"));
    }
}
