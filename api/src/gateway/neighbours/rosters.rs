//! Who is in which room: what this node has told the others of its own, and what each of them
//! has told.
//!
//! Every move has a number, so that whoever missed one finds out with the next sign of life
//! and asks for everything.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use domain::values::ids::{EventId, UserId};
use tokio::time::Instant;

use super::words::{NodeId, Says};

type Rooms = HashMap<EventId, BTreeSet<UserId>>;

/// What the others have been told of this node's rooms.
#[derive(Default)]
pub struct Told {
    moves: u64,
    rooms: Rooms,
}

impl Told {
    /// What to say now that `here` are in the room of `event`; none if nobody moved.
    pub fn moved(&mut self, event: EventId, here: BTreeSet<UserId>) -> Option<Says> {
        let before = self.rooms.remove(&event).unwrap_or_default();
        let came: Vec<UserId> = here.difference(&before).copied().collect();
        let went: Vec<UserId> = before.difference(&here).copied().collect();
        if !here.is_empty() {
            self.rooms.insert(event, here);
        }
        if came.is_empty() && went.is_empty() {
            return None;
        }
        self.moves += 1;
        Some(Says::Moved { number: self.moves, event, came, went })
    }

    pub fn here(&self) -> Says {
        Says::Here { moves: self.moves }
    }

    pub fn rooms(&self) -> Says {
        let listed = |(event, users): (&EventId, &BTreeSet<UserId>)| {
            (*event, users.iter().copied().collect())
        };
        Says::Rooms { moves: self.moves, rooms: self.rooms.iter().map(listed).collect() }
    }
}

/// What other nodes have told of theirs.
#[derive(Default)]
pub struct Heard {
    nodes: HashMap<NodeId, Node>,
}

struct Node {
    heard: Instant,
    moves: u64,
    rooms: Rooms,
}

impl Heard {
    /// A sign of life; answers whether the node must be asked for its rooms.
    pub fn here(&mut self, node: NodeId, moves: u64, now: Instant) -> bool {
        let new = || Node { heard: now, moves: 0, rooms: Rooms::default() };
        let node = self.nodes.entry(node).or_insert_with(new);
        node.heard = now;
        node.moves != moves
    }

    /// One move; answers whether it is the one that comes next. Any other is left to the
    /// next sign of life.
    pub fn moved(
        &mut self,
        node: NodeId,
        number: u64,
        event: EventId,
        came: Vec<UserId>,
        went: &[UserId],
    ) -> bool {
        let Some(node) = self.nodes.get_mut(&node).filter(|node| node.moves + 1 == number) else {
            return false;
        };
        node.moves = number;
        let room = node.rooms.entry(event).or_default();
        room.extend(came);
        room.retain(|user| !went.contains(user));
        if room.is_empty() {
            node.rooms.remove(&event);
        }
        true
    }

    /// All rooms of a node; answers those that are not as they were known.
    pub fn rooms(
        &mut self,
        node: NodeId,
        moves: u64,
        rooms: Vec<(EventId, Vec<UserId>)>,
    ) -> Vec<EventId> {
        // Asked for by another node, it may be older than what is known here.
        let Some(node) = self.nodes.get_mut(&node).filter(|node| node.moves < moves) else {
            return vec![];
        };
        node.moves = moves;
        let rooms = rooms.into_iter().map(|(event, users)| (event, users.into_iter().collect()));
        let before = std::mem::replace(&mut node.rooms, rooms.collect());
        let differs = |event: &EventId| before.get(event) != node.rooms.get(event);
        let all: BTreeSet<EventId> = before.keys().chain(node.rooms.keys()).copied().collect();
        all.into_iter().filter(differs).collect()
    }

    /// Forgets a node; answers the rooms in which it had somebody.
    pub fn forget(&mut self, node: NodeId) -> Vec<EventId> {
        self.nodes.remove(&node).map(|node| node.rooms.into_keys().collect()).unwrap_or_default()
    }

    /// Nodes that have given no sign of life since.
    pub fn silent(&self, since: Duration, now: Instant) -> Vec<NodeId> {
        let silent = |node: &Node| now.duration_since(node.heard) > since;
        self.nodes.iter().filter(|(_, node)| silent(node)).map(|(id, _)| *id).collect()
    }

    /// Nodes that have.
    pub fn alive(&self, since: Duration, now: Instant) -> impl Iterator<Item = NodeId> {
        let alive = move |node: &Node| now.duration_since(node.heard) <= since;
        self.nodes.iter().filter(move |(_, node)| alive(node)).map(|(id, _)| *id)
    }

    /// Who is in the room of `event` on other nodes; some may be named twice.
    pub fn present(&self, event: EventId) -> impl Iterator<Item = UserId> {
        self.nodes.values().filter_map(move |node| node.rooms.get(&event)).flatten().copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn present(heard: &Heard, event: EventId) -> BTreeSet<UserId> {
        heard.present(event).collect()
    }

    /// Tells `heard` one word of `node`; answers whether it asks for everything.
    fn tell(heard: &mut Heard, node: NodeId, says: Says) -> bool {
        let now = Instant::now();
        match says {
            Says::Here { moves } => return heard.here(node, moves, now),
            Says::Moved { number, event, came, went } => {
                heard.moved(node, number, event, came, &went);
            }
            Says::Rooms { moves, rooms } => drop(heard.rooms(node, moves, rooms)),
            other => panic!("{other:?} is not about rooms"),
        }
        false
    }

    proptest! {
        /// However many words are lost: after the next sign of life and its answer, both agree.
        #[test]
        fn whoever_missed_moves_catches_up(
            steps in prop::collection::vec((0_usize..2, prop::collection::btree_set(0_u128..5, 0..5), any::<bool>()), 0..30)
        ) {
            let (node, rooms) = (Uuid::from_u128(7), [EventId::new(), EventId::new()]);
            let (mut told, mut heard) = (Told::default(), Heard::default());
            let mut truth = [BTreeSet::new(), BTreeSet::new()];
            for (room, people, arrives) in steps {
                let here: BTreeSet<UserId> =
                    people.into_iter().map(|it| UserId::from_uuid(Uuid::from_u128(it))).collect();
                truth[room] = here.clone();
                if let Some(says) = told.moved(rooms[room], here)
                    && arrives
                {
                    tell(&mut heard, node, says);
                }
            }
            if tell(&mut heard, node, told.here()) {
                tell(&mut heard, node, told.rooms());
            }
            prop_assert!(!tell(&mut heard, node, told.here()), "it would ask again");
            for (room, here) in rooms.into_iter().zip(truth) {
                prop_assert_eq!(present(&heard, room), here);
            }
        }
    }

    #[test]
    fn nothing_is_said_when_nobody_moved() {
        let (mut told, event, ann) = (Told::default(), EventId::new(), UserId::new());
        assert_eq!(told.moved(event, BTreeSet::new()), None);
        assert!(told.moved(event, [ann].into()).is_some());
        assert_eq!(told.moved(event, [ann].into()), None);
        assert_eq!(told.here(), Says::Here { moves: 1 });
    }

    #[test]
    fn an_old_answer_takes_nobody_out() {
        let (node, event, ann) = (Uuid::from_u128(7), EventId::new(), UserId::new());
        let (mut told, mut heard) = (Told::default(), Heard::default());
        tell(&mut heard, node, told.here());
        let old = told.rooms();
        tell(&mut heard, node, told.moved(event, [ann].into()).expect("ann came"));
        tell(&mut heard, node, old);
        assert_eq!(present(&heard, event), [ann].into());
    }

    #[test]
    fn a_node_that_is_forgotten_takes_its_people_along() {
        let (node, event, ann) = (Uuid::from_u128(7), EventId::new(), UserId::new());
        let (mut told, mut heard) = (Told::default(), Heard::default());
        tell(&mut heard, node, told.here());
        tell(&mut heard, node, told.moved(event, [ann].into()).expect("ann came"));
        assert_eq!(heard.forget(node), [event]);
        assert_eq!(present(&heard, event), BTreeSet::new());
        assert_eq!(heard.forget(node), []);
    }
}
