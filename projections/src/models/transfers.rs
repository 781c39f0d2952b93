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

/// Those of each match, oldest first.
pub(super) async fn of(
    pool: &PgPool,
    matches: &[Uuid],
) -> Result<HashMap<MatchId, Vec<Transfer>>, ProjectionError> {
    let mut of = HashMap::<_, Vec<_>>::new();
    let rows = sqlx::query!(
        r#"SELECT match_id, by, report AS "report: Json<TransferReport>", at
           FROM match_transfers WHERE match_id = ANY($1) ORDER BY position"#,
        matches
    )
    .fetch_all(pool)
    .await?;
    for row in rows {
        let Json(report) = row.report;
        let transfer = Transfer { by: UserId::from_uuid(row.by), report, at: row.at };
        of.entry(MatchId::from_uuid(row.match_id)).or_default().push(transfer);
    }
    Ok(of)
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
