//! How much one person may do on this node: so many sockets, so many frames a second.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use domain::values::ids::UserId;

use super::listeners::lock;

/// Sockets one person may have on this node.
pub const SOCKETS: u32 = 5;

/// Rooms one socket may be in.
pub const ROOMS: usize = 100;

/// Frames a person may send at once, and every second in the long run, over all sockets on this
/// node.
const BURST: f64 = 30.0;
const PER_SECOND: f64 = 10.0;

/// Everybody who is connected, or was a moment ago: reconnecting refills nobody's allowance.
#[derive(Default)]
pub struct Limits {
    people: Mutex<HashMap<UserId, Arc<Mutex<Person>>>>,
}

struct Person {
    sockets: u32,
    allowance: Allowance,
}

/// A bucket of tokens that fills with time.
struct Allowance {
    tokens: f64,
    at: Instant,
}

/// One socket's place among its person's; given back when dropped.
pub struct Seat {
    person: Arc<Mutex<Person>>,
    limited: bool,
}

impl Limits {
    /// A seat for one more socket of `user`, unless all are taken. Load tests are not
    /// `limited`.
    pub fn admit(&self, user: UserId, limited: bool) -> Option<Seat> {
        let mut people = lock(&self.people);
        if people.len() == people.capacity() {
            people.retain(|_, person| lock(person).matters(Instant::now()));
        }
        let person = people.entry(user).or_insert_with(|| Arc::new(Mutex::new(Person::new())));
        let mut state = lock(person);
        if limited && state.sockets >= SOCKETS {
            return None;
        }
        state.sockets += 1;
        drop(state);
        Some(Seat { person: person.clone(), limited })
    }
}

impl Seat {
    /// Whether this person may send a frame now; else how long to wait.
    pub fn spend(&self) -> Result<(), Duration> {
        if self.limited { lock(&self.person).allowance.spend(Instant::now()) } else { Ok(()) }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        lock(&self.person).sockets -= 1;
    }
}

impl Person {
    fn new() -> Self {
        Self { sockets: 0, allowance: Allowance { tokens: BURST, at: Instant::now() } }
    }

    /// Whether forgetting this person would make a difference.
    fn matters(&mut self, now: Instant) -> bool {
        self.sockets > 0 || self.allowance.refill(now) < BURST
    }
}

impl Allowance {
    fn refill(&mut self, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.tokens = (self.tokens + passed * PER_SECOND).min(BURST);
        self.at = now;
        self.tokens
    }

    fn spend(&mut self, now: Instant) -> Result<(), Duration> {
        let tokens = self.refill(now);
        if tokens < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - tokens) / PER_SECOND));
        }
        self.tokens -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_frames_at_once_then_ten_a_second() {
        let now = Instant::now();
        let mut allowance = Allowance { tokens: BURST, at: now };
        for _ in 0..30 {
            assert_eq!(allowance.spend(now), Ok(()));
        }
        let wait = allowance.spend(now).expect_err("the burst is used up");
        assert!(wait <= Duration::from_millis(100), "{wait:?}");
        assert!(allowance.spend(now + wait / 2).is_err());
        assert_eq!(allowance.spend(now + wait + Duration::from_millis(1)), Ok(()));
        let later = now + Duration::from_mins(1);
        assert_eq!((0..40).filter(|_| allowance.spend(later).is_ok()).count(), 30);
    }

    #[test]
    fn sockets_of_one_person_share_one_allowance() {
        let limits = Limits::default();
        let ann = UserId::new();
        let seat = || limits.admit(ann, true).expect("a seat");
        let (one, two) = (seat(), seat());
        let sent = (0..40).filter(|_| one.spend().is_ok()).count();
        assert!((30..=31).contains(&sent), "{sent}");
        assert!(two.spend().is_err());
        drop((one, two));
        assert!(seat().spend().is_err(), "reconnecting refilled the allowance");
    }

    #[test]
    fn a_person_has_five_seats_and_gets_them_back() {
        let limits = Limits::default();
        let ann = UserId::new();
        let mut seats: Vec<_> = (0..5).map(|_| limits.admit(ann, true).expect("one")).collect();
        assert!(limits.admit(ann, true).is_none());
        assert!(limits.admit(UserId::new(), true).is_some());
        seats.pop();
        assert!(limits.admit(ann, true).is_some());
    }

    #[test]
    fn limits_that_are_off_let_everything_through() {
        let limits = Limits::default();
        let ann = UserId::new();
        let seats: Vec<_> = (0..50).map(|_| limits.admit(ann, false).expect("a seat")).collect();
        assert!((0..1_000).all(|_| seats[0].spend().is_ok()));
    }
}
