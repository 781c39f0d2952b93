//! Databases that live as long as a task does.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use embedded_postgres::{Durability, EmbeddedPostgres, Settings};
use tempfile::TempDir;
use tokio::process::Command;

use crate::process::{answer, cargo, interrupted, run};
use crate::tools;

/// A PostgreSQL whose data is thrown away with it. It trades durability for speed,
/// which is why nothing but tasks may use it.
pub(crate) struct Throwaway {
    server: EmbeddedPostgres,
    _dir: TempDir,
}

impl Throwaway {
    pub(crate) async fn start() -> Result<Self> {
        let dir = temporary_dir()?;
        let mut settings = Settings::new(dir.path().join("postgres"), tools::postgres().await?);
        settings.durability = Durability::ThrownAway;
        Ok(Self { server: EmbeddedPostgres::start(&settings).await?, _dir: dir })
    }

    pub(crate) fn url(&self, database: &str) -> String {
        self.server.url(database)
    }

    pub(crate) async fn stop(self) -> Result<()> {
        Ok(self.server.stop().await?)
    }
}

/// A directory that goes when its owner does. Others may enter it, because a database
/// started by root runs as somebody else.
pub(crate) fn temporary_dir() -> Result<TempDir> {
    let dir = tempfile::Builder::new().prefix("spotlight-").tempdir()?;
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755))?;
    Ok(dir)
}

/// `cargo xtask postgres`
pub(crate) async fn serve_until_interrupted() -> Result<ExitCode> {
    let database = Throwaway::start().await?;
    let url = database.url("spotlight");
    let migrated = migrate(&url).await;
    if migrated.is_ok() {
        println!("DATABASE_URL={url}\nCtrl-C stops it, and its data goes with it.");
        interrupted().await;
    }
    database.stop().await?;
    migrated.map(|()| ExitCode::SUCCESS)
}

/// Applies all migrations to an empty database.
pub(crate) async fn migrate(url: &str) -> Result<()> {
    if has_sqlx_cli() {
        return run(cargo()
            .args(["sqlx", "migrate", "run", "--source", "migrations"])
            .env("DATABASE_URL", url))
        .await;
    }
    let psql = tools::postgres().await?.dir().join("psql");
    if !psql.is_file() {
        bail!("{} is missing; {INSTALL_SQLX_CLI}", psql.display());
    }
    for migration in migrations()? {
        let mut apply = Command::new(&psql);
        apply.args(["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]);
        run(apply.arg("--file").arg(migration).arg(url)).await?;
    }
    Ok(())
}

pub(crate) const INSTALL_SQLX_CLI: &str = "install sqlx's command line: \
    cargo install sqlx-cli --version ^0.8 --no-default-features --features postgres,rustls";

pub(crate) fn has_sqlx_cli() -> bool {
    answer("cargo", &["sqlx", "--version"]).is_some()
}

fn migrations() -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir("migrations").context("reading migrations/")?;
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    Ok(files)
}
