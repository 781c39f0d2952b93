//! What sealing and checking the log cost: events sealed and verified a second, beside
//! `COPY events TO` of the same table, and appends with and without a sealer beside them, on
//! one PostgreSQL with its durable settings. Prints its rows as JSON; `cargo xtask bench
//! seals` runs it.

use std::path::Path;
use std::time::{Duration, Instant};

use embedded_postgres::{Binaries, EmbeddedPostgres, Settings};
use futures::TryStreamExt;
use projections::seals::{SealKey, Seals, Verification};
use projections::{Log, connect_options};
use serde_json::{Value, json};
use sqlx::postgres::{PgPoolCopyExt, PgPoolOptions};
use sqlx::{Executor, PgPool};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const EVENTS: i64 = 200_000;
/// Each figure is the median of this many turns.
const TURNS: usize = 3;
const APPENDING: Duration = Duration::from_secs(4);
/// As many as the writer stores at once.
const BATCH: i64 = 512;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let dir = tempfile::Builder::new().prefix("spotlight-bench-").tempdir()?;
    // A server started by root runs as somebody else, who has to get in.
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(dir.path(), open)?;
    let binaries = Binaries::find(None, dir.path())?;
    let server = EmbeddedPostgres::start(&Settings::new(dir.path().join("pg"), binaries)).await?;
    let measured = measure(&server, dir.path()).await;
    server.stop().await?;
    println!("{}", json!({ "rows": measured? }));
    Ok(())
}

async fn measure(server: &EmbeddedPostgres, dir: &Path) -> Result<Vec<Value>, Failure> {
    let options = connect_options(&server.url("spotlight"))?;
    let pool = PgPoolOptions::new().connect_with(options).await?;
    sqlx::migrate!("../migrations").run(&pool).await?;
    let witness = dir.join("seals.jsonl");
    let key = SealKey::load_or_make(&dir.join("seal.key"))?;
    let known = [key.public()];
    let seals = Seals::new(pool.clone(), key, &witness);

    eprintln!("{EVENTS} events, sealed from nothing …");
    append(&pool, EVENTS).await?;
    pool.execute("VACUUM ANALYZE events").await?;
    let started = Instant::now();
    while_sealed(&pool, &seals, sealed(&seals)).await?;
    let sealing = rate(EVENTS, started);

    eprintln!("verified …");
    let (mut verified, mut copied) = (vec![], vec![]);
    for _ in 0..TURNS {
        let started = Instant::now();
        let witness = Some(witness.as_path());
        let verification = Verification { known: &known, witness, ..Verification::default() };
        let verdict = verification.run(&pool).await?;
        assert_eq!((verdict.positions, verdict.finding), (Some((1, EVENTS)), None));
        verified.push(rate(EVENTS, started));
        let started = Instant::now();
        copy_out(&pool).await?;
        copied.push(rate(EVENTS, started));
    }
    let (verified, copied) = (median(verified), median(copied));

    eprintln!("appended, with and without a sealer …");
    let (mut with, mut without) = (vec![], vec![]);
    for _ in 0..TURNS {
        without.push(appending(&pool).await?);
        while_sealed(&pool, &seals, sealed(&seals)).await?;
        with.push(while_sealed(&pool, &seals, appending(&pool)).await?);
        while_sealed(&pool, &seals, sealed(&seals)).await?;
    }
    let (with, without) = (median(with), median(without));
    Ok(vec![
        row("sealed, from nothing", sealing, "COPY events TO", copied),
        row("verified", verified, "COPY events TO", copied),
        row("appended while sealed, 512 a transaction", with, "without a sealer", without),
    ])
}

fn row(name: &str, value: f64, peer: &str, peer_value: f64) -> Value {
    json!({ "name": name, "value": value, "unit": "events/s", "peer": peer,
            "peerValue": peer_value, "ratio": value / peer_value, "target": null, "met": null })
}

/// Messages of a usual length, each a stream of its own.
async fn append(pool: &PgPool, events: i64) -> sqlx::Result<()> {
    let mut tx = pool.begin().await?;
    // The lock of the log, as every append takes it.
    tx.execute("SELECT pg_advisory_xact_lock(7306925)").await?;
    sqlx::query(
        r#"INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version,
                               payload, metadata, global_position, recorded_at)
           SELECT 'message', id, 1, 'Posted', '1',
                  format('{"Posted":{"room":"event:%s","author":"%s","kind":"text","content":
                         "See you at the late-night comp, left of the stage?"}}', id, id)::json,
                  format('{"actor":"%s"}', id)::json, head + i, clock_timestamp()
           FROM (SELECT i, gen_random_uuid()::text AS id FROM generate_series(1, $1) i) new,
                (SELECT coalesce(max(global_position), 0) AS head FROM events) log"#,
    )
    .bind(events)
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// Events a second that one writer appends.
async fn appending(pool: &PgPool) -> Result<f64, Failure> {
    let (started, mut appended) = (Instant::now(), 0);
    while started.elapsed() < APPENDING {
        append(pool, BATCH).await?;
        appended += BATCH;
    }
    Ok(rate(appended, started))
}

async fn sealed(seals: &Seals) -> Result<(), Failure> {
    while seals.unsealed().await? > 0 {
        sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// Does the work while a sealer runs beside it.
async fn while_sealed<T>(
    pool: &PgPool,
    seals: &Seals,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let stop = CancellationToken::new();
    let sealing = tokio::spawn(seals.clone().run(Log::new(pool.clone()), stop.clone()));
    let done = work.await;
    stop.cancel();
    sealing.await?;
    done
}

async fn copy_out(pool: &PgPool) -> Result<(), Failure> {
    let mut copied = pool.copy_out_raw("COPY (SELECT * FROM events) TO STDOUT").await?;
    while copied.try_next().await?.is_some() {}
    Ok(())
}

fn rate(events: i64, since: Instant) -> f64 {
    events as f64 / since.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
