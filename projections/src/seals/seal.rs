//! A seal: what the log held over a range of positions, chained to the seal before and signed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::bytes::{Digest, Signature};
use super::canonical::Framed;
use super::key::{PublicKey, SealKey};
use super::merkle;

/// Most events that one seal covers.
pub(super) const LARGEST: usize = 1_000;

/// What stands in for the seal before the first one.
const NONE_BEFORE: Digest = Digest::new([0; 32]);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Seal {
    /// From 1, without gaps.
    pub number: i64,
    /// The first position it covers; the one after the last of the seal before.
    pub first: i64,
    pub last: i64,
    /// Hash of the seal before.
    pub previous: Digest,
    /// Of the Merkle tree over the events' hashes.
    pub root: Digest,
    /// By the clock of who signed.
    pub sealed_at: DateTime<Utc>,
    pub public_key: PublicKey,
    pub signature: Signature,
}

impl Seal {
    /// Seals what comes after `before`.
    pub(super) fn close(
        key: &SealKey,
        before: Option<&Seal>,
        leaves: &[Digest],
        sealed_at: DateTime<Utc>,
    ) -> Self {
        let (number, first, previous) = following(before);
        let mut seal = Self {
            number,
            first,
            last: first + leaves.len() as i64 - 1,
            previous,
            root: merkle::root(leaves),
            sealed_at,
            public_key: key.public(),
            signature: Signature::new([0; 64]),
        };
        seal.signature = key.sign(&seal.hash());
        seal
    }

    /// Of everything it says but the signature.
    pub(super) fn hash(&self) -> Digest {
        Framed::new("spotlight.cam/seal/1")
            .number(self.number)
            .number(self.first)
            .number(self.last)
            .bytes(self.previous.array())
            .bytes(self.root.array())
            .time(self.sealed_at)
            .bytes(self.public_key.array())
            .digest()
    }

    pub(super) fn is_signed(&self) -> bool {
        self.public_key.has_signed(&self.hash(), &self.signature)
    }

    /// Whether nothing can have been between the two.
    pub(super) fn follows(&self, before: Option<&Seal>) -> bool {
        (self.number, self.first, self.previous) == following(before)
    }

    /// How many events it covers; none where what it says makes no sense.
    pub(super) fn size(&self) -> Option<usize> {
        let size = self.last.checked_sub(self.first)?.checked_add(1)?;
        usize::try_from(size).ok().filter(|size| (1..=LARGEST).contains(size))
    }
}

/// Number, first position and `previous` of the seal that comes after `before`.
fn following(before: Option<&Seal>) -> (i64, i64, Digest) {
    before.map_or((1, 1, NONE_BEFORE), |seal| {
        (seal.number.saturating_add(1), seal.last.saturating_add(1), seal.hash())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal() -> Seal {
        let key: SealKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".parse().expect("a key");
        let at = DateTime::from_timestamp_micros(1_789_000_000_123_456).expect("a time");
        let first = Seal::close(&key, None, &[Digest::new([1; 32])], at);
        Seal::close(&key, Some(&first), &[Digest::new([2; 32]), Digest::new([3; 32])], at)
    }

    /// As with events: made by another program, and never changed.
    #[test]
    fn the_form_of_a_seal_is_pinned() {
        let seal = seal();
        assert_eq!(seal.hash().to_string(), "5dHam4hQutc4cJJ78ANmEtdMuMO0V9L5zikOuUaK93w=");
        assert_eq!(
            seal.signature.to_string(),
            "/j2qE2BMWL/C2jaY27+yKYrDcxKYLllKgG/y7XrQCvHo/RHqjJnPt4rpYCSqkD2iXe2BbNoFzmzvr6y+DcLhAw=="
        );
    }

    #[test]
    fn a_seal_that_says_anything_else_is_not_signed() {
        assert!(seal().is_signed());
        let other: SealKey = "ISECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".parse().expect("a key");
        let changes: [&dyn Fn(&mut Seal); 8] = [
            &|seal| seal.number += 1,
            &|seal| seal.first -= 1,
            &|seal| seal.last += 1,
            &|seal| seal.previous = Digest::new([9; 32]),
            &|seal| seal.root = Digest::new([9; 32]),
            &|seal| seal.sealed_at += chrono::TimeDelta::microseconds(1),
            &|seal| seal.public_key = other.public(),
            &|seal| seal.signature = other.sign(&seal.hash()),
        ];
        for change in changes {
            let mut changed = seal();
            change(&mut changed);
            assert!(!changed.is_signed(), "{changed:?}");
        }
    }
}
