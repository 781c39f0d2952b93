//! Messages over NATS, for deployments that have it or whose PostgreSQL has enough to do.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;
use std::{io, str};

use async_nats::connection::State;
use async_nats::{Client, ConnectOptions, Event, HeaderMap, Message, ServerAddr, Subject};
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use crate::parts::{Joined, pieces};
use crate::{Broker, BrokerError};

/// A connection that does not answer two of these is opened again.
const PING: Duration = Duration::from_secs(3);

const PUBLISHED_WITHIN: Duration = Duration::from_secs(2);
const BETWEEN_ATTEMPTS: Duration = Duration::from_secs(1);

/// A header of what is no whole message: the message's id, the part's number, how many there are.
const PART: &str = "Part";
/// More bytes than that header takes, of those that a server takes at once.
const HEADING: usize = 256;
/// A message whose parts do not all come within this time is given up.
const JOINED_WITHIN: Duration = Duration::from_secs(10);

pub struct Nats {
    client: Client,
    subject: Subject,
}

impl Nats {
    /// `url` is `nats://host:port` or `tls://host:port`, with a name and a password where the
    /// server wants them. Others may use the server too: only who names the same `deployment`
    /// is heard. A server that does not answer yet is tried until it does.
    pub async fn connect(url: &str, deployment: &str) -> Result<Self, BrokerError> {
        let server: ServerAddr = url.parse().map_err(BrokerError::Address)?;
        if server.host().is_empty() {
            return Err(BrokerError::Address(io::ErrorKind::InvalidInput.into()));
        }
        let client = ConnectOptions::new()
            .name("spotlight")
            .ping_interval(PING)
            .retry_on_initial_connect()
            .event_callback(|event| async move { log(&event) })
            .connect(server)
            .await?;
        Ok(Self { client, subject: format!("spotlight.{deployment}.nodes").into() })
    }

    /// In parts where it is longer than the server takes.
    async fn say(&self, message: String) -> Result<(), BrokerError> {
        let longest = self.client.max_payload().saturating_sub(HEADING).max(HEADING);
        if message.len() <= longest {
            return Ok(self.client.publish(self.subject.clone(), message.into()).await?);
        }
        let (id, pieces) = (Uuid::now_v7(), pieces(&message, longest));
        for (index, piece) in pieces.iter().enumerate() {
            let mut headers = HeaderMap::new();
            headers.insert(PART, format!("{id} {index} {}", pieces.len()));
            let piece = (*piece).to_owned().into();
            self.client.publish_with_headers(self.subject.clone(), headers, piece).await?;
        }
        Ok(())
    }
}

/// Messages of which not all parts are here, by id: those of several nodes mix.
#[derive(Default)]
struct Unfinished(HashMap<String, (Instant, Joined)>);

impl Unfinished {
    /// The whole text of a message; none while it is not whole.
    fn whole<'m>(&mut self, message: &'m Message) -> Option<Cow<'m, str>> {
        let text = match str::from_utf8(&message.payload) {
            Ok(text) => text,
            Err(error) => {
                tracing::warn!(%error, "a message is no text");
                return None;
            }
        };
        match message.headers.as_ref().and_then(|headers| headers.get(PART)) {
            None => Some(text.into()),
            Some(part) => self.join(part.as_str(), text).map(Cow::from),
        }
    }

    fn join(&mut self, part: &str, piece: &str) -> Option<String> {
        self.0.retain(|_, (begun, _)| begun.elapsed() < JOINED_WITHIN);
        let mut fields = part.split(' ');
        let id = fields.next()?;
        let (index, count) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        let begin = || (Instant::now(), Joined::default());
        let (_, joined) = self.0.entry(id.to_owned()).or_insert_with(begin);
        let whole = joined.add_piece(index, count, piece)?;
        self.0.remove(id);
        Some(whole)
    }
}

impl Broker for Nats {
    fn publish(&self, messages: Vec<String>) -> BoxFuture<'_, Result<(), BrokerError>> {
        async move {
            // The client would keep them for a server that comes back; by then they are old.
            if self.client.connection_state() != State::Connected {
                return Err(BrokerError::NotConnected);
            }
            // One that is refused keeps none of the others from being heard.
            let publishing = async {
                let mut published = Ok(());
                for message in messages {
                    published = published.and(self.say(message).await);
                }
                published
            };
            timeout(PUBLISHED_WITHIN, publishing).await.map_err(|_| BrokerError::Late)?
        }
        .boxed()
    }

    fn listen<'a>(&'a self, hear: &'a (dyn Fn(&str) + Send + Sync)) -> BoxFuture<'a, ()> {
        async move {
            loop {
                match self.client.subscribe(self.subject.clone()).await {
                    Ok(mut messages) => {
                        let mut unfinished = Unfinished::default();
                        while let Some(message) = messages.next().await {
                            if let Some(text) = unfinished.whole(&message) {
                                hear(&text);
                            }
                        }
                    }
                    Err(error) => {
                        tracing::warn!(%error, "not hearing other nodes; trying again");
                    }
                }
                sleep(BETWEEN_ATTEMPTS).await;
            }
        }
        .boxed()
    }
}

fn log(event: &Event) {
    match event {
        Event::Connected => tracing::info!("connected to NATS"),
        event => tracing::warn!(%event, "NATS"),
    }
}
