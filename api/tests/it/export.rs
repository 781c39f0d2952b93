//! What one is given of what is held about oneself.

use domain::values::account::Role;
use reqwest::Method;
use reqwest::header::ACCEPT;
use serde_json::{Value, json};

use crate::gateway::socket::Socket;
use crate::harness::{Answer, TestApp, Text};
use crate::passkeys;

const EXPORT: &str = "/api/users/me/export";

#[tokio::test]
async fn all_that_is_held_is_given_and_nothing_of_others() {
    let app = TestApp::start().await;
    let (ann, bob, id) = app.two_agreed().await;
    ann.patch("/api/users/me", json!({ "bio": "Follows <b>gladly</b>." })).await.ok();
    let (mut a, mut b) = (Socket::open(&ann).await, Socket::open(&bob).await);
    for (socket, content) in [(&mut a, "mine"), (&mut b, "his alone")] {
        let said = json!({ "matchId": id, "content": content });
        socket.ask("send_private_message", said).await.expect("said");
    }
    let filed = json!({ "reportedUserId": bob.id, "reason": "spam", "details": "Sells shoes." });
    let report = ann.post("/api/reports", filed).await.created()["id"].text();
    let moderator = app.dancer_with_role("mona", Role::Moderator).await;
    let closed = json!({ "status": "resolved", "resolution": "Knows him.", "outcome": "warned" });
    moderator.patch(&format!("/api/reports/{report}"), closed).await.ok();
    ann.move_match(&id, "completed").await.ok();
    ann.rate(&id, 5).await.created();
    bob.rate(&id, 2).await.created();
    let (_, device) = passkeys::add(&ann).await;

    let all = ann.get(EXPORT).await;
    assert_eq!(all.header("content-disposition"), "attachment; filename=\"spotlight.cam.json\"");
    let all = all.ok();
    assert_eq!(all["account"]["email"], "ann@example.com");
    assert_eq!(all["messages"].as_array().map(Vec::len), Some(1));
    assert_eq!(all["messages"][0]["content"], "mine");
    assert_eq!(all["matches"][0]["partner"], "bob");
    assert_eq!(all["events"].as_array().map(Vec::len), Some(1));
    assert_eq!(all["ratingsGiven"][0]["score"], 5);
    assert_eq!(all["ratingsReceived"][0]["score"], 2);
    assert_eq!(all["reportsFiled"][0]["details"], "Sells shoes.");
    assert_eq!(all["reportsFiled"][0]["outcome"], "warned");
    assert_eq!(all["sessions"].as_array().map(Vec::len), Some(1));
    assert_eq!(all["passkeys"][0]["name"], "My phone");
    let history: Vec<_> =
        all["accountHistory"].as_array().expect("rows").iter().map(|row| &row["type"]).collect();
    assert_eq!(history, ["Registered", "ProfileUpdated"]);
    let text = all.to_string();
    for secret in ["his alone", "Knows him", "argon2", "refresh", "bob@example.com", &device.name()]
    {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}

#[tokio::test]
async fn what_a_partner_said_stays_hidden_until_both_have_rated() {
    let app = TestApp::start().await;
    let (ann, bob, id) = app.two_done().await;
    bob.rate(&id, 1).await.created();
    assert_eq!(ann.get(EXPORT).await.ok()["ratingsReceived"], json!([]));
    assert_eq!(bob.get(EXPORT).await.ok()["ratingsGiven"][0]["score"], 1);
}

#[tokio::test]
async fn a_browser_gets_a_page_in_which_what_people_wrote_stays_text() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    ann.patch("/api/users/me", json!({ "bio": "<img src=x onerror=alert(1)>" })).await.ok();
    let by_browser = ann.as_page(Method::GET, EXPORT).header(ACCEPT, "text/html,*/*;q=0.8");
    for page in [Answer::to(by_browser).await, ann.get(&format!("{EXPORT}?format=html")).await] {
        assert!(page.header("content-type").starts_with("text/html"), "{page:?}");
        let Value::String(html) = page.ok() else { panic!("no page") };
        assert!(html.contains("ann@example.com") && html.contains("&lt;img src=x"), "{html}");
        assert!(!html.contains("<img"), "{html}");
    }
    assert_eq!(ann.get(&format!("{EXPORT}?format=pdf")).await.problem(), "invalid");
    assert_eq!(app.stranger().get(EXPORT).await.problem(), "unauthenticated");
}
