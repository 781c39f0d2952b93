//! The API's description: routes describe themselves in place; what holds for all of them is
//! added here, by rule.

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::Value;
use utoipa::OpenApi as _;
use utoipa::openapi::path::{
    HttpMethod, Operation, Parameter, ParameterBuilder, ParameterIn, PathItem,
};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, OpenApi, Ref, RefOr, Required, ResponseBuilder, SecurityRequirement,
};

use crate::idempotency;
use crate::problem::{Code, FieldError, ProblemBody};
use crate::routes::audit::AggregateName;
use crate::verified;

/// Where a route names the problems that are its own.
const PROBLEMS: &str = "x-problems";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "spotlight.cam",
        description = "Two dancers agree to film each other, talk, hand the videos over from \
            phone to phone, and rate each other.\n\n\
            Errors are `application/problem+json`; their `code` is stable. Lists answer \
            `{items, nextCursor}`. Sign in with cookies (`/api/auth/login`) or with tokens \
            (`/api/auth/token`). A write that is repeated with the same `Idempotency-Key` is \
            answered as the first time and changes nothing. Live messages and signalling go \
            over the WebSocket at `/ws`."
    ),
    components(schemas(ProblemBody<'static>, FieldError, Code, AggregateName)),
    tags(
        (name = "auth", description = "Becoming somebody"),
        (name = "account", description = "One's own account"),
        (name = "people", description = "Other people"),
        (name = "events", description = "Dance events"),
        (name = "matches", description = "\"I film you, you film me\""),
        (name = "ratings", description = "What dancers say of each other"),
        (name = "transfer", description = "From browser to browser"),
        (name = "moderation", description = "Reports"),
        (name = "audit", description = "The log itself"),
        (name = "operation", description = "For machines"),
    )
)]
struct Description;

pub fn description() -> OpenApi {
    let mut api = Description::openapi();
    let components = api.components.get_or_insert_default();
    let cookie = ApiKeyValue::with_description(
        "spotlight_session",
        "Set by signing in; `__Host-spotlight_session` over https. Requests that change \
         something need an allowed `Origin`.",
    );
    components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let none: [&str; 0] = [];
    api.security = Some(vec![
        SecurityRequirement::new("cookie", none),
        SecurityRequirement::new("bearer", none),
    ]);
    api
}

/// Adds to every operation what follows from its kind.
pub fn complete(mut api: OpenApi) -> OpenApi {
    for (path, item) in &mut api.paths.paths {
        for (method, operation) in operations(item) {
            name(operation);
            document_problems(path, &method, operation);
            if is_write(&method) && is_for_signed_in(operation) || path.ends_with("/register") {
                operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
            }
        }
    }
    api
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    [
        (HttpMethod::Get, item.get.as_mut()),
        (HttpMethod::Post, item.post.as_mut()),
        (HttpMethod::Put, item.put.as_mut()),
        (HttpMethod::Patch, item.patch.as_mut()),
        (HttpMethod::Delete, item.delete.as_mut()),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation?)))
}

/// Handlers are named within their resource; an operation's id must be unique among all.
fn name(operation: &mut Operation) {
    let tag = operation.tags.as_ref().and_then(|tags| tags.first());
    if let (Some(tag), Some(id)) = (tag, &operation.operation_id) {
        operation.operation_id = Some(format!("{tag}_{id}"));
    }
}

fn is_write(method: &HttpMethod) -> bool {
    !matches!(method, HttpMethod::Get)
}

/// Public routes say so with an empty requirement; the rest inherit the document's.
fn is_for_signed_in(operation: &Operation) -> bool {
    operation.security.is_none()
}

fn document_problems(path: &str, method: &HttpMethod, operation: &mut Operation) {
    let mut codes = own_problems(operation);
    if path.starts_with("/api/") {
        codes.extend([Code::Internal, Code::Unavailable]);
    }
    if is_for_signed_in(operation) {
        codes.push(Code::Unauthenticated);
        if is_write(method) {
            // An `Idempotency-Key` has to fit, and to be used for one request only.
            codes.extend([Code::Csrf, Code::Invalid, Code::IdempotencyKeyReused]);
            if !verified::is_always_allowed(&as_http(method), path) {
                codes.push(Code::EmailNotVerified);
            }
        }
    }
    if path.starts_with("/api/auth/") {
        codes.push(Code::Csrf);
    }
    if path.contains('{') {
        codes.push(Code::NotFound);
    }
    if operation.request_body.is_some() {
        codes.extend([Code::MalformedJson, Code::UnsupportedMediaType]);
        codes.extend([Code::PayloadTooLarge, Code::Invalid]);
    }
    let mut by_status: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for code in Code::ALL.iter().filter(|code| codes.contains(code)) {
        by_status.entry(code.status().as_u16()).or_default().push(code.as_str());
    }
    for (status, codes) in by_status {
        let description = format!("`{}`", codes.join("` · `"));
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let response = ResponseBuilder::new()
            .description(description)
            .content("application/problem+json", content)
            .build();
        let responses = &mut operation.responses.responses;
        responses.entry(status.to_string()).or_insert(RefOr::T(response));
    }
}

fn as_http(method: &HttpMethod) -> Method {
    match method {
        HttpMethod::Post => Method::POST,
        HttpMethod::Put => Method::PUT,
        HttpMethod::Patch => Method::PATCH,
        HttpMethod::Delete => Method::DELETE,
        _ => Method::GET,
    }
}

/// Takes the names out of the operation: clients find them among its responses.
fn own_problems(operation: &mut Operation) -> Vec<Code> {
    let Some(extensions) = &mut operation.extensions else { return vec![] };
    let names = extensions.remove(PROBLEMS);
    if extensions.is_empty() {
        operation.extensions = None;
    }
    let names = names.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
    let code = |name: &Value| Code::ALL.iter().copied().find(|code| name == code.as_str());
    names.iter().filter_map(code).collect()
}

fn idempotency_key() -> Parameter {
    ParameterBuilder::new()
        .name(idempotency::HEADER.as_str())
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("Makes repeating this request harmless: use a fresh UUID for each."))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).max_length(Some(255))))
        .build()
}
