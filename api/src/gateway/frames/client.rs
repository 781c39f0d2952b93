//! What clients send, decoded once, at the edge. Inside nobody checks again.

use domain::values::encryption;
use domain::values::ids::{EventId, MatchId, MessageId, UserId};
use domain::values::room::{MessageKind, Room};
use domain::values::text::{Invalid, MessageContent};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::input::fields::{Fields, Refusal, id, text, whole};
use crate::problem::{Code, Problem};

/// Largest frame a client may send, in bytes.
pub const LARGEST_FRAME: usize = 64 * 1024;

/// Largest session description and ICE candidate, in bytes.
const LARGEST_SDP: usize = 32 * 1024;
const LARGEST_CANDIDATE: usize = 2 * 1024;

/// Deepest nesting of what is passed on. Many who read JSON stop at 128, and a frame adds its own.
const DEEPEST: usize = 100;

/// Longest `id` a client may give a frame, in bytes as written.
const LONGEST_ID: usize = 128;

/// The `id` of a frame, a string or a whole number, as the client wrote it: it goes back as
/// it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameId(String);

impl FrameId {
    pub fn as_json(&self) -> &str {
        &self.0
    }
}

/// What a client wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Any sign of life from the server; browsers cannot see protocol pings.
    Ping,
    Join(Room),
    Leave(Room),
    Send(NewMessage),
    AskToMatch {
        event: EventId,
        target: UserId,
    },
    Accept(MatchId),
    Decline(MatchId),
    Signal(Signal),
    /// The person is typing.
    Typing(Room),
    /// The person has read everything up to `position`.
    MarkRead {
        room: Room,
        position: i64,
    },
}

impl Request {
    /// Whether it does something towards others, rather than looking.
    pub fn is_write(&self) -> bool {
        match self {
            Self::Ping | Self::Join(_) | Self::Leave(_) | Self::MarkRead { .. } => false,
            Self::Send(_)
            | Self::AskToMatch { .. }
            | Self::Accept(_)
            | Self::Decline(_)
            | Self::Signal(_)
            | Self::Typing(_) => true,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct NewMessage {
    /// Made by the client, so that sending again is safe; else by the server.
    pub id: Option<MessageId>,
    pub room: Room,
    pub kind: MessageKind,
    pub content: MessageContent,
}

/// A step of the introduction of two browsers, passed on as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    pub kind: SignalKind,
    pub match_id: MatchId,
    /// All of `data`; what it says of `fromUserId` is never passed on.
    pub data: Map<String, Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignalKind {
    Offer,
    Answer,
    Candidate,
}

impl SignalKind {
    pub fn frame_type(self) -> &'static str {
        match self {
            Self::Offer => "webrtc_offer",
            Self::Answer => "webrtc_answer",
            Self::Candidate => "webrtc_ice_candidate",
        }
    }
}

/// Reads a text frame: its id, if one could be read, and what it asks or what is wrong with it.
pub fn decode(text: &str) -> (Option<FrameId>, Result<Request, Problem>) {
    let envelope = match serde_json::from_str::<Envelope<'_>>(text) {
        Ok(envelope) => envelope,
        Err(error) if error.is_data() => {
            return (None, Err(Problem::new(Code::Invalid, "a frame must be one JSON object")));
        }
        Err(_) => return (None, Err(Problem::new(Code::MalformedJson, "the frame is not JSON"))),
    };
    match envelope.id.map(frame_id).transpose() {
        Ok(id) => (id, request(&envelope)),
        Err(problem) => (None, Err(problem)),
    }
}

/// Nothing in it is looked at before the frame's id is known, so that the answer can carry it.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

fn frame_id(raw: &RawValue) -> Result<FrameId, Problem> {
    let text = raw.get();
    let whole = || text.bytes().all(|byte| byte.is_ascii_digit());
    if text.len() <= LONGEST_ID && (text.starts_with('"') || whole()) {
        Ok(FrameId(text.to_owned()))
    } else {
        Err(Problem::field("id", format!("must be text of at most {LONGEST_ID} bytes")))
    }
}

fn request(envelope: &Envelope<'_>) -> Result<Request, Problem> {
    let kind = envelope.kind.ok_or_else(|| Problem::field("type", "is missing"))?;
    let kind = serde_json::from_str::<String>(kind.get())
        .map_err(|_| Problem::field("type", "must be text"))?;
    let data = match envelope.data.map(|data| serde_json::from_str(data.get())) {
        None => Map::new(),
        Some(Ok(Value::Object(data))) => data,
        Some(_) => return Err(Problem::field("data", "must be an object")),
    };
    let (_, read) = READERS
        .iter()
        .find(|(name, _)| *name == kind)
        .ok_or_else(|| Problem::field("type", "is not known here"))?;
    read(data)
}

type Reader = fn(Map<String, Value>) -> Result<Request, Problem>;

/// Every type a client may send, and how its `data` is read.
const READERS: &[(&str, Reader)] = &[
    ("ping", |_| Ok(Request::Ping)),
    ("join_event_room", |data| fields(data, |data| event_room(data).map(Request::Join))),
    ("leave_event_room", |data| fields(data, |data| event_room(data).map(Request::Leave))),
    ("join_private_room", |data| fields(data, |data| private_room(data).map(Request::Join))),
    ("leave_private_room", |data| fields(data, |data| private_room(data).map(Request::Leave))),
    ("send_event_message", |data| fields(data, event_message)),
    ("send_private_message", |data| fields(data, private_message)),
    ("send_match_request", |data| fields(data, match_request)),
    ("accept_match_request", |data| fields(data, |data| match_id(data).map(Request::Accept))),
    ("decline_match_request", |data| fields(data, |data| match_id(data).map(Request::Decline))),
    ("typing", |data| fields(data, |data| room(data).map(Request::Typing))),
    ("mark_read", |data| fields(data, mark_read)),
    ("webrtc_offer", |data| signal(SignalKind::Offer, "offer", description, data)),
    ("webrtc_answer", |data| signal(SignalKind::Answer, "answer", description, data)),
    ("webrtc_ice_candidate", |data| signal(SignalKind::Candidate, "candidate", candidate, data)),
];

/// The types a client may send.
#[cfg(test)]
pub fn types() -> Vec<&'static str> {
    READERS.iter().map(|(name, _)| *name).collect()
}

fn fields(
    data: Map<String, Value>,
    read: impl FnOnce(&mut Fields) -> Option<Request>,
) -> Result<Request, Problem> {
    Fields::new(data).read_by(read)
}

fn match_id(data: &mut Fields) -> Option<MatchId> {
    data.required("matchId", id)
}

fn event_room(data: &mut Fields) -> Option<Room> {
    data.required("eventId", id).map(Room::Event)
}

fn private_room(data: &mut Fields) -> Option<Room> {
    match_id(data).map(Room::Match)
}

/// The room of an event or of a match, whichever is named.
fn room(data: &mut Fields) -> Option<Room> {
    match (data.optional("eventId", id), data.optional("matchId", id)) {
        (Some(event), None) => Some(Room::Event(event)),
        (None, Some(id)) => Some(Room::Match(id)),
        (None, None) => {
            data.refuse("matchId", "or eventId is missing");
            None
        }
        (Some(_), Some(_)) => {
            data.refuse("matchId", "and eventId name two rooms");
            None
        }
    }
}

fn mark_read(data: &mut Fields) -> Option<Request> {
    let room = room(data);
    let position = data.required("position", whole::<Position>);
    Some(Request::MarkRead { room: room?, position: position?.0 })
}

/// A place in the log.
struct Position(i64);

impl TryFrom<i64> for Position {
    type Error = Invalid;

    fn try_from(position: i64) -> Result<Self, Invalid> {
        if position < 0 { Err(Invalid::Form("must be a position")) } else { Ok(Self(position)) }
    }
}

fn event_message(data: &mut Fields) -> Option<Request> {
    let room = event_room(data);
    message(data, room, MessageKind::Text)
}

fn private_message(data: &mut Fields) -> Option<Request> {
    let room = private_room(data);
    let kind = data.optional("type", text);
    message(data, room, kind.unwrap_or(MessageKind::Text))
}

fn message(data: &mut Fields, room: Option<Room>, kind: MessageKind) -> Option<Request> {
    let message_id = data.optional("messageId", id);
    let content = match kind {
        MessageKind::Encrypted => {
            data.required("content", text::<encryption::Envelope>).map(Into::into)
        }
        _ => data.required("content", text::<MessageContent>),
    };
    // It is encrypted for its place, of which the id is a part.
    if kind == MessageKind::Encrypted && message_id.is_none() {
        data.refuse("messageId", "is missing");
        return None;
    }
    if let Some(refusal) = content.as_ref().and_then(|content| kind.admits(content).err()) {
        data.refuse("content", refusal.to_string());
    }
    Some(Request::Send(NewMessage { id: message_id, room: room?, kind, content: content? }))
}

fn match_request(data: &mut Fields) -> Option<Request> {
    let event = data.required("eventId", id);
    let target = data.required("targetUserId", id);
    Some(Request::AskToMatch { event: event?, target: target? })
}

fn signal(
    kind: SignalKind,
    field: &str,
    check: impl FnOnce(&Value) -> Result<(), Refusal>,
    data: Map<String, Value>,
) -> Result<Request, Problem> {
    if data.values().any(|value| is_nested_beyond(DEEPEST, value)) {
        return Err(Problem::field("data", "is nested too deeply"));
    }
    // Null says "no more candidates", so it is not the same as a field left out.
    let checked = data.get(field).ok_or_else(|| "is missing".to_owned()).and_then(check);
    let match_id = Fields::new(data.clone()).read_by(|data| {
        if let Err(refusal) = checked {
            data.refuse(field, refusal);
        }
        match_id(data)
    })?;
    Ok(Request::Signal(Signal { kind, match_id, data }))
}

fn is_nested_beyond(levels: usize, value: &Value) -> bool {
    let beyond = |inner| levels == 0 || is_nested_beyond(levels - 1, inner);
    match value {
        Value::Array(items) => items.iter().any(beyond),
        Value::Object(fields) => fields.values().any(beyond),
        _ => false,
    }
}

/// What `RTCPeerConnection` calls a session description, or its text alone.
fn description(value: &Value) -> Result<(), Refusal> {
    let sdp = match value {
        Value::String(sdp) => Some(sdp),
        Value::Object(description) => match description.get("sdp") {
            None | Some(Value::Null) => None,
            Some(Value::String(sdp)) => Some(sdp),
            Some(_) => return Err("must have its sdp as text".to_owned()),
        },
        _ => return Err("must be a session description".to_owned()),
    };
    let size = sdp.map_or(0, String::len);
    // What comes beside the text (the type) is a few bytes.
    let rest = value.to_string().len().saturating_sub(2 * size);
    if size > LARGEST_SDP || rest > LARGEST_CANDIDATE {
        return Err("must be at most 32 KiB".to_owned());
    }
    Ok(())
}

fn candidate(value: &Value) -> Result<(), Refusal> {
    match value {
        Value::Null | Value::String(_) | Value::Object(_) => {}
        _ => return Err("must be an ICE candidate or null".to_owned()),
    }
    if value.to_string().len() > LARGEST_CANDIDATE {
        return Err("must be at most 2 KiB".to_owned());
    }
    Ok(())
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
