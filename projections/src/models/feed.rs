//! Whom each durable frame concerns, so that a socket that comes back finds what it missed.

use async_trait::async_trait;
use domain::events::{RecordedEvent, StoredEvent};
use domain::r#match::MatchEvent;
use domain::message::MessageEvent;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::audience::{Audience, audiences};
use crate::copy_in::CopyIn;
use crate::error::ProjectionError;
use crate::follower;
use crate::stored_checkpoint::Step;

/// What some audiences missed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// Ascending, each once.
    pub positions: Vec<i64>,
    /// These are all there are up to this place: go on from here, in the feed if the limit was
    /// reached, else in the log.
    pub complete_to: i64,
}

/// Queries on the feed.
#[derive(Clone, Debug)]
pub struct Feed(pub(crate) PgPool);

impl Feed {
    /// Positions after `since` that concern any of `of`, at most `limit`.
    pub async fn missed(
        &self,
        of: &[Audience],
        since: i64,
        limit: usize,
    ) -> Result<Missed, ProjectionError> {
        let limit = limit.max(1);
        // Read first: what the checkpoint says is applied is there for the next statement.
        let reached =
            sqlx::query_scalar!("SELECT position FROM projection_checkpoints WHERE name = 'feed'")
                .fetch_optional(&self.0)
                .await?
                .unwrap_or(0);
        let audiences: Vec<Uuid> = of.iter().map(Audience::uuid).collect();
        // Each audience is read by itself in the order of its index, and no further than the
        // limit, however much it missed.
        let positions = sqlx::query_scalar!(
            "SELECT DISTINCT missed.position
             FROM unnest($1::uuid[]) AS mine (audience_id)
             CROSS JOIN LATERAL (
                 SELECT position FROM feed
                 WHERE feed.audience_id = mine.audience_id AND position > $2
                 ORDER BY position LIMIT $3) AS missed
             ORDER BY missed.position LIMIT $3",
            &audiences,
            since,
            limit as i64
        )
        .fetch_all(&self.0)
        .await?;
        let complete_to = match positions.last() {
            Some(&last) if positions.len() >= limit => last,
            last => reached.max(since).max(last.copied().unwrap_or(0)),
        };
        Ok(Missed { positions, complete_to })
    }
}

pub(crate) struct Projector;

#[async_trait]
impl follower::Projector for Projector {
    fn name(&self) -> &'static str {
        "feed"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["feed"]
    }

    fn aggregates(&self) -> &'static [&'static str] {
        &[MessageEvent::AGGREGATE, MatchEvent::AGGREGATE]
    }

    async fn apply(&self, tx: &mut PgConnection, events: &[&RecordedEvent]) -> sqlx::Result<()> {
        let mut rows = CopyIn::new("COPY feed (audience_id, position) FROM STDIN (FORMAT binary)");
        for (audience, position) in places(events) {
            rows.row(2).field(audience)?.field(position)?;
        }
        rows.send(tx).await
    }

    async fn apply_at_once(
        &self,
        connection: &mut PgConnection,
        Step { from, to, .. }: Step,
        events: &[&RecordedEvent],
    ) -> sqlx::Result<Option<bool>> {
        let (audiences, positions): (Vec<_>, Vec<_>) = places(events).unzip();
        let added = sqlx::query_scalar!(
            r#"SELECT add_to_feed($1, $2, $3, $4, $5) AS "added!""#,
            from.position,
            from.rebuilds,
            to,
            &audiences,
            &positions
        );
        added.fetch_one(connection).await.map(Some)
    }
}

/// Whom the events concern, and where they are in the log.
fn places(events: &[&RecordedEvent]) -> impl Iterator<Item = (Uuid, i64)> {
    let of_one = |event: &&RecordedEvent| {
        let position = event.position;
        audiences(event).into_iter().map(move |audience| (audience.uuid(), position))
    };
    events.iter().flat_map(of_one)
}
