//! The binary itself, with the database it brings along.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use futures::{SinkExt, StreamExt};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use uuid::Uuid;

use crate::harness::{Client, PASSWORD, Text};

/// So many messages must have been acknowledged before the server is killed.
const ENOUGH: usize = 300;

/// Where a server keeps its data; the database in it is ended with it.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        let dir = TempDir::new().expect("a directory");
        // A database started by root runs as somebody else, who must get in.
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).expect("opened");
        Self(dir)
    }

    fn command(&self, task: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_spotlight"));
        command.arg(task).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("SPOTLIGHT_DATA_DIR", self.0.path()).env("PORT", "0").kill_on_drop(true);
        command
    }

    async fn serve(&self) -> Server {
        // One person says in a second what a hall says in an evening.
        let mut serve = self.command("serve");
        let mut child =
            serve.env("RATE_LIMITS", "off").stdout(Stdio::piped()).spawn().expect("started");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let line = timeout(Duration::from_mins(1), lines.next_line()).await.expect("in time");
        let line = line.expect("readable").expect("it says where it listens");
        let address = line.rsplit('/').next().and_then(|it| it.parse().ok()).expect("an address");
        let server = Server { child, address };
        server.ready().await;
        server
    }

    async fn run(&self, task: &str) {
        let done = self.command(task).output().await.expect("run");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// That it is as it was sealed, and that something was.
    async fn verify_log(&self) {
        let audit = self.command("audit").arg("verify").output().await.expect("run");
        let said = String::from_utf8_lossy(&audit.stdout);
        assert!(audit.status.success(), "{said} {}", String::from_utf8_lossy(&audit.stderr));
        assert!(said.starts_with("positions 1 to "), "{said}");
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let pid = postmaster(self.0.path());
        if let Some(pid) = pid {
            let _ = kill_process(pid, Signal::INT);
        }
    }
}

fn postmaster(dir: &Path) -> Option<Pid> {
    let text = fs::read_to_string(dir.join("postgres/data/postmaster.pid")).ok()?;
    Pid::from_raw(text.lines().next()?.parse().ok()?)
}

struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    async fn ready(&self) {
        let since = Instant::now();
        while Client::new(self.address).get("/readyz").await.status != 200 {
            assert!(since.elapsed() < Duration::from_secs(30), "not ready in time");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn anna(&self) -> Client {
        let anna = Client::new(self.address);
        let credentials = json!({ "email": "anna@example.com", "password": PASSWORD });
        anna.post("/api/auth/login", credentials).await.ok();
        anna
    }

    async fn stop(mut self) -> (ExitStatus, Duration) {
        let since = Instant::now();
        let pid = self.child.id().and_then(|pid| Pid::from_raw(pid as i32)).expect("it runs");
        kill_process(pid, Signal::TERM).expect("told");
        let status = timeout(Duration::from_secs(15), self.child.wait()).await.expect("it stops");
        (status.expect("a status"), since.elapsed())
    }
}

#[tokio::test]
async fn what_was_acknowledged_before_a_kill_is_there_once_after_it() {
    let home = Home::new();
    let mut server = home.serve().await;
    home.run("demo").await;
    let anna = server.anna().await;
    let event = anna.get("/api/events?query=lakeside").await.ok()["items"][0]["id"].text();

    // In the middle of it: the next ones are sent, and some of them stored, but not answered.
    let enough = Notify::new();
    let sending = say_until_cut(&anna, server.address, &event, &enough);
    let killing = async {
        let said = timeout(Duration::from_mins(1), enough.notified()).await;
        said.expect("messages are acknowledged");
        server.child.kill().await.expect("killed");
    };
    let (acknowledged, ()) = tokio::join!(sending, killing);

    let server = home.serve().await;
    let stored = stored_messages(&server.anna().await, &event).await;
    for id in &acknowledged {
        assert_eq!(stored.get(id), Some(&1), "{id}");
    }
    home.verify_log().await;
    let (status, took) = server.stop().await;
    assert!(status.success(), "{status}");
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[tokio::test]
async fn the_demo_loads_beside_a_server_and_twice_is_the_same_as_once() {
    let home = Home::new();
    home.run("migrate").await;
    let server = home.serve().await;
    home.run("demo").await;
    let position = |readiness: Value| readiness["projections"][0]["position"].clone();
    let anna = server.anna().await;
    let once = position(anna.get("/readyz").await.body);
    home.run("demo").await;
    assert_eq!(position(anna.get("/readyz").await.body), once);
    assert_eq!(anna.get("/api/users/me").await.ok()["emailVerified"], json!(true));

    let matches = anna.get("/api/matches?status=completed").await.ok();
    assert_eq!(matches["items"][0]["rating"]["revealed"], json!(true));
    let grant = home.command("grant").args(["ben@example.com", "moderator"]).output().await;
    assert!(grant.expect("run").status.success());
    let grant = home.command("grant").args(["nobody@example.com", "admin"]).output().await;
    assert_eq!(grant.expect("run").status.code(), Some(1));
    home.verify_log().await;
    let rebuild = home.command("rebuild").arg("matches").output().await.expect("run");
    assert!(rebuild.status.success(), "{}", String::from_utf8_lossy(&rebuild.stderr));
    let (status, _) = server.stop().await;
    assert!(status.success(), "{status}");
}

#[tokio::test]
async fn an_environment_that_makes_no_sense_is_refused_before_anything_starts() {
    let home = Home::new();
    for (name, value, words) in [
        ("PORT", "eighty", "invalid value 'eighty' for '--port"),
        ("HOST", "0.0.0.0", "RATE_LIMITS=off is refused"),
        ("JWT_SECRET", "short", "JWT_SECRET must have at least 32"),
    ] {
        let mut serve = home.command("serve");
        let ended = serve.env("RATE_LIMITS", "off").env(name, value).output().await.expect("run");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(!ended.status.success() && said.contains(words), "{said}");
    }
    assert!(postmaster(home.0.path()).is_none());
}

/// Sends messages as fast as they are acknowledged, ten under way at a time, until the
/// connection breaks; the ids of those that were acknowledged. Tells when there are enough.
async fn say_until_cut(
    anna: &Client,
    address: SocketAddr,
    event: &str,
    enough: &Notify,
) -> Vec<String> {
    let mut request = format!("ws://{address}/ws").into_client_request().expect("a request");
    let headers = request.headers_mut();
    headers.insert("cookie", anna.cookies().parse().expect("cookies"));
    headers.insert("origin", anna.base.parse().expect("an origin"));
    let (socket, _) = tokio_tungstenite::connect_async(request).await.expect("a socket");
    let (mut send, mut receive) = socket.split();
    let frame = |number: usize| {
        let id = Uuid::now_v7();
        let data = json!({ "eventId": event, "content": format!("line {number}"),
                           "messageId": id });
        Message::text(json!({ "type": "send_event_message", "id": id, "data": data }).to_string())
    };
    for number in 0..10 {
        send.send(frame(number)).await.expect("sent");
    }
    let mut acknowledged = vec![];
    while let Some(Ok(message)) = receive.next().await {
        let Ok(text) = message.to_text() else { continue };
        let frame_: Value = serde_json::from_str(text).unwrap_or_default();
        match frame_["type"].as_str() {
            Some("ack") => {
                acknowledged.push(frame_["id"].text());
                if acknowledged.len() == ENOUGH {
                    enough.notify_one();
                }
                let more = send.send(frame(10 + acknowledged.len())).await;
                if more.is_err() {
                    break;
                }
            }
            Some("error") => panic!("{frame_}"),
            _ => {}
        }
    }
    acknowledged
}

/// How often each message of the room is stored, by id.
async fn stored_messages(client: &Client, event: &str) -> BTreeMap<String, usize> {
    let mut stored = BTreeMap::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/events/{event}/messages?limit=100&cursor={cursor}");
        let page = client.get(&path).await.ok();
        for message in page["items"].as_array().expect("items") {
            *stored.entry(message["id"].text()).or_default() += 1;
        }
        match page["nextCursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => return stored,
        }
    }
}
