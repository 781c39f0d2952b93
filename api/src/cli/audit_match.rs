//! `spotlight audit match ID [--at POSITION] [--json]`

use std::fmt::{self, Display, Formatter};
use std::io::{ErrorKind, Write, stdout};

use chrono::{DateTime, Utc};
use domain::values::transfer::{Direction, Outcome};
use projections::audit::{MatchAsOf, MatchState, TimelineEntry};
use projections::{Log, Projections};

use super::TaskError;
use crate::database::Database;
use crate::routes::match_as_of;

pub async fn audit_match(
    database: &Database,
    id: &str,
    at: Option<i64>,
    json: bool,
) -> Result<(), TaskError> {
    let no_match = || TaskError::NoMatch(id.to_owned());
    let projections = Projections::new(database.pool.clone(), Log::new(database.pool.clone()));
    let id = id.parse().map_err(|_| no_match())?;
    let found = projections.audit().match_as_of(id, at).await?.ok_or_else(no_match)?;
    let text = if json {
        let found = match_as_of::MatchAsOf::from(found);
        serde_json::to_string_pretty(&found).map_err(TaskError::Json)? + "\n"
    } else {
        Told(&found).to_string()
    };
    match stdout().write_all(text.as_bytes()) {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(TaskError::Print),
    }
}

/// For people at a terminal; every moment in UTC, so that two auditors read the same.
struct Told<'a>(&'a MatchAsOf);

impl Display for Told<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let MatchAsOf { id, at, log_end, positions, state, timeline } = self.0;
        writeln!(f, "match {id} as of position {at} (the log ends at {log_end})\n")?;
        timeline_of(f, timeline)?;
        writeln!(f)?;
        state_of(f, state)?;
        if let Some(next) = positions.get(timeline.len()) {
            let later = positions.len() - timeline.len();
            row(f, "later", format_args!("{later} more, the next at position {next}"))?;
        }
        Ok(())
    }
}

fn timeline_of(f: &mut Formatter<'_>, timeline: &[TimelineEntry]) -> fmt::Result {
    let names = timeline.iter().map(|told| told.by.username.chars().count());
    let width = names.max().unwrap_or_default().max("who".len());
    writeln!(f, "{:>10}  {:<23}  {:<width$}  what", "position", "when (UTC)", "who")?;
    for TimelineEntry { entry, by, words } in timeline {
        let (position, at) = (entry.position, moment(entry.at));
        writeln!(f, "{position:>10}  {at}  {:<width$}  {words}", by.username)?;
    }
    Ok(())
}

fn state_of(f: &mut Formatter<'_>, state: &MatchState) -> fmt::Result {
    row(f, "status", state.status.as_str())?;
    let event = state.event.name.as_deref().unwrap_or("not known");
    row(f, "event", format_args!("{event} ({})", state.event.id))?;
    for (role, person) in [("asked by", &state.requester), ("asked", &state.recipient)] {
        row(f, role, format_args!("{} ({})", person.username, person.id))?;
    }
    for made in &state.moves {
        let by = &made.by.username;
        row(f, made.what.as_str(), format_args!("{} by {by}", moment(made.at)))?;
    }
    for given in &state.ratings {
        let (by, score) = (&given.by.username, given.what.score.get());
        row(f, "rating", format_args!("{} by {by}: {score} of 5", moment(given.at)))?;
    }
    match state.reveals_at {
        Some(_) if state.both_rated => row(f, "ratings", "open to both, as both have rated")?,
        Some(at) => row(f, "ratings", format_args!("open to both from {}", moment(at)))?,
        None => {}
    }
    for reported in &state.transfers {
        let (by, report) = (&reported.by.username, &reported.what);
        let way = match report.direction {
            Direction::Sent => "sending",
            Direction::Received => "receiving",
        };
        let outcome = match report.outcome {
            Outcome::Completed => "completed",
            Outcome::Failed => "failed",
            Outcome::Cancelled => "cancelled",
        };
        let (at, bytes) = (moment(reported.at), report.bytes.get());
        row(f, "transfer", format_args!("{at} by {by}: {way} {outcome}, {bytes} bytes"))?;
    }
    for receipt in &state.receipts {
        let (at, by, bytes) = (moment(receipt.at), &receipt.by.username, receipt.what.bytes.get());
        row(f, "verified", format_args!("{at} from {by}: {bytes} bytes"))?;
    }
    Ok(())
}

fn row(f: &mut Formatter<'_>, name: &str, value: impl Display) -> fmt::Result {
    writeln!(f, "{name:>10}  {value}")
}

fn moment(at: DateTime<Utc>) -> impl Display {
    at.format("%Y-%m-%d %H:%M:%S%.3f")
}
