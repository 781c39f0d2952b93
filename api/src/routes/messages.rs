//! Messages as lists show them. They are sent over the socket.

use chrono::{DateTime, Utc};
use domain::values::ids::{EventId, MatchId, MessageId, UserId};
use domain::values::room::{MessageKind, Room};
use projections::models::messages;
use serde::Serialize;
use utoipa::ToSchema;

/// A message in the room of a dance event.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventMessage {
    #[schema(value_type = String)]
    id: MessageId,
    room_id: String,
    #[schema(value_type = String)]
    event_id: EventId,
    #[schema(value_type = String)]
    user_id: UserId,
    username: String,
    #[schema(required)]
    avatar: Option<String>,
    content: String,
    #[schema(value_type = MessageType)]
    r#type: MessageKind,
    created_at: DateTime<Utc>,
    /// Place in the log, by which the room is ordered.
    position: i64,
}

/// A message between the two of a match.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PrivateMessage {
    #[schema(value_type = String)]
    id: MessageId,
    room_id: String,
    #[schema(value_type = String)]
    match_id: MatchId,
    #[schema(value_type = String)]
    user_id: UserId,
    username: String,
    #[schema(required)]
    avatar: Option<String>,
    /// An envelope where the type is `encrypted`: only the devices that it is for can read it.
    content: String,
    #[schema(value_type = MessageType)]
    r#type: MessageKind,
    created_at: DateTime<Utc>,
    /// Place in the log, by which the room is ordered.
    position: i64,
}

/// What a message is.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum MessageType {
    Text,
    Link,
    Video,
    Encrypted,
}

impl EventMessage {
    pub fn new(event_id: EventId, message: messages::Message) -> Self {
        Self {
            id: message.id,
            room_id: Room::Event(event_id).to_string(),
            event_id,
            user_id: message.author.id,
            username: message.author.username,
            avatar: message.author.avatar,
            content: message.content,
            r#type: message.kind,
            created_at: message.created_at,
            position: message.position,
        }
    }
}

impl PrivateMessage {
    pub fn new(match_id: MatchId, message: messages::Message) -> Self {
        Self {
            id: message.id,
            room_id: Room::Match(match_id).to_string(),
            match_id,
            user_id: message.author.id,
            username: message.author.username,
            avatar: message.author.avatar,
            content: message.content,
            r#type: message.kind,
            created_at: message.created_at,
            position: message.position,
        }
    }
}
