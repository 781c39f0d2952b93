//! Until their mail address is confirmed, people look and do not write, where that is required.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use commands::Commands;
use domain::values::ids::UserId;
use quick_cache::sync::Cache;

use crate::app::App;
use crate::auth::signed_in::beforehand;
use crate::problem::{Code, Problem, Result};

/// People of whom it is remembered that their address is confirmed: it stays so.
const REMEMBERED: usize = 100_000;

/// What people do about their own account, confirmed or not: all writes beside these wait.
const ALWAYS: &[(Method, &str)] = &[
    (Method::POST, "/api/auth/"),
    (Method::DELETE, "/api/users/me"),
    (Method::POST, "/api/users/me/keep"),
    (Method::POST, "/api/users/me/email"),
    (Method::POST, "/api/users/me/email/confirm"),
    (Method::POST, "/api/users/me/password"),
    (Method::POST, "/api/users/me/passkeys"),
    (Method::POST, "/api/users/me/passkeys/options"),
    (Method::DELETE, "/api/users/me/passkeys/"),
    (Method::DELETE, "/api/users/me/sessions"),
    (Method::DELETE, "/api/users/me/sessions/"),
];

/// Whose address is confirmed. Cheap to clone.
#[derive(Clone)]
pub struct Verified {
    commands: Commands,
    /// Only those who are; none where it is not required.
    known: Option<Arc<Cache<UserId, ()>>>,
}

impl Verified {
    pub fn new(commands: Commands, required: bool) -> Self {
        let known = || Arc::new(Cache::new(REMEMBERED));
        Self { commands, known: required.then(known) }
    }

    /// Refuses who has to confirm their address first.
    pub async fn require(&self, user: UserId) -> Result<()> {
        let Some(known) = &self.known else { return Ok(()) };
        if known.get(&user).is_some() {
            return Ok(());
        }
        // Who is gone hears so from whatever they wanted to do.
        if self.commands.contact(user).await?.is_some_and(|contact| !contact.verified) {
            let detail = "open the link in the mail we sent you";
            return Err(Problem::new(Code::EmailNotVerified, detail));
        }
        known.insert(user, ());
        Ok(())
    }
}

/// Around every route.
pub async fn only_verified_write(State(app): State<App>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method(), request.uri().path());
    if app.verified.known.is_none() || method.is_safe() || is_always_allowed(method, path) {
        return next.run(request).await;
    }
    let (me, request) = beforehand(request, &app).await;
    if let Some(me) = me
        && let Err(problem) = app.verified.require(me.id).await
    {
        return problem.into_response();
    }
    next.run(request).await
}

/// A path that ends with a slash stands for all below it.
pub fn is_always_allowed(method: &Method, path: &str) -> bool {
    ALWAYS.iter().any(|(allowed, place)| {
        allowed == method
            && if place.ends_with('/') { path.starts_with(place) } else { path == *place }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_concerns_the_account_itself_is_open_to_all() {
        assert!(is_always_allowed(&Method::POST, "/api/auth/logout"));
        assert!(is_always_allowed(&Method::DELETE, "/api/users/me"));
        assert!(!is_always_allowed(&Method::PATCH, "/api/users/me"));
        assert!(!is_always_allowed(&Method::POST, "/api/users/me/other"));
        assert!(!is_always_allowed(&Method::POST, "/api/matches"));
    }
}
