//! Carries out what one client asks, one frame after another, and answers each.

use std::time::{Duration, Instant};

use commands::{CommandError, Context, Done};
use domain::events::{Event, RecordedEvent};
use domain::message::MessageError;
use domain::values::ids::{EventId, MatchId, MessageId};
use domain::values::room::Room;
use projections::Entry;
use projections::models::messages::Messages;
use serde::Serialize;
use tokio::time::timeout;

use super::Inner;
use super::connection::{Connection, stranger};
use super::frames::client::{self, FrameId, NewMessage, Request, Signal};
use super::frames::server::{self, Delivered, JoinedRoom, Nothing, Reached};
use super::limits::Seat;
use super::reading_along;
use super::render::MessageView;
use super::signalling::reach;
use crate::app::{READ_YOUR_WRITE, shown};
use crate::problem::{Code, Problem, Result};
use crate::routes::matches::Match;

/// Others are told at most so often that somebody is typing.
const TYPING: Duration = Duration::from_secs(2);

pub struct Session {
    connection: Connection,
    seat: Seat,
    /// Where and when others were told last that this person is typing.
    typed: Option<(Room, Instant)>,
}

/// What an ack says.
#[derive(Serialize)]
#[serde(untagged)]
enum Ack {
    Nothing(Nothing),
    Joined(JoinedRoom),
    Message(Box<MessageView>),
    Match(Box<Match>),
    Delivered(Delivered),
    Reached(Reached),
}

impl Session {
    pub fn new(connection: Connection, seat: Seat) -> Self {
        Self { connection, seat, typed: None }
    }

    /// Whether the connection is being closed, so that nothing is carried out any more.
    pub fn is_over(&self) -> bool {
        self.connection.outbox.is_closing()
    }

    /// Carries out a text frame. With an id it is answered once, by an ack or an error;
    /// without one only errors are told.
    pub async fn answer(&mut self, text: &str) {
        let (id, request) = client::decode(text);
        let done = match (self.seat.spend(), request) {
            (Err(wait), _) => Err(Problem::rate_limited(wait)),
            (Ok(()), Err(problem)) => Err(problem),
            (Ok(()), Ok(Request::Join(Room::Event(event)))) => {
                return self.join_event(id, event).await;
            }
            (Ok(()), Ok(request)) => self.carry_out(request).await,
        };
        self.reply(id, done);
    }

    pub fn refuse_binary(&self) {
        let problem = match self.seat.spend() {
            Err(wait) => Problem::rate_limited(wait),
            Ok(()) => Problem::new(Code::Invalid, "a frame must be text"),
        };
        self.reply(None, Err(problem));
    }

    fn reply(&self, id: Option<FrameId>, done: Result<Ack>) {
        let frame = match (done, id) {
            (Ok(data), Some(id)) => server::ack(&id, &data),
            (Ok(_), None) => return,
            (Err(problem), id) => server::error(id.as_ref(), &problem),
        };
        self.connection.outbox.send(&frame);
    }

    async fn carry_out(&mut self, request: Request) -> Result<Ack> {
        let gateway = self.connection.gateway.clone();
        let commands = &gateway.0.commands;
        let context = Context::of(self.connection.outbox.user);
        if request.is_write() {
            gateway.0.verified.require(self.connection.outbox.user).await?;
        }
        match request {
            Request::Ping => Ok(Ack::Nothing(Nothing {})),
            Request::Join(room) => {
                self.connection.join(room).await?;
                let user = self.connection.outbox.user;
                let partner_read_up_to =
                    reading_along::partner_read_up_to(&gateway.0, user, room).await?;
                Ok(Ack::Joined(JoinedRoom {
                    room_id: room.to_string(),
                    active_users: None,
                    partner_read_up_to,
                }))
            }
            Request::Leave(room) => {
                self.connection.leave(room);
                Ok(Ack::Nothing(Nothing {}))
            }
            Request::Send(message) => self.post(&context, message).await,
            Request::AskToMatch { event, target } => {
                gateway.0.shared_limits.match_request(self.connection.outbox.user).await?;
                self.match_after(commands.request_match(&context, event, target).await?).await
            }
            Request::Accept(id) => {
                self.match_after(commands.accept_match(&context, id).await?).await
            }
            Request::Decline(id) => {
                self.match_after(commands.decline_match(&context, id).await?).await
            }
            Request::Signal(signal) => self.pass_on(&signal).await,
            Request::Typing(room) => {
                if self.types_anew(room) {
                    let user = self.connection.outbox.user;
                    reading_along::typing(&gateway.0, user, room).await?;
                }
                Ok(Ack::Nothing(Nothing {}))
            }
            Request::MarkRead { room, position } => {
                let user = self.connection.outbox.user;
                let position = reading_along::mark_read(&gateway.0, user, room, position).await?;
                Ok(Ack::Reached(Reached { position }))
            }
        }
    }

    /// Others need not be told more often than they would forget it.
    fn types_anew(&mut self, room: Room) -> bool {
        let lately = self.typed.is_some_and(|(there, at)| there == room && at.elapsed() < TYPING);
        if !lately {
            self.typed = Some((room, Instant::now()));
        }
        !lately
    }

    /// The ack says who is here; if the room heard something else last, a list follows it.
    async fn join_event(&mut self, id: Option<FrameId>, event: EventId) {
        let gateway = self.connection.gateway.clone();
        let (hub, room) = (&gateway.0.hub, Room::Event(event));
        let joined = async {
            self.connection.join(room).await?;
            let users = hub.presence.roster(hub, event);
            let people = hub.presence.people(hub, &users).await?;
            let joined = JoinedRoom {
                room_id: room.to_string(),
                active_users: Some(people),
                partner_read_up_to: None,
            };
            Ok((users, joined))
        };
        match joined.await {
            Ok((users, data)) => {
                self.reply(id, Ok(Ack::Joined(data)));
                hub.presence.told_one(event, &users);
            }
            Err(problem) => self.reply(id, Err(problem)),
        }
    }

    async fn post(&self, context: &Context, message: NewMessage) -> Result<Ack> {
        let NewMessage { id, room, kind, content } = message;
        let id = id.unwrap_or_else(MessageId::new);
        let commands = &self.connection.gateway.0.commands;
        let done =
            commands.post_message(context, id, room, kind, content).await.map_err(|error| {
                match error {
                    CommandError::Message(MessageError::NotAMember) => stranger(room),
                    other => other.into(),
                }
            })?;
        Ok(Ack::Message(Box::new(self.stored(done).await?)))
    }

    /// The message as its room gets it. One that was sent before may lie anywhere in the log,
    /// or may have changed since: it is looked up.
    async fn stored(&self, done: Done<MessageId>) -> Result<MessageView> {
        let Inner { hub, projections, .. } = &*self.connection.gateway.0;
        let mut head = hub.log.head();
        let there = head.wait_for(|head| *head >= done.position);
        if timeout(READ_YOUR_WRITE, there).await.is_err() {
            return Err(Problem::new(Code::Unavailable, "it is stored, but cannot be shown yet"));
        }
        let next = hub.log.after(done.position - 1, 1).await?;
        let event = next.first().and_then(Entry::event);
        let event = event.filter(|event| event.position == done.position);
        if let Some(event) = event.filter(|event| is_of(event, done.id))
            && let Some(message) = hub.renderer.message(event).await?
        {
            return Ok(message);
        }
        let held = projections.wait_for_some(&[Messages::NAME], done.position, READ_YOUR_WRITE);
        held.await?;
        let message = projections.messages().by_id(done.id).await?;
        Ok(message.ok_or_else(|| Problem::not_found("message any more"))?.into())
    }

    async fn match_after(&self, done: Done<MatchId>) -> Result<Ack> {
        let projections = &self.connection.gateway.0.projections;
        shown(projections, &done).await?;
        let found = projections.matches().one(done.id, self.connection.outbox.user).await?;
        let found = found.ok_or_else(|| Problem::not_found("match"))?;
        Ok(Ack::Match(Box::new(found.into())))
    }

    async fn pass_on(&self, signal: &Signal) -> Result<Ack> {
        let gateway = &self.connection.gateway.0;
        let from = self.connection.outbox.user;
        let frame = server::signal(from, signal);
        let here = reach(gateway, from, signal.match_id, &frame).await?;
        let elsewhere = gateway.neighbours.signal(from, signal.match_id, &frame).await;
        let delivered = here + elsewhere;
        Ok(Ack::Delivered(Delivered { delivered }))
    }
}

fn is_of(event: &RecordedEvent, message: MessageId) -> bool {
    matches!(&event.event, Event::Message(id, _) if *id == message)
}
