//! Everything held about oneself, to be read by machines or by people.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Response};
use chrono::Utc;
use domain::values::ids::UserId;
use serde_json::{Map, Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::me::User;
use crate::app::App;
use crate::auth::SignedIn;
use crate::input::fields::word;
use crate::input::{Fields, FromFields, Query};
use crate::problem::{Problem, Result};
use crate::readable::page;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(export))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Html,
}

struct Wanted(Option<Format>);

impl FromFields for Wanted {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        const FORMATS: &[(&str, Format)] = &[("json", Format::Json), ("html", Format::Html)];
        Some(Self(fields.optional("format", word(FORMATS))))
    }
}

/// Everything held about oneself
///
/// Account, picture, sessions, events, matches, messages, ratings as far as they are revealed, reports
/// filed, and the account's own history from the log, in clear. As JSON, or as a page to read
/// with `?format=html` or for a browser that asks for one.
#[utoipa::path(get, path = "/api/users/me/export", tag = "account",
    params(("format" = Option<String>, Query, description = "`json` or `html`")),
    responses((status = 200, description = "All of it", content(
        (Value = "application/json"), (String = "text/html")))),
    extensions(("x-problems" = json!(["invalid", "rate_limited"]))))]
async fn export(
    State(app): State<App>,
    me: SignedIn,
    headers: HeaderMap,
    Query(Wanted(format)): Query<Wanted>,
) -> Result<Response> {
    app.limits.export(me.id).await?;
    let all = everything(&app, me.id).await?;
    let asked = || if prefers_html(&headers) { Format::Html } else { Format::Json };
    let (answer, name) = match format.unwrap_or_else(asked) {
        Format::Json => (Json(all).into_response(), "json"),
        Format::Html => {
            (Html(page("What spotlight.cam holds about you", &all)).into_response(), "html")
        }
    };
    let file = format!("attachment; filename=\"spotlight.cam.{name}\"");
    Ok(([(header::CONTENT_DISPOSITION, file)], answer).into_response())
}

/// Said with every export, as somebody may wonder what the letters mean.
const ENCRYPTED: &str = "Messages of the type “encrypted” are here as they are held: only the \
    devices that they were written for can read them, and this server cannot.";

/// A browser names `text/html` before anything else; a program asks for JSON, or for nothing.
fn prefers_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| {
        let place = |media_type| accept.find(media_type).unwrap_or(usize::MAX);
        place("text/html") < place("application/json")
    })
}

async fn everything(app: &App, me: UserId) -> Result<Value> {
    let reading = app.projections.reading().preferences(me).await?;
    let mut all = Map::new();
    all.insert("exportedAt".to_owned(), json!(Utc::now()));
    all.insert("account".to_owned(), json!(User::of(app, me).await?));
    all.insert(
        "preferences".to_owned(),
        json!({ "typing": reading.typing, "readReceipts": reading.read_receipts,
            "unreadCounts": reading.unread_counts }),
    );
    all.insert("aboutEncryptedMessages".to_owned(), json!(ENCRYPTED));
    for (name, rows) in app.projections.holdings(me).await? {
        all.insert(name.to_owned(), rows.into());
    }
    let picture = app.pictures.held(me).await.map_err(Problem::from)?;
    all.insert("picture".to_owned(), picture.into());
    let kept = app.auth.held(me).await.map_err(Problem::from)?;
    for (name, rows) in kept {
        all.insert(name.to_owned(), rows.into());
    }
    Ok(all.into())
}
