//! Load, handle, append; again from the start when the stream has moved on meanwhile.
//!
//! cqrs-es's own framework answers nothing on success; this answers the position.

use std::time::Duration;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use domain::events::StoredEvent;
use uuid::Uuid;

use crate::context::{Context, Done};
use crate::error::{CommandError, StoreError};
use crate::store::append::{Refused, actor_key};
use crate::store::claims::{ClaimChange, Claims};
use crate::store::facts::Guard;
use crate::store::log_store::{Loaded, LogStore};

/// How often a command is decided anew before the caller is told that too many act at once.
pub(crate) const ATTEMPTS: u32 = 10;

/// What the caller knows of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// It is most likely new: decide on nothing, let the append find out.
    New,
    /// It is most likely there.
    Existing,
}

/// How one attempt went.
enum Attempt {
    Done(Done<Uuid>),
    /// The stream has moved on, and the command must be decided again.
    Overtaken,
    /// A stream that the command rests on has moved on.
    Outdated,
}

impl LogStore {
    /// Decides `command` on the stream `id` and appends what comes of it.
    pub async fn execute<A>(
        &self,
        begin: Begin,
        id: Uuid,
        command: A::Command,
        context: &Context,
    ) -> Result<Done<Uuid>, CommandError>
    where
        A: Aggregate<Services = ()> + Claims + Clone + 'static,
        A::Command: Clone,
        A::Event: StoredEvent,
        CommandError: From<A::Error>,
    {
        let done = self.execute_given::<A>(begin, id, command, &[], context).await?;
        done.ok_or(CommandError::Contended)
    }

    /// The same for a command that rests on other streams; none where one of these has moved on,
    /// so that the command itself has to be made anew.
    pub(crate) async fn execute_given<A>(
        &self,
        begin: Begin,
        id: Uuid,
        command: A::Command,
        guards: &[Guard],
        context: &Context,
    ) -> Result<Option<Done<Uuid>>, CommandError>
    where
        A: Aggregate<Services = ()> + Claims + Clone + 'static,
        A::Command: Clone,
        A::Event: StoredEvent,
        CommandError: From<A::Error>,
    {
        for attempt in 0..ATTEMPTS {
            let attempted =
                self.attempt::<A>(begin, attempt, id, &command, guards, context).await?;
            match attempted {
                Attempt::Done(done) => return Ok(Some(done)),
                Attempt::Outdated => return Ok(None),
                Attempt::Overtaken => tokio::time::sleep(pause(attempt)).await,
            }
        }
        Err(CommandError::Contended)
    }

    async fn attempt<A>(
        &self,
        begin: Begin,
        attempt: u32,
        id: Uuid,
        command: &A::Command,
        guards: &[Guard],
        context: &Context,
    ) -> Result<Attempt, CommandError>
    where
        A: Aggregate<Services = ()> + Claims + Clone + 'static,
        A::Command: Clone,
        A::Event: StoredEvent,
        CommandError: From<A::Error>,
    {
        let assumed = match (attempt, begin) {
            (0, Begin::New) => Some(Loaded::unwritten(id)),
            (0, Begin::Existing) => self.cached::<A>(id),
            _ => None,
        };
        let decision = match assumed {
            // An assumption may say yes, which the append verifies; it may not say no.
            Some(loaded) => decide::<A>(loaded, command.clone()).await.ok(),
            None => None,
        };
        let decision = match decision {
            Some(decision) if !decision.events.is_empty() => decision,
            _ => {
                if let Some(done) = self.handled_before(context).await? {
                    return Ok(Attempt::Done(done));
                }
                decide(self.load::<A>(id).await?, command.clone()).await?
            }
        };
        let Decision { after, events, claims, sequence } = decision;
        if events.is_empty() {
            let position = self.position_of::<A>(id, sequence).await?;
            return Ok(Attempt::Done(Done { id, position, repeated: true }));
        }
        match self.append::<A>(id, sequence, &events, &claims, guards, context).await? {
            Ok(position) => {
                self.keep(after).await;
                Ok(Attempt::Done(Done { id, position, repeated: false }))
            }
            Err(Refused::Repeated { stream, position }) => {
                Ok(Attempt::Done(Done { id: stream, position, repeated: true }))
            }
            Err(Refused::Conflict) => {
                self.forget::<A>(id);
                Ok(Attempt::Overtaken)
            }
            Err(Refused::Outdated) => Ok(Attempt::Outdated),
            Err(Refused::Erased(person)) => {
                self.forget_person(person);
                Err(CommandError::Erased)
            }
            Err(refused) => Err(refused.into()),
        }
    }

    /// What the same command reached when it came before. Asked before a command is decided on
    /// what is stored, which would refuse it for what it has itself brought about; what is
    /// decided on an assumption, the append recognises.
    async fn handled_before(&self, context: &Context) -> Result<Option<Done<Uuid>>, CommandError> {
        let Some(key) = context.command else { return Ok(None) };
        let row = sqlx::query!(
            "SELECT request_hash, aggregate_id, position FROM handled_commands
             WHERE actor = $1 AND command_id = $2",
            actor_key(context.actor),
            key.id
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(StoreError::from)?;
        let Some(row) = row else { return Ok(None) };
        if row.request_hash != key.request_hash {
            return Err(CommandError::CommandReused);
        }
        let id = row.aggregate_id.parse().map_err(|_| CommandError::CommandReused)?;
        Ok(Some(Done { id, position: row.position, repeated: true }))
    }

    /// Where the stream's event `sequence` stands in the log; 0 for a stream with none.
    async fn position_of<A: Aggregate>(&self, id: Uuid, sequence: i64) -> Result<i64, StoreError> {
        let position = sqlx::query_scalar!(
            "SELECT global_position FROM events
             WHERE aggregate_type = $1 AND aggregate_id = $2 AND sequence = $3",
            A::TYPE,
            id.to_string(),
            sequence
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(position.unwrap_or(0))
    }
}

struct Decision<A: Aggregate> {
    after: Loaded<A>,
    events: Vec<A::Event>,
    claims: Vec<ClaimChange>,
    /// The stream's last sequence before these events.
    sequence: i64,
}

async fn decide<A>(mut loaded: Loaded<A>, command: A::Command) -> Result<Decision<A>, A::Error>
where
    A: Aggregate<Services = ()> + Claims + Clone,
{
    let mut before = loaded.aggregate.clone();
    let sink = EventSink::default();
    loaded.aggregate.handle(command, &(), &sink).await?;
    let events = sink.collect().await;
    let mut claims = vec![];
    for event in &events {
        claims.extend(before.claims(event));
        before.apply(event.clone());
    }
    let sequence = loaded.sequence;
    loaded.sequence += events.len() as i64;
    Ok(Decision { after: loaded, events, claims, sequence })
}

/// None at first, as the winner has most likely finished; then longer, and different for each.
fn pause(attempt: u32) -> Duration {
    let jitter = Uuid::new_v4().as_u128() % 4;
    match attempt {
        0 | 1 => Duration::ZERO,
        later => Duration::from_millis((1_u64 << later.min(6)) + jitter as u64),
    }
}
