//! Reads see what was answered before they were asked.
//!
//! Over a socket a message is answered as soon as it is stored, before its read model holds it;
//! all else is answered when it can be read. A read over HTTP therefore waits until messages are
//! shown up to what this node had stored, or heard of from others, when the request came in:
//! nothing at all, most of the time.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use projections::models::messages::Messages;

use crate::app::App;

/// Longest wait. A read model that is further behind is shown as it is rather than not.
const AT_MOST: Duration = Duration::from_millis(500);

pub async fn wait_for_stored(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.method().is_safe() && request.uri().path().starts_with("/api/") {
        let stored = app.projections.head().max(*app.commands.appended().borrow());
        let shown = app.projections.wait_for_some(&[Messages::NAME], stored, AT_MOST);
        if let Err(error) = shown.await {
            tracing::warn!(%error, "a read is answered while messages lag behind");
        }
    }
    next.run(request).await
}
