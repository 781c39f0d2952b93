//! Chat and matches over the socket.

use serde_json::{Value, json};
use uuid::Uuid;

use super::socket::Socket;
use crate::harness::{TestApp, Text};

#[tokio::test]
async fn what_is_said_in_a_room_reaches_everybody_in_it_as_it_was_acked() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let (mut a, mut b) = (Socket::open(&ann).await, Socket::open(&bob).await);
    let mut tab = Socket::open(&ann).await;
    for socket in [&mut a, &mut b, &mut tab] {
        socket.enter(&event).await;
    }
    let acked = a.say(&event, "hello 💃").await;
    assert_eq!(acked["username"], "ann");
    assert_eq!(acked["content"], "hello 💃");
    assert_eq!(acked["type"], "text");
    for socket in [&mut a, &mut b, &mut tab] {
        let frame = socket.hear("event_message").await;
        assert_eq!(frame["data"], acked);
        assert_eq!(frame["position"], acked["position"]);
    }
    let listed = bob.get(&format!("/api/events/{event}/messages")).await.ok();
    assert_eq!(listed["items"], json!([acked]));
}

#[tokio::test]
async fn a_message_sent_again_is_stored_once_and_acked_as_it_is_stored() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let (mut a, mut b) = (Socket::open(&ann).await, Socket::open(&bob).await);
    b.enter(&event).await;
    let id = Uuid::now_v7().to_string();
    let message = json!({ "eventId": event, "content": "once", "messageId": id });
    let first = a.ask("send_event_message", message.clone()).await.expect("said");
    assert_eq!(first["id"], json!(id));
    a.say(&event, "in between").await;
    let again = a.ask("send_event_message", message).await.expect("acked again");
    assert_eq!(again, first);
    let changed = json!({ "eventId": event, "content": "twice", "messageId": id });
    let refused = a.ask("send_event_message", changed.clone()).await;
    assert_eq!(refused, Err("idempotency_key_reused".to_owned()));
    assert_eq!(b.ask("send_event_message", changed).await, refused);
    let heard = b.heard_so_far().await;
    let said: Vec<_> = heard
        .iter()
        .filter(|frame| frame["type"] == "event_message")
        .map(|frame| frame["data"]["content"].text())
        .collect();
    assert_eq!(said, ["once", "in between"]);
}

#[tokio::test]
async fn two_people_match_and_talk_over_the_socket_alone() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let (mut a, mut b) = (Socket::open(&ann).await, Socket::open(&bob).await);

    let wish = json!({ "targetUserId": bob.id, "eventId": event });
    let asked = a.ask("send_match_request", wish.clone()).await.expect("asked");
    let id = asked["id"].text();
    assert_eq!(asked, ann.get(&format!("/api/matches/{id}")).await.ok());
    assert_eq!(a.ask("send_match_request", wish).await, Err("match_exists".to_owned()));
    let received = b.hear("match_request_received").await;
    assert_eq!(received["data"]["matchId"], json!(id));
    assert_eq!(received["data"]["fromUser"]["username"], "ann");
    assert_eq!(received["data"]["event"]["id"], json!(event));

    let of_match = json!({ "matchId": id });
    let early = b.ask("join_private_room", of_match.clone()).await;
    assert_eq!(early, Err("not_found".to_owned()));
    let own = a.ask("accept_match_request", of_match.clone()).await;
    assert_eq!(own, Err("illegal_transition".to_owned()));
    let accepted = b.ask("accept_match_request", of_match.clone()).await.expect("accepted");
    assert_eq!(accepted["status"], "accepted");
    assert_eq!(accepted["partner"]["username"], "ann");
    assert_eq!(a.hear("match_accepted").await["data"]["partner"]["username"], "bob");
    assert_eq!(b.hear("match_accepted").await["data"]["partner"]["username"], "ann");

    assert_eq!(a.enter_private(&id).await, accepted["roomId"].text());
    b.enter_private(&id).await;
    let link = json!({ "matchId": id, "content": "https://example.com/v", "type": "link" });
    let sent = b.ask("send_private_message", link).await.expect("sent");
    let got = a.hear("private_message").await;
    assert_eq!(got["data"], sent);
    assert_eq!((&got["data"]["type"], &got["data"]["matchId"]), (&json!("link"), &json!(id)));

    ann.move_match(&id, "completed").await.ok();
    assert_eq!(b.hear("match_completed").await["data"]["partner"]["username"], "ann");
    ann.rate(&id, 5).await.created();
    bob.rate(&id, 4).await.created();
    for socket in [&mut a, &mut b] {
        assert_eq!(socket.hear("rating_revealed").await["data"], of_match);
    }
}

#[tokio::test]
async fn a_declined_request_and_a_match_called_off_are_told_to_both() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let cleo = app.dancer("cleo").await;
    cleo.join(&event).await;
    let (mut a, mut b) = (Socket::open(&ann).await, Socket::open(&bob).await);

    let wish = json!({ "targetUserId": bob.id, "eventId": event });
    let id = a.ask("send_match_request", wish).await.expect("asked")["id"].text();
    let declined = b.ask("decline_match_request", json!({ "matchId": id })).await.expect("so");
    assert_eq!(declined["status"], "declined");
    assert_eq!(a.hear("match_declined").await["data"]["partner"]["username"], "bob");
    assert_eq!(b.hear("match_declined").await["data"]["partner"]["username"], "ann");

    let mut c = Socket::open(&cleo).await;
    let id = ann.request(&cleo, &event).await.created()["id"].text();
    ann.move_match(&id, "cancelled").await.ok();
    assert_eq!(c.hear("match_cancelled").await["data"]["partner"]["username"], "ann");
    assert_eq!(a.hear("match_cancelled").await["data"]["partner"]["username"], "cleo");
    assert_eq!(b.heard_so_far().await.len(), 1, "only the request that was declined");
}

#[tokio::test]
async fn a_new_name_is_shown_from_the_next_message_on() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let (mut a, mut b) = (Socket::open(&ann).await, Socket::open(&bob).await);
    b.enter(&event).await;
    a.say(&event, "as ann").await;
    let avatar = "https://example.com/annie.webp";
    ann.patch("/api/users/me", json!({ "username": "annie", "avatar": avatar })).await.ok();
    assert_eq!(a.say(&event, "as annie").await["username"], "annie");
    assert_eq!(b.hear("event_message").await["data"]["username"], "ann");
    let frame = b.hear("event_message").await;
    assert_eq!(
        (&frame["data"]["username"], &frame["data"]["avatar"]),
        (&json!("annie"), &json!(avatar))
    );
}

#[tokio::test]
async fn messages_of_one_sender_keep_their_order() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let (mut a, mut b) = (Socket::open(&ann).await, Socket::open(&bob).await);
    b.enter(&event).await;
    for number in 0..50 {
        let frame = json!({ "type": "send_event_message",
            "data": { "eventId": event, "content": number.to_string() } });
        a.send(frame.to_string().into()).await;
    }
    for number in 0..50 {
        let frame: Value = b.hear("event_message").await;
        assert_eq!(frame["data"]["content"], number.to_string());
    }
}
