//! Process managers: works off what follows from events by rule.
//!
//! Every command carries an id derived from its event and step. A task that was cut short is
//! done again from the start, on any node, and what it had done already is not done twice.

use std::time::Duration;

use chrono::Utc;
use commands::{CommandError, CommandKey, Commands, Context};
use domain::r#match::MatchError;
use domain::values::ids::UserId;
use projections::models::matches::Matches;
use projections::{Agenda, DueTask, ProjectionError, Projections, Task};
use sqlx::PgPool;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::mail::{self, Letter};

/// Tasks taken at once.
const AT_ONCE: i64 = 16;
/// How often the list is looked at while nothing is due.
const LOOK: Duration = Duration::from_millis(500);
/// How long the read model of matches may take to come as far as the event that a task follows
/// from.
const SHOWN_WITHIN: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub struct Processes {
    commands: Commands,
    projections: Projections,
    agenda: Agenda,
    /// Where mails are posted.
    pool: PgPool,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Command(#[from] CommandError),
    #[error(transparent)]
    Projection(#[from] ProjectionError),
    #[error("the mail could not be posted")]
    Mail(#[from] sqlx::Error),
}

impl Processes {
    pub fn new(commands: Commands, projections: Projections, pool: PgPool) -> Self {
        let agenda = projections.agenda();
        Self { commands, projections, agenda, pool }
    }

    /// Works until told to stop; a task under way is finished first, the others come again.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.agenda.take(AT_ONCE).await {
                Ok(due) if !due.is_empty() => {
                    for task in due.iter().take_while(|_| !stop.is_cancelled()) {
                        self.attempt(task).await;
                    }
                    continue;
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "the agenda cannot be read"),
            }
            stop.run_until_cancelled(sleep(LOOK)).await;
        }
    }

    async fn attempt(&self, due: &DueTask) {
        let noted = match self.perform(due).await {
            Ok(()) => self.agenda.done(due.id).await,
            Err(error) => {
                tracing::error!(%error, task = ?due.task, "what follows from an event failed");
                self.agenda.failed(due.id, &error.to_string()).await
            }
        };
        if let Err(error) = noted {
            tracing::warn!(%error, task = ?due.task, "the task will come again");
        }
    }

    async fn perform(&self, due: &DueTask) -> Result<(), Failure> {
        match due.task {
            Task::Erase { user } => {
                let context = step(due, None, "");
                match self.commands.erase_when_due(&context, user, Utc::now()).await {
                    // Erased already, by another way.
                    Ok(_) | Err(CommandError::NotFound(_)) => Ok(()),
                    Err(error) => Err(error.into()),
                }
            }
            Task::ConfirmAddress { user } => self.ask_to_confirm(due, user).await,
            Task::Part { who, from } => self.part(due, who, from).await,
        }
    }

    /// The mail has the task's own id: done again, it is posted once.
    async fn ask_to_confirm(&self, due: &DueTask, user: UserId) -> Result<(), Failure> {
        if let Some(contact) = self.commands.contact(user).await?
            && !contact.verified
        {
            let (letter, address) = (Letter::ConfirmAddress, contact.email.as_str());
            mail::post(&self.pool, due.id, letter, Some(user), address).await?;
        }
        Ok(())
    }

    /// Declines what `from` asked of `who`, and takes back what `who` asked of `from`.
    async fn part(&self, due: &DueTask, who: UserId, from: UserId) -> Result<(), Failure> {
        self.projections.wait_for_some(&[Matches::NAME], due.position, SHOWN_WITHIN).await?;
        for (id, requester) in self.projections.matches().pending_between(who, from).await? {
            let context = step(due, Some(who), &id.to_string());
            let ended = if requester == who {
                self.commands.cancel_match(&context, id).await
            } else {
                self.commands.decline_match(&context, id).await
            };
            match ended {
                // The other side was faster, or whoever has blocked is erased.
                Ok(_)
                | Err(CommandError::Match(MatchError::IllegalMove) | CommandError::Erased) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// A command of its own for each step of a task.
fn step(due: &DueTask, actor: Option<UserId>, name: &str) -> Context {
    let id = Uuid::new_v5(&due.id, name.as_bytes());
    Context {
        actor,
        correlation: due.id,
        causation: Some(due.id),
        command: Some(CommandKey { id, request_hash: [0; 32] }),
    }
}
