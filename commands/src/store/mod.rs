//! The event store: streams are read one by one, appended in groups by one writer.

pub mod append;
pub mod claims;
pub mod facts;
pub mod log_store;
mod snapshots;
mod streams;
pub mod writer;
