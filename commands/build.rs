//! Names the states that snapshots hold: by the version, and by the rules that make them, so that
//! no state of before outlives a change of `apply` in the same version.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

const RULES: &str = "../domain/src";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed={RULES}");
    let mut rules = DefaultHasher::new();
    for file in files(Path::new(RULES))? {
        (&file, fs::read(&file)?).hash(&mut rules);
    }
    let version = env!("CARGO_PKG_VERSION");
    println!("cargo::rustc-env=STATES_MADE_BY={version}-{:016x}", rules.finish());
    Ok(())
}

/// All files below, always in the same order.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<io::Result<_>>()?;
    entries.sort_by_key(fs::DirEntry::path);
    let mut found = vec![];
    for entry in entries {
        if entry.file_type()?.is_dir() {
            found.extend(files(&entry.path())?);
        } else {
            found.push(entry.path());
        }
    }
    Ok(found)
}
