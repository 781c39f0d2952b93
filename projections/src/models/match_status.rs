//! Where a match is, in the words of the API and of the read model.

use domain::r#match::Match;
use domain::values::text::Invalid;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchStatus {
    Pending,
    Accepted,
    Declined,
    Cancelled,
    Completed,
}

impl MatchStatus {
    /// None before anybody has asked.
    pub(crate) fn of(state: &Match) -> Option<Self> {
        match state {
            Match::Unasked => None,
            Match::Requested(_) => Some(Self::Pending),
            Match::Accepted { .. } => Some(Self::Accepted),
            Match::Declined(_) => Some(Self::Declined),
            Match::Cancelled(_) => Some(Self::Cancelled),
            Match::Completed { .. } => Some(Self::Completed),
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
            Self::Completed => "completed",
        }
    }
}

impl TryFrom<&str> for MatchStatus {
    type Error = Invalid;

    fn try_from(text: &str) -> Result<Self, Invalid> {
        match text {
            "pending" => Ok(Self::Pending),
            "accepted" => Ok(Self::Accepted),
            "declined" => Ok(Self::Declined),
            "cancelled" => Ok(Self::Cancelled),
            "completed" => Ok(Self::Completed),
            _ => Err(Invalid::Form("must be pending, accepted, declined, cancelled or completed")),
        }
    }
}
