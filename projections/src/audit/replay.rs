//! What a match's events come to, and how each of them reads.
//!
//! The state is the aggregate's own: an event that the aggregate ignores, which only somebody
//! who writes to the log by hand can bring about, shows in the timeline and changes nothing.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::Aggregate;
use domain::events::RecordedEvent;
use domain::handovers::Receipt;
use domain::r#match::{Match, MatchEvent, Pair};
use domain::values::ids::{EventId, UserId};
use domain::values::rating::{REVEAL_AFTER_DAYS, Rating};
use domain::values::transfer::TransferReport;

use super::words::words;
use crate::history::HistoryEntry;
use crate::models::matches::MatchStatus;
use crate::models::users::UserSummary;

/// Where a match stands. Nothing is kept from auditors: ratings show as soon as they are given.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchState {
    pub status: MatchStatus,
    pub event: DanceEventName,
    pub requester: UserSummary,
    pub recipient: UserSummary,
    /// Every move so far, the request included, oldest first.
    pub moves: Vec<Recorded<MatchStatus>>,
    pub ratings: Vec<Recorded<Rating>>,
    /// Whether the members may see each other's ratings because both have rated.
    pub both_rated: bool,
    /// When a single rating shows to the other side all the same; none before completion.
    pub reveals_at: Option<DateTime<Utc>>,
    pub transfers: Vec<Recorded<TransferReport>>,
    /// Videos that both said were received and verified.
    pub receipts: Vec<Recorded<Receipt>>,
}

/// The dance event of a match; its name is none while the read model does not know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DanceEventName {
    pub id: EventId,
    pub name: Option<String>,
}

/// Something a member did, with its place in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded<T> {
    pub position: i64,
    pub at: DateTime<Utc>,
    pub by: UserSummary,
    pub what: T,
}

/// One event of a match, for people.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelineEntry {
    pub entry: HistoryEntry,
    pub by: UserSummary,
    /// What they did, to be read after their name.
    pub words: String,
}

/// What a match's events name, as it is called today.
pub(super) struct Names {
    pub people: HashMap<UserId, UserSummary>,
    pub event: DanceEventName,
}

impl Names {
    pub fn person(&self, id: UserId) -> UserSummary {
        let known = self.people.get(&id).cloned();
        known.unwrap_or_else(|| UserSummary::joined(id.uuid(), None, None))
    }
}

/// None where the events are no match's from its beginning.
pub(super) fn replay<'a>(
    events: impl Iterator<Item = (&'a RecordedEvent, &'a MatchEvent)>,
    names: &Names,
) -> Option<(MatchState, Vec<TimelineEntry>)> {
    let mut state = Match::default();
    let (mut moves, mut ratings) = (vec![], vec![]);
    let (mut transfers, mut receipts, mut timeline) = (vec![], vec![], vec![]);
    for (recorded, event) in events {
        let (by, _) = event.by_and_partner();
        let by = names.person(by);
        timeline.push(TimelineEntry {
            entry: HistoryEntry::of(recorded, event, true),
            by: by.clone(),
            words: words(event, &state, names),
        });
        let before = state.clone();
        state.apply(event.clone());
        match event {
            MatchEvent::TransferReported { report, .. } => {
                if state.agreed_partner_of(by.id).is_some() {
                    transfers.push(Recorded::new(recorded, &by, report.clone()));
                }
            }
            _ if state == before => {}
            MatchEvent::EncryptionOffered { .. } | MatchEvent::EncryptionAgreed { .. } => {}
            MatchEvent::VideoHandedOver(receipt) => {
                receipts.push(Recorded::new(recorded, &by, receipt.clone()));
            }
            MatchEvent::PartnerRated { rating, .. } => {
                ratings.push(Recorded::new(recorded, &by, rating.clone()));
            }
            _ => moves.push(Recorded::new(recorded, &by, MatchStatus::of(&state)?)),
        }
    }
    let Pair { requester, recipient, .. } = *state.pair()?;
    let completed = moves.iter().find(|step| step.what == MatchStatus::Completed);
    let state = MatchState {
        status: MatchStatus::of(&state)?,
        event: names.event.clone(),
        requester: names.person(requester),
        recipient: names.person(recipient),
        both_rated: matches!(&state, Match::Completed { rated_by, .. }
            if rated_by.contains(&requester) && rated_by.contains(&recipient)),
        reveals_at: completed.map(|step| step.at + TimeDelta::days(REVEAL_AFTER_DAYS)),
        moves,
        ratings,
        transfers,
        receipts,
    };
    Some((state, timeline))
}

impl<T> Recorded<T> {
    fn new(recorded: &RecordedEvent, by: &UserSummary, what: T) -> Self {
        Self { position: recorded.position, at: recorded.at, by: by.clone(), what }
    }
}
