//! How one dancer rates the filming of another.

use serde::{Deserialize, Serialize};

use super::text::{Comment, Invalid};

/// One to five.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Score(u8);

impl TryFrom<i64> for Score {
    type Error = Invalid;

    fn try_from(score: i64) -> Result<Self, Invalid> {
        match u8::try_from(score) {
            Ok(score @ 1..=5) => Ok(Self(score)),
            _ => Err(Invalid::Form("must be 1 to 5")),
        }
    }
}

impl Score {
    pub fn get(self) -> u8 {
        self.0
    }
}

/// What one member says of the other after the match is completed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rating {
    pub score: Score,
    pub comment: Option<Comment>,
    pub would_collaborate_again: bool,
}

/// Days after completion when a single rating shows even though the other side gave none.
pub const REVEAL_AFTER_DAYS: i64 = 14;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_one_to_five() {
        for good in 1..=5 {
            assert!(Score::try_from(good).is_ok());
        }
        for bad in [0, 6, -1, 257, i64::MAX] {
            assert!(Score::try_from(bad).is_err());
        }
    }
}
