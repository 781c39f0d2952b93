//! The whole server in a benchmark's own process, as `spotlight serve` starts it.

use std::fs::set_permissions;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;

use api::app::App;
use api::config::Config;
use api::database::Database;
use api::serve;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::Failure;

/// A folder of the benchmark's own. A server started by root runs as somebody else, who has to
/// get in.
pub fn home() -> Result<TempDir, Failure> {
    let dir = tempfile::Builder::new().prefix("spotlight-bench-").tempdir()?;
    set_permissions(dir.path(), PermissionsExt::from_mode(0o755))?;
    Ok(dir)
}

/// Serves for as long as `measure` takes.
pub async fn serving<T>(
    config: Config,
    measure: impl AsyncFnOnce(&App, SocketAddr) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let database = Database::open(&config.database).await?;
    let measured = served(config, &database, measure).await;
    database.close().await?;
    measured
}

async fn served<T>(
    config: Config,
    database: &Database,
    measure: impl AsyncFnOnce(&App, SocketAddr) -> Result<T, Failure>,
) -> Result<T, Failure> {
    database.migrate().await?;
    let listener = TcpListener::bind(config.listen).await?;
    let address = listener.local_addr()?;
    let (app, server) = serve::start(config, database, listener).await?;
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(server.until(async { drop(stopped.await) }));
    let measured = measure(&app, address).await;
    // The server waits for whoever can still send commands.
    drop((app, stop));
    serving.await??;
    measured
}
