//! `spotlight rebuild [PROJECTION]`

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use projections::{Log, Projections, RebuildProgress};

use super::TaskError;
use crate::database::Database;

/// Often enough to look alive.
const REDRAWN: Duration = Duration::from_millis(100);

pub async fn rebuild(database: &Database, projection: Option<&str>) -> Result<(), TaskError> {
    let pool = database.pool.clone();
    let projections = Projections::new(pool.clone(), Log::new(pool));
    let mut line = Line { at_terminal: stderr().is_terminal(), drawn: None };
    let rebuilt = projections.rebuild(projection, |progress| line.show(progress)).await;
    if line.drawn.is_some() {
        eprintln!();
    }
    rebuilt?;
    println!("rebuilt {}", projection.unwrap_or("all projections"));
    Ok(())
}

/// One line that is written over, for people; a log file gets none.
struct Line {
    at_terminal: bool,
    drawn: Option<(&'static str, Instant)>,
}

impl Line {
    fn show(&mut self, progress: RebuildProgress) {
        let RebuildProgress { projection, done, total, events_per_second } = progress;
        let another = self.drawn.is_some_and(|(drawn, _)| drawn != projection);
        let due = self.drawn.is_none_or(|(_, at)| at.elapsed() > REDRAWN);
        if !self.at_terminal || !(another || due || done == total) {
            return;
        }
        if another {
            eprintln!();
        }
        let share = (done * 100).checked_div(total).unwrap_or(100);
        eprint!(
            "\r{projection:<14} {share:>3} %  {done} of {total} events, {events_per_second:.0}/s   "
        );
        // A terminal that cannot be written to has nobody looking.
        let _ = stderr().flush();
        self.drawn = Some((projection, Instant::now()));
    }
}
