//! Habits that a compiler cannot hold. Each rule is a function from text to findings,
//! with its tests below it; a finding says where, what, and why it matters.

mod arrows;
mod links;
mod migrations;
mod proofs;
mod sources;

use std::collections::HashSet;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::process::answer;

/// A place where a rule is broken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    place: String,
    rule: String,
}

impl Finding {
    fn new(place: impl Into<String>, rule: impl Into<String>) -> Self {
        Self { place: place.into(), rule: rule.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.rule)
    }
}

/// `cargo xtask tidy`
pub(crate) fn tidy() -> Result<ExitCode> {
    check()?;
    println!("tidy");
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn check() -> Result<()> {
    let files = tracked_files()?;
    let mut findings = arrows::check()?;
    findings.extend(migrations::check(&files));
    let (mut functions, mut proven) = (HashSet::new(), vec![]);
    for file in &files {
        let name = file.to_string_lossy();
        let is = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        if !is(&[".rs", ".ts", ".tsx", ".md"]) {
            continue;
        }
        // Deleted, but not yet committed.
        let Ok(text) = fs::read_to_string(file) else { continue };
        if is(&[".md"]) {
            findings.extend(links::check(file, &text));
            if proofs::is_proven(&name) {
                proven.push((name, text));
            }
        } else {
            findings.extend(sources::check(&name, &text));
            functions.extend(proofs::functions(&text).map(str::to_owned));
        }
    }
    for (name, text) in proven {
        findings.extend(proofs::check(&name, &text, &functions));
    }
    if findings.is_empty() {
        return Ok(());
    }
    for finding in &findings {
        eprintln!("{finding}");
    }
    bail!("{} untidy {}", findings.len(), if findings.len() == 1 { "place" } else { "places" })
}

/// What is in the repository or about to be, and nothing that was built.
fn tracked_files() -> Result<Vec<PathBuf>> {
    let listing = answer("git", &["ls-files", "--cached", "--others", "--exclude-standard"])
        .context("listing the repository's files with git")?;
    Ok(listing.lines().map(PathBuf::from).collect())
}
