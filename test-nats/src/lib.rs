//! A NATS server of its own for one test: `nats-server` of the system's packages, which
//! `cargo xtask test` installs.

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::process::Stdio;
use std::time::Duration;

use tempfile::NamedTempFile;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// Ends when it is dropped.
pub struct NatsServer {
    address: SocketAddr,
    settings: NamedTempFile,
    process: Child,
}

impl NatsServer {
    /// # Panics
    /// Where there is none: a test that needs one cannot go on.
    pub async fn start() -> Self {
        Self::with("").await
    }

    /// One that takes no more bytes than this at once.
    ///
    /// # Panics
    /// Where there is none.
    pub async fn taking(bytes: usize) -> Self {
        Self::with(&format!("max_payload: {bytes}")).await
    }

    async fn with(settings: &str) -> Self {
        let mut file = NamedTempFile::new().expect("a file");
        file.write_all(settings.as_bytes()).expect("written");
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = free.local_addr().expect("an address");
        drop(free);
        let process = run(address, &file).await;
        Self { address, settings: file, process }
    }

    pub fn url(&self) -> String {
        format!("nats://{}", self.address)
    }

    /// Everybody loses their connection.
    pub async fn stop(&mut self) {
        self.process.kill().await.expect("it ends");
    }

    /// Under the same address.
    pub async fn start_again(&mut self) {
        self.process = run(self.address, &self.settings).await;
    }
}

async fn run(address: SocketAddr, settings: &NamedTempFile) -> Child {
    let process = Command::new("nats-server")
        .args(["--addr", &address.ip().to_string(), "--port", &address.port().to_string()])
        .arg("--config")
        .arg(settings.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("nats-server is installed: `cargo xtask test` does that");
    let answers = async {
        while TcpStream::connect(address).await.is_err() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(10), answers).await.expect("NATS answers");
    process
}
