//! People's pictures: putting one's own there, taking it away, and looking at anybody's.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{HeaderName, header};
use axum::response::IntoResponse;
use commands::Context;
use domain::values::account::ProfileChange;
use domain::values::ids::UserId;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::me::User;
use crate::app::App;
use crate::auth::Actor;
use crate::input::Id;
use crate::input::body::{bytes, media_type};
use crate::input::path::Named;
use crate::problem::{Code, Problem, Result};

/// Largest file that is taken: what a phone's camera makes.
pub const LARGEST: usize = 8 * 1024 * 1024;

/// Where it is sent.
pub const PATH: &str = "/api/users/me/avatar";

const TYPES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];

pub fn router() -> OpenApiRouter<App> {
    let own = OpenApiRouter::new().routes(routes!(put, remove));
    OpenApiRouter::new().merge(own.layer(DefaultBodyLimit::max(LARGEST))).routes(routes!(get))
}

/// The bytes of a picture.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "only described")]
struct Picture(Vec<u8>);

/// A file that says it is a picture.
struct PictureFile(Bytes);

impl FromRequest<App> for PictureFile {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        if !TYPES.contains(&media_type(request.headers()).as_str()) {
            let detail = format!("send {}", TYPES.join(", "));
            return Err(Problem::new(Code::UnsupportedMediaType, detail));
        }
        bytes(request, app, LARGEST).await.map(Self)
    }
}

/// Put one's own picture there
///
/// The body is the picture itself, of at most 8 MiB and 32 million pixels. Its middle is kept, as
/// a WebP of 256 by 256 pixels, upright and without what the file told of place, time and camera;
/// `avatar` is the address of that. Of a moving picture the first moment is kept.
#[utoipa::path(put, path = "/api/users/me/avatar", tag = "account", operation_id = "put_avatar",
    request_body(content((Picture = "image/jpeg"), (Picture = "image/png"),
        (Picture = "image/webp"))),
    responses((status = 200, description = "As it is now", body = User)),
    extensions(("x-problems" = json!(["rate_limited"]))))]
async fn put(
    State(app): State<App>,
    me: Actor,
    PictureFile(file): PictureFile,
) -> Result<Json<User>> {
    app.limits.avatar(me.id).await?;
    let picture = app.pictures.rendered(file).await?;
    app.pictures.keep(me.id, &picture).await?;
    show_what_is_kept(&app, &me).await
}

/// Take one's own picture away
#[utoipa::path(delete, path = "/api/users/me/avatar", tag = "account",
    operation_id = "remove_avatar",
    responses((status = 200, description = "As it is now", body = User)))]
async fn remove(State(app): State<App>, me: Actor) -> Result<Json<User>> {
    if let Some(kept) = app.pictures.address(me.id).await? {
        app.pictures.remove(me.id, &kept).await?;
    }
    show_what_is_kept(&app, &me).await
}

/// The profile names the picture that is there, also where two tabs change it at once: whoever
/// has named one looks whether it is still that one.
async fn show_what_is_kept(app: &App, me: &Actor) -> Result<Json<User>> {
    // Naming the same picture again changes nothing, so no key is needed for that.
    let context = Context { command: None, ..me.context.clone() };
    loop {
        let kept = app.pictures.address(me.id).await?;
        let change = ProfileChange { avatar: Some(kept.clone()), ..ProfileChange::default() };
        let done = app.commands.update_profile(&context, me.id, change).await?;
        if app.pictures.address(me.id).await? == kept {
            let id: UserId = app.readable(done).await?;
            return Ok(Json(User::of(app, id).await?));
        }
    }
}

/// Which picture.
struct PictureId(Uuid);

impl std::str::FromStr for PictureId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

impl Named for PictureId {
    const WHAT: &'static str = "picture";
}

/// Nothing but a picture, whatever it is opened as; and as its address is its own, for good.
const AS_A_PICTURE: [(HeaderName, &str); 4] = [
    (header::CONTENT_TYPE, "image/webp"),
    (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// A picture of somebody
///
/// At an address that `avatar` gives; another picture has another address.
#[utoipa::path(get, path = "/api/avatars/{id}", tag = "people", operation_id = "avatar",
    params(("id" = Uuid, Path, description = "Which picture")), security(()),
    responses((status = 200, description = "The picture", content(
        (Picture = "image/webp")))))]
async fn get(
    State(app): State<App>,
    Id(PictureId(id)): Id<PictureId>,
) -> Result<impl IntoResponse> {
    let picture = app.pictures.get(id).await?;
    Ok((AS_A_PICTURE, picture.ok_or_else(|| Problem::not_found(PictureId::WHAT))?))
}
