use serde_json::{Value, json};

use super::Cast;
use super::For::{self, Members, Participants, SignedIn};
use crate::gateway::socket::Socket;

const FRAMES: &[(&str, For)] = &[
    ("ping", SignedIn),
    ("typing", Participants),
    ("join_event_room", Participants),
    ("leave_event_room", SignedIn),
    ("send_event_message", Participants),
    ("join_private_room", Members),
    ("leave_private_room", SignedIn),
    ("send_private_message", Members),
    ("send_match_request", Participants),
    ("accept_match_request", Members),
    ("decline_match_request", Members),
    ("mark_read", Members),
    ("webrtc_offer", Members),
    ("webrtc_answer", Members),
    ("webrtc_ice_candidate", Members),
];

/// What would refuse them for who they are.
const REFUSALS: [&str; 3] = ["forbidden", "not_participant", "not_found"];

#[tokio::test]
async fn every_frame_is_for_whom_it_is_meant_and_for_nobody_else() {
    let cast = Cast::gather().await;
    let mut wrong = vec![];
    for persona in &cast.personas {
        let Some(dancer) = &persona.dancer else { continue };
        let mut socket = Socket::open(dancer).await;
        for (kind, what) in FRAMES {
            let refusal = socket.ask(kind, data(kind, &cast)).await.err();
            let refusal = refusal.filter(|code| REFUSALS.contains(&code.as_str()));
            if refusal.as_deref() != persona.refusal(*what) {
                let (name, expected) = (persona.name, persona.refusal(*what));
                wrong.push(format!("{kind} for {name}: {refusal:?}, not {expected:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn every_frame_there_is_stands_in_the_table() {
    let document = include_str!("../../../../docs/websocket.md");
    let from_clients = document.split("## Client → server").nth(1).expect("what clients send");
    let from_clients = from_clients.split("\n## ").next().expect("up to the next part");
    let headings = from_clients.lines().filter_map(|line| line.strip_prefix("### `"));
    let documented: Vec<_> = headings.filter_map(|heading| heading.strip_suffix('`')).collect();
    // That the document has every frame is another test's business.
    for kind in documented {
        assert!(FRAMES.iter().any(|(name, _)| *name == kind), "{kind} is not in the table");
    }
}

/// Fits all of them: what a frame does not know it leaves alone.
fn data(kind: &str, cast: &Cast) -> Value {
    if kind == "typing" {
        return json!({ "eventId": cast.event });
    }
    if kind == "mark_read" {
        return json!({ "matchId": cast.match_id, "position": 1 });
    }
    json!({ "eventId": cast.event, "matchId": cast.match_id, "targetUserId": cast.partner,
        "content": "hello", "offer": { "type": "offer", "sdp": "v=0" },
        "answer": { "type": "answer", "sdp": "v=0" }, "candidate": null })
}
