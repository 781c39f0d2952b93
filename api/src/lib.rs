//! The outer edge of spotlight.cam: HTTP routes, the WebSocket gateway, sessions,
//! configuration, and the binary's subcommands.
//!
//! Rules of the domain live in `domain`, writing in `commands`, reading in `projections`.
//! Here is only what belongs to the edge: who asks, in what form, and in what form the
//! answer goes back.

pub mod app;
pub mod assets;
pub mod auth;
mod captcha;
pub mod cli;
pub mod config;
mod cores;
pub mod database;
pub mod gateway;
pub mod idempotency;
pub mod input;
pub mod keys;
pub mod mail;
pub mod openapi;
mod pictures;
pub mod problem;
pub mod processes;
mod rate_limit;
pub mod read_fence;
mod readable;
pub mod readiness;
mod revocations;
pub mod router;
pub mod routes;
mod security_headers;
pub mod serve;
pub mod telemetry;
mod verified;
