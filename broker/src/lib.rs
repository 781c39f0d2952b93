//! Carries short-lived messages between the nodes of one deployment.
//!
//! Nothing is kept. Whoever listens at that moment hears a message; whoever does not, never
//! does. What must not be lost is in the log, and what nodes must agree on they say again.

mod error;
mod nats;
mod parts;
mod postgres;

pub use error::BrokerError;
pub use nats::Nats;
pub use postgres::Postgres;

use futures::future::BoxFuture;

pub trait Broker: Send + Sync {
    /// Passes messages on to every node that listens, in this order. This node is one of
    /// them: what it hears of itself tells it that it hears.
    ///
    /// Answers within a few seconds. A message that was refused may have been heard all the
    /// same, where the way broke after it.
    fn publish(&self, messages: Vec<String>) -> BoxFuture<'_, Result<(), BrokerError>>;

    /// Calls `hear` with each message, for as long as it is polled. A way that breaks is
    /// opened again; what was published meanwhile is not heard.
    fn listen<'a>(&'a self, hear: &'a (dyn Fn(&str) + Send + Sync)) -> BoxFuture<'a, ()>;
}
