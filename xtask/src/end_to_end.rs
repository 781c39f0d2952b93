//! What a person does, in a real browser, on the built server with its embedded database.

use std::path::Path;

use anyhow::Result;
use tokio::process::Command;

use crate::database::temporary_dir;
use crate::process::{npm, run as finish};
use crate::server::{self, Server};
use crate::tools;

/// What the server and the relay share.
const RELAY_SECRET: &str = "a-secret-of-these-tests";

pub(crate) async fn run(chromium: &Path) -> Result<()> {
    let binaries = tools::postgres().await?;
    let spotlight = server::build("dev").await?;
    let address = server::free_address("127.0.0.1", 0)?;
    // Where a test that needs a relay starts one; nobody else answers there.
    let relay = server::free_address("127.0.0.1", 0)?;
    let data = temporary_dir()?;

    // Whatever this machine is set up for, the tests get a server as it comes.
    let command = |subcommand: &str| {
        let mut command = Command::new(&spotlight);
        command.env_clear().envs(std::env::vars_os().filter(|(name, _)| name == "PATH"));
        command
            .arg(subcommand)
            .env("HOST", "127.0.0.1")
            .env("PORT", address.port().to_string())
            .env("SPOTLIGHT_DATA_DIR", data.path())
            .env("SPOTLIGHT_POSTGRES_BIN", binaries.dir())
            .env("TURN_SERVER", format!("turn:{relay}?transport=udp,turn:{relay}?transport=tcp"))
            .env("TURN_SECRET", RELAY_SECRET)
            // Many people sign up from one address within seconds.
            .env("RATE_LIMITS", "off");
        command
    };
    finish(&mut command("migrate")).await?;
    finish(&mut command("demo")).await?;
    let server = Server::start(&mut command("serve"), address).await?;

    let mut journey = npm(["run", "--silent", "e2e"]);
    journey
        .env("SPOTLIGHT_URL", server.url())
        .env("CHROMIUM", chromium)
        .env("TURN_PORT", relay.port().to_string())
        .env("TURN_SECRET", RELAY_SECRET);
    let passed = finish(&mut journey).await;
    let stopped = server.stop().await;
    passed.and(stopped)
}
