//! What moderators do about people, what they decide by, and what people hear of it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use domain::account::Suspension;
use domain::values::ids::{MessageId, ReportId, UserId};
use domain::values::room::MessageKind;
use domain::values::text::Warning;
use projections::models::{messages, moderation};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::history::HistoryEntry;
use super::moderation::{Report, readable};
use super::users::UserSummary;
use crate::app::App;
use crate::auth::{Actor, SignedIn};
use crate::input::fields::{string, text};
use crate::input::{Body, Fields, FromFields, Id};
use crate::problem::Result;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(context))
        .routes(routes!(warn))
        .routes(routes!(suspend, lift))
        .routes(routes!(notices))
}

/// What a report is about.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportContext {
    /// As the log has it, also where it was edited or taken back since.
    #[schema(required)]
    message: Option<ReportedMessage>,
    /// What was said around it, oldest first.
    around: Vec<SaidNearby>,
    /// Without ratings that are not revealed.
    match_history: Vec<HistoryEntry>,
    /// About the same person, newest first.
    other_reports: Vec<Report>,
    /// What was done about the person so far, newest first.
    acts: Vec<Act>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportedMessage {
    #[schema(value_type = String)]
    id: MessageId,
    /// All it ever said; the last words are the last. Empty where it is encrypted and its
    /// reporter did not reveal it.
    contents: Vec<String>,
    encrypted: bool,
    created_at: DateTime<Utc>,
    #[schema(required)]
    retracted_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SaidNearby {
    #[schema(value_type = String)]
    id: MessageId,
    author: UserSummary,
    /// Empty where it is encrypted.
    content: String,
    encrypted: bool,
    created_at: DateTime<Utc>,
}

impl From<messages::Message> for SaidNearby {
    fn from(message: messages::Message) -> Self {
        let messages::Message { id, author, kind, content, created_at, .. } = message;
        let encrypted = kind == MessageKind::Encrypted;
        let content = if encrypted { String::new() } else { content };
        Self { id, author: author.into(), content, encrypted, created_at }
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Act {
    /// Place in the log.
    position: i64,
    #[schema(value_type = ActKind)]
    kind: String,
    /// The warning, or why they were suspended.
    #[schema(required)]
    words: Option<String>,
    /// When the suspension ends by itself.
    #[schema(required)]
    until: Option<DateTime<Utc>>,
    /// Which moderator.
    #[schema(required)]
    by: Option<String>,
    at: DateTime<Utc>,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum ActKind {
    Warned,
    Suspended,
    Lifted,
}

impl From<moderation::Act> for Act {
    fn from(act: moderation::Act) -> Self {
        let moderation::Act { position, kind, words, until, by, at } = act;
        Self { position, kind, words, until, by, at }
    }
}

/// Something the moderators have to tell.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// Place in the log, by which notices are ordered.
    position: i64,
    #[schema(value_type = NoticeKind)]
    kind: String,
    /// The warning, or the reason of a suspension.
    #[schema(required)]
    words: Option<String>,
    #[schema(required)]
    until: Option<DateTime<Utc>>,
    /// What came of one's report, where the moderator said.
    #[schema(required, value_type = Option<super::moderation::ReportOutcome>)]
    outcome: Option<String>,
    /// Whom one's report was about.
    #[schema(required)]
    about: Option<String>,
    at: DateTime<Utc>,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum NoticeKind {
    Warned,
    Suspended,
    Lifted,
    ReportClosed,
}

impl From<moderation::Notice> for Notice {
    fn from(notice: moderation::Notice) -> Self {
        let moderation::Notice { position, kind, words, until, outcome, about, at } = notice;
        Self { position, kind, words, until, outcome, about, at }
    }
}

#[derive(Serialize, ToSchema)]
pub struct Notices {
    /// The newest first, the last fifty.
    items: Vec<Notice>,
}

#[derive(ToSchema)]
#[schema(as = NewWarning)]
#[expect(dead_code, reason = "read by `Warn`, described here for the document")]
pub struct WarningBody {
    #[schema(min_length = 1, max_length = 1000)]
    warning: String,
}

struct Warn(Warning);

impl FromFields for Warn {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self(fields.required("warning", text)?))
    }
}

#[derive(ToSchema)]
#[schema(as = NewSuspension)]
#[expect(dead_code, reason = "read by `Suspend`, described here for the document")]
pub struct SuspensionBody {
    /// The person reads it when they try to sign in.
    #[schema(min_length = 1, max_length = 300)]
    reason: String,
    /// When it ends by itself; left out, it lasts until it is lifted.
    until: Option<DateTime<Utc>>,
}

struct Suspend(Suspension);

impl FromFields for Suspend {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let reason = fields.required("reason", text);
        let until = fields.optional("until", later);
        Some(Self(Suspension { reason: reason?, until }))
    }
}

fn later(value: &serde_json::Value) -> Result<DateTime<Utc>, String> {
    let time = string(value)?.parse().map_err(|_| "must be a time, like 2026-12-01T12:00:00Z")?;
    if time > Utc::now() { Ok(time) } else { Err("must lie ahead".to_owned()) }
}

/// What a report is about
///
/// For moderators, and about a moderator or an admin for admins: the message with what was said
/// around it, the match's history, and what else is known of the person.
#[utoipa::path(get, path = "/api/reports/{id}/context", tag = "moderation",
    params(("id" = String, Path, description = "Id of the report")),
    responses((status = 200, description = "The context", body = ReportContext)),
    extensions(("x-problems" = json!(["forbidden"]))))]
async fn context(
    State(app): State<App>,
    me: SignedIn,
    Id(id): Id<ReportId>,
) -> Result<Json<ReportContext>> {
    let report = readable(&app, me.id, id).await?;
    let found = app.projections.report_context(&report).await?;
    Ok(Json(ReportContext {
        message: found.message.map(|message| ReportedMessage {
            id: message.id,
            contents: message.contents,
            encrypted: message.encrypted,
            created_at: message.posted_at,
            retracted_at: message.retracted_at,
        }),
        around: found.around.into_iter().map(SaidNearby::from).collect(),
        match_history: found.match_history.into_iter().map(HistoryEntry::from).collect(),
        other_reports: found.other_reports.into_iter().map(Report::from).collect(),
        acts: found.acts.into_iter().map(Act::from).collect(),
    }))
}

/// Warn somebody
///
/// For moderators; about another moderator or an admin, for admins. The person reads it.
#[utoipa::path(post, path = "/api/users/{id}/warnings", tag = "moderation",
    request_body = WarningBody,
    params(("id" = String, Path, description = "Whom")),
    responses((status = 204, description = "Warned")),
    extensions(("x-problems" = json!(["forbidden"]))))]
async fn warn(
    State(app): State<App>,
    me: Actor,
    Id(user): Id<UserId>,
    Body(Warn(warning)): Body<Warn>,
) -> Result<StatusCode> {
    let done = app.commands.warn(&me.context, user, warning).await?;
    app.readable(done).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Suspend somebody
///
/// For moderators; about another moderator or an admin, for admins. The person is signed out
/// everywhere at once and cannot sign in until the suspension ends or is lifted. Another one
/// replaces it.
#[utoipa::path(post, path = "/api/users/{id}/suspension", tag = "moderation",
    request_body = SuspensionBody,
    params(("id" = String, Path, description = "Whom")),
    responses((status = 204, description = "Suspended")),
    extensions(("x-problems" = json!(["forbidden"]))))]
async fn suspend(
    State(app): State<App>,
    me: Actor,
    Id(user): Id<UserId>,
    Body(Suspend(suspension)): Body<Suspend>,
) -> Result<StatusCode> {
    let done = app.commands.suspend(&me.context, user, suspension).await?;
    // Also where they were suspended before: whoever was cut off in between asks again.
    app.auth.close_all(user, None).await?;
    app.gateway.close_user(user);
    app.readable(done).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lift a suspension
///
/// For moderators. Who is not suspended stays so.
#[utoipa::path(delete, path = "/api/users/{id}/suspension", tag = "moderation",
    params(("id" = String, Path, description = "Whose")),
    responses((status = 204, description = "Lifted")),
    extensions(("x-problems" = json!(["forbidden"]))))]
async fn lift(State(app): State<App>, me: Actor, Id(user): Id<UserId>) -> Result<StatusCode> {
    let done = app.commands.lift_suspension(&me.context, user).await?;
    app.readable(done).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the moderators have to tell oneself
///
/// Warnings, suspensions, and what came of one's reports.
#[utoipa::path(get, path = "/api/users/me/notices", tag = "account",
    responses((status = 200, description = "The newest first", body = Notices)))]
async fn notices(State(app): State<App>, me: SignedIn) -> Result<Json<Notices>> {
    let items = app.projections.moderation().notices_for(me.id).await?;
    Ok(Json(Notices { items: items.into_iter().map(Notice::from).collect() }))
}
