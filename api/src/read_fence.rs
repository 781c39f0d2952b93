//! Reads see what was answered before they were asked.
//!
//! Over a socket a write is answered as soon as it is stored, before the read models hold it.
//! A read over HTTP therefore waits for what this node had stored when the request came in:
//! nothing at all, most of the time.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::App;

/// Longest wait. Read models that are further behind are shown as they are rather than not.
const AT_MOST: Duration = Duration::from_millis(500);

pub async fn wait_for_stored(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.method().is_safe() && request.uri().path().starts_with("/api/") {
        let stored = *app.commands.appended().borrow();
        if let Err(error) = app.projections.wait_for(stored, AT_MOST).await {
            tracing::warn!(%error, "a read is answered from read models that lag behind");
        }
    }
    next.run(request).await
}
