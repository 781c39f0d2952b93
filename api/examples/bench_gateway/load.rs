//! A room in which some speak and all listen, and what of it was seen.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::Failure;
use crate::dialect::{Dialect, Heard, Stamp};
use crate::socket::Socket;

/// Who does not hear the last word by then never will.
const PATIENCE: Duration = Duration::from_mins(1);

/// What the figures of each turn leave out at its beginning.
const WARM_UP: Duration = Duration::from_millis(500);

/// How a room is spoken to.
#[derive(Clone, Copy, Debug)]
pub enum Load {
    /// So many speak, each as soon as what they said before is acknowledged.
    Eager { writers: usize },
    /// One speaks, at this pace, acknowledged or not.
    Paced { every: Duration },
}

/// One room, with everybody in it.
pub struct Audience {
    pub sockets: Vec<Socket>,
    pub event: Arc<str>,
    pub dialect: Dialect,
    /// Bytes of what is said.
    pub length: usize,
}

/// What one turn came to.
pub struct Turn {
    pub said: usize,
    pub listeners: usize,
    /// From the first word until everybody had heard the last one.
    pub took: Duration,
    /// From sending to hearing, and to being acknowledged, ascending, in milliseconds.
    pub delivered: Vec<f32>,
    pub acked: Vec<f32>,
}

struct Shared {
    began: Instant,
    ends: Instant,
    event: Arc<str>,
    dialect: Dialect,
    length: usize,
    /// How many still speak; the last of them has the last word.
    speaking: AtomicUsize,
    said: AtomicUsize,
}

/// What one socket saw of a turn.
struct Seen {
    socket: Socket,
    delivered: Vec<f32>,
    acked: Vec<f32>,
    heard: usize,
    /// When the last word came.
    over: Option<Instant>,
    /// The last word was ours, and is not answered yet.
    owed: bool,
}

impl Turn {
    /// Messages a second.
    pub fn rate(&self) -> f64 {
        self.said as f64 / self.took.as_secs_f64()
    }

    pub fn deliveries(&self) -> f64 {
        self.said as f64 * self.listeners as f64
    }
}

/// Everybody hears everything, once, or the turn is an error.
pub async fn take_turn(
    audience: &mut Audience,
    load: Load,
    length: Duration,
) -> Result<Turn, Failure> {
    let began = Instant::now();
    let writers = match load {
        Load::Eager { writers } => writers,
        Load::Paced { .. } => 1,
    };
    let shared = Arc::new(Shared {
        began,
        ends: began + length,
        event: audience.event.clone(),
        dialect: audience.dialect,
        length: audience.length,
        speaking: AtomicUsize::new(writers),
        said: AtomicUsize::new(0),
    });
    let listeners = audience.sockets.len();
    let mut tasks = JoinSet::new();
    for (number, socket) in audience.sockets.drain(..).enumerate() {
        let shared = shared.clone();
        tasks.spawn(timeout(PATIENCE, async move {
            let mut seen = Seen::of(socket);
            match load {
                Load::Paced { every } if number == 0 => seen.speak_at(&shared, every).await?,
                Load::Eager { writers } if number < writers => seen.speak(&shared).await?,
                _ => {}
            }
            while !seen.hear(&shared).await? {
                seen.socket.fill().await?;
            }
            Ok::<_, Failure>(seen)
        }));
    }

    let (mut delivered, mut acked, mut over) = (vec![], vec![], began);
    while let Some(seen) = tasks.join_next().await {
        let seen = seen?.map_err(|_| "a socket did not hear the last word")??;
        let said = shared.said.load(Ordering::Relaxed);
        if seen.heard != said {
            return Err(format!("{said} were said, {} were heard", seen.heard).into());
        }
        delivered.extend(seen.delivered);
        acked.extend(seen.acked);
        over = over.max(seen.over.unwrap_or(began));
        audience.sockets.push(seen.socket);
    }
    delivered.sort_unstable_by(f32::total_cmp);
    acked.sort_unstable_by(f32::total_cmp);
    let said = shared.said.load(Ordering::Relaxed);
    Ok(Turn { said, listeners, took: over - began, delivered, acked })
}

impl Shared {
    async fn say(&self, socket: &mut Socket) -> Result<Instant, Failure> {
        let now = Instant::now();
        let stamp = Stamp::At((now - self.began).as_nanos() as u64);
        self.said.fetch_add(1, Ordering::Relaxed);
        socket.send(&self.words(stamp)).await?;
        Ok(now)
    }

    fn words(&self, stamp: Stamp) -> String {
        self.dialect.say(&self.event, &stamp.text(self.length))
    }
}

impl Seen {
    fn of(socket: Socket) -> Self {
        Self { socket, delivered: vec![], acked: vec![], heard: 0, over: None, owed: false }
    }

    /// Says one thing after another until the turn's time is over.
    async fn speak(&mut self, shared: &Shared) -> Result<(), Failure> {
        let mut sent = shared.say(&mut self.socket).await?;
        loop {
            if self.hear_until_acked(shared).await? {
                self.acked(shared, sent);
                if Instant::now() >= shared.ends {
                    return self.fall_silent(shared).await;
                }
                sent = shared.say(&mut self.socket).await?;
            } else {
                self.socket.fill().await?;
            }
        }
    }

    async fn speak_at(&mut self, shared: &Shared, every: Duration) -> Result<(), Failure> {
        let mut ticks = interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut waiting = std::collections::VecDeque::new();
        loop {
            tokio::select! {
                _ = ticks.tick(), if Instant::now() < shared.ends => {
                    waiting.push_back(shared.say(&mut self.socket).await?);
                }
                filled = self.socket.fill() => filled?,
            }
            while self.hear_until_acked(shared).await? {
                if let Some(sent) = waiting.pop_front() {
                    self.acked(shared, sent);
                }
            }
            if waiting.is_empty() && Instant::now() >= shared.ends {
                return self.fall_silent(shared).await;
            }
        }
    }

    async fn fall_silent(&mut self, shared: &Shared) -> Result<(), Failure> {
        // Everything that others have said is acknowledged by now, so this comes after it.
        if shared.speaking.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.owed = true;
            self.socket.send(&shared.words(Stamp::Last)).await?;
        }
        Ok(())
    }

    /// Looks at what has come up to an ack; whether there was one.
    async fn hear_until_acked(&mut self, shared: &Shared) -> Result<bool, Failure> {
        while let Some(heard) = self.socket.next().await? {
            match heard {
                Heard::Answer => return Ok(true),
                Heard::Said(Stamp::At(at)) => self.heard(shared, at),
                _ => {}
            }
        }
        Ok(false)
    }

    /// Looks at what has come; whether the last word was among it, and every answer: one that
    /// came in the next turn would be taken for the answer to its first word.
    async fn hear(&mut self, shared: &Shared) -> Result<bool, Failure> {
        while let Some(heard) = self.socket.next().await? {
            match heard {
                Heard::Said(Stamp::At(at)) => self.heard(shared, at),
                Heard::Said(Stamp::Last) => self.over = Some(Instant::now()),
                Heard::Answer => self.owed = false,
                _ => {}
            }
        }
        Ok(self.over.is_some() && !self.owed)
    }

    fn heard(&mut self, shared: &Shared, at: u64) {
        self.heard += 1;
        let sent = Duration::from_nanos(at);
        if sent >= WARM_UP {
            self.delivered.push(millis(shared.began.elapsed().saturating_sub(sent)));
        }
    }

    fn acked(&mut self, shared: &Shared, sent: Instant) {
        if sent - shared.began >= WARM_UP {
            self.acked.push(millis(sent.elapsed()));
        }
    }
}

fn millis(time: Duration) -> f32 {
    time.as_secs_f32() * 1e3
}

/// Of ascending values, the one that `share` of a hundred are not above.
pub fn percentile(values: &[f32], share: usize) -> f64 {
    let at = (values.len() * share / 100).min(values.len().saturating_sub(1));
    values.get(at).copied().unwrap_or_default().into()
}
