//! One file for each resource: what it takes, what it answers, its handlers, its `router()`.

pub mod address;
pub mod audit;
pub mod auth;
pub mod avatar;
pub mod by_mail;
pub mod devices;
pub mod event_room;
pub mod events;
pub mod exchange;
pub mod export;
pub mod health;
pub mod history;
pub mod match_as_of;
pub mod matches;
pub mod me;
pub mod messages;
pub mod moderating;
pub mod moderation;
pub mod page;
pub mod passkeys;
pub mod proof;
pub mod ratings;
pub mod reading;
pub mod sessions;
pub mod statistics;
pub mod users;
pub mod webrtc;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

/// All routes but those that a machine asks (health) and the gateway's.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(auth::router())
        .merge(by_mail::router())
        .merge(passkeys::router())
        .merge(address::router())
        .merge(me::router())
        .merge(avatar::router())
        .merge(sessions::router())
        .merge(users::router())
        .merge(events::router())
        .merge(event_room::router())
        .merge(matches::router())
        .merge(devices::router())
        .merge(ratings::router())
        .merge(moderation::router())
        .merge(moderating::router())
        .merge(webrtc::router())
        .merge(export::router())
        .merge(reading::router())
        .merge(statistics::router())
        .merge(audit::router())
        .merge(proof::router())
}
