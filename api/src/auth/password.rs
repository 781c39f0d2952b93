//! Passwords: argon2id, hashed away from the threads that serve requests.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Argon2, Params};
use domain::values::ids::UserId;
use domain::values::text::Invalid;
use prometheus_client::metrics::counter::Counter;
use sqlx::{PgConnection, PgPool};

use super::guessable::is_guessable;
use crate::cores::Cores;
use crate::problem::{Problem, Result};

/// A new password: 8 to 128 characters, kept as typed.
#[derive(Clone)]
pub struct Password(String);

impl TryFrom<&str> for Password {
    type Error = Invalid;

    fn try_from(text: &str) -> Result<Self, Invalid> {
        if (8..=128).contains(&text.chars().count()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::Length { min: 8, max: 128 })
        }
    }
}

impl Password {
    /// What somebody typed to sign in: whether it fits today's rule is not the question.
    pub fn typed(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// The stored hashes, and the one place where hashing happens.
///
/// Parameters are OWASP's for argon2id: 19 MiB, 2 passes, 1 lane. As many hashes run at a
/// time as there are cores: more would only take longer, and 19 MiB each.
#[derive(Clone)]
pub struct Passwords {
    pool: PgPool,
    cores: Cores,
    checks: Counter,
    /// Compared with when there is nothing to compare with.
    nobodys: Arc<str>,
}

impl Passwords {
    pub fn new(pool: PgPool, checks: Counter) -> Self {
        // Parameters and lengths as in a real one, so that it takes as long.
        let nobodys = "$argon2id$v=19$m=19456,t=2,p=1$c3BvdGxpZ2h0LmNhbQ\
                       $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        Self { pool, cores: Cores::new(), checks, nobodys: nobodys.into() }
    }

    /// The hash of a password that somebody chose; one that others would soon come to is refused.
    /// `about` are words about the person, which make poor passwords too.
    pub async fn chosen(&self, password: Password, about: &[&str]) -> Result<String> {
        let about: Vec<_> = about.iter().map(|&word| word.to_owned()).collect();
        self.cores
            .run(move || {
                let about: Vec<_> = about.iter().map(String::as_str).collect();
                if is_guessable(&password.0, &about) {
                    return Err(Problem::field(
                        "password",
                        "is too easy to guess: try a few words",
                    ));
                }
                hash(&password)
            })
            .await?
    }

    pub async fn hash(&self, password: Password) -> Result<String> {
        self.cores.run(move || hash(&password)).await?
    }

    /// Keeps the hash of a new account; one that is there stays.
    pub async fn keep(&self, account: UserId, hash: &str) -> Result<()> {
        sqlx::query!(
            "INSERT INTO credentials (account_id, password_hash) VALUES ($1, $2)
             ON CONFLICT (account_id) DO NOTHING",
            account.uuid(),
            hash
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Puts a new password in place of the account's, or where there was none.
    pub async fn replace(
        &self,
        transaction: &mut PgConnection,
        account: UserId,
        hash: &str,
    ) -> Result<()> {
        sqlx::query!(
            "INSERT INTO credentials (account_id, password_hash) VALUES ($1, $2)
             ON CONFLICT (account_id)
                 DO UPDATE SET password_hash = excluded.password_hash, changed_at = now()",
            account.uuid(),
            hash
        )
        .execute(transaction)
        .await?;
        Ok(())
    }

    /// Whether `password` is the account's; as slow for no account as for one. A hash that was
    /// made more cheaply than today's is made anew, now that the password is at hand.
    pub async fn are_of(&self, account: Option<UserId>, password: Password) -> Result<bool> {
        let stored = sqlx::query_scalar!(
            "SELECT password_hash FROM credentials WHERE account_id = $1",
            account.map(UserId::uuid)
        )
        .fetch_optional(&self.pool)
        .await?;
        let is_stored = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobodys.as_ref().to_owned());
        let checks = self.checks.clone();
        let (is_right, renewed, stored) = self
            .cores
            .run(move || {
                let is_right = is_of(&password, &stored);
                checks.inc();
                let renewed = (is_right && is_cheap(&stored)).then(|| hash(&password));
                (is_right, renewed, stored)
            })
            .await?;
        if let (Some(account), true, Some(renewed)) = (account, is_stored, renewed) {
            self.renew(account, &stored, &renewed?).await?;
        }
        Ok(is_right)
    }

    /// Unless somebody has set another password meanwhile.
    async fn renew(&self, account: UserId, old: &str, new: &str) -> Result<()> {
        sqlx::query!(
            "UPDATE credentials SET password_hash = $3
             WHERE account_id = $1 AND password_hash = $2",
            account.uuid(),
            old,
            new
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

fn hash(password: &Password) -> Result<String> {
    let hashed = Argon2::default().hash_password(password.0.as_bytes());
    hashed.map(|hash| hash.to_string()).map_err(|error| Problem::internal(&error))
}

fn is_of(password: &Password, stored: &str) -> bool {
    PasswordHash::new(stored).is_ok_and(|stored| {
        Argon2::default().verify_password(password.0.as_bytes(), &stored).is_ok()
    })
}

/// Whether guessing at it costs less than at one made today.
fn is_cheap(stored: &str) -> bool {
    let Ok(stored) = PasswordHash::new(stored) else { return false };
    let today = Params::DEFAULT;
    stored.algorithm != argon2::ARGON2ID_IDENT
        || Params::try_from(&stored)
            .is_ok_and(|then| then.m_cost() < today.m_cost() || then.t_cost() < today.t_cost())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_eight_to_a_hundred_and_twenty_eight_characters() {
        assert!(Password::try_from("1234567").is_err());
        assert!(Password::try_from("12345678").is_ok());
        assert!(Password::try_from("ü".repeat(128).as_str()).is_ok());
        assert!(Password::try_from("ü".repeat(129).as_str()).is_err());
    }

    #[tokio::test]
    async fn nobodys_hash_is_well_formed_and_of_the_same_cost_as_a_real_one() {
        let pool = PgPool::connect_lazy("postgres://nowhere").expect("lazy");
        let passwords = Passwords::new(pool, Counter::default());
        let real = passwords.hash(Password::typed("west-coast-swing")).await.expect("hashed");
        let real = PasswordHash::new(&real).expect("PHC");
        let nobodys = PasswordHash::new(&passwords.nobodys).expect("PHC");
        assert_eq!(real.params, nobodys.params);
        assert_eq!(real.hash.expect("hash").len(), nobodys.hash.expect("hash").len());
        assert_eq!(real.params.to_string(), "m=19456,t=2,p=1");
    }
}
