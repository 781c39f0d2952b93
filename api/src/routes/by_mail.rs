//! What needs a mail: confirming an address, and setting a new password.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use commands::Context;
use domain::values::account::Email;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::client::Client;
use crate::auth::password::Password;
use crate::auth::{Actor, Confirmed};
use crate::captcha;
use crate::input::fields::{string, text};
use crate::input::{Body, Fields, FromFields};
use crate::mail::Letter;
use crate::problem::Result;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(verify_email))
        .routes(routes!(resend_verification))
        .routes(routes!(forgot_password))
        .routes(routes!(reset_password))
        .routes(routes!(change_password))
}

/// Either the token of the mail's link, or the address with the mail's PIN.
#[derive(ToSchema)]
#[schema(as = Verification)]
#[expect(dead_code, reason = "read as `Shown`, described here for the document")]
pub struct VerificationFields {
    #[schema(required = false)]
    token: Option<String>,
    #[schema(required = false, format = Email)]
    email: Option<String>,
    #[schema(required = false, example = "012345")]
    pin: Option<String>,
}

/// What is shown to confirm an address.
enum Shown {
    Token(String),
    Pin(Email, String),
}

impl FromFields for Shown {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        if let Some(token) = fields.optional("token", string) {
            return Some(Self::Token(token));
        }
        let (email, pin) = (fields.required("email", text), fields.required("pin", string));
        Some(Self::Pin(email?, pin?))
    }
}

/// Whose mail it is about.
#[derive(ToSchema)]
pub struct Address {
    #[schema(value_type = String, format = Email)]
    email: Email,
}

impl FromFields for Address {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self { email: fields.required("email", text)? })
    }
}

/// Whose password is forgotten.
#[derive(ToSchema)]
pub struct Forgotten {
    #[schema(value_type = String, format = Email)]
    email: Email,
    /// What the captcha's widget answered, where `GET /api/auth/captcha` names one.
    #[schema(max_length = 2048)]
    captcha: Option<String>,
}

impl FromFields for Forgotten {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let email = fields.required("email", text);
        let captcha = fields.optional(captcha::FIELD, string);
        Some(Self { email: email?, captcha })
    }
}

#[derive(ToSchema)]
pub struct PasswordReset {
    token: String,
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 128)]
    password: Password,
}

impl FromFields for PasswordReset {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let (token, password) =
            (fields.required("token", string), fields.required("password", text));
        Some(Self { token: token?, password: password? })
    }
}

#[derive(ToSchema)]
pub struct PasswordChange {
    #[schema(value_type = String, format = Password)]
    current: Password,
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 128)]
    password: Password,
}

impl FromFields for PasswordChange {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let current = fields.required("current", string);
        let password = fields.required("password", text);
        Some(Self { current: Password::typed(&current?), password: password? })
    }
}

/// Confirm a mail address
///
/// By the token of the link in the mail, or by the address and the mail's PIN. Confirming twice
/// is the same as once. The link in the mail to a new address makes it the account's.
#[utoipa::path(post, path = "/api/auth/verify-email", tag = "auth", security(()),
    request_body = VerificationFields,
    responses((status = 204, description = "Confirmed")),
    extensions(("x-problems" = json!(["invalid_token", "email_taken", "rate_limited"]))))]
async fn verify_email(
    State(app): State<App>,
    client: Client,
    Body(shown): Body<Shown>,
) -> Result<StatusCode> {
    let confirmed = match shown {
        Shown::Token(token) => app.auth.confirmed_by_token(&token).await?,
        Shown::Pin(email, pin) => {
            app.limits.pin(client.address).await?;
            Confirmed::Own(app.auth.confirmed_by_pin(&email, &pin).await?)
        }
    };
    let done = match confirmed {
        Confirmed::Own(user) => app.commands.verify_email(&Context::of(user), user).await?,
        Confirmed::New(user, email) => {
            app.commands.change_email(&Context::of(user), user, email).await?
        }
    };
    app.readable(done).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask for another mail that confirms an address
#[utoipa::path(post, path = "/api/auth/resend-verification", tag = "auth", security(()),
    request_body = Address,
    responses((status = 202, description = "If it waits to be confirmed, it has mail")),
    extensions(("x-problems" = json!(["rate_limited"]))))]
async fn resend_verification(
    State(app): State<App>,
    client: Client,
    Body(Address { email }): Body<Address>,
) -> Result<StatusCode> {
    app.limits.asks_for_mail(client.address).await?;
    app.limits.mail(client.address, &email, Letter::ConfirmAddress).await?;
    app.auth.post(Letter::ConfirmAddress, &email).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Ask for a new password by mail
#[utoipa::path(post, path = "/api/auth/forgot-password", tag = "auth", security(()),
    request_body = Forgotten,
    responses((status = 202, description = "If there is such an account, it has mail")),
    extensions(("x-problems" = json!(["rate_limited"]))))]
async fn forgot_password(
    State(app): State<App>,
    client: Client,
    Body(Forgotten { email, captcha }): Body<Forgotten>,
) -> Result<StatusCode> {
    app.limits.asks_for_mail(client.address).await?;
    app.captcha.require(captcha.as_deref(), client.address).await?;
    app.limits.mail(client.address, &email, Letter::ResetPassword).await?;
    app.auth.post(Letter::ResetPassword, &email).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Set a new password
///
/// By the token of the link in the mail, once. All sessions end. Who reads the mail has shown
/// that the address is theirs, so it counts as confirmed.
#[utoipa::path(post, path = "/api/auth/reset-password", tag = "auth", security(()),
    request_body = PasswordReset,
    responses((status = 204, description = "Set")),
    extensions(("x-problems" = json!(["invalid_token"]))))]
async fn reset_password(
    State(app): State<App>,
    client: Client,
    Body(PasswordReset { token, password }): Body<PasswordReset>,
) -> Result<Response> {
    let (user, contact, ended) = app.auth.reset_password(&token, password).await?;
    app.gateway.close_sessions(&ended);
    let done = app.commands.verify_email(&Context::of(user), user).await?;
    app.readable(done).await?;
    // They sign in here next, whoever guesses at their password meanwhile.
    let known = client.jar.introduced(app.auth.introduce(&client, &contact.email));
    Ok((StatusCode::NO_CONTENT, known).into_response())
}

/// Change own password
///
/// All other sessions end; this one stays.
#[utoipa::path(post, path = "/api/users/me/password", tag = "account",
    request_body = PasswordChange,
    responses((status = 204, description = "Changed")),
    extensions(("x-problems" = json!(["rate_limited"]))))]
async fn change_password(
    State(app): State<App>,
    me: Actor,
    Body(PasswordChange { current, password }): Body<PasswordChange>,
) -> Result<StatusCode> {
    app.confirm(&me, "current", current).await?;
    let ended = app.auth.change_password(me.id, me.session, password).await?;
    app.gateway.close_sessions(&ended);
    Ok(StatusCode::NO_CONTENT)
}
