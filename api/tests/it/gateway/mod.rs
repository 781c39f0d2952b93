//! The gateway from outside: real sockets on a real server.

mod ending;
mod frames;
mod membership;
mod nodes;
mod presence;
mod reading_along;
mod resume;
mod signalling;
mod slow;
pub mod socket;
mod talking;
