//! The rules of spotlight.cam. Everything here is pure: no clock, no network, no database,
//! no HTTP. A rule is a sentence in an aggregate's doc comment and a test below it.

pub mod account;
pub mod dance_event;
pub mod encryption;
pub mod events;
pub mod handovers;
pub mod r#match;
pub mod message;
pub mod participation;
pub mod personal;
pub mod report;
pub mod values;
