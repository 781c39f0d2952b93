//! The other nodes of this deployment: who is present there, and the way to their sockets for
//! signals. Durable frames need neither, as each node follows the log itself.
//!
//! Nodes say each second that they are here and how many moves they have told of; the broker
//! may lose words, and whoever finds that it missed some asks. Without a broker a node goes on
//! by itself.

mod inbox;
mod rosters;
mod words;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use broker::Broker;
use domain::values::ids::{EventId, MatchId, UserId};
use domain::values::room::Room;
use tokio::sync::oneshot;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use uuid::Uuid;

use super::Inner;
use super::frames::{Frame, Lane, Topic};
use super::hub::Hub;
use super::listeners::lock;
use super::signalling::reach;
use inbox::Inbox;
use rosters::{Heard, Told};
pub use words::Whom;
use words::{NodeId, Says, Word};

const BEAT: Duration = Duration::from_secs(1);

/// Moves within this time are told together.
const GATHER: Duration = Duration::from_millis(100);

/// Without a sign of life for so long a node is gone, and its people with it.
const GONE_AFTER: Duration = Duration::from_secs(10);

/// While this node does not hear even itself, silence says nothing of the others: what was
/// known of them stays for a while. 90 seconds are promised.
const FORGOTTEN_AFTER: Duration = Duration::from_mins(1);

/// This node hears the others as long as it hears itself at least so often.
const DEAF_AFTER: Duration = Duration::from_secs(5);

/// A signal waits for nodes that gave a sign of life so lately, and for none longer than this.
const ANSWERS_FROM: Duration = Duration::from_secs(3);
const ANSWERED_WITHIN: Duration = Duration::from_secs(1);

/// How long the last word may take when this node stops.
const LAST_WORD: Duration = Duration::from_millis(500);

pub struct Neighbours {
    me: NodeId,
    broker: Arc<dyn Broker>,
    told: Mutex<Told>,
    heard: Mutex<Heard>,
    /// When this node heard itself last, or began.
    heard_myself: Mutex<Instant>,
    /// Events whose rooms somebody here has come to or gone from.
    moved: Inbox<EventId>,
    outgoing: Inbox<Says>,
    signals: Inbox<Signal>,
    asked: Mutex<HashMap<u64, Asked>>,
    numbers: AtomicU64,
    /// Nothing is said after the last word.
    left: AtomicBool,
}

/// A signal from another node.
struct Signal {
    node: NodeId,
    number: u64,
    user: UserId,
    match_id: MatchId,
    frame: Frame,
}

/// A signal of this node that others answer.
struct Asked {
    nodes: HashSet<NodeId>,
    sockets: usize,
    /// Told when the last of them has.
    answered: Option<oneshot::Sender<()>>,
}

impl Asked {
    fn answer(&mut self, node: NodeId, sockets: usize) {
        if self.nodes.remove(&node) {
            self.sockets += sockets;
        }
        if self.nodes.is_empty()
            && let Some(answered) = self.answered.take()
        {
            // Whoever asked may have lost patience.
            let _ = answered.send(());
        }
    }
}

/// Takes a signal out of those that are asked about.
struct Forget<'a> {
    neighbours: &'a Neighbours,
    number: u64,
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        lock(&self.neighbours.asked).remove(&self.number);
    }
}

impl Neighbours {
    pub fn new(broker: Arc<dyn Broker>) -> Self {
        Self {
            me: Uuid::now_v7(),
            broker,
            told: Mutex::default(),
            heard: Mutex::default(),
            heard_myself: Mutex::new(Instant::now()),
            moved: Inbox::default(),
            outgoing: Inbox::default(),
            signals: Inbox::default(),
            asked: Mutex::default(),
            numbers: AtomicU64::default(),
            left: AtomicBool::default(),
        }
    }

    /// Who is in the room of `event` on other nodes; some may be named twice.
    pub fn present(&self, event: EventId) -> Vec<UserId> {
        lock(&self.heard).present(event).collect()
    }

    /// Says that somebody may have come to or gone from a room on this node.
    pub fn moved(&self, event: EventId) {
        self.moved.put(event);
    }

    /// Passes a signal of `user`'s to the other member's sockets on other nodes; how many got
    /// it.
    pub async fn signal(&self, user: UserId, match_id: MatchId, frame: &Frame) -> usize {
        let nodes: HashSet<NodeId> =
            lock(&self.heard).alive(ANSWERS_FROM, Instant::now()).collect();
        if nodes.is_empty() {
            return 0;
        }
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let (tell, answered) = oneshot::channel();
        lock(&self.asked).insert(number, Asked { nodes, sockets: 0, answered: Some(tell) });
        // However this ends, also when its socket is gone meanwhile.
        let _forget = Forget { neighbours: self, number };
        let frame = frame.text().to_owned();
        self.outgoing.put(Says::Signal { number, user, match_id, frame });
        let _ = timeout(ANSWERED_WITHIN, answered).await;
        lock(&self.asked).get(&number).map_or(0, |asked| asked.sockets)
    }

    /// Passes a frame to sockets on other nodes; how many get it nobody asks.
    pub fn tell(&self, whom: Whom, frame: &Frame) {
        let Lane::Ephemeral(topic) = frame.lane else { return };
        // Where there is nobody, nothing need be said.
        if lock(&self.heard).alive(ANSWERS_FROM, Instant::now()).next().is_some() {
            self.outgoing.put(Says::Passing { whom, topic, frame: frame.text().to_owned() });
        }
    }

    /// Whether other nodes can be heard.
    pub fn are_heard(&self) -> bool {
        lock(&self.heard_myself).elapsed() < DEAF_AFTER
    }

    /// Talks with the other nodes for as long as it is polled.
    pub(super) async fn run(&self, gateway: &Inner) {
        let hear = |text: &str| self.hear(&gateway.hub, text);
        tokio::join!(
            self.broker.listen(&hear),
            self.publish(),
            self.tell_moves(&gateway.hub),
            self.beat(&gateway.hub),
            self.pass_on_signals(gateway),
        );
    }

    /// Says that this node stops, so that nobody waits for it or shows its people.
    pub async fn leave(&self) {
        self.left.store(true, Ordering::SeqCst);
        let word = self.word(Says::Leaving);
        let said = timeout(LAST_WORD, self.broker.publish(vec![word])).await;
        if !matches!(said, Ok(Ok(()))) {
            tracing::info!("left without a word to the other nodes");
        }
    }

    fn hear(&self, hub: &Hub, text: &str) {
        let Word { from: node, says } = match serde_json::from_str(text) {
            Ok(word) => word,
            Err(error) => {
                tracing::debug!(%error, "a word of another version");
                return;
            }
        };
        if node == self.me {
            *lock(&self.heard_myself) = Instant::now();
            return;
        }
        match says {
            Says::Here { moves } => {
                if lock(&self.heard).here(node, moves, Instant::now()) {
                    self.outgoing.put(Says::AskWhoIsThere { node });
                }
            }
            Says::Moved { number, event, came, went } => {
                if lock(&self.heard).moved(node, number, event, came, &went) {
                    hub.presence.moved_elsewhere(hub, &[event]);
                }
            }
            Says::AskWhoIsThere { node } if node == self.me => {
                let told = lock(&self.told);
                self.outgoing.put(told.rooms());
            }
            Says::Rooms { moves, rooms } => {
                let changed = lock(&self.heard).rooms(node, moves, rooms);
                hub.presence.moved_elsewhere(hub, &changed);
            }
            Says::Leaving => self.forget(hub, node),
            Says::Passing { whom, topic, frame } => {
                let frame = Frame::new(&[&frame], Lane::Ephemeral(topic));
                for outbox in whom.sockets(hub) {
                    outbox.send(&frame);
                }
            }
            Says::Signal { number, user, match_id, frame } => {
                let frame = Frame::new(&[&frame], Lane::Ephemeral(Topic::Signal));
                self.signals.put(Signal { node, number, user, match_id, frame });
            }
            Says::Delivered { node: to, number, sockets } if to == self.me => {
                if let Some(signal) = lock(&self.asked).get_mut(&number) {
                    signal.answer(node, sockets);
                }
            }
            Says::AskWhoIsThere { .. } | Says::Delivered { .. } => {}
        }
    }

    fn forget(&self, hub: &Hub, node: NodeId) {
        let rooms = lock(&self.heard).forget(node);
        hub.presence.moved_elsewhere(hub, &rooms);
    }

    async fn beat(&self, hub: &Hub) {
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            beat.tick().await;
            let patience = if self.are_heard() { GONE_AFTER } else { FORGOTTEN_AFTER };
            let silent = lock(&self.heard).silent(patience, Instant::now());
            for node in silent {
                tracing::warn!(%node, "a node is gone");
                self.forget(hub, node);
            }
            // Under the lock, so that moves that are told later come later.
            let told = lock(&self.told);
            self.outgoing.put(told.here());
        }
    }

    async fn tell_moves(&self, hub: &Hub) {
        loop {
            self.moved.arrived().await;
            sleep(GATHER).await;
            let moved: HashSet<EventId> = self.moved.take().into_iter().collect();
            for event in moved {
                let mut here = BTreeSet::new();
                hub.rooms.each(Room::Event(event), |outbox| {
                    here.insert(outbox.user);
                });
                let mut told = lock(&self.told);
                if let Some(says) = told.moved(event, here) {
                    self.outgoing.put(says);
                }
            }
        }
    }

    /// One after another: signals of one browser to another keep their order.
    async fn pass_on_signals(&self, gateway: &Inner) {
        loop {
            self.signals.arrived().await;
            for Signal { node, number, user, match_id, frame } in self.signals.take() {
                // Asked again on this node: somebody may have ended it here a moment ago.
                let sockets = reach(gateway, user, match_id, &frame).await.unwrap_or(0);
                self.outgoing.put(Says::Delivered { node, number, sockets });
            }
        }
    }

    fn word(&self, says: Says) -> String {
        let word = Word { from: self.me, says };
        // Ids, numbers and texts always can be written.
        serde_json::to_string(&word).unwrap_or_else(|error| {
            tracing::error!(%error, "a word could not be written as JSON");
            String::new()
        })
    }

    async fn publish(&self) {
        let mut failing = false;
        loop {
            self.outgoing.arrived().await;
            let words: Vec<String> =
                self.outgoing.take().into_iter().map(|says| self.word(says)).collect();
            if self.left.load(Ordering::SeqCst) {
                continue;
            }
            // What is lost is found missing by whoever needed it.
            let said = self.broker.publish(words).await;
            match &said {
                Err(error) if !failing => tracing::warn!(%error, "other nodes are not told"),
                Ok(()) if failing => tracing::info!("other nodes are told again"),
                _ => {}
            }
            failing = said.is_err();
        }
    }
}
