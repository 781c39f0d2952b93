//! Who is asking: passwords, sessions, and the tokens that carry them.
//!
//! A session is a row; its access token (a JWT, 15 minutes) names it, and its refresh token
//! (stored hashed) is exchanged for a new pair, once. Browsers carry both in httpOnly
//! cookies, other clients in `Authorization: Bearer`.

mod address;
mod by_mail;
mod chat_devices;
pub mod client;
pub mod cookies;
pub mod device;
mod guessable;
mod held;
mod known;
pub mod origin;
pub mod passkeys;
pub mod password;
pub mod refresh;
pub mod session;
pub mod signed_in;
pub mod token;

use chrono::{DateTime, Utc};
use commands::{CommandError, Commands, Contact};
use domain::account::Suspension;
use domain::values::account::Email;
use domain::values::ids::UserId;
use prometheus_client::metrics::counter::Counter;
use sqlx::PgPool;
use uuid::Uuid;

pub use address::Confirmed;
pub use signed_in::{Actor, SignedIn};

use crate::mail::tokens::MailTokens;
use crate::problem::{Code, Problem, Result};
use crate::rate_limit::Place;
use client::Client;
use device::Device;
use known::KnownDevices;
use password::{Password, Passwords};
use refresh::{Exchange, RefreshTokens};
use session::{EndedLately, OpenSession, Sessions};
use token::AccessTokens;

/// Everything about who asks. Cheap to clone.
#[derive(Clone)]
pub struct Auth {
    pool: PgPool,
    commands: Commands,
    known_devices: KnownDevices,
    mail_tokens: MailTokens,
    passwords: Passwords,
    refresh_tokens: RefreshTokens,
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
    pub fn new(
        pool: PgPool,
        commands: Commands,
        jwt_key: &[u8],
        mail_tokens: MailTokens,
        password_checks: Counter,
    ) -> Self {
        Self {
            commands,
            known_devices: KnownDevices::new(jwt_key),
            passwords: Passwords::new(pool.clone(), password_checks),
            refresh_tokens: RefreshTokens::new(pool.clone(), jwt_key),
            sessions: Sessions::new(pool.clone()),
            mail_tokens,
            pool,
            tokens: AccessTokens::new(jwt_key),
        }
    }

    pub fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    /// How whoever is signed in is written to.
    pub async fn contact(&self, account: UserId) -> Result<Contact> {
        self.commands.contact(account).await?.ok_or_else(Problem::unauthenticated)
    }

    /// Whose address it is.
    pub async fn account_of(&self, email: &Email) -> Result<Option<UserId>> {
        Ok(self.commands.account_by_email(email).await?)
    }

    /// Signs in by password. Without an account it takes as long and is answered alike, so that
    /// nobody learns whose address has one.
    pub async fn sign_in(
        &self,
        account: Option<UserId>,
        password: Password,
        device: &Device,
    ) -> Result<Opened> {
        if !self.passwords.are_of(account, password).await? {
            return Err(bad_credentials());
        }
        let user = account.ok_or_else(bad_credentials)?;
        self.welcome(user, device).await
    }

    /// Opens a session for somebody whose identity is already proven, unless they are suspended.
    pub async fn welcome(&self, user: UserId, device: &Device) -> Result<Opened> {
        let opened = self.open(user, device).await?;
        // Asked last: who suspends them meanwhile ends this session, or is heard here.
        if let Err(problem) = self.require_welcome(user).await {
            self.close(opened.session).await?;
            return Err(problem);
        }
        Ok(opened)
    }

    /// As what sort of place the account of `email` knows the one `client` comes from. An address
    /// without an account is asked for in the same way.
    pub async fn place(
        &self,
        client: &Client,
        email: &Email,
        account: Option<UserId>,
    ) -> Result<Place> {
        let shown = client.jar.device(&client.headers);
        if let Some(device) = shown.and_then(|it| self.known_devices.recognise(&it, email)) {
            return Ok(Place::Device(device));
        }
        let Some(network) = &client.device.network else { return Ok(Place::Strange) };
        let is_known = self.sessions.is_network_of(account, network).await?;
        Ok(if is_known { Place::Network(network.clone()) } else { Place::Strange })
    }

    /// What the cookie by which this device is known to the account of `email` is to hold.
    pub fn introduce(&self, client: &Client, email: &Email) -> String {
        self.known_devices.introduce(client.jar.device(&client.headers).as_deref(), email)
    }

    /// Opens a session for somebody who has just become one.
    pub async fn open(&self, user: UserId, device: &Device) -> Result<Opened> {
        let (session, refresh) = self.sessions.open(user, device).await?;
        let access = self.tokens.issue(user, session)?;
        Ok(Opened { user, session, access, refresh })
    }

    /// Exchanges a refresh token for a new pair. One that was exchanged before ends its session.
    pub async fn refresh(&self, refresh: &str, device: &Device) -> Result<Opened> {
        match self.refresh_tokens.exchange(refresh, device.network.as_deref()).await? {
            Exchange::Renewed { user, session, refresh } => {
                self.require_welcome(user).await?;
                let access = self.tokens.issue(user, session)?;
                Ok(Opened { user, session, access, refresh })
            }
            Exchange::Copied { session } => {
                self.close(session).await?;
                tracing::warn!(%session, "a refresh token came back; its session has been ended");
                Err(Problem::unauthenticated())
            }
            Exchange::Refused => Err(Problem::unauthenticated()),
        }
    }

    /// The open sessions of `user`, the one used last first.
    pub async fn sessions(&self, user: UserId, most: i64) -> Result<Vec<OpenSession>> {
        Ok(self.sessions.of(user, most).await?)
    }

    /// Signs `user` out where that session is; false where it is not theirs or not open.
    pub async fn sign_out(&self, user: UserId, session: Uuid) -> Result<bool> {
        Ok(self.sessions.revoke_one(user, session).await?)
    }

    pub async fn close(&self, session: Uuid) -> Result<()> {
        Ok(self.sessions.revoke(session).await?)
    }

    /// Ends all sessions of `user` but `staying` and answers which those were.
    pub async fn close_all(&self, user: UserId, staying: Option<Uuid>) -> Result<Vec<Uuid>> {
        let mut connection = self.pool.acquire().await?;
        let ended = self.sessions.revoke_all(&mut connection, user, staying).await?;
        self.sessions.closed(&ended).await;
        Ok(ended)
    }

    /// What was ended since, on whichever node, and the database's time; from now on this node
    /// takes the sessions for ended. Without a time, just the database's.
    pub async fn ended_since(&self, since: Option<DateTime<Utc>>) -> sqlx::Result<EndedLately> {
        self.sessions.ended_since(since).await
    }

    /// Of somebody who was erased this node keeps nothing in memory that it decides by.
    pub fn forget(&self, person: UserId) {
        self.sessions.believe_none();
        self.commands.forget_person(person);
    }

    /// The session of a refresh token, for who signs out after the access token has run out.
    pub async fn session_of_refresh(&self, refresh: &str) -> Result<Option<Uuid>> {
        Ok(self.refresh_tokens.session(refresh).await?)
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
