//! The binary: one subcommand for each thing an operator does.

use std::error::Error;
use std::process::ExitCode;

use api::cli::{
    Arguments, Audit, Task, TaskError, account, audit_match, audit_proof, audit_verify, demo,
    rebuild,
};
use api::config::{Config, DatabaseArgs};
use api::database::Database;
use api::problem::causes;
use api::{serve, telemetry};
use clap::Parser;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

/// Commands and frames are many small allocations, made by one thread and freed by another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    telemetry::start(&arguments.log);
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    let done = runtime.block_on(perform(arguments.task));
    // A disk or a name server that does not answer must not keep what is done from ending.
    runtime.shutdown_background();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(error: &(dyn Error + 'static)) -> ExitCode {
    eprintln!("error: {}", causes(error));
    ExitCode::FAILURE
}

async fn perform(task: Task) -> Result<(), TaskError> {
    match task {
        Task::Serve(args) => run_server(Config::try_from(*args)?).await,
        Task::Migrate(args) => with_database(args, async |_| Ok(())).await,
        Task::Rebuild { projection, database } => {
            with_database(database, async |database| {
                rebuild::rebuild(database, projection.as_deref()).await
            })
            .await
        }
        Task::Grant { email, role, database } => {
            with_database(database, async |database| {
                account::grant(database, &email, role.into()).await
            })
            .await
        }
        Task::Erase { who, yes: _, database } => {
            with_database(database, async |database| account::erase(database, &who).await).await
        }
        Task::Demo(args) => with_database(args, async |database| demo::load(database).await).await,
        Task::Audit(audit) => look_into_the_log(audit).await,
    }
}

async fn look_into_the_log(audit: Audit) -> Result<(), TaskError> {
    match audit {
        Audit::Match { id, at, json, database } => {
            with_database(database, async |database| {
                audit_match::audit_match(database, &id, at, json).await
            })
            .await
        }
        Audit::Verify(args) => audit_verify::verify(*args).await,
        Audit::Export(args) => audit_proof::export(*args).await,
        Audit::VerifyFile(args) => audit_proof::verify_file(&args),
        Audit::Key { database, seals } => audit_proof::key(database, seals),
    }
}

/// Configuration, database, everything on top of it; and back down again.
async fn run_server(config: Config) -> Result<(), TaskError> {
    // Asked for first: a stop while the database starts must find somebody listening.
    let mut stop = std::pin::pin!(told_to_stop());
    let database = tokio::select! {
        opened = Database::open(&config.database) => opened?,
        () = &mut stop => return Ok(()),
    };
    let served = async {
        database.migrate().await?;
        let address = config.listen;
        let listening = TcpListener::bind(address).await;
        let listener = listening.map_err(|source| TaskError::Listen { address, source })?;
        if let Ok(address) = listener.local_addr() {
            tracing::info!(%address, "listening");
            println!("spotlight.cam listens on http://{address}");
        }
        serve::serve(config, &database, listener, stop).await.map_err(TaskError::Serve)
    };
    let served = served.await;
    database.close().await?;
    served
}

/// For a task beside the server, whose database it shares; up to date before anything else.
async fn with_database(
    args: DatabaseArgs,
    task: impl AsyncFnOnce(&Database) -> Result<(), TaskError>,
) -> Result<(), TaskError> {
    let database = Database::open_or_share(&args.into()).await?;
    let done = async {
        database.migrate().await?;
        task(&database).await
    };
    let done = done.await;
    database.close().await?;
    done
}

/// Resolves at SIGTERM or SIGINT, whichever comes first; both are caught from now on.
fn told_to_stop() -> impl Future<Output = ()> {
    let mut signals = [SignalKind::terminate(), SignalKind::interrupt()].map(signal);
    async move {
        let [terminate, interrupt] = &mut signals;
        let received = async |signal: &mut std::io::Result<tokio::signal::unix::Signal>| {
            match signal {
                Ok(signal) => drop(signal.recv().await),
                // Not to be had: then only the other stops us.
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            () = received(terminate) => {}
            () = received(interrupt) => {}
        }
    }
}
