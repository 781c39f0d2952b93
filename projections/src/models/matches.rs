//! Matches, as one of their two members sees them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::account::AccountEvent;
use domain::encryption::Encryption;
use domain::events::{Event, RecordedEvent, StoredEvent};
use domain::r#match::MatchEvent;
use domain::values::ids::{EventId, MatchId, UserId};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::dance_events::EventSummary;
use super::exchange::{self, Receipts};
pub use super::exchange::{Exchange, OwedVideo, VideoState};
use super::known;
use super::match_encryption;
use super::match_moves::{Requested, Standing, insert, move_all};
pub use super::match_status::MatchStatus;
use super::ratings::Rating;
use super::transfers;
use super::transfers::Reported;
pub use super::transfers::Transfer;
use super::users::UserSummary;
use crate::error::ProjectionError;
use crate::follower;
use crate::page::{Page, Slice};

#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    pub id: MatchId,
    pub event: EventSummary,
    pub requester: UserSummary,
    pub recipient: UserSummary,
    /// The other one, seen from the member who asks.
    pub partner: UserSummary,
    pub status: MatchStatus,
    pub created_at: DateTime<Utc>,
    /// When its status changed last. A rating does not move it, or it would tell.
    pub updated_at: DateTime<Utc>,
    pub completed_at: Option<DateTime<Utc>>,
    /// What the member who asks said of the partner.
    pub mine: Option<Rating>,
    /// What the partner said; none until ratings are revealed.
    pub partners: Option<Rating>,
    /// Whether both have rated, or the time to do so has passed.
    pub revealed: bool,
    /// When that time has passed; none before the match is completed.
    pub reveals_at: Option<DateTime<Utc>>,
    /// The last few that were reported, oldest first.
    pub transfers: Vec<Transfer>,
    /// What the two owe each other, seen from the member who asks.
    pub exchange: Exchange,
    /// Of what the two write.
    pub encryption: Encryption,
}

/// Which of a person's matches are wanted. The default is all of them.
#[derive(Clone, Debug, Default)]
pub struct MatchFilter {
    pub status: Option<MatchStatus>,
    pub event: Option<EventId>,
}

/// Queries on matches.
#[derive(Clone, Debug)]
pub struct Matches(pub(crate) PgPool);

impl Matches {
    /// Of the read model, to be waited for.
    pub const NAME: &str = "matches";

    /// The matches of `member`, the one that moved last first.
    pub async fn of(
        &self,
        member: UserId,
        filter: &MatchFilter,
        page: &Page,
    ) -> Result<Slice<Match>, ProjectionError> {
        const LIST: &str = "matches";
        let after = page.after::<i64>(LIST)?;
        let rows = self.rows(member, None, filter, after, page.rows()).await?;
        let mut slice = page.slice(LIST, rows, |last| last.position).try_map(Row::seen)?;
        self.add_transfers(member, &mut slice.items).await?;
        Ok(slice)
    }

    /// None where there is no such match, or `member` is not one of the two.
    pub async fn one(&self, id: MatchId, member: UserId) -> Result<Option<Match>, ProjectionError> {
        let rows = self.rows(member, Some(id), &MatchFilter::default(), None, 1).await?;
        let mut found = rows.into_iter().map(Row::seen).collect::<Result<Vec<_>, _>>()?;
        self.add_transfers(member, &mut found).await?;
        Ok(found.pop())
    }

    /// What either asked of the other and is not answered yet: the match, and who asked.
    pub async fn pending_between(
        &self,
        one: UserId,
        other: UserId,
    ) -> Result<Vec<(MatchId, UserId)>, ProjectionError> {
        let rows = sqlx::query!(
            "SELECT id, requester FROM matches
             WHERE status = 'pending' AND (requester, recipient) IN (($1, $2), ($2, $1))",
            one.uuid(),
            other.uuid()
        )
        .fetch_all(&self.0)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| (MatchId::from_uuid(row.id), UserId::from_uuid(row.requester)))
            .collect())
    }

    async fn rows(
        &self,
        member: UserId,
        id: Option<MatchId>,
        filter: &MatchFilter,
        after: Option<i64>,
        limit: i64,
    ) -> Result<Vec<Row>, ProjectionError> {
        Ok(sqlx::query_as!(
            Row,
            r#"SELECT m.id, m.status, m.created_at, m.updated_at, m.completed_at, m.reveals_at,
                   m.position, m.requester = $1 AS "i_asked!",
                   m.encryption, m.encryption_by,
                   m.event_id, e.slug, e.name, e.location, e.start_date, e.end_date,
                   m.requester, a.username AS "requester_name?", a.avatar AS requester_avatar,
                   m.recipient, b.username AS "recipient_name?", b.avatar AS recipient_avatar,
                   coalesce(mine.both_rated, false) OR coalesce(m.reveals_at <= now(), false)
                       AS "revealed!",
                   mine.score AS "my_score?", mine.comment AS my_comment,
                   mine.would_collaborate_again AS "my_again?", mine.created_at AS "my_at?",
                   theirs.score AS "their_score?", theirs.comment AS their_comment,
                   theirs.would_collaborate_again AS "their_again?",
                   theirs.created_at AS "their_at?"
               FROM matches m
               JOIN dance_events e ON e.id = m.event_id
               LEFT JOIN users a ON a.id = m.requester
               LEFT JOIN users b ON b.id = m.recipient
               LEFT JOIN ratings mine ON mine.match_id = m.id AND mine.rater = $1
               LEFT JOIN ratings theirs ON theirs.match_id = m.id AND theirs.ratee = $1
                   AND (theirs.both_rated OR m.reveals_at <= now())
               WHERE (m.requester = $1 OR m.recipient = $1)
                 AND ($2::uuid IS NULL OR m.id = $2)
                 AND ($3::text IS NULL OR m.status = $3)
                 AND ($4::uuid IS NULL OR m.event_id = $4)
                 AND ($5::bigint IS NULL OR m.position < $5)
               ORDER BY m.position DESC
               LIMIT $6"#,
            member.uuid(),
            id.map(MatchId::uuid),
            filter.status.map(MatchStatus::as_str),
            filter.event.map(EventId::uuid),
            after,
            limit
        )
        .fetch_all(&self.0)
        .await?)
    }

    async fn add_transfers(
        &self,
        member: UserId,
        matches: &mut [Match],
    ) -> Result<(), ProjectionError> {
        if matches.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = matches.iter().map(|found| found.id.uuid()).collect();
        let mut transfers = transfers::newest(&self.0, &ids).await?;
        let completed = transfers::first_completed(&self.0, &ids).await?;
        let receipts = exchange::receipts(&self.0, &ids).await?;
        for found in matches {
            found.transfers = transfers.remove(&found.id).unwrap_or_default();
            let completed = completed.get(&found.id).map_or(&[][..], Vec::as_slice);
            let receipts = receipts.get(&found.id).map_or(&[][..], Vec::as_slice);
            found.exchange = Exchange::of(member, completed, receipts);
        }
        Ok(())
    }
}

pub(crate) struct Projector;

#[async_trait]
impl follower::Projector for Projector {
    fn name(&self) -> &'static str {
        Matches::NAME
    }

    fn tables(&self) -> &'static [&'static str] {
        &["matches", "match_transfers", "match_receipts"]
    }

    fn aggregates(&self) -> &'static [&'static str] {
        &[MatchEvent::AGGREGATE, AccountEvent::AGGREGATE]
    }

    fn handles(&self, event: &Event) -> bool {
        matches!(event, Event::Match(..)) || event.erased().is_some()
    }

    async fn apply(&self, tx: &mut PgConnection, events: &[&RecordedEvent]) -> sqlx::Result<()> {
        // Where a match is now does not depend on how it came there: its last move will do.
        let (mut requested, mut moved) = (BTreeMap::new(), BTreeMap::new());
        let (mut reported, mut receipts) = (Reported::default(), Receipts::default());
        let (mut encrypted, mut erased) = (BTreeMap::new(), vec![]);
        for recorded in events {
            erased.extend(recorded.event.erased().map(UserId::uuid));
            let Event::Match(id, change) = &recorded.event else { continue };
            let status = match change {
                MatchEvent::Requested { event, requester, recipient } => {
                    let (at, position) = (recorded.at, recorded.position);
                    let now = Standing { status: MatchStatus::Pending, at, position };
                    let (event, members) = (*event, [*requester, *recipient]);
                    requested.insert(id.uuid(), Requested { event, members, at, now });
                    continue;
                }
                MatchEvent::Accepted { .. } => MatchStatus::Accepted,
                MatchEvent::Declined { .. } => MatchStatus::Declined,
                MatchEvent::Cancelled { .. } => MatchStatus::Cancelled,
                MatchEvent::Completed { .. } => MatchStatus::Completed,
                MatchEvent::TransferReported { by, report, .. } => {
                    reported.push(*id, *by, report, recorded)?;
                    continue;
                }
                MatchEvent::VideoHandedOver(receipt) => {
                    receipts.push(*id, receipt, recorded)?;
                    continue;
                }
                MatchEvent::PartnerRated { .. } => continue,
                MatchEvent::EncryptionOffered { by, .. } => {
                    encrypted.insert(id.uuid(), Encryption::Offered { by: *by });
                    continue;
                }
                MatchEvent::EncryptionAgreed { .. } => {
                    encrypted.insert(id.uuid(), Encryption::On);
                    continue;
                }
            };
            let now = Standing { status, at: recorded.at, position: recorded.position };
            match requested.get_mut(&id.uuid()) {
                Some(new) => new.now = now,
                None => {
                    moved.insert(id.uuid(), now);
                }
            }
        }
        insert(tx, requested).await?;
        if !moved.is_empty() {
            move_all(tx, moved).await?;
        }
        match_encryption::set(tx, encrypted).await?;
        reported.insert(tx).await?;
        receipts.insert(tx).await?;
        if erased.is_empty() { Ok(()) } else { transfers::erase(tx, &erased).await }
    }
}

struct Row {
    id: Uuid,
    status: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    completed_at: Option<DateTime<Utc>>,
    reveals_at: Option<DateTime<Utc>>,
    position: i64,
    i_asked: bool,
    encryption: String,
    encryption_by: Option<Uuid>,
    event_id: Uuid,
    slug: String,
    name: String,
    location: String,
    start_date: chrono::NaiveDate,
    end_date: chrono::NaiveDate,
    requester: Uuid,
    requester_name: Option<String>,
    requester_avatar: Option<String>,
    recipient: Uuid,
    recipient_name: Option<String>,
    recipient_avatar: Option<String>,
    revealed: bool,
    my_score: Option<i16>,
    my_comment: Option<String>,
    my_again: Option<bool>,
    my_at: Option<DateTime<Utc>>,
    their_score: Option<i16>,
    their_comment: Option<String>,
    their_again: Option<bool>,
    their_at: Option<DateTime<Utc>>,
}

impl Row {
    /// The match as the member who asked for it sees it.
    fn seen(self) -> Result<Match, ProjectionError> {
        let id = MatchId::from_uuid(self.id);
        let event = EventSummary {
            id: EventId::from_uuid(self.event_id),
            slug: self.slug,
            name: self.name,
            location: self.location,
            start_date: self.start_date,
            end_date: self.end_date,
        };
        let requester =
            UserSummary::joined(self.requester, self.requester_name, self.requester_avatar);
        let recipient =
            UserSummary::joined(self.recipient, self.recipient_name, self.recipient_avatar);
        let (me, partner) =
            if self.i_asked { (&requester, &recipient) } else { (&recipient, &requester) };
        let rating =
            |rater: &UserSummary, ratee: &UserSummary, score: i16, comment, again, at| Rating {
                match_id: id,
                rater: rater.clone(),
                ratee: ratee.clone(),
                event: event.clone(),
                score,
                comment,
                would_collaborate_again: again,
                created_at: at,
            };
        let mine = match (self.my_score, self.my_again, self.my_at) {
            (Some(score), Some(again), Some(at)) => {
                Some(rating(me, partner, score, self.my_comment, again, at))
            }
            _ => None,
        };
        let partners = match (self.their_score, self.their_again, self.their_at) {
            (Some(score), Some(again), Some(at)) => {
                Some(rating(partner, me, score, self.their_comment, again, at))
            }
            _ => None,
        };
        Ok(Match {
            id,
            status: known("match status", &self.status)?,
            created_at: self.created_at,
            updated_at: self.updated_at,
            completed_at: self.completed_at,
            mine,
            partners,
            revealed: self.revealed,
            reveals_at: self.reveals_at,
            transfers: vec![],
            exchange: Exchange::default(),
            encryption: match_encryption::read(&self.encryption, self.encryption_by)?,
            partner: partner.clone(),
            event,
            requester,
            recipient,
        })
    }
}
