//! The JSON of every event as it is stored, pinned. A snapshot that changes means that events
//! already stored no longer read back: raise the event's version and add an upcaster instead.

use cqrs_es::DomainEvent;
use domain::account::AccountEvent;
use domain::dance_event::DanceEventEvent;
use domain::events::{Event, Payload, StoredEvent, StoredRow, UPCASTERS};
use domain::handovers::Receipt;
use domain::r#match::MatchEvent;
use domain::message::MessageEvent;
use domain::participation::ParticipationEvent;
use domain::personal::parts_of;
use domain::report::{Filing, Grounds, Outcome as ReportOutcome, ReportEvent};
use domain::values::account::{AvatarUrl, Country, DanceRole, Email, Profile, Role, Username};
use domain::values::dance_event::{Announcement, EventDates, Slug};
use domain::values::elsewhere::{SocialLink, SocialLinks, WsdcNumber};
use domain::values::encryption::Envelope;
use domain::values::ids::{EventId, MatchId, MessageId, ReportId, UserId};
use domain::values::rating::{Rating, Score};
use domain::values::room::{MessageKind, Room};
use domain::values::text::*;
use domain::values::transfer::{Bytes, Direction, Millis, Outcome, Path, Proof, TransferReport};
use serde_json::{Value, json};
use uuid::Uuid;

const ANN: UserId = UserId::from_uuid(Uuid::from_u128(0xa));
const BOB: UserId = UserId::from_uuid(Uuid::from_u128(0xb));
const EVENT: EventId = EventId::from_uuid(Uuid::from_u128(0xe));
const ROOM: Room = Room::Match(MatchId::from_uuid(Uuid::from_u128(0xc)));

fn parse<T>(text: &str) -> T
where
    T: for<'a> TryFrom<&'a str, Error = Invalid>,
{
    T::try_from(text).expect("a valid sample")
}

/// One event of an aggregate as it is stored; that it reads back is checked on the way.
fn stored<E>(event: E) -> (String, Value)
where
    E: DomainEvent + StoredEvent,
{
    let payload = serde_json::to_value(&event).expect("serialises");
    let row = |payload| StoredRow {
        aggregate_type: E::AGGREGATE.into(),
        aggregate_id: Uuid::nil().to_string(),
        event_type: event.event_type(),
        event_version: event.event_version(),
        payload,
    };
    let from_text =
        Event::decode(row(Payload::Text(payload.to_string()))).expect("reads back from text");
    let from_value = Event::decode(row(payload.clone().into())).expect("reads back");
    assert_eq!(from_text, from_value);
    (format!("{}.{}.v{}", E::AGGREGATE, event.event_type(), event.event_version()), payload)
}

fn dates() -> EventDates {
    let day = |text: &str| text.parse().expect("a date");
    EventDates::new(day("2026-12-03"), day("2026-12-06")).expect("dates in order")
}

fn report() -> TransferReport {
    TransferReport {
        transfer: Some(Uuid::from_u128(0xf)),
        direction: Direction::Sent,
        outcome: Outcome::Completed,
        bytes: Bytes::try_from(20_971_520).expect("a size"),
        millis: Millis::from_seconds(2.5).expect("a duration"),
        path: Some(Path::Host),
        reason: Some(parse::<Reason>("none")),
        browser: Some(parse::<Reason>("Chromium 156")),
        proof: None,
        connected: None,
        connect_millis: None,
    }
}

fn proof() -> Proof {
    parse("6f6c7e2c1d0b5a493827161504f3e2d1c0bfae9d8c7b6a59483726150403f2e1")
}

/// With all that was added to reports after the first version of them was stored.
fn full_report() -> TransferReport {
    TransferReport {
        proof: Some(proof()),
        connected: Some(true),
        connect_millis: Some(Millis::from_seconds(0.8).expect("a duration")),
        ..report()
    }
}

fn samples() -> Vec<(String, Value)> {
    let (by, partner) = (ANN, BOB);
    let name: EventName = parse("BudaFest");
    let profile = Profile {
        username: parse::<Username>("ann"),
        avatar: Some(parse::<AvatarUrl>("https://example.com/ann.webp")),
        country: Some(parse::<Country>("HU")),
        bio: Some(parse::<Bio>("Dancing since 2012")),
        dance_role: Some(DanceRole::Switch),
        social_links: SocialLinks::default(),
        wsdc_number: None,
    };
    let announcement = Announcement {
        slug: Slug::candidate(&name, dates().start(), 1),
        name,
        location: parse::<Location>("Budapest"),
        dates: dates(),
        worldsdc_id: Some(parse::<WorldsdcId>("1234")),
        description: Some(parse::<Description>("Four days of West Coast Swing")),
    };
    let rating = Rating {
        score: Score::try_from(5).expect("a score"),
        comment: Some(parse::<Comment>("Steady hands")),
        would_collaborate_again: true,
    };
    let filing = Filing {
        reporter: ANN,
        reported: BOB,
        grounds: Grounds::Spam,
        details: Some(parse::<ReportDetails>("Sent the same link ten times")),
        match_id: Some(MatchId::from_uuid(Uuid::from_u128(0xc))),
        message_id: Some(MessageId::from_uuid(Uuid::from_u128(0xd))),
        message_key: Some(parse(&format!("{}A", "k".repeat(42)))),
    };
    let content = || parse::<MessageContent>("See you at the bar");
    vec![
        stored(AccountEvent::Registered {
            username: parse("ann"),
            email: parse::<Email>("ann@example.com"),
        }),
        stored(AccountEvent::EmailVerified {}),
        stored(AccountEvent::EmailChanged { email: parse("ann@new.example") }),
        stored(AccountEvent::ProfileUpdated { profile }),
        stored(AccountEvent::RoleGranted { role: Role::Organizer }),
        stored(AccountEvent::UserBlocked { user: BOB }),
        stored(AccountEvent::UserUnblocked { user: BOB }),
        stored(AccountEvent::Warned { by: BOB, warning: parse("Be kind.") }),
        stored(AccountEvent::Suspended { by: BOB, reason: parse("spam"), until: None }),
        stored(AccountEvent::SuspensionLifted { by: BOB }),
        stored(AccountEvent::ErasureRequested {
            due: "2026-12-10T12:00:00Z".parse().expect("a time"),
        }),
        stored(AccountEvent::ErasureWithdrawn {}),
        stored(AccountEvent::Erased {}),
        stored(DanceEventEvent::Announced { by, announcement }),
        stored(DanceEventEvent::Rescheduled { by, dates: dates() }),
        stored(DanceEventEvent::Cancelled { by }),
        stored(ParticipationEvent::Joined { event: EVENT, user: ANN }),
        stored(ParticipationEvent::Left { event: EVENT, user: ANN }),
        stored(ParticipationEvent::CheckedIn { event: EVENT, user: ANN }),
        stored(MatchEvent::Requested { event: EVENT, requester: ANN, recipient: BOB }),
        stored(MatchEvent::Accepted { by, partner }),
        stored(MatchEvent::Declined { by, partner }),
        stored(MatchEvent::Cancelled { by, partner }),
        stored(MatchEvent::Completed { by, partner }),
        stored(MatchEvent::PartnerRated { by, partner, rating, both_rated: false }),
        stored(MatchEvent::TransferReported { by, partner, report: report() }),
        stored(MatchEvent::VideoHandedOver(Receipt {
            transfer: Uuid::from_u128(0xf),
            from: by,
            to: partner,
            bytes: report().bytes,
            proof: Some(proof()),
        })),
        stored(MatchEvent::EncryptionOffered { by, partner }),
        stored(MatchEvent::EncryptionAgreed { by, partner }),
        stored(MessageEvent::Posted {
            room: ROOM,
            author: ANN,
            kind: MessageKind::Text,
            content: content(),
        }),
        stored(MessageEvent::Edited { room: ROOM, author: Some(ANN), content: content() }),
        stored(MessageEvent::Retracted { room: ROOM }),
        stored(ReportEvent::Filed { filing }),
        stored(ReportEvent::Resolved {
            by,
            reported: Some(ANN),
            resolution: parse("warned"),
            outcome: None,
        }),
    ]
}

#[test]
fn the_stored_form_of_every_event_is_pinned() {
    let samples: serde_json::Map<String, Value> = samples().into_iter().collect();
    insta::assert_json_snapshot!(samples);
}

#[test]
fn the_stored_form_of_a_report_with_all_it_may_tell_is_pinned() {
    let (by, partner, report) = (ANN, BOB, full_report());
    let (_, payload) = stored(MatchEvent::TransferReported { by, partner, report });
    insta::assert_json_snapshot!(payload);
}

#[test]
fn the_stored_form_of_what_moderators_decide_is_pinned_with_all_it_may_tell() {
    let until = Some("2026-12-10T12:00:00Z".parse().expect("a time"));
    let (_, suspended) = stored(AccountEvent::Suspended { by: BOB, reason: parse("spam"), until });
    let (reported, outcome) = (Some(ANN), Some(ReportOutcome::NoAction));
    let (_, resolved) = stored(ReportEvent::Resolved {
        by: BOB,
        reported,
        resolution: parse("a quarrel"),
        outcome,
    });
    insta::assert_json_snapshot!([suspended, resolved]);
}

#[test]
fn the_stored_form_of_what_is_encrypted_is_pinned() {
    let text =
        format!("e1.{0}A.{0}A.{0}A.{1}.{0}A:{2}", "a".repeat(42), "b".repeat(364), "c".repeat(64));
    let content = MessageContent::from(parse::<Envelope>(&text));
    let (room, kind) =
        (Room::Match(MatchId::from_uuid(Uuid::from_u128(0xc))), MessageKind::Encrypted);
    let (_, posted) = stored(MessageEvent::Posted { room, author: ANN, kind, content });
    let filing = Filing {
        reporter: ANN,
        reported: BOB,
        grounds: Grounds::Harassment,
        details: None,
        match_id: None,
        message_id: Some(MessageId::from_uuid(Uuid::from_u128(0xd))),
        message_key: None,
    };
    let (_, filed) = stored(ReportEvent::Filed { filing });
    insta::assert_json_snapshot!([posted, filed]);
}

#[test]
fn the_stored_form_of_where_else_somebody_is_found_is_pinned() {
    let links = vec![parse::<SocialLink>("https://example.com/ann")];
    let profile = Profile {
        social_links: links.try_into().expect("one"),
        wsdc_number: Some(WsdcNumber::try_from(14_217).expect("a number")),
        ..Profile::named(parse("ann"))
    };
    let (_, updated) = stored(AccountEvent::ProfileUpdated { profile });
    insta::assert_json_snapshot!(updated);
}

#[test]
fn every_stored_name_has_a_sample_here() {
    fn names<E: StoredEvent>() -> Vec<String> {
        let name = |(name, version): &(&str, u32)| format!("{}.{name}.v{version}", E::AGGREGATE);
        E::VERSIONS.iter().map(name).collect()
    }
    let mut expected = [
        names::<AccountEvent>(),
        names::<DanceEventEvent>(),
        names::<ParticipationEvent>(),
        names::<MatchEvent>(),
        names::<MessageEvent>(),
        names::<ReportEvent>(),
    ]
    .concat();
    let mut sampled: Vec<String> = samples().into_iter().map(|(name, _)| name).collect();
    expected.sort();
    sampled.sort();
    assert_eq!(sampled, expected);
}

#[test]
fn a_stored_event_that_does_not_fit_is_an_error_with_its_name() {
    let row = StoredRow {
        aggregate_type: "match".into(),
        aggregate_id: Uuid::nil().to_string(),
        event_type: "Accepted".into(),
        event_version: "1".into(),
        payload: json!({ "Accepted": { "by": 7 } }).into(),
    };
    let error = Event::decode(row).expect_err("refused");
    assert_eq!(error.to_string(), "the payload of match.Accepted version 1 does not fit");
}

/// What earlier versions of the product stored, as it was stored, and what it is read as.
fn earlier_versions() -> Vec<(&'static str, &'static str, u32, Value, Event)> {
    let room = json!({ "kind": "match", "id": "00000000-0000-0000-0000-00000000000c" });
    let edited = json!({ "Edited": { "room": room, "content": "See you at the bar" } });
    let resolved = json!({ "Resolved": { "by": "00000000-0000-0000-0000-00000000000b",
                                         "resolution": "warned" } });
    vec![
        ("message", "Edited", 1, edited, {
            let content = parse("See you at the bar");
            let edited = MessageEvent::Edited { room: ROOM, author: None, content };
            Event::Message(MessageId::from_uuid(Uuid::nil()), edited)
        }),
        ("report", "Resolved", 1, resolved, {
            let (reported, resolution, outcome) = (None, parse("warned"), None);
            let resolved = ReportEvent::Resolved { by: BOB, reported, resolution, outcome };
            Event::Report(ReportId::from_uuid(Uuid::nil()), resolved)
        }),
    ]
}

#[test]
fn events_of_earlier_versions_still_read() {
    for (aggregate, event, version, payload, expected) in earlier_versions() {
        let row = StoredRow {
            aggregate_type: aggregate.into(),
            aggregate_id: Uuid::nil().to_string(),
            event_type: event.into(),
            event_version: version.to_string(),
            payload: payload.into(),
        };
        assert_eq!(Event::decode(row).expect("reads"), expected);
    }
}

#[test]
fn every_upcaster_has_a_stored_event_here() {
    let sampled: Vec<_> =
        earlier_versions().iter().map(|(of, event, version, ..)| (*of, *event, *version)).collect();
    let upcast: Vec<_> =
        UPCASTERS.iter().map(|it| (it.aggregate, it.event, it.from_version)).collect();
    assert_eq!(sampled, upcast);
}

#[test]
fn an_event_whose_person_is_erased_still_reads() {
    for (name, mut payload) in samples() {
        let [aggregate, event, version]: [&str; 3] =
            name.split('.').collect::<Vec<_>>().try_into().expect("three words");
        for part in parts_of(aggregate).iter().filter(|part| part.event == event) {
            let pointer = format!("/{event}/{}", part.path.join("/"));
            let place = payload.pointer_mut(&pointer).expect("each part is in its sample");
            assert_ne!(*place, Value::Null, "{name} has no {pointer} to take away");
            *place = serde_json::from_str(part.erased).expect("JSON");
        }
        let row = StoredRow {
            aggregate_type: aggregate.into(),
            aggregate_id: Uuid::nil().to_string(),
            event_type: event.into(),
            event_version: version.trim_start_matches('v').into(),
            payload: payload.into(),
        };
        Event::decode(row).expect("reads without what was personal");
    }
}
