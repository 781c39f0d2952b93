//! What dancers say of each other. Ratings are double-blind: the rater sees their own at
//! once, everybody else only when both have rated or the time to do so has passed.
//!
//! That rule stands in each query, against the database's clock: nothing happens in the log
//! when the time has passed.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use domain::account::AccountEvent;
use domain::events::{Event, RecordedEvent, StoredEvent};
use domain::r#match::MatchEvent;
use domain::values::ids::{EventId, MatchId, UserId};
use domain::values::text::Comment;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::dance_events::EventSummary;
use super::users::UserSummary;
use crate::copy_in::CopyIn;
use crate::error::ProjectionError;
use crate::follower;
use crate::page::{Page, Slice};

#[derive(Clone, Debug, PartialEq)]
pub struct Rating {
    pub match_id: MatchId,
    pub rater: UserSummary,
    pub ratee: UserSummary,
    pub event: EventSummary,
    /// 1 to 5.
    pub score: i16,
    pub comment: Option<String>,
    pub would_collaborate_again: bool,
    pub created_at: DateTime<Utc>,
}

/// The revealed ratings of one person, counted.
#[derive(Clone, Debug, PartialEq)]
pub struct RatingStats {
    pub count: i64,
    /// None where nobody has rated yet.
    pub average: Option<f64>,
    /// How many gave 1, 2, 3, 4, 5.
    pub histogram: [i64; 5],
    /// Share of the raters who would, 0 to 1.
    pub would_collaborate_again: Option<f64>,
}

/// Queries on ratings.
#[derive(Clone, Debug)]
pub struct Ratings(pub(crate) PgPool);

impl Ratings {
    /// Ratings of `ratee` that `viewer` may see, newest first.
    pub async fn of(
        &self,
        ratee: UserId,
        viewer: Option<UserId>,
        page: &Page,
    ) -> Result<Slice<Rating>, ProjectionError> {
        const LIST: &str = "ratings";
        let rows = sqlx::query_as!(
            Row,
            r#"SELECT r.match_id, r.score, r.comment, r.would_collaborate_again, r.created_at,
                      r.position,
                      r.rater, a.username AS "rater_name?", a.avatar AS rater_avatar,
                      r.ratee, b.username AS "ratee_name?", b.avatar AS ratee_avatar,
                      m.event_id, e.slug, e.name, e.location, e.start_date, e.end_date
               FROM ratings r
               JOIN matches m ON m.id = r.match_id
               JOIN dance_events e ON e.id = m.event_id
               LEFT JOIN users a ON a.id = r.rater
               LEFT JOIN users b ON b.id = r.ratee
               WHERE r.ratee = $1
                 AND (r.both_rated OR m.reveals_at <= now() OR r.rater = $2)
                 AND ($3::bigint IS NULL OR r.position < $3)
               ORDER BY r.position DESC
               LIMIT $4"#,
            ratee.uuid(),
            viewer.map(UserId::uuid),
            page.after::<i64>(LIST)?,
            page.rows()
        )
        .fetch_all(&self.0)
        .await?;
        page.slice(LIST, rows, |last| last.position).try_map(|row| Ok(row.into()))
    }

    /// One member's rating of the other, as `viewer` may see it.
    pub async fn one(
        &self,
        match_id: MatchId,
        rater: UserId,
        viewer: Option<UserId>,
    ) -> Result<Option<Rating>, ProjectionError> {
        let row = sqlx::query_as!(
            Row,
            r#"SELECT r.match_id, r.score, r.comment, r.would_collaborate_again, r.created_at,
                      r.position,
                      r.rater, a.username AS "rater_name?", a.avatar AS rater_avatar,
                      r.ratee, b.username AS "ratee_name?", b.avatar AS ratee_avatar,
                      m.event_id, e.slug, e.name, e.location, e.start_date, e.end_date
               FROM ratings r
               JOIN matches m ON m.id = r.match_id
               JOIN dance_events e ON e.id = m.event_id
               LEFT JOIN users a ON a.id = r.rater
               LEFT JOIN users b ON b.id = r.ratee
               WHERE r.match_id = $1 AND r.rater = $2
                 AND (r.both_rated OR m.reveals_at <= now() OR r.rater = $3)"#,
            match_id.uuid(),
            rater.uuid(),
            viewer.map(UserId::uuid)
        )
        .fetch_optional(&self.0)
        .await?;
        Ok(row.map(Rating::from))
    }

    /// The revealed ratings of `ratee`, whoever asks.
    pub async fn stats(&self, ratee: UserId) -> Result<RatingStats, ProjectionError> {
        let row = sqlx::query!(
            r#"SELECT count(*) AS "count!", avg(r.score)::float8 AS average,
                      count(*) FILTER (WHERE r.score = 1) AS "one!",
                      count(*) FILTER (WHERE r.score = 2) AS "two!",
                      count(*) FILTER (WHERE r.score = 3) AS "three!",
                      count(*) FILTER (WHERE r.score = 4) AS "four!",
                      count(*) FILTER (WHERE r.score = 5) AS "five!",
                      avg(r.would_collaborate_again::int)::float8 AS again
               FROM ratings r
               JOIN matches m ON m.id = r.match_id
               WHERE r.ratee = $1 AND (r.both_rated OR m.reveals_at <= now())"#,
            ratee.uuid()
        )
        .fetch_one(&self.0)
        .await?;
        Ok(RatingStats {
            count: row.count,
            average: row.average,
            histogram: [row.one, row.two, row.three, row.four, row.five],
            would_collaborate_again: row.again,
        })
    }
}

struct Row {
    match_id: Uuid,
    score: i16,
    comment: Option<String>,
    would_collaborate_again: bool,
    created_at: DateTime<Utc>,
    position: i64,
    rater: Uuid,
    rater_name: Option<String>,
    rater_avatar: Option<String>,
    ratee: Uuid,
    ratee_name: Option<String>,
    ratee_avatar: Option<String>,
    event_id: Uuid,
    slug: String,
    name: String,
    location: String,
    start_date: NaiveDate,
    end_date: NaiveDate,
}

impl From<Row> for Rating {
    fn from(row: Row) -> Self {
        Self {
            match_id: MatchId::from_uuid(row.match_id),
            rater: UserSummary::joined(row.rater, row.rater_name, row.rater_avatar),
            ratee: UserSummary::joined(row.ratee, row.ratee_name, row.ratee_avatar),
            event: EventSummary {
                id: EventId::from_uuid(row.event_id),
                slug: row.slug,
                name: row.name,
                location: row.location,
                start_date: row.start_date,
                end_date: row.end_date,
            },
            score: row.score,
            comment: row.comment,
            would_collaborate_again: row.would_collaborate_again,
            created_at: row.created_at,
        }
    }
}

pub(crate) struct Projector;

#[async_trait]
impl follower::Projector for Projector {
    fn name(&self) -> &'static str {
        "ratings"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["ratings"]
    }

    fn aggregates(&self) -> &'static [&'static str] {
        &[MatchEvent::AGGREGATE, AccountEvent::AGGREGATE]
    }

    fn handles(&self, event: &Event) -> bool {
        matches!(event, Event::Match(_, MatchEvent::PartnerRated { .. }))
            || event.erased().is_some()
    }

    async fn apply(&self, tx: &mut PgConnection, events: &[&RecordedEvent]) -> sqlx::Result<()> {
        let (mut given, mut erased) = (vec![], vec![]);
        // How many of a match are among them, and whether those are not the first.
        let mut of_match: BTreeMap<Uuid, (usize, bool)> = BTreeMap::new();
        for recorded in events {
            erased.extend(recorded.event.erased().map(UserId::uuid));
            let Event::Match(id, MatchEvent::PartnerRated { by, partner, rating, both_rated }) =
                &recorded.event
            else {
                continue;
            };
            given.push((id.uuid(), [*by, *partner], rating, *recorded));
            let (number, mutual) = of_match.entry(id.uuid()).or_default();
            *number += 1;
            *mutual |= both_rated;
        }
        let mut rows = CopyIn::new(
            "COPY ratings (match_id, rater, ratee, score, comment, would_collaborate_again,
                           both_rated, created_at, position)
             FROM STDIN (FORMAT binary)",
        );
        // In the order of the key, whose index is cheaper to fill so.
        given.sort_by_key(|(id, ..)| *id);
        for (id, [by, partner], rating, recorded) in given {
            rows.row(9)
                .field(id)?
                .field(by.uuid())?
                .field(partner.uuid())?
                .field(i16::from(rating.score.get()))?
                .field(rating.comment.as_ref().map(Comment::as_str))?
                .field(rating.would_collaborate_again)?
                .field(of_match[&id].1)?
                .field(recorded.at)?
                .field(recorded.position)?;
        }
        rows.send(tx).await?;
        let earlier = of_match.into_iter().filter(|(_, of)| matches!(of, (1, true)));
        let earlier: Vec<_> = earlier.map(|(id, _)| id).collect();
        if !earlier.is_empty() {
            sqlx::query!("UPDATE ratings SET both_rated = true WHERE match_id = ANY($1)", &earlier)
                .execute(&mut *tx)
                .await?;
        }
        if !erased.is_empty() {
            sqlx::query!("UPDATE ratings SET comment = NULL WHERE rater = ANY($1)", &erased)
                .execute(tx)
                .await?;
        }
        Ok(())
    }
}
