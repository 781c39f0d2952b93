//! The proof that the log is what it was: seals, and what is checked against them.
//!
//! A [`Seal`] covers the events of a range of positions by the root of a Merkle tree, holds
//! to the seal before it, and is signed. [`Sealer`] makes them, [`Verification`] compares the
//! log with them, and [`MatchProof`] takes one match out with all that it takes to check it
//! elsewhere.

mod bytes;
mod canonical;
mod error;
mod export;
mod finding;
mod key;
mod merkle;
mod proof;
mod rows;
mod seal;
mod sealer;
mod verify;
mod witness;

use std::path::Path;
use std::sync::Arc;

use domain::values::ids::MatchId;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

pub use bytes::{Digest, Signature};
pub use canonical::LogRow;
pub use error::AuditError;
pub use finding::{Finding, Tampering};
pub use key::{PublicKey, SealKey};
pub use proof::{MatchProof, NotProven, ProvenEvent};
pub use seal::Seal;
pub use verify::{Verification, Verified};

use crate::error::ProjectionError;
use crate::event_table::end_of_log;
use crate::log::Log;
use sealer::Sealer;
use witness::Witness;

/// Seals the log and proves what is in it, with this machine's key. Clones share it.
#[derive(Clone, Debug)]
pub struct Seals {
    pool: PgPool,
    key: Arc<SealKey>,
    witness: Witness,
}

impl Seals {
    /// `witness` is the file that seals are also written to.
    pub fn new(pool: PgPool, key: SealKey, witness: &Path) -> Self {
        Self { pool, key: Arc::new(key), witness: Witness::new(witness) }
    }

    /// Seals what is appended until told to stop. Any number of nodes may run this: one of
    /// them seals, and another takes over when it goes. It holds one connection.
    pub async fn run(self, log: Log, stop: CancellationToken) {
        let Self { pool, key, witness } = self;
        Sealer { pool, key, witness, head: log.head() }.run(stop).await;
    }

    /// The match with its proof; none where there is no such match.
    pub async fn export(&self, id: MatchId) -> Result<Option<MatchProof>, ProjectionError> {
        export::export(&self.pool, &self.key, id).await
    }

    /// How many events of the log are not sealed yet.
    pub async fn unsealed(&self) -> Result<i64, ProjectionError> {
        let sealed = rows::newest_seal(&self.pool).await?.map_or(0, |seal| seal.last);
        Ok((end_of_log(&self.pool).await? - sealed).max(0))
    }
}
