//! Who is in the room of an event, told to everybody in it when it changes.
//!
//! Nothing is counted: who listens to the room is who is there, so several tabs of one person
//! are one person, and a socket that ends in whatever way takes its person out.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::values::ids::{EventId, UserId};
use domain::values::room::Room;
use projections::ProjectionError;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::frames::Frame;
use super::frames::server::{self, ActiveUsers};
use super::hub::Hub;
use super::listeners::lock;
use super::neighbours::Neighbours;
use super::outbox::{Outbox, Pushed};
use crate::routes::users::UserSummary;

/// Changes within this time are told together.
const GATHER: Duration = Duration::from_millis(100);

/// Telling n people of n people costs n², so a crowd is told less often: this much more time
/// for each person in the room, up to a bound.
const PER_PERSON: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(1_500);

pub struct Presence {
    neighbours: Arc<Neighbours>,
    rooms: Mutex<HashMap<EventId, State>>,
    woken: Notify,
}

struct State {
    /// When everybody is to be told of a change.
    due: Option<Instant>,
    not_before: Instant,
    /// Who everybody was told is here.
    told: Vec<UserId>,
}

impl Presence {
    pub fn new(neighbours: Arc<Neighbours>) -> Self {
        Self { neighbours, rooms: Mutex::default(), woken: Notify::new() }
    }

    /// Says that somebody may have come to or gone from `room` on this node.
    pub fn changed(&self, room: Room) {
        if let Room::Event(event) = room {
            self.neighbours.moved(event);
            self.tell_soon(event);
        }
    }

    /// Says that somebody came to or went from the rooms of `events` on another node.
    pub fn moved_elsewhere(&self, hub: &Hub, events: &[EventId]) {
        for event in events {
            if hub.rooms.any(Room::Event(*event)) {
                self.tell_soon(*event);
            }
        }
    }

    fn tell_soon(&self, event: EventId) {
        let now = Instant::now();
        let mut rooms = lock(&self.rooms);
        let state =
            rooms.entry(event).or_insert(State { due: None, not_before: now, told: vec![] });
        if state.due.is_none() {
            state.due = Some(state.not_before.max(now + GATHER));
            self.woken.notify_one();
        }
    }

    /// Who is in the room of `event`, in a steady order.
    pub fn roster(&self, hub: &Hub, event: EventId) -> Vec<UserId> {
        let mut users = self.neighbours.present(event);
        hub.rooms.each(Room::Event(event), |outbox| users.push(outbox.user));
        users.sort_unstable();
        users.dedup();
        users
    }

    /// Tells rooms of their changes for as long as it is polled.
    pub async fn tell(&self, hub: &Hub) {
        loop {
            let next = lock(&self.rooms).values().filter_map(|state| state.due).min();
            match next {
                None => self.woken.notified().await,
                Some(due) => tokio::select! {
                    () = sleep_until(due) => self.tell_due(hub).await,
                    () = self.woken.notified() => {}
                },
            }
        }
    }

    async fn tell_due(&self, hub: &Hub) {
        let now = Instant::now();
        let due: Vec<EventId> = lock(&self.rooms)
            .iter_mut()
            .filter(|(_, state)| state.due.is_some_and(|due| due <= now))
            .map(|(event, state)| {
                state.due = None;
                *event
            })
            .collect();
        for event in due {
            if let Err(error) = self.tell_room(hub, event).await {
                tracing::warn!(%error, %event, "could not tell who is here");
                self.tell_soon(event);
            }
        }
    }

    async fn tell_room(&self, hub: &Hub, event: EventId) -> Result<(), ProjectionError> {
        let users = self.roster(hub, event);
        match lock(&self.rooms).entry(event) {
            Entry::Occupied(room) if !hub.rooms.any(Room::Event(event)) => {
                // Whoever comes now is told by themselves.
                if room.get().due.is_none() {
                    room.remove();
                }
                return Ok(());
            }
            Entry::Occupied(room) if room.get().told != users => {}
            _ => return Ok(()),
        }
        let frame = self.frame(hub, event, &users).await?;
        let mut woken = vec![];
        hub.rooms.each(Room::Event(event), |outbox| {
            if outbox.push(&frame) == Pushed::First {
                woken.push(outbox.clone());
            }
        });
        hub.fan_out.flush(woken).await;
        if let Some(state) = lock(&self.rooms).get_mut(&event) {
            let pause = (PER_PERSON * users.len() as u32).min(LONGEST_PAUSE);
            state.not_before = Instant::now() + pause;
            state.told = users;
        }
        Ok(())
    }

    /// Tells one socket that is in the room of `event` who is here.
    pub async fn tell_one(
        &self,
        hub: &Hub,
        event: EventId,
        outbox: &Outbox,
    ) -> Result<(), ProjectionError> {
        let users = self.roster(hub, event);
        outbox.send(&self.frame(hub, event, &users).await?);
        self.told_one(event, &users);
        Ok(())
    }

    /// One socket in the room of `event` has been told that `users` are here. Unless that is what
    /// everybody was told last, all are told anew: the list that reaches a socket last is never
    /// an old one.
    pub fn told_one(&self, event: EventId, users: &[UserId]) {
        if let Some(state) = lock(&self.rooms).get_mut(&event) {
            if state.told == users {
                return;
            }
            state.told.clear();
        }
        self.tell_soon(event);
    }

    pub async fn people(
        &self,
        hub: &Hub,
        users: &[UserId],
    ) -> Result<Vec<UserSummary>, ProjectionError> {
        let people = hub.renderer.people.get(users, hub.position()).await?;
        Ok(people.into_iter().map(UserSummary::from).collect())
    }

    async fn frame(
        &self,
        hub: &Hub,
        event_id: EventId,
        users: &[UserId],
    ) -> Result<Frame, ProjectionError> {
        let users = self.people(hub, users).await?;
        Ok(server::active_users(&ActiveUsers { event_id, users }))
    }
}
