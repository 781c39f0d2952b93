//! Why sealing, exporting or a check of the log could not be done.

use std::io;
use std::path::PathBuf;

use super::bytes::NotSoManyBytes;

#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{} holds no key: it {source}", path.display())]
    NotAKey { path: PathBuf, source: NotSoManyBytes },
    #[error("{} can be read by others than its owner: chmod 600", .0.display())]
    KeyInTheOpen(PathBuf),
    #[error("there is no key in {}: it is made where the server first starts", .0.display())]
    NoKey(PathBuf),
    #[error("{} has a line that is no seal: {source}", path.display())]
    Witness { path: PathBuf, source: serde_json::Error },
    /// Nothing is sealed on top of what was changed.
    #[error(
        "seal {number} in the database is not the one that this machine has witnessed; \
         `spotlight audit verify` says more"
    )]
    Contradicted { number: i64 },
    #[error("the log has no position {position}, but later ones")]
    Gap { position: i64 },
    #[error("position {position} is not sealed yet")]
    NotSealedYet { position: i64 },
    #[error("position {position} is not as it was sealed; `spotlight audit verify` says more")]
    NotAsSealed { position: i64 },
}
