//! Has every `sqlx::query!` checked by a real database that holds the migrations, and
//! keeps the answers in `.sqlx`, so that everybody else builds without one.

use std::fs;
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::database::{self, INSTALL_SQLX_CLI, Throwaway};
use crate::process::{cargo, run};

pub(crate) async fn sqlx_prepare() -> Result<ExitCode> {
    if !database::has_sqlx_cli() {
        bail!("{INSTALL_SQLX_CLI}");
    }
    // The server embeds the built frontend; for checking SQL an empty one will do.
    fs::create_dir_all("frontend/dist")?;
    let database = Throwaway::start().await?;
    let prepared = prepare(&database.url("spotlight")).await;
    database.stop().await?;
    prepared.map(|()| ExitCode::SUCCESS)
}

async fn prepare(url: &str) -> Result<()> {
    database::migrate(url).await?;
    let mut prepare = cargo();
    prepare.args(["sqlx", "prepare", "--workspace", "--", "--all-targets"]);
    run(prepare.env("DATABASE_URL", url).env_remove("SQLX_OFFLINE")).await
}
