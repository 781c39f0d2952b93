//! Reports to the moderators.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use commands::NewReport;
use domain::report::{Grounds, Outcome};
use domain::values::account::Role;
use domain::values::ids::{MatchId, MessageId, ReportId, UserId};
use domain::values::text::Resolution;
use projections::Page;
use projections::models::reports::{self, Reader};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::page::{List, page};
use super::users::UserSummary;
use crate::app::App;
use crate::auth::{Actor, SignedIn};
use crate::input::fields::{id, text, text_or_none, word};
use crate::input::{Body, Fields, FromFields, Id, Query};
use crate::problem::{Problem, Result};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, file)).routes(routes!(get, resolve))
}

/// What somebody reported, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    #[schema(value_type = String)]
    id: ReportId,
    reporter: UserSummary,
    reported: UserSummary,
    #[schema(value_type = ReportReason)]
    reason: Grounds,
    #[schema(required)]
    details: Option<String>,
    #[schema(required, value_type = Option<String>)]
    match_id: Option<MatchId>,
    #[schema(required, value_type = Option<String>)]
    message_id: Option<MessageId>,
    /// Whether the message is encrypted and its reporter revealed it to the moderators.
    message_revealed: bool,
    #[schema(value_type = ReportStatus)]
    status: &'static str,
    /// What a moderator did about it.
    #[schema(required)]
    resolution: Option<String>,
    /// What came of it, as the reporter hears it.
    #[schema(required, value_type = Option<ReportOutcome>)]
    outcome: Option<Outcome>,
    created_at: DateTime<Utc>,
    #[schema(required)]
    resolved_at: Option<DateTime<Utc>>,
}

#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum ReportReason {
    Harassment,
    Spam,
    Inappropriate,
    Impersonation,
    Other,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum ReportOutcome {
    NoAction,
    Warned,
    Suspended,
}

#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum ReportStatus {
    Open,
    Resolved,
}

impl From<reports::Report> for Report {
    fn from(report: reports::Report) -> Self {
        let resolved_at = report.resolved.as_ref().map(|resolved| resolved.at);
        let outcome = report.resolved.as_ref().and_then(|resolved| resolved.outcome);
        Self {
            id: report.id,
            outcome,
            reporter: report.reporter.into(),
            reported: report.reported.into(),
            reason: report.grounds,
            details: report.details,
            match_id: report.match_id,
            message_id: report.message_id,
            message_revealed: report.message_key.is_some(),
            status: if resolved_at.is_some() { "resolved" } else { "open" },
            resolution: report.resolved.map(|resolved| resolved.resolution),
            created_at: report.created_at,
            resolved_at,
        }
    }
}

impl Report {
    async fn of(app: &App, id: ReportId) -> Result<Self> {
        let report = app.projections.reports().by_id(id).await?;
        Ok(report.ok_or_else(|| Problem::not_found("report"))?.into())
    }
}

#[derive(ToSchema)]
#[schema(as = NewReport, rename_all = "camelCase")]
#[expect(dead_code, reason = "read by `commands::NewReport`, described here for the document")]
pub struct NewReportBody {
    reported_user_id: String,
    reason: ReportReason,
    #[schema(max_length = 2000)]
    details: Option<String>,
    match_id: Option<String>,
    message_id: Option<String>,
    /// The key of an encrypted message, which reveals it, and nothing else, to the moderators.
    #[schema(min_length = 43, max_length = 43)]
    message_key: Option<String>,
}

impl FromFields for NewReport {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let reported = fields.required("reportedUserId", id);
        let grounds = fields.required("reason", text_or_grounds);
        let details = fields.optional("details", text_or_none).flatten();
        let match_id = fields.optional("matchId", id);
        let message_id = fields.optional("messageId", id);
        let message_key = fields.optional("messageKey", text);
        let (reported, grounds) = (reported?, grounds?);
        Some(Self { reported, grounds, details, match_id, message_id, message_key })
    }
}

#[derive(ToSchema)]
#[schema(as = ReportPatch)]
#[expect(dead_code, reason = "read by `Resolving`, described here for the document")]
pub struct ReportPatchBody {
    /// Only `resolved`.
    status: ReportStatus,
    #[schema(min_length = 1, max_length = 2000)]
    /// For the moderators.
    resolution: String,
    /// What the reporter hears.
    outcome: Option<ReportOutcome>,
}

struct Resolving(Resolution, Option<Outcome>);

impl FromFields for Resolving {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let status = fields.required("status", word(&[("resolved", ())]));
        let resolution = fields.required("resolution", text);
        let outcome = fields.optional("outcome", text);
        status?;
        Some(Self(resolution?, outcome))
    }
}

struct ReportsWanted {
    open: Option<bool>,
    page: Page,
}

impl FromFields for ReportsWanted {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let open = fields.optional("status", word(&[("open", true), ("resolved", false)]));
        Some(Self { open, page: page(fields) })
    }
}

fn text_or_grounds(value: &serde_json::Value) -> Result<Grounds, String> {
    text(value)
}

/// Reports
///
/// For moderators; newest first. Nobody sees those about themselves, and those about moderators
/// and admins are for admins.
#[utoipa::path(get, path = "/api/reports", tag = "moderation",
    params(("status" = Option<ReportStatus>, Query),
           ("limit" = Option<i64>, Query, minimum = 1, maximum = 100),
           ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "One page", body = List<Report>)),
    extensions(("x-problems" = json!(["forbidden", "invalid"]))))]
async fn list(
    State(app): State<App>,
    me: SignedIn,
    Query(wanted): Query<ReportsWanted>,
) -> Result<Json<List<Report>>> {
    app.require_role(me.id, Role::Moderator).await?;
    let is_admin = app.commands.roles(me.id).await?.contains(&Role::Admin);
    let reader = Reader { user: me.id, is_admin };
    Ok(Json(List::of(app.projections.reports().list(reader, wanted.open, &wanted.page).await?)))
}

/// Report somebody to the moderators
#[utoipa::path(post, path = "/api/reports", tag = "moderation", request_body = NewReportBody,
    responses((status = 201, description = "Filed", body = Report)),
    extensions(("x-problems" = json!(["not_found", "rate_limited"]))))]
async fn file(
    State(app): State<App>,
    me: Actor,
    Body(new): Body<NewReport>,
) -> Result<(StatusCode, Json<Report>)> {
    app.limits.report(me.id).await?;
    let done = app.commands.file_report(&me.context, new).await?;
    let id = app.readable(done).await?;
    Ok((StatusCode::CREATED, Json(Report::of(&app, id).await?)))
}

/// One report
///
/// For moderators; about a moderator or an admin, for admins.
#[utoipa::path(get, path = "/api/reports/{id}", tag = "moderation",
    params(("id" = String, Path, description = "Id of the report")),
    responses((status = 200, description = "The report", body = Report)),
    extensions(("x-problems" = json!(["forbidden"]))))]
async fn get(State(app): State<App>, me: SignedIn, Id(id): Id<ReportId>) -> Result<Json<Report>> {
    Ok(Json(readable(&app, me.id, id).await?.into()))
}

/// A report, if `me` may read it.
pub(super) async fn readable(app: &App, me: UserId, id: ReportId) -> Result<reports::Report> {
    app.require_role(me, Role::Moderator).await?;
    let report = app.projections.reports().by_id(id).await?;
    let report = report.ok_or_else(|| Problem::not_found("report"))?;
    app.commands.require_judge_of(report.reported.id, me).await?;
    Ok(report)
}

/// Resolve a report
///
/// For moderators; about a moderator or an admin, for admins. Once, and not about oneself.
#[utoipa::path(patch, path = "/api/reports/{id}", tag = "moderation",
    request_body = ReportPatchBody,
    params(("id" = String, Path, description = "Id of the report")),
    responses((status = 200, description = "As it is now", body = Report)),
    extensions(("x-problems" = json!(["forbidden", "illegal_transition"]))))]
async fn resolve(
    State(app): State<App>,
    me: Actor,
    Id(id): Id<ReportId>,
    Body(Resolving(resolution, outcome)): Body<Resolving>,
) -> Result<Json<Report>> {
    let done = app.commands.resolve_report(&me.context, id, resolution, outcome).await?;
    let id = app.readable(done).await?;
    Ok(Json(Report::of(&app, id).await?))
}
