//! Which read models show what a command did.

use std::sync::Arc;

use crate::entry::Entry;
use crate::error::ProjectionError;
use crate::follower::Projector;
use crate::log::Log;

/// More events than any command appends at once.
const AT_ONCE: usize = 16;

/// The names of those that the command concerns whose last event is at `position`; none where
/// `log` does not tell.
pub(crate) async fn concerned(
    log: &Log,
    projectors: &[Arc<dyn Projector>],
    position: i64,
) -> Result<Option<Vec<&'static str>>, ProjectionError> {
    let before = position.saturating_sub(AT_ONCE as i64).max(0);
    let entries = log.after(before, AT_ONCE).await?;
    let events: Vec<_> = entries.iter().filter_map(Entry::event).collect();
    let Some(last) = events.iter().find(|event| event.position == position) else {
        return Ok(None);
    };
    // What a command appends is of one stream.
    let stream = last.event.stream();
    let of_it = || events.iter().filter(|it| it.event.stream() == stream);
    let concerns =
        |projector: &&Arc<dyn Projector>| of_it().any(|event| projector.handles(&event.event));
    Ok(Some(projectors.iter().filter(concerns).map(|projector| projector.name()).collect()))
}
