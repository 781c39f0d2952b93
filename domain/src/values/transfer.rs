//! What one member reports of one handing-over of a video.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::text::{Invalid, Reason};

/// Largest size or duration a report may claim: 1 TiB, and a week in seconds.
const MOST_BYTES: i64 = 1 << 40;
const MOST_SECONDS: f64 = 7.0 * 24.0 * 3600.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    Sent,
    Received,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Completed,
    Failed,
    Cancelled,
}

/// How the two browsers reached each other: the type of the ICE candidate that won.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Path {
    Host,
    Srflx,
    Prflx,
    Relay,
}

/// A number of bytes that a video may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bytes(i64);

impl TryFrom<i64> for Bytes {
    type Error = Invalid;

    fn try_from(bytes: i64) -> Result<Self, Invalid> {
        if (0..=MOST_BYTES).contains(&bytes) {
            Ok(Self(bytes))
        } else {
            Err(Invalid::Form("must be 0 to 1099511627776 bytes"))
        }
    }
}

impl Bytes {
    pub fn get(self) -> i64 {
        self.0
    }
}

/// How long a transfer took, kept in whole milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(i64);

impl Millis {
    pub fn from_seconds(seconds: f64) -> Result<Self, Invalid> {
        if (0.0..=MOST_SECONDS).contains(&seconds) {
            Ok(Self((seconds * 1000.0).round() as i64))
        } else {
            Err(Invalid::Form("must be 0 to 604800 seconds"))
        }
    }

    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }
}

/// The hash both ends agreed on, by which one knows the very video again: 32 bytes, written as
/// 64 lowercase hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Proof(String);

impl TryFrom<&str> for Proof {
    type Error = Invalid;

    fn try_from(text: &str) -> Result<Self, Invalid> {
        if text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::Form("must be 64 lowercase hexadecimal digits"))
        }
    }
}

impl Proof {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One member's report of one transfer. What was added later is left out where it is not told,
/// so that reports are stored as they always were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TransferReport {
    /// The transfer's id, the same on both sides, where the client gave one.
    pub transfer: Option<Uuid>,
    pub direction: Direction,
    pub outcome: Outcome,
    pub bytes: Bytes,
    pub millis: Millis,
    pub path: Option<Path>,
    pub reason: Option<Reason>,
    pub browser: Option<Reason>,
    /// Of a completed transfer alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
    /// Whether the two browsers ever reached each other for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connected: Option<bool>,
    /// From wanting a connection to having one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect_millis: Option<Millis>,
}

impl TransferReport {
    /// Whether a connection came about, as far as the report tells: bytes that went over, or a
    /// path they could have gone, are proof enough.
    pub fn came_to_connect(&self) -> Option<bool> {
        let reached = self.path.is_some() || self.outcome == Outcome::Completed;
        if reached { Some(true) } else { self.connected }
    }

    /// Bytes in a second; none for a transfer that did not complete, or in no time.
    pub fn bytes_per_second(&self) -> Option<f64> {
        let seconds = self.millis.seconds();
        let counts = self.outcome == Outcome::Completed && seconds > 0.0 && self.bytes.get() > 0;
        counts.then(|| self.bytes.get() as f64 / seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_a_hash_in_one_spelling() {
        let hash = "0123456789abcdef".repeat(4);
        assert_eq!(Proof::try_from(hash.as_str()).map(|proof| proof.to_string()), Ok(hash.clone()));
        for bad in ["", "abc", &hash[1..], &hash.to_uppercase(), &"é".repeat(32)] {
            assert!(Proof::try_from(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn durations_are_finite_and_within_a_week() {
        assert_eq!(Millis::from_seconds(1.5).map(|m| m.0), Ok(1500));
        for bad in [-0.1, f64::NAN, f64::INFINITY, 1e9] {
            assert!(Millis::from_seconds(bad).is_err());
        }
    }
}
