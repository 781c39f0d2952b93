//! Who takes part in a dance event. Filled by the projector of
//! [dance events](super::dance_events).

use chrono::{DateTime, Utc};
use domain::events::{Event, RecordedEvent};
use domain::participation::ParticipationEvent;
use domain::values::account::DanceRole;
use domain::values::ids::{EventId, UserId};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

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

/// Applies one event, or a run of people joining.
pub(super) async fn apply(tx: &mut PgConnection, events: &[&RecordedEvent]) -> sqlx::Result<()> {
    let mut joined = Joined::default();
    for recorded in events {
        let Event::Participation(_, change) = &recorded.event else { continue };
        match change {
            ParticipationEvent::Joined { event, user } => {
                joined.events.push(event.uuid());
                joined.users.push(user.uuid());
                joined.at.push(recorded.at);
                joined.positions.push(recorded.position);
            }
            ParticipationEvent::Left { event, user } => {
                sqlx::query!(
                    "WITH left_ AS (
                         DELETE FROM participants WHERE event_id = $1 AND user_id = $2)
                     UPDATE dance_events SET participants_count = participants_count - 1
                     WHERE id = $1",
                    event.uuid(),
                    user.uuid()
                )
                .execute(&mut *tx)
                .await?;
            }
            ParticipationEvent::CheckedIn { event, user } => {
                sqlx::query!(
                    "UPDATE participants SET checked_in_at = $3
                     WHERE event_id = $1 AND user_id = $2",
                    event.uuid(),
                    user.uuid(),
                    recorded.at
                )
                .execute(&mut *tx)
                .await?;
            }
        }
    }
    if joined.users.is_empty() { Ok(()) } else { joined.insert(tx).await }
}

/// New participants, column by column.
#[derive(Default)]
struct Joined {
    events: Vec<Uuid>,
    users: Vec<Uuid>,
    at: Vec<DateTime<Utc>>,
    positions: Vec<i64>,
}

impl Joined {
    async fn insert(&self, tx: &mut PgConnection) -> sqlx::Result<()> {
        sqlx::query!(
            "WITH joined AS (
                 INSERT INTO participants (event_id, user_id, joined_at, position)
                 SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::bigint[]))
             UPDATE dance_events e SET participants_count = participants_count + crowd.size
             FROM (SELECT id, count(*) AS size FROM unnest($1::uuid[]) AS id GROUP BY id) AS crowd
             WHERE e.id = crowd.id",
            &self.events,
            &self.users,
            &self.at,
            &self.positions
        )
        .execute(tx)
        .await?;
        Ok(())
    }
}
