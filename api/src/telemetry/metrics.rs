//! What `/metrics` tells. Each server has its own registry, so that several can run in one
//! process, as tests have it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use domain::values::transfer::TransferReport;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::transfers::TransferMetrics;
use crate::problem::{Problem, Result};

/// Cheap to clone.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    requests: Family<RequestLabels, Histogram>,
    transfers: TransferMetrics,
    appended: Gauge,
    lag: Family<ProjectionLabels, Gauge>,
    parked: Family<ProjectionLabels, Gauge>,
    unsealed: Gauge,
    password_checks: Counter,
    sockets: Gauge,
    tasks: Gauge,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ProjectionLabels {
    projection: &'static str,
}

/// From a read that hits the cache to a password being hashed on a busy machine, in seconds.
const LATENCIES: [f64; 12] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

impl Default for Metrics {
    fn default() -> Self {
        let requests =
            Family::new_with_constructor((|| Histogram::new(LATENCIES)) as fn() -> Histogram);
        let (appended, lag, parked) = (Gauge::default(), Family::default(), Family::default());
        let (unsealed, sockets, tasks) = (Gauge::default(), Gauge::default(), Gauge::default());
        let password_checks = Counter::default();
        let mut registry = Registry::with_prefix("spotlight");
        registry.register(
            "http_request_duration_seconds",
            "Time to answer requests, by route and status",
            requests.clone(),
        );
        let transfers = TransferMetrics::registered(&mut registry);
        registry.register(
            "log_appended_position",
            "Highest position of the log that this node has appended",
            appended.clone(),
        );
        registry.register(
            "projection_lag_positions",
            "Positions that a read model is behind the log",
            lag.clone(),
        );
        registry.register(
            "projection_parked_events",
            "Events that a read model could not apply, and those of their streams behind them",
            parked.clone(),
        );
        registry.register(
            "log_unsealed_positions",
            "Positions of the log that no seal covers yet",
            unsealed.clone(),
        );
        registry.register(
            "password_checks",
            "Passwords compared with a stored one, or with none",
            password_checks.clone(),
        );
        registry.register("sockets", "Open WebSockets on this node", sockets.clone());
        registry.register("tasks", "Tasks of this process that have not ended", tasks.clone());
        Self {
            registry: Arc::new(registry),
            requests,
            transfers,
            appended,
            lag,
            parked,
            unsealed,
            password_checks,
            sockets,
            tasks,
        }
    }
}

impl Metrics {
    pub fn request(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let labels = RequestLabels { method, route: route.to_owned(), status };
        self.requests.get_or_create(&labels).observe(took.as_secs_f64());
    }

    pub fn transfer(&self, report: &TransferReport) {
        self.transfers.observe(report);
    }

    /// Counted where it happens.
    pub fn password_checks(&self) -> Counter {
        self.password_checks.clone()
    }

    pub fn set_appended(&self, position: i64) {
        self.appended.set(position);
    }

    pub fn set_lag(&self, projection: &'static str, behind: i64) {
        self.lag.get_or_create(&ProjectionLabels { projection }).set(behind);
    }

    pub fn set_parked(&self, projection: &'static str, events: i64) {
        self.parked.get_or_create(&ProjectionLabels { projection }).set(events);
    }

    pub fn set_unsealed(&self, positions: i64) {
        self.unsealed.set(positions);
    }

    pub fn set_sockets(&self, open: usize) {
        self.sockets.set(open as i64);
    }

    pub fn set_tasks(&self, alive: usize) {
        self.tasks.set(alive as i64);
    }

    /// As Prometheus reads it.
    pub fn text(&self) -> Result<String> {
        let mut text = String::new();
        encode(&mut text, &self.registry).map_err(|error: fmt::Error| Problem::internal(&error))?;
        Ok(text)
    }
}
