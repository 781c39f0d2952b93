//! What a report is about, from the log, as far as a moderator may see it: what was said even
//! where it was taken back since, and what happened between the two without what they rated
//! before both had. What is encrypted is shown only where the reporter revealed it.

use chrono::{DateTime, TimeDelta, Utc};
use domain::events::{Event, StoredEvent};
use domain::r#match::MatchEvent;
use domain::message::MessageEvent;
use domain::values::encryption::MessageKey;
use domain::values::ids::{MatchId, MessageId, UserId};
use domain::values::rating::REVEAL_AFTER_DAYS;
use domain::values::room::{MessageKind, Room};
use franking::Place;
use sqlx::PgPool;

use crate::error::ProjectionError;
use crate::event_table::EventTable;
use crate::history::{HistoryEntry, match_events};
use crate::models::messages::{Message, Messages};
use crate::models::moderation::{Act, Moderation};
use crate::models::reports::{Report, Reports};

/// How many messages are shown before and after the one reported.
const AROUND: i64 = 10;

/// Everything a moderator decides by.
#[derive(Debug)]
pub struct ReportContext {
    pub message: Option<ReportedMessage>,
    /// Oldest first, with the reported one where it is still there.
    pub around: Vec<Message>,
    pub match_history: Vec<HistoryEntry>,
    /// Others about the same person, newest first.
    pub other_reports: Vec<Report>,
    /// What was done about the person so far, newest first.
    pub acts: Vec<Act>,
}

/// A message as the log has it.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportedMessage {
    pub id: MessageId,
    pub author: UserId,
    /// All it ever said, the last words last; nothing where it is encrypted and not revealed.
    pub contents: Vec<String>,
    pub encrypted: bool,
    pub posted_at: DateTime<Utc>,
    pub retracted_at: Option<DateTime<Utc>>,
    room: Room,
    position: i64,
}

pub(crate) async fn of(
    pool: &PgPool,
    table: &EventTable,
    report: &Report,
) -> Result<ReportContext, ProjectionError> {
    let message = match report.message_id {
        Some(id) => message(table, id, report.message_key.as_ref()).await?,
        None => None,
    };
    let around = match &message {
        Some(it) => Messages(pool.clone()).around(it.room, it.position, AROUND).await?,
        None => vec![],
    };
    let match_history = match report.match_id {
        Some(id) => match_history(table, id, Utc::now()).await?,
        None => vec![],
    };
    let mut other_reports = Reports(pool.clone()).about(report.reported.id).await?;
    other_reports.retain(|other| other.id != report.id);
    let acts = Moderation(pool.clone()).acts_about(report.reported.id).await?;
    Ok(ReportContext { message, around, match_history, other_reports, acts })
}

async fn message(
    table: &EventTable,
    id: MessageId,
    key: Option<&MessageKey>,
) -> Result<Option<ReportedMessage>, ProjectionError> {
    let mut found: Option<ReportedMessage> = None;
    for recorded in table.stream(MessageEvent::AGGREGATE, id.uuid()).await? {
        let Event::Message(_, event) = recorded.event else { continue };
        match (&mut found, event) {
            (_, MessageEvent::Posted { room, author, kind, content }) => {
                let encrypted = kind == MessageKind::Encrypted;
                let place = Place { room, message: id, author };
                // What is of somebody erased since does not open any more.
                let open = |key| franking::open(content.as_str(), key, place).ok();
                found = Some(ReportedMessage {
                    id,
                    author,
                    contents: if encrypted {
                        key.and_then(open).map(|said| said.content).into_iter().collect()
                    } else {
                        vec![content.to_string()]
                    },
                    encrypted,
                    posted_at: recorded.at,
                    retracted_at: None,
                    room,
                    position: recorded.position,
                });
            }
            (Some(message), MessageEvent::Edited { content, .. }) => {
                message.contents.push(content.to_string());
            }
            (Some(message), MessageEvent::Retracted { .. }) => {
                message.retracted_at = Some(recorded.at);
            }
            (None, _) => {}
        }
    }
    Ok(found)
}

/// Without what people told of their devices.
async fn match_history(
    table: &EventTable,
    id: MatchId,
    now: DateTime<Utc>,
) -> Result<Vec<HistoryEntry>, ProjectionError> {
    let stream = table.stream(MatchEvent::AGGREGATE, id.uuid()).await?;
    let events = match_events(&stream);
    let revealed = events.iter().any(|(recorded, event)| match event {
        MatchEvent::PartnerRated { both_rated, .. } => *both_rated,
        MatchEvent::Completed { .. } => recorded.at + TimeDelta::days(REVEAL_AFTER_DAYS) <= now,
        _ => false,
    });
    Ok(events
        .into_iter()
        .filter(|(_, event)| !matches!(event, MatchEvent::TransferReported { .. }))
        .map(|(recorded, event)| HistoryEntry::of(recorded, event, revealed))
        .collect())
}
