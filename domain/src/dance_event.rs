//! A dance event: a weekend or competition people come to.
//!
//! * It is announced once, with its last day on or after its first.
//! * A cancelled event is neither moved nor cancelled again.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use crate::values::dance_event::{Announcement, EventDates};
use crate::values::ids::UserId;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum DanceEvent {
    #[default]
    Unannounced,
    Announced {
        dates: EventDates,
    },
    Cancelled,
}

#[derive(Clone, Debug, PartialEq)]
pub enum DanceEventCommand {
    Announce { by: UserId, announcement: Announcement },
    Reschedule { by: UserId, dates: EventDates },
    Cancel { by: UserId },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum DanceEventEvent {
    Announced { by: UserId, announcement: Announcement },
    Rescheduled { by: UserId, dates: EventDates },
    Cancelled { by: UserId },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DanceEventError {
    #[error("this event is already announced")]
    AlreadyAnnounced,
    #[error("there is no such event")]
    NoEvent,
    #[error("this event is cancelled")]
    Cancelled,
}

impl DanceEvent {
    /// Whether people may join and talk: it is there and not cancelled.
    pub fn open(&self) -> Result<(), DanceEventError> {
        match self {
            Self::Announced { .. } => Ok(()),
            Self::Unannounced => Err(DanceEventError::NoEvent),
            Self::Cancelled => Err(DanceEventError::Cancelled),
        }
    }

    pub fn decide(
        &self,
        command: DanceEventCommand,
    ) -> Result<Vec<DanceEventEvent>, DanceEventError> {
        use DanceEventCommand::*;
        match (self, command) {
            (Self::Unannounced, Announce { by, announcement }) => {
                Ok(vec![DanceEventEvent::Announced { by, announcement }])
            }
            (_, Announce { .. }) => Err(DanceEventError::AlreadyAnnounced),
            (Self::Unannounced, _) => Err(DanceEventError::NoEvent),
            (Self::Cancelled, _) => Err(DanceEventError::Cancelled),
            (Self::Announced { dates: now }, Reschedule { dates, .. }) if *now == dates => {
                Ok(vec![])
            }
            (Self::Announced { .. }, Reschedule { by, dates }) => {
                Ok(vec![DanceEventEvent::Rescheduled { by, dates }])
            }
            (Self::Announced { .. }, Cancel { by }) => Ok(vec![DanceEventEvent::Cancelled { by }]),
        }
    }
}

impl Aggregate for DanceEvent {
    const TYPE: &'static str = "dance_event";
    type Command = DanceEventCommand;
    type Event = DanceEventEvent;
    type Error = DanceEventError;
    type Services = ();

    async fn handle(
        &mut self,
        command: DanceEventCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), DanceEventError> {
        for event in self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: DanceEventEvent) {
        *self = match event {
            DanceEventEvent::Announced { announcement, .. } => {
                Self::Announced { dates: announcement.dates }
            }
            DanceEventEvent::Rescheduled { dates, .. } => Self::Announced { dates },
            DanceEventEvent::Cancelled { .. } => Self::Cancelled,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::dance_event::Slug;
    use crate::values::text::{EventName, Location};
    use cqrs_es::test::{AggregateTestExecutor, TestFramework};
    use uuid::Uuid;

    const ORGANIZER: UserId = UserId::from_uuid(Uuid::from_u128(1));

    fn given<const N: usize>(events: [DanceEventEvent; N]) -> AggregateTestExecutor<DanceEvent> {
        TestFramework::with(()).given(events.into())
    }

    fn dates(start: &str, end: &str) -> EventDates {
        EventDates::new(start.parse().expect("a date"), end.parse().expect("a date"))
            .expect("dates in order")
    }

    fn announcement() -> Announcement {
        let name = EventName::try_from("BudaFest").expect("a name");
        let dates = dates("2026-12-03", "2026-12-06");
        Announcement {
            slug: Slug::candidate(&name, dates.start(), 1),
            name,
            location: Location::try_from("Budapest").expect("a place"),
            dates,
            worldsdc_id: None,
            description: None,
        }
    }

    fn announced() -> DanceEventEvent {
        DanceEventEvent::Announced { by: ORGANIZER, announcement: announcement() }
    }

    fn cancelled() -> DanceEventEvent {
        DanceEventEvent::Cancelled { by: ORGANIZER }
    }

    #[test]
    fn an_event_is_announced_once() {
        let announce = DanceEventCommand::Announce { by: ORGANIZER, announcement: announcement() };
        given([]).when(announce.clone()).then_expect_events(vec![announced()]);
        given([announced()]).when(announce).then_expect_error(DanceEventError::AlreadyAnnounced);
    }

    #[test]
    fn an_event_may_move_until_it_is_cancelled() {
        let moved = dates("2026-12-10", "2026-12-13");
        let command = DanceEventCommand::Reschedule { by: ORGANIZER, dates: moved };
        given([announced()])
            .when(command.clone())
            .then_expect_events(vec![DanceEventEvent::Rescheduled { by: ORGANIZER, dates: moved }]);
        given([announced(), cancelled()])
            .when(command.clone())
            .then_expect_error(DanceEventError::Cancelled);
        given([]).when(command).then_expect_error(DanceEventError::NoEvent);
    }

    #[test]
    fn moving_an_event_to_its_own_dates_changes_nothing() {
        let same = announcement().dates;
        given([announced()])
            .when(DanceEventCommand::Reschedule { by: ORGANIZER, dates: same })
            .then_expect_events(vec![]);
    }

    #[test]
    fn an_event_is_cancelled_once_and_then_closed() {
        let cancel = DanceEventCommand::Cancel { by: ORGANIZER };
        given([announced()]).when(cancel.clone()).then_expect_events(vec![cancelled()]);
        given([announced(), cancelled()])
            .when(cancel)
            .then_expect_error(DanceEventError::Cancelled);

        let mut event = DanceEvent::default();
        assert_eq!(event.open(), Err(DanceEventError::NoEvent));
        event.apply(announced());
        assert_eq!(event.open(), Ok(()));
        event.apply(cancelled());
        assert_eq!(event.open(), Err(DanceEventError::Cancelled));
    }
}
