//! cqrs-es's `EventStore` over the log: whole streams through postgres-es, appends through the
//! writer. What a command needs is loaded from the snapshot on, in one round trip.
//!
//! cqrs-es's own `PersistedEventStore` is not used: with snapshots it applies events twice, and
//! it takes every unique violation for a conflict.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use cqrs_es::persist::{PersistedEventRepository, SerializedEvent};
use cqrs_es::{
    Aggregate, AggregateContext, AggregateError, DomainEvent, EventEnvelope, EventStore,
};
use domain::events::{AGGREGATES, Event, Payload, StoredEvent, StoredRow, UPCASTERS, payload};
use domain::personal::Personal;
use domain::values::ids::UserId;
use personal_data::PersonKeys;
use postgres_es::PostgresEventRepository;
use quick_cache::sync::Cache;
use sqlx::PgPool;
use tokio::sync::watch;
use uuid::Uuid;

use crate::context::Context;
use crate::error::{CommandError, StoreError};
use crate::store::append::{Append, HashedClaim, NewEvent, Outcome, Stream};
use crate::store::claims::{ClaimChange, ClaimsKey};
use crate::store::facts::Guard;
use crate::store::snapshots;
use crate::store::streams::{Since, Streams};
use crate::store::writer::Appends;

/// Streams kept in memory. A stale one is harmless: its append meets the expected sequence.
const CACHED_STREAMS: usize = 20_000;

pub struct LogStore {
    pub(crate) pool: PgPool,
    repository: PostgresEventRepository,
    appends: Appends,
    appended: watch::Receiver<i64>,
    claims_key: ClaimsKey,
    person_keys: PersonKeys,
    streams: Streams,
    cache: Cache<Stream, Arc<dyn Any + Send + Sync>>,
}

/// An aggregate as its stream has it.
#[derive(Clone, Debug)]
pub struct Loaded<A> {
    pub id: Uuid,
    pub aggregate: A,
    /// Sequence of the last event; 0 for a stream that is not there.
    pub sequence: i64,
    /// Sequence up to which a snapshot is stored; 0 where there is none.
    pub(crate) snapshot: i64,
    /// Since when the aggregate is in memory.
    pub(crate) since: DateTime<Utc>,
}

impl<A: Default> Loaded<A> {
    /// A stream that must be new: nothing is read, and the append finds out whether it is.
    pub fn unwritten(id: Uuid) -> Self {
        Self { id, aggregate: A::default(), sequence: 0, snapshot: 0, since: Utc::now() }
    }
}

impl<A: Aggregate> AggregateContext<A> for Loaded<A> {
    fn aggregate(&mut self) -> &mut A {
        &mut self.aggregate
    }
}

impl LogStore {
    pub(crate) fn new(
        pool: PgPool,
        appends: Appends,
        claims_key: ClaimsKey,
        appended: watch::Receiver<i64>,
    ) -> Self {
        let repository = PostgresEventRepository::new(pool.clone());
        let person_keys = PersonKeys::new(pool.clone());
        let streams = Streams::new(pool.clone(), person_keys.clone());
        let cache = Cache::new(CACHED_STREAMS);
        Self { pool, repository, appends, appended, claims_key, person_keys, streams, cache }
    }

    pub(crate) fn appended(&self) -> watch::Receiver<i64> {
        self.appended.clone()
    }

    pub(crate) fn claims_key(&self) -> &ClaimsKey {
        &self.claims_key
    }

    /// Replays a stream from the database, from its snapshot on where it has one. Loads that are
    /// under way at the same time share a round trip.
    pub async fn load<A>(&self, id: Uuid) -> Result<Loaded<A>, StoreError>
    where
        A: Aggregate,
        A::Event: StoredEvent,
    {
        let stream = Stream { aggregate: A::TYPE, id };
        let mut stored = self.streams.read(stream, Since::Snapshot).await?.unwrap_or_default();
        let kept = stored.snapshot.as_ref().and_then(|snapshot| snapshot.loaded(id));
        if stored.snapshot.is_some() && kept.is_none() {
            // It no longer reads, and the events before it are needed after all.
            stored = self.streams.read(stream, Since::Start).await?.unwrap_or_default();
        }
        let mut loaded = kept.unwrap_or_else(|| Loaded::unwritten(id));
        for (row, sequence) in stored.events {
            A::apply(&mut loaded.aggregate, payload(UPCASTERS, row)?);
            loaded.sequence = sequence;
        }
        snapshots::store_if_due(&self.pool, &mut loaded).await;
        Ok(loaded)
    }

    /// The stream as this node saw it last. It may be stale, so it may only be used to say
    /// yes: a refusal must be decided again on [`LogStore::load`].
    pub(crate) fn cached<A: Aggregate + Clone + 'static>(&self, id: Uuid) -> Option<Loaded<A>> {
        let kept = self.cache.get(&Stream { aggregate: A::TYPE, id })?;
        kept.downcast_ref::<Loaded<A>>().cloned()
    }

    /// Keeps in memory what a command has just brought the stream to.
    pub(crate) async fn keep<A: Aggregate + Clone + 'static>(&self, mut loaded: Loaded<A>) {
        snapshots::store_if_due(&self.pool, &mut loaded).await;
        self.cache.insert(Stream { aggregate: A::TYPE, id: loaded.id }, Arc::new(loaded));
    }

    pub(crate) fn forget<A: Aggregate>(&self, id: Uuid) {
        self.cache.remove(&Stream { aggregate: A::TYPE, id });
    }

    /// Forgets what was kept in memory of somebody, and everything it may have gone into.
    pub(crate) fn forget_person(&self, person: UserId) {
        self.person_keys.forget(person);
        self.cache.clear();
    }

    /// Appends `events` after `sequence`, with what they claim and the command that caused them.
    pub(crate) async fn append<A: Aggregate>(
        &self,
        id: Uuid,
        sequence: i64,
        events: &[A::Event],
        claims: &[ClaimChange],
        guards: &[Guard],
        context: &Context,
    ) -> Result<Outcome, CommandError>
    where
        A::Event: StoredEvent,
    {
        let hashed = |change: &ClaimChange| HashedClaim {
            scope: change.claim.scope(),
            value: self.claims_key.hash(change.claim, &change.value),
            release: change.release,
        };
        let append = Append {
            stream: Stream { aggregate: A::TYPE, id },
            expected: sequence,
            events: self.encode::<A>(id, events).await?,
            metadata: metadata(context),
            actor: context.actor,
            guards: guards.to_vec(),
            claims: claims.iter().map(hashed).collect(),
            command: context.command,
        };
        Ok(self.appends.append(append).await)
    }

    async fn read<A>(&self, id: &str) -> Result<Vec<EventEnvelope<A>>, StoreError>
    where
        A: Aggregate,
        A::Event: StoredEvent,
    {
        let stored = self.repository.get_events::<A>(id).await;
        let stored = stored.map_err(|error| StoreError::Read(Box::new(error)))?;
        let (mut rows, places): (Vec<_>, Vec<_>) = stored.into_iter().map(split).unzip();
        self.person_keys.open(&mut rows).await?;
        rows.into_iter()
            .zip(places)
            .map(|(row, (sequence, metadata))| {
                Ok(EventEnvelope {
                    aggregate_id: row.aggregate_id.clone(),
                    sequence,
                    payload: payload(UPCASTERS, row)?,
                    metadata: serde_json::from_value(metadata).unwrap_or_default(),
                })
            })
            .collect()
    }

    /// As they are stored: what they tell of a person is sealed.
    async fn encode<A: Aggregate>(
        &self,
        id: Uuid,
        events: &[A::Event],
    ) -> Result<Vec<NewEvent>, CommandError>
    where
        A::Event: StoredEvent,
    {
        let mut encoded = Vec::with_capacity(events.len());
        for event in events {
            let (name, version) = (event.event_type(), event.event_version());
            let open = serde_json::to_string(event).map_err(StoreError::Encode)?;
            let payload = match event.person(id) {
                Some(person) => self.person_keys.seal((A::TYPE, id, &name), person, &open).await?,
                None => open.clone(),
            };
            let row = || StoredRow {
                aggregate_type: A::TYPE.to_owned(),
                aggregate_id: id.to_string(),
                event_type: name.clone(),
                event_version: version.clone(),
                payload: Payload::Text(open),
            };
            // Others bring aggregates of their own, which the log's readers do not know.
            let event = AGGREGATES.contains(&A::TYPE).then(row).map(Event::decode);
            encoded.push(NewEvent { event: event.and_then(Result::ok), name, version, payload });
        }
        Ok(encoded)
    }
}

impl<A> EventStore<A> for LogStore
where
    A: Aggregate,
    A::Event: StoredEvent,
{
    type AC = Loaded<A>;

    async fn load_events(
        &self,
        aggregate_id: &str,
    ) -> Result<Vec<EventEnvelope<A>>, AggregateError<A::Error>> {
        self.read::<A>(aggregate_id).await.map_err(unexpected)
    }

    async fn load_aggregate(
        &self,
        aggregate_id: &str,
    ) -> Result<Loaded<A>, AggregateError<A::Error>> {
        let id = Uuid::parse_str(aggregate_id).map_err(unexpected)?;
        self.load(id).await.map_err(unexpected)
    }

    /// `metadata` may name an `actor` and a `correlation`; each envelope's metadata answers the
    /// `position` of the append's last event.
    async fn commit(
        &self,
        events: Vec<A::Event>,
        context: Loaded<A>,
        metadata: HashMap<String, String>,
    ) -> Result<Vec<EventEnvelope<A>>, AggregateError<A::Error>> {
        if events.is_empty() {
            return Ok(vec![]);
        }
        let id_in = |key| metadata.get(key).and_then(|id: &String| id.parse::<Uuid>().ok());
        let cause = Context {
            actor: id_in("actor").map(UserId::from_uuid),
            correlation: id_in("correlation").unwrap_or_else(Uuid::now_v7),
            causation: id_in("causation"),
            command: None,
        };
        let outcome = self
            .append::<A>(context.id, context.sequence, &events, &[], &[], &cause)
            .await
            .map_err(unexpected)?;
        let position = outcome.map_err(|refused| match refused {
            crate::store::append::Refused::Conflict => AggregateError::AggregateConflict,
            other => unexpected(other),
        })?;
        let mut metadata = metadata;
        metadata.insert("position".into(), position.to_string());
        let envelopes = (context.sequence as usize + 1..).zip(events);
        Ok(envelopes
            .map(|(sequence, payload)| EventEnvelope {
                aggregate_id: context.id.to_string(),
                sequence,
                payload,
                metadata: metadata.clone(),
            })
            .collect())
    }
}

fn unexpected<E: std::error::Error>(
    error: impl std::error::Error + Send + Sync + 'static,
) -> AggregateError<E> {
    AggregateError::UnexpectedError(Box::new(error))
}

/// What an event says, and its sequence and metadata.
fn split(event: SerializedEvent) -> (StoredRow, (usize, serde_json::Value)) {
    let row = StoredRow {
        aggregate_type: event.aggregate_type,
        aggregate_id: event.aggregate_id,
        event_type: event.event_type,
        event_version: event.event_version,
        payload: event.payload.into(),
    };
    (row, (event.sequence, event.metadata))
}

fn metadata(context: &Context) -> String {
    let mut metadata = serde_json::Map::new();
    if let Some(actor) = context.actor {
        metadata.insert("actor".into(), actor.to_string().into());
    }
    metadata.insert("correlation".into(), context.correlation.to_string().into());
    if let Some(causation) = context.causation {
        metadata.insert("causation".into(), causation.to_string().into());
    }
    serde_json::Value::Object(metadata).to_string()
}
