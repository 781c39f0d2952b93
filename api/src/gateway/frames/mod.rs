//! What travels over a socket, both ways.

pub mod client;
pub mod server;

use bytes::Bytes;
use domain::values::ids::{EventId, UserId};
use domain::values::room::Room;
use serde::{Deserialize, Serialize};
use tokio_tungstenite::tungstenite::protocol::frame::FrameHeader;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Control, Data, OpCode};

/// One frame on its way to sockets, as it will lie on the wire. It is made once, however many
/// sockets get it; clones share its bytes.
#[derive(Clone, Debug)]
pub struct Frame {
    bytes: Bytes,
    /// Where the payload begins: the header takes at most ten bytes.
    head: u8,
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
    /// A text, of these parts.
    pub fn new(text: &[&str], lane: Lane) -> Self {
        Self::of(OpCode::Data(Data::Text), text, lane)
    }

    pub fn ping() -> Self {
        Self::of::<&[u8]>(OpCode::Control(Control::Ping), &[], Lane::Reply)
    }

    /// A close frame; without a code it says nothing.
    pub fn close(code: Option<u16>, reason: &str) -> Self {
        let mut payload = vec![];
        if let Some(code) = code {
            payload.extend_from_slice(&code.to_be_bytes());
            payload.extend_from_slice(reason.as_bytes());
        }
        Self::of(OpCode::Control(Control::Close), &[payload], Lane::Reply)
    }

    /// A whole frame that was made elsewhere.
    pub fn made(bytes: &[u8]) -> Self {
        Self { bytes: Bytes::copy_from_slice(bytes), head: 0, lane: Lane::Reply }
    }

    fn of<Part: AsRef<[u8]>>(opcode: OpCode, payload: &[Part], lane: Lane) -> Self {
        let header = FrameHeader { opcode, ..FrameHeader::default() };
        let length: usize = payload.iter().map(|part| part.as_ref().len()).sum();
        let head = header.len(length as u64);
        let mut bytes = Vec::with_capacity(head + length);
        if let Err(error) = header.format(length as u64, &mut bytes) {
            // A vector takes everything.
            tracing::error!(%error, "a frame has no header");
        }
        for part in payload {
            bytes.extend_from_slice(part.as_ref());
        }
        Self { bytes: bytes.into(), head: head as u8, lane }
    }

    /// All of it, header and payload.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What it says, where it is a text.
    pub fn text(&self) -> &str {
        str::from_utf8(&self.bytes[usize::from(self.head)..]).unwrap_or_default()
    }

    pub fn position(&self) -> Option<i64> {
        match self.lane {
            Lane::Durable(position) => Some(position),
            Lane::Reply | Lane::Ephemeral(_) => None,
        }
    }

    /// Bytes on the wire.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }
}
