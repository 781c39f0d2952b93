//! Runs a real PostgreSQL beside the server.
//!
//! The database outlives the process that started it: a server killed in mid-flight
//! leaves it running, and the next one takes it over as it is. So nothing here ever
//! deletes data, and durability stays PostgreSQL's own.

mod binaries;
mod error;
mod home;
mod postmaster;
mod program;
mod server_user;
mod settings;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use postgresql_commands::CommandBuilder;
use postgresql_commands::pg_ctl::{Mode, PgCtlBuilder, ShutdownMode};
use postgresql_commands::postgres::PostgresBuilder;

pub use binaries::Binaries;
pub use error::Error;
pub use settings::{Durability, MAINTENANCE_DATABASE, Settings, USER};

use binaries::Installation;
use home::Home;
use postmaster::Postmaster;

/// Recovery after a crash replays at most a few checkpoints' worth of log.
const READY_WITHIN: Duration = Duration::from_mins(2);
/// A fast shutdown only waits for its own last checkpoint.
const STOPPED_WITHIN: Duration = Duration::from_secs(30);
/// How long the holder of the lock may take to leave before it counts as staying.
const LOCK_WITHIN: Duration = Duration::from_secs(3);
/// What a dead server leaves behind (orphans that still hold its shared memory, a port
/// that another program took in between) clears up within these many attempts or never.
const ATTEMPTS: u32 = 8;

/// A PostgreSQL that is ready for connections on 127.0.0.1.
///
/// Dropped without [`stop`](Self::stop), it asks the server it owns for a fast shutdown
/// and does not wait for it.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    home: Home,
    programs: Installation,
    port: u16,
    password: String,
    /// `None` when another process owns the server and we only use it.
    lock: Option<File>,
}

impl EmbeddedPostgres {
    /// Starts the database in `settings.dir`, or takes over one that a killed process
    /// left running there. [`Error::InUse`] when a living process has it.
    pub async fn start(settings: &Settings) -> Result<Self, Error> {
        let home = Home::open(&settings.dir)?;
        let since = Instant::now();
        let lock = loop {
            match home.lock()? {
                Some(lock) => break lock,
                None if since.elapsed() > LOCK_WITHIN => {
                    return Err(Error::InUse { dir: settings.dir.clone() });
                }
                None => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        };
        Self::own(settings, home, lock).await
    }

    /// Uses the database that another process runs in `settings.dir`; when there is none,
    /// starts it for the time being. For commands that people run beside the server.
    pub async fn start_or_share(settings: &Settings) -> Result<Self, Error> {
        let home = Home::open(&settings.dir)?;
        let since = Instant::now();
        loop {
            if let Some(lock) = home.lock()? {
                return Self::own(settings, home, lock).await;
            }
            // Its owner may still be starting it.
            if let Ok(data) = fs::canonicalize(home.data())
                && let Postmaster::Ready { port, .. } = Postmaster::of(&data)?
            {
                let programs = home.installation(settings)?;
                let password = home.password()?;
                return Ok(Self { home, programs, port, password, lock: None });
            }
            wait_for_ready(&home, since).await?;
        }
    }

    async fn own(settings: &Settings, home: Home, lock: File) -> Result<Self, Error> {
        let programs = home.installation(settings)?;
        // Made before the server runs: if we are dropped while it starts, it stops too.
        let mut server =
            Self { home, programs, port: 0, password: String::new(), lock: Some(lock) };
        let since = Instant::now();
        let mut pause = Duration::from_millis(100);
        let mut attempts = 0;
        loop {
            match server.postmaster()? {
                Postmaster::Ready { port, .. } => {
                    server.port = port;
                    server.password = server.home.password()?;
                    return Ok(server);
                }
                Postmaster::Busy { .. } => wait_for_ready(&server.home, since).await?,
                found => {
                    // An unreadable file gets a moment, since we may be reading while it
                    // is written; nobody but us may start a server here, so then it is stale.
                    let given_up = found == Postmaster::Unreadable && attempts > ATTEMPTS / 2;
                    if found == Postmaster::Stale || given_up {
                        postmaster::disown(&server.home.data())?;
                    }
                    attempts += 1;
                    match server.launch(settings).await {
                        Ok(()) if attempts <= ATTEMPTS => {}
                        Err(Error::DidNotStart { .. }) if attempts < ATTEMPTS => {
                            tokio::time::sleep(pause).await;
                            pause = (pause * 2).min(Duration::from_secs(2));
                        }
                        Ok(()) => return Err(server.did_not_start(0)),
                        Err(error) => return Err(error),
                    }
                }
            }
        }
    }

    /// One attempt. What it started is found by looking at the data directory again.
    async fn launch(&self, settings: &Settings) -> Result<(), Error> {
        self.home.furnish(settings, &self.programs).await?;
        let port = self.home.choose_port(settings.port)?;
        let log_before = fs::metadata(self.home.log()).map_or(0, |it| it.len());
        let mut pg_ctl = self
            .pg_ctl(Mode::Start)
            .options(&settings.server_options(port, self.wal_compression().await))
            .log(self.home.log())
            .timeout(READY_WITHIN.as_secs())
            .wait()
            .build();
        self.home.prepare(&mut pg_ctl);
        match program::run(pg_ctl, READY_WITHIN + Duration::from_secs(5)).await {
            Err(Error::Program { .. }) => Err(self.did_not_start(log_before)),
            other => other,
        }
    }

    /// The quickest way to compress the WAL that these programs were built with: PostgreSQL's own
    /// took a sixteenth of all time while read models were rebuilt.
    async fn wal_compression(&self) -> &'static str {
        const LZ4: &str = "lz4";
        let mut postgres = PostgresBuilder::new()
            .program_dir(&self.programs.dir)
            .data_dir(self.home.data())
            .runtime_param("wal_compression", LZ4)
            .print_runtime_param("wal_compression")
            .build();
        self.home.prepare(&mut postgres);
        let known = program::run(postgres, Duration::from_secs(10)).await.is_ok();
        if known { LZ4 } else { "on" }
    }

    /// Tells what was added to the log since it was `from` bytes long; the end of it, if much.
    fn did_not_start(&self, from: u64) -> Error {
        let bytes = fs::read(self.home.log()).unwrap_or_default();
        let new = bytes.get(from as usize..).unwrap_or(&bytes);
        let last = &new[new.len().saturating_sub(4096)..];
        Error::DidNotStart { log: String::from_utf8_lossy(last).trim().to_owned() }
    }

    /// For a client: superuser, password, 127.0.0.1. Holds a secret.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where the files are, which need not be where they were asked for: see the operator's
    /// log when the server was started by root.
    pub fn dir(&self) -> &Path {
        self.home.dir()
    }

    /// A fast shutdown: sessions end, their open transactions roll back, and what was
    /// committed is on disk. Leaves alone a server that another process owns.
    pub async fn stop(mut self) -> Result<(), Error> {
        let Some(_held_until_stopped) = self.lock.take() else { return Ok(()) };
        if matches!(self.postmaster()?, Postmaster::Absent | Postmaster::Stale) {
            return Ok(());
        }
        let mut pg_ctl = self
            .pg_ctl(Mode::Stop)
            .shutdown_mode(ShutdownMode::Fast)
            .timeout(STOPPED_WITHIN.as_secs())
            .wait()
            .build();
        self.home.prepare(&mut pg_ctl);
        let stopped = program::run(pg_ctl, STOPPED_WITHIN + Duration::from_secs(5)).await;
        // Whoever told us to stop may have told it too, and it was faster.
        match self.postmaster()? {
            Postmaster::Absent => Ok(()),
            _ => stopped,
        }
    }

    fn pg_ctl(&self, mode: Mode) -> PgCtlBuilder {
        PgCtlBuilder::new().program_dir(&self.programs.dir).mode(mode).pgdata(self.home.data())
    }

    fn postmaster(&self) -> Result<Postmaster, Error> {
        match fs::canonicalize(self.home.data()) {
            Ok(data) => Postmaster::of(&data),
            Err(_) => Ok(Postmaster::Absent),
        }
    }
}

impl Drop for EmbeddedPostgres {
    fn drop(&mut self) {
        if self.lock.is_some()
            && let Ok(postmaster) = self.postmaster()
        {
            postmaster.ask_to_stop();
        }
    }
}

/// The directory that `wanted` stands for, made where the database's user can read it:
/// elsewhere, with a link, when root's own home is in the way. For whoever unpacks
/// PostgreSQL's programs.
pub fn reachable_dir(wanted: &Path) -> Result<PathBuf, Error> {
    server_user::ServerUser::choose(wanted)?.place(wanted)
}

async fn wait_for_ready(home: &Home, since: Instant) -> Result<(), Error> {
    if since.elapsed() > READY_WITHIN {
        let dir = home.dir().to_path_buf();
        return Err(Error::NotReady { dir, seconds: READY_WITHIN.as_secs() });
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    Ok(())
}
