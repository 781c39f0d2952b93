//! The built server, as a program we start, wait for and stop.

use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::process::{Running, answer, cargo, interrupted, run};

/// The contract's promise: drained and gone within ten seconds.
const STOPPED_WITHIN: Duration = Duration::from_secs(10);
/// Migrations, the first start of the database, projections catching up.
const READY_WITHIN: Duration = Duration::from_mins(1);

pub(crate) struct Server {
    running: Running,
    address: SocketAddr,
}

impl Server {
    /// Starts `spotlight serve` and waits until `/readyz` says yes.
    pub(crate) async fn start(serve: &mut Command, address: SocketAddr) -> Result<Self> {
        let mut server = Self { running: Running::start(serve)?, address };
        let started = server.becomes_ready().await;
        if started.is_err() {
            // Waited for, since it has a database of its own to stop.
            let _ = server.running.stop(STOPPED_WITHIN).await;
        }
        started.map(|()| server)
    }

    async fn becomes_ready(&mut self) -> Result<()> {
        let since = Instant::now();
        while !is_ready(self.address).await {
            if since.elapsed() > READY_WITHIN {
                bail!("the server was not ready after {} s", READY_WITHIN.as_secs());
            }
            tokio::select! {
                status = self.running.wait() => bail!("the server ended at once ({})", status?),
                () = interrupted() => bail!("interrupted"),
                () = tokio::time::sleep(Duration::from_millis(200)) => {}
            }
        }
        Ok(())
    }

    pub(crate) fn url(&self) -> String {
        format!("http://localhost:{}", self.address.port())
    }

    /// Ends when the server does by itself, which it should not.
    pub(crate) async fn wait(&mut self) -> Result<()> {
        let status = self.running.wait().await?;
        bail!("the server ended by itself ({status})")
    }

    pub(crate) async fn stop(mut self) -> Result<()> {
        let status = self.running.stop(STOPPED_WITHIN).await?;
        if !status.success() {
            bail!("the server did not end well after SIGTERM ({status})");
        }
        Ok(())
    }
}

/// Builds `spotlight` in the profile given and tells where it is.
pub(crate) async fn build(profile: &str) -> Result<PathBuf> {
    run(cargo().args(["build", "--package", "api", "--profile", profile])).await?;
    let metadata = answer("cargo", &["metadata", "--format-version=1", "--no-deps"])
        .context("asking cargo where it builds")?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
    let target = metadata["target_directory"].as_str().context("cargo has a target directory")?;
    let directory = if profile == "dev" { "debug" } else { profile };
    Ok(Path::new(target).join(directory).join("spotlight"))
}

/// The address a server may be started at; an error when somebody else answers there.
pub(crate) fn free_address(host: &str, port: u16) -> Result<SocketAddr> {
    let address = (host, port)
        .to_socket_addrs()
        .ok()
        .and_then(|mut addresses| addresses.next())
        .with_context(|| format!("HOST {host} is not an address of this machine"))?;
    let listener = TcpListener::bind(address).with_context(|| {
        let other = port.saturating_add(1);
        format!(
            "port {port} cannot be used; stop the program that has it, \
             or choose another: PORT={other} cargo xtask run"
        )
    })?;
    Ok(listener.local_addr()?)
}

/// One request by hand, to spare everybody the compilation of an HTTP client.
async fn is_ready(address: SocketAddr) -> bool {
    let request = async {
        let mut stream = TcpStream::connect(reachable(address)).await?;
        stream
            .write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    match tokio::time::timeout(Duration::from_secs(5), request).await {
        Ok(Ok(answer)) => answer.starts_with("HTTP/1.1 200"),
        _ => false,
    }
}

/// A server that listens everywhere is asked on this machine.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    address
}
