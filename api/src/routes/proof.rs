//! A match with the proof that its events are what was sealed.

use axum::Json;
use axum::extract::State;
use domain::values::account::Role;
use domain::values::ids::MatchId;
use projections::seals;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::SignedIn;
use crate::input::Id;
use crate::problem::{Problem, Result};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(proof))
}

/// A match with its proof
///
/// A file to be kept, and checked later without the server: `spotlight audit verify-file`.
/// `docs/adr/0005-seals.md` describes it for other programs.
#[utoipa::path(get, path = "/api/audit/matches/{id}/proof", tag = "audit",
    params(("id" = String, Path, description = "Id of the match")),
    responses((status = 200, description = "Its events as they are stored, and why to believe it", body = Object)),
    extensions(("x-problems" = json!(["forbidden"]))))]
async fn proof(
    State(app): State<App>,
    me: SignedIn,
    Id(id): Id<MatchId>,
) -> Result<Json<seals::MatchProof>> {
    app.require_role(me.id, Role::Auditor).await?;
    Ok(Json(app.seals.export(id).await?.ok_or_else(|| Problem::not_found("match"))?))
}
