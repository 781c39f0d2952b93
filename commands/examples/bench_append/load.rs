//! Callers who call again as soon as they are answered, and callers who come at a fixed rate.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

const WARM_UP: Duration = Duration::from_secs(1);
const LENGTH: Duration = Duration::from_secs(4);
/// Callers who come at a fixed rate: more than wait at a time, stalls apart. A call that finds
/// none free waits for one, and that counts.
const CALLERS: usize = 512;

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

/// Calls that come at `rate` a second whether or not earlier ones were answered, so that a
/// stall counts for all who would have come meanwhile.
///
/// The callers are there from the beginning, and so is the room for what they tell. A task made
/// for each call takes new memory all the time, and nobody's call goes on while the system
/// clears it.
pub async fn at_rate(rate: f64, load: impl Load) -> Measured {
    let load = Arc::new(load);
    let come = Arc::new(Semaphore::new(0));
    let calls = Arc::new(Mutex::new(VecDeque::<(usize, Instant)>::new()));
    let started = Instant::now();
    let (begin, end) = (started + WARM_UP, started + WARM_UP + LENGTH);
    let of_each = (rate * LENGTH.as_secs_f64()) as usize / CALLERS;
    let mut running = JoinSet::new();
    for _ in 0..CALLERS {
        let (load, come, calls) = (Arc::clone(&load), Arc::clone(&come), Arc::clone(&calls));
        running.spawn(async move {
            let mut latencies = Vec::with_capacity(2 * of_each);
            loop {
                come.acquire().await.expect("never closed").forget();
                let next = calls.lock().expect("nobody panics").pop_front();
                // Whoever finds none was let in at the end.
                let Some((call, called)) = next else { return latencies };
                load(call).await;
                if called >= begin {
                    latencies.push(called.elapsed());
                }
            }
        });
    }
    let mut tick = tokio::time::interval(Duration::from_millis(1));
    let mut sent = 0;
    while Instant::now() < end {
        tick.tick().await;
        let due = (started.elapsed().as_secs_f64() * rate) as usize;
        let now = Instant::now();
        calls.lock().expect("nobody panics").extend((sent..due).map(|call| (call, now)));
        come.add_permits(due - sent);
        sent = due;
    }
    come.add_permits(CALLERS);
    summary(running.join_all().await.concat())
}

fn summary(mut latencies: Vec<Duration>) -> Measured {
    latencies.sort_unstable();
    let p99 = latencies.get(latencies.len() * 99 / 100).copied().unwrap_or_default();
    Measured {
        rate: latencies.len() as f64 / LENGTH.as_secs_f64(),
        p99_ms: p99.as_secs_f64() * 1_000.0,
    }
}
