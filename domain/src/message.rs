//! One chat message, in a room of a dance event or of a match.
//!
//! * Only a member of the room speaks in it.
//! * The client makes the id: the same message posted again is the same message, and an id
//!   that is taken by another is refused.
//! * Where the two of a match have switched encryption on, what is not encrypted is refused, and
//!   the other way round.
//! * Only its author edits or retracts it, and a retracted message stays retracted.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use crate::values::ids::UserId;
use crate::values::room::{MessageKind, Room};
use crate::values::text::MessageContent;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Message {
    #[default]
    Unsaid,
    Posted {
        /// What was said first, by which a repeated posting is recognised.
        original: Posting,
        content: MessageContent,
    },
    Retracted {
        original: Posting,
    },
}

/// What a person says, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Posting {
    pub room: Room,
    pub author: UserId,
    pub kind: MessageKind,
    pub content: MessageContent,
}

/// What the room says of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Member {
        /// Whether the room takes encrypted messages, and no others.
        encrypted: bool,
    },
    Stranger,
}

impl Standing {
    /// What the room has against a message of this kind.
    pub fn refusal(self, kind: MessageKind) -> Option<MessageError> {
        match (self, kind) {
            (Self::Stranger, _) => Some(MessageError::NotAMember),
            (Self::Member { encrypted: false }, MessageKind::Encrypted) => {
                Some(MessageError::NotEncryptedHere)
            }
            (Self::Member { encrypted: true }, MessageKind::Encrypted)
            | (Self::Member { encrypted: false }, _) => None,
            (Self::Member { encrypted: true }, _) => Some(MessageError::MustBeEncrypted),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum MessageCommand {
    Post { posting: Posting, standing: Standing },
    Edit { by: UserId, content: MessageContent },
    Retract { by: UserId },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum MessageEvent {
    Posted {
        room: Room,
        author: UserId,
        kind: MessageKind,
        content: MessageContent,
    },
    Edited {
        room: Room,
        /// None in events of the first version, which did not say.
        author: Option<UserId>,
        content: MessageContent,
    },
    Retracted {
        room: Room,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    #[error("only members of this room may speak in it")]
    NotAMember,
    #[error("this conversation is encrypted: it takes no message that is not")]
    MustBeEncrypted,
    #[error("the two have not switched encryption on in this conversation")]
    NotEncryptedHere,
    #[error("this message id is already used by another message")]
    IdTaken,
    #[error("there is no such message")]
    NoMessage,
    #[error("only its author may change a message")]
    NotTheAuthor,
    #[error("this message was retracted")]
    Retracted,
}

impl Message {
    pub fn decide(&self, command: MessageCommand) -> Result<Vec<MessageEvent>, MessageError> {
        use MessageCommand::*;
        match (self, command) {
            (Self::Unsaid, Post { posting, standing }) => {
                let Posting { room, author, kind, content } = posting;
                match standing.refusal(kind) {
                    Some(refusal) => Err(refusal),
                    None => Ok(vec![MessageEvent::Posted { room, author, kind, content }]),
                }
            }
            (
                Self::Posted { original, .. } | Self::Retracted { original },
                Post { posting, .. },
            ) => {
                if *original == posting {
                    Ok(vec![])
                } else {
                    Err(MessageError::IdTaken)
                }
            }
            (Self::Unsaid, Edit { .. } | Retract { .. }) => Err(MessageError::NoMessage),
            (
                Self::Posted { original, .. } | Self::Retracted { original },
                Edit { by, .. } | Retract { by },
            ) if original.author != by => Err(MessageError::NotTheAuthor),
            (Self::Posted { content: now, .. }, Edit { content, .. }) if *now == content => {
                Ok(vec![])
            }
            (Self::Posted { original, .. }, Edit { content, .. })
                if original.kind == MessageKind::Encrypted
                    && original.kind.admits(&content).is_err() =>
            {
                Err(MessageError::MustBeEncrypted)
            }
            (Self::Posted { original, .. }, Edit { content, .. }) => {
                let (room, author) = (original.room, Some(original.author));
                Ok(vec![MessageEvent::Edited { room, author, content }])
            }
            (Self::Posted { original, .. }, Retract { .. }) => {
                Ok(vec![MessageEvent::Retracted { room: original.room }])
            }
            (Self::Retracted { .. }, Edit { .. }) => Err(MessageError::Retracted),
            (Self::Retracted { .. }, Retract { .. }) => Ok(vec![]),
        }
    }
}

impl Aggregate for Message {
    const TYPE: &'static str = "message";
    type Command = MessageCommand;
    type Event = MessageEvent;
    type Error = MessageError;
    type Services = ();

    async fn handle(
        &mut self,
        command: MessageCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), MessageError> {
        for event in self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: MessageEvent) {
        *self = match (std::mem::take(self), event) {
            (_, MessageEvent::Posted { room, author, kind, content }) => Self::Posted {
                original: Posting { room, author, kind, content: content.clone() },
                content,
            },
            (Self::Posted { original, .. }, MessageEvent::Edited { content, .. }) => {
                Self::Posted { original, content }
            }
            (Self::Posted { original, .. }, MessageEvent::Retracted { .. }) => {
                Self::Retracted { original }
            }
            (state, _) => state,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::ids::EventId;
    use cqrs_es::test::{AggregateTestExecutor, TestFramework};
    use uuid::Uuid;

    const ROOM: Room = Room::Event(EventId::from_uuid(Uuid::from_u128(7)));
    const ANN: UserId = UserId::from_uuid(Uuid::from_u128(1));
    const BOB: UserId = UserId::from_uuid(Uuid::from_u128(2));
    const MEMBER: Standing = Standing::Member { encrypted: false };

    fn given<const N: usize>(events: [MessageEvent; N]) -> AggregateTestExecutor<Message> {
        TestFramework::with(()).given(events.into())
    }

    fn content(text: &str) -> MessageContent {
        text.try_into().expect("content")
    }

    fn post(author: UserId, text: &str, standing: Standing) -> MessageCommand {
        let posting =
            Posting { room: ROOM, author, kind: MessageKind::Text, content: content(text) };
        MessageCommand::Post { posting, standing }
    }

    fn posted(text: &str) -> MessageEvent {
        MessageEvent::Posted {
            room: ROOM,
            author: ANN,
            kind: MessageKind::Text,
            content: content(text),
        }
    }

    fn edited(text: &str) -> MessageEvent {
        MessageEvent::Edited { room: ROOM, author: Some(ANN), content: content(text) }
    }

    const RETRACTED: MessageEvent = MessageEvent::Retracted { room: ROOM };

    #[test]
    fn only_a_member_of_the_room_speaks_in_it() {
        given([]).when(post(ANN, "hi", MEMBER)).then_expect_events(vec![posted("hi")]);
        given([])
            .when(post(ANN, "hi", Standing::Stranger))
            .then_expect_error(MessageError::NotAMember);
    }

    #[test]
    fn a_room_takes_either_what_is_encrypted_or_what_is_not() {
        let post = |kind, encrypted| {
            let posting = Posting { room: ROOM, author: ANN, kind, content: content("hi") };
            MessageCommand::Post { posting, standing: Standing::Member { encrypted } }
        };
        for kind in [MessageKind::Text, MessageKind::Link, MessageKind::Video] {
            given([]).when(post(kind, true)).then_expect_error(MessageError::MustBeEncrypted);
        }
        given([])
            .when(post(MessageKind::Encrypted, false))
            .then_expect_error(MessageError::NotEncryptedHere);
        given([]).when(post(MessageKind::Encrypted, true)).then_expect_events(vec![
            MessageEvent::Posted {
                room: ROOM,
                author: ANN,
                kind: MessageKind::Encrypted,
                content: content("hi"),
            },
        ]);
    }

    #[test]
    fn what_was_said_before_encryption_came_on_is_still_the_same_message_when_sent_again() {
        let encrypted = Standing::Member { encrypted: true };
        given([posted("hi")]).when(post(ANN, "hi", encrypted)).then_expect_events(vec![]);
    }

    #[test]
    fn the_same_message_sent_again_is_stored_once() {
        given([posted("hi")]).when(post(ANN, "hi", MEMBER)).then_expect_events(vec![]);
        given([posted("hi"), edited("ho")])
            .when(post(ANN, "hi", MEMBER))
            .then_expect_events(vec![]);
    }

    #[test]
    fn an_id_that_is_taken_by_another_message_is_refused() {
        given([posted("hi")])
            .when(post(ANN, "ho", MEMBER))
            .then_expect_error(MessageError::IdTaken);
        given([posted("hi")])
            .when(post(BOB, "hi", MEMBER))
            .then_expect_error(MessageError::IdTaken);
    }

    #[test]
    fn only_its_author_edits_a_message() {
        let edit = |by| MessageCommand::Edit { by, content: content("ho") };
        given([posted("hi")]).when(edit(ANN)).then_expect_events(vec![edited("ho")]);
        given([posted("hi"), edited("ho")]).when(edit(ANN)).then_expect_events(vec![]);
        given([posted("hi")]).when(edit(BOB)).then_expect_error(MessageError::NotTheAuthor);
        given([]).when(edit(ANN)).then_expect_error(MessageError::NoMessage);
    }

    #[test]
    fn what_was_encrypted_is_not_edited_into_what_is_not() {
        let encrypted = MessageEvent::Posted {
            room: ROOM,
            author: ANN,
            kind: MessageKind::Encrypted,
            content: content("an envelope"),
        };
        given([encrypted])
            .when(MessageCommand::Edit { by: ANN, content: content("in clear") })
            .then_expect_error(MessageError::MustBeEncrypted);
    }

    #[test]
    fn a_retracted_message_stays_retracted() {
        let retract = |by| MessageCommand::Retract { by };
        given([posted("hi")]).when(retract(ANN)).then_expect_events(vec![RETRACTED]);
        given([posted("hi")]).when(retract(BOB)).then_expect_error(MessageError::NotTheAuthor);
        given([posted("hi"), RETRACTED]).when(retract(ANN)).then_expect_events(vec![]);
        given([posted("hi"), RETRACTED])
            .when(MessageCommand::Edit { by: ANN, content: content("ho") })
            .then_expect_error(MessageError::Retracted);
    }
}
