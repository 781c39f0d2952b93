//! Whom an event concerns: the one rule for live pushes and for what a socket that comes
//! back has missed.

use std::fmt;
use std::str::FromStr;

use domain::events::{Event, RecordedEvent};
use domain::handovers::Receipt;
use domain::r#match::MatchEvent;
use domain::message::MessageEvent;
use domain::values::ids::UserId;
use domain::values::room::Room;
use domain::values::text::Invalid;
use uuid::Uuid;

/// Written `room:event:ID`, `room:match:ID` or `user:ID`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    Room(Room),
    User(UserId),
}

impl Audience {
    /// That of the event, the match or the person: no two of them have the same.
    pub(crate) fn uuid(&self) -> Uuid {
        match self {
            Self::Room(room) => room.uuid(),
            Self::User(user) => user.uuid(),
        }
    }
}

/// Everybody an event is pushed to; none for an event that is not pushed.
pub fn audiences(event: &RecordedEvent) -> Vec<Audience> {
    match &event.event {
        Event::Message(
            _,
            MessageEvent::Posted { room, .. }
            | MessageEvent::Edited { room, .. }
            | MessageEvent::Retracted { room },
        ) => vec![Audience::Room(*room)],
        Event::Match(_, MatchEvent::Requested { recipient, .. }) => {
            vec![Audience::User(*recipient)]
        }
        Event::Match(
            _,
            MatchEvent::Accepted { by, partner }
            | MatchEvent::Declined { by, partner }
            | MatchEvent::Cancelled { by, partner }
            | MatchEvent::Completed { by, partner }
            | MatchEvent::PartnerRated { by, partner, both_rated: true, .. }
            | MatchEvent::VideoHandedOver(Receipt { from: by, to: partner, .. })
            | MatchEvent::EncryptionOffered { by, partner }
            | MatchEvent::EncryptionAgreed { by, partner },
        ) => vec![Audience::User(*by), Audience::User(*partner)],
        // A first rating is nobody's business until the other side has rated too.
        Event::Match(
            _,
            MatchEvent::PartnerRated { both_rated: false, .. }
            | MatchEvent::TransferReported { .. },
        )
        | Event::Account(..)
        | Event::DanceEvent(..)
        | Event::Participation(..)
        | Event::Report(..) => vec![],
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Room(room) => write!(f, "room:{room}"),
            Self::User(user) => write!(f, "user:{user}"),
        }
    }
}

impl FromStr for Audience {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        const FORM: Invalid = Invalid::Form("must be an audience");
        match text.split_once(':').ok_or(FORM)? {
            ("room", room) => room.parse().map(Self::Room),
            ("user", id) => id.parse().map(Self::User).map_err(|_| FORM),
            _ => Err(FORM),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::values::ids::{EventId, MatchId};
    use domain::values::rating::{Rating, Score};

    fn recorded(event: MatchEvent) -> RecordedEvent {
        let id = MatchId::from_uuid(uuid::Uuid::nil());
        let event = Event::Match(id, event);
        RecordedEvent { position: 1, sequence: 1, at: chrono::Utc::now(), actor: None, event }
    }

    #[test]
    fn a_request_concerns_only_the_person_asked() {
        let (requester, recipient) = (UserId::new(), UserId::new());
        let event = MatchEvent::Requested { event: EventId::new(), requester, recipient };
        assert_eq!(audiences(&recorded(event)), [Audience::User(recipient)]);
    }

    #[test]
    fn a_rating_concerns_nobody_until_both_have_rated() {
        let (by, partner) = (UserId::new(), UserId::new());
        let rated = |both_rated| {
            let score = Score::try_from(5).expect("a score");
            let rating = Rating { score, comment: None, would_collaborate_again: true };
            audiences(&recorded(MatchEvent::PartnerRated { by, partner, rating, both_rated }))
        };
        assert_eq!(rated(false), []);
        assert_eq!(rated(true), [Audience::User(by), Audience::User(partner)]);
    }

    #[test]
    fn an_audience_reads_back_as_written() {
        for audience in [Audience::User(UserId::new()), Audience::Room(Room::Event(EventId::new()))]
        {
            assert_eq!(audience.to_string().parse(), Ok(audience));
        }
        assert!("hall:1".parse::<Audience>().is_err());
    }
}
