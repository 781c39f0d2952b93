//! How many pairs of dancers go the whole way a second, many at once: from registering to
//! rating each other. Prints its rows as JSON; `cargo xtask bench journey` runs it.
//!
//! It is the whole server, as `spotlight serve` starts it, with an embedded PostgreSQL and its
//! durable settings, in this process; the dancers come over HTTP and WebSocket as phones do and
//! take their share of the same processors. No video is handed over: that is `bench transfer`.

#[path = "bench_journey/dancer.rs"]
mod dancer;
#[path = "bench_journey/pair.rs"]
mod pair;
#[path = "bench_journey/steps.rs"]
mod steps;
mod whole_server;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use api::app::App;
use api::config::Config;
use chrono::{Days, Utc};
use commands::{Context, NewEvent};
use domain::values::account::{Email, Role, Username};
use domain::values::dance_event::EventDates;
use domain::values::text::{EventName, Location};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::steps::{Step, Steps};
use crate::whole_server::serving;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const TURNS: usize = 3;
/// Pairs on their way at the same time.
const AT_ONCE: usize = 32;
/// Pairs in a turn, in events of so many.
const PAIRS: usize = 200;
const PAIRS_AT_AN_EVENT: usize = 20;

/// The one the product runs with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let home = whole_server::home()?;
    let config = Config::for_tests().within(home.path());
    let turns = serving(config, take_turns).await?;
    println!("{}", json!({ "rows": rows(&turns) }));
    Ok(())
}

struct Turn {
    /// Pairs a second.
    rate: f64,
    steps: Steps,
}

async fn take_turns(app: &App, address: SocketAddr) -> Result<Vec<Turn>, Failure> {
    let mut turns = vec![];
    for number in 1..=TURNS {
        let turn = take_turn(app, address, number).await?;
        eprintln!("turn {number}: {:.1} pairs/s", turn.rate);
        turns.push(turn);
    }
    Ok(turns)
}

async fn take_turn(app: &App, address: SocketAddr, number: usize) -> Result<Turn, Failure> {
    let events = announce(app, number).await?;
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut walking = JoinSet::new();
    let begun = Instant::now();
    for pair in 0..PAIRS {
        let event = events[pair / PAIRS_AT_AN_EVENT].clone();
        let places = places.clone();
        walking.spawn(async move {
            let _place = places.acquire_owned().await?;
            pair::walk(address, &event, &format!("t{number}p{pair}")).await
        });
    }
    let mut steps = Steps::default();
    while let Some(walked) = walking.join_next().await {
        steps.add(walked??);
    }
    Ok(Turn { rate: PAIRS as f64 / begun.elapsed().as_secs_f64(), steps })
}

async fn announce(app: &App, turn: usize) -> Result<Vec<String>, Failure> {
    let name = format!("organizer{turn}");
    let email = Email::try_from(format!("{name}@example.com").as_str())?;
    let organizer = Username::try_from(name.as_str())?;
    let organizer = app.commands.register(&Context::system(), organizer, email).await?.id;
    app.commands.grant_role(&Context::system(), organizer, Role::Organizer).await?;
    let today = Utc::now().date_naive();
    let mut events = vec![];
    for number in 0..PAIRS.div_ceil(PAIRS_AT_AN_EVENT) {
        let new = NewEvent {
            name: EventName::try_from(format!("Swing Night {turn} {number}").as_str())?,
            location: Location::try_from("Berlin")?,
            dates: EventDates::new(today, today + Days::new(2))?,
            worldsdc_id: None,
            description: None,
        };
        let done = app.commands.announce_event(&Context::of(organizer), new).await?;
        app.projections.wait_for(done.position, Duration::from_secs(10)).await?;
        events.push(done.id.to_string());
    }
    Ok(events)
}

fn rows(turns: &[Turn]) -> Vec<Value> {
    let row = |name: String, value: f64, unit: &str| {
        json!({ "name": name, "value": value, "unit": unit, "peer": null, "peerValue": null,
            "ratio": null, "target": null, "met": null })
    };
    let rate = median(turns.iter().map(|turn| turn.rate).collect());
    let mut rows = vec![row(format!("whole journeys, {AT_ONCE} pairs at once"), rate, "pairs/s")];
    for step in Step::ALL {
        for share in [50, 99] {
            let late = turns.iter().map(|turn| turn.steps.percentile(step, share)).collect();
            rows.push(row(format!("{step}, p{share}"), median(late), "ms"));
        }
    }
    rows
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
