//! Who sees that somebody is typing, and how far they have read.

use serde_json::{Value, json};

use super::nodes::reaches;
use super::socket::Socket;
use crate::harness::{Dancer, TestApp, Text};

async fn prefer(dancer: &Dancer, preferences: Value) {
    dancer.patch("/api/users/me/preferences", preferences).await.ok();
}

async fn unread(dancer: &Dancer) -> Vec<(String, i64)> {
    let waiting = dancer.get("/api/unread").await.ok();
    let rooms = waiting["items"].as_array().expect("items").iter();
    let rooms: Vec<_> = rooms
        .map(|room| (room["roomId"].text(), room["count"].as_i64().expect("a number")))
        .collect();
    assert_eq!(waiting["total"], json!(rooms.iter().map(|(_, count)| count).sum::<i64>()));
    rooms
}

/// Two who have agreed, both in their room.
async fn two_talking(app: &TestApp) -> ((Dancer, Socket), (Dancer, Socket), String) {
    let (ann, bob, id) = app.two_agreed().await;
    let (mut a, mut b) = (Socket::open(&ann).await, Socket::open(&bob).await);
    a.enter_private(&id).await;
    b.enter_private(&id).await;
    ((ann, a), (bob, b), id)
}

async fn say(socket: &mut Socket, id: &str, content: &str) -> i64 {
    let said = json!({ "matchId": id, "content": content });
    let said = socket.ask("send_private_message", said).await.expect("said");
    said["position"].as_i64().expect("a position")
}

#[tokio::test]
async fn the_partner_sees_who_is_typing_and_who_types_does_not() {
    let app = TestApp::start().await;
    let ((ann, mut a), (_, mut b), id) = two_talking(&app).await;
    let (mut tab, room) = (Socket::open(&ann).await, format!("match:{id}"));
    tab.enter_private(&id).await;

    for _ in 0..3 {
        a.ask("typing", json!({ "matchId": id })).await.expect("told");
    }
    let told = b.hear("typing").await;
    let data = json!({ "roomId": room, "matchId": id, "userId": ann.id, "username": "ann" });
    assert_eq!(told, json!({ "type": "typing", "data": data }));
    // Told once, as it was asked at once, and to nobody else.
    for socket in [&mut a, &mut b, &mut tab] {
        let heard = socket.heard_so_far().await;
        assert!(heard.iter().all(|frame| frame["type"] != "typing"), "{heard:?}");
    }
}

#[tokio::test]
async fn everybody_at_an_event_sees_who_is_typing_there() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let (mut a, mut b) = (Socket::open(&ann).await, Socket::open(&bob).await);
    a.enter(&event).await;
    b.enter(&event).await;
    a.ask("typing", json!({ "eventId": event })).await.expect("told");
    assert_eq!(b.hear("typing").await["data"]["eventId"], json!(event));

    let nobody = a.ask("typing", json!({})).await;
    assert_eq!(nobody, Err("invalid".to_owned()));
    let both = json!({ "eventId": event, "matchId": event });
    assert_eq!(a.ask("typing", both).await, Err("invalid".to_owned()));
}

#[tokio::test]
async fn who_does_not_wish_to_show_it_types_unseen() {
    let app = TestApp::start().await;
    let ((ann, mut a), (_, mut b), id) = two_talking(&app).await;
    prefer(&ann, json!({ "typing": false })).await;
    a.ask("typing", json!({ "matchId": id })).await.expect("taken");
    let heard = b.heard_so_far().await;
    assert!(heard.iter().all(|frame| frame["type"] != "typing"), "{heard:?}");
}

#[tokio::test]
async fn the_partner_sees_how_far_one_has_read_at_once_and_when_they_come_back() {
    let app = TestApp::start().await;
    let ((ann, mut a), (bob, mut b), id) = two_talking(&app).await;
    let (first, second) = (say(&mut a, &id, "one").await, say(&mut a, &id, "two").await);
    b.ask("mark_read", json!({ "matchId": id, "position": second })).await.expect("noted");
    let read = a.hear("room_read").await;
    let room = format!("match:{id}");
    let data = json!({ "roomId": room, "matchId": id, "userId": bob.id, "position": second });
    assert_eq!(read, json!({ "type": "room_read", "data": data }));

    // Nobody unreads anything.
    let back = json!({ "matchId": id, "position": first });
    assert_eq!(b.ask("mark_read", back).await, Ok(json!({ "position": second })));
    let mut again = Socket::open(&ann).await;
    let ack = again.ask("join_private_room", json!({ "matchId": id })).await.expect("entered");
    assert_eq!(ack["partnerReadUpTo"], json!(second));
    let beyond = json!({ "matchId": id, "position": second + 1_000 });
    assert_eq!(b.ask("mark_read", beyond).await, Err("invalid".to_owned()));
}

#[tokio::test]
async fn receipts_are_seen_only_where_both_show_theirs() {
    let app = TestApp::start().await;
    let ((ann, mut a), (bob, mut b), id) = two_talking(&app).await;
    let position = say(&mut a, &id, "one").await;
    // Ann shows nothing of hers, so she sees nothing of Bob's.
    prefer(&ann, json!({ "readReceipts": false })).await;
    b.ask("mark_read", json!({ "matchId": id, "position": position })).await.expect("noted");
    let heard = a.heard_so_far().await;
    assert!(heard.iter().all(|frame| frame["type"] != "room_read"), "{heard:?}");
    for who in [&ann, &bob] {
        let mut socket = Socket::open(who).await;
        let ack = socket.ask("join_private_room", json!({ "matchId": id })).await.expect("in");
        assert_eq!(ack["partnerReadUpTo"], Value::Null);
    }
}

#[tokio::test]
async fn a_block_ends_typing_and_receipts() {
    let app = TestApp::start().await;
    let ((ann, mut a), (bob, mut b), id) = two_talking(&app).await;
    let position = say(&mut a, &id, "one").await;
    b.heard_so_far().await;
    bob.post(&format!("/api/users/{}/block", ann.id), Value::Null).await.is(204);
    let typing = a.ask("typing", json!({ "matchId": id })).await;
    assert_eq!(typing, Err("not_found".to_owned()));
    // The match may have been ended by now, or not yet: Ann hears nothing either way.
    let _ = b.ask("mark_read", json!({ "matchId": id, "position": position })).await;
    let heard = a.heard_so_far().await;
    assert!(heard.iter().all(|frame| frame["type"] != "room_read"), "{heard:?}");
}

#[tokio::test]
async fn what_others_said_since_one_joined_waits_until_it_is_read() {
    let app = TestApp::start().await;
    let ((ann, mut a), (bob, mut b), id) = two_talking(&app).await;
    let event = ann.get("/api/matches").await.ok()["items"][0]["event"]["id"].text();
    let (hall, room) = (format!("event:{event}"), format!("match:{id}"));
    a.say(&event, "before Cleo came").await;
    assert_eq!(unread(&ann).await, []);
    let cleo = app.dancer("cleo").await;
    cleo.join(&event).await;
    assert_eq!(unread(&cleo).await, []);

    let said = a.say(&event, "hello").await;
    let position = say(&mut a, &id, "to Bob").await;
    assert_eq!(unread(&cleo).await, [(hall.clone(), 1)]);
    assert_eq!(unread(&bob).await, [(room.clone(), 1), (hall.clone(), 2)]);

    // Read on one device, it is read on the others.
    let mut tab = Socket::open(&bob).await;
    let all = json!({ "eventId": event, "position": said["position"] });
    b.ask("mark_read", all).await.expect("noted");
    assert_eq!(tab.hear("room_read").await["data"]["roomId"], json!(hall));
    assert_eq!(unread(&bob).await, [(room, 1)]);
    b.ask("mark_read", json!({ "matchId": id, "position": position })).await.expect("noted");
    assert_eq!(unread(&bob).await, []);
}

#[tokio::test]
async fn who_does_not_wish_to_have_it_counted_has_nothing_unread() {
    let app = TestApp::start().await;
    let ((_, mut a), (bob, _), id) = two_talking(&app).await;
    say(&mut a, &id, "one").await;
    prefer(&bob, json!({ "unreadCounts": false })).await;
    assert_eq!(unread(&bob).await, []);
    let kept = bob.get("/api/users/me/preferences").await.ok();
    assert_eq!(kept, json!({ "typing": true, "readReceipts": true, "unreadCounts": false }));
    let wrong = bob.patch("/api/users/me/preferences", json!({ "typing": "no" })).await;
    assert_eq!((wrong.problem(), wrong.fields()), ("invalid", vec!["typing"]));
}

#[tokio::test]
async fn typing_and_receipts_reach_the_partner_on_another_node() {
    let (app, other) = TestApp::two_nodes(None).await;
    let (ann, bob, id) = app.two_agreed().await;
    let (mut a, mut b) = (Socket::open(&ann).await, Socket::open(&bob.at(other.address)).await);
    a.enter_private(&id).await;
    b.enter_private(&id).await;
    let position = say(&mut a, &id, "one").await;
    for socket in [&mut a, &mut b] {
        reaches(socket, &id, 1).await;
    }
    a.ask("typing", json!({ "matchId": id })).await.expect("told");
    assert_eq!(b.hear("typing").await["data"]["userId"], json!(ann.id));
    b.ask("mark_read", json!({ "matchId": id, "position": position })).await.expect("noted");
    assert_eq!(a.hear("room_read").await["data"]["position"], json!(position));
}
