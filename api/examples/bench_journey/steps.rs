//! What a journey is made of, and how long each step took.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Register,
    Join,
    Connect,
    Ask,
    Agree,
    Say,
    Introduce,
    Complete,
    Rate,
}

impl Step {
    pub const ALL: [Self; 9] = [
        Self::Register,
        Self::Join,
        Self::Connect,
        Self::Ask,
        Self::Agree,
        Self::Say,
        Self::Introduce,
        Self::Complete,
        Self::Rate,
    ];
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Register => "registering",
            Self::Join => "joining an event",
            Self::Connect => "opening a socket and entering the event's room",
            Self::Ask => "asking, until the other phone shows it",
            Self::Agree => "agreeing, until the first phone shows it",
            Self::Say => "a private message, until the other phone shows it",
            Self::Introduce => "an offer, until the other phone has it",
            Self::Complete => "reporting the transfer and completing the match",
            Self::Rate => "rating",
        })
    }
}

/// Times of each step, in milliseconds.
#[derive(Default)]
pub struct Steps(BTreeMap<Step, Vec<f64>>);

impl Steps {
    pub fn note(&mut self, step: Step, took: Duration) {
        self.0.entry(step).or_default().push(took.as_secs_f64() * 1e3);
    }

    pub fn add(&mut self, other: Self) {
        for (step, times) in other.0 {
            self.0.entry(step).or_default().extend(times);
        }
    }

    pub fn percentile(&self, step: Step, share: usize) -> f64 {
        let mut times = self.0.get(&step).cloned().unwrap_or_default();
        times.sort_by(f64::total_cmp);
        times.get(times.len() * share / 100).copied().unwrap_or(f64::NAN)
    }
}
