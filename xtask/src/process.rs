//! Runs other programs so that nothing outlives us: not on failure, not on Ctrl-C.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// How long an interrupted program gets for putting its things away.
const PUTTING_AWAY: Duration = Duration::from_secs(10);

/// Set once, by the first Ctrl-C or SIGTERM, and never taken back: what runs then is
/// stopped, what would come next is not begun, and what was set up is put away.
static STOP: LazyLock<watch::Sender<bool>> = LazyLock::new(|| watch::Sender::new(false));

/// A program in a process group of its own. Ctrl-C reaches us alone, and we tell the
/// group; dropped, the whole group is told to stop.
pub(crate) struct Running {
    name: String,
    child: Child,
    group: Option<Pid>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let name = describe(command);
        let child = command
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .with_context(|| format!("could not run `{name}`"))?;
        let group = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        Ok(Self { name, child, group })
    }

    pub(crate) async fn wait(&mut self) -> Result<ExitStatus> {
        let status = self.child.wait().await.with_context(|| format!("waiting for {}", self.name));
        self.group = None;
        status
    }

    /// SIGTERM, then up to `limit` for a clean end; after that an unclean one, and an error.
    pub(crate) async fn stop(&mut self, limit: Duration) -> Result<ExitStatus> {
        self.signal(Signal::TERM);
        if let Ok(status) = tokio::time::timeout(limit, self.wait()).await {
            return status;
        }
        self.signal(Signal::KILL);
        self.wait().await?;
        bail!("`{}` did not stop within {} s", self.name, limit.as_secs())
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            // Gone already is as good.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.signal(Signal::TERM);
    }
}

/// Runs to the end, its output being ours; anything but success is an error, and so is
/// an interruption.
pub(crate) async fn run(command: &mut Command) -> Result<()> {
    if *STOP.borrow() {
        bail!("interrupted");
    }
    let mut running = Running::start(command)?;
    let status = tokio::select! {
        status = running.wait() => status?,
        () = interrupted() => {
            running.stop(PUTTING_AWAY).await?;
            bail!("interrupted");
        }
    };
    if !status.success() {
        bail!("`{}` failed ({status})", running.name);
    }
    Ok(())
}

/// What a program prints, or `None` when it is not there or fails.
pub(crate) fn answer<S: AsRef<OsStr>>(program: &str, args: &[S]) -> Option<String> {
    let output =
        std::process::Command::new(program).args(args).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The cargo that runs us, so that the toolchain is the same.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // All SQL has been checked against the migrations; what was learned is in `.sqlx`.
    cargo.env("SQLX_OFFLINE", "true");
    // What `cargo run` says of xtask is not for the next cargo: ring's build script watches
    // these, and would build anew, with all that stands on it, whenever they come or go.
    for (name, _) in std::env::vars_os() {
        let of_xtask = name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
        });
        if of_xtask {
            cargo.env_remove(name);
        }
    }
    cargo
}

pub(crate) fn npm<const N: usize>(args: [&str; N]) -> Command {
    let mut npm = Command::new("npm");
    npm.args(args).current_dir("frontend");
    npm
}

/// Ends once somebody has asked us to stop.
pub(crate) async fn interrupted() {
    // The sender is never dropped.
    let _ = STOP.subscribe().wait_for(|stop| *stop).await;
}

/// Waits for Ctrl-C or SIGTERM and makes it known to [`interrupted`] and [`run`].
pub(crate) async fn listen_for_interruption() -> Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    STOP.send_replace(true);
    Ok(())
}

/// As one would type it; where the program lies says nothing that its name does not.
fn describe(command: &Command) -> String {
    let command = command.as_std();
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let words: Vec<_> =
        std::iter::once(program).chain(command.get_args()).map(OsStr::to_string_lossy).collect();
    words.join(" ")
}
