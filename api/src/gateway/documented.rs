//! docs/websocket.md shows every frame as it really is.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::values::ids::{EventId, MatchId, MessageId, UserId};
use domain::values::room::{MessageKind, Room};
use projections::models::messages::Message;
use projections::models::users;
use serde_json::{Value, json};
use uuid::Uuid;

use super::frames::client::{self, FrameId, Request};
use super::frames::server::{self, *};
use super::frames::{Frame, Lane};
use super::render::MessageView;
use crate::problem::Problem;
use crate::routes::events::EventSummary;
use crate::routes::users::UserSummary;

const PAGE: &str = include_str!("../../../docs/websocket.md");

/// The examples below one heading of the page, by the type they are shown under.
pub fn examples(part: &str) -> Vec<(String, Value)> {
    let (mut here, mut kind, mut block) = (false, String::new(), None::<String>);
    let mut found = vec![];
    for line in PAGE.lines() {
        match (&mut block, line) {
            (None, "```json") => block = Some(String::new()),
            (Some(text), "```") => {
                let example = serde_json::from_str(text).expect(text);
                if here {
                    found.push((kind.clone(), example));
                }
                block = None;
            }
            (Some(text), line) => text.push_str(line),
            (None, line) => {
                if let Some(title) = line.strip_prefix("## ") {
                    here = title == part;
                } else if let Some(title) = line.strip_prefix("### ") {
                    kind = title.trim_matches('`').to_owned();
                }
            }
        }
    }
    found
}

/// The kinds of values, without the values: what a client's types depend on.
fn shape(value: &Value) -> Value {
    match value {
        Value::Null => json!("null"),
        Value::Bool(_) => json!("bool"),
        Value::Number(_) => json!("number"),
        Value::String(_) => json!("text"),
        Value::Array(items) => json!([items.first().map(shape)]),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), shape(value))).collect()
        }
    }
}

fn shape_of(frame: &Frame) -> Value {
    shape(&serde_json::from_str(frame.text()).expect("JSON"))
}

fn decoded(example: &Value) -> (FrameId, Request) {
    let (id, request) = client::decode(&example.to_string());
    (id.expect("an id"), request.unwrap_or_else(|problem| panic!("{example}: {problem:?}")))
}

fn user() -> UserSummary {
    UserSummary {
        id: UserId::new(),
        username: "anna".to_owned(),
        avatar: Some("https://example.com/a.webp".to_owned()),
    }
}

fn message(room: Room) -> MessageView {
    MessageView::from(Message {
        id: MessageId::new(),
        room,
        author: users::UserSummary {
            id: UserId::new(),
            username: "anna".to_owned(),
            avatar: Some("https://example.com/a.webp".to_owned()),
        },
        kind: MessageKind::Text,
        content: "hi".to_owned(),
        created_at: DateTime::<Utc>::UNIX_EPOCH,
        edited_at: None,
        position: 7,
    })
}

fn match_id() -> MatchId {
    MatchId::from_uuid(Uuid::nil())
}

fn encryption_moved() -> EncryptionMoved {
    EncryptionMoved { match_id: match_id(), by: UserId::new() }
}

fn signal(field: &str, value: &Value) -> Frame {
    let kind = match field {
        "candidate" => "webrtc_ice_candidate",
        "offer" => "webrtc_offer",
        _ => "webrtc_answer",
    };
    let data = json!({ "matchId": match_id(), field: value });
    match decoded(&json!({ "type": kind, "id": "1", "data": data })).1 {
        Request::Signal(signal) => server::signal(UserId::new(), &signal),
        other => panic!("{other:?}"),
    }
}

/// One real frame of every type the server sends on its own.
pub fn sent() -> Vec<Frame> {
    let room = Room::Event(EventId::new());
    let (id, place) = (MessageId::new(), Place::from(room));
    let moved =
        |kind| server::durable(kind, &MatchMoved { match_id: match_id(), partner: user() }, 7);
    let description = json!({ "type": "offer", "sdp": "v=0" });
    let candidate = json!({ "candidate": "c", "sdpMid": "0", "sdpMLineIndex": 0 });
    let day = NaiveDate::from_ymd_opt(2026, 12, 3).expect("a day");
    let event = EventSummary {
        id: EventId::new(),
        slug: "fest".to_owned(),
        name: "Fest".to_owned(),
        location: "Hall".to_owned(),
        start_date: day,
        end_date: day,
    };
    vec![
        server::control(
            "hello",
            &Hello {
                user_id: UserId::new(),
                connection_id: id.uuid(),
                heartbeat_seconds: 15,
                position: 7,
            },
        ),
        server::control("resumed", &Reached { position: 7 }),
        server::control("resync_required", &Reached { position: 7 }),
        server::heartbeat(),
        server::durable("event_message", &message(room), 7),
        server::durable("private_message", &message(Room::Match(match_id())), 7),
        server::durable(
            "message_edited",
            &MessageEdited {
                id,
                room_id: room.to_string(),
                place,
                content: "ho",
                edited_at: DateTime::<Utc>::UNIX_EPOCH,
            },
            7,
        ),
        server::durable(
            "message_retracted",
            &MessageRetracted { id, room_id: room.to_string(), place },
            7,
        ),
        server::active_users(&ActiveUsers { event_id: event.id, users: vec![user()] }),
        server::durable(
            "match_request_received",
            &MatchRequested { match_id: match_id(), from_user: user(), event },
            7,
        ),
        moved("match_accepted"),
        moved("match_declined"),
        moved("match_cancelled"),
        moved("match_completed"),
        server::durable("rating_revealed", &RatingRevealed { match_id: match_id() }, 7),
        server::durable(
            "video_handed_over",
            &VideoHandedOver {
                match_id: match_id(),
                transfer_id: Uuid::nil(),
                from: UserId::new(),
                to: UserId::new(),
                bytes: 1,
            },
            7,
        ),
        server::durable("encryption_offered", &encryption_moved(), 7),
        server::durable("encryption_agreed", &encryption_moved(), 7),
        server::typing(
            room,
            &Typing {
                room_id: room.to_string(),
                place,
                user_id: UserId::new(),
                username: "a".into(),
            },
        ),
        server::room_read(
            Room::Match(match_id()),
            &RoomRead {
                room_id: room.to_string(),
                place: Place::MatchId(match_id()),
                user_id: UserId::new(),
                position: 7,
            },
        ),
        signal("offer", &description),
        signal("answer", &description),
        signal("candidate", &candidate),
    ]
}

#[test]
fn every_frame_the_server_sends_is_shown_as_it_is() {
    let mut shown: BTreeMap<String, Value> = examples("Server → client")
        .into_iter()
        .filter(|(kind, _)| kind != "error")
        .map(|(kind, example)| {
            assert_eq!(example["type"], kind.as_str());
            (kind, shape(&example))
        })
        .collect();
    for frame in sent() {
        let real: Value = serde_json::from_str(frame.text()).expect("JSON");
        let kind = real["type"].as_str().expect("a type");
        let shown = shown.remove(kind).unwrap_or_else(|| panic!("{kind} is not shown"));
        assert_eq!(shown, shape(&real), "{kind}");
        assert_eq!(real.get("position").is_some(), matches!(frame.lane, Lane::Durable(_)));
    }
    assert!(shown.is_empty(), "nobody sends {shown:?}");
}

#[test]
fn errors_are_shown_as_they_are() {
    let (id, _) = decoded(&json!({ "type": "ping", "id": "3" }));
    let real = [
        server::error(Some(&id), &Problem::field("content", "is missing")),
        server::error(None, &Problem::rate_limited(std::time::Duration::from_millis(80))),
        server::room_error(Room::Match(match_id()), &Problem::not_found("match")),
    ];
    let shown: Vec<Value> = examples("Server → client")
        .iter()
        .filter(|(kind, _)| kind == "error")
        .map(|(_, example)| shape(example))
        .collect();
    assert_eq!(shown, real.iter().map(shape_of).collect::<Vec<_>>());
}

#[test]
fn every_request_is_shown_and_can_be_read() {
    let requests: Vec<_> = examples("Client → server")
        .into_iter()
        .filter(|(_, example)| example["type"] != "ack")
        .map(|(kind, example)| {
            assert_eq!(example["type"], kind.as_str());
            (kind, decoded(&example).1)
        })
        .collect();
    let mut shown: Vec<&str> = requests.iter().map(|(kind, _)| kind.as_str()).collect();
    let mut known = client::types();
    shown.sort_unstable();
    known.sort_unstable();
    assert_eq!(shown, known);
}

#[test]
fn acks_are_shown_as_they_are() {
    for (kind, example) in examples("Client → server") {
        if example["type"] != "ack" {
            continue;
        }
        let (id, _) = decoded(&json!({ "type": "ping", "id": example["id"] }));
        let room_id = Room::Match(match_id()).to_string();
        let joined = |active_users, partner_read_up_to| JoinedRoom {
            room_id,
            active_users,
            partner_read_up_to,
        };
        let real = match kind.as_str() {
            "join_event_room" => server::ack(&id, &joined(Some(vec![user()]), None)),
            "join_private_room" => server::ack(&id, &joined(None, Some(7))),
            "send_event_message" => server::ack(&id, &message(Room::Event(EventId::new()))),
            "send_private_message" => server::ack(&id, &message(Room::Match(match_id()))),
            "webrtc_offer" | "webrtc_answer" | "webrtc_ice_candidate" => {
                server::ack(&id, &Delivered { delivered: 1 })
            }
            "mark_read" => server::ack(&id, &Reached { position: 7 }),
            _ => server::ack(&id, &Nothing {}),
        };
        assert_eq!(shape(&example), shape_of(&real), "{kind}");
    }
}
