//! What followers that are far behind read, decoded once for all of them.

use std::sync::Arc;
use std::time::Duration;

use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use tokio::sync::OnceCell;

use crate::entry::Entry;
use crate::error::ProjectionError;
use crate::event_table::EventTable;

/// Positions in one chunk, which are read and decoded together.
const CHUNK: i64 = 1_000;
/// Chunks in memory: how far apart followers may be and still share what was decoded.
const CHUNKS: u64 = 32;
/// Everybody has caught up.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(30);

/// Chunks of the log by their number. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct ReadAhead(Cache<i64, Arc<OnceCell<Vec<Entry>>>>);

impl Default for ReadAhead {
    fn default() -> Self {
        let chunks = Cache::builder()
            .max_capacity(CHUNKS)
            // Each is read once by everybody: what was read often is not read again.
            .eviction_policy(EvictionPolicy::lru())
            .time_to_idle(FORGOTTEN_AFTER);
        Self(chunks.build())
    }
}

impl ReadAhead {
    /// Reads everything anew from now on.
    pub(crate) fn forget(&self) {
        self.0.invalidate_all();
    }

    /// What comes next after `position`, at most `limit`; none where the chunk is not complete
    /// as far as the log's `head` tells, or cannot be read as a whole.
    pub(crate) async fn after(
        &self,
        table: &EventTable,
        mut position: i64,
        limit: usize,
        head: i64,
    ) -> Result<Option<Vec<Entry>>, ProjectionError> {
        loop {
            let number = position.div_euclid(CHUNK);
            let (begin, end) = (number * CHUNK, (number + 1) * CHUNK);
            if end > head {
                return Ok(None);
            }
            let chunk = self.0.get_with(number, Arc::default);
            let entries = match chunk.get_or_try_init(|| table.between(begin, end)).await {
                Ok(entries) => entries,
                // What comes before it can be read all the same.
                Err(ProjectionError::Undecodable(_)) => return Ok(None),
                Err(error) => return Err(error),
            };
            let start = entries.partition_point(|entry| entry.position() <= position);
            if start < entries.len() {
                return Ok(Some(entries[start..].iter().take(limit).cloned().collect()));
            }
            position = end;
        }
    }
}
