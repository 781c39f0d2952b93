//! Who may be in which room.

use serde_json::json;

use super::socket::Socket;
use crate::harness::{TestApp, Text};

#[tokio::test]
async fn only_who_takes_part_enters_an_event_s_room_or_speaks_in_it() {
    let app = TestApp::start().await;
    let (ann, _, event) = app.two_dancers().await;
    let eve = app.dancer("eve").await;
    let (mut a, mut e) = (Socket::open(&ann).await, Socket::open(&eve).await);
    a.enter(&event).await;
    let of_event = json!({ "eventId": event });
    assert_eq!(e.ask("join_event_room", of_event).await, Err("not_participant".to_owned()));
    let words = json!({ "eventId": event, "content": "let me in" });
    assert_eq!(e.ask("send_event_message", words).await, Err("not_participant".to_owned()));
    a.say(&event, "members only").await;
    assert!(e.heard_so_far().await.is_empty());
    let nowhere = json!({ "eventId": "01920000-0000-7000-8000-000000000000" });
    assert!(e.ask("join_event_room", nowhere).await.is_err());
}

#[tokio::test]
async fn who_leaves_an_event_is_out_of_its_room_and_others_are_not() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let (mut a, mut b) = (Socket::open(&ann).await, Socket::open(&bob).await);
    a.enter(&event).await;
    b.enter(&event).await;
    bob.delete(&format!("/api/events/{event}/join")).await.ok();
    let said = a.say(&event, "bob has gone").await;
    assert_eq!(a.hear("event_message").await["data"], said);
    assert!(b.heard_so_far().await.iter().all(|frame| frame["type"] != "event_message"));
    let refused = b.ask("join_event_room", json!({ "eventId": event })).await;
    assert_eq!(refused, Err("not_participant".to_owned()));
    bob.join(&event).await;
    b.enter(&event).await;
    a.say(&event, "bob is back").await;
    assert_eq!(b.hear("event_message").await["data"]["content"], "bob is back");
}

#[tokio::test]
async fn a_room_that_was_left_is_silent() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let (mut a, mut b) = (Socket::open(&ann).await, Socket::open(&bob).await);
    b.enter(&event).await;
    let of_event = json!({ "eventId": event });
    assert_eq!(b.ask("leave_event_room", of_event.clone()).await, Ok(json!({})));
    assert_eq!(b.ask("leave_event_room", of_event).await, Ok(json!({})));
    a.say(&event, "anybody here?").await;
    assert!(b.heard_so_far().await.iter().all(|frame| frame["type"] != "event_message"));
}

#[tokio::test]
async fn a_private_room_is_for_the_two_and_ends_with_their_match() {
    let app = TestApp::start().await;
    let (ann, bob, id) = app.two_agreed().await;
    let eve = app.dancer("eve").await;
    let (mut a, mut b, mut e) =
        (Socket::open(&ann).await, Socket::open(&bob).await, Socket::open(&eve).await);
    let of_match = json!({ "matchId": id });
    assert_eq!(e.ask("join_private_room", of_match.clone()).await, Err("not_found".to_owned()));
    let words = json!({ "matchId": id, "content": "hi" });
    assert_eq!(e.ask("send_private_message", words.clone()).await, Err("not_found".to_owned()));
    a.enter_private(&id).await;
    b.enter_private(&id).await;
    b.ask("send_private_message", words.clone()).await.expect("said");
    assert_eq!(a.hear("private_message").await["data"]["content"], "hi");
    ann.move_match(&id, "cancelled").await.ok();
    assert_eq!(b.ask("send_private_message", words).await, Err("not_found".to_owned()));
    assert_eq!(a.ask("join_private_room", of_match).await, Err("not_found".to_owned()));
}

#[tokio::test]
async fn a_socket_is_in_a_hundred_rooms_at_most() {
    let app = TestApp::start().await;
    let organizer =
        app.dancer_with_role("organizer", domain::values::account::Role::Organizer).await;
    let mut socket = Socket::open(&organizer).await;
    let mut events = vec![];
    for number in 0..101 {
        let event = organizer.announce(&format!("Night {number}"), "2026-12-04").await;
        organizer.join(&event).await;
        events.push(event);
    }
    for event in &events[..100] {
        socket.enter(event).await;
    }
    let one_more = json!({ "eventId": events[100] });
    let refused = socket.ask("join_event_room", one_more.clone()).await;
    assert_eq!(refused, Err("rate_limited".to_owned()));
    socket.enter(&events[0]).await;
    socket.ask("leave_event_room", json!({ "eventId": events[0] })).await.expect("left");
    let entered = socket.ask("join_event_room", one_more).await.expect("entered");
    assert_eq!(entered["roomId"].text(), format!("event:{}", events[100]));
}
