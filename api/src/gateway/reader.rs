//! The receiving half of a socket's connection.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::StreamExt;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::tcp::OwnedReadHalf;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::frames::Frame;
use super::frames::client::LARGEST_FRAME;
use super::outbox::Outbox;

/// What each socket reads at a time. It is held for as long as the socket lives, and clients
/// send little.
const READ_BUFFER: usize = 512;

/// First byte of a whole pong frame.
const PONG: u8 = 0x8a;

pub struct Reader(WebSocketStream<Incoming>);

impl Reader {
    /// `begun` was read already; it is part of the buffer that the request was read into, which
    /// goes with it. What the protocol answers by itself goes into the outbox.
    pub async fn new(stream: OwnedReadHalf, begun: Bytes, outbox: Option<Arc<Outbox>>) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .max_frame_size(Some(LARGEST_FRAME))
            .max_message_size(Some(LARGEST_FRAME));
        let incoming = Incoming { stream, outbox };
        let read = begun.to_vec();
        drop(begun);
        let config = Some(config);
        Self(WebSocketStream::from_partially_read(incoming, read, Role::Server, config).await)
    }

    /// The next message; none after the client has closed.
    pub async fn next(&mut self) -> Option<Result<Message, Error>> {
        self.0.next().await
    }

    /// Reads over whatever still comes.
    pub async fn drain(&mut self) {
        while self.0.next().await.is_some() {}
    }
}

/// Reads from the connection, and hands what the protocol would write to the outbox, which
/// keeps frames whole and in order.
struct Incoming {
    stream: OwnedReadHalf,
    outbox: Option<Arc<Outbox>>,
}

impl AsyncRead for Incoming {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Incoming {
    /// Each call brings one frame. Close frames are the writer's to send.
    fn poll_write(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
        frame: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let Some(outbox) = &self.outbox
            && frame.first() == Some(&PONG)
        {
            outbox.send(&Frame::made(frame));
        }
        Poll::Ready(Ok(frame.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
