//! Clients of the gateway, who note when which message came.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use api::app::App;
use api::auth::device::Device;
use domain::values::ids::{MessageId, UserId};
use futures::StreamExt;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::Failure;
use crate::rooms::OpenRoom;

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A message that has not come by then is missing.
const PATIENCE: Duration = Duration::from_secs(5);

/// All clients, and what came to them.
pub struct Sockets {
    clients: JoinSet<Result<(), Failure>>,
    came: mpsc::UnboundedReceiver<(MessageId, Instant)>,
}

/// How often a message came, and when it came last.
#[derive(Clone, Copy)]
pub struct Heard {
    pub times: usize,
    pub last: Instant,
}

impl Sockets {
    /// One for each person, in all rooms of theirs.
    pub async fn open(app: &App, url: &str, rooms: &[OpenRoom]) -> Result<Self, Failure> {
        let mut rooms_of: BTreeMap<UserId, Vec<String>> = BTreeMap::new();
        for open in rooms {
            for member in &open.members {
                rooms_of.entry(*member).or_default().push(open.room.to_string());
            }
        }
        let (tell, came) = mpsc::unbounded_channel();
        let mut clients = JoinSet::new();
        for (user, rooms) in rooms_of {
            let opened =
                app.auth.open(user, &Device::default()).await.map_err(|problem| problem.detail)?;
            let mut request = format!("{url}?rooms={}", rooms.join(",")).into_client_request()?;
            let bearer = format!("Bearer {}", opened.access).parse()?;
            request.headers_mut().insert("Authorization", bearer);
            let (mut stream, _) = connect_async(request).await?;
            // From then on, what is said in its rooms comes.
            timeout(PATIENCE, resumed(&mut stream)).await??;
            clients.spawn(listen(stream, tell.clone()));
        }
        Ok(Self { clients, came })
    }

    /// Waits until each of `messages` has come as many times as it says.
    pub async fn hear(
        &mut self,
        messages: &HashMap<MessageId, usize>,
    ) -> Result<HashMap<MessageId, Heard>, Failure> {
        let mut heard: HashMap<MessageId, Heard> = HashMap::with_capacity(messages.len());
        let mut missing: usize = messages.values().sum();
        while missing > 0 {
            let Ok(Some((id, at))) = timeout(PATIENCE, self.came.recv()).await else {
                while let Some(ended) = self.clients.try_join_next() {
                    ended??;
                }
                return Err(format!("{missing} frames did not come").into());
            };
            let Some(wanted) = messages.get(&id) else {
                return Err(format!("{id} came, and nobody said it").into());
            };
            let of_one = heard.entry(id).or_insert(Heard { times: 0, last: at });
            of_one.times += 1;
            of_one.last = of_one.last.max(at);
            if of_one.times > *wanted {
                return Err(format!("{id} came once too often").into());
            }
            missing -= 1;
        }
        Ok(heard)
    }

    pub async fn close(mut self) {
        self.clients.shutdown().await;
    }
}

async fn resumed(stream: &mut Stream) -> Result<(), Failure> {
    loop {
        let text = next(stream).await?;
        if serde_json::from_str::<Frame<'_>>(&text)?.kind == "resumed" {
            return Ok(());
        }
    }
}

async fn listen(
    mut stream: Stream,
    tell: mpsc::UnboundedSender<(MessageId, Instant)>,
) -> Result<(), Failure> {
    loop {
        let text = next(&mut stream).await?;
        let at = Instant::now();
        let frame: Frame<'_> = serde_json::from_str(&text)?;
        if frame.kind == "event_message" {
            let said: Said = serde_json::from_str(frame.data.get())?;
            tell.send((said.id, at))?;
        }
    }
}

/// The next text; that there is none any more is a failure.
async fn next(stream: &mut Stream) -> Result<String, Failure> {
    loop {
        match stream.next().await.ok_or(Error::ConnectionClosed)?? {
            Message::Text(text) => return Ok(text.as_str().to_owned()),
            Message::Close(farewell) => {
                return Err(format!("a socket was closed: {farewell:?}").into());
            }
            _ => {}
        }
    }
}

#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(borrow)]
    data: &'a RawValue,
}

#[derive(Deserialize)]
struct Said {
    id: MessageId,
}
