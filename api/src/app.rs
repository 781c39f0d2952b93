//! What every handler can reach.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use commands::{CommandError, Commands, Done};
use domain::values::account::Role;
use domain::values::ids::UserId;
use projections::seals::Seals;
use projections::{ProjectionError, Projections};
use sqlx::PgPool;

use crate::auth::passkeys::Passkeys;
use crate::auth::password::Password;
use crate::auth::{Actor, Auth};
use crate::captcha::Captcha;
use crate::config::Config;
use crate::gateway::Gateway;
use crate::idempotency::Answers;
use crate::pictures::Pictures;
use crate::problem::{Problem, Result};
use crate::rate_limit::RateLimits;
use crate::readiness::Readiness;
use crate::telemetry::metrics::Metrics;
use crate::verified::Verified;

/// How long an answer waits for its own write to become readable.
pub const READ_YOUR_WRITE: Duration = Duration::from_secs(2);

/// Cheap to clone, which every request does several times.
#[derive(Clone)]
pub struct App(Arc<Services>);

pub struct Services {
    pub commands: Commands,
    pub projections: Projections,
    pub auth: Auth,
    pub gateway: Gateway,
    pub config: Arc<Config>,
    pub pool: PgPool,
    pub passkeys: Passkeys,
    pub pictures: Pictures,
    pub verified: Verified,
    pub limits: RateLimits,
    pub captcha: Captcha,
    pub answers: Answers,
    pub readiness: Readiness,
    pub seals: Seals,
    pub metrics: Metrics,
}

impl Deref for App {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}

impl From<Services> for App {
    fn from(services: Services) -> Self {
        Self(Arc::new(services))
    }
}

impl App {
    /// Waits until what a command has written can be read, and answers the stream's id.
    ///
    /// Read models that lag behind do not undo the command, so a wait in vain is told as
    /// "try again": with its `Idempotency-Key`, or finding what is there, a client gets the
    /// same answer then.
    pub async fn readable<Id>(&self, done: Done<Id>) -> Result<Id> {
        shown(&self.projections, &done).await?;
        Ok(done.id)
    }

    /// Refuses who does not know their own password, which is asked for in `field`.
    pub async fn confirm(&self, me: &Actor, field: &str, password: Password) -> Result<()> {
        self.limits.confirmation(me.session).await?;
        if !self.auth.passwords().are_of(Some(me.id), password).await? {
            return Err(Problem::field(field, "is not right"));
        }
        self.limits.confirmed(me.session).await
    }

    /// Refuses who may not act in `role`; an admin may in all of them.
    pub async fn require_role(&self, user: UserId, role: Role) -> Result<()> {
        let roles = self.commands.roles(user).await?;
        if roles.contains(&role) || roles.contains(&Role::Admin) {
            return Ok(());
        }
        Err(CommandError::Forbidden.into())
    }
}

/// Waits until what a command has written can be read, in those read models that it concerns.
pub async fn shown<Id>(projections: &Projections, done: &Done<Id>) -> Result<(), ProjectionError> {
    if done.repeated {
        // What is at that place may be of anything.
        return projections.wait_for(done.position, READ_YOUR_WRITE).await;
    }
    projections.wait_until_shown(done.position, READ_YOUR_WRITE).await
}
