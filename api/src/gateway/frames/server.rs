//! What the server sends.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use domain::values::ids::{EventId, MatchId, MessageId, UserId};
use domain::values::room::Room;
use serde::Serialize;
use uuid::Uuid;

use super::client::{FrameId, Signal};
use super::{Frame, Lane, Topic};
use crate::problem::{FieldError, Problem};
use crate::routes::events::EventSummary;
use crate::routes::users::UserSummary;

/// Seconds between two heartbeats of the server.
pub const HEARTBEAT_SECONDS: u64 = 15;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hello {
    pub user_id: UserId,
    pub connection_id: Uuid,
    pub heartbeat_seconds: u64,
    /// A `since` from which nothing is missed.
    pub position: i64,
}

/// How far a replay has come, or from where to go on after a reload.
#[derive(Serialize)]
pub struct Reached {
    pub position: i64,
}

/// A message that says something else now.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageEdited<'a> {
    pub id: MessageId,
    pub room_id: String,
    #[serde(flatten)]
    pub place: Place,
    pub content: &'a str,
    pub edited_at: DateTime<Utc>,
}

/// A message that was taken back.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageRetracted {
    pub id: MessageId,
    pub room_id: String,
    #[serde(flatten)]
    pub place: Place,
}

/// What a room is the room of.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Place {
    EventId(EventId),
    MatchId(MatchId),
}

impl From<Room> for Place {
    fn from(room: Room) -> Self {
        match room {
            Room::Event(id) => Self::EventId(id),
            Room::Match(id) => Self::MatchId(id),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MatchRequested {
    pub match_id: MatchId,
    pub from_user: UserSummary,
    pub event: EventSummary,
}

/// `partner` is the other one, seen from whoever gets the frame.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MatchMoved {
    pub match_id: MatchId,
    pub partner: UserSummary,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RatingRevealed {
    pub match_id: MatchId,
}

/// Both members say that the video came as it was sent.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VideoHandedOver {
    pub match_id: MatchId,
    pub transfer_id: Uuid,
    pub from: UserId,
    pub to: UserId,
    pub bytes: i64,
}

/// One of the two wants what they write to be encrypted, or both do by now.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EncryptionMoved {
    pub match_id: MatchId,
    pub by: UserId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActiveUsers {
    pub event_id: EventId,
    pub users: Vec<UserSummary>,
}

/// Somebody is typing in a room.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Typing {
    pub room_id: String,
    #[serde(flatten)]
    pub place: Place,
    pub user_id: UserId,
    pub username: String,
}

/// Somebody has read a room up to a position.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoomRead {
    pub room_id: String,
    #[serde(flatten)]
    pub place: Place,
    pub user_id: UserId,
    pub position: i64,
}

/// Data of the ack of a room that was joined.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JoinedRoom {
    pub room_id: String,
    /// In the room of a dance event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_users: Option<Vec<UserSummary>>,
    /// In the room of a match, where both show how far they have read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partner_read_up_to: Option<i64>,
}

/// Data of the ack of a signal.
#[derive(Serialize)]
pub struct Delivered {
    pub delivered: usize,
}

/// Data that says no more than "done".
#[derive(Serialize)]
pub struct Nothing {}

/// A frame of the log.
pub fn durable(kind: &'static str, data: &impl Serialize, position: i64) -> Frame {
    let (data, at) = (json(data), position.to_string());
    let text = [r#"{"type":""#, kind, r#"","data":"#, &data, r#","position":"#, &at, "}"];
    Frame::new(&text, Lane::Durable(position))
}

/// A frame about the connection itself.
pub fn control(kind: &'static str, data: &impl Serialize) -> Frame {
    passing(kind, data, Lane::Reply)
}

pub fn heartbeat() -> Frame {
    static FRAME: LazyLock<Frame> =
        LazyLock::new(|| passing("heartbeat", &Nothing {}, Lane::Ephemeral(Topic::Heartbeat)));
    FRAME.clone()
}

pub fn active_users(data: &ActiveUsers) -> Frame {
    passing("active_users", data, Lane::Ephemeral(Topic::ActiveUsers(data.event_id)))
}

pub fn typing(room: Room, data: &Typing) -> Frame {
    passing("typing", data, Lane::Ephemeral(Topic::Typing(room, data.user_id)))
}

pub fn room_read(room: Room, data: &RoomRead) -> Frame {
    passing("room_read", data, Lane::Ephemeral(Topic::Read(room, data.user_id)))
}

/// A signal as it came, with who sent it.
pub fn signal(from: UserId, signal: &Signal) -> Frame {
    let mut data = signal.data.clone();
    data.insert("fromUserId".to_owned(), from.to_string().into());
    passing(signal.kind.frame_type(), &data, Lane::Ephemeral(Topic::Signal))
}

pub fn ack(id: &FrameId, data: &impl Serialize) -> Frame {
    let text = [r#"{"type":"ack","id":"#, id.as_json(), r#","data":"#, &json(data), "}"];
    Frame::new(&text, Lane::Reply)
}

/// What went wrong; `id` is null where it concerns no frame that had one.
pub fn error(id: Option<&FrameId>, problem: &Problem) -> Frame {
    refusal(id, None, problem)
}

/// Says which of the rooms asked for may not be entered.
pub fn room_error(room: Room, problem: &Problem) -> Frame {
    refusal(None, Some(room), problem)
}

fn refusal(id: Option<&FrameId>, room: Option<Room>, problem: &Problem) -> Frame {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        code: &'static str,
        title: &'static str,
        detail: &'a str,
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        errors: &'a [FieldError],
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        room_id: Option<String>,
    }
    let data = json(&Body {
        code: problem.code.as_str(),
        title: problem.title,
        detail: &problem.detail,
        errors: &problem.errors,
        retry_after_ms: problem.retry_after.map(|wait| wait.as_millis().max(1) as u64),
        room_id: room.map(|room| room.to_string()),
    });
    let id = id.map_or("null", FrameId::as_json);
    let text = [r#"{"type":"error","id":"#, id, r#","data":"#, &data, "}"];
    Frame::new(&text, Lane::Reply)
}

fn passing(kind: &'static str, data: &impl Serialize, lane: Lane) -> Frame {
    Frame::new(&[r#"{"type":""#, kind, r#"","data":"#, &json(data), "}"], lane)
}

fn json(data: &impl Serialize) -> String {
    // Structs of texts and numbers always can be written.
    serde_json::to_string(data).unwrap_or_else(|error| {
        tracing::error!(%error, "a frame could not be written as JSON");
        "null".to_owned()
    })
}
