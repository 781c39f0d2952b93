//! The servers that are measured, each in a process of its own, and what they take.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::{Instant, sleep, timeout};

use crate::Failure;
use crate::dialect::Dialect;

/// The kernel counts a process's time in hundredths of a second, whatever its own clock does.
const TICK: Duration = Duration::from_millis(10);

const STARTED_WITHIN: Duration = Duration::from_secs(30);
const STOPPED_WITHIN: Duration = Duration::from_secs(10);

/// A server is at rest that takes less than a tick in such a time; it is waited for so long.
const REST: Duration = Duration::from_millis(300);
const AT_REST_WITHIN: Duration = Duration::from_secs(15);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Spotlight,
    FromMemory,
    ClassicStack,
    /// No server one would want, but the price of the writes alone.
    BareWrites,
}

pub struct Server {
    pub kind: Kind,
    pub address: SocketAddr,
    child: Child,
    /// Held so that the server can go on printing.
    _output: BufReader<ChildStdout>,
    pid: u32,
    postmaster: u32,
}

/// Where servers find what they need.
pub struct Surroundings {
    pub ours: String,
    pub peers: String,
    pub secret: String,
    /// The directory of our server's keys.
    pub home: PathBuf,
    pub postmaster: u32,
}

/// Processor time taken, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Spent {
    pub server: f64,
    pub database: f64,
}

impl Kind {
    pub fn dialect(self) -> Dialect {
        match self {
            Self::Spotlight | Self::BareWrites => Dialect::Ours,
            Self::FromMemory | Self::ClassicStack => Dialect::SocketIo,
        }
    }

    fn command(self, around: &Surroundings) -> Result<Command, Failure> {
        let script = match self {
            Self::Spotlight => {
                let mut ours = Command::new(std::env::current_exe()?);
                ours.arg("serve").arg(&around.home).env("DATABASE_URL", &around.ours);
                return Ok(ours);
            }
            Self::BareWrites => {
                let mut bare = Command::new(std::env::current_exe()?);
                bare.arg("bare-writes");
                return Ok(bare);
            }
            Self::FromMemory => "from-memory.js",
            Self::ClassicStack => "classic-stack.js",
        };
        let mut node = Command::new("node");
        node.args(["--expose-gc", script]).current_dir(peers());
        node.env("DATABASE_URL", &around.peers).env("NODE_ENV", "production");
        Ok(node)
    }
}

impl Server {
    pub async fn start(kind: Kind, around: &Surroundings) -> Result<Self, Failure> {
        let mut command = kind.command(around)?;
        command.env("JWT_SECRET", &around.secret).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.kill_on_drop(true).spawn()?;
        let pid = child.id().ok_or("the server has ended")?;
        let output = child.stdout.take().ok_or("the server says nothing")?;
        let mut output = BufReader::new(output);
        let mut port = String::new();
        timeout(STARTED_WITHIN, output.read_line(&mut port)).await??;
        let address = (Ipv4Addr::LOCALHOST, port.trim().parse()?).into();
        Ok(Self { kind, address, child, _output: output, pid, postmaster: around.postmaster })
    }

    pub async fn stop(mut self) -> Result<(), Failure> {
        self.signal(Signal::TERM)?;
        timeout(STOPPED_WITHIN, self.child.wait()).await??;
        Ok(())
    }

    pub fn spent(&self) -> Result<Spent, Failure> {
        let server = ticks(self.pid, false)?;
        let mut database = 0;
        for process in processes()? {
            if process == self.postmaster {
                database += ticks(process, true)?;
            } else if parent(process) == Some(self.postmaster) {
                database += ticks(process, false).unwrap_or_default();
            }
        }
        let seconds = |ticks: u64| (TICK * ticks as u32).as_secs_f64();
        Ok(Spent { server: seconds(server), database: seconds(database) })
    }

    /// Waits until what was asked for is done, and answers what has been spent by then.
    pub async fn at_rest(&self) -> Result<Spent, Failure> {
        let since = Instant::now();
        let mut before = self.spent()?;
        loop {
            sleep(REST).await;
            let now = self.spent()?;
            if now.server - before.server <= TICK.as_secs_f64() || since.elapsed() > AT_REST_WITHIN
            {
                return Ok(now);
            }
            before = now;
        }
    }

    /// Memory in use, in bytes, once what is garbage is gone.
    pub async fn memory(&self) -> Result<u64, Failure> {
        if matches!(self.kind, Kind::FromMemory | Kind::ClassicStack) {
            self.signal(Signal::USR2)?;
        }
        sleep(Duration::from_secs(2)).await;
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = resident.and_then(|text| text.trim().strip_suffix(" kB")).ok_or("no VmRSS")?;
        Ok(kib.trim().parse::<u64>()? * 1024)
    }

    fn signal(&self, signal: Signal) -> Result<(), Failure> {
        let pid = Pid::from_raw(self.pid as i32).ok_or("no process")?;
        Ok(kill_process(pid, signal)?)
    }
}

/// The postmaster of the database in `dir`.
pub fn postmaster(dir: &Path) -> Result<u32, Failure> {
    let file = fs::read_to_string(dir.join("data/postmaster.pid"))?;
    Ok(file.lines().next().ok_or("an empty postmaster.pid")?.parse()?)
}

/// The folder of the peers.
pub fn peers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../bench/peers/gateway")
}

fn processes() -> Result<Vec<u32>, Failure> {
    let names = fs::read_dir("/proc")?.flatten().map(|entry| entry.file_name());
    Ok(names.filter_map(|name| name.to_str()?.parse().ok()).collect())
}

fn parent(process: u32) -> Option<u32> {
    fields(process).ok()?.get(1)?.parse().ok()
}

/// Of a process alone, or with its children that have ended.
fn ticks(process: u32, with_ended: bool) -> Result<u64, Failure> {
    let fields = fields(process)?;
    let counted = if with_ended { 11..15 } else { 11..13 };
    let counted = fields.get(counted).ok_or("a short /proc/PID/stat")?;
    Ok(counted.iter().filter_map(|field| field.parse::<u64>().ok()).sum())
}

/// What `/proc/PID/stat` says after the process's name, which may hold anything.
fn fields(process: u32) -> Result<Vec<String>, Failure> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, after) = stat.rsplit_once(')').ok_or("no name in /proc/PID/stat")?;
    Ok(after.split_whitespace().map(str::to_owned).collect())
}
