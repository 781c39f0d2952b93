//! What travels over a socket, both ways.

pub mod client;
pub mod server;

use axum::extract::ws::Utf8Bytes;
use domain::values::ids::{EventId, UserId};
use domain::values::room::Room;
use serde::{Deserialize, Serialize};

/// One frame on its way to sockets. It is serialised once; clones share its bytes.
#[derive(Clone, Debug)]
pub struct Frame {
    pub text: Utf8Bytes,
    pub lane: Lane,
}

/// What may happen to a frame when a socket cannot keep up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// From the log, at this position: neither lost nor repeated.
    Durable(i64),
    /// The one answer to a client's frame, and what the server says about the connection.
    Reply,
    /// Dropped first; a newer frame of the same topic takes the place of a waiting one.
    Ephemeral(Topic),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Who is in the room of this event: only the newest list is of use.
    ActiveUsers(EventId),
    /// That this person is typing in this room: once is enough.
    Typing(Room, UserId),
    /// How far this person has read in this room: only the furthest is of use.
    Read(Room, UserId),
    /// One is as good as many.
    Heartbeat,
    /// Each is of use by itself.
    Signal,
}

impl Frame {
    /// Keeps no room to grow: what waits for a socket is counted by its length.
    pub fn new(mut text: String, lane: Lane) -> Self {
        text.shrink_to_fit();
        Self { text: text.into(), lane }
    }

    pub fn position(&self) -> Option<i64> {
        match self.lane {
            Lane::Durable(position) => Some(position),
            Lane::Reply | Lane::Ephemeral(_) => None,
        }
    }

    pub fn len(&self) -> usize {
        self.text.len()
    }
}
