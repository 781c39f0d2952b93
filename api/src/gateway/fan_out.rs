//! Writes what waits for many sockets, on every core at once.
//!
//! The threads that serve requests could share this out among themselves, but the system wakes a
//! thread where it ran last, and leaves it there behind the one that woke it for as long as some
//! milliseconds, whatever else is idle. A large room was written to on one core, at half the pace.
//! So each core has a thread that stays there.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use tokio::task::yield_now;

use super::outbox::Outbox;

/// More sockets than this are shared out.
const MANY: usize = 64;

/// Sockets taken at a time. A thread that loses its core to another keeps those waiting that it
/// has taken, for as long as some milliseconds.
const PART: usize = 16;

/// Where there are more cores than this, an idle one is found.
const MOST_HELPERS: usize = 8;

pub struct FanOut {
    helpers: Vec<Helper>,
}

/// A thread, which ends when this is dropped.
struct Helper {
    /// Where it stays.
    core: Option<usize>,
    /// What it has not come to when there is more again, others have done.
    work: SyncSender<Arc<Work>>,
}

/// Sockets to be written to, taken by whoever has the time.
struct Work {
    outboxes: Vec<Arc<Outbox>>,
    /// How many are taken.
    taken: AtomicUsize,
}

impl FanOut {
    pub fn new() -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        if cores == 1 {
            return Self { helpers: vec![] };
        }
        let own = own_cores(cores);
        let helper = |number: usize| {
            let core = own.get(number).copied();
            let (work, given) = sync_channel::<Arc<Work>>(1);
            let thread = thread::Builder::new().name(format!("fan-out-{number}"));
            let spawned = thread.spawn(move || {
                core.inspect(|core| stay_on(*core));
                for work in given {
                    work.do_parts(usize::MAX);
                }
            });
            match spawned {
                Ok(_) => Some(Helper { core, work }),
                Err(error) => {
                    tracing::warn!(%error, "fewer threads write to large rooms");
                    None
                }
            }
        };
        Self { helpers: (0..cores.min(MOST_HELPERS)).filter_map(helper).collect() }
    }

    /// Flushes all of `outboxes`. At the end others may still be at the last of them.
    pub async fn flush(&self, outboxes: Vec<Arc<Outbox>>) {
        let helpers = outboxes.len().saturating_sub(1) / MANY;
        let work = Arc::new(Work { outboxes, taken: AtomicUsize::new(0) });
        // Here this thread is at it.
        let elsewhere = self.helpers.iter().filter(|helper| !is_here(helper.core));
        // One that is still busy is passed by.
        let free = elsewhere.filter(|helper| helper.work.try_send(work.clone()).is_ok());
        free.take(helpers).for_each(drop);
        while work.do_parts(MANY / PART) {
            yield_now().await;
        }
    }
}

impl Work {
    /// Answers whether there may be more.
    fn do_parts(&self, most: usize) -> bool {
        (0..most).all(|_| {
            let from = self.taken.fetch_add(PART, Ordering::Relaxed);
            let rest = self.outboxes.get(from..).unwrap_or_default();
            for outbox in rest.iter().take(PART) {
                outbox.flush();
            }
            rest.len() > PART
        })
    }
}

/// The cores this process may run on, if it has all of their time; where it is given a share of
/// many, each process's threads would meet on the first of them.
#[cfg(target_os = "linux")]
fn own_cores(parallelism: usize) -> Vec<usize> {
    use rustix::thread::{CpuSet, sched_getaffinity};
    let Ok(allowed) = sched_getaffinity(None) else { return vec![] };
    let cores: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core)).collect();
    if cores.len() == parallelism && cores.len() <= MOST_HELPERS { cores } else { vec![] }
}

#[cfg(not(target_os = "linux"))]
fn own_cores(_parallelism: usize) -> Vec<usize> {
    vec![]
}

/// Has this thread run on `core` alone.
#[cfg(target_os = "linux")]
fn stay_on(core: usize) {
    use rustix::thread::{CpuSet, sched_setaffinity};
    let mut only = CpuSet::new();
    only.set(core);
    if let Err(error) = sched_setaffinity(None, &only) {
        tracing::warn!(%error, core, "a thread cannot stay on its core");
    }
}

#[cfg(not(target_os = "linux"))]
fn stay_on(_core: usize) {}

/// Whether this thread is on `core` now.
#[cfg(target_os = "linux")]
fn is_here(core: Option<usize>) -> bool {
    core.is_some_and(|core| core == rustix::thread::sched_getcpu())
}

#[cfg(not(target_os = "linux"))]
fn is_here(_core: Option<usize>) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::values::ids::UserId;
    use uuid::Uuid;

    #[tokio::test]
    async fn everybody_s_turn_comes_however_many_there_are() {
        let fan_out = FanOut::new();
        for count in [0, 1, PART, MANY, MANY + 1, 1_000, 1_001] {
            let outbox = || Arc::new(Outbox::new(UserId::new(), Uuid::nil(), 0));
            let outboxes: Vec<_> = (0..count).map(|_| outbox()).collect();
            fan_out.flush(outboxes.clone()).await;
            for outbox in outboxes {
                // Without a wire a flush leaves what waits to the socket's own task, and says so.
                outbox.arrived().await;
            }
        }
    }
}
