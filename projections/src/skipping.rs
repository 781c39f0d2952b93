//! Moves stored checkpoints past what was of no concern: those of all of a node's projectors
//! together, since each event concerns few of them and is passed by the others at the same time.

use std::collections::HashMap;
use std::sync::Arc;

use batching::Batched;
use sqlx::{PgConnection, PgPool};

use crate::follower::connect;
use crate::stored_checkpoint::Step;

/// More than there are projectors.
const MOST: usize = 64;
/// One connection carries them all.
const LANES: usize = 1;

#[derive(Clone)]
pub(crate) struct Skipping(Batched<Step, bool, sqlx::Error>);

impl Skipping {
    pub(crate) fn new(pool: PgPool) -> Self {
        let ours = move || {
            let pool = pool.clone();
            async move { connect(&pool).await }
        };
        Self(Batched::over_made(ours, MOST, LANES, |connection, steps| {
            Box::pin(async move { store(connection, &steps).await })
        }))
    }

    /// Nothing happens and the answer is false where the checkpoint is not where the step begins,
    /// or somebody else is about to move it.
    pub(crate) async fn store(&self, step: Step) -> Result<bool, Arc<sqlx::Error>> {
        Ok(self.0.ask(step).await?.unwrap_or(false))
    }
}

/// Whether each was moved.
async fn store(connection: &mut PgConnection, steps: &[Step]) -> sqlx::Result<HashMap<Step, bool>> {
    let names: Vec<&str> = steps.iter().map(|step| step.projector).collect();
    let from: Vec<i64> = steps.iter().map(|step| step.from.position).collect();
    let rebuilds: Vec<i64> = steps.iter().map(|step| step.from.rebuilds).collect();
    let to: Vec<i64> = steps.iter().map(|step| step.to).collect();
    // Waiting for one that is locked, by a rebuild that is swapped in, would hold up the others.
    let moved = sqlx::query_scalar!(
        "WITH free AS MATERIALIZED (
             SELECT skip.name, skip.reached
             FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[])
                  AS skip (name, position, rebuilds, reached)
             JOIN projection_checkpoints USING (name, position, rebuilds)
             FOR UPDATE OF projection_checkpoints SKIP LOCKED)
         UPDATE projection_checkpoints SET position = reached, moved_at = now()
         FROM free WHERE projection_checkpoints.name = free.name
         RETURNING projection_checkpoints.name",
        &names as _,
        &from,
        &rebuilds,
        &to
    )
    .fetch_all(connection)
    .await?;
    let was_moved = |step: &Step| moved.iter().any(|name| name == step.projector);
    Ok(steps.iter().map(|step| (*step, was_moved(step))).collect())
}
