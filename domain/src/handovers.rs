//! What the two members of a match have told of handing videos over, and when their words agree.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::r#match::{MatchError, MatchEvent};
use crate::values::ids::UserId;
use crate::values::transfer::{Bytes, Direction, Outcome, Proof, TransferReport};

/// How many reports of one member a match takes. An evening has a handful, also where the Wi-Fi
/// is bad; each stays in the log for good.
const MOST_REPORTS: u32 = 200;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handovers {
    /// How many reports there are, also of transfers without an id.
    reports: BTreeMap<UserId, u32>,
    /// Only of transfers that have an id: of others nobody knows which two reports belong
    /// together.
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
    /// What comes of `by`'s report: nothing where it is no news.
    pub(crate) fn reported(
        &self,
        by: UserId,
        partner: UserId,
        report: TransferReport,
    ) -> Result<Vec<MatchEvent>, MatchError> {
        if self.is_old_news(by, &report) {
            return Ok(vec![]);
        }
        if self.reports.get(&by).is_some_and(|reports| *reports >= MOST_REPORTS) {
            return Err(MatchError::ToldEnough);
        }
        let receipt = self.receipt(by, partner, &report).map(MatchEvent::VideoHandedOver);
        let reported = MatchEvent::TransferReported { by, partner, report };
        Ok([reported].into_iter().chain(receipt).collect())
    }

    /// Whether `by` has nothing to add. Only that a transfer completed after all is news: one
    /// that was given up may go on another day.
    fn is_old_news(&self, by: UserId, report: &TransferReport) -> bool {
        let told = report.transfer.and_then(|id| self.told.get(&id)?.get(&by));
        told.is_some_and(|told| {
            told.outcome == Outcome::Completed || report.outcome != Outcome::Completed
        })
    }

    /// What `by`'s report completes, together with what `partner` told before: none until both
    /// say that the same bytes went from one to the other, and none twice.
    fn receipt(&self, by: UserId, partner: UserId, report: &TransferReport) -> Option<Receipt> {
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
        *self.reports.entry(by).or_default() += 1;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::r#match::{Match, MatchCommand};
    use crate::values::ids::EventId;
    use crate::values::transfer::Millis;
    use cqrs_es::test::TestFramework;

    const ANN: UserId = UserId::from_uuid(Uuid::from_u128(1));
    const BOB: UserId = UserId::from_uuid(Uuid::from_u128(2));

    fn received(transfer: Option<u128>) -> TransferReport {
        TransferReport {
            transfer: transfer.map(Uuid::from_u128),
            direction: Direction::Received,
            outcome: Outcome::Completed,
            bytes: Bytes::try_from(20_000_000).expect("a size"),
            millis: Millis::from_seconds(2.5).expect("a duration"),
            path: None,
            reason: None,
            browser: None,
            proof: None,
            connected: None,
            connect_millis: None,
        }
    }

    #[test]
    fn a_member_reports_two_hundred_times_whatever_the_other_does() {
        let reported = |by, partner, report| MatchEvent::TransferReported { by, partner, report };
        let report = |by, report| MatchCommand::ReportTransfer { by, report };
        let anew = |id| received((id % 2 > 0).then_some(id));
        let agreed = [
            MatchEvent::Requested { event: EventId::new(), requester: ANN, recipient: BOB },
            MatchEvent::Accepted { by: BOB, partner: ANN },
        ];
        let told = (1..200).map(|id| reported(ANN, BOB, anew(id)));
        let told: Vec<_> = agreed.into_iter().chain(told).collect();
        let given = |events: &Vec<_>| TestFramework::<Match>::with(()).given(events.clone());
        let last = reported(ANN, BOB, anew(200));
        given(&told).when(report(ANN, anew(200))).then_expect_events(vec![last.clone()]);

        let enough = [told, vec![last]].concat();
        for another in [anew(1000), anew(1001)] {
            given(&enough).when(report(ANN, another)).then_expect_error(MatchError::ToldEnough);
        }
        given(&enough).when(report(ANN, anew(1))).then_expect_events(vec![]);
        let bobs = reported(BOB, ANN, anew(1000));
        given(&enough).when(report(BOB, anew(1000))).then_expect_events(vec![bobs]);
    }
}
