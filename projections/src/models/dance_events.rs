//! Dance events. Their projector keeps the [participants](super::participants) too, whose
//! number is part of the event.

use async_trait::async_trait;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use domain::dance_event::DanceEventEvent;
use domain::events::{Event, RecordedEvent, StoredEvent};
use domain::participation::ParticipationEvent;
use domain::values::dance_event::YEARS;
use domain::values::ids::{EventId, UserId};
use domain::values::text::{Description, WorldsdcId};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::participants;
use crate::error::ProjectionError;
use crate::follower;
use crate::page::{Page, Slice};

#[derive(Clone, Debug, PartialEq)]
pub struct DanceEvent {
    pub id: EventId,
    pub slug: String,
    pub name: String,
    pub location: String,
    pub start_date: NaiveDate,
    pub end_date: NaiveDate,
    pub worldsdc_id: Option<String>,
    pub description: Option<String>,
    pub cancelled: bool,
    pub participants_count: i64,
    /// Whether the person who asks takes part.
    pub joined: bool,
}

/// A dance event as it shows in a match or a rating.
#[derive(Clone, Debug, PartialEq)]
pub struct EventSummary {
    pub id: EventId,
    pub slug: String,
    pub name: String,
    pub location: String,
    pub start_date: NaiveDate,
    pub end_date: NaiveDate,
}

impl EventSummary {
    /// Told from the event's own stream; none where nothing was announced.
    pub(crate) fn of(stream: &[RecordedEvent]) -> Option<Self> {
        let mut summary: Option<Self> = None;
        for recorded in stream {
            let Event::DanceEvent(id, change) = &recorded.event else { continue };
            match (change, &mut summary) {
                (DanceEventEvent::Announced { announcement, .. }, _) => {
                    summary = Some(Self {
                        id: *id,
                        slug: announcement.slug.as_str().to_owned(),
                        name: announcement.name.as_str().to_owned(),
                        location: announcement.location.as_str().to_owned(),
                        start_date: announcement.dates.start(),
                        end_date: announcement.dates.end(),
                    });
                }
                (DanceEventEvent::Rescheduled { dates, .. }, Some(event)) => {
                    (event.start_date, event.end_date) = (dates.start(), dates.end());
                }
                (DanceEventEvent::Rescheduled { .. } | DanceEventEvent::Cancelled { .. }, _) => {}
            }
        }
        summary
    }
}

/// Which dance events are wanted. The default is all of them.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Found in the name or the location, without regard to case.
    pub query: Option<String>,
    /// Not over before this day.
    pub from: Option<NaiveDate>,
    /// Begun by this day.
    pub to: Option<NaiveDate>,
    /// Only those the person who asks takes part in (or does not).
    pub joined: Option<bool>,
}

struct Row {
    id: Uuid,
    slug: String,
    name: String,
    location: String,
    start_date: NaiveDate,
    end_date: NaiveDate,
    worldsdc_id: Option<String>,
    description: Option<String>,
    cancelled: bool,
    participants_count: i64,
    joined: bool,
}

impl From<Row> for DanceEvent {
    fn from(row: Row) -> Self {
        Self {
            id: EventId::from_uuid(row.id),
            slug: row.slug,
            name: row.name,
            location: row.location,
            start_date: row.start_date,
            end_date: row.end_date,
            worldsdc_id: row.worldsdc_id,
            description: row.description,
            cancelled: row.cancelled,
            participants_count: row.participants_count,
            joined: row.joined,
        }
    }
}

/// Queries on dance events.
#[derive(Clone, Debug)]
pub struct DanceEvents(pub(crate) PgPool);

impl DanceEvents {
    /// Of the read model, to be waited for.
    pub const NAME: &str = "dance_events";

    /// Earliest first.
    pub async fn list(
        &self,
        filter: &EventFilter,
        viewer: Option<UserId>,
        page: &Page,
    ) -> Result<Slice<DanceEvent>, ProjectionError> {
        const LIST: &str = "events";
        let (after_start, after_id) = page.after::<(NaiveDate, EventId)>(LIST)?.unzip();
        // Whoever made it up may name any day.
        if after_start.is_some_and(|start| !YEARS.contains(&start.year())) {
            return Err(ProjectionError::BadCursor);
        }
        let rows = sqlx::query_as!(
            Row,
            r#"SELECT e.id, e.slug, e.name, e.location, e.start_date, e.end_date, e.worldsdc_id,
                      e.description, e.cancelled, e.participants_count,
                      p.user_id IS NOT NULL AS "joined!"
               FROM dance_events e
               LEFT JOIN participants p ON p.event_id = e.id AND p.user_id = $1
               WHERE ($2::text IS NULL OR e.name ILIKE $2 OR e.location ILIKE $2)
                 AND ($3::date IS NULL OR e.end_date >= $3)
                 AND ($4::date IS NULL OR e.start_date <= $4)
                 AND ($5::boolean IS NULL OR (p.user_id IS NOT NULL) = $5)
                 AND ($6::date IS NULL OR (e.start_date, e.id) > ($6, $7::uuid))
               ORDER BY e.start_date, e.id
               LIMIT $8"#,
            viewer.map(UserId::uuid),
            filter.query.as_deref().map(containing),
            filter.from,
            filter.to,
            filter.joined,
            after_start,
            after_id.map(EventId::uuid),
            page.rows()
        )
        .fetch_all(&self.0)
        .await?;
        let events = rows.into_iter().map(DanceEvent::from).collect();
        Ok(page.slice(LIST, events, |last: &DanceEvent| (last.start_date, last.id)))
    }

    pub async fn by_id(
        &self,
        id: EventId,
        viewer: Option<UserId>,
    ) -> Result<Option<DanceEvent>, ProjectionError> {
        self.one(Some(id), None, viewer).await
    }

    pub async fn by_slug(
        &self,
        slug: &str,
        viewer: Option<UserId>,
    ) -> Result<Option<DanceEvent>, ProjectionError> {
        self.one(None, Some(slug), viewer).await
    }

    /// By id where `text` is one, else by slug.
    pub async fn by_id_or_slug(
        &self,
        text: &str,
        viewer: Option<UserId>,
    ) -> Result<Option<DanceEvent>, ProjectionError> {
        match text.parse() {
            Ok(id) => self.by_id(id, viewer).await,
            Err(_) => self.by_slug(text, viewer).await,
        }
    }

    async fn one(
        &self,
        id: Option<EventId>,
        slug: Option<&str>,
        viewer: Option<UserId>,
    ) -> Result<Option<DanceEvent>, ProjectionError> {
        let row = sqlx::query_as!(
            Row,
            r#"SELECT e.id, e.slug, e.name, e.location, e.start_date, e.end_date, e.worldsdc_id,
                      e.description, e.cancelled, e.participants_count,
                      p.user_id IS NOT NULL AS "joined!"
               FROM dance_events e
               LEFT JOIN participants p ON p.event_id = e.id AND p.user_id = $1
               WHERE e.id = $2 OR e.slug = $3"#,
            viewer.map(UserId::uuid),
            id.map(EventId::uuid),
            slug
        )
        .fetch_optional(&self.0)
        .await?;
        Ok(row.map(DanceEvent::from))
    }

    pub async fn summary(&self, id: EventId) -> Result<Option<EventSummary>, ProjectionError> {
        Ok(self.by_id(id, None).await?.map(|event| EventSummary {
            id: event.id,
            slug: event.slug,
            name: event.name,
            location: event.location,
            start_date: event.start_date,
            end_date: event.end_date,
        }))
    }
}

pub(crate) struct Projector;

#[async_trait]
impl follower::Projector for Projector {
    fn name(&self) -> &'static str {
        DanceEvents::NAME
    }

    fn tables(&self) -> &'static [&'static str] {
        &["dance_events", "participants"]
    }

    fn aggregates(&self) -> &'static [&'static str] {
        &[DanceEventEvent::AGGREGATE, ParticipationEvent::AGGREGATE]
    }

    async fn apply(&self, tx: &mut PgConnection, events: &[&RecordedEvent]) -> sqlx::Result<()> {
        // Nobody takes part in what is not announced, and nothing else ties the two together.
        for recorded in events {
            if let Event::DanceEvent(id, change) = &recorded.event {
                announcement(tx, *id, change, recorded.at).await?;
            }
        }
        participants::apply(tx, events).await
    }
}

async fn announcement(
    tx: &mut PgConnection,
    id: EventId,
    change: &DanceEventEvent,
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    let id = id.uuid();
    match change {
        DanceEventEvent::Announced { by, announcement } => sqlx::query!(
            "INSERT INTO dance_events (id, slug, name, location, start_date, end_date,
                                       worldsdc_id, description, announced_by, announced_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            id,
            announcement.slug.as_str(),
            announcement.name.as_str(),
            announcement.location.as_str(),
            announcement.dates.start(),
            announcement.dates.end(),
            announcement.worldsdc_id.as_ref().map(WorldsdcId::as_str),
            announcement.description.as_ref().map(Description::as_str),
            by.uuid(),
            at
        ),
        DanceEventEvent::Rescheduled { dates, .. } => sqlx::query!(
            "UPDATE dance_events SET start_date = $2, end_date = $3 WHERE id = $1",
            id,
            dates.start(),
            dates.end()
        ),
        DanceEventEvent::Cancelled { .. } => {
            sqlx::query!("UPDATE dance_events SET cancelled = true WHERE id = $1", id)
        }
    }
    .execute(tx)
    .await?;
    Ok(())
}

/// A pattern for `ILIKE` that finds `text` as it is written.
fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.trim().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::containing;

    #[test]
    fn what_is_looked_for_holds_no_wildcards() {
        assert_eq!(containing(" 100%_\\ "), "%100\\%\\_\\\\%");
    }
}
