//! The measurements of rooms that talk, each in turns between ours and a peer.

use std::time::Duration;

use serde_json::Value;

use crate::load::{Audience, Load, Turn, percentile, take_turn};
use crate::people::Circle;
use crate::rows::{CLASSIC, Compared, MEMORY};
use crate::server::{Kind, Server};
use crate::{Bench, Failure, crowd};

/// How many speak at once; the best of them that is in time counts.
const WRITERS: [usize; 4] = [10, 25, 50, 100];
const SATURATED: usize = 50;
/// Milliseconds within which 99 of 100 must be delivered.
const IN_TIME: f64 = 100.0;

/// Bytes of a message.
const SHORT: usize = 60;
const LONG: usize = 200;

/// Twenty messages a second.
const PACE: Duration = Duration::from_millis(50);

const TURN: Duration = Duration::from_secs(3);
const LONG_TURN: Duration = Duration::from_secs(5);

/// A room on a server of its own.
struct Party {
    server: Server,
    audience: Audience,
}

/// One turn and what it took, in seconds of processor time.
struct Measured {
    turn: Turn,
    server: f64,
    with_database: f64,
}

impl Party {
    async fn gather(
        bench: &Bench,
        kind: Kind,
        circle: &Circle,
        length: usize,
        warm_up: Load,
    ) -> Result<Self, Failure> {
        let server = Server::start(kind, &bench.around).await?;
        // What comes to one socket in a turn of the loop, generously.
        let buffer = if circle.members.len() > 100 { 8 * 1024 } else { 64 * 1024 };
        let sockets = crowd::assemble(&server, &bench.tokens, circle, buffer).await?;
        let event = circle.event.to_string().into();
        let mut audience = Audience { sockets, event, dialect: kind.dialect(), length };
        // Whatever compiles itself as it runs has done so then.
        take_turn(&mut audience, warm_up, TURN).await?;
        Ok(Self { server, audience })
    }

    async fn take_turn(&mut self, load: Load, length: Duration) -> Result<Measured, Failure> {
        let before = self.server.at_rest().await?;
        let turn = take_turn(&mut self.audience, load, length).await?;
        let after = self.server.at_rest().await?;
        let server = after.server - before.server;
        let with_database = server + after.database - before.database;
        let measured = Measured { turn, server, with_database };
        let kind = self.server.kind;
        eprintln!("  {kind:?}, {load:?}: {measured}");
        Ok(measured)
    }
}

impl Measured {
    fn p99(&self) -> f64 {
        percentile(&self.turn.delivered, 99)
    }
}

impl std::fmt::Display for Measured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { turn, server, with_database } = self;
        let at = |share| percentile(&turn.delivered, share);
        write!(f, "{:.0} messages/s, ", turn.rate())?;
        write!(f, "{:.0} deliveries/CPU s ", turn.deliveries() / server)?;
        write!(f, "({:.0} with database), ", turn.deliveries() / with_database)?;
        write!(f, "delivered p50 {:.1} p99 {:.1} ms, ", at(50), at(99))?;
        let at = |share| percentile(&turn.acked, share);
        write!(f, "acked p50 {:.1} p99 {:.1} ms", at(50), at(99))
    }
}

/// A hundred people whose every word is stored.
pub async fn stored(bench: &Bench, circle: &Circle) -> Result<Vec<Value>, Failure> {
    eprintln!("a room of {}, stored …", circle.members.len());
    let warm_up = Load::Eager { writers: 10 };
    let mut ours = Party::gather(bench, Kind::Spotlight, circle, SHORT, warm_up).await?;
    let mut peers = Party::gather(bench, Kind::ClassicStack, circle, SHORT, warm_up).await?;
    let [mut per_cpu, mut per_cpu_in_all, mut in_time] =
        std::array::from_fn(|_| Compared { ours: vec![], peers: vec![] });
    for _ in 0..bench.turns {
        let (mut best_of_ours, mut best_of_peers): (f64, f64) = (0.0, 0.0);
        for writers in WRITERS {
            let load = Load::Eager { writers };
            let (us, them) =
                (ours.take_turn(load, TURN).await?, peers.take_turn(load, TURN).await?);
            for (measured, best) in [(&us, &mut best_of_ours), (&them, &mut best_of_peers)] {
                if measured.p99() <= IN_TIME {
                    *best = best.max(measured.turn.rate());
                }
            }
            if writers == SATURATED {
                per_cpu.add(&us, &them, |it| it.turn.said as f64 / it.server);
                per_cpu_in_all.add(&us, &them, |it| it.turn.said as f64 / it.with_database);
            }
        }
        in_time.ours.push(best_of_ours);
        in_time.peers.push(best_of_peers);
    }
    ours.server.stop().await?;
    peers.server.stop().await?;

    let saturated = "stored and delivered to a room of 100, 50 writers";
    Ok(vec![
        per_cpu.more(saturated, "messages/CPU s of the server", CLASSIC, Some(5.0)),
        per_cpu_in_all.more(saturated, "messages/CPU s of server and database", CLASSIC, None),
        in_time.more(
            "stored and delivered to a room of 100, p99 within 100 ms",
            "messages/s",
            CLASSIC,
            Some(4.0),
        ),
    ])
}

/// One of the hundred speaks, and waits each time until it is stored.
pub async fn alone(bench: &Bench, circle: &Circle) -> Result<Vec<Value>, Failure> {
    eprintln!("a room of {}, one writer …", circle.members.len());
    let load = Load::Eager { writers: 1 };
    let mut ours = Party::gather(bench, Kind::Spotlight, circle, SHORT, load).await?;
    let mut peers = Party::gather(bench, Kind::ClassicStack, circle, SHORT, load).await?;
    let [mut p50, mut p99] = std::array::from_fn(|_| Compared { ours: vec![], peers: vec![] });
    for _ in 0..bench.turns {
        let us = ours.take_turn(load, LONG_TURN).await?;
        let them = peers.take_turn(load, LONG_TURN).await?;
        p50.add(&us, &them, |it| percentile(&it.turn.acked, 50));
        p99.add(&us, &them, |it| percentile(&it.turn.acked, 99));
    }
    ours.server.stop().await?;
    peers.server.stop().await?;

    Ok(vec![
        p50.less("one writer alone, sent to acknowledged, p50", "ms", CLASSIC, Some(1.5)),
        p99.less("one writer alone, sent to acknowledged, p99", "ms", CLASSIC, Some(3.0)),
    ])
}

/// A thousand people who listen to one.
pub async fn listening(bench: &Bench, circle: &Circle) -> Result<Vec<Value>, Failure> {
    eprintln!("a room of {}, 20 messages/s …", circle.members.len());
    let load = Load::Paced { every: PACE };
    let mut ours = Party::gather(bench, Kind::Spotlight, circle, LONG, load).await?;
    let mut peers = Party::gather(bench, Kind::FromMemory, circle, LONG, load).await?;
    let mut bare = Party::gather(bench, Kind::BareWrites, circle, LONG, load).await?;
    let [mut per_cpu, mut per_cpu_in_all, mut late, mut least] =
        std::array::from_fn(|_| Compared { ours: vec![], peers: vec![] });
    for _ in 0..bench.turns {
        let us = ours.take_turn(load, LONG_TURN).await?;
        let them = peers.take_turn(load, LONG_TURN).await?;
        let nobody = bare.take_turn(load, LONG_TURN).await?;
        least.add(&nobody, &them, |it| it.turn.deliveries() / it.server);
        per_cpu.add(&us, &them, |it| it.turn.deliveries() / it.server);
        per_cpu_in_all.add(&us, &them, |it| it.turn.deliveries() / it.with_database);
        late.add(&us, &them, Measured::p99);
    }
    ours.server.stop().await?;
    peers.server.stop().await?;
    bare.server.stop().await?;

    let name = "room of 1,000, 20 messages/s of 200 bytes";
    let p99 = format!("{name}, sent to delivered, p99");
    Ok(vec![
        per_cpu.more(name, "deliveries/CPU s of the server", MEMORY, Some(3.0)),
        per_cpu_in_all.more(name, "deliveries/CPU s of server and database", MEMORY, None),
        least.more(
            "the same, of one write for each delivery and nothing else",
            "deliveries/CPU s of the server",
            MEMORY,
            None,
        ),
        late.less(&p99, "ms", MEMORY, Some(2.0)),
    ])
}

impl Compared {
    fn add(&mut self, ours: &Measured, peers: &Measured, figure: impl Fn(&Measured) -> f64) {
        self.ours.push(figure(ours));
        self.peers.push(figure(peers));
    }
}
