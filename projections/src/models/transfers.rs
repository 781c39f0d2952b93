//! What members reported of handing their videos over. Filled by the projector of
//! [matches](super::matches).

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::events::RecordedEvent;
use domain::values::ids::{MatchId, UserId};
use domain::values::transfer::TransferReport;
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::copy_in::CopyIn;
use crate::error::ProjectionError;

#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    pub by: UserId,
    pub report: TransferReport,
    pub at: DateTime<Utc>,
}

/// How many are shown of one match.
const SHOWN: i64 = 20;

struct Row {
    match_id: Uuid,
    by: Uuid,
    report: Json<TransferReport>,
    at: DateTime<Utc>,
}

/// The newest of each match, oldest first.
pub(super) async fn newest(
    pool: &PgPool,
    matches: &[Uuid],
) -> Result<HashMap<MatchId, Vec<Transfer>>, ProjectionError> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT t.match_id, t.by, t.report AS "report: Json<TransferReport>", t.at
           FROM unnest($1::uuid[]) AS wanted (id)
           CROSS JOIN LATERAL (SELECT * FROM match_transfers WHERE match_id = wanted.id
                               ORDER BY position DESC LIMIT $2) t
           ORDER BY t.position"#,
        matches,
        SHOWN
    )
    .fetch_all(pool)
    .await?;
    Ok(by_match(rows))
}

/// The first that each member of each match completed, sent and received: by them one knows how
/// far the videos have come.
pub(super) async fn first_completed(
    pool: &PgPool,
    matches: &[Uuid],
) -> Result<HashMap<MatchId, Vec<Transfer>>, ProjectionError> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT DISTINCT ON (match_id, by, report ->> 'direction')
                  match_id, by, report AS "report: Json<TransferReport>", at
           FROM match_transfers
           WHERE match_id = ANY ($1) AND report ->> 'outcome' = 'completed'
           ORDER BY match_id, by, report ->> 'direction', position"#,
        matches
    )
    .fetch_all(pool)
    .await?;
    Ok(by_match(rows))
}

fn by_match(rows: Vec<Row>) -> HashMap<MatchId, Vec<Transfer>> {
    let mut of = HashMap::<_, Vec<_>>::new();
    for Row { match_id, by, report: Json(report), at } in rows {
        let transfer = Transfer { by: UserId::from_uuid(by), report, at };
        of.entry(MatchId::from_uuid(match_id)).or_default().push(transfer);
    }
    of
}

/// What members reported, ready to be sent.
pub(super) struct Reported(CopyIn);

impl Default for Reported {
    fn default() -> Self {
        Self(CopyIn::new(
            "COPY match_transfers (position, match_id, by, report, at) FROM STDIN (FORMAT binary)",
        ))
    }
}

impl Reported {
    pub(super) fn push(
        &mut self,
        of: MatchId,
        by: UserId,
        report: &TransferReport,
        recorded: &RecordedEvent,
    ) -> sqlx::Result<()> {
        self.0
            .row(5)
            .field(recorded.position)?
            .field(of.uuid())?
            .field(by.uuid())?
            .field(Json(report))?
            .field(recorded.at)?;
        Ok(())
    }

    pub(super) async fn insert(self, tx: &mut PgConnection) -> sqlx::Result<()> {
        self.0.send(tx).await
    }
}

/// Takes away what somebody erased wrote into their reports, and which browser they used.
pub(super) async fn erase(tx: &mut PgConnection, people: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!(
        r#"UPDATE match_transfers SET report = report || '{"reason": null, "browser": null}'
           WHERE by = ANY($1)"#,
        people
    )
    .execute(tx)
    .await?;
    Ok(())
}
