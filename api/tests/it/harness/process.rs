//! A node as a process of its own, which can be killed like one.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use super::Client;

/// Long enough for a machine that has much else to do.
const STARTED_WITHIN: Duration = Duration::from_mins(1);

/// It ends when it is dropped.
pub struct NodeProcess {
    pub address: SocketAddr,
    child: Child,
    said: Arc<Mutex<String>>,
}

impl NodeProcess {
    /// A node without limits per person on the database at `url`, once it is ready.
    pub async fn start(url: &str, home: &Path) -> Self {
        Self::with(url, home, &[]).await
    }

    /// The same, with further settings.
    pub async fn with(url: &str, home: &Path, settings: &[(&str, &str)]) -> Self {
        let mut serve = Command::new(env!("CARGO_BIN_EXE_spotlight"));
        serve.arg("serve").env_clear().env("DATABASE_URL", url).env("SPOTLIGHT_DATA_DIR", home);
        serve.env("PORT", "0").env("RATE_LIMITS", "off").env("RUST_LOG", "warn");
        serve.envs(settings.iter().copied());
        serve.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = serve.spawn().expect("started");
        let said = Arc::new(Mutex::new(String::new()));
        keep(child.stderr.take().expect("its errors"), said.clone());
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let line = timeout(STARTED_WITHIN, lines.next_line()).await.expect("in time");
        let line = line.expect("readable").expect("it says where it listens");
        let address = line.rsplit('/').next().and_then(|it| it.parse().ok()).expect("an address");
        keep(lines.into_inner(), said.clone());
        let node = Self { address, child, said };
        node.ready().await;
        node
    }

    async fn ready(&self) {
        let since = Instant::now();
        while Client::new(self.address).get("/readyz").await.status != 200 {
            assert!(since.elapsed() < STARTED_WITHIN, "not ready in time: {}", self.said());
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// What it has printed so far.
    pub fn said(&self) -> String {
        self.said.lock().expect("whole").clone()
    }

    /// What it has in memory, in bytes.
    pub fn memory(&self) -> u64 {
        let pid = self.child.id().expect("it runs");
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("its status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a size");
        let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
        kib * 1024
    }

    /// As a machine that loses power ends it.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("killed");
    }

    /// Says that it is to stop.
    pub fn ask_to_stop(&self) {
        let pid = self.child.id().and_then(|pid| Pid::from_raw(pid as i32)).expect("it runs");
        kill_process(pid, Signal::TERM).expect("told");
    }

    /// Its end, and how long it took from being asked.
    pub async fn stop(mut self) -> (ExitStatus, Duration) {
        let since = Instant::now();
        self.ask_to_stop();
        let status = timeout(STARTED_WITHIN, self.child.wait()).await.expect("it stops");
        (status.expect("a status"), since.elapsed())
    }
}

impl Drop for NodeProcess {
    /// Whoever looks for why a test failed wants to know what it said.
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the node at {} said:\n{}", self.address, self.said());
        }
    }
}

/// Reads on, so that whoever writes is never held up.
fn keep(output: impl AsyncRead + Send + Unpin + 'static, said: Arc<Mutex<String>>) {
    tokio::spawn(async move {
        let mut lines = BufReader::new(output).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let mut said = said.lock().expect("whole");
            said.push_str(&line);
            said.push('\n');
        }
    });
}
