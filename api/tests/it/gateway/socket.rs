//! A client of the gateway, and what it is told.

use std::collections::VecDeque;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::harness::{Client, Text};

/// Long enough for a loaded machine; nothing waits for it when all is well.
pub const PATIENCE: Duration = Duration::from_secs(15);

pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Frames that came while another was waited for.
    aside: VecDeque<Value>,
    asked: u32,
}

impl Socket {
    /// Opens a socket and reads its greeting.
    pub async fn open(client: &Client) -> Self {
        Self::greeted(client, "").await.0
    }

    /// Comes back with what it has seen.
    pub async fn resume(client: &Client, since: i64, rooms: &[&str]) -> Self {
        Self::greeted(client, &format!("?since={since}&rooms={}", rooms.join(","))).await.0
    }

    pub async fn greeted(client: &Client, query: &str) -> (Self, Value) {
        let mut socket = Self::connect(client, query).await;
        let hello = socket.next().await;
        assert_eq!(hello["type"], "hello", "{hello}");
        (socket, hello)
    }

    pub async fn connect(client: &Client, query: &str) -> Self {
        Self::with(request(client, query)).await.expect("a socket")
    }

    pub async fn with(request: Request) -> Result<Self, tungstenite::Error> {
        let (stream, _) = connect_async(request).await?;
        Ok(Self { stream, aside: VecDeque::new(), asked: 0 })
    }

    pub async fn send(&mut self, message: Message) {
        self.stream.send(message).await.expect("sent");
    }

    /// Asks, and waits for the one answer: the ack's data, or the error's code.
    pub async fn ask(&mut self, kind: &str, data: Value) -> Result<Value, String> {
        self.asked += 1;
        let id = self.asked.to_string();
        let frame = json!({ "type": kind, "id": id, "data": data });
        self.send(Message::text(frame.to_string())).await;
        let answer = self.wait(|frame| frame["id"] == json!(id)).await;
        match answer["type"].as_str() {
            Some("ack") => Ok(answer["data"].clone()),
            _ => Err(answer["data"]["code"].text()),
        }
    }

    /// Enters the room of an event; its id.
    pub async fn enter(&mut self, event: &str) -> String {
        let ack = self.ask("join_event_room", json!({ "eventId": event })).await;
        ack.expect("entered")["roomId"].text()
    }

    /// Enters the room of a match; its id.
    pub async fn enter_private(&mut self, match_id: &str) -> String {
        let ack = self.ask("join_private_room", json!({ "matchId": match_id })).await;
        ack.expect("entered")["roomId"].text()
    }

    pub async fn say(&mut self, event: &str, content: &str) -> Value {
        let data = json!({ "eventId": event, "content": content });
        self.ask("send_event_message", data).await.expect("said")
    }

    /// The next frame of this type, wherever it stands among others.
    pub async fn hear(&mut self, kind: &str) -> Value {
        self.wait(|frame| frame["type"] == kind).await
    }

    /// The next frame; heartbeats are no news.
    pub async fn next(&mut self) -> Value {
        self.wait(|frame| frame["type"] != "heartbeat").await
    }

    /// Everything up to an answer that is asked for now: what was sent before has come by then.
    pub async fn heard_so_far(&mut self) -> Vec<Value> {
        self.ask("ping", json!({})).await.expect("an answer");
        self.aside.drain(..).collect()
    }

    /// Lets go of what came unasked.
    pub fn forget(&mut self) {
        self.aside.clear();
    }

    /// The close code, past whatever comes before it.
    pub async fn closed(&mut self) -> u16 {
        loop {
            match timeout(PATIENCE, self.stream.next()).await.expect("it ends in time") {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(_)) => {}
                other => panic!("no close frame but {other:?}"),
            }
        }
    }

    async fn wait(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(place) = self.aside.iter().position(&wanted) {
            return self.aside.remove(place).expect("it is there");
        }
        loop {
            let message = timeout(PATIENCE, self.stream.next()).await.unwrap_or_else(|_| {
                panic!("it does not come; what came is {:?}", self.aside);
            });
            let Message::Text(text) = message.expect("open").expect("sound") else { continue };
            let frame: Value = serde_json::from_str(&text).expect("JSON");
            if wanted(&frame) {
                return frame;
            }
            self.aside.push_back(frame);
        }
    }
}

/// A handshake as a page of the site makes it.
pub fn request(client: &Client, query: &str) -> Request {
    let url = format!("{}/ws{query}", client.base.replace("http", "ws"));
    let mut request = url.into_client_request().expect("a request");
    let headers = request.headers_mut();
    headers.insert("Cookie", client.cookies().parse().expect("cookies"));
    headers.insert("Origin", client.base.parse().expect("an origin"));
    request
}

/// What of some frames is in the log: their positions.
pub fn positions(frames: &[Value]) -> Vec<i64> {
    frames.iter().filter_map(|frame| frame["position"].as_i64()).collect()
}
