//! Events that a projector could not apply, set aside so that the others go on.
//!
//! Order within a stream is kept: while one event of a stream is parked, those that come
//! after it in the stream are parked behind it. All of them wait for a rebuild.

use std::collections::{HashMap, HashSet};

use domain::events::RecordedEvent;
use sqlx::{PgConnection, PgPool};

use crate::entry::Entry;
use crate::follower::Projector;

/// The streams of which one projector has parked events.
#[derive(Clone, Debug, Default)]
pub(crate) struct ParkedStreams(HashSet<Stream>);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Stream {
    aggregate: String,
    id: String,
}

#[derive(Debug)]
pub(crate) struct ParkedEvent {
    stream: Stream,
    position: i64,
    /// Why, after how many attempts; none where it waits behind another of its stream.
    failed: Option<(String, u32)>,
}

/// Those events of a batch that concern a projector.
#[derive(Debug, Default)]
pub(crate) struct Sorted<'a> {
    pub(crate) apply: Vec<&'a RecordedEvent>,
    pub(crate) park: Vec<ParkedEvent>,
}

impl ParkedStreams {
    pub(crate) async fn of(
        connection: &mut PgConnection,
        projector: &'static str,
    ) -> sqlx::Result<Self> {
        let rows = sqlx::query!(
            "SELECT DISTINCT aggregate_type, aggregate_id FROM parked_events WHERE projector = $1",
            projector
        )
        .fetch_all(connection)
        .await?;
        let streams = rows
            .into_iter()
            .map(|row| Stream { aggregate: row.aggregate_type, id: row.aggregate_id });
        Ok(Self(streams.collect()))
    }

    /// Tells what can be applied from what must be parked. Remembers nothing: the batch may
    /// yet fail, and be sorted again ([`add`](Self::add)).
    pub(crate) fn sort<'a>(&self, projector: &dyn Projector, entries: &'a [Entry]) -> Sorted<'a> {
        let mut sorted = Sorted::default();
        let mut parked_here = HashSet::new();
        for entry in entries {
            let concerns = match entry {
                Entry::Event(event) => projector.handles(&event.event),
                // It might have been any event of its aggregate.
                Entry::Unreadable(unreadable) => {
                    projector.aggregates().contains(&&*unreadable.aggregate_type)
                }
            };
            if !concerns {
                continue;
            }
            let waits = (!self.0.is_empty() || !parked_here.is_empty()) && {
                let stream = Stream::of(entry);
                self.0.contains(&stream) || parked_here.contains(&stream)
            };
            match entry {
                Entry::Event(event) if !waits => sorted.apply.push(event),
                Entry::Unreadable(unreadable) if !waits => {
                    parked_here.insert(Stream::of(entry));
                    let failed = Some((unreadable.error.to_string(), 1));
                    sorted.park.push(ParkedEvent::new(entry, failed));
                }
                _ => sorted.park.push(ParkedEvent::new(entry, None)),
            }
        }
        sorted
    }

    /// Remembers that these are parked.
    pub(crate) fn add(&mut self, parked: &[ParkedEvent]) {
        self.0.extend(parked.iter().map(|event| event.stream.clone()));
    }
}

impl Stream {
    fn of(entry: &Entry) -> Self {
        match entry {
            Entry::Event(event) => Self::of_event(event),
            Entry::Unreadable(unreadable) => Self {
                aggregate: unreadable.aggregate_type.clone(),
                id: unreadable.aggregate_id.clone(),
            },
        }
    }

    fn of_event(event: &RecordedEvent) -> Self {
        let (aggregate, id) = event.event.stream();
        Self { aggregate: aggregate.to_owned(), id: id.to_string() }
    }
}

impl ParkedEvent {
    pub(crate) fn failed(event: &RecordedEvent, error: String, attempts: u32) -> Self {
        let (stream, position) = (Stream::of_event(event), event.position);
        Self { stream, position, failed: Some((error, attempts)) }
    }

    fn new(entry: &Entry, failed: Option<(String, u32)>) -> Self {
        Self { stream: Stream::of(entry), position: entry.position(), failed }
    }

    /// Says so where people look for what went wrong.
    pub(crate) fn report(&self, projector: &'static str) {
        let Stream { aggregate, id } = &self.stream;
        let position = self.position;
        if let Some((error, attempts)) = &self.failed {
            tracing::error!(
                projector,
                position,
                aggregate,
                id,
                attempts,
                error,
                "parked: its stream waits for `spotlight rebuild`"
            );
        } else {
            tracing::warn!(projector, position, aggregate, id, "parked behind its stream");
        }
    }
}

impl Sorted<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.apply.is_empty() && self.park.is_empty()
    }
}

pub(crate) async fn park<'a>(
    tx: &mut PgConnection,
    projector: &'static str,
    events: impl IntoIterator<Item = &'a ParkedEvent>,
) -> sqlx::Result<()> {
    let (mut positions, mut aggregates, mut ids) = (vec![], vec![], vec![]);
    let (mut errors, mut attempts) = (vec![], vec![]);
    for event in events {
        positions.push(event.position);
        aggregates.push(&*event.stream.aggregate);
        ids.push(&*event.stream.id);
        errors.push(event.failed.as_ref().map(|(error, _)| &**error));
        attempts.push(event.failed.as_ref().map_or(0, |(_, attempts)| *attempts as i32));
    }
    if positions.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO parked_events (projector, position, aggregate_type, aggregate_id, error,
                                    attempts)
         SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::int[])",
        projector,
        &positions,
        &aggregates as &[&str],
        &ids as &[&str],
        &errors as &[Option<&str>],
        &attempts
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Where they are in the log, ascending.
pub(crate) async fn positions(
    tx: &mut PgConnection,
    projector: &'static str,
) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        "SELECT position FROM parked_events WHERE projector = $1 ORDER BY position",
        projector
    )
    .fetch_all(tx)
    .await
}

/// Those of the live read model go when a rebuilt one takes its place.
pub(crate) async fn clear(tx: &mut PgConnection, projector: &'static str) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM parked_events WHERE projector = $1", projector).execute(tx).await?;
    Ok(())
}

/// How many events are parked, by projector.
pub(crate) async fn numbers(pool: &PgPool) -> sqlx::Result<HashMap<String, i64>> {
    let rows = sqlx::query!(
        r#"SELECT projector, count(*) AS "number!" FROM parked_events GROUP BY projector"#
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.projector, row.number)).collect())
}
