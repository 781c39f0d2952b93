//! How sockets are refused and how they end.

use std::time::{Duration, Instant};

use commands::{Begin, ClaimsKey, Commands, Context};
use domain::account::{Account, AccountCommand, Suspension};
use domain::values::ids::UserId;
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use test_database::TestDatabase;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Error;

use super::conformance::wire::{Seen, Wire};
use super::socket::{PATIENCE, Socket, request};
use crate::harness::{Answer, Client, Dancer, NodeProcess, PASSWORD, TestApp, Text};

#[tokio::test]
async fn who_is_not_signed_in_gets_a_problem_and_no_socket() {
    let app = TestApp::start().await;
    let Err(Error::Http(answer)) = Socket::with(request(&app.stranger(), "")).await else {
        panic!("it opened");
    };
    assert_eq!(answer.status(), 401);
    let body = answer.body().as_deref().expect("a body");
    let problem: Value = serde_json::from_slice(body).expect("JSON");
    assert_eq!(problem["code"], "unauthenticated");
}

#[tokio::test]
async fn a_token_opens_a_socket_as_a_cookie_does() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let credentials = json!({ "email": "ann@example.com", "password": PASSWORD });
    let tokens = app.stranger().post("/api/auth/token", credentials).await.ok();
    let mut request = request(&app.stranger(), "");
    request.headers_mut().remove("Origin");
    let bearer = format!("Bearer {}", tokens["accessToken"].text());
    request.headers_mut().insert("Authorization", bearer.parse().expect("a header"));
    let hello = Socket::with(request).await.expect("a socket").next().await;
    assert_eq!(hello["data"]["userId"], json!(ann.id));
    assert_eq!(hello["data"]["heartbeatSeconds"], json!(15));
}

#[tokio::test]
async fn a_foreign_page_is_let_go_with_1008() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    for origin in ["https://evil.example", "null"] {
        let mut request = request(&ann, "");
        request.headers_mut().insert("Origin", origin.parse().expect("an origin"));
        let mut socket = Socket::with(request).await.expect("a handshake");
        assert_eq!(socket.closed().await, 1008, "{origin}");
    }
}

#[tokio::test]
async fn signing_out_closes_that_session_s_sockets_and_no_others() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let elsewhere = app.stranger();
    let credentials = json!({ "email": "ann@example.com", "password": PASSWORD });
    elsewhere.post("/api/auth/login", credentials).await.ok();
    let mut here = [Socket::open(&ann).await, Socket::open(&ann).await];
    let mut there = Socket::open(&elsewhere).await;
    ann.post("/api/auth/logout", Value::Null).await.is(204);
    for socket in &mut here {
        assert_eq!(socket.closed().await, 1008);
    }
    assert!(there.ask("ping", json!({})).await.is_ok());
    assert!(matches!(Socket::with(request(&ann, "")).await, Err(Error::Http(_))));
}

#[tokio::test]
async fn signing_out_ends_the_session_on_every_node() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let node = app.another_node().await;
    let elsewhere = ann.at(node.address);
    let mut socket = Socket::open(&elsewhere).await;
    let cookies = elsewhere.cookies();
    let with_those = || elsewhere.bare(Method::GET, "/api/users/me").header("Cookie", &cookies);
    assert_eq!(Answer::to(with_those()).await.status, 200);
    ann.post("/api/auth/logout", Value::Null).await.is(204);
    assert_eq!(socket.closed().await, 1008);
    assert_eq!(Answer::to(with_those()).await.problem(), "unauthenticated");
}

#[tokio::test]
async fn a_server_that_stops_closes_its_sockets_with_1001_after_what_waits() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let (mut a, mut b) = (Socket::open(&ann).await, Socket::open(&bob).await);
    b.enter(&event).await;
    a.say(&event, "last words").await;
    drop(app);
    assert_eq!(b.hear("event_message").await["data"]["content"], "last words");
    for socket in [&mut a, &mut b] {
        assert_eq!(socket.closed().await, 1001);
    }
}

#[tokio::test]
async fn a_plain_request_is_answered_by_a_problem() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    assert_eq!(ann.get("/ws").await.problem(), "invalid");
}

#[tokio::test]
async fn a_client_that_vanishes_leaves_nothing_behind() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let mut a = Socket::open(&ann).await;
    for _ in 0..20 {
        let mut b = Socket::open(&bob).await;
        b.enter(&event).await;
    }
    for attempt in 0.. {
        let here = a.ask("join_event_room", json!({ "eventId": event })).await.expect("entered");
        if here["activeUsers"].as_array().map(Vec::len) == Some(1) {
            break;
        }
        assert!(attempt < 100, "{here}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_told_to_stop_says_so_and_lets_its_sockets_go_one_after_another() {
    const SOCKETS: usize = 200;
    let (database, home) = (TestDatabase::create().await, TempDir::new().expect("a directory"));
    let node = NodeProcess::start(&database.url(), home.path()).await;
    let ann = Dancer::register(Client::new(node.address), "ann").await;
    let mut sockets = vec![];
    for _ in 0..SOCKETS {
        sockets.push(Socket::open(&ann).await);
    }
    node.ask_to_stop();
    let address = node.address;
    let asking = async {
        loop {
            let ready = Client::new(address).get("/readyz").await;
            if ready.status == 503 {
                return ready.body;
            }
        }
    };
    let unready = timeout(PATIENCE, asking).await.expect("it says that it stops");
    assert_eq!(unready["reasons"], json!(["draining"]));
    let refused = ann.post("/api/auth/logout", Value::Null).await;
    assert_eq!((refused.status, refused.problem()), (503, "unavailable"));
    let Err(Error::Http(refused)) = Socket::with(request(&ann, "")).await else {
        panic!("it lets somebody in");
    };
    assert_eq!(refused.status(), 503);
    let codes = join_all(sockets.iter_mut().map(Socket::closed)).await;
    assert_eq!(codes, [1001; SOCKETS]);
    let (status, took) = node.stop().await;
    assert!(status.success(), "{status}");
    // Ten seconds are promised.
    println!("gone {took:?} after its last socket");
}

#[tokio::test]
async fn who_is_suspended_is_let_go_on_every_node_and_not_let_in_again() {
    let app = TestApp::start().await;
    let node = app.another_node().await;
    let ann = app.dancer("ann").await;
    let elsewhere = ann.at(node.address);
    let mut sockets = [Socket::open(&ann).await, Socket::open(&elsewhere).await];
    suspend(&app, &ann).await;
    let suspended = Instant::now();
    for socket in &mut sockets {
        assert_eq!(socket.closed().await, 1008);
    }
    // Two seconds are promised.
    println!("let go {:?} after being suspended", suspended.elapsed());
    for client in [&*ann, &elsewhere] {
        assert_eq!(Socket::connect(client, "").await.closed().await, 1008);
    }
}

#[tokio::test]
async fn a_session_that_is_renewed_keeps_its_sockets() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let mut socket = Socket::open(&ann).await;
    ann.post("/api/auth/refresh", Value::Null).await.ok();
    // Longer than it takes to hear of a session that was ended.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert!(socket.ask("ping", json!({})).await.is_ok());
}

#[tokio::test]
async fn a_client_that_answers_no_ping_is_let_go_with_1001() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let mut silent = Wire::open(&ann).await;
    let since = Instant::now();
    assert_eq!(silent.see().await, Seen::Close(1001));
    // 35 seconds are promised.
    println!("let go after {:?} of silence", since.elapsed());
}

/// As a moderator on a third node does it.
async fn suspend(app: &TestApp, dancer: &Dancer) {
    let (commands, writer) = Commands::start(app.pool.clone(), ClaimsKey::new([0; 32]));
    let user: UserId = dancer.id.parse().expect("an id");
    let reason = "spam".try_into().expect("a reason");
    let suspension = Suspension { reason, until: None };
    let command = AccountCommand::Suspend { by: UserId::new(), suspension };
    let store = commands.store();
    let done =
        store.execute::<Account>(Begin::Existing, user.uuid(), command, &Context::system()).await;
    done.expect("suspended");
    drop(commands);
    writer.stop().await;
}
