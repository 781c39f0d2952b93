//! The log itself, for auditors.

use axum::extract::State;
use domain::values::account::Role;
use domain::values::ids::MatchId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::not_yet;
use crate::app::App;
use crate::auth::SignedIn;
use crate::input::Id;
use crate::problem::{Problem, Result};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(events)).routes(routes!(match_at))
}

/// The log, event by event
#[utoipa::path(get, path = "/api/audit/events", tag = "audit",
    params(("aggregate" = Option<String>, Query), ("id" = Option<String>, Query),
           ("after" = Option<i64>, Query)),
    responses((status = 200, description = "Events")),
    extensions(("x-problems" = json!(["forbidden", "not_implemented"]))))]
async fn events(State(app): State<App>, me: SignedIn) -> Result<Problem> {
    app.require_role(me.id, Role::Auditor).await?;
    Err(not_yet("reading the log"))
}

/// A match as of a place in the log
#[utoipa::path(get, path = "/api/audit/matches/{id}", tag = "audit",
    params(("id" = String, Path, description = "Id of the match"), ("at" = Option<i64>, Query)),
    responses((status = 200, description = "Its state then")),
    extensions(("x-problems" = json!(["forbidden", "not_implemented"]))))]
async fn match_at(State(app): State<App>, me: SignedIn, _: Id<MatchId>) -> Result<Problem> {
    app.require_role(me.id, Role::Auditor).await?;
    Err(not_yet("reading the log"))
}
