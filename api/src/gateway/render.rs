//! Turns events of the log into the frames that sockets get. Live frames, missed ones and the
//! acks of messages are all made here, so that they are the same.

use domain::events::{Event, RecordedEvent};
use domain::r#match::MatchEvent;
use domain::message::MessageEvent;
use domain::values::ids::{EventId, MatchId, MessageId};
use domain::values::room::Room;
use projections::models::messages::Message;
use projections::{Audience, ProjectionError, Projections, audiences};
use serde::Serialize;

use super::frames::Frame;
use super::frames::server::{
    self, EncryptionMoved, MatchMoved, MatchRequested, MessageEdited, MessageRetracted,
    RatingRevealed, VideoHandedOver,
};
use super::people::People;
use crate::routes::events::EventSummary;
use crate::routes::messages::{EventMessage, PrivateMessage};

pub struct Renderer {
    pub people: People,
    projections: Projections,
}

/// A message as its room sees it, over HTTP and here alike.
#[derive(Serialize)]
#[serde(untagged)]
pub enum MessageView {
    Event(EventMessage),
    Private(PrivateMessage),
}

impl From<Message> for MessageView {
    fn from(message: Message) -> Self {
        match message.room {
            Room::Event(id) => Self::Event(EventMessage::new(id, message)),
            Room::Match(id) => Self::Private(PrivateMessage::new(id, message)),
        }
    }
}

impl Renderer {
    pub fn new(projections: Projections) -> Self {
        Self { people: People::new(projections.clone()), projections }
    }

    /// The frame each audience that `wanted` picks gets.
    pub async fn frames(
        &self,
        event: &RecordedEvent,
        wanted: impl Fn(&Audience) -> bool,
    ) -> Result<Vec<(Audience, Frame)>, ProjectionError> {
        let mut frames = vec![];
        for audience in audiences(event).into_iter().filter(wanted) {
            if let Some(frame) = self.frame(event, &audience).await? {
                frames.push((audience, frame));
            }
        }
        Ok(frames)
    }

    async fn frame(
        &self,
        event: &RecordedEvent,
        audience: &Audience,
    ) -> Result<Option<Frame>, ProjectionError> {
        match &event.event {
            Event::Message(id, change) => self.message_frame(event, *id, change).await.map(Some),
            Event::Match(id, change) => self.match_frame(event, *id, change, audience).await,
            Event::Account(..)
            | Event::DanceEvent(..)
            | Event::Participation(..)
            | Event::Report(..) => Ok(None),
        }
    }

    async fn message_frame(
        &self,
        event: &RecordedEvent,
        id: MessageId,
        change: &MessageEvent,
    ) -> Result<Frame, ProjectionError> {
        let position = event.position;
        Ok(match change {
            MessageEvent::Posted { room, .. } => {
                let kind = match room {
                    Room::Event(_) => "event_message",
                    Room::Match(_) => "private_message",
                };
                server::durable(kind, &self.message(event).await?, position)
            }
            MessageEvent::Edited { room, content, .. } => {
                let edited = MessageEdited {
                    id,
                    room_id: room.to_string(),
                    place: (*room).into(),
                    content: content.as_str(),
                    edited_at: event.at,
                };
                server::durable("message_edited", &edited, position)
            }
            MessageEvent::Retracted { room } => {
                let retracted =
                    MessageRetracted { id, room_id: room.to_string(), place: (*room).into() };
                server::durable("message_retracted", &retracted, position)
            }
        })
    }

    /// The message that `event` posted; none where it did something else.
    pub async fn message(
        &self,
        event: &RecordedEvent,
    ) -> Result<Option<MessageView>, ProjectionError> {
        let Event::Message(id, MessageEvent::Posted { room, author, kind, content }) = &event.event
        else {
            return Ok(None);
        };
        let message = Message {
            id: *id,
            room: *room,
            author: self.people.one(*author, event.position).await?,
            kind: *kind,
            content: content.to_string(),
            created_at: event.at,
            edited_at: None,
            position: event.position,
        };
        Ok(Some(message.into()))
    }

    async fn match_frame(
        &self,
        event: &RecordedEvent,
        match_id: MatchId,
        change: &MatchEvent,
        audience: &Audience,
    ) -> Result<Option<Frame>, ProjectionError> {
        let position = event.position;
        let (kind, by, partner) = match change {
            MatchEvent::Requested { event: at, requester, .. } => {
                let Some(event) = self.event(*at).await? else {
                    tracing::error!(event = %at, position, "asked at an event that nobody announced");
                    return Ok(None);
                };
                let from_user = self.people.one(*requester, position).await?.into();
                let requested = MatchRequested { match_id, from_user, event };
                return Ok(Some(server::durable("match_request_received", &requested, position)));
            }
            MatchEvent::PartnerRated { .. } => {
                let revealed = RatingRevealed { match_id };
                return Ok(Some(server::durable("rating_revealed", &revealed, position)));
            }
            MatchEvent::VideoHandedOver(receipt) => {
                let handed_over = VideoHandedOver {
                    match_id,
                    transfer_id: receipt.transfer,
                    from: receipt.from,
                    to: receipt.to,
                    bytes: receipt.bytes.get(),
                };
                return Ok(Some(server::durable("video_handed_over", &handed_over, position)));
            }
            MatchEvent::EncryptionOffered { by, .. } => {
                let moved = EncryptionMoved { match_id, by: *by };
                return Ok(Some(server::durable("encryption_offered", &moved, position)));
            }
            MatchEvent::EncryptionAgreed { by, .. } => {
                let moved = EncryptionMoved { match_id, by: *by };
                return Ok(Some(server::durable("encryption_agreed", &moved, position)));
            }
            MatchEvent::TransferReported { .. } => return Ok(None),
            MatchEvent::Accepted { by, partner } => ("match_accepted", by, partner),
            MatchEvent::Declined { by, partner } => ("match_declined", by, partner),
            MatchEvent::Cancelled { by, partner } => ("match_cancelled", by, partner),
            MatchEvent::Completed { by, partner } => ("match_completed", by, partner),
        };
        let other = if *audience == Audience::User(*by) { partner } else { by };
        let partner = self.people.one(*other, position).await?.into();
        Ok(Some(server::durable(kind, &MatchMoved { match_id, partner }, position)))
    }

    /// An event is announced long before anybody matches at it, so the read model nearly always
    /// holds it. Where it does not, be it late or never, as the announcement is parked, the log
    /// does.
    async fn event(&self, id: EventId) -> Result<Option<EventSummary>, ProjectionError> {
        let event = match self.projections.events().summary(id).await? {
            None => self.projections.announced(id).await?,
            found => found,
        };
        Ok(event.map(EventSummary::from))
    }
}
