//! The database: somebody else's by `DATABASE_URL`, or our own beside the server.

use std::time::{Duration, Instant};

use commands::{ClaimsKey, Commands, Writer};
use embedded_postgres::{Binaries, EmbeddedPostgres, Settings, USER};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection, PgPool};
use tokio::time::timeout;

use crate::config::DatabaseConfig;
use crate::keys::Key;

pub static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// Two cores make more connections wait for each other; requests wait here instead.
const CONNECTIONS: u32 = 16;
/// A request that finds all connections busy for so long is told to come back.
const WAIT_FOR_CONNECTION: Duration = Duration::from_secs(5);
/// A connection that was idle for longer is asked whether it still is one before it is used;
/// asking each time would make every query wait for another round trip.
const IDLE: Duration = Duration::from_secs(1);
/// A database that starts along with us (compose, systemd) gets this long to answer.
const WAIT_FOR_DATABASE: Duration = Duration::from_secs(30);

/// How long connections that are in use may take to come back when the database is closed: one
/// whose database does not answer never does.
const CLOSED_WITHIN: Duration = Duration::from_millis(200);

#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error(transparent)]
    Embedded(#[from] embedded_postgres::Error),
    #[error("DATABASE_URL is not a PostgreSQL address")]
    Url(#[source] sqlx::Error),
    #[error("the database did not answer within {} s", WAIT_FOR_DATABASE.as_secs())]
    Connect(#[source] sqlx::Error),
    #[error("the database could not be brought up to date")]
    Migrate(#[from] MigrateError),
}

/// An open database. Close it last: where it is our own, it stops then.
pub struct Database {
    pub pool: PgPool,
    embedded: Option<EmbeddedPostgres>,
}

impl Database {
    /// For the server, which owns an embedded database for as long as it runs.
    pub async fn open(config: &DatabaseConfig) -> Result<Self, DatabaseError> {
        if let Some(url) = &config.url {
            return Self::connected(url.reveal(), None).await;
        }
        Self::embedded(EmbeddedPostgres::start(&settings(config)?).await?).await
    }

    /// For commands that people run, be it beside a running server.
    pub async fn open_or_share(config: &DatabaseConfig) -> Result<Self, DatabaseError> {
        if let Some(url) = &config.url {
            return Self::connected(url.reveal(), None).await;
        }
        Self::embedded(EmbeddedPostgres::start_or_share(&settings(config)?).await?).await
    }

    pub async fn migrate(&self) -> Result<(), DatabaseError> {
        Ok(MIGRATIONS.run(&self.pool).await?)
    }

    /// The write side, for a task: stop the writer when it is done.
    pub async fn commands(&self) -> sqlx::Result<(Commands, Writer)> {
        let claims = ClaimsKey::new(Key::Claims.secret(&self.pool).await?);
        Ok(Commands::start(self.pool.clone(), claims))
    }

    pub async fn close(self) -> Result<(), DatabaseError> {
        if timeout(CLOSED_WITHIN, self.pool.close()).await.is_err() {
            tracing::warn!("some connections to the database are not given back");
        }
        if let Some(postgres) = self.embedded {
            postgres.stop().await?;
        }
        Ok(())
    }

    async fn embedded(postgres: EmbeddedPostgres) -> Result<Self, DatabaseError> {
        let url = postgres.url(USER);
        Self::connected(&url, Some(postgres)).await
    }

    async fn connected(
        url: &str,
        embedded: Option<EmbeddedPostgres>,
    ) -> Result<Self, DatabaseError> {
        let since = Instant::now();
        let options = projections::connect_options(url).map_err(DatabaseError::Url)?;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(WAIT_FOR_CONNECTION)
            .test_before_acquire(false)
            .before_acquire(|connection, how| {
                Box::pin(async move {
                    if how.idle_for > IDLE {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_lazy_with(options);
        loop {
            match pool.acquire().await {
                Ok(_) => return Ok(Self { pool, embedded }),
                Err(error) if since.elapsed() > WAIT_FOR_DATABASE || is_refusal(&error) => {
                    return Err(DatabaseError::Connect(error));
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(300)).await,
            }
        }
    }
}

fn settings(config: &DatabaseConfig) -> Result<Settings, DatabaseError> {
    let package = config.data_dir.join("programs");
    let binaries = Binaries::find(config.postgres_bin.as_deref(), &package)?;
    Ok(Settings::new(config.data_dir.join("postgres"), binaries))
}

/// The database has answered, and waiting will not change its mind: a wrong password, a
/// database that is not there. Starting up or full, it may.
fn is_refusal(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).is_some_and(|code| {
        let may_pass = code.starts_with("57P") || code.starts_with("53");
        !may_pass
    })
}
