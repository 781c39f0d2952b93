//! Sockets that only are there: how fast they come in, and what each of them takes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::{StreamExt, stream};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::Failure;
use crate::people::{Circle, Member, Tokens};
use crate::server::Server;
use crate::socket::{Place, Socket};

/// Sockets being opened at a time.
const AT_ONCE: usize = 64;

/// Sockets that come and go before anything is measured.
const WARM_UP: usize = 500;

/// By then everybody has heard that the last one came.
const SETTLED: Duration = Duration::from_secs(3);

/// How long the crowd is left alone before its memory is looked at.
const IDLE: Duration = Duration::from_secs(5);

/// An idle socket reads little.
const BUFFER: usize = 2 * 1024;

pub struct Arrival {
    /// Sockets opened and joined a second.
    pub rate: f64,
    /// The same for a second of the server's processor time.
    pub per_cpu_second: f64,
    /// By how much the server's memory has grown, for each socket, in bytes.
    pub memory: f64,
}

pub async fn arrive(
    server: &Server,
    tokens: &Tokens,
    circles: &[Circle],
) -> Result<Arrival, Failure> {
    let dialect = server.kind.dialect();
    let mut people: Vec<(String, String)> = vec![];
    for Circle { event, members } in circles {
        for member in members {
            people.push((tokens.of(member, dialect)?, event.to_string()));
        }
    }
    let place = Place { address: server.address, dialect, buffer: BUFFER };
    drop(open(place, &people[..WARM_UP.min(people.len())]).await?);
    server.at_rest().await?;
    let (before, spent) = (server.memory().await?, server.spent()?);

    let began = Instant::now();
    let mut crowd = open(place, &people).await?;
    let took = began.elapsed();
    let cpu = server.spent()?.server - spent.server;
    sleep(IDLE).await;
    let after = server.memory().await?;
    // Whoever was thrown out meanwhile has made no room.
    if let Some(ended) = crowd.try_join_next() {
        ended??;
        return Err("a socket of the crowd has ended".into());
    }
    let count = people.len() as f64;
    Ok(Arrival {
        rate: count / took.as_secs_f64(),
        per_cpu_second: count / cpu,
        memory: after.saturating_sub(before) as f64 / count,
    })
}

/// Each listens as soon as it is in.
async fn open(
    place: Place,
    people: &[(String, String)],
) -> Result<JoinSet<Result<(), Failure>>, Failure> {
    let mut opening = stream::iter(people)
        .map(|(token, event)| Socket::enter(place, token, event))
        .buffer_unordered(AT_ONCE);
    let mut crowd = JoinSet::new();
    while let Some(socket) = opening.next().await {
        crowd.spawn(listen(socket?));
    }
    Ok(crowd)
}

async fn listen(mut socket: Socket) -> Result<(), Failure> {
    loop {
        while socket.next().await?.is_some() {}
        socket.fill().await?;
    }
}

/// All of a circle in its room. Whoever is in reads while others still come: each of them is told
/// of everybody.
pub async fn assemble(
    server: &Server,
    tokens: &Tokens,
    circle: &Circle,
    buffer: usize,
) -> Result<Vec<Socket>, Failure> {
    let dialect = server.kind.dialect();
    let place = Place { address: server.address, dialect, buffer };
    let event: Arc<str> = circle.event.to_string().into();
    let enter = |member: &Member| {
        let (token, event) = (tokens.of(member, dialect), event.clone());
        async move { Socket::enter(place, &token?, &event).await }
    };
    let entering: Vec<_> = circle.members.iter().map(enter).collect();
    let complete = CancellationToken::new();
    let mut reading = JoinSet::new();
    let mut entering = stream::iter(entering).buffer_unordered(AT_ONCE);
    while let Some(socket) = entering.next().await {
        reading.spawn(read_until(complete.clone(), socket?));
    }
    sleep(SETTLED).await;
    complete.cancel();
    let mut sockets = vec![];
    while let Some(socket) = reading.join_next().await {
        sockets.push(socket??);
    }
    Ok(sockets)
}

async fn read_until(complete: CancellationToken, mut socket: Socket) -> Result<Socket, Failure> {
    loop {
        while socket.next().await?.is_some() {}
        tokio::select! {
            () = complete.cancelled() => return Ok(socket),
            filled = socket.fill() => filled?,
        }
    }
}
