//! How handing videos over goes, as members report it. Labels come from bounded sets: what
//! clients write freely is sorted into kinds first.

use domain::values::transfer::{Millis, Outcome, TransferReport};
use domain::values::transfer_kinds::{
    browser_family, direction_kind, outcome_kind, path_kind, reason_kind,
};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Cheap to clone.
#[derive(Clone)]
pub struct TransferMetrics {
    reports: Family<ReportLabels, Counter>,
    failures: Family<FailureLabels, Counter>,
    browsers: Family<BrowserLabels, Counter>,
    connections: Family<ConnectionLabels, Counter>,
    speed: Family<DirectionLabels, Histogram>,
    duration: Family<DirectionLabels, Histogram>,
    connecting: Histogram,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReportLabels {
    outcome: &'static str,
    path: &'static str,
    direction: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FailureLabels {
    outcome: &'static str,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BrowserLabels {
    browser: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ConnectionLabels {
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DirectionLabels {
    direction: &'static str,
}

/// From a bad relay to a cable between two laptops, in bytes a second.
const SPEEDS: [f64; 11] = [1e5, 2.5e5, 5e5, 1e6, 2.5e6, 5e6, 1e7, 2e7, 4e7, 8e7, 1.6e8];

/// From a clip to a weekend's worth through a hotel's network, in seconds.
const DURATIONS: [f64; 11] =
    [1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0, 14_400.0];

/// From two phones on one table to the point where the page offers another way, and beyond.
const CONNECTING: [f64; 9] = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0];

impl TransferMetrics {
    pub fn registered(registry: &mut Registry) -> Self {
        let speed = Family::new_with_constructor((|| Histogram::new(SPEEDS)) as fn() -> Histogram);
        let duration =
            Family::new_with_constructor((|| Histogram::new(DURATIONS)) as fn() -> Histogram);
        let metrics = Self {
            reports: Family::default(),
            failures: Family::default(),
            browsers: Family::default(),
            connections: Family::default(),
            speed,
            duration,
            connecting: Histogram::new(CONNECTING),
        };
        registry.register(
            "transfer_reports",
            "Handings-over of videos as members report them, by outcome, path and direction",
            metrics.reports.clone(),
        );
        registry.register(
            "transfer_failures",
            "Reports of transfers that did not complete, by kind of reason",
            metrics.failures.clone(),
        );
        registry.register(
            "transfer_browser_reports",
            "Reports of transfers by family of browser",
            metrics.browsers.clone(),
        );
        registry.register(
            "transfer_connections",
            "Attempts to reach the partner's browser, by whether they succeeded",
            metrics.connections.clone(),
        );
        registry.register(
            "transfer_speed_bytes_per_second",
            "Speed of completed transfers",
            metrics.speed.clone(),
        );
        registry.register(
            "transfer_duration_seconds",
            "Time that completed transfers took",
            metrics.duration.clone(),
        );
        registry.register(
            "transfer_connect_seconds",
            "Time from wanting a connection to having one",
            metrics.connecting.clone(),
        );
        metrics
    }

    pub fn observe(&self, report: &TransferReport) {
        let outcome = outcome_kind(report.outcome);
        let (path, direction) = (path_kind(report.path), direction_kind(report.direction));
        self.reports.get_or_create(&ReportLabels { outcome, path, direction }).inc();
        let browser = browser_family(report.browser.as_ref());
        self.browsers.get_or_create(&BrowserLabels { browser, outcome }).inc();
        if report.outcome == Outcome::Completed {
            let seconds = report.millis.seconds();
            self.duration.get_or_create(&DirectionLabels { direction }).observe(seconds);
        } else {
            let reason = reason_kind(report.reason.as_ref());
            self.failures.get_or_create(&FailureLabels { outcome, reason }).inc();
        }
        if let Some(speed) = report.bytes_per_second() {
            self.speed.get_or_create(&DirectionLabels { direction }).observe(speed);
        }
        if let Some(connected) = report.came_to_connect() {
            let result = if connected { "connected" } else { "failed" };
            self.connections.get_or_create(&ConnectionLabels { result }).inc();
        }
        if let Some(seconds) = report.connect_millis.map(Millis::seconds) {
            self.connecting.observe(seconds);
        }
    }
}
