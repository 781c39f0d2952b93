//! Where matches are, as written by the projector of [matches](super::matches).

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::values::ids::{EventId, UserId};
use domain::values::rating::REVEAL_AFTER_DAYS;
use sqlx::PgConnection;
use uuid::Uuid;

use super::match_status::MatchStatus;
use crate::copy_in::CopyIn;

/// Where a match is, since when, and by which event.
pub(super) struct Standing {
    pub(super) status: MatchStatus,
    pub(super) at: DateTime<Utc>,
    pub(super) position: i64,
}

impl Standing {
    fn completed_at(&self) -> Option<DateTime<Utc>> {
        (self.status == MatchStatus::Completed).then_some(self.at)
    }

    fn reveals_at(&self) -> Option<DateTime<Utc>> {
        self.completed_at().map(|at| at + TimeDelta::days(REVEAL_AFTER_DAYS))
    }
}

/// A new match, and where it is already.
pub(super) struct Requested {
    pub(super) event: EventId,
    /// Who asked, and who was asked.
    pub(super) members: [UserId; 2],
    pub(super) at: DateTime<Utc>,
    pub(super) now: Standing,
}

pub(super) async fn insert(
    tx: &mut PgConnection,
    requested: BTreeMap<Uuid, Requested>,
) -> sqlx::Result<()> {
    let mut rows = CopyIn::new(
        "COPY matches (id, event_id, requester, recipient, status, created_at, updated_at,
                       completed_at, reveals_at, position)
         FROM STDIN (FORMAT binary)",
    );
    for (id, Requested { event, members: [requester, recipient], at, now }) in requested {
        rows.row(10)
            .field(id)?
            .field(event.uuid())?
            .field(requester.uuid())?
            .field(recipient.uuid())?
            .field(now.status.as_str())?
            .field(at)?
            .field(now.at)?
            .field(now.completed_at())?
            .field(now.reveals_at())?
            .field(now.position)?;
    }
    rows.send(tx).await
}

pub(super) async fn move_all(
    tx: &mut PgConnection,
    moved: BTreeMap<Uuid, Standing>,
) -> sqlx::Result<()> {
    let (mut ids, mut statuses) = (vec![], vec![]);
    let (mut at, mut completed_at, mut reveals_at) = (vec![], vec![], vec![]);
    let mut positions = vec![];
    for (id, now) in moved {
        ids.push(id);
        statuses.push(now.status.as_str());
        at.push(now.at);
        completed_at.push(now.completed_at());
        reveals_at.push(now.reveals_at());
        positions.push(now.position);
    }
    sqlx::query!(
        "UPDATE matches m
         SET status = moved.status, updated_at = moved.at, completed_at = moved.completed_at,
             reveals_at = moved.reveals_at, position = moved.position
         FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[],
                     $5::timestamptz[], $6::bigint[])
              AS moved (id, status, at, completed_at, reveals_at, position)
         WHERE m.id = moved.id",
        &ids,
        &statuses as &[&str],
        &at,
        &completed_at as &[Option<DateTime<Utc>>],
        &reveals_at as &[Option<DateTime<Utc>>],
        &positions
    )
    .execute(tx)
    .await?;
    Ok(())
}
