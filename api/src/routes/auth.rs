//! Becoming somebody: registering, signing in, staying signed in, signing out.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::values::account::{Email, Username};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::me::User;
use crate::app::App;
use crate::auth::client::Client;
use crate::auth::password::Password;
use crate::auth::token::ACCESS_SECONDS;
use crate::auth::{Opened, origin};
use crate::captcha;
use crate::config::CaptchaConfig;
use crate::input::body::OptionalBody;
use crate::input::fields::{string, text};
use crate::input::{Body, Fields, FromFields};
use crate::problem::{Problem, Result};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(captcha))
        .routes(routes!(register))
        .routes(routes!(login))
        .routes(routes!(token))
        .routes(routes!(refresh))
        .routes(routes!(logout))
}

/// A new account.
#[derive(ToSchema)]
pub struct Registration {
    #[schema(value_type = String, min_length = 3, max_length = 30,
             pattern = "^[A-Za-z0-9][A-Za-z0-9_.-]*$", example = "anna.swings")]
    username: Username,
    #[schema(value_type = String, format = Email, max_length = 254, example = "anna@example.com")]
    email: Email,
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 128)]
    password: Password,
    /// What the captcha's widget answered, where `GET /api/auth/captcha` names one.
    #[schema(max_length = 2048)]
    captcha: Option<String>,
}

impl FromFields for Registration {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let username = fields.required("username", text);
        let email = fields.required("email", text);
        let password = fields.required("password", text);
        let captcha = fields.optional(captcha::FIELD, string);
        Some(Self { username: username?, email: email?, password: password?, captcha })
    }
}

#[derive(ToSchema)]
pub struct Credentials {
    #[schema(value_type = String, format = Email)]
    email: Email,
    #[schema(value_type = String, format = Password)]
    password: Password,
}

impl FromFields for Credentials {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let email = fields.required("email", text);
        let password = fields.required("password", string);
        Some(Self { email: email?, password: Password::typed(&password?) })
    }
}

/// For clients that keep their tokens themselves.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct RefreshRequest {
    refresh_token: String,
}

impl FromFields for RefreshRequest {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self { refresh_token: fields.required("refreshToken", string)? })
    }
}

/// Who is signed in now.
#[derive(Serialize, ToSchema)]
pub struct Session {
    user: User,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tokens {
    access_token: String,
    /// Seconds.
    #[schema(example = 900)]
    expires_in: i64,
    /// Good for one exchange.
    refresh_token: String,
}

impl From<Opened> for Tokens {
    fn from(opened: Opened) -> Self {
        Self {
            access_token: opened.access,
            expires_in: ACCESS_SECONDS,
            refresh_token: opened.refresh,
        }
    }
}

/// What `refresh` answers: who came by cookie gets cookies, who sent a token gets tokens.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum Refreshed {
    Session(Session),
    Tokens(Tokens),
}

/// What shows that somebody is no program.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Widget {
    site_key: String,
    /// Address of the script that shows the widget, as Turnstile's does.
    #[schema(example = "https://challenges.cloudflare.com/turnstile/v0/api.js")]
    script: String,
}

#[derive(Serialize, ToSchema)]
pub struct Riddle {
    #[schema(required)]
    captcha: Option<Widget>,
}

/// The captcha that registering and asking for a new password need, if any
#[utoipa::path(get, path = "/api/auth/captcha", tag = "auth", security(()),
    responses((status = 200, description = "What to show", body = Riddle)))]
async fn captcha(State(app): State<App>) -> Json<Riddle> {
    let widget = |config: &CaptchaConfig| Widget {
        site_key: config.site_key.clone(),
        script: format!("{}/api.js", config.url),
    };
    Json(Riddle { captcha: app.config.captcha.as_ref().map(widget) })
}

/// Register
///
/// Makes an account and signs in.
#[utoipa::path(post, path = "/api/auth/register", tag = "auth", security(()),
    request_body = Registration,
    responses((status = 201, description = "Registered and signed in", body = Session)),
    extensions(("x-problems" = json!(["username_taken", "email_taken", "rate_limited"]))))]
async fn register(
    State(app): State<App>,
    client: Client,
    Body(new): Body<Registration>,
) -> Result<Response> {
    app.limits.registration(client.address).await?;
    app.captcha.require(new.captcha.as_deref(), client.address).await?;
    let opened = finish(async move {
        let Registration { username, email, password, .. } = new;
        let about = [username.as_str(), email.as_str()];
        let hash = app.auth.passwords().chosen(password, &about).await?;
        let known = client.jar.introduced(app.auth.introduce(&client, &email));
        let done = app.commands.register(&client.context, username, email).await?;
        app.auth.passwords().keep(done.id, &hash).await?;
        let user = app.readable(done).await?;
        let opened = app.auth.open(user, &client.device).await?;
        let session = signed_in(&app, &client, &opened, StatusCode::CREATED).await?;
        Ok((known, session).into_response())
    });
    opened.await
}

/// Sign in with cookies
#[utoipa::path(post, path = "/api/auth/login", tag = "auth", security(()),
    request_body = Credentials,
    responses((status = 200, description = "Signed in", body = Session)),
    extensions(("x-problems" = json!(["bad_credentials", "suspended", "rate_limited"]))))]
async fn login(
    State(app): State<App>,
    client: Client,
    Body(Credentials { email, password }): Body<Credentials>,
) -> Result<Response> {
    let opened = sign_in(&app, &client, &email, password).await?;
    signed_in_as(&app, &client, &email, &opened).await
}

/// Sign in with tokens
///
/// For clients that are no browser: the access token goes into `Authorization: Bearer`.
#[utoipa::path(post, path = "/api/auth/token", tag = "auth", security(()),
    request_body = Credentials,
    responses((status = 200, description = "Signed in", body = Tokens)),
    extensions(("x-problems" = json!(["bad_credentials", "suspended", "rate_limited"]))))]
async fn token(
    State(app): State<App>,
    client: Client,
    Body(Credentials { email, password }): Body<Credentials>,
) -> Result<Json<Tokens>> {
    Ok(Json(sign_in(&app, &client, &email, password).await?.into()))
}

/// Stay signed in
///
/// Exchanges the refresh token, from the cookie or the body, for a new pair. The old one is
/// spent: shown again within 20 seconds it is answered with the one that is current by then, so
/// that two tabs may come at once; shown later it ends the session.
#[utoipa::path(post, path = "/api/auth/refresh", tag = "auth", security(()),
    request_body = Option<RefreshRequest>,
    responses((status = 200, description = "Renewed", body = Refreshed)),
    extensions(("x-problems" = json!(["unauthenticated", "suspended", "rate_limited"]))))]
async fn refresh(
    State(app): State<App>,
    client: Client,
    OptionalBody(sent): OptionalBody<RefreshRequest>,
) -> Result<Response> {
    if let Some(sent) = sent {
        let opened = renew(&app, &client, &sent.refresh_token).await?;
        return Ok(Json(Refreshed::Tokens(opened.into())).into_response());
    }
    let token = client.jar.refresh(&client.headers).ok_or_else(Problem::unauthenticated)?;
    origin::require(&app.config, &client.method, &client.headers)?;
    let opened = renew(&app, &client, &token).await?;
    signed_in(&app, &client, &opened, StatusCode::OK).await
}

async fn renew(app: &App, client: &Client, token: &str) -> Result<Opened> {
    if app.limits.are_on()
        && let Some(session) = app.auth.session_of_refresh(token).await?
    {
        app.limits.refresh(session).await?;
    }
    app.auth.refresh(token, &client.device).await
}

/// Sign out
///
/// Ends the session and its sockets. Who is not signed in stays so.
#[utoipa::path(post, path = "/api/auth/logout", tag = "auth", security(()),
    request_body = Option<RefreshRequest>,
    responses((status = 204, description = "Signed out")))]
async fn logout(
    State(app): State<App>,
    client: Client,
    OptionalBody(sent): OptionalBody<RefreshRequest>,
) -> Result<Response> {
    let sent = sent.map(|sent| sent.refresh_token);
    if let Some(session) = client.session(&app, sent).await? {
        app.auth.close(session).await?;
        app.gateway.close_session(session);
    }
    Ok((StatusCode::NO_CONTENT, client.jar.emptied()).into_response())
}

async fn sign_in(app: &App, client: &Client, email: &Email, password: Password) -> Result<Opened> {
    let account = app.auth.account_of(email).await?;
    let place = app.auth.place(client, email, account).await?;
    app.limits.sign_in(client.address, email, &place).await?;
    let opened = app.auth.sign_in(account, password, &client.device).await?;
    app.limits.signed_in(client.address, email, &place).await?;
    Ok(opened)
}

/// From now on this device is known to the account of `email`.
pub(super) async fn signed_in_as(
    app: &App,
    client: &Client,
    email: &Email,
    opened: &Opened,
) -> Result<Response> {
    let known = client.jar.introduced(app.auth.introduce(client, email));
    let session = signed_in(app, client, opened, StatusCode::OK).await?;
    Ok((known, session).into_response())
}

async fn signed_in(
    app: &App,
    client: &Client,
    opened: &Opened,
    status: StatusCode,
) -> Result<Response> {
    let user = User::of(app, opened.user).await?;
    Ok((status, client.jar.filled(opened), Json(Session { user })).into_response())
}

/// Runs to its end even if the client hangs up: an account must not be left without its
/// password.
async fn finish<T: Send + 'static>(
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    tokio::spawn(work).await.map_err(|error| Problem::internal(&error))?
}
