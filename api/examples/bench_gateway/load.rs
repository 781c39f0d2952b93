//! A room in which some speak and all listen, and what of it was seen.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::Failure;
use crate::dialect::{Dialect, Heard, Stamp};
use crate::gallery::Listener;
use crate::socket::Socket;

/// Who does not hear the last word by then never will.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long nobody looks at those who only listen. What comes meanwhile has room where the
/// system keeps it.
const LOOK_EVERY: Duration = Duration::from_millis(10);

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

impl Load {
    /// How long those who only listen are not looked at, `since` the turn began: what they cost
    /// would be in the way of the server.
    fn until_next_look(self, since: Duration) -> Duration {
        match self {
            Self::Eager { .. } => LOOK_EVERY,
            Self::Paced { every } => {
                // Three fifths of the way from one word to the next.
                let late = (since + every * 2 / 5).as_nanos() % every.as_nanos();
                every.saturating_sub(Duration::from_nanos(late as u64))
            }
        }
    }
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
    /// The same by the system's clock, by which arrivals are noted.
    began_at: SystemTime,
    ends: Instant,
    event: Arc<str>,
    dialect: Dialect,
    length: usize,
    /// How many still speak; the last of them has the last word.
    speaking: AtomicUsize,
    said: AtomicUsize,
}

/// What came to one socket in a turn.
#[derive(Default)]
struct Seen {
    delivered: Vec<f32>,
    acked: Vec<f32>,
    heard: usize,
    /// When the last word came, since the turn began.
    over: Option<Duration>,
}

/// One who also speaks, and waits for answers.
struct Speaker {
    socket: Socket,
    seen: Seen,
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
        began_at: SystemTime::now(),
        ends: began + length,
        event: audience.event.clone(),
        dialect: audience.dialect,
        length: audience.length,
        speaking: AtomicUsize::new(writers),
        said: AtomicUsize::new(0),
    });
    let listeners = audience.sockets.len();
    let quiet = audience.sockets.split_off(writers.min(listeners));
    let mut speaking = JoinSet::new();
    for socket in audience.sockets.drain(..) {
        let shared = shared.clone();
        speaking.spawn(timeout(length + PATIENCE, async move {
            let mut speaker = Speaker { socket, seen: Seen::default(), owed: false };
            match load {
                Load::Paced { every } => speaker.speak_at(&shared, every).await?,
                Load::Eager { .. } => speaker.speak(&shared).await?,
            }
            while !speaker.hear(&shared).await? {
                speaker.socket.fill().await?;
            }
            Ok::<_, Failure>((speaker.socket, speaker.seen))
        }));
    }
    let listening = in_the_gallery(load, quiet, shared.clone());
    let mut ended = vec![];
    while let Some(speaker) = speaking.join_next().await {
        ended.push(speaker?.map_err(|_| "a socket did not hear the last word")??);
    }
    for (listener, seen) in listening.await?? {
        ended.push((listener.into_socket()?, seen));
    }

    let said = shared.said.load(Ordering::Relaxed);
    let (mut delivered, mut acked, mut took) = (vec![], vec![], Duration::ZERO);
    for (socket, seen) in ended {
        if seen.heard != said {
            return Err(format!("{said} were said, {} were heard", seen.heard).into());
        }
        delivered.extend(seen.delivered);
        acked.extend(seen.acked);
        took = took.max(seen.over.unwrap_or_default());
        audience.sockets.push(socket);
    }
    delivered.sort_unstable_by(f32::total_cmp);
    acked.sort_unstable_by(f32::total_cmp);
    Ok(Turn { said, listeners, took, delivered, acked })
}

/// Listens on a thread of its own.
fn in_the_gallery(
    load: Load,
    quiet: Vec<Socket>,
    shared: Arc<Shared>,
) -> oneshot::Receiver<Result<Vec<(Listener, Seen)>, Failure>> {
    let (tell, told) = oneshot::channel();
    std::thread::spawn(move || {
        // Who does not wait any more has failed.
        let _ = tell.send(listen(load, quiet, &shared));
    });
    told
}

/// Until everybody has heard the last word.
fn listen(
    load: Load,
    quiet: Vec<Socket>,
    shared: &Shared,
) -> Result<Vec<(Listener, Seen)>, Failure> {
    let mut listening = vec![];
    for socket in quiet {
        listening.push((Listener::new(socket)?, Seen::default()));
    }
    let mut ended = Vec::with_capacity(listening.len());
    while !listening.is_empty() {
        if Instant::now() > shared.ends + PATIENCE {
            return Err("a socket did not hear the last word".into());
        }
        for (listener, seen) in &mut listening {
            while let Some((heard, arrived)) = listener.next()? {
                if let Heard::Said(stamp) = heard {
                    let since = arrived.duration_since(shared.began_at)?;
                    seen.heard(stamp, since);
                }
            }
        }
        ended.extend(listening.extract_if(.., |(_, seen)| seen.over.is_some()));
        #[expect(clippy::disallowed_methods, reason = "the thread is nobody else's")]
        std::thread::sleep(load.until_next_look(shared.began.elapsed()));
    }
    Ok(ended)
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
    /// `since` the turn began.
    fn heard(&mut self, stamp: Stamp, since: Duration) {
        match stamp {
            Stamp::Last => self.over = Some(since),
            Stamp::At(at) => {
                self.heard += 1;
                let sent = Duration::from_nanos(at);
                if sent >= WARM_UP {
                    self.delivered.push(millis(since.saturating_sub(sent)));
                }
            }
        }
    }
}

impl Speaker {
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
                Heard::Said(stamp) => self.seen.heard(stamp, shared.began.elapsed()),
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
                Heard::Answer => self.owed = false,
                Heard::Said(stamp) => self.seen.heard(stamp, shared.began.elapsed()),
                _ => {}
            }
        }
        Ok(self.seen.over.is_some() && !self.owed)
    }

    fn acked(&mut self, shared: &Shared, sent: Instant) {
        if sent - shared.began >= WARM_UP {
            self.seen.acked.push(millis(sent.elapsed()));
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
