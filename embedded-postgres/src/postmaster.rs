//! Reads `postmaster.pid`, the one place where PostgreSQL says who runs a data
//! directory, and tells a server that runs from one that only left its name there.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};

use crate::Error;
use crate::error::Doing;

/// What `postmaster.pid` tells, after checking it against the processes there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Postmaster {
    /// No server runs, and none left its name.
    Absent,
    /// A server of this data directory answers on `port`.
    Ready { pid: i32, port: u16 },
    /// A server of this data directory is starting, recovering or stopping.
    Busy { pid: i32 },
    /// The named process is gone, a zombie, or by now another program.
    Stale,
    /// A server is writing its name just now, or the machine stopped while one did.
    Unreadable,
}

impl Postmaster {
    /// `data` is the canonical path of the data directory.
    pub(crate) fn of(data: &Path) -> Result<Self, Error> {
        let file = data.join("postmaster.pid");
        let text = match fs::read_to_string(&file) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::Absent),
            other => other.doing(|| format!("reading {}", file.display()))?,
        };
        let mut lines = text.lines().map(str::trim);
        // Single-user mode writes its pid negated.
        let Some(pid) = lines.next().and_then(|line| line.parse::<i32>().ok()).map(i32::abs) else {
            return Ok(Self::Unreadable);
        };
        if !is_postgres_of(pid, data) {
            return Ok(Self::Stale);
        }
        let port = lines.nth(2).and_then(|line| line.parse().ok());
        let status = lines.nth(3);
        Ok(match (port, status) {
            (Some(port), Some("ready")) => Self::Ready { pid, port },
            _ => Self::Busy { pid },
        })
    }

    /// Asks a server that runs for a fast shutdown, without waiting for it.
    pub(crate) fn ask_to_stop(self) {
        if let Self::Ready { pid, .. } | Self::Busy { pid } = self
            && let Some(pid) = Pid::from_raw(pid)
        {
            // It may have gone by itself meanwhile, which is what was wanted.
            let _ = kill_process(pid, Signal::INT);
        }
    }
}

/// Takes the name of a process that is not ours off `postmaster.pid`.
///
/// PostgreSQL believes any living process of its user to be the server. The file is
/// not removed, because its other lines let the next server see whether processes of
/// the last one still use the shared memory: only the pid is replaced, by one that no
/// system gives out, and the rest of the check stays PostgreSQL's own.
pub(crate) fn disown(data: &Path) -> Result<(), Error> {
    let file = data.join("postmaster.pid");
    let doing = || format!("disowning {}", file.display());
    let text = fs::read_to_string(&file).doing(doing)?;
    let rest = text.split_once('\n').map_or("", |(_, rest)| rest);
    fs::write(&file, format!("{}\n{rest}", i32::MAX)).doing(doing)
}

/// Whether `pid` lives and is a PostgreSQL that works in `data`.
fn is_postgres_of(pid: i32, data: &Path) -> bool {
    let proc = Path::new("/proc").join(pid.to_string());
    if !Path::new("/proc/self/stat").exists() {
        return is_postgres_by_ps(pid, data);
    }
    // A server's working directory is its data directory. A zombie has none, and that
    // of another user's process may not be read: neither is a server of ours.
    let works_here = fs::read_link(proc.join("cwd")).is_ok_and(|cwd| cwd == data);
    let arguments = fs::read(proc.join("cmdline")).unwrap_or_default();
    let program = arguments.split(|byte| *byte == 0).next().unwrap_or_default();
    works_here && is_postgres(&String::from_utf8_lossy(program))
}

/// For systems without `/proc`: the server is started with `-D` and its directory.
fn is_postgres_by_ps(pid: i32, data: &Path) -> bool {
    let Ok(answer) =
        Command::new("ps").args(["-o", "stat=,command=", "-p", &pid.to_string()]).output()
    else {
        return false;
    };
    let line = String::from_utf8_lossy(&answer.stdout);
    let Some((state, command)) = line.trim().split_once(char::is_whitespace) else { return false };
    let program = command.split_whitespace().next().unwrap_or_default();
    !state.starts_with('Z') && is_postgres(program) && command.contains(&*data.to_string_lossy())
}

fn is_postgres(program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or_default();
    matches!(name, "postgres" | "postmaster")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pid_of_another_program_is_stale_and_disowning_keeps_the_other_lines() {
        let data = tempfile::tempdir().expect("a temporary directory");
        let file = data.path().join("postmaster.pid");
        let ours = std::process::id();
        fs::write(&file, format!("{ours}\n/data\n1700000000\n5432\n\n127.0.0.1\n 1 2\nready\n"))
            .expect("written");
        assert_eq!(Postmaster::of(data.path()).expect("read"), Postmaster::Stale);

        disown(data.path()).expect("disowned");
        let text = fs::read_to_string(&file).expect("read");
        assert_eq!(text.lines().next(), Some("2147483647"));
        assert!(text.ends_with("\n5432\n\n127.0.0.1\n 1 2\nready\n"), "{text}");
    }

    #[test]
    fn an_empty_pid_file_is_not_taken_for_no_server() {
        let data = tempfile::tempdir().expect("a temporary directory");
        assert_eq!(Postmaster::of(data.path()).expect("read"), Postmaster::Absent);
        fs::write(data.path().join("postmaster.pid"), "").expect("written");
        assert_eq!(Postmaster::of(data.path()).expect("read"), Postmaster::Unreadable);
    }
}
