//! How handing videos over goes, day by day: what members reported, counted.

use async_trait::async_trait;
use chrono::NaiveDate;
use domain::account::AccountEvent;
use domain::events::{Event, RecordedEvent, StoredEvent};
use domain::r#match::MatchEvent;
use domain::values::ids::UserId;
use domain::values::transfer::Millis;
use domain::values::transfer_kinds::{
    browser_family, direction_kind, outcome_kind, path_kind, reason_kind,
};
use sqlx::{PgConnection, PgPool};

use super::transfer_tally::{TransferTally, tallies};
use crate::copy_in::CopyIn;
use crate::error::ProjectionError;
use crate::follower;

/// The days from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TransferStatistics {
    /// Of all days together.
    pub total: TransferTally,
    /// Days on which something was reported, in order. A day is one of UTC.
    pub days: Vec<(NaiveDate, TransferTally)>,
}

/// Queries on the statistics of transfers.
#[derive(Clone, Debug)]
pub struct Statistics(pub(crate) PgPool);

impl Statistics {
    pub async fn of(&self, days: Days) -> Result<TransferStatistics, ProjectionError> {
        let mut tallies = tallies(&self.0, days).await?;
        let total = tallies.remove(&None).unwrap_or_default();
        let days = tallies.into_iter().filter_map(|(day, tally)| Some((day?, tally)));
        Ok(TransferStatistics { total, days: days.collect() })
    }
}

pub(crate) struct Projector;

#[async_trait]
impl follower::Projector for Projector {
    fn name(&self) -> &'static str {
        "transfer_statistics"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["transfer_statistics"]
    }

    fn aggregates(&self) -> &'static [&'static str] {
        &[MatchEvent::AGGREGATE, AccountEvent::AGGREGATE]
    }

    fn handles(&self, event: &Event) -> bool {
        matches!(event, Event::Match(_, MatchEvent::TransferReported { .. }))
            || event.erased().is_some()
    }

    async fn apply(&self, tx: &mut PgConnection, events: &[&RecordedEvent]) -> sqlx::Result<()> {
        let mut rows = CopyIn::new(
            "COPY transfer_statistics (position, day, by, transfer, direction, outcome, path,
                                       reason, browser, bytes_per_second, connected,
                                       connect_seconds)
             FROM STDIN (FORMAT binary)",
        );
        let mut erased = vec![];
        for recorded in events {
            erased.extend(recorded.event.erased().map(UserId::uuid));
            let Event::Match(_, MatchEvent::TransferReported { by, report, .. }) = &recorded.event
            else {
                continue;
            };
            rows.row(12)
                .field(recorded.position)?
                .field(recorded.at.date_naive())?
                .field(by.uuid())?
                .field(report.transfer)?
                .field(direction_kind(report.direction))?
                .field(outcome_kind(report.outcome))?
                .field(path_kind(report.path))?
                .field(reason_kind(report.reason.as_ref()))?
                .field(browser_family(report.browser.as_ref()))?
                .field(report.bytes_per_second())?
                .field(report.came_to_connect())?
                .field(report.connect_millis.map(Millis::seconds))?;
        }
        rows.send(tx).await?;
        if !erased.is_empty() {
            // As their events read from now on.
            sqlx::query!(
                "UPDATE transfer_statistics SET reason = 'none', browser = 'none'
                 WHERE by = ANY($1)",
                &erased
            )
            .execute(tx)
            .await?;
        }
        Ok(())
    }
}
