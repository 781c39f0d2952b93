//! One socket: a reader and a writer, side by side in one task. The reader carries out what
//! comes in, one frame after another; the writer sends what waits, many frames at a time.

use std::pin::pin;
use std::time::{Duration, Instant};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use bytes::Bytes;
use futures::future::{Either, select};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite;

use super::Gateway;
use super::connection::{Connection, Opening};
use super::frames::Frame;
use super::frames::server::{self, HEARTBEAT_SECONDS};
use super::limits::Seat;
use super::outbox::{Farewell, Outbox, Taken};
use super::replay::Replay;
use super::session::Session;
use crate::auth::SignedIn;
use crate::problem::Problem;

/// A client that says nothing for this long, not even a pong, is gone; 35 seconds are promised.
const SILENCE: Duration = Duration::from_secs(33);

/// How long somebody who is gone is told so.
const INTO_SILENCE: Duration = Duration::from_secs(1);

/// How long one write may be stuck. Where frames keep coming the queue runs over first.
const STUCK: Duration = Duration::from_secs(35);

/// How long the last frames and the close handshake may take.
const GOODBYE: Duration = Duration::from_secs(5);

/// How long a connection that the client broke is kept after its close frame.
const LINGER: Duration = Duration::from_secs(1);

const HEARTBEAT: Duration = Duration::from_secs(HEARTBEAT_SECONDS);

/// The connection is lost, and with it whatever was still to be sent.
#[derive(Debug)]
pub struct Gone;

/// The sending half.
pub struct Sink(SplitSink<WebSocket, Message>);

impl Sink {
    /// Sends frames together: they leave in as few system calls as their size allows.
    pub async fn send(&mut self, frames: &[Frame]) -> Result<(), Gone> {
        let sending = async {
            for frame in frames {
                self.0.feed(Message::Text(frame.text.clone())).await?;
            }
            self.0.flush().await
        };
        timeout(STUCK, sending).await.map_err(|_| Gone)?.map_err(|_: axum::Error| Gone)
    }

    async fn ping(&mut self) -> Result<(), Gone> {
        self.0.feed(Message::Ping(Bytes::new())).await.map_err(|_| Gone)
    }

    pub async fn close(&mut self, farewell: Farewell) -> Result<(), Gone> {
        let frame = CloseFrame { code: farewell.code, reason: farewell.reason.into() };
        let closing = self.0.send(Message::Close(Some(frame)));
        timeout(GOODBYE, closing).await.map_err(|_| Gone)?.map_err(|_| Gone)
    }
}

/// Serves one client until either side ends it.
pub async fn serve(
    socket: WebSocket,
    gateway: Gateway,
    me: SignedIn,
    seat: Seat,
    asked: Instant,
    opening: Opening,
) {
    let ended = gateway.0.ended.clone();
    let serving = async {
        let (sink, stream) = socket.split();
        let mut sink = Sink(sink);
        // What is done once is boxed, so that a socket that waits is small.
        let opened = Box::pin(Connection::open(&gateway, me, asked, opening)).await;
        // However this goes, there is nobody left to tell.
        let _ = match opened {
            Some((connection, replay)) => talk(sink, stream, connection, replay, seat).await,
            None => sink.close(Farewell::NOT_READY).await,
        };
    };
    ended.run_until_cancelled(serving).await;
}

/// Refuses a client in a way that a browser can see, which is after the handshake.
pub async fn refuse(socket: WebSocket, problem: Option<Problem>, farewell: Farewell) {
    let (sink, mut stream) = socket.split();
    let mut sink = Sink(sink);
    let frames: Vec<Frame> = problem.iter().map(|problem| server::error(None, problem)).collect();
    if sink.send(&frames).await.is_ok() && sink.close(farewell).await.is_ok() {
        let _ = timeout(GOODBYE, async { while stream.next().await.is_some() {} }).await;
    }
}

async fn talk(
    mut sink: Sink,
    mut stream: SplitStream<WebSocket>,
    connection: Connection,
    replay: Replay,
    seat: Seat,
) -> Result<(), Gone> {
    let outbox = connection.outbox.clone();
    // Nothing is carried out before the replay is over: a room joined meanwhile would not be
    // part of it.
    let begun = tokio::select! {
        farewell = outbox.interrupted() => Err(farewell),
        begun = Box::pin(begin(&mut sink, &connection, replay)) => Ok(begun?),
    };
    if let Err(farewell) = begun {
        return sink.close(farewell).await;
    }
    let mut session = Session::new(connection, seat);
    let over = Notify::new();
    let ending = {
        let reading = pin!(read(&mut stream, &mut session, &over));
        let writing = pin!(write(&mut sink, &outbox));
        match select(reading, writing).await {
            Either::Left((ending, writing)) => {
                outbox.close(ending.farewell());
                let most = if ending == Ending::Silent { INTO_SILENCE } else { GOODBYE };
                let _ = timeout(most, writing).await;
                ending
            }
            Either::Right((written, reading)) => {
                written?;
                over.notify_one();
                // What is being carried out is finished.
                timeout(GOODBYE, reading).await.unwrap_or(Ending::Closed)
            }
        }
    };
    // From here on nobody counts this socket as present.
    drop(session);
    if matches!(ending, Ending::Broken(_)) {
        // Unread bytes make the system reset the connection as soon as it is closed, before
        // the client has read why.
        sleep(LINGER).await;
    } else {
        let _ = timeout(GOODBYE, async { while stream.next().await.is_some() {} }).await;
    }
    Ok(())
}

/// Greets, and sends what was missed.
async fn begin(sink: &mut Sink, connection: &Connection, replay: Replay) -> Result<(), Gone> {
    let outbox = &connection.outbox;
    let mut greeting = vec![];
    while outbox.take(&mut greeting) == Taken::Frames {}
    sink.send(&greeting).await?;
    replay.run(connection, sink).await?;
    let hub = &connection.gateway.0.hub;
    for event in connection.events() {
        if let Err(error) = hub.presence.tell_one(hub, event, outbox, None).await {
            tracing::warn!(%error, "could not tell a socket who is here");
        }
    }
    Ok(())
}

/// How reading came to its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// The client closed, or its connection is lost.
    Closed,
    Silent,
    /// The client sent what the protocol does not allow.
    Broken(Farewell),
}

impl Ending {
    fn farewell(self) -> Farewell {
        match self {
            Self::Closed => Farewell::CLOSED,
            Self::Silent => Farewell::SILENT,
            Self::Broken(farewell) => farewell,
        }
    }
}

/// Carries out what comes in, until either side has closed.
async fn read(stream: &mut SplitStream<WebSocket>, session: &mut Session, over: &Notify) -> Ending {
    loop {
        let next = tokio::select! {
            next = timeout(SILENCE, stream.next()) => next,
            () = over.notified() => return Ending::Closed,
        };
        let message = match next {
            Err(_) => return Ending::Silent,
            Ok(None) => return Ending::Closed,
            Ok(Some(Err(error))) => return broken(error),
            Ok(Some(Ok(message))) => message,
        };
        match message {
            // What comes in after the goodbye is left.
            _ if session.is_over() => {}
            Message::Text(text) => {
                Box::pin(session.answer(&text)).await;
                // What was asked before a goodbye is answered before it: once a close frame is
                // read, nothing else may be sent.
                tokio::task::yield_now().await;
            }
            Message::Binary(_) => session.refuse_binary(),
            // Answered by the protocol underneath.
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => {}
        }
    }
}

fn broken(error: axum::Error) -> Ending {
    use tungstenite::Error::{Capacity, Protocol, Utf8};
    use tungstenite::error::ProtocolError::ResetWithoutClosingHandshake;
    match error.into_inner().downcast::<tungstenite::Error>().map(|error| *error) {
        Ok(Capacity(_)) => Ending::Broken(Farewell::TOO_LARGE),
        Ok(Utf8(_)) => Ending::Broken(Farewell::NOT_TEXT),
        Ok(Protocol(ResetWithoutClosingHandshake)) => Ending::Closed,
        Ok(Protocol(_)) => Ending::Broken(Farewell::PROTOCOL),
        _ => Ending::Closed,
    }
}

async fn write(sink: &mut Sink, outbox: &Outbox) -> Result<(), Gone> {
    let farewell = tokio::select! {
        biased;
        farewell = outbox.interrupted() => farewell,
        farewell = send_what_comes(sink, outbox) => farewell?,
    };
    sink.close(farewell).await
}

/// Sends until the connection is to be closed. A write that is under way takes as long as the
/// network does; meanwhile frames gather, and leave together.
async fn send_what_comes(sink: &mut Sink, outbox: &Outbox) -> Result<Farewell, Gone> {
    let mut batch = vec![];
    let mut beat = pin!(sleep(HEARTBEAT));
    loop {
        if beat.is_elapsed() {
            beat.as_mut().reset(tokio::time::Instant::now() + HEARTBEAT);
            outbox.push(&server::heartbeat());
            sink.ping().await?;
        }
        match outbox.take(&mut batch) {
            Taken::Frames => {
                sink.send(&batch).await?;
                batch.clear();
            }
            Taken::Close(farewell) => return Ok(farewell),
            Taken::Nothing => tokio::select! {
                biased;
                () = outbox.arrived() => {}
                () = &mut beat => {}
            },
        }
    }
}
