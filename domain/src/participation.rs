//! One person's taking part in one dance event.
//!
//! * Joining twice is the same as joining once; so is leaving.
//! * Only who has joined checks in, once.
//!
//! Its stream's id is derived from event and person, so there is one of each, and no
//! stream is shared by the crowd that joins at once.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use crate::values::ids::{EventId, UserId};

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Participation {
    #[default]
    Absent,
    Joined {
        checked_in: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ParticipationCommand {
    Join { event: EventId, user: UserId },
    Leave { event: EventId, user: UserId },
    CheckIn { event: EventId, user: UserId },
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum ParticipationEvent {
    Joined { event: EventId, user: UserId },
    Left { event: EventId, user: UserId },
    CheckedIn { event: EventId, user: UserId },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParticipationError {
    #[error("you have not joined this event")]
    NotJoined,
}

impl Participation {
    pub fn joined(&self) -> bool {
        matches!(self, Self::Joined { .. })
    }

    pub fn decide(
        &self,
        command: ParticipationCommand,
    ) -> Result<Vec<ParticipationEvent>, ParticipationError> {
        use ParticipationCommand::*;
        match (self, command) {
            (Self::Absent, Join { event, user }) => {
                Ok(vec![ParticipationEvent::Joined { event, user }])
            }
            (Self::Joined { .. }, Leave { event, user }) => {
                Ok(vec![ParticipationEvent::Left { event, user }])
            }
            (Self::Joined { checked_in: false }, CheckIn { event, user }) => {
                Ok(vec![ParticipationEvent::CheckedIn { event, user }])
            }
            (Self::Absent, CheckIn { .. }) => Err(ParticipationError::NotJoined),
            (Self::Joined { .. }, Join { .. } | CheckIn { .. }) | (Self::Absent, Leave { .. }) => {
                Ok(vec![])
            }
        }
    }
}

impl Aggregate for Participation {
    const TYPE: &'static str = "participation";
    type Command = ParticipationCommand;
    type Event = ParticipationEvent;
    type Error = ParticipationError;
    type Services = ();

    async fn handle(
        &mut self,
        command: ParticipationCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), ParticipationError> {
        for event in self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: ParticipationEvent) {
        *self = match event {
            ParticipationEvent::Joined { .. } => Self::Joined { checked_in: false },
            ParticipationEvent::CheckedIn { .. } => Self::Joined { checked_in: true },
            ParticipationEvent::Left { .. } => Self::Absent,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cqrs_es::test::{AggregateTestExecutor, TestFramework};
    use uuid::Uuid;

    const EVENT: EventId = EventId::from_uuid(Uuid::from_u128(7));
    const ANN: UserId = UserId::from_uuid(Uuid::from_u128(1));
    const JOIN: ParticipationCommand = ParticipationCommand::Join { event: EVENT, user: ANN };
    const LEAVE: ParticipationCommand = ParticipationCommand::Leave { event: EVENT, user: ANN };
    const CHECK_IN: ParticipationCommand =
        ParticipationCommand::CheckIn { event: EVENT, user: ANN };
    const JOINED: ParticipationEvent = ParticipationEvent::Joined { event: EVENT, user: ANN };
    const LEFT: ParticipationEvent = ParticipationEvent::Left { event: EVENT, user: ANN };
    const CHECKED_IN: ParticipationEvent =
        ParticipationEvent::CheckedIn { event: EVENT, user: ANN };

    fn given<const N: usize>(
        events: [ParticipationEvent; N],
    ) -> AggregateTestExecutor<Participation> {
        TestFramework::with(()).given(events.into())
    }

    #[test]
    fn joining_twice_is_the_same_as_joining_once() {
        given([]).when(JOIN).then_expect_events(vec![JOINED]);
        given([JOINED]).when(JOIN).then_expect_events(vec![]);
    }

    #[test]
    fn who_left_may_join_again() {
        given([JOINED]).when(LEAVE).then_expect_events(vec![LEFT]);
        given([JOINED, LEFT]).when(LEAVE).then_expect_events(vec![]);
        given([JOINED, LEFT]).when(JOIN).then_expect_events(vec![JOINED]);
    }

    #[test]
    fn only_who_has_joined_checks_in_and_only_once() {
        given([]).when(CHECK_IN).then_expect_error(ParticipationError::NotJoined);
        given([JOINED]).when(CHECK_IN).then_expect_events(vec![CHECKED_IN]);
        given([JOINED, CHECKED_IN]).when(CHECK_IN).then_expect_events(vec![]);
    }
}
