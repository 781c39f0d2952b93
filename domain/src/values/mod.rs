//! Value types: parsed once at the edge, carrying their rule, never checked again inside.
//!
//! Reading one back from a stored event (`Deserialize`) trusts the log: a rule may tighten
//! without making yesterday's events unreadable.

pub mod account;
pub mod dance_event;
pub mod elsewhere;
pub mod encryption;
pub mod ids;
pub mod rating;
pub mod room;
pub mod text;
pub mod transfer;
pub mod transfer_kinds;
