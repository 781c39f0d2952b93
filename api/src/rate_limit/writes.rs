//! How fast one person changes things over HTTP, whatever they are; the socket counts its frames.

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::auth::SignedIn;

/// Around every route.
pub async fn not_too_fast(State(app): State<App>, request: Request, next: Next) -> Response {
    if !app.limits.are_on() || request.method().is_safe() {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    // Who is not signed in, or whose page is not ours, hears so from the handler.
    let me = <SignedIn as FromRequestParts<App>>::from_request_parts(&mut parts, &app).await;
    if let Ok(me) = me
        && let Err(problem) = app.limits.write(me.id).await
    {
        return problem.into_response();
    }
    next.run(Request::from_parts(parts, body)).await
}
