//! Every check there is, in the order in which they fail soonest.

use std::process::ExitCode;

use anyhow::Result;
use embedded_postgres::MAINTENANCE_DATABASE;

use crate::database::Throwaway;
use crate::process::{cargo, npm, run};
use crate::steps::Steps;
use crate::{dependencies, described, end_to_end, tidy, tools};

pub(crate) async fn test(fast: bool) -> Result<ExitCode> {
    let mut steps = Steps::default();
    let outcome = every_step(&mut steps, fast).await;
    if let Err(error) = &outcome {
        eprintln!("\nerror: {error:#}");
    }
    steps.print_summary();
    Ok(if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn every_step(steps: &mut Steps, fast: bool) -> Result<()> {
    let chromium = steps
        .step("tools", async {
            tools::node()?;
            tools::postgres().await?;
            tools::nats().await?;
            if fast {
                return Ok(None);
            }
            tools::ffmpeg().await?;
            tools::coturn().await?;
            tools::chromium().await.map(Some)
        })
        .await?;

    steps.step("tidy", async { tidy::check() }).await?;
    steps.step("format", run(cargo().args(["fmt", "--all", "--check"]))).await?;

    steps.step("frontend packages", tools::frontend_packages()).await?;
    steps.step("dependencies", dependencies::check()).await?;
    for (name, script) in [
        ("frontend lint", "lint"),
        ("frontend format", "format:check"),
        ("frontend types", "typecheck"),
        ("frontend tests", "test"),
        ("frontend build", "build"),
    ] {
        steps.step(name, run(&mut npm(["run", "--silent", script]))).await?;
    }

    let mut clippy = cargo();
    clippy.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    steps.step("clippy", run(&mut clippy)).await?;
    steps.step("rust tests", rust_tests()).await?;
    steps.step("as described", described::check()).await?;
    if let Some(chromium) = chromium {
        steps.step("end to end", end_to_end::run(&chromium)).await?;
    }
    Ok(())
}

/// One PostgreSQL for all of them; each test makes a database of its own in it.
async fn rust_tests() -> Result<()> {
    let database = Throwaway::start().await?;
    let mut tests = cargo();
    if tools::has_nextest() {
        tests.args(["nextest", "run", "--workspace"]);
    } else {
        tests.args(["test", "--workspace"]);
    }
    let passed = run(tests.env("TEST_DATABASE_URL", database.url(MAINTENANCE_DATABASE))).await;
    database.stop().await?;
    passed
}
