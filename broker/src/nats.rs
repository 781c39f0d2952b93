//! Messages over NATS, for deployments that have it or whose PostgreSQL has enough to do.

use std::time::Duration;
use std::{io, str};

use async_nats::connection::State;
use async_nats::{Client, ConnectOptions, Event, ServerAddr, Subject};
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use tokio::time::{sleep, timeout};

use crate::{Broker, BrokerError};

/// A connection that does not answer two of these is opened again.
const PING: Duration = Duration::from_secs(3);

const PUBLISHED_WITHIN: Duration = Duration::from_secs(2);
const BETWEEN_ATTEMPTS: Duration = Duration::from_secs(1);

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
}

impl Broker for Nats {
    fn publish(&self, messages: Vec<String>) -> BoxFuture<'_, Result<(), BrokerError>> {
        async move {
            // The client would keep them for a server that comes back; by then they are old.
            if self.client.connection_state() != State::Connected {
                return Err(BrokerError::NotConnected);
            }
            let publishing = async {
                for message in messages {
                    self.client.publish(self.subject.clone(), message.into()).await?;
                }
                Ok::<_, BrokerError>(())
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
                        while let Some(message) = messages.next().await {
                            match str::from_utf8(&message.payload) {
                                Ok(text) => hear(text),
                                Err(error) => tracing::warn!(%error, "a message is no text"),
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
