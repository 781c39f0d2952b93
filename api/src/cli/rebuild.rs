//! `spotlight rebuild [PROJECTION]`

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use projections::{Log, Projections, RebuildProgress};

use super::TaskError;
use crate::database::Database;

/// Often enough to look alive.
const REDRAWN: Duration = Duration::from_millis(100);
/// Characters of the bar.
const WIDTH: usize = 24;

pub async fn rebuild(database: &Database, projection: Option<&str>) -> Result<(), TaskError> {
    let pool = database.pool.clone();
    let projections = Projections::new(pool.clone(), Log::new(pool));
    let mut line = Line { at_terminal: stderr().is_terminal(), drawn: None };
    let rebuilt = projections.rebuild(projection, |progress| line.show(progress)).await;
    if line.drawn.is_some() {
        eprintln!();
    }
    let parked = rebuilt?;
    println!("rebuilt {}", projection.unwrap_or("all projections"));
    if parked > 0 {
        return Err(TaskError::Parked(parked));
    }
    Ok(())
}

/// One line that is written over, for people; a log file gets none.
struct Line {
    at_terminal: bool,
    drawn: Option<Instant>,
}

impl Line {
    fn show(&mut self, progress: RebuildProgress) {
        let due = self.drawn.is_none_or(|at| at.elapsed() > REDRAWN);
        if !self.at_terminal || !(due || progress.done == progress.total) {
            return;
        }
        eprint!("\r{}", drawn(&progress));
        // A terminal that cannot be written to has nobody looking.
        let _ = stderr().flush();
        self.drawn = Some(Instant::now());
    }
}

/// The line, as long as the last one at least.
fn drawn(progress: &RebuildProgress) -> String {
    let RebuildProgress { projection, done, total, events_per_second } = *progress;
    let share = if total == 0 { 1.0 } else { done as f64 / total as f64 };
    let full = (share * WIDTH as f64) as usize;
    let bar = format!("{}{}", "█".repeat(full), "░".repeat(WIDTH - full));
    let percent = (share * 100.0) as u64;
    let left = (total - done) as f64 / events_per_second.max(1.0);
    let (minutes, seconds) = (left as u64 / 60, left as u64 % 60);
    let what_is_left = if done == total {
        "making indexes".to_owned()
    } else {
        format!("{minutes}:{seconds:02} left")
    };
    let line = format!(
        "{projection} {bar} {percent:>3} %  {done} of {total} events  {events_per_second:.0}/s  \
         {what_is_left}"
    );
    format!("{line:<100}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_tells_how_far_how_fast_and_how_long_still() {
        let line = drawn(&RebuildProgress {
            projection: "messages",
            done: 250_000,
            total: 1_000_000,
            events_per_second: 10_000.0,
        });
        let told = "messages ██████░░░░░░░░░░░░░░░░░░  25 %  250000 of 1000000 events  10000/s  \
                    1:15 left";
        assert_eq!(line.trim_end(), told);
    }

    #[test]
    fn a_log_gone_through_is_not_all_there_is_to_it() {
        let none = RebuildProgress { projection: "all", done: 0, total: 0, events_per_second: 0.0 };
        assert!(drawn(&none).contains("100 %  0 of 0 events  0/s  making indexes"));
    }
}
