//! The subcommands beside `serve`: short tasks that people run, also beside a running server.

pub mod account;
pub mod audit_match;
pub mod audit_proof;
pub mod audit_verify;
pub mod demo;
pub mod rebuild;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use commands::CommandError;
use domain::values::account::Role;
use domain::values::text::Invalid;
use projections::ProjectionError;
use projections::seals::{AuditError, Finding, NotProven};

use self::audit_proof::{ExportArgs, VerifyFileArgs};
use self::audit_verify::VerifyArgs;
use crate::config::{ConfigError, DatabaseArgs, SealArgs, ServeArgs};
use crate::database::DatabaseError;
use crate::problem::Problem;

/// Two dancers film each other, talk, hand the videos over, and rate each other.
#[derive(Parser)]
#[command(name = "spotlight", version)]
pub struct Arguments {
    /// What is logged: error, warn, info, debug or trace, also by module, like info,api=debug
    #[arg(
        long,
        env = "RUST_LOG",
        default_value = "info,sqlx=warn",
        global = true,
        value_name = "FILTER"
    )]
    pub log: String,

    #[command(subcommand)]
    pub task: Task,
}

#[derive(Subcommand)]
pub enum Task {
    /// Run everything: HTTP, WebSocket, projections, the app itself
    Serve(Box<ServeArgs>),
    /// Bring the database up to date
    Migrate(DatabaseArgs),
    /// Fill read models anew from the log, beside the live ones
    Rebuild {
        /// Which one; all of them if left out
        projection: Option<String>,
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Let somebody do more than dance
    Grant {
        /// Mail address of the account
        email: String,
        role: RoleName,
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Erase a person for good: what the log tells of them can never be read again
    Erase {
        /// Mail address of the account, or its id
        #[arg(value_name = "EMAIL|ID")]
        who: String,
        /// Said out loud, because nothing brings them back
        #[arg(long, required = true)]
        yes: bool,
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Load demo events and people; what is there already stays as it is
    Demo(DatabaseArgs),
    /// Look into the log, and prove it
    #[command(subcommand)]
    Audit(Audit),
}

#[derive(Subcommand)]
pub enum Audit {
    /// What happened in a match, and its state, now or as of a place in the log
    Match {
        /// Id of the match
        id: String,
        /// Only what the log had come to there; its end if left out
        #[arg(long, value_name = "POSITION")]
        at: Option<i64>,
        /// For machines
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Check that nobody has changed the log, and name the first position where somebody has
    Verify(Box<VerifyArgs>),
    /// Write a match with its proof to a file
    Export(Box<ExportArgs>),
    /// Check such a file; needs neither database nor server
    VerifyFile(VerifyFileArgs),
    /// Print the public key that this machine's seals are checked with
    Key {
        #[command(flatten)]
        database: DatabaseArgs,
        #[command(flatten)]
        seals: SealArgs,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum RoleName {
    /// Announces dance events
    Organizer,
    /// Reads and resolves reports
    Moderator,
    /// Reads the log
    Auditor,
    /// All of these
    Admin,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Organizer => Self::Organizer,
            RoleName::Moderator => Self::Moderator,
            RoleName::Auditor => Self::Auditor,
            RoleName::Admin => Self::Admin,
        }
    }
}

/// Why a task was not done, for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error("the database did not do as asked")]
    Sql(#[from] sqlx::Error),
    #[error(transparent)]
    Command(#[from] CommandError),
    #[error(transparent)]
    Projection(#[from] ProjectionError),
    #[error("{} {value:?}: {reason}", what)]
    Invalid { what: &'static str, value: String, reason: Invalid },
    #[error("{0} events could not be applied and are parked: the log says which, and why")]
    Parked(usize),
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// What was looked for and must not be.
    #[error("{0}")]
    Tampered(Finding),
    #[error("{}: {reason}", file.display())]
    NotProven { file: PathBuf, reason: NotProven },
    #[error("{}: {source}", file.display())]
    File { file: PathBuf, source: std::io::Error },
    #[error("there is no match {0}")]
    NoMatch(String),
    #[error("it could not be written as JSON")]
    Json(#[source] serde_json::Error),
    #[error("it could not be printed")]
    Print(#[source] std::io::Error),
    #[error("nobody is registered as {0}")]
    NoAccount(String),
    #[error("{0}")]
    Refused(String),
    #[error("cannot listen on {address}: {source}")]
    Listen { address: std::net::SocketAddr, source: std::io::Error },
    #[error("serving ended: {0}")]
    Serve(#[source] std::io::Error),
}

impl From<Problem> for TaskError {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem.detail)
    }
}
