//! A hundred thousand frames that nobody expects: the server goes on as if nothing had been.

mod odd;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::join_all;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use tempfile::TempDir;
use test_database::TestDatabase;
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::time::{Instant, sleep, timeout};

use super::conformance::wire::{TEXT, Wire, read_frame};
use super::socket::Socket;
use crate::harness::{Client, Dancer, NodeProcess, Text, an_event};

const FRAMES: usize = 100_000;
const SOCKETS: usize = 20;

/// Before the server must be as it was.
const PATIENCE: Duration = Duration::from_mins(1);

/// Under 200 ms is claimed for an idle machine; a loaded one may take longer.
const SLOWEST: Duration = Duration::from_secs(5);

/// Besides sockets: requests and connections to the database come and go.
const OTHER_TASKS: i64 = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_frame_whatever_upsets_the_server_or_those_who_talk_meanwhile() {
    let seed = std::env::var("FUZZ_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(rand::random);
    println!("FUZZ_SEED={seed}");
    let (database, home) = (TestDatabase::create().await, TempDir::new().expect("a directory"));
    let node = NodeProcess::start(&database.url(), home.path()).await;
    let (event, [ann, bob, cleo]) =
        an_event(node.address, &database.pool().await, ["ann", "bob", "cleo"]).await;
    let id = ann.request(&bob, &event).await.created()["id"].text();
    bob.move_match(&id, "accepted").await.ok();
    let mut witness = Socket::open(&bob).await;
    witness.enter(&event).await;
    let before = Gauges::of(&bob).await;

    let frames = odd::valid(&event, &id, &cleo.id);
    let (over, answers) = (AtomicBool::new(false), Arc::new(AtomicUsize::new(0)));
    let since = Instant::now();
    let attacking = async {
        let attack = |number| {
            let random = StdRng::seed_from_u64(seed.wrapping_add(number));
            attack(&ann, random, &frames, answers.clone())
        };
        let sockets: Vec<usize> = join_all((0..SOCKETS as u64).map(attack)).await;
        over.store(true, Ordering::Relaxed);
        sockets.iter().sum::<usize>()
    };
    let (sockets, trips) = tokio::join!(attacking, round_trips(&mut witness, &event, &over));
    let answers = answers.load(Ordering::Relaxed);
    println!("{FRAMES} frames over {sockets} sockets in {:?}, {answers} answers", since.elapsed());
    let (p50, p99, max) = (trips.percent(50), trips.percent(99), trips.percent(100));
    println!(
        "{} round trips of another client: p50 {p50:?}, p99 {p99:?}, max {max:?}",
        trips.0.len()
    );

    let said = node.said();
    assert!(!said.contains("panicked"), "{said}");
    // Else the frames went nowhere.
    assert!(answers > FRAMES / 2, "{answers}");
    assert!(p99 < SLOWEST, "{p99:?}");
    let since = Instant::now();
    loop {
        let now = Gauges::of(&bob).await;
        if now.sockets == before.sockets && now.tasks <= before.tasks + OTHER_TASKS {
            println!("{before:?} before, {now:?} after");
            break;
        }
        assert!(since.elapsed() < PATIENCE, "{before:?} before, {now:?} after: something is left");
        sleep(Duration::from_millis(100)).await;
    }
    witness.say(&event, "all is well").await;
}

/// Sends its share over as many sockets as it takes; how many that were.
async fn attack(
    client: &Client,
    mut random: StdRng,
    frames: &[Value],
    answers: Arc<AtomicUsize>,
) -> usize {
    let (mut sent, mut sockets) = (0, 0);
    while sent < FRAMES / SOCKETS {
        sockets += 1;
        let (reading, mut writing) = Wire::open(client).await.stream.into_split();
        let answers = answers.clone();
        let reader = tokio::spawn(async move {
            let mut reading = BufReader::new(reading);
            while let Some((kind, payload)) = read_frame(&mut reading).await {
                let answer = |kind: &[u8]| payload.starts_with(kind);
                if kind == TEXT && (answer(br#"{"type":"ack""#) || answer(br#"{"type":"error""#)) {
                    answers.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        while sent < FRAMES / SOCKETS {
            let (bytes, survives) = odd::anything(&mut random, frames);
            sent += 1;
            let written = writing.write_all(&bytes).await;
            if written.is_err() || !survives || reader.is_finished() {
                break;
            }
        }
        // What is on its way is answered first.
        drop(writing);
        timeout(PATIENCE, reader).await.expect("it hangs up").expect("sound frames");
    }
    sockets
}

struct Trips(Vec<Duration>);

impl Trips {
    /// So many of a hundred took no longer.
    fn percent(&self, share: usize) -> Duration {
        self.0[(self.0.len() - 1) * share / 100]
    }
}

/// What somebody else notices of it.
async fn round_trips(socket: &mut Socket, event: &str, over: &AtomicBool) -> Trips {
    let mut trips = vec![];
    while !over.load(Ordering::Relaxed) {
        let since = Instant::now();
        if trips.len() % 10 == 0 {
            socket.say(event, "still here?").await;
        } else {
            socket.ask("ping", json!({})).await.expect("an answer");
        }
        trips.push(since.elapsed());
        socket.forget();
        sleep(Duration::from_millis(10)).await;
    }
    trips.sort_unstable();
    Trips(trips)
}

#[derive(Debug)]
struct Gauges {
    sockets: i64,
    tasks: i64,
}

impl Gauges {
    async fn of(client: &Dancer) -> Self {
        let metrics = client.get("/metrics").await.ok().text();
        let gauge = |name: &str| {
            let line = metrics.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|value| value.trim().parse().ok()).expect("a number")
        };
        Self { sockets: gauge("spotlight_sockets "), tasks: gauge("spotlight_tasks ") }
    }
}
