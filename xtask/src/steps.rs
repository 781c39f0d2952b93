//! Steps in order, timed, the first failure ending them.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<(&'static str, Duration, bool)>,
}

impl Steps {
    /// Runs one step. Its failure is to be passed on, and carries the step's name.
    pub(crate) async fn step<T>(
        &mut self,
        name: &'static str,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        println!("\n── {name}");
        let since = Instant::now();
        let outcome = work.await;
        self.done.push((name, since.elapsed(), outcome.is_ok()));
        outcome.with_context(|| format!("step “{name}” failed"))
    }

    /// What was done and how long it took; the last line counts.
    pub(crate) fn print_summary(&self) {
        println!("\n── summary");
        for (name, took, passed) in &self.done {
            let mark = if *passed { "passed" } else { "FAILED" };
            println!("{mark}  {:>6.1} s  {name}", took.as_secs_f64());
        }
        let failed = self.done.iter().filter(|(_, _, passed)| !passed).count();
        println!("{} passed, {failed} failed", self.done.len() - failed);
    }
}
