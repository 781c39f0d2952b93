//! The harness: the write side over a database of its own, and people who use it.

use std::time::Duration;

use commands::{ClaimsKey, CommandKey, Commands, Context, NewEvent, Writer};
use domain::values::account::{Email, Role, Username};
use domain::values::dance_event::EventDates;
use domain::values::ids::{EventId, UserId};
use domain::values::text::{EventName, Location};
use sqlx::PgPool;
use test_database::TestDatabase;
use tokio::time::sleep;
use uuid::Uuid;

pub struct WriteSide {
    pub commands: Commands,
    pub pool: PgPool,
    writer: Writer,
    database: TestDatabase,
}

impl WriteSide {
    pub async fn start() -> Self {
        let database = TestDatabase::create().await;
        let pool = database.pool().await;
        let (commands, writer) = Commands::start(pool.clone(), ClaimsKey::new([7; 32]));
        Self { commands, pool, writer, database }
    }

    /// Another node on the same database.
    pub async fn another_node(&self) -> Commands {
        Commands::start(self.database.pool().await, ClaimsKey::new([7; 32])).0
    }

    pub async fn dancer(&self, name: &str) -> UserId {
        self.commands
            .register(&Context::system(), username(name), email(name))
            .await
            .expect("registered")
            .id
    }

    pub async fn event(&self) -> EventId {
        let organizer = self.dancer("organizer").await;
        self.commands
            .grant_role(&Context::system(), organizer, Role::Organizer)
            .await
            .expect("granted");
        self.commands
            .announce_event(&Context::of(organizer), budafest())
            .await
            .expect("announced")
            .id
    }

    pub async fn two_dancers(&self) -> (EventId, UserId, UserId) {
        let event = self.event().await;
        let (ann, bob) = (self.dancer("ann").await, self.dancer("bob").await);
        for user in [ann, bob] {
            self.commands.join_event(&Context::of(user), event).await.expect("joined");
        }
        (event, ann, bob)
    }

    pub async fn count(&self, event_type: &str) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM events WHERE event_type = $1")
            .bind(event_type)
            .fetch_one(&self.pool)
            .await
            .expect("counted")
    }

    pub async fn positions(&self) -> Vec<i64> {
        sqlx::query_scalar("SELECT global_position FROM events ORDER BY global_position")
            .fetch_all(&self.pool)
            .await
            .expect("read")
    }

    /// Until so many nodes have something to append, and wait for the log's lock.
    pub async fn waiting_for_the_log(&self, nodes: i64) {
        let waiting = "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database
                       WHERE locktype = 'advisory' AND objid = 7306925 AND NOT granted
                         AND datname = current_database()";
        while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&self.pool).await.expect("asked")
            < nodes
        {
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Stops the writer; the database lives as long as what is answered.
    pub async fn stop(self) -> TestDatabase {
        drop(self.commands);
        self.writer.stop().await;
        self.database
    }
}

pub fn username(name: &str) -> Username {
    Username::try_from(name).expect("a username")
}

pub fn email(name: &str) -> Email {
    Email::try_from(format!("{name}@example.com").as_str()).expect("an address")
}

pub fn budafest() -> NewEvent {
    let day = |text: &str| text.parse().expect("a date");
    NewEvent {
        name: EventName::try_from("BudaFest").expect("a name"),
        location: Location::try_from("Budapest").expect("a place"),
        dates: EventDates::new(day("2026-12-03"), day("2026-12-06")).expect("dates in order"),
        worldsdc_id: None,
        description: None,
    }
}

pub fn with_key(context: Context, id: u128, request: u8) -> Context {
    let key = CommandKey { id: Uuid::from_u128(id), request_hash: [request; 32] };
    Context { command: Some(key), ..context }
}
