//! How many events are tried at once, how soon again after a failure, and when to give up.

use std::time::Duration;

use domain::events::RecordedEvent;

use crate::error::ProjectionError;
use crate::parked::ParkedEvent;

/// Waits between attempts at what failed, doubling from the first to the last.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));
/// Attempts at one event by itself. Together they take a second and a half.
const ATTEMPTS: u32 = 4;

/// One event at a time after a failure, so that the one that fails is found and all before it
/// are applied; then more again.
pub(crate) struct Pace {
    most: usize,
    batch: usize,
    failures: u32,
    suspect: Option<Suspect>,
}

/// An event that failed by itself.
struct Suspect {
    position: i64,
    attempts: u32,
    reason: String,
}

impl Pace {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, batch: most, failures: 0, suspect: None }
    }

    pub(crate) fn batch(&self) -> usize {
        self.batch
    }

    /// What failed by itself is forgotten once it is behind, not by what comes before it.
    pub(crate) fn succeeded(&mut self, through: i64) {
        if self.suspect.as_ref().is_some_and(|suspect| suspect.position > through) {
            return;
        }
        (self.failures, self.suspect) = (0, None);
        self.batch = (self.batch * 2).min(self.most);
    }

    /// How long to wait before the next attempt.
    pub(crate) fn failed(&mut self, error: &ProjectionError) -> Duration {
        let (first, last) = BACKOFF;
        let wait = first.saturating_mul(1 << self.failures.min(10)).min(last);
        self.failures += 1;
        self.batch = 1;
        if let ProjectionError::Poisoned { position, events: 1, reason } = error {
            let before = self.suspect.take().filter(|suspect| suspect.position == *position);
            let attempts = before.map_or(0, |suspect| suspect.attempts) + 1;
            self.suspect = Some(Suspect { position: *position, attempts, reason: reason.clone() });
        }
        wait
    }

    /// The event as one to park, once it has failed by itself often enough.
    pub(crate) fn given_up(&self, event: &RecordedEvent) -> Option<ParkedEvent> {
        let suspect = self.suspect.as_ref()?;
        let given_up = suspect.position == event.position && suspect.attempts >= ATTEMPTS;
        given_up.then(|| ParkedEvent::failed(event, suspect.reason.clone(), suspect.attempts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fails(pace: &mut Pace, position: i64, events: usize) -> Duration {
        pace.failed(&ProjectionError::Poisoned { position, events, reason: "it is".into() })
    }

    #[test]
    fn one_event_at_a_time_is_tried_after_a_failure_and_then_more_again() {
        let mut pace = Pace::new(8);
        fails(&mut pace, 7, 8);
        assert_eq!(pace.batch(), 1);
        for (through, batch) in [(1, 2), (3, 4), (7, 8), (15, 8)] {
            pace.succeeded(through);
            assert_eq!(pace.batch(), batch);
        }
    }

    #[test]
    fn what_failed_by_itself_is_met_alone_again_and_ever_later() {
        let mut pace = Pace::new(8);
        let first = fails(&mut pace, 7, 1);
        for through in [2, 4, 6] {
            pace.succeeded(through);
            assert_eq!(pace.batch(), 1);
        }
        assert!(fails(&mut pace, 7, 1) > first);
        assert_eq!(pace.suspect.as_ref().map(|it| it.attempts), Some(2));
        pace.succeeded(7);
        assert!(pace.suspect.is_none());
        assert_eq!(fails(&mut pace, 9, 1), first);
    }
}
