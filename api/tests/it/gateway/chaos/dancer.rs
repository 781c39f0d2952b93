//! One tab of one dancer, who comes and goes as phones in a ballroom do.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use uuid::Uuid;

use super::super::presence::names;
use super::super::socket::request;
use crate::harness::{Client, Text};

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How long a connection may take, and how long a goodbye.
const HANDSHAKE: Duration = Duration::from_secs(20);
/// As a page does it: a server silent for so long is gone.
const SILENCE: Duration = Duration::from_millis(37_500);
/// What was not answered in this time is sent again, under the same id.
const AGAIN: Duration = Duration::from_secs(5);

/// What everybody is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Coming, going, talking.
    Chaos,
    /// Staying; what was not answered is sent until it is.
    Settling,
    /// Many leave (see [`leaves`]); the others stay where they are, and whoever loses the
    /// connection now does not come back.
    Leaving,
    Over,
}

/// Half of all people altogether, and half of the rest from the first node: so that some are at
/// the second one alone.
pub fn leaves(person: usize, node: Option<usize>) -> bool {
    !person.is_multiple_of(2) || (person.is_multiple_of(4) && node == Some(0))
}

/// What all of them share.
pub struct Hall {
    pub event: String,
    /// Where the nodes are; a node that is down is nowhere.
    pub nodes: Mutex<[Option<SocketAddr>; 2]>,
    pub phase: watch::Sender<Phase>,
}

/// A message as the room has it.
pub type Heard = (i64, String);

/// What can be seen of a tab from outside.
#[derive(Default)]
pub struct View {
    pub node: Option<usize>,
    /// Who is in the room, as far as it was told on this connection.
    pub seen: Vec<String>,
    pub heard: Vec<Heard>,
    pub said: Vec<String>,
    /// What was said and not answered, by its id.
    pub owed: BTreeMap<String, String>,
    pub resumed: usize,
    pub reloaded: usize,
}

pub struct Tab {
    pub client: Client,
    /// The number of its person.
    pub person: usize,
    pub hall: Arc<Hall>,
    pub view: Arc<Mutex<View>>,
    phase: watch::Receiver<Phase>,
    random: StdRng,
    since: i64,
}

/// The connection is lost; what it was good for has to be done again.
struct Lost;

impl Tab {
    pub fn new(client: Client, person: usize, hall: Arc<Hall>, seed: u64) -> Self {
        let (phase, view) = (hall.phase.subscribe(), Arc::default());
        Self { client, person, hall, view, phase, random: StdRng::seed_from_u64(seed), since: 0 }
    }

    pub async fn live(mut self) {
        while !self.stays_away() {
            if let Some(stream) = self.connect().await {
                self.stay(stream).await;
                self.look(|view| (view.node, view.seen) = (None, vec![]));
            }
            sleep(Duration::from_millis(self.random.random_range(0..400))).await;
        }
    }

    fn stays_away(&self) -> bool {
        matches!(*self.phase.borrow(), Phase::Leaving | Phase::Over)
    }

    fn look<T>(&self, at: impl FnOnce(&mut View) -> T) -> T {
        at(&mut self.view.lock().expect("whole"))
    }

    async fn connect(&mut self) -> Option<Stream> {
        let node = self.random.random_range(0..2);
        let address = self.hall.nodes.lock().expect("whole")[node]?;
        let query = format!("?since={}&rooms=event:{}", self.since, self.hall.event);
        let request = request(&self.client.at(address), &query);
        let (stream, _) = timeout(HANDSHAKE, connect_async(request)).await.ok()?.ok()?;
        self.look(|view| view.node = Some(node));
        Some(stream)
    }

    async fn stay(&mut self, mut stream: Stream) {
        let soon = |random: &mut StdRng, most| {
            Instant::now() + Duration::from_millis(random.random_range(200..most))
        };
        let leaves_at = soon(&mut self.random, 12_000);
        let mut says_at = soon(&mut self.random, 15_000);
        let mut sends_again_at = Instant::now();
        let mut phase = self.phase.clone();
        loop {
            let now = *phase.borrow_and_update();
            let chaos = now == Phase::Chaos;
            let (node, owes) = self.look(|view| (view.node, !view.owed.is_empty()));
            if now == Phase::Over || (now == Phase::Leaving && leaves(self.person, node)) {
                return self.part(stream).await;
            }
            let done = tokio::select! {
                message = timeout(SILENCE, stream.next()) => match message {
                    Ok(Some(Ok(Message::Text(text)))) => self.hear(&text).await,
                    Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) | Err(_) => Err(Lost),
                    Ok(Some(Ok(_))) => Ok(()),
                },
                () = sleep_until(leaves_at), if chaos => return self.vanish(stream).await,
                () = sleep_until(says_at), if chaos => {
                    says_at = soon(&mut self.random, 15_000);
                    self.say(&mut stream).await
                }
                () = sleep_until(sends_again_at), if owes => {
                    sends_again_at = Instant::now() + AGAIN;
                    self.say_again(&mut stream).await
                }
                changed = phase.changed() => changed.map_err(|_| Lost),
            };
            if done.is_err() {
                return;
            }
        }
    }

    async fn say(&mut self, stream: &mut Stream) -> Result<(), Lost> {
        let id = Uuid::now_v7().to_string();
        let content = format!("{} says {}", self.person, self.random.random::<u32>());
        let data = json!({ "eventId": self.hall.event, "content": content, "messageId": id });
        let frame = json!({ "type": "send_event_message", "id": id, "data": data }).to_string();
        self.look(|view| {
            view.said.push(id.clone());
            view.owed.insert(id, frame.clone());
        });
        stream.send(Message::text(frame)).await.map_err(|_| Lost)
    }

    async fn say_again(&mut self, stream: &mut Stream) -> Result<(), Lost> {
        let owed: Vec<String> = self.look(|view| view.owed.values().cloned().collect());
        for frame in owed {
            stream.send(Message::text(frame)).await.map_err(|_| Lost)?;
        }
        Ok(())
    }

    async fn hear(&mut self, text: &str) -> Result<(), Lost> {
        let frame: Value = serde_json::from_str(text).expect("JSON");
        if let Some(position) = frame["position"].as_i64() {
            assert!(position > self.since, "{position} comes after {}: {frame}", self.since);
            self.since = position;
        }
        let data = &frame["data"];
        match frame["type"].as_str().expect("a type") {
            "hello" | "heartbeat" => {}
            "event_message" => {
                self.look(|view| view.heard.push((self.since, data["id"].text())));
            }
            "active_users" => self.look(|view| view.seen = names(&data["users"])),
            "ack" => self.look(|view| drop(view.owed.remove(&frame["id"].text()))),
            // It is sent again: whether it was stored is not known.
            "error" if data["code"] == "unavailable" && !frame["id"].is_null() => {}
            "resumed" => {
                self.since = self.since.max(data["position"].as_i64().expect("a position"));
                self.look(|view| view.resumed += 1);
            }
            "resync_required" => return self.reload(data["position"].as_i64()).await,
            _ => panic!("nobody expects {frame}"),
        }
        Ok(())
    }

    /// Reads anew over HTTP, as a page does that missed too much.
    async fn reload(&mut self, position: Option<i64>) -> Result<(), Lost> {
        let position = position.expect("a position");
        let node = self
            .look(|view| view.node)
            .and_then(|node| self.hall.nodes.lock().expect("whole")[node]);
        let stored = stored(&self.client.at(node.ok_or(Lost)?), &self.hall.event).await;
        self.since = position;
        self.look(|view| {
            view.heard = stored.into_iter().filter(|(at, _)| *at <= position).collect();
            view.reloaded += 1;
        });
        Ok(())
    }

    async fn part(&self, mut stream: Stream) {
        if stream.close(None).await.is_ok() {
            let _ =
                timeout(HANDSHAKE, async { while let Some(Ok(_)) = stream.next().await {} }).await;
        }
    }

    /// In one of the ways in which connections end.
    async fn vanish(&mut self, mut stream: Stream) {
        match self.random.random_range(0..4) {
            0 => self.part(stream).await,
            // The network is gone, or the page.
            1 => drop(stream),
            2 => {
                if let MaybeTlsStream::Plain(tcp) = stream.get_ref() {
                    let _ = tcp.set_zero_linger();
                }
            }
            // In the middle of a frame.
            _ => {
                let _ = stream.get_mut().write_all(&[0x81, 0xfe, 0x10, 0x00, 1, 2, 3, 4, 5]).await;
            }
        }
    }
}

/// The room's messages as they are read over HTTP, in order.
pub async fn stored(client: &Client, event: &str) -> Vec<Heard> {
    let mut stored = vec![];
    let mut cursor = String::new();
    loop {
        let path = format!("/api/events/{event}/messages?limit=100&cursor={cursor}");
        let page = client.get(&path).await.ok();
        for message in page["items"].as_array().expect("items") {
            let position = message["position"].as_i64().expect("a position");
            stored.push((position, message["id"].text()));
        }
        match page["nextCursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    stored.sort_unstable();
    stored
}
