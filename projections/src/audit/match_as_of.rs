//! A match as of a place in the log.

use std::collections::BTreeSet;

use domain::events::StoredEvent;
use domain::r#match::MatchEvent;
use domain::values::ids::MatchId;

use super::Audit;
use super::replay::{DanceEventName, MatchState, Names, TimelineEntry, replay};
use crate::error::ProjectionError;
use crate::history::match_events;
use crate::models::dance_events::DanceEvents;
use crate::models::users::Users;

/// A match as it was when the log had come to one position, and how it had come there.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchAsOf {
    pub id: MatchId,
    /// The position asked for; the log's end where none was, or one beyond it.
    pub at: i64,
    /// Where the log ended when this was read.
    pub log_end: i64,
    /// Where the log has events of this match, those after `at` included.
    pub positions: Vec<i64>,
    pub state: MatchState,
    /// Up to `at`, oldest first.
    pub timeline: Vec<TimelineEntry>,
}

impl Audit {
    /// None where there is no such match; [`ProjectionError::NotBegun`] where it began only
    /// after `at`.
    pub async fn match_as_of(
        &self,
        id: MatchId,
        at: Option<i64>,
    ) -> Result<Option<MatchAsOf>, ProjectionError> {
        // Read first, so that nothing the stream shows beyond it counts as having happened.
        let log_end = self.table.end().await?;
        let stream = self.table.stream(MatchEvent::AGGREGATE, id.uuid()).await?;
        let mut events = match_events(&stream);
        events.retain(|(recorded, _)| recorded.position <= log_end);
        let Some((first, MatchEvent::Requested { event, .. })) = events.first() else {
            return Ok(None);
        };
        let at = at.map_or(log_end, |at| at.min(log_end));
        if at < first.position {
            return Err(ProjectionError::NotBegun { at, began: first.position });
        }
        // Whoever is named, were it by an event that no rule allows.
        let members = events.iter().map(|(_, event)| event.by_and_partner());
        let people: BTreeSet<_> = members.flat_map(|(by, partner)| [by, partner]).collect();
        let people: Vec<_> = people.into_iter().collect();
        let event_name = DanceEvents(self.pool.clone()).by_id(*event, None).await?;
        let names = Names {
            people: Users(self.pool.clone()).summaries(&people).await?,
            event: DanceEventName { id: *event, name: event_name.map(|event| event.name) },
        };
        let positions = events.iter().map(|(recorded, _)| recorded.position).collect();
        let past = events.into_iter().filter(|(recorded, _)| recorded.position <= at);
        let Some((state, timeline)) = replay(past, &names) else { return Ok(None) };
        Ok(Some(MatchAsOf { id, at, log_end, positions, state, timeline }))
    }
}
