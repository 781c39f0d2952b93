//! Why a message was not passed on.

use std::io;

#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    #[error("PostgreSQL does not pass messages on")]
    Postgres(#[from] sqlx::Error),
    #[error("not an address of a NATS server")]
    Address(#[source] io::Error),
    #[error("NATS cannot be reached")]
    Connect(#[from] async_nats::ConnectError),
    #[error("there is no connection to NATS")]
    NotConnected,
    #[error("NATS does not take a message")]
    Publish(#[from] async_nats::PublishError),
    #[error("passing a message on takes too long")]
    Late,
}
