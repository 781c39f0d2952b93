//! One socket's queue of frames to be sent: bounded, in order, each position once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use domain::values::ids::UserId;
use tokio::sync::Notify;
use uuid::Uuid;

use super::frames::{Frame, Lane, Topic};
use super::wire::{Flushed, Wire};

/// Most frames that wait for one socket.
pub const MOST_FRAMES: usize = 256;

/// Most bytes that wait for one socket. One frame alone may be larger.
pub const MOST_BYTES: usize = 1 << 20;

/// Most frames handed to the writer at a time, and after how many bytes it gets no more: while
/// it is stuck it holds them beside the queue.
const MOST_TAKEN: usize = 64;
const ENOUGH_TAKEN: usize = 128 << 10;

/// A queue that grew beyond this gives its memory back once it is empty.
const KEPT_CAPACITY: usize = 4;

/// Filled by whoever has something to say, and emptied by them into the socket's wire once
/// there is one. The queue's lock is held for no longer than it takes to move a few pointers.
pub struct Outbox {
    pub connection: Uuid,
    pub user: UserId,
    pub session: Uuid,
    queue: Mutex<Queue>,
    /// Open once nothing else is written there.
    wire: OnceLock<Arc<Wire>>,
    /// There is something that only the socket's own task can do.
    arrived: Notify,
    /// Closing cannot wait for what is being written.
    interrupted: Notify,
}

struct Queue {
    frames: VecDeque<Frame>,
    bytes: usize,
    /// Position of the last durable frame let in, or of what the client had before.
    reached: i64,
    stage: Stage,
    closing: Option<Farewell>,
}

enum Stage {
    /// What the client missed is being sent; durable frames that come meanwhile wait here.
    /// When they are too many the oldest go, and the log is read once more for them.
    Replaying {
        held: VecDeque<Frame>,
        dropped_through: i64,
    },
    Live,
}

/// How the server ends a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Farewell {
    /// None says nothing.
    pub code: Option<u16>,
    pub reason: &'static str,
    /// Whether what waits is dropped rather than sent first.
    pub at_once: bool,
}

impl Farewell {
    pub const DRAINING: Self = Self { code: Some(1001), reason: "going away", at_once: false };
    pub const REVOKED: Self = Self { code: Some(1008), reason: "session ended", at_once: true };
    pub const BAD_ORIGIN: Self =
        Self { code: Some(1008), reason: "origin not allowed", at_once: false };
    pub const TOO_MANY_SOCKETS: Self =
        Self { code: Some(1008), reason: "too many connections", at_once: false };
    pub const TOO_LARGE: Self =
        Self { code: Some(1009), reason: "frame over 64 KiB", at_once: false };
    pub const PROTOCOL: Self = Self { code: Some(1002), reason: "protocol error", at_once: false };
    pub const NOT_TEXT: Self = Self { code: Some(1007), reason: "not UTF-8", at_once: false };
    /// This node has not found the log's end yet.
    pub const NOT_READY: Self = Self { code: Some(1013), reason: "try again", at_once: false };
    pub const TOO_SLOW: Self = Self { code: Some(1013), reason: "too slow", at_once: true };
    /// The client does not answer any more; whether it reads this is not known.
    pub const SILENT: Self = Self { code: Some(1001), reason: "no sign of life", at_once: true };

    /// The client has closed already, with this code.
    pub fn echo(code: Option<u16>) -> Self {
        Self { code, reason: "", at_once: true }
    }
}

/// What became of a frame that was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// In the queue, which was empty before: the writer is to be woken.
    First,
    Queued,
    /// Not sent: seen before, dropped, or the socket is closing.
    Refused,
    /// Not sent, and the socket is to be closed: it has not kept up.
    Overflowed,
}

/// What the writer finds when it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    Nothing,
    Frames,
    Close(Farewell),
}

impl Outbox {
    /// For a client that has seen everything up to `reached`. It holds durable frames back
    /// until [`Self::go_live`].
    pub fn new(user: UserId, session: Uuid, reached: i64) -> Self {
        Self {
            connection: Uuid::now_v7(),
            user,
            session,
            queue: Mutex::new(Queue {
                frames: VecDeque::new(),
                bytes: 0,
                reached,
                stage: Stage::Replaying { held: VecDeque::new(), dropped_through: 0 },
                closing: None,
            }),
            wire: OnceLock::new(),
            arrived: Notify::new(),
            interrupted: Notify::new(),
        }
    }

    /// Sends a frame as soon as all before it are sent; answers whether it will be.
    pub fn send(&self, frame: &Frame) -> bool {
        let pushed = self.push(frame);
        if pushed == Pushed::First {
            self.flush();
        }
        matches!(pushed, Pushed::First | Pushed::Queued)
    }

    /// Queues a frame, so that several leave together. Whoever gets [`Pushed::First`] owes the
    /// socket a [`Self::flush`].
    pub fn push(&self, frame: &Frame) -> Pushed {
        let pushed = self.lock().push(frame);
        if pushed == Pushed::Overflowed {
            self.interrupted.notify_one();
            self.arrived.notify_one();
        }
        pushed
    }

    /// Writes what waits, as far as the client keeps up; the rest is left to the socket's task.
    pub fn flush(&self) {
        let left = match self.wire.get() {
            Some(wire) => !matches!(wire.flush(self), Flushed::All | Flushed::Busy),
            None => true,
        };
        if left {
            self.arrived.notify_one();
        }
    }

    /// From now on everybody writes to `wire` what they have.
    pub fn open(&self, wire: Arc<Wire>) {
        if self.wire.set(wire).is_ok() {
            self.flush();
        }
    }

    /// Asks the writer to end the connection; the first reason given stays.
    pub fn close(&self, farewell: Farewell) {
        self.lock().close(farewell);
        self.arrived.notify_one();
        if farewell.at_once {
            self.interrupted.notify_one();
        }
    }

    pub fn is_closing(&self) -> bool {
        self.lock().closing.is_some()
    }

    /// Ends the replay: what was sent covers everything up to `through`, and what was held
    /// back above it follows. If some of that was dropped, answers the position up to which
    /// the log must be read first.
    pub fn go_live(&self, through: i64) -> Result<(), i64> {
        let mut queue = self.lock();
        let Stage::Replaying { held, dropped_through } = &mut queue.stage else { return Ok(()) };
        if *dropped_through > through {
            return Err(*dropped_through);
        }
        let held = std::mem::take(held);
        queue.stage = Stage::Live;
        queue.reached = through;
        for frame in held {
            queue.push(&frame);
        }
        drop(queue);
        self.flush();
        Ok(())
    }

    /// Waits until there may be something to take.
    pub async fn arrived(&self) {
        self.arrived.notified().await;
    }

    /// Waits until the connection is to end without regard to what is being written.
    pub async fn interrupted(&self) -> Farewell {
        loop {
            self.interrupted.notified().await;
            if let Some(farewell) = self.lock().closing.filter(|farewell| farewell.at_once) {
                return farewell;
            }
        }
    }

    /// Whether there is nothing to take.
    pub fn is_at_rest(&self) -> bool {
        let queue = self.lock();
        queue.frames.is_empty() && queue.closing.is_none()
    }

    /// Moves the next frames into `batch`; closing comes after the last of them.
    pub fn take(&self, batch: &mut impl Extend<Frame>) -> Taken {
        let mut queue = self.lock();
        let (mut count, mut bytes) = (0, 0);
        for frame in queue.frames.iter().take(MOST_TAKEN) {
            count += 1;
            bytes += frame.len();
            if bytes >= ENOUGH_TAKEN {
                break;
            }
        }
        batch.extend(queue.frames.drain(..count));
        queue.bytes -= bytes;
        if queue.frames.is_empty() && queue.frames.capacity() > KEPT_CAPACITY {
            queue.frames.shrink_to(KEPT_CAPACITY);
        }
        match queue.closing {
            _ if count > 0 => Taken::Frames,
            Some(farewell) => Taken::Close(farewell),
            None => Taken::Nothing,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // A panic cannot leave the queue half changed: nothing under the lock panics midway.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn push(&mut self, frame: &Frame) -> Pushed {
        if self.closing.is_some() {
            return Pushed::Refused;
        }
        match frame.lane {
            Lane::Durable(position) => {
                if position <= self.reached {
                    return Pushed::Refused;
                }
                self.reached = position;
                if let Stage::Replaying { held, dropped_through } = &mut self.stage {
                    if held.len() == MOST_FRAMES
                        && let Some(position) = held.pop_front().and_then(|old| old.position())
                    {
                        *dropped_through = position;
                    }
                    held.push_back(frame.clone());
                    return Pushed::Queued;
                }
            }
            Lane::Ephemeral(topic) => {
                if self.replace(topic, frame) {
                    return Pushed::Queued;
                }
                if !self.fits(frame) {
                    return Pushed::Refused;
                }
            }
            Lane::Reply => {}
        }
        if !self.fits(frame) {
            self.drop_ephemeral();
        }
        if !self.fits(frame) {
            self.close(Farewell::TOO_SLOW);
            return Pushed::Overflowed;
        }
        self.bytes += frame.len();
        self.frames.push_back(frame.clone());
        if self.frames.len() == 1 { Pushed::First } else { Pushed::Queued }
    }

    fn fits(&self, frame: &Frame) -> bool {
        self.frames.is_empty()
            || (self.frames.len() < MOST_FRAMES && self.bytes + frame.len() <= MOST_BYTES)
    }

    fn replace(&mut self, topic: Topic, frame: &Frame) -> bool {
        if topic == Topic::Signal {
            return false;
        }
        let waiting = self.frames.iter_mut().find(|old| old.lane == Lane::Ephemeral(topic));
        let Some(old) = waiting else { return false };
        self.bytes = self.bytes - old.len() + frame.len();
        *old = frame.clone();
        true
    }

    fn drop_ephemeral(&mut self) {
        self.frames.retain(|frame| !matches!(frame.lane, Lane::Ephemeral(_)));
        self.bytes = self.frames.iter().map(Frame::len).sum();
    }

    fn close(&mut self, farewell: Farewell) {
        if self.closing.is_some_and(|earlier| earlier.at_once || !farewell.at_once) {
            return;
        }
        self.closing = Some(farewell);
        if farewell.at_once {
            self.frames = VecDeque::new();
            self.bytes = 0;
        }
    }
}

#[cfg(test)]
#[path = "outbox_tests.rs"]
mod tests;
