//! Passkeys: adding them to one's account, and signing in with one.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use commands::Contact;
use domain::values::text::PasskeyName;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use webauthn_rs::prelude::{PublicKeyCredential, RegisterPublicKeyCredential};

use super::auth::{Session, signed_in_as};
use super::me::Confirmation;
use super::page::List;
use crate::app::App;
use crate::auth::client::Client;
use crate::auth::passkeys::{Begun, HeldPasskey};
use crate::auth::{Actor, SignedIn};
use crate::input::fields::{Refusal, text, uuid};
use crate::input::path::PasskeyId;
use crate::input::{Body, Fields, FromFields, Id};
use crate::problem::{Problem, Result};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(passkeys, add_passkey))
        .routes(routes!(begin_adding_passkey))
        .routes(routes!(remove_passkey))
        .routes(routes!(begin_passkey_sign_in))
        .routes(routes!(sign_in_by_passkey))
}

/// Of one's own account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Passkey {
    id: Uuid,
    #[schema(example = "My phone")]
    name: String,
    added_at: DateTime<Utc>,
    #[schema(required)]
    last_used_at: Option<DateTime<Utc>>,
}

impl From<HeldPasskey> for Passkey {
    fn from(held: HeldPasskey) -> Self {
        let HeldPasskey { id, name, added_at, last_used_at } = held;
        Self { id, name, added_at, last_used_at }
    }
}

/// What a device is to do, once, within five minutes.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Ceremony {
    /// Comes back with the device's answer.
    ceremony_id: Uuid,
    /// `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON`, as
    /// WebAuthn Level 3 has them.
    #[schema(value_type = HashMap<String, Value>)]
    options: Value,
}

impl Ceremony {
    fn new(ceremony_id: Uuid, options: &impl Serialize) -> Result<Self> {
        let options = serde_json::to_value(options).map_err(|error| Problem::internal(&error))?;
        Ok(Self { ceremony_id, options })
    }
}

#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct NewPasskey {
    ceremony_id: Uuid,
    /// For oneself, to tell it from others.
    #[schema(value_type = String, min_length = 1, max_length = 60, example = "My phone")]
    name: PasskeyName,
    /// `RegistrationResponseJSON`, as WebAuthn Level 3 has it.
    #[schema(value_type = HashMap<String, Value>)]
    credential: RegisterPublicKeyCredential,
}

impl FromFields for NewPasskey {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let ceremony_id = fields.required("ceremonyId", uuid);
        let name = fields.required("name", text);
        let credential = fields.required("credential", answer);
        Some(Self { ceremony_id: ceremony_id?, name: name?, credential: credential? })
    }
}

#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct PasskeyProof {
    ceremony_id: Uuid,
    /// `AuthenticationResponseJSON`, as WebAuthn Level 3 has it.
    #[schema(value_type = HashMap<String, Value>)]
    credential: PublicKeyCredential,
}

impl FromFields for PasskeyProof {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let ceremony_id = fields.required("ceremonyId", uuid);
        let credential = fields.required("credential", answer);
        Some(Self { ceremony_id: ceremony_id?, credential: credential? })
    }
}

/// What a device answered.
fn answer<T: DeserializeOwned>(value: &Value) -> Result<T, Refusal> {
    T::deserialize(value).map_err(|_| "is not what a passkey answers".to_owned())
}

/// Own passkeys
///
/// In the order in which they were added, up to twenty.
#[utoipa::path(get, path = "/api/users/me/passkeys", tag = "account",
    responses((status = 200, description = "What one can sign in with", body = List<Passkey>)))]
async fn passkeys(State(app): State<App>, me: SignedIn) -> Result<Json<List<Passkey>>> {
    let items = app.passkeys.of(me.id).await?.into_iter().map(Passkey::from).collect();
    Ok(Json(List { items, next_cursor: None }))
}

/// Begin to add a passkey
///
/// Answers what to give to the browser's `navigator.credentials.create()`.
#[utoipa::path(post, path = "/api/users/me/passkeys/options", tag = "account",
    request_body = Confirmation,
    responses((status = 200, description = "What the device is to do", body = Ceremony)),
    extensions(("x-problems" = json!(["not_found", "illegal_transition", "rate_limited"]))))]
async fn begin_adding_passkey(
    State(app): State<App>,
    me: Actor,
    Body(Confirmation { password }): Body<Confirmation>,
) -> Result<Json<Ceremony>> {
    app.confirm(&me, "password", password).await?;
    let Contact { email, .. } = app.auth.contact(me.id).await?;
    let Begun { ceremony, asked } = app.passkeys.begin_adding(me.id, &email).await?;
    Ok(Json(Ceremony::new(ceremony, &asked.public_key)?))
}

/// Add a passkey
///
/// With what the device answered. The account's address gets a notice.
#[utoipa::path(post, path = "/api/users/me/passkeys", tag = "account",
    request_body = NewPasskey,
    responses((status = 201, description = "Added", body = Passkey)),
    extensions(("x-problems" = json!(["not_found", "illegal_transition"]))))]
async fn add_passkey(
    State(app): State<App>,
    me: Actor,
    Body(NewPasskey { ceremony_id, name, credential }): Body<NewPasskey>,
) -> Result<(StatusCode, Json<Passkey>)> {
    let Contact { email, .. } = app.auth.contact(me.id).await?;
    let added = app.passkeys.add(me.id, &email, ceremony_id, &credential, &name).await?;
    Ok((StatusCode::CREATED, Json(added.into())))
}

/// Remove a passkey
///
/// It signs nobody in any more; sessions that it opened stay.
#[utoipa::path(delete, path = "/api/users/me/passkeys/{id}", tag = "account",
    params(("id" = String, Path, description = "The passkey's id")),
    responses((status = 204, description = "Removed")))]
async fn remove_passkey(
    State(app): State<App>,
    me: Actor,
    Id(PasskeyId(id)): Id<PasskeyId>,
) -> Result<StatusCode> {
    if !app.passkeys.remove(me.id, id).await? {
        return Err(Problem::not_found("passkey"));
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Begin to sign in with a passkey
///
/// Answers what to give to the browser's `navigator.credentials.get()`. Nobody says who they
/// are: the device knows.
#[utoipa::path(post, path = "/api/auth/passkey/options", tag = "auth", security(()),
    responses((status = 200, description = "What the device is to do", body = Ceremony)),
    extensions(("x-problems" = json!(["not_found", "rate_limited"]))))]
async fn begin_passkey_sign_in(State(app): State<App>, client: Client) -> Result<Json<Ceremony>> {
    app.limits.passkey(client.address).await?;
    let Begun { ceremony, asked } = app.passkeys.begin_sign_in().await?;
    Ok(Json(Ceremony::new(ceremony, &asked.public_key)?))
}

/// Sign in with a passkey
///
/// With what the device answered; the session comes in cookies.
#[utoipa::path(post, path = "/api/auth/passkey", tag = "auth", security(()),
    request_body = PasskeyProof,
    responses((status = 200, description = "Signed in", body = Session)),
    extensions(("x-problems" = json!(["bad_passkey", "suspended", "not_found", "rate_limited"]))))]
async fn sign_in_by_passkey(
    State(app): State<App>,
    client: Client,
    Body(PasskeyProof { ceremony_id, credential }): Body<PasskeyProof>,
) -> Result<Response> {
    app.limits.passkey(client.address).await?;
    let user = app.passkeys.signs_in(ceremony_id, &credential).await?;
    let opened = app.auth.welcome(user, &client.device).await?;
    let Contact { email, .. } = app.auth.contact(user).await?;
    signed_in_as(&app, &client, &email, &opened).await
}
