//! Frames that nobody expects: valid ones with something wrong in them.

use rand::rngs::StdRng;
use rand::{Rng, RngExt};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::conformance::wire::{BINARY, CONTINUATION, FIN, PING, PONG, TEXT, frame};

/// Stands where something odd will.
const HERE: &str = "\u{1f483}";

/// One valid frame of each type.
pub fn valid(event: &str, match_id: &str, other: &str) -> Vec<Value> {
    let of_event = json!({ "eventId": event });
    let of_match = json!({ "matchId": match_id });
    let frame = |kind: &str, data: &Value| json!({ "type": kind, "id": "7", "data": data });
    let sdp = json!({ "type": "offer", "sdp": "v=0\r\n" });
    vec![
        frame("ping", &json!({})),
        frame("join_event_room", &of_event),
        frame("leave_event_room", &of_event),
        frame("join_private_room", &of_match),
        frame("leave_private_room", &of_match),
        frame(
            "send_event_message",
            &json!({ "eventId": event, "content": "hello",
            "messageId": Uuid::now_v7() }),
        ),
        frame(
            "send_private_message",
            &json!({ "matchId": match_id, "content": "hello",
            "type": "text", "messageId": Uuid::now_v7() }),
        ),
        frame("send_match_request", &json!({ "targetUserId": other, "eventId": event })),
        frame("accept_match_request", &of_match),
        frame("decline_match_request", &of_match),
        frame("webrtc_offer", &json!({ "matchId": match_id, "offer": sdp })),
        frame("webrtc_answer", &json!({ "matchId": match_id, "answer": sdp })),
        frame(
            "webrtc_ice_candidate",
            &json!({ "matchId": match_id,
            "candidate": { "candidate": "c", "sdpMid": "0", "sdpMLineIndex": 0 } }),
        ),
    ]
}

/// What goes over the wire, and whether the connection may survive it.
pub fn anything(random: &mut StdRng, valid: &[Value]) -> (Vec<u8>, bool) {
    let text = text(random, valid);
    match random.random_range(0..200) {
        0 => (unsound(random, &text), false),
        1..6 => (frame(FIN | [PING, PONG][random.random_range(0..2)], &noise(random, 125)), true),
        6..10 => (frame(FIN | BINARY, text.as_bytes()), true),
        10..30 => (in_pieces(random, text.as_bytes()), true),
        _ => (frame(FIN | TEXT, text.as_bytes()), true),
    }
}

fn noise(random: &mut StdRng, most: usize) -> Vec<u8> {
    let mut bytes = vec![0; random.random_range(0..=most)];
    random.fill_bytes(&mut bytes);
    bytes
}

fn in_pieces(random: &mut StdRng, text: &[u8]) -> Vec<u8> {
    let mut bytes = vec![];
    let size = random.random_range(1..=text.len().max(1)).max(text.len() / 8);
    let pieces: Vec<_> = text.chunks(size.max(1)).collect();
    for (number, piece) in pieces.iter().enumerate() {
        let kind = if number == 0 { TEXT } else { CONTINUATION };
        let fin = if number + 1 == pieces.len() { FIN } else { 0 };
        bytes.extend(frame(fin | kind, piece));
        if fin == 0 && random.random() {
            bytes.extend(frame(FIN | PING, b"between"));
        }
    }
    bytes
}

/// Breaks the protocol underneath.
fn unsound(random: &mut StdRng, text: &str) -> Vec<u8> {
    let text = text.as_bytes();
    match random.random_range(0..8) {
        0 => noise(random, 200),
        1 => frame(FIN | TEXT, &[text, b"\xff\xfe"].concat()),
        2 => frame(FIN | random.random_range(0x10..0x80), text),
        3 => frame(FIN | TEXT, &vec![b' '; random.random_range(65_537..200_000)]),
        4 => frame(CONTINUATION, text),
        5 => frame(FIN | PING, &[0; 126]),
        // The connection ends in the middle of it.
        6 => frame(FIN | TEXT, text)[..3].to_vec(),
        _ => {
            let mut bytes = frame(FIN | TEXT, text);
            let place = random.random_range(0..2);
            bytes[place] = random.random();
            bytes
        }
    }
}

fn text(random: &mut StdRng, valid: &[Value]) -> String {
    let frame = &valid[random.random_range(0..valid.len())];
    let mut text = match random.random_range(0..10) {
        0 => return frame.to_string(),
        1..6 => with_something_odd(random, frame.clone()),
        _ => frame.to_string(),
    };
    if random.random() {
        for _ in 0..random.random_range(1..6) {
            scratch(random, &mut text);
        }
    }
    text
}

/// Some value anywhere in it is another one.
fn with_something_odd(random: &mut StdRng, mut frame: Value) -> String {
    let mut places = vec![];
    collect(&frame, "", &mut places);
    let place = &places[random.random_range(0..places.len())];
    *frame.pointer_mut(place).expect("a place in it") = json!(HERE);
    frame.to_string().replace(&format!("\"{HERE}\""), &odd(random))
}

fn collect(value: &Value, place: &str, places: &mut Vec<String>) {
    places.push(place.to_owned());
    for (name, value) in value.as_object().into_iter().flatten() {
        collect(value, &format!("{place}/{name}"), places);
    }
}

fn odd(random: &mut StdRng) -> String {
    let deep = random.random_range(1..3_000);
    match random.random_range(0..18) {
        0 => "null".to_owned(),
        1 => "true".to_owned(),
        2 => "-0".to_owned(),
        3 => "1e400".to_owned(),
        4 => "9".repeat(random.random_range(1..400)),
        5 => r#""""#.to_owned(),
        6 => r#""\ud800""#.to_owned(),
        7 => r#""\udfff\ud800 \uDBFF""#.to_owned(),
        8 => r#""\u0000""#.to_owned(),
        9 => format!("{}{}", "[".repeat(deep), "]".repeat(deep)),
        10 => format!("{}null{}", r#"{"a":"#.repeat(deep), "}".repeat(deep)),
        11 => "{}".to_owned(),
        12 => r#"{"sdp":"v","sdp":7,"type":[]}"#.to_owned(),
        13 => format!("\"{}\"", "x".repeat(random.random_range(0..3_000))),
        14 => format!("\"{}\"", "é🕺\u{202e}\u{feff}".repeat(random.random_range(1..500))),
        15 => format!("\"{}\"", Uuid::from_u128(random.random())),
        16 => "[1,[2,{}],\"three\"]".to_owned(),
        _ => "nul".to_owned(),
    }
}

/// A character is lost, doubled, changed or put in.
fn scratch(random: &mut StdRng, text: &mut String) {
    let place = text.floor_char_boundary(random.random_range(0..=text.len()));
    let other = char::from_u32(random.random_range(0..0x500)).unwrap_or('{');
    match random.random_range(0..5) {
        0 => text.truncate(place),
        1 => text.insert(place, other),
        2 => {
            let tail = text.split_off(place);
            text.extend(tail.chars().skip(1));
        }
        3 => {
            let tail = text.split_off(place);
            text.push(other);
            text.extend(tail.chars().skip(1));
        }
        _ => {
            let again = text[place..].to_owned();
            text.push_str(&again);
        }
    }
    if text.len() > 60_000 {
        text.truncate(text.floor_char_boundary(60_000));
    }
}
