//! Who takes part in a dance event. Filled by the projector of
//! [dance events](super::dance_events).

use chrono::{DateTime, Utc};
use domain::values::account::DanceRole;
use domain::values::ids::{EventId, UserId};
use sqlx::PgPool;

use super::known;
use super::users::UserSummary;
use crate::error::ProjectionError;
use crate::page::{Page, Slice};

#[derive(Clone, Debug, PartialEq)]
pub struct Participant {
    pub user: UserSummary,
    pub country: Option<String>,
    pub dance_role: Option<DanceRole>,
    pub joined_at: DateTime<Utc>,
}

/// Queries on participants.
#[derive(Clone, Debug)]
pub struct Participants(pub(crate) PgPool);

impl Participants {
    /// Pages go from those who joined last to those who joined first; inside a page the
    /// newest is last.
    pub async fn of(
        &self,
        event: EventId,
        page: &Page,
    ) -> Result<Slice<Participant>, ProjectionError> {
        const LIST: &str = "participants";
        let rows = sqlx::query!(
            r#"SELECT p.user_id, p.joined_at, p.position, u.username AS "username?",
                      u.avatar, u.country, u.dance_role
               FROM participants p LEFT JOIN users u ON u.id = p.user_id
               WHERE p.event_id = $1 AND ($2::bigint IS NULL OR p.position < $2)
               ORDER BY p.position DESC
               LIMIT $3"#,
            event.uuid(),
            page.after::<i64>(LIST)?,
            page.rows()
        )
        .fetch_all(&self.0)
        .await?;
        page.slice(LIST, rows, |last| last.position).reversed().try_map(|row| {
            Ok(Participant {
                user: UserSummary::joined(row.user_id, row.username, row.avatar),
                country: row.country,
                dance_role: row
                    .dance_role
                    .as_deref()
                    .map(|r| known("dance role", r))
                    .transpose()?,
                joined_at: row.joined_at,
            })
        })
    }

    /// Whether `user` takes part in `event`.
    pub async fn includes(&self, event: EventId, user: UserId) -> Result<bool, ProjectionError> {
        Ok(sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT 1 FROM participants
                              WHERE event_id = $1 AND user_id = $2) AS "joined!""#,
            event.uuid(),
            user.uuid()
        )
        .fetch_one(&self.0)
        .await?)
    }
}
