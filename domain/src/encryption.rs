//! How far the two of a match have come with encrypting what they write. There is no way back:
//! nobody could tell a change of mind from a server's say-so.

use serde::{Deserialize, Serialize};

use crate::r#match::MatchEvent;
use crate::values::ids::UserId;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encryption {
    #[default]
    Off,
    /// One wants it.
    Offered { by: UserId },
    /// Both do.
    On,
}

impl Encryption {
    /// What comes of it that `by` asks for it; nothing where they have asked before.
    pub(crate) fn asked(self, by: UserId, partner: UserId) -> Option<MatchEvent> {
        match self {
            Self::Off => Some(MatchEvent::EncryptionOffered { by, partner }),
            Self::Offered { by: first } if first != by => {
                Some(MatchEvent::EncryptionAgreed { by, partner })
            }
            Self::Offered { .. } | Self::On => None,
        }
    }
}
