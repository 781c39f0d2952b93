//! A match: two people at one dance event agree "I film you, you film me".
//!
//! * Both take part in the event, and nobody matches themselves.
//! * There is one match per pair and event, whichever side asks (its id is derived from them).
//! * Only the person asked accepts or declines; only who asked takes a pending request back;
//!   once agreed, either may call it off or call it done.
//! * Each member rates the other once, after the match is completed. Ratings are
//!   double-blind: the event that completes the pair says so.
//! * Members report how handing the videos over went, one report per transfer and side; only
//!   that a transfer completed after all is reported anew, and nobody reports without end.
//! * Once both want it, what the two write is encrypted from there on, and stays so.
//! * When both say of one transfer that the same bytes went from one to the other, the video
//!   is received and verified, and the log says so once.

use std::collections::BTreeSet;

use crate::encryption::Encryption;
use crate::handovers::{Handovers, Receipt};
use crate::values::ids::{EventId, UserId};
use crate::values::rating::Rating;
use crate::values::transfer::TransferReport;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Match {
    #[default]
    Unasked,
    Requested(Pair),
    Declined(Pair),
    Cancelled(Pair),
    Accepted {
        pair: Pair,
        handovers: Handovers,
        encryption: Encryption,
    },
    Completed {
        pair: Pair,
        handovers: Handovers,
        encryption: Encryption,
        rated_by: BTreeSet<UserId>,
    },
}

/// Who asked whom, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    pub event: EventId,
    pub requester: UserId,
    pub recipient: UserId,
}

impl Pair {
    /// The other one, or none if `user` is not of the two.
    pub fn partner_of(&self, user: UserId) -> Option<UserId> {
        if user == self.requester {
            Some(self.recipient)
        } else if user == self.recipient {
            Some(self.requester)
        } else {
            None
        }
    }
}

/// Whether the two people take part in the event they want to match at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    BothTakePart,
    NotBoth,
}

#[derive(Clone, Debug, PartialEq)]
pub enum MatchCommand {
    Request {
        pair: Pair,
        presence: Presence,
    },
    Accept {
        by: UserId,
    },
    Decline {
        by: UserId,
    },
    Cancel {
        by: UserId,
    },
    Complete {
        by: UserId,
    },
    Rate {
        by: UserId,
        rating: Rating,
    },
    ReportTransfer {
        by: UserId,
        report: TransferReport,
    },
    /// Wants what the two write to be encrypted.
    Encrypt {
        by: UserId,
    },
}

/// `partner` is always the member who is not `by`, so that an event says by itself whom it
/// concerns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum MatchEvent {
    Requested {
        event: EventId,
        requester: UserId,
        recipient: UserId,
    },
    Accepted {
        by: UserId,
        partner: UserId,
    },
    Declined {
        by: UserId,
        partner: UserId,
    },
    Cancelled {
        by: UserId,
        partner: UserId,
    },
    Completed {
        by: UserId,
        partner: UserId,
    },
    PartnerRated {
        by: UserId,
        partner: UserId,
        rating: Rating,
        /// Whether the other side had rated already, so that both ratings show from here on.
        #[serde(rename = "bothRated")]
        both_rated: bool,
    },
    TransferReported {
        by: UserId,
        partner: UserId,
        report: TransferReport,
    },
    /// Both have said so.
    VideoHandedOver(Receipt),
    EncryptionOffered {
        by: UserId,
        partner: UserId,
    },
    /// Both want it: from here on it is on.
    EncryptionAgreed {
        by: UserId,
        partner: UserId,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MatchError {
    #[error("you cannot ask yourself")]
    OwnSelf,
    #[error("both of you must have joined this event")]
    NotBothTakePart,
    #[error("the two of you already have a match at this event")]
    MatchExists,
    #[error("there is no such match")]
    NoMatch,
    #[error("you are not a member of this match")]
    NotAMember,
    #[error("only the person asked may accept or decline")]
    NotAsked,
    #[error("only who asked may take the request back")]
    NotAsker,
    #[error("the match cannot make this move from where it is")]
    IllegalMove,
    #[error("the match must be completed first")]
    NotCompleted,
    #[error("you have already rated this match")]
    AlreadyRated,
    #[error("you have reported as many transfers as a match takes")]
    ToldEnough,
}

impl MatchEvent {
    /// Who did it, and the other of the two.
    pub fn by_and_partner(&self) -> (UserId, UserId) {
        match self {
            Self::Requested { requester: by, recipient: partner, .. }
            | Self::Accepted { by, partner }
            | Self::Declined { by, partner }
            | Self::Cancelled { by, partner }
            | Self::Completed { by, partner }
            | Self::PartnerRated { by, partner, .. }
            | Self::TransferReported { by, partner, .. }
            | Self::EncryptionOffered { by, partner }
            | Self::EncryptionAgreed { by, partner }
            | Self::VideoHandedOver(Receipt { from: by, to: partner, .. }) => (*by, *partner),
        }
    }
}

impl Match {
    pub fn pair(&self) -> Option<&Pair> {
        match self {
            Self::Unasked => None,
            Self::Requested(pair)
            | Self::Declined(pair)
            | Self::Cancelled(pair)
            | Self::Accepted { pair, .. }
            | Self::Completed { pair, .. } => Some(pair),
        }
    }

    /// The partner of `user`, if the two have agreed, now or before: the one rule for private
    /// chat.
    pub fn agreed_partner_of(&self, user: UserId) -> Option<UserId> {
        match self {
            Self::Accepted { pair, .. } | Self::Completed { pair, .. } => pair.partner_of(user),
            Self::Unasked | Self::Requested(_) | Self::Declined(_) | Self::Cancelled(_) => None,
        }
    }

    pub fn encryption(&self) -> Encryption {
        match self {
            Self::Accepted { encryption, .. } | Self::Completed { encryption, .. } => *encryption,
            _ => Encryption::Off,
        }
    }

    /// The partner to hand a video over to: the two have agreed and are not done yet. The one
    /// rule for signalling.
    pub fn handover_partner_of(&self, user: UserId) -> Option<UserId> {
        match self {
            Self::Accepted { pair, .. } => pair.partner_of(user),
            _ => None,
        }
    }

    fn handovers_mut(&mut self) -> Option<&mut Handovers> {
        match self {
            Self::Accepted { handovers, .. } | Self::Completed { handovers, .. } => Some(handovers),
            _ => None,
        }
    }

    fn set_encryption(&mut self, now: Encryption) {
        if let Self::Accepted { encryption, .. } | Self::Completed { encryption, .. } = self {
            *encryption = now;
        }
    }

    pub fn decide(&self, command: MatchCommand) -> Result<Vec<MatchEvent>, MatchError> {
        use MatchCommand::*;
        let (pair, command) = match (self, command) {
            (_, Request { pair, .. }) if pair.requester == pair.recipient => {
                return Err(MatchError::OwnSelf);
            }
            (Self::Unasked, Request { presence: Presence::NotBoth, .. }) => {
                return Err(MatchError::NotBothTakePart);
            }
            (Self::Unasked, Request { pair, .. }) => {
                let Pair { event, requester, recipient } = pair;
                return Ok(vec![MatchEvent::Requested { event, requester, recipient }]);
            }
            (_, Request { .. }) => return Err(MatchError::MatchExists),
            (state, command) => (state.pair().ok_or(MatchError::NoMatch)?, command),
        };
        let by = command.by();
        let partner = pair.partner_of(by).ok_or(MatchError::NotAMember)?;
        let event = match (self, command) {
            (Self::Requested(_), Accept { .. } | Decline { .. }) if by != pair.recipient => {
                return Err(MatchError::NotAsked);
            }
            (Self::Requested(_), Cancel { .. }) if by != pair.requester => {
                return Err(MatchError::NotAsker);
            }
            (Self::Requested(_), Accept { .. }) => MatchEvent::Accepted { by, partner },
            (Self::Requested(_), Decline { .. }) => MatchEvent::Declined { by, partner },
            (Self::Requested(_) | Self::Accepted { .. }, Cancel { .. }) => {
                MatchEvent::Cancelled { by, partner }
            }
            (Self::Accepted { .. }, Complete { .. }) => MatchEvent::Completed { by, partner },
            (Self::Completed { rated_by, .. }, Rate { .. }) if rated_by.contains(&by) => {
                return Err(MatchError::AlreadyRated);
            }
            (Self::Completed { rated_by, .. }, Rate { rating, .. }) => MatchEvent::PartnerRated {
                by,
                partner,
                rating,
                both_rated: rated_by.contains(&partner),
            },
            (_, Rate { .. }) => return Err(MatchError::NotCompleted),
            (
                Self::Accepted { handovers, .. } | Self::Completed { handovers, .. },
                ReportTransfer { report, .. },
            ) => return handovers.reported(by, partner, report),
            (
                Self::Accepted { encryption, .. } | Self::Completed { encryption, .. },
                Encrypt { .. },
            ) => return Ok(encryption.asked(by, partner).into_iter().collect()),
            _ => return Err(MatchError::IllegalMove),
        };
        Ok(vec![event])
    }
}

impl MatchCommand {
    fn by(&self) -> UserId {
        match self {
            Self::Request { pair, .. } => pair.requester,
            Self::Accept { by }
            | Self::Decline { by }
            | Self::Cancel { by }
            | Self::Complete { by }
            | Self::Rate { by, .. }
            | Self::ReportTransfer { by, .. }
            | Self::Encrypt { by } => *by,
        }
    }
}

impl Aggregate for Match {
    const TYPE: &'static str = "match";
    type Command = MatchCommand;
    type Event = MatchEvent;
    type Error = MatchError;
    type Services = ();

    async fn handle(
        &mut self,
        command: MatchCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), MatchError> {
        for event in self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: MatchEvent) {
        *self = match (std::mem::take(self), event) {
            (_, MatchEvent::Requested { event, requester, recipient }) => {
                Self::Requested(Pair { event, requester, recipient })
            }
            (Self::Requested(pair), MatchEvent::Accepted { .. }) => {
                let (handovers, encryption) = Default::default();
                Self::Accepted { pair, handovers, encryption }
            }
            (Self::Requested(pair), MatchEvent::Declined { .. }) => Self::Declined(pair),
            (Self::Requested(pair) | Self::Accepted { pair, .. }, MatchEvent::Cancelled { .. }) => {
                Self::Cancelled(pair)
            }
            (Self::Accepted { pair, handovers, encryption }, MatchEvent::Completed { .. }) => {
                Self::Completed { pair, handovers, encryption, rated_by: BTreeSet::new() }
            }
            (
                Self::Completed { pair, handovers, encryption, mut rated_by },
                MatchEvent::PartnerRated { by, .. },
            ) => {
                rated_by.insert(by);
                Self::Completed { pair, handovers, encryption, rated_by }
            }
            (mut state, MatchEvent::EncryptionOffered { by, .. }) => {
                state.set_encryption(Encryption::Offered { by });
                state
            }
            (mut state, MatchEvent::EncryptionAgreed { .. }) => {
                state.set_encryption(Encryption::On);
                state
            }
            (mut state, MatchEvent::TransferReported { by, report, .. }) => {
                if let Some(handovers) = state.handovers_mut() {
                    handovers.add_report(by, &report);
                }
                state
            }
            (mut state, MatchEvent::VideoHandedOver(Receipt { transfer, .. })) => {
                if let Some(handovers) = state.handovers_mut() {
                    handovers.add_receipt(transfer);
                }
                state
            }
            (state, _) => state,
        };
    }
}

#[cfg(test)]
#[path = "match_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "match_encryption_tests.rs"]
mod encryption_tests;
