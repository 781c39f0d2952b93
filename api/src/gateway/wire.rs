//! The sending half of a socket's connection.
//!
//! Whoever has frames for a socket writes them to the system itself, which takes them at once
//! unless the client is behind: no task is woken for a frame. Only what is left over then
//! waits for the socket's own task.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, IoSlice};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use tokio::net::tcp::OwnedWriteHalf;
use tokio::time::timeout;

use super::frames::Frame;
use super::outbox::{Farewell, Outbox, Taken};

/// How long one write may be stuck. Where frames keep coming the queue runs over first.
const STUCK: Duration = Duration::from_secs(35);

/// How long the last frames and the close frame may take.
pub const GOODBYE: Duration = Duration::from_secs(5);

/// Frames that leave in one system call.
const AT_ONCE: usize = 64;

/// The connection is lost, and with it whatever was still to be sent.
#[derive(Debug)]
pub struct Gone;

pub struct Wire {
    stream: OwnedWriteHalf,
    rest: Mutex<Rest>,
}

/// What was taken to be written and has not left yet.
#[derive(Default)]
struct Rest {
    frames: VecDeque<Frame>,
    /// Bytes of the first frame that have left.
    written: usize,
    /// The close frame is among them, and nothing may follow it.
    ended: bool,
}

/// How a flush came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flushed {
    /// Nothing waits any more.
    All,
    /// Somebody else is at it, and looks again before they go.
    Busy,
    /// The client is behind.
    Blocked,
    /// Everything has left, and the connection is to be closed.
    Ending(Farewell),
    /// The close frame was given to be sent already.
    Ended,
    Broken,
}

impl Wire {
    pub fn new(stream: OwnedWriteHalf) -> Self {
        Self { stream, rest: Mutex::default() }
    }

    /// Writes what waits in `outbox` until there is nothing, or the system takes no more.
    pub fn flush(&self, outbox: &Outbox) -> Flushed {
        loop {
            let mut rest = match self.rest.try_lock() {
                Ok(rest) => rest,
                Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => return Flushed::Busy,
            };
            let flushed = rest.flush(&self.stream, outbox);
            drop(rest);
            // Who came meanwhile has left their frame in the queue, or their goodbye, and gone.
            if flushed != Flushed::All || outbox.is_at_rest() {
                return flushed;
            }
        }
    }

    /// Waits until the system takes more.
    pub async fn writable(&self) -> Result<(), Gone> {
        timeout(STUCK, self.stream.writable()).await.map_err(|_| Gone)?.map_err(|_| Gone)
    }

    /// Sends frames that do not wait in the outbox, and returns when they have left.
    pub async fn send(&self, frames: &[Frame]) -> Result<(), Gone> {
        self.lock().frames.extend(frames.iter().cloned());
        self.finish().await
    }

    /// Sends the close frame after what has begun to leave, and nothing any more.
    pub async fn close(&self, farewell: Farewell) -> Result<(), Gone> {
        self.lock().end(farewell);
        timeout(GOODBYE, self.finish()).await.map_err(|_| Gone)?
    }

    async fn finish(&self) -> Result<(), Gone> {
        loop {
            let written = self.lock().write(&self.stream);
            match written {
                Ok(()) => return Ok(()),
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.writable().await?,
                Err(_) => return Err(Gone),
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Rest> {
        // Nothing under the lock panics midway.
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rest {
    fn flush(&mut self, stream: &OwnedWriteHalf, outbox: &Outbox) -> Flushed {
        loop {
            match self.write(stream) {
                Ok(()) if self.ended => return Flushed::Ended,
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Flushed::Blocked,
                Err(_) => return Flushed::Broken,
            }
            match outbox.take(&mut self.frames) {
                Taken::Frames => {}
                Taken::Nothing => return Flushed::All,
                Taken::Close(farewell) => return Flushed::Ending(farewell),
            }
        }
    }

    /// Writes all of the rest, or as much as the system takes.
    fn write(&mut self, stream: &OwnedWriteHalf) -> io::Result<()> {
        while let Some(first) = self.frames.front() {
            let first = &first.bytes()[self.written..];
            let count = if self.frames.len() == 1 {
                stream.try_write(first)?
            } else {
                let mut slices = [IoSlice::new(&[]); AT_ONCE];
                let others = self.frames.iter().skip(1).map(Frame::bytes);
                let all = std::iter::once(first).chain(others);
                let count = slices
                    .iter_mut()
                    .zip(all)
                    .map(|(slot, bytes)| *slot = IoSlice::new(bytes))
                    .count();
                stream.try_write_vectored(&slices[..count])?
            };
            self.advance(count);
        }
        // A socket that waits holds no room for frames.
        self.frames = VecDeque::new();
        Ok(())
    }

    fn end(&mut self, farewell: Farewell) {
        if farewell.at_once {
            self.frames.truncate(usize::from(self.written > 0));
        }
        self.frames.push_back(Frame::close(farewell.code, farewell.reason));
        self.ended = true;
    }

    fn advance(&mut self, count: usize) {
        self.written += count;
        while let Some(first) = self.frames.front().filter(|first| first.len() <= self.written) {
            self.written -= first.len();
            self.frames.pop_front();
        }
    }
}
