//! A match as of a place in the log, as auditors get it: over HTTP and on the command line.

use chrono::{DateTime, Utc};
use domain::handovers::Receipt;
use domain::values::ids::{EventId, MatchId, UserId};
use domain::values::rating::{Rating, Score};
use domain::values::text::{Comment, Reason};
use domain::values::transfer::{Direction, Outcome, Path, Proof, TransferReport};
use projections::audit;
use projections::models::matches::MatchStatus;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::history::HistoryType;
use super::matches::MatchStatusName;
use super::users::UserSummary;
use super::webrtc::{DirectionName, OutcomeName, PathName};

/// A match as it was when the log had come to one position, and how it had come there.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MatchAsOf {
    #[schema(value_type = String)]
    id: MatchId,
    /// The position asked for; the log's end where none was, or one beyond it.
    at: i64,
    /// Where the log ends.
    log_end: i64,
    /// Where the log has events of this match, those after `at` included.
    positions: Vec<i64>,
    state: MatchState,
    /// Up to `at`, oldest first.
    timeline: Vec<TimelineEntry>,
}

/// Where a match stands. Ratings show as soon as they are given, also those its members do
/// not see yet.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MatchState {
    #[schema(value_type = MatchStatusName)]
    status: &'static str,
    event: EventName,
    requester: UserSummary,
    recipient: UserSummary,
    /// The request included, oldest first.
    moves: Vec<MatchMove>,
    ratings: Vec<GivenRating>,
    /// Whether its members see each other's ratings because both have rated.
    both_rated: bool,
    /// When a single rating shows to the other side all the same; null before completion.
    #[schema(required)]
    reveals_at: Option<DateTime<Utc>>,
    transfers: Vec<ReportedTransfer>,
    /// Videos that both said were received and verified.
    receipts: Vec<VideoReceipt>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct EventName {
    #[schema(value_type = String)]
    id: EventId,
    #[schema(required)]
    name: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MatchMove {
    /// What it became.
    #[schema(value_type = MatchStatusName)]
    status: &'static str,
    by: UserSummary,
    at: DateTime<Utc>,
    position: i64,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GivenRating {
    #[schema(value_type = u8, minimum = 1, maximum = 5)]
    score: Score,
    #[schema(required, value_type = Option<String>)]
    comment: Option<Comment>,
    would_collaborate_again: bool,
    by: UserSummary,
    at: DateTime<Utc>,
    position: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReportedTransfer {
    #[schema(value_type = DirectionName)]
    direction: Direction,
    #[schema(value_type = OutcomeName)]
    outcome: Outcome,
    bytes: i64,
    seconds: f64,
    /// Null where no connection came about.
    #[schema(required, value_type = Option<PathName>)]
    path: Option<Path>,
    /// Why it failed.
    #[schema(required, value_type = Option<String>)]
    reason: Option<Reason>,
    by: UserSummary,
    at: DateTime<Utc>,
    position: i64,
}

/// A video that was received and verified by the word of both.
#[derive(Debug, Serialize, ToSchema)]
pub struct VideoReceipt {
    transfer: Uuid,
    from: UserSummary,
    #[schema(value_type = String)]
    to: UserId,
    bytes: i64,
    /// The hash both agreed on, where they gave one.
    #[schema(required, value_type = Option<String>)]
    proof: Option<Proof>,
    at: DateTime<Utc>,
    position: i64,
}

/// One event of a match, for people.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimelineEntry {
    position: i64,
    at: DateTime<Utc>,
    by: UserSummary,
    /// What they did, to be read after their name.
    #[schema(example = "asked ben to film each other at BudaFest")]
    words: String,
    #[schema(value_type = HistoryType)]
    r#type: String,
    /// What else the event says.
    #[schema(value_type = Object)]
    data: Value,
}

impl From<audit::MatchAsOf> for MatchAsOf {
    fn from(found: audit::MatchAsOf) -> Self {
        let audit::MatchAsOf { id, at, log_end, positions, state, timeline } = found;
        let timeline = timeline.into_iter().map(Into::into).collect();
        Self { id, at, log_end, positions, state: state.into(), timeline }
    }
}

impl From<audit::MatchState> for MatchState {
    fn from(state: audit::MatchState) -> Self {
        Self {
            status: state.status.as_str(),
            event: EventName { id: state.event.id, name: state.event.name },
            requester: state.requester.into(),
            recipient: state.recipient.into(),
            moves: state.moves.into_iter().map(Into::into).collect(),
            ratings: state.ratings.into_iter().map(Into::into).collect(),
            both_rated: state.both_rated,
            reveals_at: state.reveals_at,
            transfers: state.transfers.into_iter().map(Into::into).collect(),
            receipts: state.receipts.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<audit::Recorded<MatchStatus>> for MatchMove {
    fn from(made: audit::Recorded<MatchStatus>) -> Self {
        let audit::Recorded { position, at, by, what } = made;
        Self { status: what.as_str(), by: by.into(), at, position }
    }
}

impl From<audit::Recorded<Rating>> for GivenRating {
    fn from(given: audit::Recorded<Rating>) -> Self {
        let audit::Recorded { position, at, by, what } = given;
        let Rating { score, comment, would_collaborate_again } = what;
        Self { score, comment, would_collaborate_again, by: by.into(), at, position }
    }
}

impl From<audit::Recorded<TransferReport>> for ReportedTransfer {
    fn from(reported: audit::Recorded<TransferReport>) -> Self {
        let audit::Recorded { position, at, by, what } = reported;
        Self {
            direction: what.direction,
            outcome: what.outcome,
            bytes: what.bytes.get(),
            seconds: what.millis.seconds(),
            path: what.path,
            reason: what.reason,
            by: by.into(),
            at,
            position,
        }
    }
}

impl From<audit::Recorded<Receipt>> for VideoReceipt {
    fn from(given: audit::Recorded<Receipt>) -> Self {
        let audit::Recorded { position, at, by, what } = given;
        let Receipt { transfer, from: _, to, bytes, proof } = what;
        Self { transfer, from: by.into(), to, bytes: bytes.get(), proof, at, position }
    }
}

impl From<audit::TimelineEntry> for TimelineEntry {
    fn from(told: audit::TimelineEntry) -> Self {
        let audit::TimelineEntry { entry, by, words } = told;
        Self {
            position: entry.position,
            at: entry.at,
            by: by.into(),
            words,
            r#type: entry.kind,
            data: entry.data,
        }
    }
}
