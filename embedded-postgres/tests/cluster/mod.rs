//! A database in a directory of its own, and `psql` as its client.

use std::fs;
use std::ops::Deref;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use embedded_postgres::{Binaries, EmbeddedPostgres, Settings};
use tempfile::TempDir;

pub(crate) struct Cluster {
    pub(crate) settings: Settings,
    _dir: TempDir,
}

/// A running server, with the client it is asked by.
pub(crate) struct Server {
    server: EmbeddedPostgres,
    psql: PathBuf,
}

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
        Self { settings: Settings::new(dir.path().join("postgres"), binaries), _dir: dir }
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

    pub(crate) fn kill_postmaster(&self) {
        let killed = Command::new("kill").arg("-9").arg(self.pid().to_string()).status();
        assert!(killed.expect("kill runs").success());
    }

    /// What `kill -9` of the owning process leaves: a free lock and a running server.
    pub(crate) fn forget(&self, server: Server) {
        let Server { server, .. } = server;
        std::mem::forget(server);
        // The forgotten lock is ours until this process ends; a new file stands for the
        // one that the system would have let go of.
        fs::remove_file(self.settings.dir.join("lock")).expect("removed");
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
