//! Who takes part in a dance event. Filled by the projector of
//! [dance events](super::dance_events).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::events::{Event, RecordedEvent};
use domain::participation::ParticipationEvent;
use domain::values::account::DanceRole;
use domain::values::ids::{EventId, UserId};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::users::UserSummary;
use super::{known, twice};
use crate::copy_in::CopyIn;
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

/// Applies those events that are about taking part.
pub(super) async fn apply(tx: &mut PgConnection, events: &[&RecordedEvent]) -> sqlx::Result<()> {
    let mut crowd = Crowd::default();
    for recorded in events {
        let Event::Participation(_, change) = &recorded.event else { continue };
        match change {
            ParticipationEvent::Joined { event, user } => {
                if crowd.left.contains(&(event.uuid(), user.uuid())) {
                    std::mem::take(&mut crowd).apply(tx).await?;
                }
                let joined = Joined { recorded, checked_in_at: None };
                if crowd.joined.insert((event.uuid(), user.uuid()), joined).is_some() {
                    return Err(twice("joined"));
                }
            }
            ParticipationEvent::CheckedIn { event, user } => {
                match crowd.joined.get_mut(&(event.uuid(), user.uuid())) {
                    Some(new) => new.checked_in_at = Some(recorded.at),
                    None => crowd.checked_in.push((event.uuid(), user.uuid(), recorded)),
                }
            }
            ParticipationEvent::Left { event, user } => {
                crowd.left.insert((event.uuid(), user.uuid()));
            }
        }
    }
    crowd.apply(tx).await
}

/// Changes of which all of one kind may go before all of the next: nobody in it joins after
/// having left.
#[derive(Default)]
struct Crowd<'a> {
    joined: BTreeMap<(Uuid, Uuid), Joined<'a>>,
    /// Who had joined before.
    checked_in: Vec<(Uuid, Uuid, &'a RecordedEvent)>,
    left: BTreeSet<(Uuid, Uuid)>,
}

impl Crowd<'_> {
    async fn apply(self, tx: &mut PgConnection) -> sqlx::Result<()> {
        if !self.joined.is_empty() {
            join(tx, &self.joined).await?;
        }
        if !self.checked_in.is_empty() {
            check_in(tx, &self.checked_in).await?;
        }
        if self.left.is_empty() { Ok(()) } else { leave(tx, self.left).await }
    }
}

/// Somebody new, and whether they have come already.
struct Joined<'a> {
    recorded: &'a RecordedEvent,
    checked_in_at: Option<DateTime<Utc>>,
}

async fn join(
    tx: &mut PgConnection,
    joined: &BTreeMap<(Uuid, Uuid), Joined<'_>>,
) -> sqlx::Result<()> {
    let mut rows = CopyIn::new(
        "COPY participants (event_id, user_id, joined_at, checked_in_at, position)
         FROM STDIN (FORMAT binary)",
    );
    for ((event, user), Joined { recorded, checked_in_at }) in joined {
        rows.row(5)
            .field(event)?
            .field(user)?
            .field(recorded.at)?
            .field(*checked_in_at)?
            .field(recorded.position)?;
    }
    rows.send(tx).await?;
    let events: Vec<_> = joined.keys().map(|(event, _)| *event).collect();
    sqlx::query!(
        "UPDATE dance_events e SET participants_count = participants_count + crowd.size
         FROM (SELECT id, count(*) AS size FROM unnest($1::uuid[]) AS id GROUP BY id) AS crowd
         WHERE e.id = crowd.id",
        &events
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn check_in(
    tx: &mut PgConnection,
    checked_in: &[(Uuid, Uuid, &RecordedEvent)],
) -> sqlx::Result<()> {
    let (events, users): (Vec<_>, Vec<_>) = checked_in.iter().map(|it| (it.0, it.1)).unzip();
    let at: Vec<_> = checked_in.iter().map(|it| it.2.at).collect();
    sqlx::query!(
        "UPDATE participants p SET checked_in_at = came.at
         FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS came (event, dancer, at)
         WHERE p.event_id = came.event AND p.user_id = came.dancer",
        &events,
        &users,
        &at
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn leave(tx: &mut PgConnection, left: BTreeSet<(Uuid, Uuid)>) -> sqlx::Result<()> {
    let (events, users): (Vec<_>, Vec<_>) = left.into_iter().unzip();
    sqlx::query!(
        "WITH gone AS (
             DELETE FROM participants p
             USING unnest($1::uuid[], $2::uuid[]) AS went (event, dancer)
             WHERE p.event_id = went.event AND p.user_id = went.dancer)
         UPDATE dance_events e SET participants_count = participants_count - crowd.size
         FROM (SELECT id, count(*) AS size FROM unnest($1::uuid[]) AS id GROUP BY id) AS crowd
         WHERE e.id = crowd.id",
        &events,
        &users
    )
    .execute(tx)
    .await?;
    Ok(())
}
