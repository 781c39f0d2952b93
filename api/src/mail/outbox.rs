//! Sends what waits in the outbox. Any number of nodes may: each mail is given to one of them.

use std::time::Duration;

use commands::{CommandError, Commands};
use domain::values::account::Email;
use domain::values::ids::UserId;
use sqlx::PgPool;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::letters::{Facts, write};
use super::tokens::{MailTokens, Purpose};
use super::{Letter, MailError, Transport};
use crate::auth::origin::Origin;
use crate::auth::session::REFRESH_DAYS;
use crate::problem::causes;

/// Mails taken at once.
const AT_ONCE: i64 = 8;
/// How often the outbox is looked at while nothing is due.
const LOOK: Duration = Duration::from_millis(500);
/// Attempts, over about eight hours, after which a mail is dropped.
const ATTEMPTS: i32 = 14;
/// How often what was sent or has run out is cleared away, and after how many days.
const CLEARED_EVERY: Duration = Duration::from_hours(1);
const KEPT_DAYS: i32 = 7;

pub struct Outbox {
    pub pool: PgPool,
    pub commands: Commands,
    pub transport: Transport,
    pub tokens: MailTokens,
    pub origin: Origin,
}

struct Due {
    id: Uuid,
    account_id: Option<Uuid>,
    recipient: String,
    letter: String,
    attempts: i32,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Mail(#[from] MailError),
    #[error("whom it is for cannot be found out")]
    Command(#[from] CommandError),
    #[error("the outbox cannot be read")]
    Database(#[from] sqlx::Error),
    #[error("there is no letter {0:?} here")]
    UnknownLetter(String),
}

impl Outbox {
    /// Sends until told to stop; a mail under way is finished first, the others come again.
    pub async fn run(self, stop: CancellationToken) {
        let mut cleared: Option<tokio::time::Instant> = None;
        while !stop.is_cancelled() {
            if cleared.is_none_or(|at| at.elapsed() >= CLEARED_EVERY) {
                cleared = Some(tokio::time::Instant::now());
                if let Err(error) = self.clear().await {
                    tracing::warn!(%error, "what was sent cannot be cleared away");
                }
                if let Err(error) = self.clear_files().await {
                    tracing::warn!(error = causes(&error), "mails written as files stay");
                }
            }
            match self.take().await {
                Ok(due) if !due.is_empty() => {
                    for mail in due.iter().take_while(|_| !stop.is_cancelled()) {
                        self.attempt(mail).await;
                    }
                    continue;
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "the outbox cannot be read"),
            }
            stop.run_until_cancelled(sleep(LOOK)).await;
        }
    }

    /// Mails that are due, and that nobody else is given for a while: 30 seconds at first, and
    /// twice as long after each attempt that failed, up to an hour.
    async fn take(&self) -> sqlx::Result<Vec<Due>> {
        sqlx::query_as!(
            Due,
            "UPDATE mails
             SET attempts = attempts + 1,
                 due = now() + least(30 * 2 ^ least(attempts, 10), 3600) * interval '1 second'
             WHERE id IN (SELECT id FROM mails
                          WHERE due <= now() AND sent_at IS NULL AND dropped_at IS NULL
                          ORDER BY due LIMIT $1 FOR UPDATE SKIP LOCKED)
             RETURNING id, account_id, recipient, letter, attempts",
            AT_ONCE
        )
        .fetch_all(&self.pool)
        .await
    }

    async fn attempt(&self, due: &Due) {
        let noted = match self.send(due).await {
            Ok(true) => self.sent(due.id).await,
            Ok(false) => self.forget(due.id).await,
            Err(failure) => {
                // A mail server's refusal may repeat the address it was given.
                let error = causes(&failure).replace(&due.recipient, "(recipient)");
                let hopeless = due.attempts >= ATTEMPTS
                    || matches!(&failure, Failure::Mail(error) if error.is_final())
                    || matches!(failure, Failure::UnknownLetter(_));
                tracing::warn!(error, mail = %due.id, hopeless, "a mail was not sent");
                self.failed(due.id, &error, hopeless).await
            }
        };
        if let Err(error) = noted {
            tracing::warn!(%error, mail = %due.id, "the mail may be sent again");
        }
    }

    /// False where there is nobody to send it to, or nothing to say any more.
    async fn send(&self, due: &Due) -> Result<bool, Failure> {
        let letter = Letter::of_name(&due.letter)
            .ok_or_else(|| Failure::UnknownLetter(due.letter.clone()))?;
        let Some(user) = self.recipient(due).await? else { return Ok(false) };
        let Some(account) = self.commands.contact(user).await? else { return Ok(false) };
        let purpose = match letter {
            Letter::ConfirmAddress if account.verified => return Ok(false),
            Letter::ConfirmAddress => Some(Purpose::ConfirmAddress),
            Letter::ConfirmNewAddress => Some(Purpose::ChangeAddress),
            Letter::ResetPassword => Some(Purpose::ResetPassword),
            Letter::PasswordChanged | Letter::AddressChanging | Letter::PasskeyAdded => None,
        };
        let address = match account.email.as_str() {
            _ if letter.is_for_its_address() => &due.recipient,
            address => address,
        };
        if let Some(purpose) = purpose {
            MailTokens::open(&self.pool, due.id, purpose, user, address).await?;
        }
        let facts = Facts {
            origin: &self.origin,
            username: account.username.as_str(),
            token: &self.tokens.token(due.id),
            pin: &self.tokens.pin(due.id),
        };
        self.transport.send(due.id, address, write(letter, &facts)).await?;
        Ok(true)
    }

    /// Whose the mail is; of one that a stranger asked for, that is noted, so that it goes with
    /// the person.
    async fn recipient(&self, due: &Due) -> Result<Option<UserId>, Failure> {
        if let Some(known) = due.account_id {
            return Ok(Some(UserId::from_uuid(known)));
        }
        let Ok(email) = Email::try_from(due.recipient.as_str()) else { return Ok(None) };
        let found = self.commands.account_by_email(&email).await?;
        if let Some(user) = found {
            sqlx::query!("UPDATE mails SET account_id = $2 WHERE id = $1", due.id, user.uuid())
                .execute(&self.pool)
                .await?;
        }
        Ok(found)
    }

    async fn sent(&self, id: Uuid) -> sqlx::Result<()> {
        sqlx::query!("UPDATE mails SET sent_at = now(), error = NULL WHERE id = $1", id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn forget(&self, id: Uuid) -> sqlx::Result<()> {
        sqlx::query!("DELETE FROM mails WHERE id = $1", id).execute(&self.pool).await?;
        Ok(())
    }

    async fn failed(&self, id: Uuid, error: &str, hopeless: bool) -> sqlx::Result<()> {
        sqlx::query!(
            "UPDATE mails SET error = $2, dropped_at = CASE WHEN $3 THEN now() END WHERE id = $1",
            id,
            error,
            hopeless
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Old rows of what only serves mails, sessions and requests. Nodes that do it at once do no
    /// harm: each row goes once.
    async fn clear(&self) -> sqlx::Result<()> {
        let mut connection = self.pool.acquire().await?;
        sqlx::query!(
            "DELETE FROM mails
             WHERE coalesce(sent_at, dropped_at) < now() - make_interval(days => $1)",
            KEPT_DAYS
        )
        .execute(&mut *connection)
        .await?;
        sqlx::query!(
            "DELETE FROM mail_tokens WHERE made_at < now() - make_interval(days => $1)",
            KEPT_DAYS
        )
        .execute(&mut *connection)
        .await?;
        sqlx::query!(
            "DELETE FROM sessions
             WHERE expires_at < now() OR revoked_at < now() - make_interval(days => $1)",
            KEPT_DAYS
        )
        .execute(&mut *connection)
        .await?;
        // Older ones would be refused whatever became of them.
        sqlx::query!(
            "DELETE FROM spent_refresh_tokens WHERE spent_at < now() - make_interval(days => $1)",
            REFRESH_DAYS as i32
        )
        .execute(&mut *connection)
        .await?;
        sqlx::query!("DELETE FROM rate_limits WHERE full_at < now()")
            .execute(&mut *connection)
            .await?;
        sqlx::query!("DELETE FROM guesses WHERE forgotten_at < now()")
            .execute(&mut *connection)
            .await?;
        sqlx::query!(
            "DELETE FROM idempotent_answers
             WHERE answered_at < now() - make_interval(days => $1)",
            KEPT_DAYS
        )
        .execute(&mut *connection)
        .await?;
        Ok(())
    }

    /// Files go with their mails: a week after they were written, or with the person they are for.
    async fn clear_files(&self) -> Result<(), Failure> {
        let files = self.transport.files().await.map_err(MailError::File)?;
        let kept = sqlx::query_scalar!("SELECT id FROM mails WHERE id = ANY($1)", &files)
            .fetch_all(&self.pool)
            .await?;
        for mail in files.into_iter().filter(|mail| !kept.contains(mail)) {
            self.transport.remove_file(mail).await.map_err(MailError::File)?;
        }
        Ok(())
    }
}
