//! What the write side does in a second, beside pgbench's single-row INSERT and postgres-es as
//! it is, on one PostgreSQL with its durable settings, in turns. Prints its rows as JSON;
//! `cargo xtask bench append` runs it.

#[path = "bench_append/load.rs"]
mod load;
#[path = "bench_append/note.rs"]
mod note;
#[path = "bench_append/peers.rs"]
mod peers;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use commands::{Begin, ClaimsKey, Commands, Context};
use embedded_postgres::{Binaries, EmbeddedPostgres, Settings};
use serde_json::json;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use uuid::Uuid;

use crate::load::{Load, Measured, at_rate, median, saturate};
use crate::note::{Note, Write};
use crate::peers::PostgresEs;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Each figure is the median of this many turns.
const TURNS: usize = 3;
/// A stall of the disk in one turn is not to decide.
const LATENCY_TURNS: usize = 7;
/// Streams that are there before commands on existing streams are measured.
const EXISTING: usize = 2_000;
const EXISTING_EVENTS: u32 = 20;
/// Events of the streams whose loading is measured, and how often each is loaded.
const LOADED: [u32; 3] = [10, 1_000, 100_000];
const LOADS: usize = 15;
/// WAL segments of 16 MB: what the embedded server's `max_wal_size` of 2 GB lets be written from
/// one checkpoint's begin to the next one's end.
const SEGMENTS: usize = 132;
/// A pool hands out its connections in turn, and each plans a statement when it first has it, and
/// again once much has been written.
const CONNECTIONS: u32 = 64;
/// Events that the peer reads before it is measured, as its long streams take a while.
const WARM_UP_EVENTS: u32 = 1_000_000;

/// The one the product runs with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let dir = tempfile::Builder::new().prefix("spotlight-bench-").tempdir()?;
    // A server started by root runs as somebody else, who has to get in.
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(dir.path(), open)?;
    let binaries = Binaries::find(None, dir.path())?;
    let pgbench = binaries.dir().join("pgbench");
    let server = EmbeddedPostgres::start(&Settings::new(dir.path().join("pg"), binaries)).await?;
    let measured = measure(&server, &pgbench, dir.path()).await;
    server.stop().await?;
    println!("{}", json!({ "rows": measured? }));
    Ok(())
}

async fn measure(
    server: &EmbeddedPostgres,
    pgbench: &Path,
    dir: &Path,
) -> Result<Vec<serde_json::Value>, Failure> {
    let pool = connect(&server.url("spotlight")).await?;
    sqlx::migrate!("../migrations").run(&pool).await?;
    run_in(&pool).await?;
    let (commands, writer) = Commands::start(pool.clone(), ClaimsKey::new([7; 32]));
    let ours = Ours { commands };
    let peer_url = peers::prepare(server).await?;
    let peer = PostgresEs::new(connect(&peer_url).await?);
    let mut rows = vec![];

    eprintln!("new streams, one event each …");
    let (mut us, mut them, mut inserts) = (vec![], vec![], vec![]);
    for _ in 0..TURNS {
        us.push(saturate(512, ours.clone().new_streams(1)).await);
        them.push(saturate(32, peer.clone().new_streams(1)).await);
        inserts.push(peers::best_insert_rate(pgbench, &peer_url).await?);
    }
    let (us, them) = (Measured::median_of(us), Measured::median_of(them));
    let inserts = median(inserts);
    let name = "commands, new streams, 512 callers";
    rows.push(row(name, us.rate, "commands/s", "pgbench single-row INSERT", inserts, 2.5));
    rows.push(row(name, us.rate, "commands/s", "postgres-es, 32 callers", them.rate, 8.0));

    eprintln!("p99 at half of the top rate …");
    let (mut late, mut same_rate, mut peer_late) = (vec![], vec![], vec![]);
    for _ in 0..LATENCY_TURNS {
        settle(dir)?;
        late.push(at_rate(us.rate / 2.0, ours.clone().new_streams(1)).await.p99_ms);
        settle(dir)?;
        same_rate.push(at_rate(them.rate / 2.0, ours.clone().new_streams(1)).await.p99_ms);
        settle(dir)?;
        peer_late.push(at_rate(them.rate / 2.0, peer.clone().new_streams(1)).await.p99_ms);
    }
    let (late, same_rate, peer_late) = (median(late), median(same_rate), median(peer_late));
    let peers_half = "postgres-es at its own half";
    rows.push(latency_row("p99 at half of the top rate", late, peers_half, peer_late, Some(1.0)));
    rows.push(latency_row("p99 at the peer's half", same_rate, "postgres-es", peer_late, None));

    eprintln!("existing streams of {EXISTING_EVENTS} events …");
    let streams: Arc<[Uuid]> = (0..EXISTING).map(|_| Uuid::now_v7()).collect();
    fill(&streams, ours.clone().given(EXISTING_EVENTS)).await;
    fill(&streams, peer.clone().given(EXISTING_EVENTS)).await;
    let (mut us, mut them) = (vec![], vec![]);
    for _ in 0..TURNS {
        us.push(saturate(128, ours.clone().existing(Arc::clone(&streams))).await);
        them.push(saturate(128, peer.clone().existing(Arc::clone(&streams))).await);
    }
    let (us, them) = (Measured::median_of(us), Measured::median_of(them));
    let name = "commands, existing streams of 20 events, 128 callers";
    rows.push(row(name, us.rate, "commands/s", "postgres-es", them.rate, 3.0));

    eprintln!("100 events in one command …");
    let (mut us, mut them) = (vec![], vec![]);
    for _ in 0..TURNS {
        us.push(saturate(32, ours.clone().new_streams(100)).await);
        them.push(saturate(32, peer.clone().new_streams(100)).await);
    }
    let (us, them) = (Measured::median_of(us), Measured::median_of(them));
    let name = "100 events in one command, 32 callers";
    let (us, them) = (us.rate * 100.0, them.rate * 100.0);
    rows.push(row(name, us, "events/s", "postgres-es", them, 4.0));

    eprintln!("loading short and long streams …");
    let (mut us, mut them) = (vec![], vec![]);
    for events in LOADED {
        let stream = Uuid::now_v7();
        ours.write(Begin::New, stream, events.min(100)).await;
        for _ in 1..events / 100 {
            ours.write(Begin::Existing, stream, 100).await;
        }
        let peers_stream = peer.stream_of(events).await?;
        for _ in 0..CONNECTIONS.min(WARM_UP_EVENTS / events) {
            peer.load(peers_stream).await;
        }
        for _ in 0..CONNECTIONS {
            ours.load(stream).await;
        }
        // Not in alternation: after the peer's long stream every cache is cold.
        let (mut our_times, mut their_times) = (vec![], vec![]);
        for _ in 0..LOADS {
            our_times.push(millis(ours.load(stream)).await);
        }
        for _ in 0..LOADS {
            their_times.push(millis(peer.load(peers_stream)).await);
        }
        us.push(median(our_times));
        them.push(median(their_times));
    }
    for ((events, us), them) in LOADED.iter().zip(&us).zip(&them) {
        let name = format!("loading a stream of {events} events");
        rows.push(latency_row(&name, *us, "postgres-es", *them, None));
    }
    let name = format!("loading {} events, beside loading {}", LOADED[2], LOADED[0]);
    rows.push(latency_row(&name, us[2], "ours, the short stream", us[0], Some(0.5)));

    drop(ours);
    writer.stop().await;
    Ok(rows)
}

/// Makes the server like one that has run for a while: its WAL segments are there to be used
/// again, as many as it ever needs. Making one takes about 20 ms, in which nobody's commit goes
/// on.
async fn run_in(pool: &PgPool) -> Result<(), sqlx::Error> {
    const RELOAD: &str = "SELECT pg_reload_conf()";
    // No checkpoint comes in between, as it would use again those that are there by then.
    let mut statements = vec!["ALTER SYSTEM SET max_wal_size = '8GB'", RELOAD];
    statements.extend(["SELECT pg_create_restore_point('run in'), pg_switch_wal()"; SEGMENTS]);
    // The second one sees how much the first has gone through.
    statements.extend(["CHECKPOINT", "CHECKPOINT"]);
    statements.extend(["ALTER SYSTEM RESET max_wal_size", RELOAD]);
    for statement in statements {
        sqlx::query(statement).execute(pool).await?;
    }
    Ok(())
}

/// Writes what earlier turns left to the system: it would do so thirty seconds later, all at
/// once, in the middle of another's turn.
fn settle(dir: &Path) -> std::io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(dir)?)?)
}

/// The write side as the product runs it.
#[derive(Clone)]
struct Ours {
    commands: Commands,
}

impl Ours {
    async fn write(&self, begin: Begin, stream: Uuid, lines: u32) {
        self.commands
            .store()
            .execute::<Note>(begin, stream, Write { lines }, &Context::system())
            .await
            .expect("the command is stored");
    }

    async fn load(&self, stream: Uuid) {
        self.commands.store().load::<Note>(stream).await.expect("the stream is read");
    }

    fn new_streams(self, lines: u32) -> impl Load {
        move |_| {
            let ours = self.clone();
            async move { ours.write(Begin::New, Uuid::now_v7(), lines).await }
        }
    }

    fn given(self, lines: u32) -> impl AsyncFn(Uuid) + Clone {
        async move |stream| self.write(Begin::New, stream, lines).await
    }

    fn existing(self, streams: Arc<[Uuid]>) -> impl Load {
        move |turn| {
            let (ours, stream) = (self.clone(), streams[turn % streams.len()]);
            async move { ours.write(Begin::Existing, stream, 1).await }
        }
    }
}

async fn connect(url: &str) -> Result<PgPool, sqlx::Error> {
    PgPoolOptions::new().max_connections(CONNECTIONS).connect(url).await
}

async fn fill(streams: &[Uuid], given: impl AsyncFn(Uuid)) {
    for some in streams.chunks(64) {
        futures::future::join_all(some.iter().map(|stream| given(*stream))).await;
    }
}

fn row(
    name: &str,
    value: f64,
    unit: &str,
    peer: &str,
    peer_value: f64,
    target: f64,
) -> serde_json::Value {
    let ratio = value / peer_value;
    json!({
        "name": name, "value": value, "unit": unit, "peer": peer, "peerValue": peer_value,
        "ratio": ratio, "target": target, "met": ratio >= target,
    })
}

/// Less is better, so the ratio is the peer's value to ours.
fn latency_row(
    name: &str,
    value: f64,
    peer: &str,
    peer_value: f64,
    target: Option<f64>,
) -> serde_json::Value {
    let ratio = peer_value / value;
    json!({
        "name": name, "value": value, "unit": "ms", "peer": peer, "peerValue": peer_value,
        "ratio": ratio, "target": target, "met": target.map(|target| ratio >= target),
    })
}

async fn millis(what: impl Future<Output = ()>) -> f64 {
    let since = Instant::now();
    what.await;
    since.elapsed().as_secs_f64() * 1_000.0
}
