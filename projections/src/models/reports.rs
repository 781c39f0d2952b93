//! What was reported to the moderators, and what they did.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::account::AccountEvent;
use domain::events::{Event, RecordedEvent, StoredEvent};
use domain::report::{Grounds, Outcome, ReportEvent};
use domain::values::encryption::MessageKey;
use domain::values::ids::{MatchId, MessageId, ReportId, UserId};
use domain::values::text::ReportDetails;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::known;
use super::users::UserSummary;
use crate::error::ProjectionError;
use crate::follower;
use crate::page::{Page, Slice};

#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub id: ReportId,
    pub reporter: UserSummary,
    pub reported: UserSummary,
    pub grounds: Grounds,
    pub details: Option<String>,
    pub match_id: Option<MatchId>,
    pub message_id: Option<MessageId>,
    /// What opens the message, where its reporter revealed it.
    pub message_key: Option<MessageKey>,
    pub created_at: DateTime<Utc>,
    /// What was done; none while the report is open.
    pub resolved: Option<Resolved>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    pub resolution: String,
    pub outcome: Option<Outcome>,
    pub by: Option<UserId>,
    pub at: DateTime<Utc>,
}

struct Row {
    id: Uuid,
    reporter: Uuid,
    reporter_name: Option<String>,
    reporter_avatar: Option<String>,
    reported: Uuid,
    reported_name: Option<String>,
    reported_avatar: Option<String>,
    grounds: String,
    details: Option<String>,
    match_id: Option<Uuid>,
    message_id: Option<Uuid>,
    message_key: Option<String>,
    resolution: Option<String>,
    outcome: Option<String>,
    resolved_by: Option<Uuid>,
    created_at: DateTime<Utc>,
    resolved_at: Option<DateTime<Utc>>,
    position: i64,
}

impl TryFrom<Row> for Report {
    type Error = ProjectionError;

    fn try_from(row: Row) -> Result<Self, ProjectionError> {
        let by = row.resolved_by.map(UserId::from_uuid);
        let outcome = row.outcome.as_deref().map(|it| known("outcome", it)).transpose()?;
        Ok(Self {
            id: ReportId::from_uuid(row.id),
            reporter: UserSummary::joined(row.reporter, row.reporter_name, row.reporter_avatar),
            reported: UserSummary::joined(row.reported, row.reported_name, row.reported_avatar),
            grounds: known("grounds", &row.grounds)?,
            details: row.details,
            match_id: row.match_id.map(MatchId::from_uuid),
            message_id: row.message_id.map(MessageId::from_uuid),
            message_key: row
                .message_key
                .as_deref()
                .map(|it| known("message key", it))
                .transpose()?,
            created_at: row.created_at,
            resolved: row.resolution.zip(row.resolved_at).map(|(resolution, at)| Resolved {
                resolution,
                outcome,
                by,
                at,
            }),
        })
    }
}

/// Which reports somebody may read: none about themselves, and those about moderators and admins
/// as an admin only.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    pub user: UserId,
    pub is_admin: bool,
}

/// Queries on reports.
#[derive(Clone, Debug)]
pub struct Reports(pub(crate) PgPool);

impl Reports {
    /// Those `reader` may read, newest first; all of them, or only the open or only the resolved
    /// ones.
    pub async fn list(
        &self,
        reader: Reader,
        open: Option<bool>,
        page: &Page,
    ) -> Result<Slice<Report>, ProjectionError> {
        const LIST: &str = "reports";
        let rows = sqlx::query_as!(
            Row,
            r#"SELECT r.id, r.reporter, a.username AS "reporter_name?", a.avatar AS reporter_avatar,
                      r.reported, b.username AS "reported_name?", b.avatar AS reported_avatar,
                      r.grounds, r.details, r.match_id, r.message_id, r.message_key,
                      r.resolution, r.outcome,
                      r.resolved_by, r.created_at, r.resolved_at, r.position
               FROM reports r
               LEFT JOIN users a ON a.id = r.reporter
               LEFT JOIN users b ON b.id = r.reported
               WHERE ($1::boolean IS NULL OR (r.resolved_at IS NULL) = $1)
                 AND ($2::bigint IS NULL OR r.position < $2)
                 AND r.reported <> $4
                 AND ($5 OR NOT coalesce(b.roles && '{moderator, admin}', false))
               ORDER BY r.position DESC
               LIMIT $3"#,
            open,
            page.after::<i64>(LIST)?,
            page.rows(),
            reader.user.uuid(),
            reader.is_admin
        )
        .fetch_all(&self.0)
        .await?;
        page.slice(LIST, rows, |last| last.position).try_map(Report::try_from)
    }

    /// About `user`, newest first, the last few.
    pub async fn about(&self, user: UserId) -> Result<Vec<Report>, ProjectionError> {
        const FEW: i64 = 20;
        sqlx::query_as!(
            Row,
            r#"SELECT r.id, r.reporter, a.username AS "reporter_name?", a.avatar AS reporter_avatar,
                      r.reported, b.username AS "reported_name?", b.avatar AS reported_avatar,
                      r.grounds, r.details, r.match_id, r.message_id, r.message_key,
                      r.resolution, r.outcome,
                      r.resolved_by, r.created_at, r.resolved_at, r.position
               FROM reports r
               LEFT JOIN users a ON a.id = r.reporter
               LEFT JOIN users b ON b.id = r.reported
               WHERE r.reported = $1
               ORDER BY r.position DESC
               LIMIT $2"#,
            user.uuid(),
            FEW
        )
        .fetch_all(&self.0)
        .await?
        .into_iter()
        .map(Report::try_from)
        .collect()
    }

    pub async fn by_id(&self, id: ReportId) -> Result<Option<Report>, ProjectionError> {
        sqlx::query_as!(
            Row,
            r#"SELECT r.id, r.reporter, a.username AS "reporter_name?", a.avatar AS reporter_avatar,
                      r.reported, b.username AS "reported_name?", b.avatar AS reported_avatar,
                      r.grounds, r.details, r.match_id, r.message_id, r.message_key,
                      r.resolution, r.outcome,
                      r.resolved_by, r.created_at, r.resolved_at, r.position
               FROM reports r
               LEFT JOIN users a ON a.id = r.reporter
               LEFT JOIN users b ON b.id = r.reported
               WHERE r.id = $1"#,
            id.uuid()
        )
        .fetch_optional(&self.0)
        .await?
        .map(Report::try_from)
        .transpose()
    }
}

pub(crate) struct Projector;

#[async_trait]
impl follower::Projector for Projector {
    fn name(&self) -> &'static str {
        "reports"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["reports"]
    }

    fn aggregates(&self) -> &'static [&'static str] {
        &[ReportEvent::AGGREGATE, AccountEvent::AGGREGATE]
    }

    fn handles(&self, event: &Event) -> bool {
        matches!(event, Event::Report(..)) || event.erased().is_some()
    }

    async fn apply(&self, tx: &mut PgConnection, events: &[&RecordedEvent]) -> sqlx::Result<()> {
        for event in events {
            apply(tx, event).await?;
        }
        Ok(())
    }
}

async fn apply(tx: &mut PgConnection, event: &RecordedEvent) -> sqlx::Result<()> {
    if let Some(person) = event.event.erased() {
        sqlx::query!(
            "UPDATE reports
             SET details = CASE WHEN reporter <> $1 THEN details END,
                 message_key = CASE WHEN reporter <> $1 THEN message_key END,
                 resolution = CASE WHEN reported = $1 AND resolution IS NOT NULL THEN ''
                                   ELSE resolution END
             WHERE reporter = $1 OR reported = $1",
            person.uuid()
        )
        .execute(tx)
        .await?;
        return Ok(());
    }
    let Event::Report(id, change) = &event.event else { return Ok(()) };
    match change {
        ReportEvent::Filed { filing } => sqlx::query!(
            "INSERT INTO reports (id, reporter, reported, grounds, details, match_id,
                                      message_id, message_key, created_at, position)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            id.uuid(),
            filing.reporter.uuid(),
            filing.reported.uuid(),
            filing.grounds.as_str(),
            filing.details.as_ref().map(ReportDetails::as_str),
            filing.match_id.map(MatchId::uuid),
            filing.message_id.map(MessageId::uuid),
            filing.message_key.as_ref().map(MessageKey::as_str),
            event.at,
            event.position
        ),
        ReportEvent::Resolved { by, resolution, outcome, .. } => sqlx::query!(
            "UPDATE reports SET resolution = $2, resolved_by = $3, resolved_at = $4,
                                outcome = $5, resolved_position = $6
                 WHERE id = $1",
            id.uuid(),
            resolution.as_str(),
            by.uuid(),
            event.at,
            outcome.map(Outcome::as_str),
            event.position
        ),
    }
    .execute(tx)
    .await?;
    Ok(())
}
