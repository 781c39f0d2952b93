//! How far people have read, what waits for them unread, and what of it they wish to show.
//!
//! Not made from the log: that somebody has read something is no fact of a match, and nobody
//! replays it.

use domain::values::ids::UserId;
use domain::values::room::Room;
use sqlx::PgPool;

use crate::error::ProjectionError;

/// Unread messages are counted up to here in each room: clients show "99+".
pub const MOST_COUNTED: i64 = 100;

/// Rooms listed at most, those with the latest messages first.
const MOST_ROOMS: i64 = 200;

#[derive(Clone, Debug)]
pub struct Reading(pub(crate) PgPool);

/// What a person shows of themselves to others, and wants to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// Shows others that one is typing, and oneself that others are.
    pub typing: bool,
    /// Shows partners how far one has read, and oneself how far they have.
    pub read_receipts: bool,
    /// Counts what one has not read.
    pub unread_counts: bool,
}

/// Those that change; the others stay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PreferencesChange {
    pub typing: Option<bool>,
    pub read_receipts: Option<bool>,
    pub unread_counts: Option<bool>,
}

impl Default for Preferences {
    fn default() -> Self {
        Self { typing: true, read_receipts: true, unread_counts: true }
    }
}

/// A room in which something waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    pub room: Room,
    /// At most [`MOST_COUNTED`].
    pub count: i64,
    /// Position of the newest of them.
    pub latest: i64,
}

impl Reading {
    /// Notes that `user` has read everything in `room` up to `position`; answers how far they
    /// have read now, and whether that is further than before. Nobody unreads anything.
    pub async fn mark(
        &self,
        user: UserId,
        room: Room,
        position: i64,
    ) -> Result<(i64, bool), ProjectionError> {
        let moved = sqlx::query_scalar!(
            "INSERT INTO read_marks (account_id, room, position) VALUES ($1, $2, $3)
             ON CONFLICT (account_id, room)
                DO UPDATE SET position = excluded.position, at = now()
                WHERE read_marks.position < excluded.position
             RETURNING position",
            user.uuid(),
            room.to_string(),
            position
        )
        .fetch_optional(&self.0)
        .await?;
        match moved {
            Some(position) => Ok((position, true)),
            None => Ok((self.read_up_to(user, room).await?.unwrap_or(position), false)),
        }
    }

    /// Up to where `user` has read in `room`.
    pub async fn read_up_to(
        &self,
        user: UserId,
        room: Room,
    ) -> Result<Option<i64>, ProjectionError> {
        Ok(sqlx::query_scalar!(
            "SELECT position FROM read_marks WHERE account_id = $1 AND room = $2",
            user.uuid(),
            room.to_string()
        )
        .fetch_optional(&self.0)
        .await?)
    }

    /// Rooms of `user` in which others have said something that they have not read. Of an
    /// event it is what was said since they joined.
    pub async fn unread(&self, user: UserId) -> Result<Vec<Unread>, ProjectionError> {
        let rows = sqlx::query!(
            r#"SELECT rooms.room AS "room!", unread.count AS "count!", unread.latest AS "latest!"
               FROM (
                   SELECT event_id AS id, 'event:' || event_id AS room, position AS since
                   FROM participants WHERE user_id = $1
                   UNION ALL
                   SELECT id, 'match:' || id, 0
                   FROM matches
                   WHERE (requester = $1 OR recipient = $1)
                     AND status IN ('accepted', 'completed')
               ) AS rooms
               LEFT JOIN read_marks ON read_marks.account_id = $1
                                   AND read_marks.room = rooms.room
               CROSS JOIN LATERAL (
                   SELECT count(*) AS count, max(position) AS latest
                   FROM (SELECT position FROM messages
                         WHERE messages.room_id = rooms.id
                           AND messages.position > coalesce(read_marks.position, rooms.since)
                           AND messages.author <> $1
                         ORDER BY position DESC
                         LIMIT $2) AS newest
               ) AS unread
               WHERE unread.count > 0
               ORDER BY unread.latest DESC
               LIMIT $3"#,
            user.uuid(),
            MOST_COUNTED,
            MOST_ROOMS
        )
        .fetch_all(&self.0)
        .await?;
        rows.into_iter()
            .map(|row| {
                let room = row.room.parse();
                let room = room
                    .map_err(|_| ProjectionError::UnknownValue { what: "room", value: row.room })?;
                Ok(Unread { room, count: row.count, latest: row.latest })
            })
            .collect()
    }

    pub async fn preferences(&self, user: UserId) -> Result<Preferences, ProjectionError> {
        let chosen = sqlx::query_as!(
            Preferences,
            "SELECT typing, read_receipts, unread_counts FROM preferences WHERE account_id = $1",
            user.uuid()
        )
        .fetch_optional(&self.0)
        .await?;
        Ok(chosen.unwrap_or_default())
    }

    /// Answers what they are then. One statement, so that of two changes at once neither takes
    /// the other back.
    pub async fn prefer(
        &self,
        user: UserId,
        change: PreferencesChange,
    ) -> Result<Preferences, ProjectionError> {
        let (PreferencesChange { typing, read_receipts, unread_counts }, at_first) =
            (change, Preferences::default());
        Ok(sqlx::query_as!(
            Preferences,
            "INSERT INTO preferences AS now (account_id, typing, read_receipts, unread_counts)
             VALUES ($1, coalesce($2::bool, $5), coalesce($3::bool, $6), coalesce($4::bool, $7))
             ON CONFLICT (account_id)
                DO UPDATE SET typing = coalesce($2, now.typing),
                              read_receipts = coalesce($3, now.read_receipts),
                              unread_counts = coalesce($4, now.unread_counts)
             RETURNING typing, read_receipts, unread_counts",
            user.uuid(),
            typing,
            read_receipts,
            unread_counts,
            at_first.typing,
            at_first.read_receipts,
            at_first.unread_counts
        )
        .fetch_one(&self.0)
        .await?)
    }
}
