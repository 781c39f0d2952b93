//! Which parts of events tell something about a person.
//!
//! The log never forgets, so these parts are stored sealed, each under its person's own key.
//! When the person is erased the key goes, and with it everything the log told of them; the
//! events stay, and what reads them finds in each part's place what is said here.

use uuid::Uuid;

use crate::account::AccountEvent;
use crate::dance_event::DanceEventEvent;
use crate::events::StoredEvent;
use crate::r#match::MatchEvent;
use crate::message::MessageEvent;
use crate::participation::ParticipationEvent;
use crate::report::ReportEvent;
use crate::values::ids::UserId;

/// How an erased person is called.
pub const ERASED_NAME: &str = "deleted dancer";

/// A part of one event's JSON.
#[derive(Debug, PartialEq, Eq)]
pub struct PersonalPart {
    pub event: &'static str,
    /// The names that lead to it, from inside the event.
    pub path: &'static [&'static str],
    /// The JSON that stands in its place once the person is erased.
    pub erased: &'static str,
}

/// What is personal in one aggregate's events.
pub trait Personal {
    const PARTS: &'static [PersonalPart] = &[];

    /// Whose the event's personal parts are. `stream` is the stream's id.
    fn person(&self, _stream: Uuid) -> Option<UserId> {
        None
    }
}

/// The personal parts of an aggregate's events, by its stored name.
pub fn parts_of(aggregate: &str) -> &'static [PersonalPart] {
    match aggregate {
        AccountEvent::AGGREGATE => AccountEvent::PARTS,
        MatchEvent::AGGREGATE => MatchEvent::PARTS,
        MessageEvent::AGGREGATE => MessageEvent::PARTS,
        ReportEvent::AGGREGATE => ReportEvent::PARTS,
        _ => &[],
    }
}

const fn part(
    event: &'static str,
    path: &'static [&'static str],
    erased: &'static str,
) -> PersonalPart {
    PersonalPart { event, path, erased }
}

impl Personal for AccountEvent {
    const PARTS: &'static [PersonalPart] = &[
        part("Registered", &["username"], r#""deleted dancer""#),
        part("Registered", &["email"], r#""""#),
        part("EmailChanged", &["email"], r#""""#),
        part(
            "ProfileUpdated",
            &["profile"],
            r#"{"username":"deleted dancer","avatar":null,"country":null,"bio":null,"danceRole":null}"#,
        ),
        part("Warned", &["warning"], r#""""#),
        part("Suspended", &["reason"], r#""""#),
    ];

    fn person(&self, stream: Uuid) -> Option<UserId> {
        Some(UserId::from_uuid(stream))
    }
}

impl Personal for MessageEvent {
    const PARTS: &'static [PersonalPart] =
        &[part("Posted", &["content"], r#""""#), part("Edited", &["content"], r#""""#)];

    fn person(&self, _: Uuid) -> Option<UserId> {
        match self {
            Self::Posted { author, .. } => Some(*author),
            Self::Edited { author, .. } => *author,
            Self::Retracted { .. } => None,
        }
    }
}

impl Personal for MatchEvent {
    const PARTS: &'static [PersonalPart] = &[
        part("PartnerRated", &["rating", "comment"], "null"),
        part("TransferReported", &["report", "reason"], "null"),
        part("TransferReported", &["report", "browser"], "null"),
    ];

    fn person(&self, _: Uuid) -> Option<UserId> {
        match self {
            Self::PartnerRated { by, .. } | Self::TransferReported { by, .. } => Some(*by),
            _ => None,
        }
    }
}

impl Personal for ReportEvent {
    const PARTS: &'static [PersonalPart] = &[
        part("Filed", &["filing", "details"], "null"),
        part("Filed", &["filing", "messageKey"], "null"),
        part("Resolved", &["resolution"], r#""""#),
    ];

    fn person(&self, _: Uuid) -> Option<UserId> {
        match self {
            Self::Filed { filing } => Some(filing.reporter),
            Self::Resolved { reported, .. } => *reported,
        }
    }
}

impl Personal for DanceEventEvent {}
impl Personal for ParticipationEvent {}
