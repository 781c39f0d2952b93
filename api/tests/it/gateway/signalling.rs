//! Signals reach the other member of an agreed match, and nobody else.

use serde_json::json;

use super::socket::Socket;
use crate::harness::TestApp;

#[tokio::test]
async fn signals_reach_every_socket_of_the_partner_as_they_were_sent() {
    let app = TestApp::start().await;
    let (ann, bob, id) = app.two_agreed().await;
    let (mut a, mut b) = (Socket::open(&ann).await, Socket::open(&bob).await);
    let mut tab = Socket::open(&bob).await;
    for (kind, field, value) in [
        ("webrtc_offer", "offer", json!({ "type": "offer", "sdp": "v=0\r\n" })),
        ("webrtc_answer", "answer", json!({ "type": "answer", "sdp": "v=0\r\n" })),
        ("webrtc_ice_candidate", "candidate", json!({ "candidate": "c", "sdpMLineIndex": 0 })),
        ("webrtc_ice_candidate", "candidate", json!(null)),
    ] {
        let sent = json!({ "matchId": id, field: value, "fromUserId": bob.id, "tab": 7 });
        assert_eq!(a.ask(kind, sent).await, Ok(json!({ "delivered": 2 })));
        let expected = json!({ "matchId": id, field: value, "fromUserId": ann.id, "tab": 7 });
        for socket in [&mut b, &mut tab] {
            let frame = socket.hear(kind).await;
            assert_eq!(frame, json!({ "type": kind, "data": expected }));
        }
    }
    let own = a.heard_so_far().await;
    assert!(own.is_empty(), "the sender hears nothing of it: {own:?}");
}

#[tokio::test]
async fn a_signal_to_somebody_who_is_offline_reaches_nobody_and_says_so() {
    let app = TestApp::start().await;
    let (ann, _, id) = app.two_agreed().await;
    let mut a = Socket::open(&ann).await;
    let offer = json!({ "matchId": id, "offer": { "type": "offer", "sdp": "v=0" } });
    assert_eq!(a.ask("webrtc_offer", offer).await, Ok(json!({ "delivered": 0 })));
}

#[tokio::test]
async fn strangers_and_those_who_have_not_agreed_reach_nobody() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let eve = app.dancer("eve").await;
    let id = ann.request(&bob, &event).await.created()["id"].clone();
    let (mut a, mut b, mut e) =
        (Socket::open(&ann).await, Socket::open(&bob).await, Socket::open(&eve).await);
    let offer = json!({ "matchId": id, "offer": { "type": "offer", "sdp": "v=0" } });
    let refused = Err("not_found".to_owned());
    assert_eq!(a.ask("webrtc_offer", offer.clone()).await, refused, "not agreed yet");

    b.ask("accept_match_request", json!({ "matchId": id })).await.expect("accepted");
    assert_eq!(e.ask("webrtc_offer", offer.clone()).await, refused, "not of the two");
    assert_eq!(a.ask("webrtc_offer", offer.clone()).await, Ok(json!({ "delivered": 1 })));
    assert_eq!(e.ask("webrtc_offer", offer.clone()).await, refused, "still not of the two");
    b.hear("webrtc_offer").await;

    let id = id.as_str().expect("an id");
    ann.move_match(id, "cancelled").await.ok();
    assert_eq!(a.ask("webrtc_offer", offer.clone()).await, refused, "called off");
    assert_eq!(b.ask("webrtc_offer", offer).await, refused, "called off");
    let heard = b.heard_so_far().await;
    assert!(heard.iter().all(|frame| frame["type"] != "webrtc_offer"), "{heard:?}");
}

#[tokio::test]
async fn the_two_of_a_completed_match_are_done_handing_over() {
    let app = TestApp::start().await;
    let (ann, bob, id) = app.two_done().await;
    let (mut a, _b) = (Socket::open(&ann).await, Socket::open(&bob).await);
    let offer = json!({ "matchId": id, "offer": { "type": "offer", "sdp": "v=0" } });
    assert_eq!(a.ask("webrtc_offer", offer).await, Err("not_found".to_owned()));
}

#[tokio::test]
async fn a_signal_that_is_too_large_is_refused() {
    let app = TestApp::start().await;
    let (ann, _, id) = app.two_agreed().await;
    let mut a = Socket::open(&ann).await;
    let sdp = "v".repeat(32 * 1024 + 1);
    let offer = json!({ "matchId": id, "offer": { "type": "offer", "sdp": sdp } });
    assert_eq!(a.ask("webrtc_offer", offer).await, Err("invalid".to_owned()));
    let candidate = json!({ "matchId": id, "candidate": { "candidate": "c".repeat(2 * 1024) } });
    assert_eq!(a.ask("webrtc_ice_candidate", candidate).await, Err("invalid".to_owned()));
}
