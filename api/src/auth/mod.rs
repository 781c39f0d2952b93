//! Who is asking: passwords, sessions, and the tokens that carry them.
//!
//! A session is a row; its access token (a JWT, 15 minutes) names it, and its refresh token
//! (random, stored hashed) is exchanged for a new pair. Browsers carry both in httpOnly
//! cookies, other clients in `Authorization: Bearer`.

mod by_mail;
pub mod client;
pub mod cookies;
mod held;
pub mod origin;
pub mod password;
pub mod session;
pub mod signed_in;
pub mod token;

use chrono::{DateTime, Utc};
use commands::{CommandError, Commands};
use domain::account::Suspension;
use domain::values::account::Email;
use domain::values::ids::UserId;
use sqlx::PgPool;
use uuid::Uuid;

pub use signed_in::{Actor, SignedIn};

use crate::mail::tokens::MailTokens;
use crate::problem::{Code, Problem, Result};
use password::{Password, Passwords};
use session::Sessions;
use token::AccessTokens;

/// Everything about who asks. Cheap to clone.
#[derive(Clone)]
pub struct Auth {
    pool: PgPool,
    commands: Commands,
    mail_tokens: MailTokens,
    passwords: Passwords,
    sessions: Sessions,
    tokens: AccessTokens,
}

/// A session just opened or renewed, with what its client keeps.
#[derive(Clone)]
pub struct Opened {
    pub user: UserId,
    pub session: Uuid,
    pub access: String,
    pub refresh: String,
}

impl Auth {
    pub fn new(pool: PgPool, commands: Commands, jwt_key: &[u8], mail_tokens: MailTokens) -> Self {
        Self {
            commands,
            passwords: Passwords::new(pool.clone()),
            sessions: Sessions::new(pool.clone()),
            mail_tokens,
            pool,
            tokens: AccessTokens::new(jwt_key),
        }
    }

    pub fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    /// Signs in by address and password. An address without an account takes as long and is
    /// answered alike, so that nobody learns who has one.
    pub async fn sign_in(
        &self,
        email: &Email,
        password: Password,
        user_agent: Option<&str>,
    ) -> Result<Opened> {
        let account = self.commands.account_by_email(email).await?;
        if !self.passwords.are_of(account, password).await? {
            return Err(bad_credentials());
        }
        let user = account.ok_or_else(bad_credentials)?;
        let opened = self.open(user, user_agent).await?;
        // Asked last: who suspends them meanwhile ends this session, or is heard here.
        if let Err(problem) = self.require_welcome(user).await {
            self.close(opened.session).await?;
            return Err(problem);
        }
        Ok(opened)
    }

    /// Opens a session for somebody whose identity is already proven.
    pub async fn open(&self, user: UserId, user_agent: Option<&str>) -> Result<Opened> {
        let (session, refresh) = self.sessions.open(user, user_agent).await?;
        let access = self.tokens.issue(user, session)?;
        Ok(Opened { user, session, access, refresh })
    }

    /// Exchanges a refresh token for a new pair.
    pub async fn refresh(&self, refresh: &str) -> Result<Opened> {
        let (user, session, refresh) =
            self.sessions.rotate(refresh).await?.ok_or_else(Problem::unauthenticated)?;
        self.require_welcome(user).await?;
        let access = self.tokens.issue(user, session)?;
        Ok(Opened { user, session, access, refresh })
    }

    pub async fn close(&self, session: Uuid) -> Result<()> {
        Ok(self.sessions.revoke(session).await?)
    }

    /// Ends all sessions of `user` and answers which those were.
    pub async fn close_all(&self, user: UserId) -> Result<Vec<Uuid>> {
        let mut connection = self.pool.acquire().await?;
        let ended = self.sessions.revoke_all(&mut connection, user, None).await?;
        self.sessions.closed(&ended).await;
        Ok(ended)
    }

    /// Sessions that were ended since, on whichever node, and the database's time; from now on
    /// this node takes them for ended. Without a time, just the database's.
    pub async fn closed_since(
        &self,
        since: Option<DateTime<Utc>>,
    ) -> sqlx::Result<(DateTime<Utc>, Vec<Uuid>)> {
        self.sessions.closed_since(since).await
    }

    /// The session of a refresh token, for who signs out after the access token has run out.
    pub async fn session_of_refresh(&self, refresh: &str) -> Result<Option<Uuid>> {
        Ok(self.sessions.of_refresh(refresh).await?)
    }

    /// Whose access token this is, if it is sound and its session not revoked.
    pub async fn verify(&self, access: &str) -> Result<SignedIn> {
        let signed_in = self.tokens.verify(access).ok_or_else(Problem::unauthenticated)?;
        if self.sessions.is_open(signed_in.session).await? {
            Ok(signed_in)
        } else {
            Err(Problem::unauthenticated())
        }
    }

    async fn require_welcome(&self, user: UserId) -> Result<(), Problem> {
        match self.commands.suspension(user).await {
            Ok(None) => Ok(()),
            Ok(Some(Suspension { reason, until })) => {
                let until = until.map_or_else(String::new, |until| {
                    format!(" until {}", until.format("%-d %B %Y, %H:%M UTC"))
                });
                let detail = format!("suspended{until}: {reason}");
                Err(Problem::new(Code::Suspended, detail))
            }
            Err(error @ CommandError::NotFound(_)) => {
                tracing::warn!(%user, "a session's account is gone");
                Err(error.into())
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn bad_credentials() -> Problem {
    Problem::new(Code::BadCredentials, "check both and try again")
}
