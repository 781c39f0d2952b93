//! Moving one's account to another mail address.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::values::account::Email;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::me::User;
use crate::app::App;
use crate::auth::Actor;
use crate::auth::client::Client;
use crate::auth::password::Password;
use crate::input::fields::{string, text};
use crate::input::{Body, Fields, FromFields};
use crate::mail::Letter;
use crate::problem::Result;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(change_email)).routes(routes!(confirm_email))
}

#[derive(ToSchema)]
pub struct EmailChange {
    #[schema(value_type = String, format = Email, max_length = 254)]
    email: Email,
    #[schema(value_type = String, format = Password)]
    password: Password,
}

impl FromFields for EmailChange {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let email = fields.required("email", text);
        let password = fields.required("password", string);
        Some(Self { email: email?, password: Password::typed(&password?) })
    }
}

#[derive(ToSchema)]
pub struct NewEmailPin {
    #[schema(example = "012345")]
    pin: String,
}

impl FromFields for NewEmailPin {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self { pin: fields.required("pin", string)? })
    }
}

/// Ask to change own mail address
///
/// The new address gets a link and a PIN, the old one a notice; until the new one is confirmed,
/// the old one stays. Whether another account has the new address is told to nobody but who
/// reads its mail. Asked for again, the mail before is not good any more.
#[utoipa::path(post, path = "/api/users/me/email", tag = "account", request_body = EmailChange,
    responses((status = 202, description = "The new address has mail")),
    extensions(("x-problems" = json!(["rate_limited"]))))]
async fn change_email(
    State(app): State<App>,
    me: Actor,
    client: Client,
    Body(EmailChange { email, password }): Body<EmailChange>,
) -> Result<StatusCode> {
    app.confirm(&me, "password", password).await?;
    app.limits.asks_for_mail(client.address).await?;
    app.limits.mail(client.address, &email, Letter::ConfirmNewAddress).await?;
    app.auth.ask_to_move(me.id, &email).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Change own mail address by PIN
///
/// By the PIN in the mail to the new address; the mail's link does the same at
/// `POST /api/auth/verify-email`.
#[utoipa::path(post, path = "/api/users/me/email/confirm", tag = "account",
    request_body = NewEmailPin,
    responses((status = 200, description = "As it is now", body = User)),
    extensions(("x-problems" = json!(["invalid_token", "email_taken", "rate_limited"]))))]
async fn confirm_email(
    State(app): State<App>,
    me: Actor,
    client: Client,
    Body(NewEmailPin { pin }): Body<NewEmailPin>,
) -> Result<Response> {
    app.limits.pin(client.address).await?;
    let email = app.auth.new_address_by_pin(me.id, &pin).await?;
    let known = client.jar.introduced(app.auth.introduce(&client, &email));
    let done = app.commands.change_email(&me.context, me.id, email).await?;
    let id = app.readable(done).await?;
    Ok((known, Json(User::of(&app, id).await?)).into_response())
}
