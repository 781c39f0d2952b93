//! The way of two dancers, step by step.

use std::net::SocketAddr;
use std::time::Instant;

use reqwest::Method;
use serde_json::{Value, json};

use crate::Failure;
use crate::dancer::{Dancer, Socket, text};
use crate::steps::{Step, Steps};

/// Private messages each of the two writes.
const MESSAGES: usize = 5;

/// Two people, from registering at `address` to having rated each other.
pub async fn walk(address: SocketAddr, event: &str, name: &str) -> Result<Steps, Failure> {
    let mut steps = Steps::default();
    let (ann, mut a) = arrive(address, event, &format!("{name}a"), &mut steps).await?;
    let (bob, mut b) = arrive(address, event, &format!("{name}b"), &mut steps).await?;

    let since = Instant::now();
    let asked = json!({ "targetUserId": bob.id, "eventId": event });
    let id = text(&a.ask("send_match_request", asked).await?["id"])?;
    b.hear("match_request_received").await?;
    steps.note(Step::Ask, since.elapsed());

    let since = Instant::now();
    b.ask("accept_match_request", json!({ "matchId": id })).await?;
    a.hear("match_accepted").await?;
    steps.note(Step::Agree, since.elapsed());

    for socket in [&mut a, &mut b] {
        socket.ask("join_private_room", json!({ "matchId": id })).await?;
    }
    for _ in 0..MESSAGES {
        say(&mut a, &mut b, &id, &mut steps).await?;
        say(&mut b, &mut a, &id, &mut steps).await?;
    }
    let since = Instant::now();
    let offer = json!({ "matchId": id, "offer": { "type": "offer", "sdp": "v=0\r\n" } });
    a.ask("webrtc_offer", offer).await?;
    b.hear("webrtc_offer").await?;
    steps.note(Step::Introduce, since.elapsed());

    let since = Instant::now();
    for (who, direction) in [(&ann, "sent"), (&bob, "received")] {
        let report = report(&id, direction);
        who.send(Method::POST, "/api/webrtc/transfers", &report).await?;
    }
    let completed = json!({ "status": "completed" });
    ann.send(Method::PATCH, &format!("/api/matches/{id}"), &completed).await?;
    steps.note(Step::Complete, since.elapsed());

    for who in [&ann, &bob] {
        let since = Instant::now();
        let rating = json!({ "matchId": id, "score": 5, "wouldCollaborateAgain": true });
        who.send(Method::POST, "/api/ratings", &rating).await?;
        steps.note(Step::Rate, since.elapsed());
    }
    let seen = ann.send(Method::GET, &format!("/api/matches/{id}"), &Value::Null).await?;
    if seen["rating"]["partners"]["score"] != 5 {
        return Err(format!("both have rated, and it does not show: {seen}").into());
    }
    Ok(steps)
}

async fn arrive(
    address: SocketAddr,
    event: &str,
    name: &str,
    steps: &mut Steps,
) -> Result<(Dancer, Socket), Failure> {
    let since = Instant::now();
    let dancer = Dancer::register(address, name).await?;
    steps.note(Step::Register, since.elapsed());

    let since = Instant::now();
    dancer.send(Method::POST, &format!("/api/events/{event}/join"), &Value::Null).await?;
    steps.note(Step::Join, since.elapsed());

    let since = Instant::now();
    let mut socket = dancer.connect().await?;
    socket.ask("join_event_room", json!({ "eventId": event })).await?;
    steps.note(Step::Connect, since.elapsed());
    Ok((dancer, socket))
}

async fn say(
    from: &mut Socket,
    to: &mut Socket,
    id: &str,
    steps: &mut Steps,
) -> Result<(), Failure> {
    let since = Instant::now();
    let said = from.ask("send_private_message", json!({ "matchId": id, "content": "Heat 3!" }));
    let said = said.await?;
    loop {
        if to.hear("private_message").await?["data"]["id"] == said["id"] {
            steps.note(Step::Say, since.elapsed());
            return Ok(());
        }
    }
}

fn report(match_id: &str, direction: &str) -> Value {
    json!({ "matchId": match_id, "transferId": "0190f3c0-0000-7000-8000-000000000001",
        "direction": direction, "outcome": "completed", "bytes": 20_000_000, "seconds": 12.5,
        "path": "host" })
}
