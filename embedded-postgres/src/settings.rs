use std::path::PathBuf;

use crate::Binaries;

/// How the database beside the server is to run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Everything of this database lives here: data, password, port, log.
    pub dir: PathBuf,
    pub binaries: Binaries,
    /// Made together with the data directory; owned, like all the rest, by [`USER`].
    pub database: String,
    /// `None`: a free one is chosen once and kept while it stays free.
    pub port: Option<u16>,
    pub durability: Durability,
}

/// Whether an acknowledged commit outlives a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// PostgreSQL's own: `fsync`, `synchronous_commit` and `full_page_writes` stay on.
    Kept,
    /// Nothing is waited for. Only for tests, whose data is thrown away with the directory.
    ThrownAway,
}

/// The superuser, and the owner of everything in the database.
pub const USER: &str = "spotlight";

/// The database that is always there, for those who make databases of their own.
pub const MAINTENANCE_DATABASE: &str = "postgres";

impl Settings {
    pub fn new(dir: impl Into<PathBuf>, binaries: Binaries) -> Self {
        Self {
            dir: dir.into(),
            binaries,
            database: USER.to_owned(),
            port: None,
            durability: Durability::Kept,
        }
    }

    /// What the server is started with, for the shell that `pg_ctl` starts it in.
    ///
    /// On the command line rather than in `postgresql.conf`, so that the settings are
    /// those of this version of the code and not of the one that made the data.
    pub(crate) fn server_options(&self, port: u16, wal_compression: &str) -> Vec<String> {
        let port = port.to_string();
        let mut parameters = vec![
            ("port", port.as_str()),
            ("listen_addresses", "127.0.0.1"),
            // A socket's path may be 107 bytes long, and nobody promised a short directory.
            ("unix_socket_directories", "''"),
            ("max_connections", "200"),
            ("shared_buffers", "256MB"),
            ("wal_compression", wal_compression),
            // Segments that are used again: making a new one holds up every commit for 20 ms.
            ("min_wal_size", "512MB"),
            ("max_wal_size", "2GB"),
            // Queries here are short; compiling one takes longer than running it.
            ("jit", "off"),
            ("timezone", "UTC"),
            ("log_timezone", "UTC"),
            // The log is shown to people when a start fails.
            ("lc_messages", "C"),
        ];
        if self.durability == Durability::ThrownAway {
            parameters.extend([
                ("fsync", "off"),
                ("synchronous_commit", "off"),
                ("full_page_writes", "off"),
                // Databases come and go too fast for it to be of use.
                ("autovacuum", "off"),
            ]);
        }
        parameters.into_iter().map(|(name, value)| format!("-c {name}={value}")).collect()
    }
}
