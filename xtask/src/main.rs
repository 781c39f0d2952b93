//! The one front door: set-up, run, test, bench, and the habits a compiler cannot hold.

mod apt;
mod bench;
mod database;
mod dependencies;
mod described;
mod end_to_end;
mod process;
mod run;
mod server;
mod sqlx_prepare;
mod stage;
mod steps;
mod test;
mod tidy;
mod tools;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Everything one does with spotlight.cam")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what is missing, build, load the demo and serve it at http://localhost:8080
    Run,
    /// Run every check there is: tidy, formatting, lints, Rust, frontend, browser
    Test {
        /// Leave out the browser, and so the need for Chromium, ffmpeg and coturn
        #[arg(long)]
        fast: bool,
    },
    /// Measure one thing, beside its peer where it has one
    Bench {
        name: bench::Bench,
        /// Print the result as JSON instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Check what the compiler cannot: arrows between crates, tables, file lengths, links
    Tidy,
    /// Check all SQL against the migrations and write what sqlx needs to build offline
    SqlxPrepare,
    /// Run a PostgreSQL with the migrations applied, until Ctrl-C; its data goes with it
    Postgres,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    tokio::spawn(process::listen_for_interruption());
    match perform(Arguments::parse().task).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn perform(task: Task) -> Result<ExitCode> {
    // Asked at run time: clones may share a target directory, and with it this program.
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").context("run it as `cargo xtask`")?;
    let root = Path::new(&manifest).parent().context("xtask has a parent")?;
    std::env::set_current_dir(root).context("entering the workspace")?;
    match task {
        Task::Run => run::run().await,
        Task::Test { fast } => test::test(fast).await,
        Task::Bench { name, json } => bench::bench(name, json).await,
        Task::Tidy => tidy::tidy(),
        Task::SqlxPrepare => sqlx_prepare::sqlx_prepare().await,
        Task::Postgres => database::serve_until_interrupted().await,
    }
}
