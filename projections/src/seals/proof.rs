//! One match, with the proof that its events are what was sealed: a file that is checked
//! with a public key and nothing else.
//!
//! That an event was sealed at its position, its path to a signed root shows. That none of
//! the match's is left out, no tree can show; so whoever exports also signs which events the
//! match had, and as of which position.

use chrono::{DateTime, Utc};
use domain::events::StoredEvent;
use domain::r#match::MatchEvent;
use domain::values::ids::MatchId;
use serde::{Deserialize, Serialize};

use super::bytes::{Digest, Signature};
use super::canonical::{Framed, LogRow};
use super::key::{PublicKey, SealKey};
use super::merkle;
use super::seal::Seal;

const FORMAT: &str = "spotlight.cam/match-proof/1";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MatchProof {
    pub format: String,
    pub r#match: MatchId,
    /// The log's last sealed position when this was exported: the match had these events then
    /// and no others.
    pub as_of: i64,
    pub exported_at: DateTime<Utc>,
    /// Oldest first.
    pub events: Vec<ProvenEvent>,
    /// Those that the events lie under.
    pub seals: Vec<Seal>,
    /// The key that has signed the whole.
    pub public_key: PublicKey,
    pub signature: Signature,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProvenEvent {
    #[serde(flatten)]
    pub event: LogRow,
    /// Number of the seal that covers it.
    pub seal: i64,
    /// From its hash up to the seal's root.
    pub path: Vec<Digest>,
}

#[derive(Debug, thiserror::Error)]
pub enum NotProven {
    #[error("this is no proof of a match: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error("this is a proof of another form than {FORMAT}")]
    Form,
    #[error("something in the file is not written as it is exported")]
    Rewritten,
    #[error("seal {0} does not say what its key has signed")]
    Seal(i64),
    #[error("the event at position {0} is not what was sealed there")]
    Event(i64),
    #[error("the event at position {0} is not the match's next one")]
    Order(i64),
    #[error("the match is not what the signature of the whole says")]
    Whole,
    #[error("{0} has signed, which is none of the keys that were named")]
    Key(PublicKey),
}

impl MatchProof {
    pub(super) fn sign(
        key: &SealKey,
        r#match: MatchId,
        as_of: i64,
        exported_at: DateTime<Utc>,
        (events, seals): (Vec<ProvenEvent>, Vec<Seal>),
    ) -> Self {
        let mut proof = Self {
            format: FORMAT.to_owned(),
            r#match,
            as_of,
            exported_at,
            events,
            seals,
            public_key: key.public(),
            signature: Signature::new([0; 64]),
        };
        proof.signature = key.sign(&proof.hash());
        proof
    }

    /// Reads a file and checks all that it says. With `known`, nothing else may have signed.
    pub fn check(text: &str, known: &[PublicKey]) -> Result<Self, NotProven> {
        let proof: Self = serde_json::from_str(text)?;
        if proof.format != FORMAT {
            return Err(NotProven::Form);
        }
        // So that nothing in the file can be read in two ways, or goes unread.
        let written: serde_json::Value = serde_json::from_str(text)?;
        if serde_json::to_value(&proof)? != written {
            return Err(NotProven::Rewritten);
        }
        if let Some(stranger) = proof.keys().find(|it| !known.is_empty() && !known.contains(it)) {
            return Err(NotProven::Key(stranger));
        }
        if let Some(seal) = proof.seals.iter().find(|seal| !seal.is_signed()) {
            return Err(NotProven::Seal(seal.number));
        }
        for (sequence, proven) in (1..).zip(&proof.events) {
            let LogRow { position, aggregate_type, aggregate_id, .. } = &proven.event;
            let is_next = aggregate_type == MatchEvent::AGGREGATE
                && *aggregate_id == proof.r#match.to_string()
                && proven.event.sequence == sequence
                && *position <= proof.as_of;
            if !is_next {
                return Err(NotProven::Order(*position));
            }
            let seal = proof.seals.iter().find(|seal| seal.number == proven.seal);
            if !seal.is_some_and(|seal| proven.is_under(seal)) {
                return Err(NotProven::Event(*position));
            }
        }
        if !proof.public_key.has_signed(&proof.hash(), &proof.signature) {
            return Err(NotProven::Whole);
        }
        Ok(proof)
    }

    /// Every key that has signed anything here, the whole's first.
    pub fn keys(&self) -> impl Iterator<Item = PublicKey> {
        let of_seals = self.seals.iter().map(|seal| seal.public_key);
        let of_seals = of_seals.filter(|key| *key != self.public_key);
        std::iter::once(self.public_key).chain(of_seals)
    }

    fn hash(&self) -> Digest {
        let whole = Framed::new(FORMAT)
            .text(&self.r#match.to_string())
            .number(self.as_of)
            .time(self.exported_at)
            .bytes(self.public_key.array());
        let whole = self.events.iter().fold(whole, |whole, proven| {
            whole.number(proven.event.position).bytes(proven.event.leaf().array())
        });
        let seals = self.seals.iter();
        seals.fold(whole, |whole, seal| whole.bytes(seal.hash().array())).digest()
    }
}

impl ProvenEvent {
    fn is_under(&self, seal: &Seal) -> bool {
        let index = self.event.position.checked_sub(seal.first);
        let index = index.and_then(|index| usize::try_from(index).ok());
        let root = index.zip(seal.size()).and_then(|(index, size)| {
            merkle::root_above(self.event.leaf(), index, size, &self.path)
        });
        root == Some(seal.root)
    }
}
