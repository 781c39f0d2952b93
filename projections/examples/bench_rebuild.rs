//! How fast all read models are made anew from a long log, beside `COPY events TO` of the same
//! table, in turns; and how soon after its commit an event is in every read model. Prints its
//! rows as JSON; `cargo xtask bench rebuild` runs it.
//!
//! `BENCH_EVENTS` is the length of the log, a million where it is not set.

#[path = "bench_rebuild/lateness.rs"]
mod lateness;
#[path = "bench_rebuild/log.rs"]
mod log;
#[path = "bench_rebuild/weekend.rs"]
mod weekend;

use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use embedded_postgres::{Binaries, EmbeddedPostgres, Settings};
use projections::{Log, Projections, connect_options};
use serde_json::json;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::process::Command;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Each figure is the median of this many turns.
const TURNS: usize = 3;
const EVENTS: usize = 1_000_000;
/// At which it is measured how soon events are in the read models.
const EVENTS_A_SECOND: u32 = 2_000;

/// The one the product runs with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let events = match std::env::var("BENCH_EVENTS") {
        Ok(number) => number.parse()?,
        Err(_) => EVENTS,
    };
    let dir = tempfile::Builder::new().prefix("spotlight-bench-").tempdir()?;
    // A server started by root runs as somebody else, who has to get in.
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(dir.path(), open)?;
    let binaries = Binaries::find(None, dir.path())?;
    let psql = binaries.dir().join("psql");
    let server = EmbeddedPostgres::start(&Settings::new(dir.path().join("pg"), binaries)).await?;
    let measured = measure(&server.url("spotlight"), &psql, events).await;
    server.stop().await?;
    println!("{}", json!({ "rows": measured? }));
    Ok(())
}

async fn measure(url: &str, psql: &Path, events: usize) -> Result<Vec<serde_json::Value>, Failure> {
    let pool = PgPoolOptions::new().max_connections(16).connect_with(connect_options(url)?).await?;
    sqlx::migrate!("../migrations").run(&pool).await?;
    eprintln!("a log of {events} events …");
    log::fill(&pool, events).await?;

    let (mut rebuilt, mut copied) = (vec![], vec![]);
    for turn in 1..=TURNS {
        sqlx::query("CHECKPOINT").execute(&pool).await?;
        let rebuild = events as f64 / rebuild(&pool).await?;
        sqlx::query("CHECKPOINT").execute(&pool).await?;
        let copy = events as f64 / copy(psql, url).await?;
        eprintln!("turn {turn}: rebuilt {rebuild:.0}/s, copied {copy:.0}/s");
        rebuilt.push(rebuild);
        copied.push(copy);
    }
    let (rebuilt, copied) = (median(rebuilt), median(copied));
    let ratio = rebuilt / copied;
    let thousands = events / 1_000;

    eprintln!("{EVENTS_A_SECOND} events a second …");
    let p99 = lateness::p99(&pool, EVENTS_A_SECOND).await?;
    Ok(vec![
        json!({
            "name": format!("rebuild of all read models, {thousands} thousand mixed events"),
            "value": rebuilt, "unit": "events/s", "peer": "COPY events TO", "peerValue": copied,
            "ratio": ratio, "target": 0.25, "met": ratio >= 0.25,
        }),
        json!({
            "name": format!("committed to in every read model, p99 at {EVENTS_A_SECOND} events/s"),
            "value": p99, "unit": "ms", "peer": null, "peerValue": null,
            "ratio": null, "target": 50.0, "met": p99 <= 50.0,
        }),
    ])
}

/// Seconds for all of it, swaps included.
async fn rebuild(pool: &PgPool) -> Result<f64, Failure> {
    let projections = Projections::new(pool.clone(), Log::new(pool.clone()));
    let since = Instant::now();
    let parked = projections.rebuild(None, |_| ()).await?;
    let took = since.elapsed().as_secs_f64();
    if parked > 0 {
        return Err(format!("{parked} events could not be applied").into());
    }
    Ok(took)
}

/// Seconds for PostgreSQL to hand the table to its own client, which drops it. A table in parts
/// can be copied as a query only.
async fn copy(psql: &Path, url: &str) -> Result<f64, Failure> {
    let since = Instant::now();
    let copied = Command::new(psql)
        .args([url, "--no-psqlrc", "--quiet", "--command", "COPY (SELECT * FROM events) TO STDOUT"])
        .stdout(Stdio::null())
        .status()
        .await?;
    if !copied.success() {
        return Err("psql could not copy the table".into());
    }
    Ok(since.elapsed().as_secs_f64())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
