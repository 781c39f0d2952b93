//! A server as it comes, with the demo in it, for as long as a task needs one.

use std::io::stderr;
use std::path::PathBuf;

use anyhow::Result;
use tempfile::TempDir;
use tokio::process::Command;

use crate::database::temporary_dir;
use crate::process::run;
use crate::server::{self, Server};
use crate::tools;

pub(crate) struct Stage {
    server: Server,
    data: TempDir,
}

impl Stage {
    /// Builds the server in the profile given and starts it with these settings beside the
    /// usual ones, whatever this machine is set up for. What it prints goes to the standard
    /// error: the other one may be read by a machine.
    pub(crate) async fn start(profile: &str, settings: &[(&str, String)]) -> Result<Self> {
        let binaries = tools::postgres().await?;
        let spotlight = server::build(profile).await?;
        let address = server::free_address("127.0.0.1", 0)?;
        let data = temporary_dir()?;
        let command = |subcommand: &str| {
            let mut command = Command::new(&spotlight);
            command.env_clear().envs(std::env::vars_os().filter(|(name, _)| name == "PATH"));
            command
                .arg(subcommand)
                .stdout(stderr())
                .env("HOST", "127.0.0.1")
                .env("PORT", address.port().to_string())
                .env("SPOTLIGHT_DATA_DIR", data.path())
                .env("SPOTLIGHT_POSTGRES_BIN", binaries.dir())
                .envs(settings.iter().map(|(name, value)| (name, value)));
            command
        };
        run(&mut command("migrate")).await?;
        run(&mut command("demo")).await?;
        let server = Server::start(&mut command("serve"), address).await?;
        Ok(Self { server, data })
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// Where the server leaves the mails it has nobody to give to.
    pub(crate) fn outbox(&self) -> PathBuf {
        self.data.path().join("outbox")
    }

    pub(crate) async fn stop(self) -> Result<()> {
        self.server.stop().await
    }
}
