//! How soon after its commit a command's event is in every read model and on every socket that
//! listens, at 2,000 commands a second. Prints its rows as JSON; `cargo xtask bench push` runs it.
//!
//! It is the whole server, as `spotlight serve` starts it: an embedded PostgreSQL with its
//! durable settings, writer, followers, sealer, gateway, a listener. Messages are posted to event
//! rooms in this process, by the operation that routes and sockets call: over HTTP it would be
//! the limits and the sessions that are measured. Clients are real ones on real sockets; they and
//! the load take their share of the same processors.

#[path = "bench_push/load.rs"]
mod load;
#[path = "bench_push/rooms.rs"]
mod rooms;
#[path = "bench_push/sockets.rs"]
mod sockets;
mod whole_server;

use api::app::App;
use api::config::Config;
use serde_json::json;
use sqlx::PgPool;

use crate::load::{COMMANDS_A_SECOND, Turn};
use crate::sockets::Sockets;
use crate::whole_server::serving;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Each figure is the median of this many turns.
const TURNS: usize = 3;
/// Milliseconds from the commit, for 99 of 100.
const TARGET: f64 = 50.0;
/// Of the rate meant, at least so much must have been reached.
const REACHED: f64 = 0.97;

/// The one the product runs with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let home = whole_server::home()?;
    let config = Config::for_tests().within(home.path());
    let turns = serving(config, async |app, address| {
        run_in(&app.pool).await?;
        take_turns(app, &format!("ws://{address}/ws")).await
    });
    let turns = turns.await?;
    println!("{}", json!({ "rows": rows(&turns) }));
    Ok(())
}

async fn take_turns(app: &App, url: &str) -> Result<Vec<Turn>, Failure> {
    let rooms = rooms::open(app).await?;
    let mut sockets = Sockets::open(app, url, &rooms).await?;
    let mut turns = vec![];
    for number in 1..=TURNS {
        let turn = load::take_turn(app, &rooms, &mut sockets).await?;
        eprintln!("turn {number}: {turn}");
        turns.push(turn);
    }
    sockets.close().await;
    Ok(turns)
}

/// Makes the server like one that has run for a while: its WAL segments are there to be used
/// again. Making one takes about 20 ms, in which nobody's commit goes on.
async fn run_in(pool: &PgPool) -> Result<(), sqlx::Error> {
    for _ in 0..30 {
        sqlx::query("SELECT pg_create_restore_point('run in'), pg_switch_wal()")
            .execute(pool)
            .await?;
    }
    // The second one sees how much the first has gone through.
    for _ in 0..2 {
        sqlx::query("CHECKPOINT").execute(pool).await?;
    }
    Ok(())
}

fn rows(turns: &[Turn]) -> Vec<serde_json::Value> {
    let late = |name: &str, of: fn(&Turn) -> f64| {
        let p99 = median(turns.iter().map(of).collect());
        json!({
            "name": format!("committed to {name}, p99 at {COMMANDS_A_SECOND} commands/s"),
            "value": p99, "unit": "ms", "peer": null, "peerValue": null,
            "ratio": null, "target": TARGET, "met": p99 <= TARGET,
        })
    };
    // One turn that fell short has measured something easier.
    let slowest = turns.iter().map(|turn| turn.rate).fold(f64::INFINITY, f64::min);
    let meant = f64::from(COMMANDS_A_SECOND) * REACHED;
    vec![
        late("every socket", |turn| turn.pushed.p99),
        late("every read model", |turn| turn.readable.p99),
        late("both", |turn| turn.both.p99),
        json!({
            "name": "commands a second reached, slowest turn",
            "value": slowest, "unit": "commands/s", "peer": null, "peerValue": null,
            "ratio": null, "target": meant, "met": slowest >= meant,
        }),
    ]
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
