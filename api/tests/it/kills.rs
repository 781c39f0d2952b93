//! Processes that are killed at any moment, with everything they run.
//!
//! Each is this test program again, in the part of a node: it writes through `commands` and
//! keeps the read models, on the database of the test that started it.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use commands::{ClaimsKey, CommandError, Commands, Context, NewEvent, NewReport};
use domain::report::Grounds;
use domain::values::account::Role;
use domain::values::dance_event::EventDates;
use domain::values::ids::{EventId, MessageId, UserId};
use domain::values::rating::{Rating, Score};
use domain::values::room::{MessageKind, Room};
use domain::values::transfer::{Bytes, Direction, Millis, Outcome, Path, TransferReport};
use projections::{Log, Projections, connect_options};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use test_database::TestDatabase;
use tokio::process::{Child, Command};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const KILLS: usize = 50;
const DATABASE: &str = "DATABASE_OF_THE_NODE";
const NAME: &str = "NAME_OF_THE_NODE";
/// Circles of dancers who act at once on each node.
const CIRCLES: usize = 6;
/// First half of the projectors' advisory locks.
const PROJECTOR_LOCKS: i64 = 7_306_926;

fn start_node(database: &TestDatabase, name: &str) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "kills::a_node_with_much_to_do", "--ignored"])
        .env(DATABASE, database.url())
        .env(NAME, name)
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("a process")
}

#[tokio::test]
async fn after_fifty_kills_each_read_model_equals_the_one_made_anew_from_the_log() {
    let database = TestDatabase::create().await;
    let pool = pool_of(&database.url(), "the test").await;
    let (mut reached, mut cut_short) = (0, 0);
    for kill in 0..KILLS {
        let mut node = start_node(&database, &format!("node {kill}"));
        // Alive and at work, and then at any moment.
        let before = reached;
        until("the node works", async || applied(&pool).await.0 > before).await;
        sleep(Duration::from_millis(rand::random_range(0..600))).await;
        node.kill().await.expect("killed");
        let (lowest, head) = applied(&pool).await;
        reached = head;
        cut_short += usize::from(lowest < head);
    }
    assert!(cut_short > KILLS / 5, "only {cut_short} kills left anything undone");

    let log = Log::new(pool.clone());
    let projections = Projections::new(pool.clone(), log.clone());
    let stop = CancellationToken::new();
    let (_stored, local) = tokio::sync::broadcast::channel(1);
    let reading = tokio::spawn(log.clone().run(local, stop.clone()));
    let following = tokio::spawn(projections.clone().run(stop.clone()));
    let head = log.end().await.expect("the log's end");
    projections.wait_for(head, Duration::from_secs(20)).await.expect("caught up");
    stop.cancel();
    let (read, followed) = tokio::join!(reading, following);
    read.and(followed).expect("a clean end");

    let live = read_models(&pool).await;
    assert_eq!(projections.rebuild(None, |_| ()).await.expect("a rebuild"), 0);
    for (table, rows) in read_models(&pool).await {
        assert!(!rows.is_empty(), "{table} is empty");
        assert!(live[&table] == rows, "{table}: {} rows and {}", live[&table].len(), rows.len());
    }
}

#[tokio::test]
async fn when_the_owner_is_killed_another_node_takes_over_within_five_seconds() {
    let database = TestDatabase::create().await;
    let pool = pool_of(&database.url(), "the test").await;
    let mut owner = start_node(&database, "owner");
    until("the first node owns all", async || owners(&pool).await == ["owner"]).await;
    let _other = start_node(&database, "other");
    until("the second node works too", async || {
        connected(&pool, "other").await && owners(&pool).await == ["owner"]
    })
    .await;

    owner.kill().await.expect("killed");
    let killed = Instant::now();
    until("the other owns all", async || owners(&pool).await == ["other"]).await;
    let (_, head) = applied(&pool).await;
    until("and gets on", async || applied(&pool).await.0 > head).await;
    assert!(killed.elapsed() < Duration::from_secs(5), "took {:?}", killed.elapsed());
}

#[tokio::test]
async fn what_a_node_says_it_has_stored_is_what_the_log_tells() {
    let database = TestDatabase::create().await;
    let pool = pool_of(&database.url(), "the test").await;
    let (commands, writer) = Commands::start(pool.clone(), ClaimsKey::new([7; 32]));
    let mut batches = writer.stored();
    let mut said = vec![];
    for _ in 0..3 {
        Box::pin(a_weekend(&commands)).await.expect("everything may be done");
        while let Ok(batch) = batches.try_recv() {
            assert_eq!(batch.events.last().map(|event| event.position), Some(batch.through));
            said.extend(batch.events.iter().cloned());
        }
    }
    // It has not run, so it has nothing but the table.
    let told = Log::new(pool).after(0, 10_000).await.expect("the log");
    let told: Vec<_> = told.iter().map(|entry| entry.event().expect("readable").clone()).collect();
    assert!(said.len() > 50, "{}", said.len());
    assert_eq!(said, told);
}

#[tokio::test]
#[ignore = "a process of the tests above"]
async fn a_node_with_much_to_do() {
    let url = std::env::var(DATABASE).expect("a database");
    let pool = pool_of(&url, &std::env::var(NAME).expect("a name")).await;
    let (commands, writer) = Commands::start(pool.clone(), ClaimsKey::new([7; 32]));
    let log = Log::new(pool.clone());
    let projections = Projections::new(pool, log.clone());
    for _ in 0..CIRCLES {
        let commands = commands.clone();
        tokio::spawn(async move {
            loop {
                Box::pin(a_weekend(&commands)).await.expect("everything may be done");
            }
        });
    }
    let forever = CancellationToken::new();
    tokio::join!(log.run(writer.stored(), forever.clone()), projections.run(forever));
}

/// A dance event from its announcement to the ratings, with a little of everything.
async fn a_weekend(commands: &Commands) -> Result<(), CommandError> {
    let mut dancers = vec![];
    for _ in 0..4 {
        let name = format!("d{}", &Uuid::new_v4().simple().to_string()[..24]);
        let email = format!("{name}@example.com");
        let (name, email) = (good(&name), good(&email));
        dancers.push(commands.register(&Context::system(), name, email).await?.id);
    }
    let [ann, bob, cid, dee]: [UserId; 4] = dancers.clone().try_into().expect("four");
    commands.grant_role(&Context::system(), ann, Role::Organizer).await?;
    commands.grant_role(&Context::system(), ann, Role::Moderator).await?;
    let day: NaiveDate = "2026-12-04".parse().expect("a day");
    let event: EventId = commands
        .announce_event(
            &Context::of(ann),
            NewEvent {
                name: good(&format!("Weekend {}", Uuid::new_v4())),
                location: good("Budapest"),
                dates: EventDates::new(day, day).expect("in order"),
                worldsdc_id: None,
                description: None,
            },
        )
        .await?
        .id;
    for dancer in &dancers {
        commands.join_event(&Context::of(*dancer), event).await?;
    }
    let as_dee = Context::of(dee);
    // Whatever a node is killed in the middle of.
    tokio::try_join!(
        commands.block(&as_dee, ann),
        commands.leave_event(&as_dee, event),
        say(commands, cid, Room::Event(event), 5),
        dance(commands, event, ann, bob),
        decline(commands, event, cid, bob),
        complain(commands, bob, cid, ann),
    )?;
    Ok(())
}

async fn dance(
    commands: &Commands,
    event: EventId,
    ann: UserId,
    bob: UserId,
) -> Result<(), CommandError> {
    let id = commands.request_match(&Context::of(ann), event, bob).await?.id;
    commands.accept_match(&Context::of(bob), id).await?;
    say(commands, bob, Room::Match(id), 2).await?;
    let report = |direction| TransferReport {
        transfer: Some(id.uuid()),
        direction,
        outcome: Outcome::Completed,
        bytes: Bytes::try_from(20_000_000).expect("bytes"),
        millis: Millis::from_seconds(2.5).expect("seconds"),
        path: Some(Path::Host),
        reason: None,
        browser: None,
        proof: None,
        connected: None,
        connect_millis: None,
    };
    commands.report_transfer(&Context::of(ann), id, report(Direction::Sent)).await?;
    commands.report_transfer(&Context::of(bob), id, report(Direction::Received)).await?;
    commands.complete_match(&Context::of(ann), id).await?;
    for rater in [ann, bob] {
        let score = Score::try_from(5).expect("a score");
        let rating = Rating { score, comment: None, would_collaborate_again: true };
        commands.rate(&Context::of(rater), id, rating).await?;
    }
    Ok(())
}

async fn decline(
    commands: &Commands,
    event: EventId,
    asks: UserId,
    asked: UserId,
) -> Result<(), CommandError> {
    let id = commands.request_match(&Context::of(asks), event, asked).await?.id;
    commands.decline_match(&Context::of(asked), id).await?;
    Ok(())
}

async fn complain(
    commands: &Commands,
    by: UserId,
    reported: UserId,
    moderator: UserId,
) -> Result<(), CommandError> {
    let (grounds, details) = (Grounds::Spam, None);
    let report = NewReport {
        reported,
        grounds,
        details,
        match_id: None,
        message_id: None,
        message_key: None,
    };
    let report = commands.file_report(&Context::of(by), report).await?.id;
    commands.warn(&Context::of(moderator), reported, good("be kind")).await?;
    commands.resolve_report(&Context::of(moderator), report, good("warned"), None).await?;
    Ok(())
}

async fn say(
    commands: &Commands,
    who: UserId,
    room: Room,
    times: usize,
) -> Result<(), CommandError> {
    for _ in 0..times {
        let (id, kind) = (MessageId::new(), MessageKind::Text);
        commands.post_message(&Context::of(who), id, room, kind, good("hello")).await?;
    }
    Ok(())
}

fn good<'a, T: TryFrom<&'a str, Error: std::fmt::Debug>>(text: &'a str) -> T {
    T::try_from(text).expect("a good value")
}

async fn pool_of(url: &str, name: &str) -> PgPool {
    let options = connect_options(url).expect("a url").application_name(name);
    PgPoolOptions::new().max_connections(20).connect_with(options).await.expect("the database")
}

/// Up to where every read model is, and where the log ends.
async fn applied(pool: &PgPool) -> (i64, i64) {
    sqlx::query_as(
        "SELECT (SELECT coalesce(min(position), 0) FROM projection_checkpoints),
                (SELECT coalesce(max(global_position), 0) FROM events)",
    )
    .fetch_one(pool)
    .await
    .expect("positions")
}

/// The nodes on which projectors run.
async fn owners(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT DISTINCT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
         WHERE locktype = 'advisory' AND granted AND classid::bigint = $1
           AND datname = current_database()",
    )
    .bind(PROJECTOR_LOCKS)
    .fetch_all(pool)
    .await
    .expect("locks")
}

async fn connected(pool: &PgPool, name: &str) -> bool {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM pg_stat_activity
                        WHERE application_name = $1 AND datname = current_database())",
    )
    .bind(name)
    .fetch_one(pool)
    .await
    .expect("connections")
}

/// Every row of every read model, table by table.
async fn read_models(pool: &PgPool) -> BTreeMap<String, Vec<String>> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'read'::regnamespace
         AND relkind = 'r' AND relname NOT IN ('projection_checkpoints', 'parked_events')",
    )
    .fetch_all(pool)
    .await
    .expect("tables");
    let mut held = BTreeMap::new();
    for table in tables {
        let rows = format!("SELECT t::text FROM read.{table} t ORDER BY 1");
        held.insert(table, sqlx::query_scalar(&rows).fetch_all(pool).await.expect("rows"));
    }
    held
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let since = Instant::now();
    while !holds().await {
        assert!(since.elapsed() < Duration::from_secs(20), "never: {what}");
        sleep(Duration::from_millis(10)).await;
    }
}
