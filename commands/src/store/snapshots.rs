//! What long streams have come to, so that loading one takes as long as loading a short one.
//!
//! A snapshot is never the truth: it can be deleted at any time, and one made by other
//! rules, or that no longer reads, is as good as none.

use cqrs_es::Aggregate;
use serde_json::value::RawValue;
use sqlx::PgPool;
use sqlx::types::Json;
use uuid::Uuid;

use crate::store::log_store::Loaded;

/// Events after which another snapshot is worth its write.
const EVERY: i64 = 200;
/// The version and the rules whose states these are; others' are not read (`build.rs`).
pub(crate) const MADE_BY: &str = env!("STATES_MADE_BY");

/// As it is stored.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    pub sequence: i64,
    pub state: Box<RawValue>,
}

impl Snapshot {
    /// None where it does not read any more.
    pub fn loaded<A: Aggregate>(&self, id: Uuid) -> Option<Loaded<A>> {
        let aggregate = serde_json::from_str(self.state.get()).ok()?;
        let (sequence, snapshot) = (self.sequence, self.sequence);
        Some(Loaded { aggregate, sequence, snapshot, ..Loaded::unwritten(id) })
    }
}

/// Stores what the stream has come to, if it has come far since the last time. Where that
/// fails, the next load merely takes longer.
pub(crate) async fn store_if_due<A: Aggregate>(pool: &PgPool, loaded: &mut Loaded<A>) {
    if loaded.sequence - loaded.snapshot < EVERY {
        return;
    }
    // Not when somebody has been erased since the state came into memory: it may hold what
    // they said. The minute allows for clocks that disagree.
    let stored = sqlx::query!(
        "INSERT INTO snapshots (aggregate_type, aggregate_id, sequence, made_by, state)
         SELECT $1, $2, $3, $4, $5
         WHERE NOT EXISTS (
             SELECT FROM person_keys WHERE erased_at > $6::timestamptz - interval '1 minute')
         ON CONFLICT (aggregate_type, aggregate_id)
         DO UPDATE SET sequence = excluded.sequence, made_by = excluded.made_by,
                       state = excluded.state
         WHERE snapshots.sequence < excluded.sequence OR snapshots.made_by <> excluded.made_by",
        A::TYPE,
        loaded.id.to_string(),
        loaded.sequence,
        MADE_BY,
        Json(&loaded.aggregate) as _,
        loaded.since
    )
    .execute(pool)
    .await;
    match stored {
        Ok(_) => loaded.snapshot = loaded.sequence,
        Err(error) => {
            tracing::warn!(%error, aggregate = A::TYPE, id = %loaded.id, "no snapshot stored");
        }
    }
}
