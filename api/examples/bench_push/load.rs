//! Messages posted at a fixed rate, and how late each was where.

use std::collections::HashMap;
use std::fmt;
use std::time::{Duration, Instant};

use api::app::App;
use commands::Context;
use domain::values::ids::{MessageId, UserId};
use domain::values::room::{MessageKind, Room};
use domain::values::text::MessageContent;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::Failure;
use crate::rooms::OpenRoom;
use crate::sockets::Sockets;

pub const COMMANDS_A_SECOND: u32 = 2_000;

const WARM_UP: Duration = Duration::from_secs(2);
const LENGTH: Duration = Duration::from_secs(10);
const TICK: Duration = Duration::from_millis(1);
/// Read models that have not come so far by then never will.
const PATIENCE: Duration = Duration::from_secs(30);
const SAID: &str = "See you at the bar after the second jack and jill";

/// What one turn came to. Times are in milliseconds.
pub struct Turn {
    /// Commands a second, counted as they are committed.
    pub rate: f64,
    /// From when a command was due to its commit: the wait in the load's own queue included.
    pub committed: Late,
    /// The rest are from the commit, as the caller learns of it.
    pub pushed: Late,
    pub readable: Late,
    pub both: Late,
}

pub struct Late {
    p50: f64,
    pub p99: f64,
    most: f64,
}

/// One command that was carried out.
struct Posted {
    id: MessageId,
    /// Sockets that have to be told.
    listeners: usize,
    due: Instant,
    committed: Instant,
    readable: Instant,
}

/// Commands start when they are due, whether or not earlier ones are answered, so that a stall
/// counts for all who would have come meanwhile.
pub async fn take_turn(
    app: &App,
    rooms: &[OpenRoom],
    sockets: &mut Sockets,
) -> Result<Turn, Failure> {
    let content = MessageContent::try_from(SAID)?;
    let started = Instant::now();
    let begin = started + WARM_UP;
    let end = begin + LENGTH;
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let (mut running, mut sent) = (JoinSet::new(), 0);
    while Instant::now() < end {
        ticks.tick().await;
        let behind = started.elapsed().min(WARM_UP + LENGTH);
        let due = (behind.as_secs_f64() * f64::from(COMMANDS_A_SECOND)) as u32;
        for number in sent..due {
            let (round, place) = (number as usize / rooms.len(), number as usize % rooms.len());
            let OpenRoom { room, members } = &rooms[place];
            let author = members[round % members.len()];
            let due = started + Duration::from_secs(1) * number / COMMANDS_A_SECOND;
            running.spawn(post(app.clone(), *room, author, content.clone(), members.len(), due));
        }
        sent = due;
    }
    let mut posted = Vec::with_capacity(sent as usize);
    while let Some(one) = running.join_next().await {
        posted.push(one??);
    }

    let wanted = posted.iter().map(|one| (one.id, one.listeners)).collect::<HashMap<_, _>>();
    let heard = sockets.hear(&wanted).await?;
    let in_time = posted.iter().filter(|one| (begin..end).contains(&one.committed)).count();
    let measured = || posted.iter().filter(|one| one.due >= begin);
    let readable = |one: &Posted| one.readable.saturating_duration_since(one.committed);
    // A frame may be there before the caller hears of the commit.
    let pushed = |one: &Posted| heard[&one.id].last.saturating_duration_since(one.committed);
    Ok(Turn {
        rate: in_time as f64 / LENGTH.as_secs_f64(),
        committed: Late::of(measured().map(|one| one.committed.saturating_duration_since(one.due))),
        pushed: Late::of(measured().map(pushed)),
        readable: Late::of(measured().map(readable)),
        both: Late::of(measured().map(|one| readable(one).max(pushed(one)))),
    })
}

async fn post(
    app: App,
    room: Room,
    author: UserId,
    content: MessageContent,
    listeners: usize,
    due: Instant,
) -> Result<Posted, Failure> {
    let (id, context) = (MessageId::new(), Context::of(author));
    let done = app.commands.post_message(&context, id, room, MessageKind::Text, content).await?;
    let committed = Instant::now();
    app.projections.wait_for(done.position, PATIENCE).await?;
    Ok(Posted { id, listeners, due, committed, readable: Instant::now() })
}

impl Late {
    fn of(times: impl Iterator<Item = Duration>) -> Self {
        let mut times: Vec<_> = times.map(|time| time.as_secs_f64() * 1e3).collect();
        times.sort_by(f64::total_cmp);
        let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
        Self { p50: at(50), p99: at(99), most: times.last().copied().unwrap_or_default() }
    }
}

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rate, committed, pushed, readable, both } = self;
        write!(f, "{rate:.0} commands/s; p50/p99/most in ms: due to committed {committed}, ")?;
        write!(f, "committed to sockets {pushed}, to read models {readable}, to both {both}")
    }
}

impl fmt::Display for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1}/{:.1}/{:.1}", self.p50, self.p99, self.most)
    }
}
