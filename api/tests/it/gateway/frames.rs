//! Frames that do not fit, and too many of them.

use std::time::Duration;

use api::config::Config;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::socket::Socket;
use crate::harness::TestApp;

#[tokio::test]
async fn a_bad_frame_is_answered_and_the_socket_stays() {
    let app = TestApp::start().await;
    let (ann, _, event) = app.two_dancers().await;
    let mut socket = Socket::open(&ann).await;
    let before = app.log_length().await;
    let over = "x".repeat(2_001);
    for (text, code, id) in [
        ("hello".to_owned(), "malformed_json", Value::Null),
        ("\u{0}".to_owned(), "malformed_json", Value::Null),
        ("[]".to_owned(), "invalid", Value::Null),
        ("{}".to_owned(), "invalid", Value::Null),
        (json!({ "type": "waltz", "id": "1" }).to_string(), "invalid", json!("1")),
        (json!({ "type": 1, "id": 2 }).to_string(), "invalid", json!(2)),
        (json!({ "type": "join_event_room", "id": "3" }).to_string(), "invalid", json!("3")),
        (
            json!({ "type": "send_event_message", "id": "4",
                "data": { "eventId": event, "content": over } })
            .to_string(),
            "invalid",
            json!("4"),
        ),
        (
            json!({ "type": "send_event_message", "id": "5", "data": "text" }).to_string(),
            "invalid",
            json!("5"),
        ),
        ("[".repeat(60_000), "malformed_json", Value::Null),
    ] {
        socket.send(Message::text(text.clone())).await;
        let error = socket.next().await;
        assert_eq!(error["type"], "error", "{text}");
        assert_eq!((&error["data"]["code"], &error["id"]), (&json!(code), &id), "{text}");
    }
    socket.send(Message::binary(vec![1, 2, 3])).await;
    assert_eq!(socket.hear("error").await["data"]["code"], "invalid");
    socket.send(Message::Ping(vec![1].into())).await;
    assert_eq!(socket.ask("ping", json!({})).await, Ok(json!({})));
    assert_eq!(app.log_length().await, before);
}

#[tokio::test]
async fn a_refusal_names_the_field() {
    let app = TestApp::start().await;
    let (ann, _, event) = app.two_dancers().await;
    let mut socket = Socket::open(&ann).await;
    let data = json!({ "eventId": event, "content": " " });
    let frame = json!({ "type": "send_event_message", "id": "x", "data": data });
    socket.send(Message::text(frame.to_string())).await;
    let error = socket.hear("error").await;
    assert_eq!(error["data"]["errors"][0]["field"], "content");
}

#[tokio::test]
async fn a_frame_over_64_kib_closes_with_1009() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let fits = |length: usize| Message::text("x".repeat(length));
    let mut socket = Socket::open(&ann).await;
    socket.send(fits(64 * 1024)).await;
    assert_eq!(socket.hear("error").await["data"]["code"], "malformed_json");
    socket.send(fits(64 * 1024 + 1)).await;
    assert_eq!(socket.closed().await, 1009);
}

#[tokio::test]
async fn who_sends_too_much_is_told_when_to_go_on() {
    let app = TestApp::with(Config { rate_limits: true, ..Config::for_tests() }).await;
    let ann = app.dancer("ann").await;
    let mut sockets = [Socket::open(&ann).await, Socket::open(&ann).await];
    let mut refused = None;
    for number in 0..45 {
        let socket = &mut sockets[number % 2];
        let frame = json!({ "type": "ping", "id": number });
        socket.send(Message::text(frame.to_string())).await;
        let answer = socket.next().await;
        if answer["type"] == "error" {
            assert!(number >= 30, "refused after {number} frames");
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("the 31st frame of a second at the latest a little later");
    assert_eq!(refused["data"]["code"], "rate_limited");
    let wait = refused["data"]["retryAfterMs"].as_u64().expect("a time");
    assert!((1..=100).contains(&wait), "{wait}");
    tokio::time::sleep(Duration::from_millis(wait + 100)).await;
    assert!(sockets[0].ask("ping", json!({})).await.is_ok());
}

#[tokio::test]
async fn a_sixth_socket_of_one_person_is_refused_and_there_is_room_again_after_one_goes() {
    let app = TestApp::with(Config { rate_limits: true, ..Config::for_tests() }).await;
    let ann = app.dancer("ann").await;
    let mut sockets = vec![];
    for _ in 0..5 {
        sockets.push(Socket::open(&ann).await);
    }
    let mut sixth = Socket::connect(&ann, "").await;
    let error = sixth.next().await;
    assert_eq!((&error["type"], &error["data"]["code"]), (&json!("error"), &json!("rate_limited")));
    assert!(error["data"]["retryAfterMs"].as_u64().is_some());
    assert_eq!(sixth.closed().await, 1008);
    sockets.pop();
    for attempt in 0.. {
        let mut again = Socket::connect(&ann, "").await;
        if again.next().await["type"] == "hello" {
            break;
        }
        assert!(attempt < 50, "the seat is not given back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
