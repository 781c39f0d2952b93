//! What reports of transfers add up to, over a day or over many.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sqlx::PgPool;

use super::transfer_statistics::Days;
use crate::error::ProjectionError;

/// Both ends report, so a transfer that went well counts as one transfer and two reports.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransferTally {
    pub transfers: i64,
    pub reports: i64,
    pub outcomes: Vec<Count>,
    pub paths: Vec<Count>,
    /// Of reports that did not complete.
    pub reasons: Vec<Count>,
    pub browsers: Vec<Count>,
    pub connections: Connections,
    /// Of completed transfers, in bytes a second; none where there were none.
    pub speed: Option<Percentiles>,
}

/// Reports of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    pub name: String,
    pub reports: i64,
    pub completed: i64,
}

/// How often the two browsers reached each other, where it was told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Connections {
    pub attempts: i64,
    pub connected: i64,
    /// How long that took.
    pub seconds: Option<Percentiles>,
}

/// A tenth lies below the first, half below the second, nine tenths below the third.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Percentiles {
    pub p10: f64,
    pub p50: f64,
    pub p90: f64,
}

impl Percentiles {
    fn of(values: Option<Vec<f64>>) -> Option<Self> {
        match values.as_deref() {
            Some(&[p10, p50, p90]) => Some(Self { p10, p50, p90 }),
            _ => None,
        }
    }
}

/// Those of each day, and under none that of all days; kinds with the most reports first.
pub(super) async fn tallies(
    pool: &PgPool,
    days: Days,
) -> Result<BTreeMap<Option<NaiveDate>, TransferTally>, ProjectionError> {
    let sums = sqlx::query!(
        r#"SELECT day AS "day?",
                  count(DISTINCT transfer) + count(*) FILTER (WHERE transfer IS NULL)
                      AS "transfers!",
                  count(*) AS "reports!",
                  count(connected) AS "attempts!",
                  count(*) FILTER (WHERE connected) AS "connected!",
                  percentile_cont(ARRAY[0.1, 0.5, 0.9]) WITHIN GROUP (ORDER BY bytes_per_second)
                      AS speed,
                  percentile_cont(ARRAY[0.1, 0.5, 0.9]) WITHIN GROUP (ORDER BY connect_seconds)
                      FILTER (WHERE connected) AS connect_seconds
           FROM transfer_statistics
           WHERE day BETWEEN $1 AND $2
           GROUP BY GROUPING SETS ((day), ())
           HAVING count(*) > 0"#,
        days.from,
        days.to
    )
    .fetch_all(pool)
    .await?;
    let mut tallies: BTreeMap<_, _> = sums
        .into_iter()
        .map(|row| {
            let connections = Connections {
                attempts: row.attempts,
                connected: row.connected,
                seconds: Percentiles::of(row.connect_seconds),
            };
            let tally = TransferTally {
                transfers: row.transfers,
                reports: row.reports,
                connections,
                speed: Percentiles::of(row.speed),
                ..TransferTally::default()
            };
            (row.day, tally)
        })
        .collect();
    let counts = sqlx::query!(
        r#"SELECT day AS "day?", kind AS "kind!", name AS "name!", count(*) AS "reports!",
                  count(*) FILTER (WHERE outcome = 'completed') AS "completed!"
           FROM transfer_statistics
           CROSS JOIN LATERAL (VALUES ('outcome', outcome), ('path', path), ('reason', reason),
                                      ('browser', browser)) AS told (kind, name)
           WHERE day BETWEEN $1 AND $2 AND (kind <> 'reason' OR outcome <> 'completed')
           GROUP BY GROUPING SETS ((day, kind, name), (kind, name))
           ORDER BY count(*) DESC, name"#,
        days.from,
        days.to
    )
    .fetch_all(pool)
    .await?;
    for row in counts {
        let Some(tally) = tallies.get_mut(&row.day) else { continue };
        let kinds = match row.kind.as_str() {
            "outcome" => &mut tally.outcomes,
            "path" => &mut tally.paths,
            "reason" => &mut tally.reasons,
            _ => &mut tally.browsers,
        };
        kinds.push(Count { name: row.name, reports: row.reports, completed: row.completed });
    }
    Ok(tallies)
}
