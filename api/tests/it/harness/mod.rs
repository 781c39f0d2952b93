//! One server for one test, and people who use it.

mod authenticator;
mod client;
mod process;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use api::config::{Config, DatabaseConfig};
use api::database::Database;
use api::serve::serve;
use commands::{ClaimsKey, Commands, Context};
use domain::values::account::Role;
use futures::future::join_all;
use serde_json::{Value, json};
use sqlx::PgPool;
use tempfile::TempDir;
use test_database::TestDatabase;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::sync::oneshot;

pub use authenticator::Authenticator;
pub use client::{Answer, Client, Dancer};
pub use process::NodeProcess;

pub const PASSWORD: &str = "west-coast-swing";

/// A server on a port of its own with a database of its own; both go when it is dropped.
pub struct TestApp {
    pub address: SocketAddr,
    pub pool: PgPool,
    _stop: oneshot::Sender<()>,
    database: TestDatabase,
    home: TempDir,
    config: Config,
}

impl TestApp {
    pub async fn start() -> Self {
        Self::with(Config::for_tests()).await
    }

    pub async fn with(config: Config) -> Self {
        let (database, home) = (TestDatabase::create().await, TempDir::new().expect("a directory"));
        let node = Node::start(config.clone(), &database.url(), home.path()).await;
        let Node { address, pool, stop } = node;
        Self { address, pool, _stop: stop, database, home, config }
    }

    /// Two nodes of one product, which talk over a NATS at `broker` or over PostgreSQL.
    pub async fn two_nodes(broker: Option<String>) -> (Self, Node) {
        let broker_url = broker.as_deref().map(Into::into);
        let app = Self::with(Config { broker_url, ..Config::for_tests() }).await;
        let other = app.another_node().await;
        (app, other)
    }

    /// One more node of the same product, until it is dropped.
    pub async fn another_node(&self) -> Node {
        Node::start(self.config.clone(), &self.database.url(), self.home.path()).await
    }

    /// For the binary's subcommands, which work beside a server.
    pub fn database_url(&self) -> String {
        self.database.url()
    }

    /// Somebody without a session.
    pub fn stranger(&self) -> Client {
        Client::new(self.address)
    }

    /// Somebody who has just registered.
    pub async fn dancer(&self, name: &str) -> Dancer {
        Dancer::register(self.stranger(), name).await
    }

    /// Somebody with a role, granted as `spotlight grant` does it.
    pub async fn dancer_with_role(&self, name: &str, role: Role) -> Dancer {
        let dancer = self.dancer(name).await;
        grant(&self.pool, &dancer, role).await;
        dancer
    }

    /// The database, as a task beside the server opens it.
    pub async fn database(&self) -> Database {
        let url = Some(self.database_url().as_str().into());
        let database = DatabaseConfig { url, ..Config::for_tests().database };
        Database::open(&database).await.expect("the database opens")
    }

    /// A dance event, announced by an organizer of its own.
    pub async fn event(&self) -> String {
        static ANNOUNCED: AtomicUsize = AtomicUsize::new(1);
        let number = ANNOUNCED.fetch_add(1, Ordering::Relaxed);
        let organizer = self.dancer_with_role(&format!("organizer{number}"), Role::Organizer).await;
        organizer.announce(&format!("Swing Night {number}"), "2026-12-04").await
    }

    /// Two people at one event, both joined.
    pub async fn two_dancers(&self) -> (Dancer, Dancer, String) {
        let event = self.event().await;
        let (ann, bob) = tokio::join!(self.dancer("ann"), self.dancer("bob"));
        ann.join(&event).await;
        bob.join(&event).await;
        (ann, bob, event)
    }

    /// Two people who have agreed; their match's id comes with them.
    pub async fn two_agreed(&self) -> (Dancer, Dancer, String) {
        let (ann, bob, event) = self.two_dancers().await;
        let id = ann.request(&bob, &event).await.created()["id"].text();
        bob.move_match(&id, "accepted").await.ok();
        (ann, bob, id)
    }

    /// Two people whose match is completed.
    pub async fn two_done(&self) -> (Dancer, Dancer, String) {
        let (ann, bob, id) = self.two_agreed().await;
        ann.move_match(&id, "completed").await.ok();
        (ann, bob, id)
    }

    /// A task of the binary on the same database and data directory.
    pub fn beside(&self, task: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_spotlight"));
        command.arg(task).env_clear().env("DATABASE_URL", self.database.url());
        command.env("SPOTLIGHT_DATA_DIR", self.home()).kill_on_drop(true);
        command
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// How many events the log holds.
    pub async fn log_length(&self) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM events")
            .fetch_one(&self.pool)
            .await
            .expect("a number")
    }
}

/// As `spotlight grant` does it.
pub async fn grant(pool: &PgPool, dancer: &Dancer, role: Role) {
    // No claims change hands here, so any key will do.
    let (commands, writer) = Commands::start(pool.clone(), ClaimsKey::new([0; 32]));
    let user = dancer.id.parse().expect("an id");
    commands.grant_role(&Context::system(), user, role).await.expect("granted");
    drop(commands);
    writer.stop().await;
}

/// People of these names on a node, and an event that they are part of.
pub async fn an_event<const N: usize>(
    node: SocketAddr,
    pool: &PgPool,
    names: [&str; N],
) -> (String, [Dancer; N]) {
    let organizer = Dancer::register(Client::new(node), "organizer").await;
    grant(pool, &organizer, Role::Organizer).await;
    let event = organizer.announce("Swing Night", "2026-12-04").await;
    let dancers = join_all(names.map(async |name| {
        let dancer = Dancer::register(Client::new(node), name).await;
        dancer.join(&event).await;
        dancer
    }));
    let dancers = dancers.await.try_into().unwrap_or_else(|_| panic!("as many as names"));
    (event, dancers)
}

/// One server; it stops when it is dropped.
pub struct Node {
    pub address: SocketAddr,
    pool: PgPool,
    stop: oneshot::Sender<()>,
}

impl Node {
    async fn start(config: Config, database: &str, home: &Path) -> Self {
        let mut config = config.within(home);
        config.database.url = Some(database.into());
        let database = Database::open(&config.database).await.expect("the database opens");
        let listener = TcpListener::bind(config.listen).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let pool = database.pool.clone();
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(async move {
            let stopped = async { drop(stopped.await) };
            serve(config, &database, listener, stopped).await.expect("it serves");
        });
        Self { address, pool, stop }
    }
}

impl Dancer {
    pub async fn announce(&self, name: &str, start: &str) -> String {
        let event = json!({ "name": name, "location": "Berlin", "startDate": start,
                            "endDate": start });
        self.post("/api/events", event).await.created()["id"].text()
    }

    pub async fn join(&self, event: &str) {
        self.post(&format!("/api/events/{event}/join"), Value::Null).await.ok();
    }

    pub async fn request(&self, other: &Dancer, event: &str) -> Answer {
        self.post("/api/matches", json!({ "targetUserId": other.id, "eventId": event })).await
    }

    pub async fn move_match(&self, id: &str, status: &str) -> Answer {
        self.patch(&format!("/api/matches/{id}"), json!({ "status": status })).await
    }

    pub async fn rate(&self, id: &str, score: i64) -> Answer {
        let rating = json!({ "matchId": id, "score": score, "wouldCollaborateAgain": true });
        self.post("/api/ratings", rating).await
    }
}

/// Text in an answer that must be there.
pub trait Text {
    fn text(&self) -> String;
}

impl Text for Value {
    fn text(&self) -> String {
        self.as_str().unwrap_or_else(|| panic!("text, not {self}")).to_owned()
    }
}
