//! One append to one stream, and how a batch of them is stored in one round trip.

use chrono::{DateTime, Utc};
use domain::events::{Event, RecordedEvent};
use domain::values::ids::UserId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::context::CommandKey;
use crate::error::StoreError;
use crate::store::claims::Claim;
use crate::store::facts::Guard;

/// What one command wants stored: all of it or nothing.
#[derive(Clone, Debug)]
pub struct Append {
    pub stream: Stream,
    /// The stream's last sequence as the command saw it; 0 for a stream that must be new.
    pub expected: i64,
    pub events: Vec<NewEvent>,
    /// JSON, the same for every event of the append; the actor comes first, where
    /// `append_events` looks for it.
    pub metadata: String,
    /// As the metadata names them.
    pub actor: Option<UserId>,
    /// Streams that the command was decided on besides its own.
    pub guards: Vec<Guard>,
    pub claims: Vec<HashedClaim>,
    pub command: Option<CommandKey>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stream {
    pub aggregate: &'static str,
    pub id: Uuid,
}

#[derive(Clone, Debug)]
pub struct NewEvent {
    pub name: String,
    pub version: String,
    /// JSON, with what it tells of a person sealed.
    pub payload: String,
    /// The same as the log's readers will see it; none where they could not read it.
    pub event: Option<Event>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HashedClaim {
    pub scope: &'static str,
    pub value: Vec<u8>,
    pub release: bool,
}

/// Why an append was not stored.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Refused {
    #[error("the stream has moved on")]
    Conflict,
    #[error("what the command was decided on has moved on")]
    Outdated,
    #[error("the {0} is taken")]
    Taken(Claim),
    #[error("the command was handled before")]
    Repeated { stream: Uuid, position: i64 },
    #[error("the command id came before with another request")]
    Reused,
    /// On another node, most likely, of which this one has not heard.
    #[error("who acts has been erased")]
    Erased(UserId),
    #[error("the database did not take the append")]
    Failed(#[source] std::sync::Arc<sqlx::Error>),
    #[error("the writer has stopped")]
    Stopped,
}

impl From<Refused> for crate::error::CommandError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Conflict | Refused::Outdated => Self::Contended,
            Refused::Taken(claim) => Self::Taken(claim),
            Refused::Repeated { .. } | Refused::Reused => Self::CommandReused,
            Refused::Erased(_) => Self::Erased,
            Refused::Failed(source) => StoreError::Database(source).into(),
            Refused::Stopped => StoreError::Stopped.into(),
        }
    }
}

/// The position of an append's last event.
pub type Outcome = Result<i64, Refused>;

/// What became of a batch: an outcome for each append, in order.
pub struct Stored {
    pub outcomes: Vec<Outcome>,
    /// When all that was stored was stored.
    pub at: DateTime<Utc>,
}

/// Stores a batch in one transaction and one round trip, and answers each append, in order.
///
/// No two appends of a batch may touch the same stream, claim or command; the writer sees to it.
pub async fn store(connection: &mut PgConnection, batch: &[Append]) -> Result<Stored, sqlx::Error> {
    let ids: Vec<String> = batch.iter().map(|append| append.stream.id.to_string()).collect();
    let rows = Columns::of(batch, &ids);
    let answer = sqlx::query!(
        r#"SELECT verdicts AS "verdicts!", details AS "details!: Vec<Option<String>>",
                  positions AS "positions!: Vec<Option<i64>>", head AS "head!",
                  appended_at AS "appended_at!"
           FROM append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
                              $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)"#,
        &rows.append_type as _,
        &rows.append_id as _,
        &rows.append_expected,
        &rows.event_append,
        &rows.event_stream as _,
        &rows.event_id as _,
        &rows.event_sequence,
        &rows.event_name as _,
        &rows.event_version as _,
        &rows.event_payload as _,
        &rows.event_metadata as _,
        &rows.claim_append,
        &rows.claim_scope as _,
        &rows.claim_value as _,
        &rows.claim_id as _,
        &rows.claim_release,
        &rows.command_append,
        &rows.command_actor,
        &rows.command_key,
        &rows.command_hash as _,
        &rows.command_stream as _,
        &rows.command_target as _,
        &rows.command_last,
        &rows.guard_append,
        &rows.guard_type as _,
        &rows.guard_id,
        &rows.guard_sequence,
    )
    .fetch_one(connection)
    .await?;

    let mut position = answer.head;
    let verdicts = answer.verdicts.into_iter().zip(answer.details).zip(answer.positions);
    let outcomes = batch
        .iter()
        .zip(verdicts)
        .map(|(append, ((verdict, detail), reached))| match verdict {
            0 => {
                position += append.events.len() as i64;
                Ok(position)
            }
            2 => Err(detail
                .as_deref()
                .and_then(Claim::of_scope)
                .map_or(Refused::Conflict, Refused::Taken)),
            3 => Err(Refused::Repeated {
                stream: detail.and_then(|id| id.parse().ok()).unwrap_or(append.stream.id),
                position: reached.unwrap_or_default(),
            }),
            4 => Err(Refused::Reused),
            5 => Err(Refused::Outdated),
            6 => Err(detail
                .and_then(|id| id.parse().ok())
                .map_or(Refused::Conflict, |id| Refused::Erased(UserId::from_uuid(id)))),
            _ => Err(Refused::Conflict),
        })
        .collect();
    Ok(Stored { outcomes, at: answer.appended_at })
}

impl Append {
    /// Its events as they stand in the log, the last of them at position `last`; fewer where one
    /// cannot be read.
    pub fn recorded(self, last: i64, at: DateTime<Utc>) -> impl Iterator<Item = RecordedEvent> {
        let Self { events, expected, actor, .. } = self;
        let first = last - events.len() as i64 + 1;
        events.into_iter().zip(0..).filter_map(move |(new, index)| {
            let (position, sequence) = (first + index, expected + 1 + index);
            new.event.map(|event| RecordedEvent { position, sequence, at, actor, event })
        })
    }
}

/// A batch as the parallel arrays that `append_events` takes.
#[derive(Default)]
struct Columns<'a> {
    append_type: Vec<&'a str>,
    append_id: Vec<&'a str>,
    append_expected: Vec<i64>,
    event_append: Vec<i32>,
    event_stream: Vec<&'a str>,
    event_id: Vec<&'a str>,
    event_sequence: Vec<i64>,
    event_name: Vec<&'a str>,
    event_version: Vec<&'a str>,
    event_payload: Vec<&'a str>,
    event_metadata: Vec<&'a str>,
    claim_append: Vec<i32>,
    claim_scope: Vec<&'a str>,
    claim_value: Vec<&'a [u8]>,
    claim_id: Vec<&'a str>,
    claim_release: Vec<bool>,
    command_append: Vec<i32>,
    command_actor: Vec<Uuid>,
    command_key: Vec<Uuid>,
    command_hash: Vec<&'a [u8]>,
    command_stream: Vec<&'a str>,
    command_target: Vec<&'a str>,
    command_last: Vec<i64>,
    guard_append: Vec<i32>,
    guard_type: Vec<&'a str>,
    guard_id: Vec<String>,
    guard_sequence: Vec<i64>,
}

impl<'a> Columns<'a> {
    fn of(batch: &'a [Append], ids: &'a [String]) -> Self {
        let mut columns = Self::default();
        for ((append, id), index) in batch.iter().zip(ids).zip(1..) {
            columns.push(index, append, id);
        }
        columns
    }

    fn push(&mut self, index: i32, append: &'a Append, id: &'a str) {
        for (sequence, event) in (append.expected + 1..).zip(&append.events) {
            self.event_append.push(index);
            self.event_stream.push(append.stream.aggregate);
            self.event_id.push(id);
            self.event_sequence.push(sequence);
            self.event_name.push(&event.name);
            self.event_version.push(&event.version);
            self.event_payload.push(&event.payload);
            self.event_metadata.push(&append.metadata);
        }
        for claim in &append.claims {
            self.claim_append.push(index);
            self.claim_scope.push(claim.scope);
            self.claim_value.push(&claim.value);
            self.claim_id.push(id);
            self.claim_release.push(claim.release);
        }
        if let Some(command) = &append.command {
            self.command_append.push(index);
            self.command_actor.push(actor_key(append.actor));
            self.command_key.push(command.id);
            self.command_hash.push(&command.request_hash);
            self.command_stream.push(append.stream.aggregate);
            self.command_target.push(id);
            self.command_last.push(append.expected + append.events.len() as i64);
        }
        for guard in &append.guards {
            self.guard_append.push(index);
            self.guard_type.push(guard.stream.aggregate);
            self.guard_id.push(guard.stream.id.to_string());
            self.guard_sequence.push(guard.sequence);
        }
        self.append_type.push(append.stream.aggregate);
        self.append_id.push(id);
        self.append_expected.push(append.expected);
    }
}

/// Under what the commands of `actor` are kept: nil where the system acts.
pub(crate) fn actor_key(actor: Option<UserId>) -> Uuid {
    actor.map_or(Uuid::nil(), UserId::uuid)
}
