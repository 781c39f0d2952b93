//! Ids of different kinds are different types, so a swap does not compile.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Root of all derived (version 5) stream ids; never change it, or every derived stream is lost.
const NAMESPACE: Uuid = Uuid::from_u128(0x8f1d_3c52_6b0e_4a57_9c61_2d7a_51e0_c4b3);

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }

            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

macro_rules! fresh {
    ($($name:ident),*) => {
        $(impl $name {
            /// A new id (UUIDv7, so that ids made later sort later).
            #[expect(clippy::new_without_default, reason = "an id is made on purpose, never by default")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        })*
    };
}

id!(
    /// A person's account.
    UserId
);
id!(
    /// A dance event (a weekend, a competition), as opposed to a domain event.
    EventId
);
id!(
    /// One person's taking part in one dance event.
    ParticipationId
);
id!(
    /// The agreement of two people at one dance event.
    MatchId
);
id!(
    /// A chat message; made by the client, which is what makes sending idempotent.
    MessageId
);
id!(
    /// A report to the moderators.
    ReportId
);
fresh!(UserId, EventId, MessageId, ReportId);

impl ParticipationId {
    /// One per person and event: the derived id is the uniqueness rule.
    pub fn of(event: EventId, user: UserId) -> Self {
        Self(derive("participation", &[event.0, user.0]))
    }
}

impl MatchId {
    /// One per event and pair, whichever side asks: the derived id is the uniqueness rule.
    pub fn between(event: EventId, one: UserId, other: UserId) -> Self {
        let (first, second) = if one <= other { (one, other) } else { (other, one) };
        Self(derive("match", &[event.0, first.0, second.0]))
    }
}

fn derive(kind: &str, parts: &[Uuid]) -> Uuid {
    let mut name = kind.as_bytes().to_vec();
    for part in parts {
        name.extend_from_slice(part.as_bytes());
    }
    Uuid::new_v5(&NAMESPACE, &name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_match_has_the_same_id_whichever_side_asks() {
        let (event, ann, bob) = (EventId::new(), UserId::new(), UserId::new());
        assert_eq!(MatchId::between(event, ann, bob), MatchId::between(event, bob, ann));
    }

    #[test]
    fn another_event_or_partner_is_another_match() {
        let (event, ann, bob) = (EventId::new(), UserId::new(), UserId::new());
        assert_ne!(MatchId::between(event, ann, bob), MatchId::between(EventId::new(), ann, bob));
        assert_ne!(MatchId::between(event, ann, bob), MatchId::between(event, ann, UserId::new()));
    }

    #[test]
    fn derived_ids_are_pinned_because_stored_streams_depend_on_them() {
        let (event, user) = (EventId::from_uuid(Uuid::nil()), UserId::from_uuid(Uuid::max()));
        assert_eq!(
            ParticipationId::of(event, user).to_string(),
            Uuid::new_v5(
                &NAMESPACE,
                &[b"participation".as_slice(), &[0; 16], &[0xff; 16]].concat()
            )
            .to_string()
        );
    }
}
