//! Coming back: what was missed comes once, in order, without a window.

use std::time::Duration;

use commands::{ClaimsKey, Commands, Context};
use domain::values::ids::{MessageId, UserId};
use domain::values::room::{MessageKind, Room};
use futures::future::join_all;
use rand::random_range;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::socket::{Socket, positions};
use crate::harness::{Client, TestApp, Text};

/// Posts as another node of the product would.
struct Author {
    commands: Commands,
    id: UserId,
    room: Room,
}

impl Author {
    fn of(app: &TestApp, id: &str, room: &str) -> Self {
        let (commands, _writer) = Commands::start(app.pool.clone(), ClaimsKey::new([0; 32]));
        Self { commands, id: id.parse().expect("an id"), room: room.parse().expect("a room") }
    }

    async fn post(&self, content: &str) -> i64 {
        let content = content.try_into().expect("content");
        let context = Context::of(self.id);
        self.commands
            .post_message(&context, MessageId::new(), self.room, MessageKind::Text, content)
            .await
            .expect("posted")
            .position
    }
}

/// Everything that came up to `resumed`, and the position in that.
async fn replayed(socket: &mut Socket) -> (Vec<Value>, i64) {
    let mut frames = vec![];
    loop {
        let frame = socket.next().await;
        if frame["type"] == "resumed" {
            return (frames, frame["data"]["position"].as_i64().expect("a position"));
        }
        frames.push(frame);
    }
}

#[tokio::test]
async fn what_was_missed_comes_in_order_then_resumed_then_what_is_new() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let mut b = Socket::open(&bob).await;
    let room = b.enter(&event).await;
    let mut a = Socket::open(&ann).await;
    let seen = a.say(&event, "seen").await["position"].as_i64().expect("a position");
    b.hear("event_message").await;
    drop(b);

    a.say(&event, "missed").await;
    let wish = json!({ "targetUserId": bob.id, "eventId": event });
    let id = a.ask("send_match_request", wish).await.expect("asked")["id"].text();
    a.say(&event, "missed too").await;

    let mut b = Socket::resume(&bob, seen, &[&room]).await;
    let (frames, position) = replayed(&mut b).await;
    let kinds: Vec<_> = frames.iter().map(|frame| frame["type"].text()).collect();
    assert_eq!(kinds, ["event_message", "match_request_received", "event_message"]);
    assert!(positions(&frames).is_sorted_by(|one, next| one < next));
    assert!(position >= *positions(&frames).last().expect("one"));
    assert_eq!(frames[1]["data"]["matchId"], json!(id));
    let listed = bob.get(&format!("/api/events/{event}/messages")).await.ok();
    assert_eq!(frames[2]["data"], listed["items"][2], "as it is read over HTTP");

    a.say(&event, "new").await;
    assert_eq!(b.hear("event_message").await["data"]["content"], "new");
}

#[tokio::test]
async fn who_comes_back_to_another_node_or_to_one_that_has_just_started_goes_on_where_they_were() {
    let (app, other) = TestApp::two_nodes(None).await;
    let (ann, bob, event) = app.two_dancers().await;
    let (mut a, mut b) = (Socket::open(&ann).await, Socket::open(&bob).await);
    let room = b.enter(&event).await;
    a.say(&event, "seen").await;
    let mut since = b.hear("event_message").await["position"].as_i64().expect("a position");
    drop(b);
    let restarted = app.another_node().await;
    for address in [other.address, restarted.address, app.address] {
        let missed = a.say(&event, "missed").await;
        let mut b = Socket::resume(&bob.at(address), since, &[&room]).await;
        let (frames, position) = replayed(&mut b).await;
        let mut heard: Vec<_> = frames.iter().map(|frame| frame["data"].clone()).collect();
        // A node that had not read it by then pushes it a moment later; either way it comes once.
        if heard.is_empty() {
            heard.push(b.hear("event_message").await["data"].clone());
        }
        assert_eq!(heard, [missed]);
        let live = a.say(&event, "live").await;
        assert_eq!(b.hear("event_message").await["data"], live);
        since = live["position"].as_i64().expect("a position");
        assert!(since > position);
    }
}

#[tokio::test]
async fn hello_names_a_position_from_which_nothing_is_missed() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let (_, hello) = Socket::greeted(&bob, "").await;
    let since = hello["data"]["position"].as_i64().expect("a position");
    ann.request(&bob, &event).await.created();
    let mut b = Socket::resume(&bob, since, &[]).await;
    assert_eq!(b.hear("match_request_received").await["data"]["fromUser"]["username"], "ann");
    b.hear("resumed").await;
}

#[tokio::test]
async fn a_room_one_may_not_enter_is_left_out_and_the_rest_resumes() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let other = app.event().await;
    let mut a = Socket::open(&ann).await;
    let room = a.enter(&event).await;
    a.say(&event, "missed").await;
    let closed = format!("event:{other}");
    let mut b = Socket::resume(&bob, 0, &[&room, &closed, "match:x"]).await;
    let (frames, _) = replayed(&mut b).await;
    let codes: Vec<_> = frames.iter().filter_map(|frame| frame["data"]["code"].as_str()).collect();
    assert_eq!(codes, ["invalid", "not_participant"]);
    assert!(frames.iter().any(|frame| frame["data"]["content"] == "missed"));
    a.say(&event, "live").await;
    assert_eq!(b.hear("event_message").await["data"]["content"], "live");
}

#[tokio::test]
async fn what_was_missed_in_rooms_one_did_not_name_or_has_left_does_not_come() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let mut a = Socket::open(&ann).await;
    let room = a.enter(&event).await;
    a.say(&event, "missed").await;
    let mut b = Socket::resume(&bob, 0, &[]).await;
    assert!(positions(&replayed(&mut b).await.0).is_empty());
    bob.delete(&format!("/api/events/{event}/join")).await.ok();
    let mut b = Socket::resume(&bob, 0, &[&room]).await;
    let (frames, _) = replayed(&mut b).await;
    assert_eq!(frames.len(), 1, "{frames:?}");
    assert_eq!(frames[0]["data"]["code"], "not_participant");
}

#[tokio::test]
async fn a_position_that_is_none_or_of_another_log_asks_for_a_reload() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let mut a = Socket::open(&ann).await;
    let room = a.enter(&event).await;
    let (mut b, hello) = Socket::greeted(&bob, &format!("?since=999999999&rooms={room}")).await;
    let reload = b.hear("resync_required").await;
    let position = reload["data"]["position"].as_i64().expect("a position");
    assert!(hello["data"]["position"].as_i64() <= Some(position));
    a.say(&event, "after").await;
    assert_eq!(b.hear("event_message").await["data"]["content"], "after");
    let (mut b, _) = Socket::greeted(&bob, &format!("?since=soon&rooms={room}")).await;
    assert_eq!(b.hear("error").await["data"]["errors"][0]["field"], "since");
}

#[tokio::test]
async fn who_missed_too_much_or_was_away_too_long_reloads() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let room = format!("event:{event}");
    let author = Author::of(&app, &ann.id, &room);
    let first = author.post("first").await;
    let mut last = first;
    for _ in 0..20 {
        let posted = join_all((0..500).map(|_| author.post("more"))).await;
        last = posted.into_iter().max().expect("some were");
    }
    // What the other node appended is news here for a moment; after that it has been missed.
    let reached = async || Socket::greeted(&bob, "").await.1["data"]["position"].as_i64();
    while reached().await < Some(last) {
        sleep(Duration::from_millis(20)).await;
    }
    // 10,000 after the first one are few enough, one more is too many.
    let mut b = Socket::resume(&bob, first, &[&room]).await;
    assert_eq!(replayed(&mut b).await.0.len(), 10_000);
    let mut b = Socket::resume(&bob, first - 1, &[&room]).await;
    let reload = b.hear("resync_required").await;
    assert!(reload["data"]["position"].as_i64() >= Some(first + 10_000));
    author.post("after").await;
    assert_eq!(b.hear("event_message").await["data"]["content"], "after");

    sqlx::query("UPDATE events SET recorded_at = now() - interval '25 hours'")
        .execute(&app.pool)
        .await
        .expect("aged");
    let mut b = Socket::resume(&bob, first + 9_000, &[&room]).await;
    b.hear("resync_required").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_comes_back_at_whatever_moment_gets_every_message_once_in_order() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let room = format!("event:{event}");
    let author = Author::of(&app, &ann.id, &room);
    let mut here = Socket::open(&ann).await;
    here.enter(&event).await;

    // Nobody knows yet which position is the last, so it is far away until all is said.
    let (tell, told) = tokio::sync::watch::channel(i64::MAX);
    let clients = (0..6).map(|_| {
        let (bob, room, told) = (bob.clone(), room.clone(), told.clone());
        tokio::spawn(async move { come_and_go(&bob, &room, told).await })
    });
    let clients: Vec<_> = clients.collect();
    let mut said = vec![];
    for round in 0..120 {
        said.extend(join_all((0..5).map(|_| author.post("from another node"))).await);
        if round % 3 == 0 {
            said.push(here.say(&event, "from here").await["position"].as_i64().expect("one"));
        }
        sleep(Duration::from_millis(random_range(0..10))).await;
    }
    said.sort_unstable();
    tell.send(*said.last().expect("something was said")).expect("they listen");
    for client in clients {
        assert_eq!(client.await.expect("it comes to an end"), said);
    }
}

/// Comes and goes until the last position, once that is told, has come; remembers every
/// message in the order in which it came.
async fn come_and_go(
    client: &Client,
    room: &str,
    told: tokio::sync::watch::Receiver<i64>,
) -> Vec<i64> {
    let (mut heard, mut since) = (vec![], 0);
    while since < *told.borrow() {
        let mut socket = Socket::connect(client, &format!("?since={since}&rooms={room}")).await;
        let until = random_range(0..60);
        for _ in 0..until {
            let Ok(frame) = tokio::time::timeout(Duration::from_millis(200), socket.next()).await
            else {
                break;
            };
            if let Some(position) = frame["position"].as_i64() {
                assert!(position > since, "{position} comes after {since}");
                since = position;
                if frame["type"] == "event_message" {
                    heard.push(position);
                }
            }
            if frame["type"] == "resumed" {
                since = since.max(frame["data"]["position"].as_i64().expect("a position"));
            }
        }
        drop(socket);
        sleep(Duration::from_millis(random_range(0..30))).await;
    }
    heard
}
