//! A database in a directory of its own, and `psql` as its client.

use std::fs;
use std::ops::Deref;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use embedded_postgres::{Binaries, EmbeddedPostgres, Settings};
use tempfile::TempDir;

pub(crate) struct Cluster {
    pub(crate) settings: Settings,
    /// Gone with the cluster, unless it belongs to the process that started us.
    _dir: Option<TempDir>,
}

/// A running server, with the client it is asked by.
pub(crate) struct Server {
    server: EmbeddedPostgres,
    psql: PathBuf,
}

/// Names the directory of the database that a test started by a test is to own.
const TO_OWN: &str = "EMBEDDED_POSTGRES_TEST_OWNS";

pub(crate) fn nowhere() -> &'static Path {
    Path::new("/nonexistent")
}

impl Cluster {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        // As `mkdir` would make it; `tempdir` closes it to the database's user.
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(dir.path(), open).expect("opened");
        let binaries = Binaries::find(None, nowhere()).expect("this machine has PostgreSQL");
        Self { settings: Settings::new(dir.path().join("postgres"), binaries), _dir: Some(dir) }
    }

    pub(crate) async fn start(&self) -> Server {
        let server = EmbeddedPostgres::start(&self.settings).await.expect("it starts");
        Server { server, psql: self.psql_program() }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.settings.dir.join("data")
    }

    pub(crate) fn pid(&self) -> u32 {
        let text = fs::read_to_string(self.data().join("postmaster.pid")).expect("it runs");
        text.lines().next().and_then(|line| line.parse().ok()).expect("a pid")
    }

    pub(crate) async fn kill_postmaster(&self) {
        let pid = self.pid();
        let killed = Command::new("kill").arg("-9").arg(pid.to_string()).status();
        assert!(killed.expect("kill runs").success());
        // On a busy machine it takes a moment to die; gone, or waiting to be reaped, it is dead.
        let lives = || {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            stat.rsplit_once(')')
                .is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
        };
        while lives() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The database that this process was started to own, if it was.
    pub(crate) fn to_own() -> Option<Self> {
        let dir = std::env::var_os(TO_OWN)?;
        let binaries = Binaries::find(None, nowhere()).expect("this machine has PostgreSQL");
        Some(Self { settings: Settings::new(dir, binaries), _dir: None })
    }

    /// Runs the test called `name` in another process, which is to own this database.
    pub(crate) fn owned_by(&self, name: &str) -> Child {
        Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", name])
            .env(TO_OWN, &self.settings.dir)
            .spawn()
            .expect("it runs")
    }

    pub(crate) fn is_ready(&self) -> bool {
        let pid_file = fs::read_to_string(self.data().join("postmaster.pid"));
        pid_file.is_ok_and(|text| text.lines().last().is_some_and(|line| line.trim() == "ready"))
    }

    /// As a server that was killed leaves it, under the pid of something else.
    pub(crate) fn write_pid_file(&self, pid: u32) {
        let data = self.data();
        let text = format!("{pid}\n{}\n1700000000\n5432\n\n127.0.0.1\n\nready\n", data.display());
        fs::write(data.join("postmaster.pid"), text).expect("written");
    }

    pub(crate) fn as_database_user(&self, command: &mut Command) -> Child {
        let owner = fs::metadata(self.data()).expect("is there");
        if owner.uid() != 0 && fs::metadata("/proc/self").is_ok_and(|us| us.uid() == 0) {
            command.uid(owner.uid()).gid(owner.gid());
        }
        command.spawn().expect("it runs")
    }

    pub(crate) fn psql(&self, url: &str, sql: &str) -> Result<String, String> {
        psql(&self.psql_program(), url, sql)
    }

    fn psql_program(&self) -> PathBuf {
        self.settings.binaries.dir().join("psql")
    }
}

impl Server {
    pub(crate) fn sql(&self, sql: &str) -> String {
        psql(&self.psql, &self.server.url("spotlight"), sql).expect("the statement runs")
    }

    pub(crate) async fn stop(self) -> Result<(), embedded_postgres::Error> {
        self.server.stop().await
    }
}

impl Deref for Server {
    type Target = EmbeddedPostgres;

    fn deref(&self) -> &EmbeddedPostgres {
        &self.server
    }
}

fn psql(program: &Path, url: &str, sql: &str) -> Result<String, String> {
    let output = Command::new(program)
        .args(["-X", "-At", "-w", "-v", "ON_ERROR_STOP=1", "-c", sql, url])
        .output()
        .expect("psql runs");
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}
