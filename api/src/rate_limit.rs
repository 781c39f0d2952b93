//! Limits on guessing passwords and on making accounts by the thousand.
//!
//! A bucket holds so many tokens and gets new ones at a steady pace; who finds it empty waits.
//! At an event hundreds of people share one address, so an address's buckets are large, and
//! the narrow one is that of an address and an account together.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::values::account::Email;
use domain::values::ids::UserId;
use moka::sync::Cache;

use crate::problem::{Problem, Result};

/// How many tokens a bucket holds, and how long one takes to come back.
#[derive(Clone, Copy)]
struct Pace {
    burst: f64,
    every: Duration,
}

const REGISTRATIONS: Pace = Pace { burst: 100.0, every: Duration::from_secs(2) };
const SIGN_INS: Pace = Pace { burst: 200.0, every: Duration::from_millis(500) };
const MAILS: Pace = Pace { burst: 3.0, every: Duration::from_mins(10) };
const EXPORTS: Pace = Pace { burst: 5.0, every: Duration::from_mins(5) };
const GUESSES: Pace = Pace { burst: 10.0, every: Duration::from_secs(6) };

/// What is limited, from where, and for which account (as a hash; 0 for all of them).
type Key = (&'static str, IpAddr, u64);

/// The buckets of this node. Cheap to clone.
#[derive(Clone)]
pub struct RateLimits {
    /// None where limits are off.
    buckets: Option<Cache<Key, Arc<Mutex<Bucket>>>>,
}

struct Bucket {
    tokens: f64,
    at: Instant,
}

impl RateLimits {
    pub fn new(on: bool) -> Self {
        // A bucket nobody has touched for so long is full again.
        let idle = Duration::from_mins(10);
        let buckets = || Cache::builder().max_capacity(100_000).time_to_idle(idle).build();
        Self { buckets: on.then(buckets) }
    }

    pub fn registration(&self, address: IpAddr) -> Result<()> {
        self.take(("register", address, 0), REGISTRATIONS)
    }

    /// Of who is signed in, by their password.
    pub fn confirmation(&self, address: IpAddr, user: UserId) -> Result<()> {
        self.take(("confirm", address, hash(user)), GUESSES)
    }

    /// Everything held about a person, which reads much.
    pub fn export(&self, address: IpAddr, user: UserId) -> Result<()> {
        self.take(("export", address, hash(user)), EXPORTS)
    }

    /// Mails that a stranger asks for, to one address.
    pub fn mail(&self, address: IpAddr, email: &Email) -> Result<()> {
        self.take(("mail", address, hash(email.as_str().to_lowercase())), MAILS)
    }

    pub fn sign_in(&self, address: IpAddr, email: &Email) -> Result<()> {
        self.take(("guess", address, hash(email.as_str().to_lowercase())), GUESSES)?;
        self.take(("sign in", address, 0), SIGN_INS)
    }

    fn take(&self, key: Key, pace: Pace) -> Result<()> {
        let Some(buckets) = &self.buckets else { return Ok(()) };
        let now = Instant::now();
        let full = || Arc::new(Mutex::new(Bucket { tokens: pace.burst, at: now }));
        let bucket = buckets.get_with(key, full);
        let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
        bucket.take(pace, now).map_err(Problem::rate_limited)
    }
}

fn hash(account: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    account.hash(&mut hasher);
    hasher.finish()
}

impl Bucket {
    /// Takes a token; if there is none, tells when there will be.
    fn take(&mut self, pace: Pace, now: Instant) -> Result<(), Duration> {
        let passed = now.saturating_duration_since(self.at);
        self.at = now;
        let grown = passed.as_secs_f64() / pace.every.as_secs_f64();
        self.tokens = (self.tokens + grown).min(pace.burst);
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            Ok(())
        } else {
            Err(pace.every.mul_f64(1.0 - self.tokens))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace { burst: 2.0, every: Duration::from_secs(10) };

    #[test]
    fn an_empty_bucket_says_how_long_to_wait_and_fills_again() {
        let start = Instant::now();
        let mut bucket = Bucket { tokens: 2.0, at: start };
        assert_eq!(bucket.take(PACE, start), Ok(()));
        assert_eq!(bucket.take(PACE, start), Ok(()));
        assert_eq!(bucket.take(PACE, start), Err(Duration::from_secs(10)));
        let later = start + Duration::from_secs(5);
        assert_eq!(bucket.take(PACE, later), Err(Duration::from_secs(5)));
        assert_eq!(bucket.take(PACE, start + Duration::from_secs(10)), Ok(()));
    }

    #[test]
    fn one_account_cannot_be_guessed_at_though_its_address_may_sign_in_others() {
        let limits = RateLimits::new(true);
        let address = "192.0.2.1".parse().expect("address");
        let email = |name: &str| Email::try_from(format!("{name}@example.com").as_str());
        let anna = email("anna").expect("address");
        let tries = (0..20).filter(|_| limits.sign_in(address, &anna).is_ok()).count();
        assert_eq!(tries, 10);
        assert!(limits.sign_in(address, &email("ben").expect("address")).is_ok());
        assert!(RateLimits::new(false).sign_in(address, &anna).is_ok());
    }
}
