//! A server that is told to stop ends in time, whatever of what it needs does not answer.

use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;
use test_database::TestDatabase;
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::harness::{Client, Dancer, NodeProcess};

const PROMISED: Duration = Duration::from_secs(10);

struct Place {
    database: TestDatabase,
    home: TempDir,
}

impl Place {
    async fn new() -> Self {
        let (database, home) = (TestDatabase::create().await, TempDir::new().expect("a directory"));
        Self { database, home }
    }

    async fn node(&self, settings: &[(&str, &str)]) -> NodeProcess {
        NodeProcess::with(&self.database.url(), self.home.path(), settings).await
    }
}

async fn stops_in_time(node: NodeProcess) {
    let (status, took) = node.stop().await;
    assert!(status.success(), "{status}");
    assert!(took < PROMISED, "{took:?}");
}

#[tokio::test]
async fn a_mail_server_that_takes_a_call_and_says_nothing_keeps_no_node_from_stopping() {
    let place = Place::new().await;
    let server = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("smtp://{}", server.local_addr().expect("an address"));
    let node = place.node(&[("SMTP_URL", &url)]).await;
    Dancer::register(Client::new(node.address), "ann").await;
    let called = timeout(Duration::from_secs(20), server.accept()).await;
    let _held = called.expect("a mail is under way").expect("a call");
    stops_in_time(node).await;
}

#[tokio::test]
async fn a_database_that_does_not_answer_keeps_no_node_from_stopping() {
    let place = Place::new().await;
    let node = place.node(&[]).await;
    let ann = Dancer::register(Client::new(node.address), "ann").await;
    let pool = place.database.pool().await;
    let mut held = pool.begin().await.expect("a transaction");
    for table in ["agenda", "mails", "events", "read.projection_checkpoints", "sessions"] {
        let lock = format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
        sqlx::query(&lock).execute(&mut *held).await.expect("locked");
    }
    let reading =
        tokio::spawn(
            async move { ann.as_page(reqwest::Method::GET, "/api/users/me").send().await },
        );
    sleep(Duration::from_secs(1)).await;
    stops_in_time(node).await;
    drop(reading.await);
}

#[tokio::test]
async fn a_disk_that_does_not_answer_keeps_no_node_from_stopping() {
    let place = Place::new().await;
    let node = place.node(&[]).await;
    let ann = Dancer::register(Client::new(node.address), "ann").await;
    let (outbox, mail) = (place.home.path().join("outbox"), Uuid::new_v4());
    std::fs::create_dir_all(&outbox).expect("a folder");
    // Whoever opens a pipe that nobody reads waits for ever.
    let pipe = Command::new("mkfifo").arg(outbox.join(format!("{mail}.part"))).status();
    assert!(pipe.expect("mkfifo runs").success());
    let pool = place.database.pool().await;
    sqlx::query(
        "INSERT INTO mails (id, account_id, recipient, letter)
         VALUES ($1, $2::uuid, 'ann@example.com', 'password_changed')",
    )
    .bind(mail)
    .bind(&ann.id)
    .execute(&pool)
    .await
    .expect("posted");
    let taken = "SELECT attempts > 0 FROM mails WHERE id = $1";
    while !sqlx::query_scalar::<_, bool>(taken).bind(mail).fetch_one(&pool).await.expect("read") {
        sleep(Duration::from_millis(50)).await;
    }
    sleep(Duration::from_millis(200)).await;
    stops_in_time(node).await;
}
