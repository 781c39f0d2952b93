//! What is sent twice happens once.

use futures::future::join_all;
use serde_json::json;

use crate::harness::{PASSWORD, TestApp};

#[tokio::test]
async fn the_same_key_and_request_is_answered_as_the_first_time_and_appends_nothing() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let ask = json!({ "targetUserId": bob.id, "eventId": event });
    let first = ann.post_with_key("/api/matches", "one", ask.clone()).await;
    let length = app.log_length().await;
    // What happens in between changes nothing of the answer.
    let id = first.body["id"].as_str().expect("an id");
    bob.move_match(id, "accepted").await.ok();

    let again = ann.post_with_key("/api/matches", "one", ask.clone()).await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(again.header("content-type"), "application/json");
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(app.log_length().await, length + 1);
    assert_eq!(ann.post("/api/matches", ask.clone()).await.problem(), "match_exists");

    // Another's key of the same name is another key.
    let swapped = json!({ "targetUserId": ann.id, "eventId": event });
    assert_eq!(bob.post_with_key("/api/matches", "one", swapped).await.problem(), "match_exists");
}

#[tokio::test]
async fn a_refusal_is_repeated_too() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let id = ann.request(&bob, &event).await.created()["id"].clone();
    let rating = json!({ "matchId": id, "score": 5, "wouldCollaborateAgain": true });
    let first = ann.post_with_key("/api/ratings", "early", rating.clone()).await;
    assert_eq!(first.problem(), "not_completed");
    let again = ann.post_with_key("/api/ratings", "early", rating).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!((again.problem(), &again.body), (first.problem(), &first.body));
}

#[tokio::test]
async fn the_same_key_with_another_request_is_refused() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let report = |reason: &str| json!({ "reportedUserId": ann.id, "reason": reason });
    ann.post_with_key("/api/reports", "one", report("spam")).await;
    let other = ann.post_with_key("/api/reports", "one", report("other")).await;
    assert_eq!(other.problem(), "idempotency_key_reused");
    let elsewhere = ann.post_with_key("/api/matches", "one", report("spam")).await;
    assert_eq!(elsewhere.problem(), "idempotency_key_reused");
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_at_once_with_one_key_are_one() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let before = app.log_length().await;
    let ask = json!({ "targetUserId": bob.id, "eventId": event });
    let asking = (0..30).map(|_| ann.post_with_key("/api/matches", "burst", ask.clone()));
    let answers = join_all(asking).await;
    for answer in &answers {
        assert_eq!((answer.status, &answer.body), (201, &answers[0].body));
    }
    assert_eq!(app.log_length().await, before + 1);
}

#[tokio::test]
async fn registering_twice_with_one_key_makes_one_account() {
    let app = TestApp::start().await;
    let body = json!({ "username": "ann", "email": "ann@example.com", "password": PASSWORD });
    let stranger = app.stranger();
    let first = stranger.post_with_key("/api/auth/register", "k", body.clone()).await;
    let again = app.stranger().post_with_key("/api/auth/register", "k", body.clone()).await;
    assert_eq!((again.status, again.body), (201, first.body));
    assert_eq!(app.log_length().await, 1);
    // Neither the answer's session nor the password is kept.
    assert_eq!(again.headers.get("set-cookie"), None);
    let kept: Vec<u8> = sqlx::query_scalar("SELECT body FROM idempotent_answers")
        .fetch_one(&app.pool)
        .await
        .expect("an answer");
    assert!(!String::from_utf8_lossy(&kept).contains(PASSWORD));
}

#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let answer = ann.post_with_key("/api/reports", &"k".repeat(256), json!({})).await;
    assert_eq!((answer.problem(), answer.fields()), ("invalid", vec!["Idempotency-Key"]));
}
