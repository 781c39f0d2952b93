//! A migrated PostgreSQL database of its own for each test.
//!
//! The server is named by `TEST_DATABASE_URL` (a superuser's url); `cargo xtask test` starts
//! one. The migrations run once, into a template, of which each test gets a copy in
//! milliseconds.

use std::str::FromStr;
use std::sync::mpsc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor, PgConnection, PgPool};
use uuid::Uuid;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");

/// Any number will do, as long as all tests use the same.
const TEMPLATE_LOCK: i64 = 5_417_203;

/// How long a test waits at its end for its database to be removed.
const REMOVED_WITHIN: Duration = Duration::from_secs(3);

/// A database that is removed when this value is dropped.
pub struct TestDatabase {
    name: String,
    server: PgConnectOptions,
}

impl TestDatabase {
    /// Makes a copy of the migrated template.
    ///
    /// # Panics
    /// Where there is no server to make it on: a test that needs one cannot go on.
    pub async fn create() -> Self {
        let url = std::env::var("TEST_DATABASE_URL")
            .expect("TEST_DATABASE_URL names no PostgreSQL server: run `cargo xtask test`");
        let server = PgConnectOptions::from_str(&url).expect("TEST_DATABASE_URL is a url");
        let mut admin = server.connect().await.expect("the test server answers");
        let template = template(&mut admin, &server).await;
        let name = format!("test_{}", Uuid::now_v7().simple());
        admin
            .execute(format!("CREATE DATABASE {name} TEMPLATE {template}").as_str())
            .await
            .expect("a copy of the template");
        Self { name, server }
    }

    pub fn options(&self) -> PgConnectOptions {
        self.server.clone().database(&self.name)
    }

    /// The database's address, for a process of its own.
    pub fn url(&self) -> String {
        self.options().to_url_lossy().to_string()
    }

    pub async fn pool(&self) -> PgPool {
        self.pool_of(20).await
    }

    pub async fn pool_of(&self, connections: u32) -> PgPool {
        PgPoolOptions::new()
            .max_connections(connections)
            .connect_with(self.options())
            .await
            .expect("the test database answers")
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let server = self.server.clone();
        let drop_it = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // Dropping is synchronous and the test's runtime may be gone, so it gets its own.
        let (tell, finished) = mpsc::channel();
        std::thread::spawn(move || {
            // Told by being dropped, however this ends.
            let _tell: mpsc::Sender<()> = tell;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let mut admin = server.connect().await?;
                admin.execute(drop_it.as_str()).await?;
                Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
            })
        });
        // Not for long: this blocks the test's runtime, and a connection that is just being made
        // there keeps the server from dropping anything until it loses patience, a minute later.
        // Nothing depends on it: the whole server goes away after the tests.
        let _ = finished.recv_timeout(REMOVED_WITHIN);
    }
}

/// The template's name, made and migrated by whichever test comes first. It carries a digest
/// of the migrations, so that a changed one makes a new template.
async fn template(admin: &mut PgConnection, server: &PgConnectOptions) -> String {
    let mut digest = 0_u32;
    for migration in MIGRATIONS.iter() {
        for byte in migration.checksum.iter() {
            digest = digest.rotate_left(5) ^ u32::from(*byte) ^ digest.wrapping_mul(31);
        }
    }
    let name = format!("spotlight_template_{digest:08x}");
    let ready = format!("{name}_ready");
    let exists = |name: String| {
        sqlx::query_scalar::<_, bool>("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
            .bind(name)
    };

    if !exists(ready.clone()).fetch_one(&mut *admin).await.expect("pg_database") {
        sqlx::query("SELECT pg_advisory_lock($1)")
            .bind(TEMPLATE_LOCK)
            .execute(&mut *admin)
            .await
            .expect("the template's lock");
        if !exists(ready.clone()).fetch_one(&mut *admin).await.expect("pg_database") {
            for statement in
                [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")]
            {
                admin.execute(statement.as_str()).await.expect("a new template");
            }
            let mut connection =
                server.clone().database(&name).connect().await.expect("the template answers");
            MIGRATIONS.run(&mut connection).await.expect("the migrations run");
            connection.close().await.expect("the template is left alone");
            // Renamed only when it is whole: a template that exists is a template that works.
            admin
                .execute(format!("ALTER DATABASE {name} RENAME TO {ready}").as_str())
                .await
                .expect("the template is ready");
        }
        sqlx::query("SELECT pg_advisory_unlock($1)")
            .bind(TEMPLATE_LOCK)
            .execute(&mut *admin)
            .await
            .expect("the template's lock");
    }
    ready
}
