//! What the operator sees: logs and metrics.
//!
//! No mail address, token, password or message is ever logged; a route is logged as its
//! pattern, never as the address that was asked, which may hold a name.

pub mod metrics;
pub mod request;
pub mod transfers;

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

pub use request::RequestId;

/// Starts logging, for people where they read it and as JSON where a machine collects it.
/// The filter is RUST_LOG's; what a library says below warnings is of use to nobody else.
pub fn start(filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        logs.with_target(false).init();
    } else {
        logs.json().flatten_event(true).init();
    }
}
