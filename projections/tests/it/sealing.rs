//! Nodes that seal a log, and what they say of it.

use std::path::PathBuf;

use projections::seals::{PublicKey, SealKey, Seals, Tampering, Verification, Verified};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::stage::{PATIENCE, Stage};

/// A machine with a key of its own and a place outside the database.
pub(crate) struct Machine {
    home: TempDir,
    stage: Stage,
}

/// A sealer under way.
pub(crate) struct Sealing {
    pub(crate) seals: Seals,
    pub(crate) stop: CancellationToken,
    pub(crate) running: JoinHandle<()>,
}

impl Machine {
    pub(crate) fn new(stage: &Stage) -> Self {
        Self { home: TempDir::new().expect("a directory"), stage: stage.clone() }
    }

    pub(crate) fn witness(&self) -> PathBuf {
        self.home.path().join("seals.jsonl")
    }

    fn key(&self) -> SealKey {
        SealKey::load_or_make(&self.home.path().join("seal.key")).expect("a key")
    }

    pub(crate) fn public_key(&self) -> PublicKey {
        self.key().public()
    }

    pub(crate) fn seals(&self) -> Seals {
        Seals::new(self.stage.pool.clone(), self.key(), &self.witness())
    }

    pub(crate) fn start(&self) -> Sealing {
        let (seals, stop) = (self.seals(), CancellationToken::new());
        let log = projections::Log::new(self.stage.pool.clone());
        let running = tokio::spawn(seals.clone().run(log, stop.clone()));
        Sealing { seals, stop, running }
    }

    /// Returns when all there is has been sealed.
    pub(crate) async fn seal(&self) {
        let sealing = self.start();
        sealing.reaches_the_end().await;
        sealing.stop().await;
    }

    pub(crate) async fn verify(&self) -> Verified {
        self.verify_with(Verification::default()).await
    }

    /// By this machine's key and witness.
    pub(crate) async fn verify_with(&self, scope: Verification<'_>) -> Verified {
        let witness = self.witness();
        let known = [&[self.public_key()], scope.known].concat();
        let verification = Verification { known: &known, witness: Some(&witness), ..scope };
        verification.run(&self.stage.pool).await.expect("a verdict")
    }

    /// What is wrong, where it begins, and the number of the seal that shows it.
    pub(crate) async fn finds(&self) -> (Tampering, i64, Option<i64>) {
        let finding = self.verify().await.finding.expect("it was changed");
        (finding.what, finding.position, finding.seal)
    }
}

impl Sealing {
    pub(crate) async fn reaches_the_end(&self) {
        let reached = async {
            while self.seals.unsealed().await.expect("an answer") > 0 {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, reached).await.expect("all is sealed");
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.running.await.expect("a clean end");
    }

    /// As a crash ends it.
    pub(crate) async fn crash(self) {
        self.running.abort();
        let _ = self.running.await;
    }
}
