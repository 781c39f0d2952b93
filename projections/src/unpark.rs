//! Applies what a projector has parked, where there is nothing to fill anew: what the agenda holds
//! is deleted once it is done, so a second copy would have it done again.

use std::slice;

use sqlx::{Acquire, PgConnection, PgPool};

use crate::attempt::{Failure, attempt};
use crate::entry::Entry;
use crate::error::ProjectionError;
use crate::event_table::EventTable;
use crate::follower::Projector;
use crate::parked::{self, ParkedEvent, ParkedStreams};
use crate::stored_checkpoint::StoredCheckpoint;

/// Answers how many are parked still. Works beside followers of any node, and alone.
pub(crate) async fn unpark(
    pool: &PgPool,
    table: &EventTable,
    projector: &dyn Projector,
) -> Result<usize, ProjectionError> {
    let name = projector.name();
    let mut tx = pool.begin().await?;
    StoredCheckpoint::find(&mut tx, name).await?;
    // First, as it keeps the live follower from parking behind what is applied here, and has it
    // look again which streams are parked.
    sqlx::query!("UPDATE projection_checkpoints SET rebuilds = rebuilds + 1 WHERE name = $1", name)
        .execute(&mut *tx)
        .await?;
    let positions = parked::positions(&mut tx, name).await?;
    let still = apply(&mut tx, projector, &table.at(&positions).await?).await?;
    parked::clear(&mut tx, name).await?;
    parked::park(&mut tx, name, &still).await?;
    tx.commit().await?;
    for event in &still {
        event.report(name);
    }
    Ok(still.len())
}

/// One by one; answers those that cannot be, and those of their streams behind them.
async fn apply(
    tx: &mut PgConnection,
    projector: &dyn Projector,
    entries: &[Entry],
) -> Result<Vec<ParkedEvent>, ProjectionError> {
    let (mut streams, mut still) = (ParkedStreams::default(), vec![]);
    for entry in entries {
        let mut sorted = streams.sort(projector, slice::from_ref(entry));
        if let [event] = sorted.apply[..] {
            let mut alone = tx.begin().await?;
            match attempt(projector, &mut alone, &[event]).await {
                Ok(()) => alone.commit().await?,
                Err(Failure::Around(error)) => return Err(error),
                Err(Failure::OfTheEvents(reason)) => {
                    alone.rollback().await?;
                    sorted.park.push(ParkedEvent::failed(event, reason, 1));
                }
            }
        }
        streams.add(&sorted.park);
        still.append(&mut sorted.park);
    }
    Ok(still)
}
