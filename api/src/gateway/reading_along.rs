//! That somebody is typing, and how far they have read: shown to those who may know, if the
//! person wishes it. Neither enters the log.

use std::time::Duration;

use domain::values::ids::UserId;
use domain::values::room::Room;
use moka::future::Cache;
use projections::{Preferences, ProjectionError, Projections};

use super::Inner;
use super::connection::stranger;
use super::frames::Frame;
use super::frames::server::{self, Place, RoomRead, Typing};
use super::neighbours::Whom;
use crate::problem::{Problem, Result};

/// Changed on whichever node, preferences hold on all of them by then.
const HOLD_AFTER: Duration = Duration::from_secs(2);
const MOST_REMEMBERED: u64 = 10_000;

/// What people wish to show, remembered for a moment.
pub struct Wishes {
    projections: Projections,
    known: Cache<UserId, Preferences>,
}

impl Wishes {
    pub fn new(projections: Projections) -> Self {
        let known = Cache::builder().max_capacity(MOST_REMEMBERED).time_to_live(HOLD_AFTER);
        Self { projections, known: known.build() }
    }

    async fn of(&self, user: UserId) -> Result<Preferences, ProjectionError> {
        if let Some(known) = self.known.get(&user).await {
            return Ok(known);
        }
        let preferences = self.projections.reading().preferences(user).await?;
        self.known.insert(user, preferences).await;
        Ok(preferences)
    }

    pub async fn forget(&self, user: UserId) {
        self.known.invalidate(&user).await;
    }
}

/// Tells everybody else in `room`, on every node, that `user` is typing.
pub async fn typing(gateway: &Inner, user: UserId, room: Room) -> Result<()> {
    let Inner { hub, commands, .. } = gateway;
    if !commands.may_write(room, user).await? {
        return Err(stranger(room));
    }
    if !gateway.wishes.of(user).await?.typing {
        return Ok(());
    }
    let username = hub.renderer.people.one(user, hub.position()).await?.username;
    let place = Place::from(room);
    let typing = Typing { room_id: room.to_string(), place, user_id: user, username };
    tell(gateway, Whom::OthersInRoom { room, user }, &server::typing(room, &typing));
    Ok(())
}

/// Notes that `user` has read `room` up to `position`, and answers how far they have read now.
/// Their own sockets hear of it; so does the partner in a match, if both wish to show it.
pub async fn mark_read(gateway: &Inner, user: UserId, room: Room, position: i64) -> Result<i64> {
    let Inner { hub, commands, projections, .. } = gateway;
    if !commands.may_enter(room, user).await? {
        return Err(stranger(room));
    }
    // What this node has handed out is there; only beyond that the log is asked.
    if position > hub.position() && position > hub.log.end().await? {
        return Err(Problem::field("position", "is beyond what was said"));
    }
    let (position, moved) = projections.reading().mark(user, room, position).await?;
    if moved {
        let place = Place::from(room);
        let read = RoomRead { room_id: room.to_string(), place, user_id: user, position };
        let frame = server::room_read(room, &read);
        tell(gateway, Whom::User { user }, &frame);
        if let Some(partner) = witness(gateway, user, room).await? {
            tell(gateway, Whom::User { user: partner }, &frame);
        }
    }
    Ok(position)
}

/// Up to where the partner of `user` has read, where both wish to show that.
pub async fn partner_read_up_to(gateway: &Inner, user: UserId, room: Room) -> Result<Option<i64>> {
    match witness(gateway, user, room).await? {
        Some(partner) => Ok(gateway.projections.reading().read_up_to(partner, room).await?),
        None => Ok(None),
    }
}

/// The partner who may see how far `user` has read, and whose reading `user` may see: they
/// still write to each other, and both show it.
async fn witness(gateway: &Inner, user: UserId, room: Room) -> Result<Option<UserId>> {
    let Room::Match(id) = room else { return Ok(None) };
    let Some(partner) = gateway.commands.chat_partner(id, user).await? else { return Ok(None) };
    let both = gateway.wishes.of(user).await?.read_receipts
        && gateway.wishes.of(partner).await?.read_receipts;
    Ok(both.then_some(partner))
}

fn tell(gateway: &Inner, whom: Whom, frame: &Frame) {
    for outbox in whom.sockets(&gateway.hub) {
        outbox.send(frame);
    }
    gateway.neighbours.tell(whom, frame);
}
