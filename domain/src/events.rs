//! How events are stored: their names, their versions, and how a stored one is read back.
//!
//! A stored event is found again by `(aggregate type, event type, version)`. A name or a
//! version that is not listed here is an error that says so, never skipped. When the shape
//! of an event changes, its version goes up here and an [`Upcaster`] brings the old shape
//! to the new one.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use crate::account::AccountEvent;
use crate::dance_event::DanceEventEvent;
use crate::r#match::MatchEvent;
use crate::message::MessageEvent;
use crate::participation::ParticipationEvent;
use crate::personal::Personal;
use crate::report::ReportEvent;
use crate::values::ids::{EventId, MatchId, MessageId, ParticipationId, ReportId, UserId};

/// The stored names of one aggregate's events, with the version written today.
pub trait StoredEvent: DeserializeOwned + Personal {
    const AGGREGATE: &'static str;
    const VERSIONS: &'static [(&'static str, u32)];
}

macro_rules! stored {
    ($event:ident in $aggregate:literal { $($name:ident: $version:literal),+ $(,)? }) => {
        impl StoredEvent for $event {
            const AGGREGATE: &'static str = $aggregate;
            const VERSIONS: &'static [(&'static str, u32)] = &[$((stringify!($name), $version)),+];
        }

        impl cqrs_es::DomainEvent for $event {
            fn event_type(&self) -> String {
                match self { $(Self::$name { .. } => stringify!($name).to_owned()),+ }
            }

            fn event_version(&self) -> String {
                match self { $(Self::$name { .. } => stringify!($version).to_owned()),+ }
            }
        }
    };
}

stored!(AccountEvent in "account" {
    Registered: 1, EmailVerified: 1, EmailChanged: 1, ProfileUpdated: 1, RoleGranted: 1,
    UserBlocked: 1, UserUnblocked: 1, Warned: 1, Suspended: 1, SuspensionLifted: 1,
    ErasureRequested: 1, ErasureWithdrawn: 1, Erased: 1,
});
stored!(DanceEventEvent in "dance_event" { Announced: 1, Rescheduled: 1, Cancelled: 1 });
stored!(ParticipationEvent in "participation" { Joined: 1, Left: 1, CheckedIn: 1 });
stored!(MatchEvent in "match" {
    Requested: 1, Accepted: 1, Declined: 1, Cancelled: 1, Completed: 1,
    PartnerRated: 1, TransferReported: 1, VideoHandedOver: 1, EncryptionOffered: 1,
    EncryptionAgreed: 1,
});
stored!(MessageEvent in "message" { Posted: 1, Edited: 2, Retracted: 1 });
stored!(ReportEvent in "report" { Filed: 1, Resolved: 2 });

/// The aggregates that have streams in the log.
pub const AGGREGATES: &[&str] = &[
    AccountEvent::AGGREGATE,
    DanceEventEvent::AGGREGATE,
    ParticipationEvent::AGGREGATE,
    MatchEvent::AGGREGATE,
    MessageEvent::AGGREGATE,
    ReportEvent::AGGREGATE,
];

/// Any event of the log, with the stream it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    Account(UserId, AccountEvent),
    DanceEvent(EventId, DanceEventEvent),
    Participation(ParticipationId, ParticipationEvent),
    Match(MatchId, MatchEvent),
    Message(MessageId, MessageEvent),
    Report(ReportId, ReportEvent),
}

/// An event at its place in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedEvent {
    /// Place in the log, ascending in commit order.
    pub position: i64,
    /// Place in its stream, from 1.
    pub sequence: i64,
    /// When it was appended, by the database's clock.
    pub at: DateTime<Utc>,
    /// Who caused it; none where the system did.
    pub actor: Option<UserId>,
    pub event: Event,
}

/// What one transaction has put into the log.
#[derive(Debug)]
pub struct StoredTogether {
    /// The position of the last event.
    pub through: i64,
    /// In order of position. What could not be read again is left out.
    pub events: Vec<Arc<RecordedEvent>>,
}

/// An event as the log's table holds it.
#[derive(Clone, Debug)]
pub struct StoredRow {
    pub aggregate_type: String,
    pub aggregate_id: String,
    pub event_type: String,
    pub event_version: String,
    pub payload: Payload,
}

/// What an event says, as JSON: text until an old version has to be changed.
#[derive(Clone, Debug)]
pub enum Payload {
    /// As the table holds it: nobody has looked whether it is JSON.
    Text(String),
    Value(Value),
}

impl Payload {
    /// To look inside, and to change it.
    fn value(&mut self) -> Result<&mut Value, serde_json::Error> {
        if let Self::Text(text) = self {
            *self = Self::Value(serde_json::from_str(text)?);
        }
        match self {
            Self::Value(value) => Ok(value),
            Self::Text(_) => unreachable!("it was read just now"),
        }
    }

    /// To change it as text.
    pub fn text(&mut self) -> &mut String {
        if let Self::Value(value) = self {
            *self = Self::Text(value.to_string());
        }
        match self {
            Self::Text(text) => text,
            Self::Value(_) => unreachable!("it was written just now"),
        }
    }

    fn read<E: DeserializeOwned>(self) -> Result<E, serde_json::Error> {
        match self {
            Self::Text(text) => serde_json::from_str(&text),
            Self::Value(value) => serde_json::from_value(value),
        }
    }
}

impl From<Value> for Payload {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}

/// A stored event that this version of the product cannot read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    #[error("unknown aggregate type {0:?}")]
    UnknownAggregate(String),
    #[error("unknown event {aggregate}.{event} version {version}")]
    UnknownEvent { aggregate: String, event: String, version: String },
    #[error("the stream id {0:?} is not a UUID")]
    StreamId(String),
    #[error("the payload of {aggregate}.{event} version {version} does not fit")]
    Payload { aggregate: String, event: String, version: String, source: serde_json::Error },
}

/// Brings the payload of one old version of one event to the next version.
pub struct Upcaster {
    pub aggregate: &'static str,
    pub event: &'static str,
    pub from_version: u32,
    pub upcast: fn(Value) -> Value,
}

/// All upcasters, oldest first.
pub const UPCASTERS: &[Upcaster] = &[
    // The second version names the author, under whose key the new content is sealed.
    Upcaster {
        aggregate: "message",
        event: "Edited",
        from_version: 1,
        upcast: |payload| with_nobody(payload, "Edited", "author"),
    },
    // Likewise of whom a resolution tells.
    Upcaster {
        aggregate: "report",
        event: "Resolved",
        from_version: 1,
        upcast: |payload| with_nobody(payload, "Resolved", "reported"),
    },
];

fn with_nobody(mut payload: Value, event: &str, field: &str) -> Value {
    if let Some(fields) = payload.get_mut(event).and_then(Value::as_object_mut) {
        fields.insert(field.into(), Value::Null);
    }
    payload
}

impl Event {
    /// Who is erased by it, if it erases somebody.
    pub fn erased(&self) -> Option<UserId> {
        match self {
            Self::Account(person, AccountEvent::Erased {}) => Some(*person),
            _ => None,
        }
    }

    pub fn decode(row: StoredRow) -> Result<Self, DecodeError> {
        Self::decode_with(UPCASTERS, row)
    }

    /// The stream it belongs to: its aggregate's stored name, and its id.
    pub fn stream(&self) -> (&'static str, Uuid) {
        match self {
            Self::Account(id, _) => (AccountEvent::AGGREGATE, id.uuid()),
            Self::DanceEvent(id, _) => (DanceEventEvent::AGGREGATE, id.uuid()),
            Self::Participation(id, _) => (ParticipationEvent::AGGREGATE, id.uuid()),
            Self::Match(id, _) => (MatchEvent::AGGREGATE, id.uuid()),
            Self::Message(id, _) => (MessageEvent::AGGREGATE, id.uuid()),
            Self::Report(id, _) => (ReportEvent::AGGREGATE, id.uuid()),
        }
    }

    fn decode_with(upcasters: &[Upcaster], row: StoredRow) -> Result<Self, DecodeError> {
        let id = Uuid::parse_str(&row.aggregate_id)
            .map_err(|_| DecodeError::StreamId(row.aggregate_id.clone()))?;
        match row.aggregate_type.as_str() {
            AccountEvent::AGGREGATE => {
                Ok(Self::Account(UserId::from_uuid(id), payload(upcasters, row)?))
            }
            DanceEventEvent::AGGREGATE => {
                Ok(Self::DanceEvent(EventId::from_uuid(id), payload(upcasters, row)?))
            }
            ParticipationEvent::AGGREGATE => {
                Ok(Self::Participation(ParticipationId::from_uuid(id), payload(upcasters, row)?))
            }
            MatchEvent::AGGREGATE => {
                Ok(Self::Match(MatchId::from_uuid(id), payload(upcasters, row)?))
            }
            MessageEvent::AGGREGATE => {
                Ok(Self::Message(MessageId::from_uuid(id), payload(upcasters, row)?))
            }
            ReportEvent::AGGREGATE => {
                Ok(Self::Report(ReportId::from_uuid(id), payload(upcasters, row)?))
            }
            other => Err(DecodeError::UnknownAggregate(other.to_owned())),
        }
    }
}

/// Reads one aggregate's stored payload, brought up to today's version first.
pub fn payload<E: StoredEvent>(upcasters: &[Upcaster], row: StoredRow) -> Result<E, DecodeError> {
    let StoredRow { aggregate_type, event_type, event_version, payload, .. } = row;
    let (aggregate, event, version) = (aggregate_type, event_type, event_version);
    let Some(steps) = steps_to_today::<E>(upcasters, &event, &version) else {
        return Err(DecodeError::UnknownEvent { aggregate, event, version });
    };
    upcast(payload, &steps).and_then(Payload::read).map_err(|source| DecodeError::Payload {
        aggregate,
        event,
        version,
        source,
    })
}

fn upcast(mut payload: Payload, steps: &[&Upcaster]) -> Result<Payload, serde_json::Error> {
    for step in steps {
        let value = payload.value()?;
        *value = (step.upcast)(value.take());
    }
    Ok(payload)
}

/// What brings a payload to today's version; none for a name, a version or a step that is not
/// known.
fn steps_to_today<'a, E: StoredEvent>(
    upcasters: &'a [Upcaster],
    event: &str,
    version: &str,
) -> Option<Vec<&'a Upcaster>> {
    let (_, current) = *E::VERSIONS.iter().find(|(name, _)| *name == event)?;
    let version = version.parse::<u32>().ok().filter(|version| *version <= current)?;
    (version..current)
        .map(|version| {
            upcasters.iter().find(|step| {
                step.aggregate == E::AGGREGATE
                    && step.event == event
                    && step.from_version == version
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(aggregate: &str, event: &str, version: &str, payload: Value) -> StoredRow {
        StoredRow {
            aggregate_type: aggregate.into(),
            aggregate_id: Uuid::nil().to_string(),
            event_type: event.into(),
            event_version: version.into(),
            payload: payload.into(),
        }
    }

    #[test]
    fn an_unknown_event_or_version_is_named() {
        let error = Event::decode(row("match", "Danced", "1", json!({}))).expect_err("refused");
        assert_eq!(error.to_string(), "unknown event match.Danced version 1");
        let error = Event::decode(row("match", "Accepted", "9", json!({}))).expect_err("refused");
        assert_eq!(error.to_string(), "unknown event match.Accepted version 9");
        let error = Event::decode(row("waltz", "Danced", "1", json!({}))).expect_err("refused");
        assert_eq!(error.to_string(), "unknown aggregate type \"waltz\"");
    }

    #[test]
    fn an_old_version_is_brought_up_to_date_before_it_is_read() {
        #[derive(Debug, PartialEq, serde::Deserialize)]
        enum Sample {
            Moved { to: String },
        }
        impl Personal for Sample {}
        impl StoredEvent for Sample {
            const AGGREGATE: &'static str = "sample";
            const VERSIONS: &'static [(&'static str, u32)] = &[("Moved", 2)];
        }
        let upcasters = [Upcaster {
            aggregate: "sample",
            event: "Moved",
            from_version: 1,
            upcast: |old| json!({ "Moved": { "to": old["Moved"]["place"] } }),
        }];
        let old = row("sample", "Moved", "1", json!({ "Moved": { "place": "hall" } }));
        assert_eq!(
            payload::<Sample>(&upcasters, old).expect("upcast"),
            Sample::Moved { to: "hall".into() }
        );
        let old = row("sample", "Moved", "1", json!({ "Moved": { "place": "hall" } }));
        assert!(payload::<Sample>(&[], old).is_err(), "a missing step is not skipped");
    }
}
