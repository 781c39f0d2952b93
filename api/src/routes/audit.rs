//! The log itself, for auditors.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::events::AGGREGATES;
use domain::values::account::Role;
use domain::values::ids::MatchId;
use projections::Page;
use projections::audit::{LogEntry, LogFilter};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::match_as_of::MatchAsOf;
use super::page::{List, page};
use crate::app::App;
use crate::auth::SignedIn;
use crate::input::fields::uuid;
use crate::input::query::written;
use crate::input::{Fields, FromFields, Id, Query};
use crate::problem::{Problem, Result};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(events)).routes(routes!(match_as_of))
}

/// A row of the log, exactly as it is stored.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogEvent {
    /// Place in the log, ascending in the order in which events were stored.
    position: i64,
    #[schema(example = "match")]
    aggregate: String,
    /// The stream's id.
    id: String,
    /// Place in the stream, from 1.
    sequence: i64,
    #[schema(example = "Accepted")]
    r#type: String,
    #[schema(example = "1")]
    version: String,
    #[schema(value_type = Object)]
    payload: Box<RawValue>,
    /// Who acted, in which request, and because of which event.
    #[schema(value_type = Object)]
    metadata: Box<RawValue>,
    at: DateTime<Utc>,
}

impl From<LogEntry> for LogEvent {
    fn from(entry: LogEntry) -> Self {
        Self {
            position: entry.position,
            aggregate: entry.aggregate,
            id: entry.stream,
            sequence: entry.sequence,
            r#type: entry.kind,
            version: entry.version,
            payload: entry.payload.0,
            metadata: entry.metadata.0,
            at: entry.at,
        }
    }
}

#[derive(ToSchema)]
#[schema(as = Aggregate, rename_all = "snake_case")]
pub enum AggregateName {
    Account,
    DanceEvent,
    Participation,
    Match,
    Message,
    Report,
}

struct EventsWanted {
    filter: LogFilter,
    page: Page,
}

impl FromFields for EventsWanted {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let filter = LogFilter {
            aggregate: fields.optional("aggregate", aggregate),
            stream: fields.optional("id", uuid),
            after: fields.optional("after", position).unwrap_or_default(),
        };
        Some(Self { filter, page: page(fields) })
    }
}

struct AsOf(Option<i64>);

impl FromFields for AsOf {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self(fields.optional("at", position)))
    }
}

fn aggregate(value: &Value) -> Result<&'static str, String> {
    let known = AGGREGATES.iter().find(|name| value == **name);
    known.copied().ok_or_else(|| format!("must be one of {}", AGGREGATES.join(", ")))
}

fn position(value: &Value) -> Result<i64, String> {
    const FORM: &str = "must be a position in the log: a whole number from 0";
    written(FORM)(value).and_then(|at| if at < 0 { Err(FORM.to_owned()) } else { Ok(at) })
}

/// The log, event by event
///
/// For auditors. Ascending from after a position; of all streams, of those of one aggregate,
/// or of one stream. Nothing is decoded: an event shows as it is stored.
#[utoipa::path(get, path = "/api/audit/events", tag = "audit",
    params(("aggregate" = Option<AggregateName>, Query),
           ("id" = Option<String>, Query, description = "Id of a stream, such as a match's"),
           ("after" = Option<i64>, Query, minimum = 0, description = "A position"),
           ("limit" = Option<i64>, Query, minimum = 1, maximum = 100),
           ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "One page", body = List<LogEvent>)),
    extensions(("x-problems" = json!(["forbidden", "invalid"]))))]
async fn events(
    State(app): State<App>,
    me: SignedIn,
    Query(wanted): Query<EventsWanted>,
) -> Result<Json<List<LogEvent>>> {
    app.require_role(me.id, Role::Auditor).await?;
    Ok(Json(List::of(app.projections.audit().events(&wanted.filter, &wanted.page).await?)))
}

/// A match as of a place in the log
///
/// For auditors: its state and how it came there, replayed from the log. Without a position,
/// or with one beyond the log's end, as of now.
#[utoipa::path(get, path = "/api/audit/matches/{id}", tag = "audit",
    params(("id" = String, Path, description = "Id of the match"),
           ("at" = Option<i64>, Query, minimum = 0, description = "A position")),
    responses((status = 200, description = "The match then", body = MatchAsOf)),
    extensions(("x-problems" = json!(["forbidden", "invalid"]))))]
async fn match_as_of(
    State(app): State<App>,
    me: SignedIn,
    Id(id): Id<MatchId>,
    Query(AsOf(at)): Query<AsOf>,
) -> Result<Json<MatchAsOf>> {
    app.require_role(me.id, Role::Auditor).await?;
    let found = app.projections.audit().match_as_of(id, at).await?;
    Ok(Json(found.ok_or_else(|| Problem::not_found("match"))?.into()))
}
