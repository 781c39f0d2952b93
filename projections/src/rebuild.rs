//! Fills second copies of read models from the log, beside the live ones, and swaps them in.

use std::panic::resume_unwind;
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use futures::future::{try_join, try_join_all};
use futures::{Stream, StreamExt, TryStreamExt, stream};
use sqlx::PgPool;
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use crate::entry::Entry;
use crate::error::ProjectionError;
use crate::event_table::EventTable;
use crate::follower::Projector;
use crate::live_tables::LiveTables;
use crate::second_copy::SecondCopy;

/// Positions read and applied at once: enough that most of what happens to a row happens
/// before it is written, and few enough that five batches fit in memory.
const BATCH: usize = 30_000;
/// Batches that are read and decoded while others are applied.
const AHEAD: usize = 2;
/// Batches that a copy may be behind another, besides the one each applies.
const APART: usize = 1;

/// How far a rebuild has come.
#[derive(Clone, Copy, Debug)]
pub struct RebuildProgress {
    /// What is rebuilt: one projection's name, or `all`.
    pub projection: &'static str,
    /// Events of the log gone through so far.
    pub done: u64,
    /// Events there are to go through; grows while the log does.
    pub total: u64,
    pub events_per_second: f64,
}

/// Rebuilds read models, all of them in one pass through the log. Calls `swapped` with each
/// one's name and position as it takes the live one's place. Answers how many events are
/// parked in the new ones.
pub(crate) async fn rebuild(
    pool: &PgPool,
    table: &EventTable,
    projectors: &[Arc<dyn Projector>],
    progress: &mut (dyn FnMut(RebuildProgress) + Send),
    swapped: &(dyn Fn(&'static str, i64) + Sync),
) -> Result<usize, ProjectionError> {
    let mut copies = vec![];
    for projector in projectors {
        copies.push(SecondCopy::begin(pool, table, &**projector).await?);
    }
    let rebuilt = async {
        for copy in &mut copies {
            copy.make().await?;
        }
        let live = copies.iter().flat_map(SecondCopy::live_tables).collect();
        let held = AbortOnDropHandle::new(tokio::spawn(LiveTables::hold(pool.clone(), live)));
        fill(table, &mut copies, progress).await?;
        if let Ok(Some(held)) = held.await {
            held.release().await;
        }
        for copy in &mut copies {
            swapped(copy.name(), copy.swap_in().await?);
        }
        Ok(copies.iter().map(SecondCopy::parked).sum())
    }
    .await;
    for copy in copies {
        copy.end(rebuilt.is_ok()).await;
    }
    rebuilt
}

/// What was read together, and the position it goes through.
type Batch = Arc<(i64, Vec<Entry>)>;

/// Applies the log as it was when this began and completes the copies; the swaps go through
/// the rest.
async fn fill(
    table: &EventTable,
    copies: &mut [SecondCopy<'_>],
    progress: &mut (dyn FnMut(RebuildProgress) + Send),
) -> Result<(), ProjectionError> {
    let started = Instant::now();
    let projection = match copies {
        [one] => one.name(),
        _ => "all",
    };
    let end = table.end().await?;
    // Each copy goes on by itself: one that has less to do waits for no other before it is some
    // batches ahead.
    let (mut to_apply, applying): (Vec<_>, Vec<_>) = copies
        .iter_mut()
        .map(|copy| {
            let (batches, mut waiting) = mpsc::channel::<Batch>(APART);
            let applying = async move {
                while let Some(batch) = waiting.recv().await {
                    copy.apply(&batch.1, batch.0).await?;
                }
                copy.complete().await
            };
            (batches, applying)
        })
        .unzip();
    let reading = async {
        let mut batches = pin!(read(table, end));
        let mut done = 0;
        while let Some(batch) = batches.try_next().await? {
            let (through, events) = (batch.0, batch.1.len() as u64);
            for copy in &mut to_apply {
                // Where it takes no more it has failed, which is answered in the end.
                let _ = copy.send(batch.clone()).await;
            }
            done += events;
            progress(RebuildProgress {
                projection,
                done,
                total: done + (end - through).unsigned_abs(),
                events_per_second: done as f64 / started.elapsed().as_secs_f64(),
            });
        }
        drop(to_apply);
        Ok(())
    };
    try_join(reading, try_join_all(applying)).await?;
    Ok(())
}

/// The log up to `end`, read ahead.
fn read(table: &EventTable, end: i64) -> impl Stream<Item = Result<Batch, ProjectionError>> {
    stream::iter((0..end).step_by(BATCH))
        .map(move |after| {
            let (table, through) = (table.clone(), end.min(after + BATCH as i64));
            // On a thread of its own: decoding is as much work as applying.
            let reading = tokio::spawn(async move {
                Ok(Arc::new((through, table.between(after, through).await?)))
            });
            async {
                let read = AbortOnDropHandle::new(reading).await;
                read.unwrap_or_else(|ended| resume_unwind(ended.into_panic()))
            }
        })
        .buffered(AHEAD)
}
