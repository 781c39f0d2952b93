//! What nodes say to each other. Every word is JSON; one that a node of another version does
//! not know is passed over.

use std::sync::Arc;

use domain::values::ids::{EventId, MatchId, UserId};
use domain::values::room::Room;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::gateway::frames::Topic;
use crate::gateway::hub::Hub;
use crate::gateway::outbox::Outbox;

/// Whom a passing frame is for, wherever they are connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Whom {
    User {
        user: UserId,
    },
    /// Everybody who listens to a room but this person.
    OthersInRoom {
        room: Room,
        user: UserId,
    },
}

impl Whom {
    /// Their sockets on this node.
    pub fn sockets(self, hub: &Hub) -> Vec<Arc<Outbox>> {
        match self {
            Self::User { user } => hub.users.of(user),
            Self::OthersInRoom { room, user } => {
                let mut sockets = hub.rooms.of(room);
                sockets.retain(|outbox| outbox.user != user);
                sockets
            }
        }
    }
}

/// One run of one process: a node that starts again is another one.
pub type NodeId = Uuid;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    pub from: NodeId,
    #[serde(flatten)]
    pub says: Says,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "says", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Says {
    /// Once a second. Who knows fewer of its moves has missed some.
    Here { moves: u64 },
    /// The `number`th move: people came to or went from a room of its own.
    Moved { number: u64, event: EventId, came: Vec<UserId>, went: Vec<UserId> },
    /// Asks `node` for all its rooms.
    AskWhoIsThere { node: NodeId },
    /// Everybody in all its rooms, after that many moves.
    Rooms { moves: u64, rooms: Vec<(EventId, Vec<UserId>)> },
    /// It stops.
    Leaving,
    /// A signal of `user`'s, as a frame, for the other member of a match, wherever they are.
    Signal { number: u64, user: UserId, match_id: MatchId, frame: String },
    /// A frame that nobody answers, for those it is for.
    Passing { whom: Whom, topic: Topic, frame: String },
    /// So many sockets got the signal of that number of `node`'s.
    Delivered { node: NodeId, number: u64, sockets: usize },
}
