//! Debian's packages, where we may install them.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use tokio::process::Command;

use crate::process::{answer, run};

/// Package lists are fetched once per run, and only when something is missing.
static UPDATED: AtomicBool = AtomicBool::new(false);

/// Whether there is an `apt-get` and we may use it: as root, or through a `sudo` that
/// does not ask.
pub(crate) fn is_available() -> bool {
    Path::new("/usr/bin/apt-get").exists()
        && (is_root() || answer("sudo", &["-n", "true"]).is_some())
}

pub(crate) async fn install(packages: &[&str]) -> Result<()> {
    println!("installing {} (apt-get)", packages.join(", "));
    if !UPDATED.swap(true, Ordering::Relaxed) {
        run(apt_get().args(["update", "-qq"])).await.context("fetching Debian's package lists")?;
    }
    run(apt_get().args(["install", "-y", "-qq", "--no-install-recommends"]).args(packages)).await
}

fn apt_get() -> Command {
    let mut command = if is_root() {
        Command::new("apt-get")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "--preserve-env=DEBIAN_FRONTEND", "apt-get"]);
        sudo
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
