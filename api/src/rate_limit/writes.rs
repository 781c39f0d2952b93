//! How fast one person changes things over HTTP, whatever they are; the socket counts its frames.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::auth::signed_in::beforehand;

/// Around every route.
pub async fn not_too_fast(State(app): State<App>, request: Request, next: Next) -> Response {
    if !app.limits.are_on() || request.method().is_safe() {
        return next.run(request).await;
    }
    let (me, request) = beforehand(request, &app).await;
    if let Some(me) = me
        && let Err(problem) = app.limits.write(me.id).await
    {
        return problem.into_response();
    }
    next.run(request).await
}
