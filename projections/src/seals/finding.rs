//! What is wrong with a log that somebody has changed, and where it begins.

use std::fmt;

use serde::Serialize;

use super::key::PublicKey;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    #[serde(flatten)]
    pub what: Tampering,
    /// The first position that is not, or cannot be shown to be, as it was.
    pub position: i64,
    /// Number of the seal that shows it; none where the order of what is not sealed yet does.
    pub seal: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Tampering {
    /// Another event stands there than was sealed, and the one sealed is nowhere.
    Changed,
    /// What was there is nowhere; later events may have moved up.
    Removed,
    /// An event that was never sealed stands there; what was there has moved aside.
    Inserted,
    /// The event that was there is at another position now.
    Reordered { now_at: i64 },
    /// Some event up to position `last` is not as it was sealed. Which, cannot be told: the
    /// hashes beside the seal were changed, too.
    Hidden { last: i64 },
    /// The events are as they were sealed, but not the hashes beside the seal.
    Leaves,
    /// The seal does not say what its key has signed.
    Seal,
    /// The seal does not follow from the one before it.
    Chain,
    /// The seal is gone, though later ones are there.
    SealRemoved,
    /// The seal's key is none of those that are known here.
    Key { public_key: PublicKey },
    /// Another seal of this number was witnessed outside the database.
    Witness,
    /// Seals up to `witnessed` are known to have been there, over positions up to `reached`,
    /// and are gone.
    CutOff { witnessed: i64, reached: i64 },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.position;
        match &self.what {
            Tampering::Changed => write!(f, "position {at} was changed"),
            Tampering::Removed => write!(f, "position {at} was removed"),
            Tampering::Inserted => write!(f, "position {at} was inserted"),
            Tampering::Reordered { now_at } => {
                write!(f, "position {at} was reordered: what stood there is at {now_at} now")
            }
            Tampering::Hidden { last } => write!(
                f,
                "a position from {at} to {last} was changed, removed, inserted or reordered, and \
                 so were the hashes that would tell which"
            ),
            Tampering::Leaves => write!(
                f,
                "the hashes beside the seal from position {at} were changed; its events were not"
            ),
            Tampering::Seal => write!(f, "the seal from position {at} was changed"),
            Tampering::Chain => {
                write!(f, "the seal from position {at} does not follow from the one before")
            }
            Tampering::SealRemoved => write!(f, "the seal from position {at} was removed"),
            Tampering::Key { public_key } => write!(
                f,
                "the seal from position {at} is signed with {public_key}, a key that is not known \
                 here; if it is yours, name it with --public-key"
            ),
            Tampering::Witness => {
                write!(f, "the seal from position {at} is not the one that was witnessed")
            }
            Tampering::CutOff { witnessed, reached } => write!(
                f,
                "the log was cut off at position {at}: seals up to {witnessed}, over positions up \
                 to {reached}, were witnessed and are gone"
            ),
        }?;
        match self.seal {
            Some(number) => write!(f, " (seal {number})"),
            None => write!(f, " (not sealed yet)"),
        }
    }
}
