//! What one socket listens to, from its first frame to its end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use commands::CommandError;
use domain::values::ids::{EventId, UserId};
use domain::values::room::Room;
use futures::{StreamExt, stream};
use projections::Audience;
use projections::models::dance_events::DanceEvents;
use projections::models::matches::Matches;
use projections::models::messages::Messages;

use super::Gateway;
use super::frames::server::{self, HEARTBEAT_SECONDS, Hello};
use super::hub::Hub;
use super::limits;
use super::outbox::{Farewell, Outbox};
use super::replay::Replay;
use crate::auth::SignedIn;
use crate::problem::{Code, Problem};

/// How long a socket waits for this node to come as far in the log as its client has been.
const PATIENCE: Duration = Duration::from_secs(5);

/// Rooms of one client looked at at a time.
const ROOMS_AT_ONCE: usize = 8;

/// What a client asks for when it connects.
#[derive(Debug, Default)]
pub struct Opening {
    /// The last position it has seen.
    pub since: Option<i64>,
    /// Rooms to join at once.
    pub rooms: Vec<Room>,
    /// What could not be read of it.
    pub problems: Vec<Problem>,
}

impl Opening {
    pub fn parse(since: Option<&str>, rooms: Option<&str>) -> Self {
        let mut opening = Self::default();
        match since.map(str::parse) {
            None => {}
            Some(Ok(position @ 0..)) => opening.since = Some(position),
            Some(_) => opening.problems.push(Problem::field("since", "must be a position")),
        }
        let named = rooms.unwrap_or_default().split(',').filter(|room| !room.is_empty());
        for (number, room) in named.enumerate() {
            if number == limits::ROOMS {
                opening.problems.push(too_many_rooms());
                break;
            }
            match room.parse() {
                Ok(room) if !opening.rooms.contains(&room) => opening.rooms.push(room),
                Ok(_) => {}
                Err(_) => opening.problems.push(Problem::field("rooms", "must be room ids")),
            }
        }
        opening
    }
}

/// Listens for as long as it lives.
pub struct Connection {
    pub gateway: Gateway,
    pub outbox: Arc<Outbox>,
    rooms: Vec<Room>,
}

impl Connection {
    /// Begins to listen, greets the client, and says what has to be replayed first.
    pub async fn open(
        gateway: &Gateway,
        me: SignedIn,
        asked: Instant,
        opening: Opening,
    ) -> Option<(Self, Replay)> {
        let hub = &gateway.0.hub;
        hub.reached(0, PATIENCE).await?;
        let known = match opening.since {
            Some(since) => is_known(hub, since).await,
            None => true,
        };
        let departures = hub.departures();
        let checked = check(gateway, me.id, &opening.rooms).await;
        let allowed = checked.iter().filter(|(_, answer)| answer.is_ok()).map(|(room, _)| *room);
        let rooms: Vec<Room> = allowed.collect();
        let (outbox, cut) = hub.at_a_cut(|cut| {
            let since = opening.since.filter(|_| known).unwrap_or(cut);
            let outbox = Arc::new(Outbox::new(me.id, me.session, since));
            // Nobody else can send yet, so it is the first frame; it leaves further below.
            outbox.push(&server::control(
                "hello",
                &Hello {
                    user_id: me.id,
                    connection_id: outbox.connection,
                    heartbeat_seconds: HEARTBEAT_SECONDS,
                    position: since,
                },
            ));
            hub.users.add(me.id, &outbox);
            hub.sessions.add(me.session, &outbox);
            for room in &rooms {
                hub.rooms.add(*room, &outbox);
            }
            (outbox, cut)
        });
        let mut connection = Self { gateway: gateway.clone(), outbox, rooms };
        for room in &connection.rooms {
            hub.presence.changed(*room);
        }
        // Whoever closes sockets marks that before looking for them, so none slips through.
        if gateway.was_revoked(me.id, me.session, asked) {
            connection.outbox.close(Farewell::REVOKED);
        }
        if gateway.is_draining() {
            connection.outbox.close(Farewell::DRAINING);
        }
        // A session may outlive its person's welcome by minutes. Whoever loses it from now on is
        // found among those who listen.
        match gateway.0.commands.suspension(me.id).await {
            Ok(None) => {}
            Ok(Some(_)) | Err(CommandError::NotFound(_)) => {
                connection.outbox.close(Farewell::REVOKED);
            }
            Err(error) => {
                tracing::warn!(%error, "cannot ask whether somebody is welcome");
                connection.outbox.close(Farewell::NOT_READY);
            }
        }
        connection.outbox.flush();
        for problem in opening.problems {
            connection.outbox.send(&server::error(None, &problem));
        }
        for (room, answer) in checked {
            if let Err(problem) = answer {
                connection.outbox.send(&server::room_error(room, &problem));
            }
        }
        if hub.departures() != departures {
            connection.check_rooms_again().await;
        }
        let replay = match opening.since {
            None if connection.rooms.is_empty() => Replay::Nothing { cut },
            None => Replay::Missed { since: cut, cut },
            Some(since) if known => Replay::Missed { since, cut },
            Some(_) => Replay::Reload { cut },
        };
        Some((connection, replay))
    }

    /// Enters a room; answers the position from which its frames come. What was said up to
    /// there can be read.
    pub async fn join(&mut self, room: Room) -> Result<(), Problem> {
        let gateway = self.gateway.clone();
        let hub = &gateway.0.hub;
        if !self.rooms.contains(&room) {
            self.rooms.retain(|room| hub.rooms.contains(*room, &self.outbox));
            if self.rooms.len() >= limits::ROOMS {
                return Err(too_many_rooms());
            }
        }
        let departures = hub.departures();
        may_enter(&gateway, room, self.outbox.user).await?;
        let (new, cut) = hub.at_a_cut(|cut| (hub.rooms.add(room, &self.outbox), cut));
        if !self.rooms.contains(&room) {
            self.rooms.push(room);
        }
        if new {
            hub.presence.changed(room);
        }
        if hub.departures() != departures
            && let Err(problem) = may_enter(&gateway, room, self.outbox.user).await
        {
            self.leave(room);
            return Err(problem);
        }
        // Whoever reads the room over HTTP after the ack finds all that is not pushed.
        let shown = gateway.0.projections.wait_for_some(shows(room), cut, PATIENCE);
        if let Err(error) = shown.await {
            tracing::warn!(%error, %room, "joined while the read models are behind");
        }
        Ok(())
    }

    pub fn leave(&mut self, room: Room) {
        let hub = &self.gateway.0.hub;
        self.rooms.retain(|joined| *joined != room);
        if hub.rooms.remove(room, &self.outbox) {
            hub.presence.changed(room);
        }
    }

    /// Whom this socket listens as.
    pub fn audiences(&self) -> Vec<Audience> {
        let rooms = self.rooms.iter().map(|room| Audience::Room(*room));
        std::iter::once(Audience::User(self.outbox.user)).chain(rooms).collect()
    }

    /// The events in whose rooms this socket is.
    pub fn events(&self) -> impl Iterator<Item = EventId> {
        self.rooms.iter().filter_map(|room| match room {
            Room::Event(event) => Some(*event),
            Room::Match(_) => None,
        })
    }

    /// Somebody was taken out of some room while this socket entered: see whose right to be
    /// there has gone since it was checked.
    async fn check_rooms_again(&mut self) {
        for (room, answer) in check(&self.gateway, self.outbox.user, &self.rooms).await {
            if let Err(problem) = answer {
                self.leave(room);
                self.outbox.send(&server::room_error(room, &problem));
            }
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let hub = &self.gateway.0.hub;
        hub.users.remove(self.outbox.user, &self.outbox);
        hub.sessions.remove(self.outbox.session, &self.outbox);
        for room in std::mem::take(&mut self.rooms) {
            self.leave(room);
        }
    }
}

/// What each room answers to `user`.
async fn check(
    gateway: &Gateway,
    user: UserId,
    rooms: &[Room],
) -> Vec<(Room, Result<(), Problem>)> {
    stream::iter(rooms.iter().copied())
        .map(|room| async move { (room, may_enter(gateway, room, user).await) })
        .buffered(ROOMS_AT_ONCE)
        .collect()
        .await
}

async fn may_enter(gateway: &Gateway, room: Room, user: UserId) -> Result<(), Problem> {
    if gateway.0.commands.may_enter(room, user).await? { Ok(()) } else { Err(stranger(room)) }
}

/// The read models that `room` is read from.
fn shows(room: Room) -> &'static [&'static str] {
    match room {
        Room::Event(_) => &[Messages::NAME, DanceEvents::NAME],
        Room::Match(_) => &[Messages::NAME, Matches::NAME],
    }
}

/// Whether `since` is a position of this log. On another node the client may have seen more
/// than this one has read yet; beyond the log's end it has seen another log.
async fn is_known(hub: &Hub, since: i64) -> bool {
    if since <= hub.position() {
        return true;
    }
    let in_log = hub.log.end().await.is_ok_and(|end| since <= end);
    in_log && hub.reached(since, PATIENCE).await.is_some()
}

/// What somebody hears who does not belong in `room`. A match that is not agreed and one that
/// is not there look the same.
pub fn stranger(room: Room) -> Problem {
    match room {
        Room::Event(_) => Problem::new(Code::NotParticipant, "join this event first"),
        Room::Match(_) => Problem::not_found("match"),
    }
}

fn too_many_rooms() -> Problem {
    let detail = format!("one connection can be in at most {} rooms", limits::ROOMS);
    Problem::new(Code::RateLimited, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_asks_when_it_connects_is_read_leniently_and_its_mistakes_are_told() {
        let (event, other) = (Room::Event(EventId::new()), Room::Event(EventId::new()));
        let opening = Opening::parse(Some("7"), Some(&format!("{event},{other},{event},,hall")));
        assert_eq!((opening.since, opening.rooms), (Some(7), vec![event, other]));
        assert_eq!(opening.problems.len(), 1);
        for bad in ["", "-1", "x", "99999999999999999999"] {
            let opening = Opening::parse(Some(bad), None);
            assert_eq!((opening.since, opening.problems.len()), (None, 1), "{bad}");
        }
    }

    #[test]
    fn a_client_connects_to_at_most_a_hundred_rooms() {
        let rooms: Vec<_> = (0..150).map(|_| Room::Event(EventId::new()).to_string()).collect();
        let opening = Opening::parse(None, Some(&rooms.join(",")));
        assert_eq!((opening.rooms.len(), opening.problems.len()), (100, 1));
    }
}
