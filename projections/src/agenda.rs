//! What follows from events by rule, and when: the process managers' list of things to do.
//!
//! A follower writes it, each event exactly once. Whoever works it off does so with commands
//! that carry the task's id, so that a task done again after a crash changes nothing.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::account::AccountEvent;
use domain::events::{Event, RecordedEvent, StoredEvent};
use domain::values::ids::UserId;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::error::ProjectionError;
use crate::follower;

/// Root of the ids derived from events; never change it, or tasks done would be done again.
const NAMESPACE: Uuid = Uuid::from_u128(0x5b0f_2f5e_9d3a_4c0b_8f0e_61c4_7a35_e8d9);

/// Something that follows from an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Task {
    /// Erase who asked for it, unless that was taken back.
    Erase { user: UserId },
    /// Ask by mail whether somebody who has registered reads their mail.
    ConfirmAddress { user: UserId },
    /// End what is pending between two of whom one has blocked the other.
    Part { who: UserId, from: UserId },
}

/// A task whose time has come.
#[derive(Clone, Debug)]
pub struct DueTask {
    /// The same whenever the log is read, and nobody else's.
    pub id: Uuid,
    /// The event it follows from.
    pub position: i64,
    pub task: Task,
}

/// The list, for those who work it off.
#[derive(Clone, Debug)]
pub struct Agenda(pub(crate) PgPool);

impl Agenda {
    /// Tasks that are due, and that nobody else is given for a while: 30 seconds at first,
    /// and twice as long after each attempt that failed, up to an hour.
    pub async fn take(&self, at_most: i64) -> Result<Vec<DueTask>, ProjectionError> {
        let rows = sqlx::query!(
            r#"UPDATE agenda
               SET attempts = attempts + 1,
                   due = now() + least(30 * 2 ^ least(attempts, 10), 3600) * interval '1 second'
               WHERE id IN (SELECT id FROM agenda WHERE due <= now() ORDER BY due LIMIT $1
                            FOR UPDATE SKIP LOCKED)
               RETURNING id, position, task AS "task: Json<Task>""#,
            at_most
        )
        .fetch_all(&self.0)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| DueTask { id: row.id, position: row.position, task: row.task.0 })
            .collect())
    }

    pub async fn done(&self, id: Uuid) -> Result<(), ProjectionError> {
        sqlx::query!("DELETE FROM agenda WHERE id = $1", id).execute(&self.0).await?;
        Ok(())
    }

    /// Notes why; the task comes again by itself.
    pub async fn failed(&self, id: Uuid, error: &str) -> Result<(), ProjectionError> {
        sqlx::query!("UPDATE agenda SET error = $2 WHERE id = $1", id, error)
            .execute(&self.0)
            .await?;
        Ok(())
    }
}

/// What an event sets off, and when.
fn follows_from(event: &RecordedEvent) -> Option<(Task, DateTime<Utc>)> {
    let Event::Account(user, change) = &event.event else { return None };
    match change {
        AccountEvent::Registered { .. } => Some((Task::ConfirmAddress { user: *user }, event.at)),
        AccountEvent::ErasureRequested { due } => Some((Task::Erase { user: *user }, *due)),
        AccountEvent::UserBlocked { user: from } => {
            Some((Task::Part { who: *user, from: *from }, event.at))
        }
        _ => None,
    }
}

/// Writes the list.
pub(crate) struct Planner;

#[async_trait]
impl follower::Projector for Planner {
    fn name(&self) -> &'static str {
        "agenda"
    }

    fn tables(&self) -> &'static [&'static str] {
        &[]
    }

    fn aggregates(&self) -> &'static [&'static str] {
        &[AccountEvent::AGGREGATE]
    }

    fn handles(&self, event: &Event) -> bool {
        matches!(
            event,
            Event::Account(
                _,
                AccountEvent::Registered { .. }
                    | AccountEvent::ErasureRequested { .. }
                    | AccountEvent::UserBlocked { .. }
            )
        )
    }

    async fn apply(&self, tx: &mut PgConnection, events: &[&RecordedEvent]) -> sqlx::Result<()> {
        for event in events {
            let Some((task, due)) = follows_from(event) else { continue };
            let id = Uuid::new_v5(&NAMESPACE, &event.position.to_be_bytes());
            sqlx::query!(
                "INSERT INTO agenda (id, position, task, due) VALUES ($1, $2, $3, $4)
                 ON CONFLICT DO NOTHING",
                id,
                event.position,
                Json(task) as _,
                due
            )
            .execute(&mut *tx)
            .await?;
        }
        Ok(())
    }
}
