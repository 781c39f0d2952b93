//! Callers who call again as soon as they are answered, and callers who come at a fixed rate.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::JoinSet;

const WARM_UP: Duration = Duration::from_secs(1);
const LENGTH: Duration = Duration::from_secs(4);

/// One call, given how many came before it.
pub trait Load: Fn(usize) -> Self::Call + Send + Sync + 'static {
    type Call: Future<Output = ()> + Send + 'static;
}

impl<F, C> Load for F
where
    F: Fn(usize) -> C + Send + Sync + 'static,
    C: Future<Output = ()> + Send + 'static,
{
    type Call = C;
}

#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// Calls answered per second.
    pub rate: f64,
    pub p99_ms: f64,
}

impl Measured {
    pub fn median_of(turns: Vec<Self>) -> Self {
        Self {
            rate: median(turns.iter().map(|turn| turn.rate).collect()),
            p99_ms: median(turns.iter().map(|turn| turn.p99_ms).collect()),
        }
    }
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// `callers` who never pause.
pub async fn saturate(callers: usize, load: impl Load) -> Measured {
    let (load, count) = (Arc::new(load), Arc::new(AtomicUsize::new(0)));
    let begin = Instant::now() + WARM_UP;
    let end = begin + LENGTH;
    let mut running = JoinSet::new();
    for _ in 0..callers {
        let (load, count) = (Arc::clone(&load), Arc::clone(&count));
        running.spawn(async move {
            let mut latencies = vec![];
            while Instant::now() < end {
                let called = Instant::now();
                load(count.fetch_add(1, Ordering::Relaxed)).await;
                if called >= begin && Instant::now() < end {
                    latencies.push(called.elapsed());
                }
            }
            latencies
        });
    }
    summary(running.join_all().await.concat())
}

/// Calls that start at `rate` a second whether or not earlier ones were answered, so that a
/// stall counts for all who would have come meanwhile.
pub async fn at_rate(rate: f64, load: impl Load) -> Measured {
    let begin = Instant::now() + WARM_UP;
    let end = begin + LENGTH;
    let mut tick = tokio::time::interval(Duration::from_millis(1));
    let (started, mut sent) = (Instant::now(), 0);
    // Each call tells how long it took and is gone: those of a whole turn, kept until its end,
    // would take a gigabyte, and half of the client's time to clear it.
    let (took, mut latencies) = mpsc::unbounded_channel();
    while Instant::now() < end {
        tick.tick().await;
        let due = (started.elapsed().as_secs_f64() * rate) as usize;
        for turn in sent..due {
            let (call, called) = (load(turn), Instant::now());
            let took = took.clone();
            tokio::spawn(async move {
                call.await;
                if called >= begin {
                    // Whoever measures listens until the last call is answered.
                    let _ = took.send(called.elapsed());
                }
            });
        }
        sent = due;
    }
    drop(took);
    let mut all = vec![];
    while latencies.recv_many(&mut all, 4_096).await > 0 {}
    summary(all)
}

fn summary(mut latencies: Vec<Duration>) -> Measured {
    latencies.sort_unstable();
    let p99 = latencies.get(latencies.len() * 99 / 100).copied().unwrap_or_default();
    Measured {
        rate: latencies.len() as f64 / LENGTH.as_secs_f64(),
        p99_ms: p99.as_secs_f64() * 1_000.0,
    }
}
