//! How long after its commit an event is in every read model.

use std::sync::Arc;
use std::time::Duration;

use domain::events::StoredTogether;
use domain::values::ids::{EventId, MessageId, UserId};
use domain::values::room::Room;
use projections::{Log, Projections};
use sqlx::PgPool;
use tokio::sync::broadcast;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::Failure;

const TICK: Duration = Duration::from_millis(10);
const LASTS: Duration = Duration::from_secs(10);

/// In milliseconds. Events are appended in groups, as the write side does under such a load.
pub async fn p99(pool: &PgPool, events_a_second: u32) -> Result<f64, Failure> {
    let log = Log::new(pool.clone());
    let projections = Projections::new(pool.clone(), log.clone());
    let (stored, local) = broadcast::channel(64);
    let stop = CancellationToken::new();
    let mut running = JoinSet::new();
    running.spawn(log.clone().run(local, stop.clone()));
    running.spawn(projections.clone().run(stop.clone()));
    let mut head = log.end().await?;
    projections.wait_for(head, Duration::from_mins(1)).await?;

    let group = i64::from(events_a_second / (1_000 / TICK.as_millis() as u32));
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let since = Instant::now();
    let mut waiting = JoinSet::new();
    while since.elapsed() < LASTS {
        ticks.tick().await;
        append(pool, head, group).await?;
        head += group;
        let committed = Instant::now();
        stored.send(Arc::new(StoredTogether { through: head, events: vec![] }))?;
        let (projections, position) = (projections.clone(), head);
        waiting.spawn(async move {
            let applied = projections.wait_for(position, Duration::from_secs(30)).await;
            applied.map(|()| committed.elapsed())
        });
    }
    let mut took = vec![];
    while let Some(applied) = waiting.join_next().await {
        took.push(applied??);
    }
    stop.cancel();
    while running.join_next().await.is_some() {}
    took.sort();
    Ok(took[took.len() * 99 / 100].as_secs_f64() * 1e3)
}

/// So many messages, in one transaction under the log's lock.
async fn append(pool: &PgPool, head: i64, number: i64) -> Result<(), Failure> {
    let ids: Vec<String> = (0..number).map(|_| MessageId::new().to_string()).collect();
    let payload = serde_json::json!({ "Posted": {
        "room": Room::Event(EventId::new()), "author": UserId::new(), "kind": "text",
        "content": "See you at the bar after the second jack and jill" } });
    let mut tx = pool.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock(7306925)").execute(&mut *tx).await?;
    sqlx::query(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version,
                             payload, metadata, global_position, recorded_at)
         SELECT 'message', id, 1, 'Posted', '1', $2::json, '{}', $3 + i, now()
         FROM unnest($1::text[]) WITH ORDINALITY AS of_one (id, i)",
    )
    .bind(ids)
    .bind(payload.to_string())
    .bind(head)
    .execute(&mut *tx)
    .await?;
    Ok(tx.commit().await?)
}
