//! A NATS server of its own for one test: `nats-server` of the system's packages, which
//! `cargo xtask test` installs.

use std::net::{SocketAddr, TcpListener};
use std::process::Stdio;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// Ends when it is dropped.
pub struct NatsServer {
    address: SocketAddr,
    process: Child,
}

impl NatsServer {
    /// # Panics
    /// Where there is none: a test that needs one cannot go on.
    pub async fn start() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = free.local_addr().expect("an address");
        drop(free);
        Self { address, process: run(address).await }
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
        self.process = run(self.address).await;
    }
}

async fn run(address: SocketAddr) -> Child {
    let process = Command::new("nats-server")
        .args(["--addr", &address.ip().to_string(), "--port", &address.port().to_string()])
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
