//! Which videos the two of a match owe each other, and how far each has come. Filled by the
//! projector of [matches](super::matches).

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::events::RecordedEvent;
use domain::handovers::Receipt;
use domain::values::ids::{MatchId, UserId};
use domain::values::transfer::{Direction, Outcome, Proof};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::transfers::Transfer;
use crate::copy_in::CopyIn;
use crate::error::ProjectionError;

/// Both videos, seen from one of the two.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exchange {
    /// The one that this member filmed and owes the partner.
    pub mine: OwedVideo,
    /// The one that the partner filmed and owes this member.
    pub partners: OwedVideo,
}

/// One of the videos, as far as it has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OwedVideo {
    pub state: VideoState,
    /// Its size; none while it is owed.
    pub bytes: Option<i64>,
    /// Since when it is there; none while it is owed.
    pub at: Option<DateTime<Utc>>,
    /// The hash both agreed on, once it is verified and where they gave one.
    pub proof: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum VideoState {
    #[default]
    Owed,
    /// Only who filmed says that it went over.
    Sent,
    /// Who was filmed says that it came, and nothing confirms that it is what was sent.
    Received,
    /// Both say the same: it came as it was sent.
    Verified,
}

impl VideoState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owed => "owed",
            Self::Sent => "sent",
            Self::Received => "received",
            Self::Verified => "verified",
        }
    }
}

impl Exchange {
    pub(super) fn of(member: UserId, transfers: &[Transfer], receipts: &[MatchReceipt]) -> Self {
        let mut exchange = Self::default();
        for transfer in transfers.iter().filter(|it| it.report.outcome == Outcome::Completed) {
            let (state, filmed_by_reporter) = match transfer.report.direction {
                Direction::Sent => (VideoState::Sent, true),
                Direction::Received => (VideoState::Received, false),
            };
            let mine = (transfer.by == member) == filmed_by_reporter;
            let bytes = transfer.report.bytes.get();
            exchange.video(mine).advance(state, bytes, transfer.at, None);
        }
        for receipt in receipts {
            let video = exchange.video(receipt.sender == member);
            video.advance(VideoState::Verified, receipt.bytes, receipt.at, receipt.proof.as_ref());
        }
        exchange
    }

    fn video(&mut self, mine: bool) -> &mut OwedVideo {
        if mine { &mut self.mine } else { &mut self.partners }
    }
}

impl OwedVideo {
    /// Never back: of several videos the one that has come furthest counts, and the first of
    /// those.
    fn advance(&mut self, to: VideoState, bytes: i64, at: DateTime<Utc>, proof: Option<&String>) {
        if to > self.state {
            *self = Self { state: to, bytes: Some(bytes), at: Some(at), proof: proof.cloned() };
        }
    }
}

pub(super) struct MatchReceipt {
    sender: UserId,
    bytes: i64,
    proof: Option<String>,
    at: DateTime<Utc>,
}

/// Those of each match, oldest first.
pub(super) async fn receipts(
    pool: &PgPool,
    matches: &[Uuid],
) -> Result<HashMap<MatchId, Vec<MatchReceipt>>, ProjectionError> {
    let rows = sqlx::query!(
        "SELECT match_id, sender, bytes, proof, at
         FROM match_receipts WHERE match_id = ANY($1) ORDER BY position",
        matches
    )
    .fetch_all(pool)
    .await?;
    let mut of = HashMap::<_, Vec<_>>::new();
    for row in rows {
        let sender = UserId::from_uuid(row.sender);
        let receipt = MatchReceipt { sender, bytes: row.bytes, proof: row.proof, at: row.at };
        of.entry(MatchId::from_uuid(row.match_id)).or_default().push(receipt);
    }
    Ok(of)
}

/// Receipts, ready to be sent.
pub(super) struct Receipts(CopyIn);

impl Default for Receipts {
    fn default() -> Self {
        Self(CopyIn::new(
            "COPY match_receipts (position, match_id, transfer, sender, receiver, bytes, proof, at)
             FROM STDIN (FORMAT binary)",
        ))
    }
}

impl Receipts {
    pub(super) fn push(
        &mut self,
        of: MatchId,
        receipt: &Receipt,
        recorded: &RecordedEvent,
    ) -> sqlx::Result<()> {
        self.0
            .row(8)
            .field(recorded.position)?
            .field(of.uuid())?
            .field(receipt.transfer)?
            .field(receipt.from.uuid())?
            .field(receipt.to.uuid())?
            .field(receipt.bytes.get())?
            .field(receipt.proof.as_ref().map(Proof::as_str))?
            .field(recorded.at)?;
        Ok(())
    }

    pub(super) async fn insert(self, tx: &mut PgConnection) -> sqlx::Result<()> {
        self.0.send(tx).await
    }
}

#[cfg(test)]
mod tests {
    use domain::values::transfer::{Bytes, Millis, TransferReport};

    use super::*;

    const ANN: UserId = UserId::from_uuid(Uuid::from_u128(1));
    const BOB: UserId = UserId::from_uuid(Uuid::from_u128(2));

    fn told(by: UserId, direction: Direction, outcome: Outcome) -> Transfer {
        let report = TransferReport {
            transfer: None,
            direction,
            outcome,
            bytes: Bytes::try_from(7).expect("a size"),
            millis: Millis::from_seconds(1.0).expect("a duration"),
            path: None,
            reason: None,
            browser: None,
            proof: None,
            connected: None,
            connect_millis: None,
        };
        Transfer { by, report, at: Utc::now() }
    }

    fn states(member: UserId, transfers: &[Transfer]) -> (VideoState, VideoState) {
        let Exchange { mine, partners } = Exchange::of(member, transfers, &[]);
        (mine.state, partners.state)
    }

    #[test]
    fn either_ends_word_moves_the_same_video_and_each_sees_it_from_their_side() {
        use VideoState::{Owed, Received, Sent};
        let sent = told(ANN, Direction::Sent, Outcome::Completed);
        let came = told(BOB, Direction::Received, Outcome::Completed);
        let failed = told(ANN, Direction::Sent, Outcome::Failed);
        for (transfers, state) in [
            (&[][..], Owed),
            (&[failed], Owed),
            (std::slice::from_ref(&sent), Sent),
            (std::slice::from_ref(&came), Received),
            (&[came.clone(), sent.clone()], Received),
        ] {
            assert_eq!(states(ANN, transfers), (state, Owed));
            assert_eq!(states(BOB, transfers), (Owed, state));
        }
    }

    #[test]
    fn a_receipt_counts_more_than_what_one_says() {
        let receipt =
            || MatchReceipt { sender: ANN, bytes: 9, proof: Some("a".repeat(64)), at: Utc::now() };
        let sent = told(ANN, Direction::Sent, Outcome::Completed);
        let seen = Exchange::of(BOB, &[sent], &[receipt()]);
        assert_eq!(seen.mine, OwedVideo::default());
        assert_eq!((seen.partners.state, seen.partners.bytes), (VideoState::Verified, Some(9)));
        assert_eq!(seen.partners.proof, receipt().proof);
    }
}
