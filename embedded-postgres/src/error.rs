use std::io;
use std::path::PathBuf;

/// Why the database beside the server cannot be had. Every message is written for
/// the person at the terminal: it names the place and, where there is one, the way out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "no PostgreSQL programs found (initdb, pg_ctl and postgres; looked in {looked_in}). \
         Install PostgreSQL, or set SPOTLIGHT_POSTGRES_BIN to the directory that holds them"
    )]
    NoBinaries { looked_in: String },

    #[error(
        "the data in {} was made by PostgreSQL {data}, but the programs found are of {binaries}. \
         Install PostgreSQL {data} beside it, or move the data over with pg_upgrade",
        dir.display()
    )]
    VersionMismatch { dir: PathBuf, data: u32, binaries: String },

    #[error("another process is already running the database in {}", dir.display())]
    InUse { dir: PathBuf },

    #[error("port {port} is taken by another program, and the database was told to use it")]
    PortTaken { port: u16 },

    #[error(
        "the database cannot run in {}: its user ({user}) may not enter {}",
        dir.display(), closed.display()
    )]
    Unreachable { dir: PathBuf, closed: PathBuf, user: String },

    #[error("{} belongs to user {owner}; run as that user, or choose another directory", dir.display())]
    OwnedByAnother { dir: PathBuf, owner: u32 },

    #[error("PostgreSQL refuses to run as root, and neither `postgres` nor `nobody` exists here")]
    NoUnprivilegedUser,

    #[error("PostgreSQL did not start. Its last words:\n{log}")]
    DidNotStart { log: String },

    #[error("the database in {} was not ready after {seconds} s", dir.display())]
    NotReady { dir: PathBuf, seconds: u64 },

    #[error("{program} failed: {output}")]
    Program { program: String, output: String },

    #[error("{program} did not finish within {seconds} s")]
    TimedOut { program: String, seconds: u64 },

    #[error("{doing}: {source}")]
    Io { doing: String, source: io::Error },
}

/// Says what was being done when the operating system said no.
pub(crate) trait Doing<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, Error>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, Error> {
        self.map_err(|source| Error::Io { doing: what(), source })
    }
}
