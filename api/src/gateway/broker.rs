//! The way to other nodes for what never enters the log: signals and presence. Durable frames
//! need none, as each node follows the log itself.

use domain::values::ids::{EventId, UserId};
use futures::future::BoxFuture;

use super::frames::Frame;

pub trait Broker: Send + Sync {
    /// Passes a signal to the sockets of `to` on other nodes; how many took it.
    fn signal<'a>(&'a self, to: UserId, frame: &'a Frame) -> BoxFuture<'a, usize>;

    /// Tells other nodes who is in the room of `event` here.
    fn tell_present(&self, event: EventId, here: &[UserId]);

    /// Who is in the room of `event` on other nodes.
    fn present_elsewhere(&self, event: EventId) -> Vec<UserId>;
}

/// There are no other nodes.
pub struct Alone;

impl Broker for Alone {
    fn signal<'a>(&'a self, _to: UserId, _frame: &'a Frame) -> BoxFuture<'a, usize> {
        Box::pin(std::future::ready(0))
    }

    fn tell_present(&self, _event: EventId, _here: &[UserId]) {}

    fn present_elsewhere(&self, _event: EventId) -> Vec<UserId> {
        vec![]
    }
}
