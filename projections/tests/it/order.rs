//! Positions are in commit order, whoever appends.

use std::process::Stdio;
use std::time::Duration;

use projections::{Entry, Log};
use sqlx::{ConnectOptions, Connection, Executor, PgConnection};
use tokio::process::Command;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::stage::on_stage;

const PROCESSES: usize = 4;
/// Transactions of each process.
const ROUNDS: usize = 60;
const DATABASE: &str = "DATABASE_OF_THE_PROCESS";
const PROCESS: &str = "NUMBER_OF_THE_PROCESS";

#[tokio::test]
async fn a_follower_sees_every_position_once_and_in_order_while_four_processes_append() {
    on_stage(|stage| async move {
        let node = stage.start_node();
        let appended = CancellationToken::new();
        // One reads what the node's reader has read, one asks the table as often as it can.
        let from_memory = tokio::spawn(follow(node.log.clone(), appended.clone()));
        let from_table = tokio::spawn(follow(Log::new(stage.pool.clone()), appended.clone()));

        let database = stage.pool.connect_options().to_url_lossy().to_string();
        let processes: Vec<_> = (0..PROCESSES)
            .map(|process| {
                Command::new(std::env::current_exe().expect("this program"))
                    .args(["--exact", "order::a_process_that_appends", "--ignored"])
                    .env(DATABASE, &database)
                    .env(PROCESS, process.to_string())
                    .stdout(Stdio::null())
                    .kill_on_drop(true)
                    .spawn()
                    .expect("a process")
            })
            .collect();
        for mut process in processes {
            assert!(process.wait().await.expect("it ends").success());
        }
        let last = stage.count("SELECT max(global_position) FROM events").await;
        node.reaches(last).await;
        appended.cancel();

        let every: Vec<i64> = (1..=last).collect();
        assert_eq!(from_memory.await.expect("a follower"), every);
        assert_eq!(from_table.await.expect("a follower"), every);
        assert!(last > (PROCESSES * ROUNDS) as i64, "{last} events");
        let turns = stage
            .count(
                "SELECT count(*) FROM (
                     SELECT metadata->>'process' <> lag(metadata->>'process')
                            OVER (ORDER BY global_position) AS another FROM events) AS e
                 WHERE another",
            )
            .await;
        assert!(turns > ROUNDS as i64, "the processes took turns only {turns} times");
        node.stop().await;
    })
    .await;
}

/// The positions in the order in which they are seen.
async fn follow(log: Log, appended: CancellationToken) -> Vec<i64> {
    let mut seen = vec![];
    loop {
        let ending = appended.is_cancelled();
        let after = seen.last().copied().unwrap_or(0);
        let entries = log.after(after, 50).await.expect("entries");
        if entries.is_empty() {
            if ending {
                return seen;
            }
            sleep(Duration::from_millis(1)).await;
        }
        seen.extend(entries.iter().map(Entry::position));
    }
}

/// Appends as the write side does, slowly: with pauses before and after the append and before
/// the commit, and now and then without a commit.
#[tokio::test]
#[ignore = "a process of the test above"]
async fn a_process_that_appends() {
    let url = std::env::var(DATABASE).expect("a database");
    let process = std::env::var(PROCESS).expect("a number");
    let mut connection = PgConnection::connect(&url).await.expect("a connection");
    for _ in 0..ROUNDS {
        pause(8).await;
        let mut tx = connection.begin().await.expect("a transaction");
        tx.execute("SELECT pg_current_xact_id()").await.expect("a place among transactions");
        pause(8).await;
        let stream = Uuid::now_v7().to_string();
        let events = rand::random_range(1..=3_i64);
        sqlx::query(
            "SELECT append_events(
                   '{message}', ARRAY[$1], '{0}', array_fill(1, ARRAY[$2::int]),
                   array_fill('message'::text, ARRAY[$2::int]), array_fill($1, ARRAY[$2::int]),
                   ARRAY(SELECT generate_series(1, $2)),
                   array_fill('Retracted'::text, ARRAY[$2::int]),
                   array_fill('1'::text, ARRAY[$2::int]), array_fill($3, ARRAY[$2::int]),
                   array_fill($4, ARRAY[$2::int]),
                   '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}',
                   '{}', '{}', '{}', '{}')",
        )
        .bind(&stream)
        .bind(events)
        .bind(format!(r#"{{"Retracted":{{"room":"event:{}"}}}}"#, Uuid::nil()))
        .bind(format!(r#"{{"process":{process}}}"#))
        .execute(&mut *tx)
        .await
        .expect("appended");
        pause(8).await;
        if rand::random_ratio(1, 8) {
            tx.rollback().await.expect("taken back");
        } else {
            tx.commit().await.expect("a commit");
        }
    }
}

async fn pause(most_millis: u64) {
    sleep(Duration::from_millis(rand::random_range(0..=most_millis))).await;
}
