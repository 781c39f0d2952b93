//! What a node writes about its work, however much it is asked to write.

use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;
use test_database::TestDatabase;
use tokio::time::sleep;

use super::socket::Socket;
use crate::harness::{NodeProcess, PASSWORD, Text, an_event};

const SAID: &str = "meet me by the water tap";
const DESCRIPTION: &str = "v=0 o=whereabouts 198.51.100.7";

#[tokio::test]
async fn secrets_and_people_stay_out_of_the_log_of_the_server() {
    let (database, home) = (TestDatabase::create().await, TempDir::new().expect("a directory"));
    let node = NodeProcess::with(&database.url(), home.path(), &[("RUST_LOG", "debug")]).await;
    let (event, [ann, bob]) = an_event(node.address, &database.pool().await, ["ann", "bob"]).await;
    let id = ann.request(&bob, &event).await.created()["id"].text();
    bob.move_match(&id, "accepted").await.ok();

    let mut socket = Socket::open(&ann).await;
    socket.enter(&event).await;
    let said = json!({ "eventId": event, "content": SAID });
    socket.ask("send_event_message", said).await.expect("stored");
    let offer = json!({ "type": "offer", "sdp": DESCRIPTION });
    let offer = json!({ "matchId": id, "offer": offer });
    socket.ask("webrtc_offer", offer).await.expect("passed on");
    let odd = json!({ "eventId": SAID, "content": [SAID] });
    socket.ask("send_event_message", odd).await.expect_err("refused");

    let credentials = json!({ "email": "ann@example.com", "password": PASSWORD });
    let tokens = ann.post("/api/auth/token", credentials).await.ok();
    let wrong = json!({ "email": "ann@example.com", "password": "eight dancing otters" });
    ann.post("/api/auth/login", wrong).await.is(401);
    ann.post("/api/auth/forgot-password", json!({ "email": "ann@example.com" })).await.is(202);
    ann.post("/api/auth/verify-email", json!({ "token": "a-token-of-a-mail" })).await;
    let changed = json!({ "bio": SAID });
    ann.patch("/api/users/me", changed).await.ok();
    let cookies = ann.cookies();
    // Its words come through a pipe.
    sleep(Duration::from_secs(1)).await;
    let said = node.said();

    assert!(said.contains("/api/auth/token") && said.contains("DEBUG"), "it writes: {said}");
    let mut secrets = vec!["ann@example.com", PASSWORD, "otters", SAID, "whereabouts"];
    secrets.push("a-token-of-a-mail");
    let cookies = cookies.split("; ").filter_map(|cookie| cookie.split_once('='));
    let cookies: Vec<&str> = cookies.map(|(_, secret)| secret).collect();
    assert!(cookies.len() >= 2, "{cookies:?}");
    secrets.extend(cookies);
    let tokens = ["accessToken", "refreshToken"].map(|name| tokens[name].text());
    secrets.extend(tokens.iter().map(String::as_str));
    for secret in secrets {
        let line = said.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}
