//! One socket: a reader and a writer, side by side in one task. The reader carries out what
//! comes in, one frame after another; the writer sends what others could not write at once,
//! keeps the connection alive, and ends it.
//!
//! What is done once in a socket's life is boxed, so that a socket that waits is small.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::future::{Either, select};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::{self, Message};

use super::Gateway;
use super::connection::{Connection, Opening};
use super::frames::Frame;
use super::frames::server::{self, HEARTBEAT_SECONDS};
use super::limits::Seat;
use super::outbox::{Farewell, Outbox, Taken};
use super::reader::Reader;
use super::replay::Replay;
use super::session::Session;
use super::wire::{Flushed, GOODBYE, Gone, Wire};
use crate::auth::SignedIn;
use crate::problem::Problem;

/// A client that says nothing for this long, not even a pong, is gone; 35 seconds are promised.
const SILENCE: Duration = Duration::from_secs(33);

/// How long somebody who is gone is told so.
const INTO_SILENCE: Duration = Duration::from_secs(1);

/// How long a connection that the client broke is kept after its close frame.
const LINGER: Duration = Duration::from_secs(1);

const HEARTBEAT: Duration = Duration::from_secs(HEARTBEAT_SECONDS);

/// A connection that speaks WebSocket from here on, with what was read of that already.
pub struct Socket {
    pub stream: TcpStream,
    pub begun: Bytes,
}

/// Serves one client until either side ends it.
pub async fn serve(
    socket: Socket,
    gateway: Gateway,
    me: SignedIn,
    seat: Seat,
    asked: Instant,
    opening: Opening,
) {
    let ended = gateway.0.ended.clone();
    let serving = async {
        let opened = Box::pin(open(socket, &gateway, me, asked, opening)).await;
        if let Some((wire, mut reader, connection, replay)) = opened {
            // However this goes, there is nobody left to tell.
            let _ = talk(&wire, &mut reader, connection, replay, seat).await;
        }
    };
    tokio::select! {
        biased;
        () = ended.cancelled() => {}
        () = serving => {}
    }
}

/// None where this node is not ready; then the client was told.
async fn open(
    Socket { stream, begun }: Socket,
    gateway: &Gateway,
    me: SignedIn,
    asked: Instant,
    opening: Opening,
) -> Option<(Arc<Wire>, Reader, Connection, Replay)> {
    let (incoming, outgoing) = stream.into_split();
    let wire = Arc::new(Wire::new(outgoing));
    let Some((connection, replay)) = Connection::open(gateway, me, asked, opening).await else {
        let _ = wire.close(Farewell::NOT_READY).await;
        return None;
    };
    let reader = Reader::new(incoming, begun, Some(connection.outbox.clone())).await;
    Some((wire, reader, connection, replay))
}

/// Refuses a client in a way that a browser can see, which is after the handshake.
pub async fn refuse(socket: Socket, problem: Option<Problem>, farewell: Farewell) {
    let Socket { stream, begun } = socket;
    let (incoming, outgoing) = stream.into_split();
    let wire = Wire::new(outgoing);
    let mut reader = Reader::new(incoming, begun, None).await;
    let frames: Vec<Frame> = problem.iter().map(|problem| server::error(None, problem)).collect();
    if wire.send(&frames).await.is_ok() && wire.close(farewell).await.is_ok() {
        let _ = timeout(GOODBYE, reader.drain()).await;
    }
}

async fn talk(
    wire: &Arc<Wire>,
    reader: &mut Reader,
    connection: Connection,
    replay: Replay,
    seat: Seat,
) -> Result<(), Gone> {
    let outbox = connection.outbox.clone();
    // Nothing is carried out before the replay is over: a room joined meanwhile would not be
    // part of it.
    let begun = tokio::select! {
        farewell = outbox.interrupted() => Err(farewell),
        begun = Box::pin(begin(wire, &connection, replay)) => Ok(begun?),
    };
    if let Err(farewell) = begun {
        return Box::pin(wire.close(farewell)).await;
    }
    outbox.open(wire.clone());
    let mut session = Session::new(connection, seat);
    let over = Notify::new();
    let ending = {
        let reading = pin!(read(reader, &mut session, &over));
        let writing = pin!(write(wire, &outbox));
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
                timeout(GOODBYE, reading).await.unwrap_or(Ending::Closed(None))
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
        let _ = timeout(GOODBYE, reader.drain()).await;
    }
    Ok(())
}

/// Greets, and sends what was missed.
async fn begin(wire: &Wire, connection: &Connection, replay: Replay) -> Result<(), Gone> {
    let outbox = &connection.outbox;
    let mut greeting: Vec<Frame> = vec![];
    while outbox.take(&mut greeting) == Taken::Frames {}
    wire.send(&greeting).await?;
    replay.run(connection, wire).await?;
    let hub = &connection.gateway.0.hub;
    for event in connection.events() {
        if let Err(error) = hub.presence.tell_one(hub, event, outbox).await {
            tracing::warn!(%error, "could not tell a socket who is here");
        }
    }
    Ok(())
}

/// How reading came to its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// The client closed, perhaps with a code, or its connection is lost.
    Closed(Option<u16>),
    Silent,
    /// The client sent what the protocol does not allow.
    Broken(Farewell),
}

impl Ending {
    fn farewell(self) -> Farewell {
        match self {
            Self::Closed(code) => Farewell::echo(code),
            Self::Silent => Farewell::SILENT,
            Self::Broken(farewell) => farewell,
        }
    }
}

/// Carries out what comes in, until either side has closed.
async fn read(reader: &mut Reader, session: &mut Session, over: &Notify) -> Ending {
    let mut closed = None;
    loop {
        let next = tokio::select! {
            next = timeout(SILENCE, reader.next()) => next,
            () = over.notified() => return Ending::Closed(None),
        };
        let message = match next {
            Err(_) => return Ending::Silent,
            Ok(None) => return Ending::Closed(closed),
            Ok(Some(Err(error))) => return broken(&error),
            Ok(Some(Ok(message))) => message,
        };
        match message {
            Message::Close(frame) => closed = frame.map(|frame| frame.code.into()),
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
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
        }
    }
}

fn broken(error: &tungstenite::Error) -> Ending {
    use tungstenite::Error::{Capacity, Protocol, Utf8};
    use tungstenite::error::ProtocolError::ResetWithoutClosingHandshake;
    match error {
        Capacity(_) => Ending::Broken(Farewell::TOO_LARGE),
        Utf8(_) => Ending::Broken(Farewell::NOT_TEXT),
        Protocol(ResetWithoutClosingHandshake) => Ending::Closed(None),
        Protocol(_) => Ending::Broken(Farewell::PROTOCOL),
        _ => Ending::Closed(None),
    }
}

async fn write(wire: &Wire, outbox: &Outbox) -> Result<(), Gone> {
    let farewell = tokio::select! {
        biased;
        farewell = outbox.interrupted() => farewell,
        farewell = send_what_comes(wire, outbox) => farewell?,
    };
    Box::pin(wire.close(farewell)).await
}

/// Sends what others could not, until the connection is to be closed. While the client is
/// behind, frames gather, and leave together.
async fn send_what_comes(wire: &Wire, outbox: &Outbox) -> Result<Farewell, Gone> {
    let mut beat = pin!(sleep(HEARTBEAT));
    loop {
        if beat.is_elapsed() {
            beat.as_mut().reset(tokio::time::Instant::now() + HEARTBEAT);
            outbox.push(&server::heartbeat());
            outbox.push(&Frame::ping());
        }
        match wire.flush(outbox) {
            Flushed::Blocked => Box::pin(wire.writable()).await?,
            Flushed::Ending(farewell) => return Ok(farewell),
            Flushed::Broken | Flushed::Ended => return Err(Gone),
            Flushed::All | Flushed::Busy => tokio::select! {
                biased;
                () = outbox.arrived() => {}
                () = &mut beat => {}
            },
        }
    }
}
