//! How handing videos over goes, for those who run the product.

use axum::Json;
use axum::extract::State;
use chrono::{NaiveDate, TimeDelta, Utc};
use domain::values::account::Role;
use projections::models::transfer_statistics::{self, Days};
use projections::models::transfer_tally::{self, TransferTally};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::SignedIn;
use crate::input::fields::date;
use crate::input::{Fields, FromFields, Query};
use crate::problem::Result;

/// Days that are counted where nobody says from when.
const USUAL_DAYS: i64 = 30;

/// Days that may be counted at once: a year and its leap day.
const MOST_DAYS: i64 = 366;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(transfers))
}

/// What members reported of handing videos over, counted.
#[derive(Debug, Serialize, ToSchema)]
pub struct TransferStatistics {
    from: NaiveDate,
    to: NaiveDate,
    total: TransferCounts,
    /// Every day from the first to the last, in UTC.
    days: Vec<TransferDay>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TransferDay {
    day: NaiveDate,
    #[serde(flatten)]
    counts: TransferCounts,
}

/// Both ends report, so a transfer that went well is one transfer and two reports.
#[derive(Debug, Serialize, ToSchema)]
pub struct TransferCounts {
    transfers: i64,
    reports: i64,
    outcomes: Vec<KindCount>,
    paths: Vec<KindCount>,
    /// Of reports that did not complete.
    reasons: Vec<KindCount>,
    browsers: Vec<KindCount>,
    connections: ConnectionCounts,
    /// Of completed transfers, in bytes a second; null where there were none.
    #[schema(required)]
    speed: Option<Percentiles>,
}

/// Reports of one kind, and how many of them completed.
#[derive(Debug, Serialize, ToSchema)]
pub struct KindCount {
    #[schema(example = "relay")]
    name: String,
    reports: i64,
    completed: i64,
}

/// How often the two browsers reached each other, where it was told.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConnectionCounts {
    attempts: i64,
    connected: i64,
    /// How long that took.
    #[schema(required)]
    seconds: Option<Percentiles>,
}

/// A tenth lies below the first, half below the second, nine tenths below the third.
#[derive(Debug, Serialize, ToSchema)]
pub struct Percentiles {
    p10: f64,
    p50: f64,
    p90: f64,
}

impl TransferStatistics {
    fn of(wanted: Days, statistics: transfer_statistics::TransferStatistics) -> Self {
        let mut told = statistics.days.into_iter().peekable();
        let days = wanted.from.iter_days().take_while(|day| *day <= wanted.to).map(|day| {
            let counted = told.next_if(|(of, _)| *of == day);
            TransferDay { day, counts: counted.map(|(_, tally)| tally).unwrap_or_default().into() }
        });
        let days = days.collect();
        Self { from: wanted.from, to: wanted.to, total: statistics.total.into(), days }
    }
}

impl From<TransferTally> for TransferCounts {
    fn from(tally: TransferTally) -> Self {
        let kinds = |counts: Vec<transfer_tally::Count>| {
            counts.into_iter().map(KindCount::from).collect::<Vec<_>>()
        };
        let transfer_tally::Connections { attempts, connected, seconds } = tally.connections;
        Self {
            transfers: tally.transfers,
            reports: tally.reports,
            outcomes: kinds(tally.outcomes),
            paths: kinds(tally.paths),
            reasons: kinds(tally.reasons),
            browsers: kinds(tally.browsers),
            connections: ConnectionCounts { attempts, connected, seconds: seconds.map(Into::into) },
            speed: tally.speed.map(Into::into),
        }
    }
}

impl From<transfer_tally::Count> for KindCount {
    fn from(count: transfer_tally::Count) -> Self {
        let transfer_tally::Count { name, reports, completed } = count;
        Self { name, reports, completed }
    }
}

impl From<transfer_tally::Percentiles> for Percentiles {
    fn from(percentiles: transfer_tally::Percentiles) -> Self {
        let transfer_tally::Percentiles { p10, p50, p90 } = percentiles;
        Self { p10, p50, p90 }
    }
}

struct DaysWanted(Days);

impl FromFields for DaysWanted {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let to = fields.optional("to", date);
        let from = fields.optional("from", date);
        let to = to.unwrap_or_else(|| Utc::now().date_naive());
        let from = from.unwrap_or_else(|| to - TimeDelta::days(USUAL_DAYS - 1));
        let days = (to - from).num_days() + 1;
        if days < 1 {
            fields.refuse("from", "must not be after the last day");
            return None;
        }
        if days > MOST_DAYS {
            fields.refuse("from", format!("must be at most {MOST_DAYS} days before the last day"));
            return None;
        }
        Some(Self(Days { from, to }))
    }
}

/// How handing videos over goes
///
/// For admins: what members reported, day by day and altogether. Without days, the last 30;
/// at most 366. Names of reasons and browsers are kinds of a fixed set.
#[utoipa::path(get, path = "/api/transfers/statistics", tag = "transfer",
    params(("from" = Option<String>, Query, format = Date, description = "First day, in UTC"),
           ("to" = Option<String>, Query, format = Date, description = "Last day, in UTC")),
    responses((status = 200, description = "The counts", body = TransferStatistics)),
    extensions(("x-problems" = json!(["forbidden", "invalid"]))))]
async fn transfers(
    State(app): State<App>,
    me: SignedIn,
    Query(DaysWanted(days)): Query<DaysWanted>,
) -> Result<Json<TransferStatistics>> {
    app.require_role(me.id, Role::Admin).await?;
    let statistics = app.projections.transfer_statistics().of(days).await?;
    Ok(Json(TransferStatistics::of(days, statistics)))
}
