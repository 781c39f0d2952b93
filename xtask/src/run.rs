//! From a fresh machine to a running spotlight.cam with people in it.

use std::process::ExitCode;

use anyhow::{Context, Result};
use tokio::process::Command;

use crate::process::{interrupted, npm, run as finish};
use crate::server::{self, Server};
use crate::tools;

/// Made by `spotlight demo`, for people who want to look around as two dancers.
const DEMO_LOGINS: [&str; 2] = ["anna@example.com", "ben@example.com"];
const DEMO_AUDITOR: &str = "vera@example.com";
const DEMO_MODERATOR: &str = "nora@example.com";
const DEMO_ADMIN: &str = "ada@example.com";
const DEMO_PASSWORD: &str = "west-coast-swing";

pub(crate) async fn run() -> Result<ExitCode> {
    let mut server = prepare().await?;

    println!("\nspotlight.cam runs at {}\n", server.url());
    println!("Sign in as either of two dancers, or as both in two browsers:");
    for login in DEMO_LOGINS {
        println!("  {login}   password: {DEMO_PASSWORD}");
    }
    println!("or, with the same password,");
    for (login, what) in [
        (DEMO_AUDITOR, "look into the log"),
        (DEMO_MODERATOR, "answer a report"),
        (DEMO_ADMIN, "see how handing over goes"),
    ] {
        println!("  {login:<18}{what}");
    }
    println!("\nCtrl-C stops it. What you did is there again next time.");

    tokio::select! {
        ended = server.wait() => ended?,
        () = interrupted() => {}
    }
    println!("\nstopping");
    server.stop().await?;
    Ok(ExitCode::SUCCESS)
}

async fn prepare() -> Result<Server> {
    let host = std::env::var("HOST").unwrap_or_else(|_| "127.0.0.1".to_owned());
    let port = std::env::var("PORT").unwrap_or_else(|_| "8080".to_owned());
    let port = port.parse().with_context(|| format!("PORT {port} is not a port"))?;
    // Asked first: a build is long to wait for only to hear this.
    let address = server::free_address(&host, port)?;

    tools::node()?;
    if std::env::var_os("DATABASE_URL").is_none() {
        tools::postgres().await?;
    }
    println!("building the frontend");
    tools::frontend_packages().await?;
    finish(&mut npm(["run", "--silent", "build"])).await?;
    println!("building the server (the first time takes some minutes)");
    let spotlight = server::build("release").await?;

    finish(Command::new(&spotlight).arg("migrate")).await?;
    finish(Command::new(&spotlight).arg("demo")).await?;
    let mut serve = Command::new(&spotlight);
    serve
        .arg("serve")
        .env("HOST", address.ip().to_string())
        .env("PORT", address.port().to_string());
    Server::start(&mut serve, address).await
}
