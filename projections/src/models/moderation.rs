//! What moderators did about people, and what those and the reporters hear of it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::account::AccountEvent;
use domain::events::{Event, RecordedEvent, StoredEvent};
use domain::values::ids::UserId;
use sqlx::{PgConnection, PgPool};

use crate::error::ProjectionError;
use crate::follower;

/// How many acts and notices are shown, the newest of them.
const SHOWN: i64 = 50;

/// One thing that moderators did about a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    pub position: i64,
    /// `warned`, `suspended` or `lifted`.
    pub kind: String,
    /// The warning, or why they were suspended.
    pub words: Option<String>,
    /// When the suspension ends by itself.
    pub until: Option<DateTime<Utc>>,
    /// The moderator's name, where they are still there.
    pub by: Option<String>,
    pub at: DateTime<Utc>,
}

/// What a person hears from the moderators: an act that concerns them, or that their report is
/// closed.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    pub position: i64,
    /// An act's kind, or `report_closed`.
    pub kind: String,
    pub words: Option<String>,
    pub until: Option<DateTime<Utc>>,
    /// What came of the report.
    pub outcome: Option<String>,
    /// Whom the report was about.
    pub about: Option<String>,
    pub at: DateTime<Utc>,
}

/// Queries on what moderators did.
#[derive(Clone, Debug)]
pub struct Moderation(pub(crate) PgPool);

impl Moderation {
    /// What was done about `user`, the newest first.
    pub async fn acts_about(&self, user: UserId) -> Result<Vec<Act>, ProjectionError> {
        Ok(sqlx::query_as!(
            Act,
            r#"SELECT a.position, a.kind, a.words, a.until, u.username AS "by?", a.at
               FROM moderation_acts a
               LEFT JOIN users u ON u.id = a.by
               WHERE a.user_id = $1
               ORDER BY a.position DESC
               LIMIT $2"#,
            user.uuid(),
            SHOWN
        )
        .fetch_all(&self.0)
        .await?)
    }

    /// What `user` hears, the newest first. Who acted, and what moderators say among
    /// themselves, is not in it.
    pub async fn notices_for(&self, user: UserId) -> Result<Vec<Notice>, ProjectionError> {
        Ok(sqlx::query_as!(
            Notice,
            r#"SELECT position AS "position!", kind AS "kind!", words, until, outcome, about,
                      at AS "at!"
               FROM (SELECT position, kind, words, until, NULL AS outcome, NULL AS about, at
                     FROM moderation_acts WHERE user_id = $1
                     UNION ALL
                     SELECT r.resolved_position, 'report_closed', NULL, NULL, r.outcome,
                            u.username, r.resolved_at
                     FROM reports r LEFT JOIN users u ON u.id = r.reported
                     WHERE r.reporter = $1 AND r.resolved_position IS NOT NULL) AS heard
               ORDER BY position DESC
               LIMIT $2"#,
            user.uuid(),
            SHOWN
        )
        .fetch_all(&self.0)
        .await?)
    }
}

pub(crate) struct Projector;

#[async_trait]
impl follower::Projector for Projector {
    fn name(&self) -> &'static str {
        "moderation"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["moderation_acts"]
    }

    fn aggregates(&self) -> &'static [&'static str] {
        &[AccountEvent::AGGREGATE]
    }

    fn handles(&self, event: &Event) -> bool {
        matches!(
            event,
            Event::Account(
                _,
                AccountEvent::Warned { .. }
                    | AccountEvent::Suspended { .. }
                    | AccountEvent::SuspensionLifted { .. }
                    | AccountEvent::Erased {}
            )
        )
    }

    async fn apply(&self, tx: &mut PgConnection, events: &[&RecordedEvent]) -> sqlx::Result<()> {
        for event in events {
            apply(tx, event).await?;
        }
        Ok(())
    }
}

async fn apply(tx: &mut PgConnection, event: &RecordedEvent) -> sqlx::Result<()> {
    let Event::Account(user, change) = &event.event else { return Ok(()) };
    let (kind, words, until, by) = match change {
        AccountEvent::Warned { by, warning } => ("warned", Some(warning.as_str()), None, by),
        AccountEvent::Suspended { by, reason, until } => {
            ("suspended", Some(reason.as_str()), *until, by)
        }
        AccountEvent::SuspensionLifted { by } => ("lifted", None, None, by),
        AccountEvent::Erased {} => {
            sqlx::query!(
                "UPDATE moderation_acts SET words = '' WHERE user_id = $1 AND words IS NOT NULL",
                user.uuid()
            )
            .execute(tx)
            .await?;
            return Ok(());
        }
        _ => return Ok(()),
    };
    sqlx::query!(
        "INSERT INTO moderation_acts (position, user_id, kind, words, until, by, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        event.position,
        user.uuid(),
        kind,
        words,
        until,
        by.uuid(),
        event.at
    )
    .execute(tx)
    .await?;
    Ok(())
}
