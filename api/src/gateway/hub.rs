//! Follows the log on this node and hands each event's frame to the sockets it concerns.
//!
//! There is one follower and it goes in log order, so every socket gets its frames in
//! ascending order. Sockets start to listen between two deliveries, never during one: a
//! socket that begins at position N has missed nothing after N and gets nothing up to N.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use domain::account::AccountEvent;
use domain::events::{Event, RecordedEvent};
use domain::r#match::MatchEvent;
use domain::participation::ParticipationEvent;
use domain::values::ids::UserId;
use domain::values::room::Room;
use projections::{Audience, Entry, Log, ProjectionError, audiences};
use tokio::sync::watch;
use uuid::Uuid;

use super::fan_out::FanOut;
use super::frames::Frame;
use super::listeners::Listeners;
use super::neighbours::Neighbours;
use super::outbox::{Farewell, Outbox, Pushed};
use super::presence::Presence;
use super::render::Renderer;
use super::signalling::Pairs;

/// Events handed out between two moments at which sockets may start to listen.
const BATCH: usize = 64;

/// How long the follower rests when the log or a name cannot be read.
const REST: Duration = Duration::from_millis(200);

pub struct Hub {
    pub log: Log,
    pub renderer: Renderer,
    pub presence: Presence,
    pub pairs: Pairs,
    pub rooms: Listeners<Room>,
    pub users: Listeners<UserId>,
    pub sessions: Listeners<Uuid>,
    pub fan_out: FanOut,
    /// Held for writing while frames are handed out, for reading while a socket starts to
    /// listen. Never across an await.
    turn: RwLock<()>,
    /// Everything up to here is handed out; none until the follower has found the log's end.
    delivered: watch::Sender<Option<i64>>,
    /// How many times somebody was taken out of a room.
    departures: AtomicU64,
}

/// One event, ready to be handed out.
struct Prepared {
    event: Arc<RecordedEvent>,
    frames: Vec<(Audience, Frame)>,
    /// Whether there is a frame for everybody, heard or not.
    complete: bool,
}

impl Hub {
    pub fn new(log: Log, renderer: Renderer, neighbours: Arc<Neighbours>) -> Self {
        Self {
            log,
            renderer,
            presence: Presence::new(neighbours),
            pairs: Pairs::default(),
            rooms: Listeners::default(),
            users: Listeners::default(),
            sessions: Listeners::default(),
            fan_out: FanOut::new(),
            turn: RwLock::default(),
            delivered: watch::Sender::new(None),
            departures: AtomicU64::default(),
        }
    }

    /// Hands out everything that is appended from now on.
    pub async fn follow(&self) {
        let mut head = self.log.head();
        // The head is 0 until the log's end is found, and while the log is empty: then there
        // is nobody yet who could listen.
        let Ok(mut position) = head.wait_for(|head| *head > 0).await.map(|head| *head) else {
            return;
        };
        self.delivered.send_replace(Some(position));
        loop {
            match self.log.after(position, BATCH).await {
                Ok(entries) => {
                    let Some(last) = entries.last().map(Entry::position) else {
                        if head.wait_for(|head| *head > position).await.is_err() {
                            return;
                        }
                        continue;
                    };
                    self.deliver(entries.iter().filter_map(readable).collect()).await;
                    self.delivered.send_replace(Some(last));
                    position = last;
                    // A long way to catch up must not keep sockets from writing.
                    tokio::task::yield_now().await;
                }
                Err(error) => {
                    tracing::warn!(%error, "the gateway cannot read the log");
                    tokio::time::sleep(REST).await;
                }
            }
        }
    }

    /// The position up to which everything is handed out, once it is at least `at_least`;
    /// none if it does not get there in time.
    pub async fn reached(&self, at_least: i64, at_most: Duration) -> Option<i64> {
        let mut delivered = self.delivered.subscribe();
        let there = delivered.wait_for(|now| now.is_some_and(|now| now >= at_least));
        let now = tokio::time::timeout(at_most, there).await.ok()?.ok()?;
        *now
    }

    /// The position up to which everything is handed out; 0 before the follower has begun.
    pub fn position(&self) -> i64 {
        self.delivered.borrow().unwrap_or(0)
    }

    /// Calls `listen` between two deliveries, with the position of the cut: what `listen` adds
    /// gets every frame after it and none up to it.
    pub fn at_a_cut<T>(&self, listen: impl FnOnce(i64) -> T) -> T {
        let _turn = self.turn.read().unwrap_or_else(PoisonError::into_inner);
        listen(self.position())
    }

    /// Changes whenever somebody was taken out of a room. Whoever checks a right, then acts on
    /// it, and finds this unchanged, has acted on a right that still held.
    pub fn departures(&self) -> u64 {
        self.departures.load(Ordering::SeqCst)
    }

    async fn deliver(&self, events: Vec<Arc<RecordedEvent>>) {
        let mut prepared = Vec::with_capacity(events.len());
        for event in events {
            self.renderer.people.observe(&event);
            self.pairs.observe(&event);
            // Nobody listens to most of a large log here; what nobody hears is not rendered.
            let frames = self.render(&event, |audience| self.is_heard(audience)).await;
            prepared.push(Prepared { event, frames, complete: false });
        }
        let mut rest = prepared.into_iter();
        let mut filled = vec![];
        while let Some(late) = self.hand_out(&mut rest, &mut filled) {
            // Somebody began to listen after the frame was left out.
            let frames = self.render(&late.event, |_| true).await;
            let late = Prepared { frames, complete: true, ..late };
            self.hand_out(&mut [late].into_iter(), &mut filled);
        }
        // Lets whoever said it hear first that it is stored: they wait, the others do not know yet.
        tokio::task::yield_now().await;
        self.fan_out.flush(filled).await;
    }

    /// Tries until it succeeds: a frame that is left out would be missing for good.
    async fn render(
        &self,
        event: &RecordedEvent,
        wanted: impl Fn(&Audience) -> bool,
    ) -> Vec<(Audience, Frame)> {
        loop {
            match self.renderer.frames(event, &wanted).await {
                Ok(frames) => return frames,
                Err(error @ (ProjectionError::Behind { .. } | ProjectionError::Database(_))) => {
                    tracing::warn!(%error, position = event.position, "a frame has to wait");
                    tokio::time::sleep(REST).await;
                }
                Err(error) => {
                    tracing::error!(%error, position = event.position, "a frame cannot be made");
                    return vec![];
                }
            }
        }
    }

    /// Hands out events until there are no more, or one lacks a frame that is wanted by now;
    /// that one is answered. Sockets that had nothing to send before go into `filled`.
    fn hand_out(
        &self,
        events: &mut impl Iterator<Item = Prepared>,
        filled: &mut Vec<Arc<Outbox>>,
    ) -> Option<Prepared> {
        let turn = self.turn.write().unwrap_or_else(PoisonError::into_inner);
        let mut late = None;
        for prepared in events {
            if !prepared.complete && self.lacks_a_frame(&prepared) {
                late = Some(prepared);
                break;
            }
            for (audience, frame) in &prepared.frames {
                self.each(audience, |outbox| {
                    if outbox.push(frame) == Pushed::First {
                        filled.push(outbox.clone());
                    }
                });
            }
            self.follow_consequences(&prepared.event);
            self.delivered.send_replace(Some(prepared.event.position));
        }
        drop(turn);
        late
    }

    fn lacks_a_frame(&self, prepared: &Prepared) -> bool {
        let made = |audience| prepared.frames.iter().any(|(to, _)| to == audience);
        audiences(&prepared.event).iter().any(|to| self.is_heard(to) && !made(to))
    }

    /// What an event means for who may listen to what.
    fn follow_consequences(&self, event: &RecordedEvent) {
        match &event.event {
            Event::Participation(_, ParticipationEvent::Left { event, user }) => {
                let room = Room::Event(*event);
                self.take_out(room, |outbox| outbox.user == *user);
                self.presence.changed(room);
            }
            Event::Match(id, MatchEvent::Cancelled { .. }) => {
                self.take_out(Room::Match(*id), |_| true);
            }
            Event::Account(user, AccountEvent::Suspended { .. } | AccountEvent::Erased {}) => {
                self.users.each(*user, |outbox| outbox.close(Farewell::REVOKED));
            }
            _ => {}
        }
    }

    fn take_out(&self, room: Room, chosen: impl Fn(&Arc<Outbox>) -> bool) {
        // Counted first: see `departures`.
        self.departures.fetch_add(1, Ordering::SeqCst);
        self.rooms.take(room, chosen);
    }

    fn is_heard(&self, audience: &Audience) -> bool {
        match audience {
            Audience::Room(room) => self.rooms.any(*room),
            Audience::User(user) => self.users.any(*user),
        }
    }

    fn each(&self, audience: &Audience, each: impl FnMut(&Arc<Outbox>)) {
        match audience {
            Audience::Room(room) => self.rooms.each(*room, each),
            Audience::User(user) => self.users.each(*user, each),
        }
    }
}

/// An event that cannot be read concerns nobody as far as anyone can tell, and keeps nobody
/// waiting.
fn readable(entry: &Entry) -> Option<Arc<RecordedEvent>> {
    match entry {
        Entry::Event(event) => Some(event.clone()),
        Entry::Unreadable(unreadable) => {
            tracing::error!(error = %unreadable, "an event is pushed to nobody");
            None
        }
    }
}
