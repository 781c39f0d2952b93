//! What one member reports of one handing-over of a video.

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

/// One member's report of one transfer.
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_finite_and_within_a_week() {
        assert_eq!(Millis::from_seconds(1.5).map(|m| m.0), Ok(1500));
        for bad in [-0.1, f64::NAN, f64::INFINITY, 1e9] {
            assert!(Millis::from_seconds(bad).is_err());
        }
    }
}
