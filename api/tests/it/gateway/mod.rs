//! The gateway from outside: real sockets on a real server.

mod chaos;
mod conformance;
mod ending;
mod frames;
mod fuzz;
mod membership;
mod nodes;
mod presence;
mod reading_along;
mod resume;
mod server_log;
mod signalling;
mod slow;
pub mod socket;
mod stuck;
mod talking;
