//! What the two members of a match have told of handing videos over, and when their words agree.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::values::ids::UserId;
use crate::values::transfer::{Bytes, Direction, Outcome, Proof, TransferReport};

/// Only of transfers that have an id: of others nobody knows which two reports belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handovers {
    told: BTreeMap<Uuid, BTreeMap<UserId, Told>>,
    received_and_verified: BTreeSet<Uuid>,
}

/// One member's last word on a transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Told {
    direction: Direction,
    outcome: Outcome,
    bytes: Bytes,
    proof: Option<Proof>,
}

/// A video that went from one to the other by the word of both: received and verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub transfer: Uuid,
    pub from: UserId,
    pub to: UserId,
    pub bytes: Bytes,
    /// Where at least one of them gave one.
    pub proof: Option<Proof>,
}

impl Handovers {
    /// Whether `by` has nothing to add. Only that a transfer completed after all is news: one
    /// that was given up may go on another day.
    pub fn is_old_news(&self, by: UserId, report: &TransferReport) -> bool {
        let told = report.transfer.and_then(|id| self.told.get(&id)?.get(&by));
        told.is_some_and(|told| {
            told.outcome == Outcome::Completed || report.outcome != Outcome::Completed
        })
    }

    /// What `by`'s report completes, together with what `partner` told before: none until both
    /// say that the same bytes went from one to the other, and none twice.
    pub fn receipt(&self, by: UserId, partner: UserId, report: &TransferReport) -> Option<Receipt> {
        let transfer = report.transfer.filter(|id| !self.received_and_verified.contains(id))?;
        let theirs = self.told.get(&transfer)?.get(&partner)?;
        let agree = [report.outcome, theirs.outcome] == [Outcome::Completed; 2]
            && report.direction != theirs.direction
            && report.bytes == theirs.bytes;
        let proof = match (&report.proof, &theirs.proof) {
            (Some(mine), Some(theirs)) if mine != theirs => return None,
            (mine, theirs) => mine.as_ref().or(theirs.as_ref()).cloned(),
        };
        let (from, to) = match report.direction {
            Direction::Sent => (by, partner),
            Direction::Received => (partner, by),
        };
        agree.then_some(Receipt { transfer, from, to, bytes: report.bytes, proof })
    }

    pub(crate) fn add_report(&mut self, by: UserId, report: &TransferReport) {
        let Some(transfer) = report.transfer else { return };
        let told = Told {
            direction: report.direction,
            outcome: report.outcome,
            bytes: report.bytes,
            proof: report.proof.clone(),
        };
        self.told.entry(transfer).or_default().insert(by, told);
    }

    pub(crate) fn add_receipt(&mut self, transfer: Uuid) {
        self.received_and_verified.insert(transfer);
    }
}
