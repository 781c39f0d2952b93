//! What machines ask: is it alive, may it have traffic, how is it doing.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use projections::ProjectorLag;
use serde::Serialize;
use tokio::runtime::Handle;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::problem::{Result, causes};

/// So far behind, what people read would be told as missing.
const TOLERATED_LAG: i64 = 10_000;
/// An event that cannot be applied is parked within two seconds; meanwhile all others are there.
const TOLERATED_TROUBLE: Duration = Duration::from_secs(3);

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(live)).routes(routes!(ready)).routes(routes!(metrics))
}

/// Whether this node may have traffic.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Readiness {
    ready: bool,
    /// Why not.
    reasons: Vec<String>,
    /// What somebody should look at though the node may have traffic.
    degraded: Vec<String>,
    /// Positions each read model, and the agenda of what follows from events, is behind the log.
    projections: Vec<ProjectionLag>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectionLag {
    name: &'static str,
    position: i64,
    behind: i64,
    /// Events that could not be applied, and those of their streams that wait behind them.
    parked: i64,
}

/// Alive
#[utoipa::path(get, path = "/healthz", tag = "operation", security(()),
    responses((status = 200, description = "The process serves", content_type = "text/plain")))]
async fn live() -> &'static str {
    "ok"
}

/// Ready
///
/// The database answers, the read models keep up, and the node is not about to stop. A node
/// that is degraded is ready: an event that a read model could not apply holds up only its
/// own stream.
#[utoipa::path(get, path = "/readyz", tag = "operation", security(()),
    responses((status = 200, description = "Ready", body = Readiness),
              (status = 503, description = "Not ready, and why", body = Readiness)))]
async fn ready(State(app): State<App>) -> (StatusCode, Json<Readiness>) {
    let (mut reasons, mut degraded) = (vec![], vec![]);
    if app.readiness.is_draining() {
        reasons.push("draining".to_owned());
    }
    let mut projections = vec![];
    match app.projections.lag().await {
        Ok(lag) => {
            reasons.extend(lag.log_trouble);
            reasons.extend(lag.projectors.iter().flat_map(what_is_late));
            // Nobody is answered from it.
            degraded.extend(what_is_late(&lag.agenda));
            for projector in lag.projectors.into_iter().chain([lag.agenda]) {
                let ProjectorLag { name, position, behind, parked, .. } = projector;
                // No reason to turn everybody away: all other streams are served.
                if parked > 0 {
                    degraded.push(format!("{name} has parked events: {parked}"));
                }
                projections.push(ProjectionLag { name, position, behind, parked });
            }
        }
        Err(error) => {
            tracing::warn!(error = causes(&error), "the database does not answer");
            reasons.push("the database does not answer".to_owned());
        }
    }
    // What is in the log reaches everybody all the same.
    if !app.gateway.hears_other_nodes() {
        degraded.push("the broker is down: other nodes' people and signals do not come".to_owned());
    }
    let ready = reasons.is_empty();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready, reasons, degraded, projections }))
}

fn what_is_late(projector: &ProjectorLag) -> Vec<String> {
    let ProjectorLag { name, behind, trouble, .. } = projector;
    let lags = (*behind > TOLERATED_LAG).then(|| format!("{name} is {behind} behind"));
    let stopped = trouble
        .as_ref()
        .filter(|trouble| trouble.since.elapsed() >= TOLERATED_TROUBLE)
        .map(|_| format!("{name} does not get on"));
    lags.into_iter().chain(stopped).collect()
}

/// Metrics
///
/// In Prometheus' text format.
#[utoipa::path(get, path = "/metrics", tag = "operation", security(()),
    responses((status = 200, description = "Metrics", content_type = "text/plain")))]
async fn metrics(State(app): State<App>, headers: HeaderMap) -> Result<impl IntoResponse> {
    app.metrics.set_sockets(app.gateway.sockets());
    app.metrics.set_tasks(Handle::current().metrics().num_alive_tasks());
    app.metrics.set_appended(*app.commands.appended().borrow());
    if let Ok(lag) = app.projections.lag().await {
        for projector in lag.projectors.into_iter().chain([lag.agenda]) {
            app.metrics.set_lag(projector.name, projector.behind);
            app.metrics.set_parked(projector.name, projector.parked);
        }
    }
    if let Ok(unsealed) = app.seals.unsealed().await {
        app.metrics.set_unsealed(unsealed);
    }
    // The text is the same; who does not ask for OpenMetrics takes its extras for comments.
    let accepted = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let media_type = match accepted {
        Some(accept) if accept.contains("application/openmetrics-text") => {
            "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
        _ => "text/plain; version=0.0.4; charset=utf-8",
    };
    Ok(([(header::CONTENT_TYPE, media_type)], app.metrics.text()?))
}
