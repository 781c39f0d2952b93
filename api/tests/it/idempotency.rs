//! What is sent twice happens once.

use futures::future::join_all;
use reqwest::Method;
use serde_json::json;

use crate::avatars::{self, photo};
use crate::harness::{Answer, PASSWORD, TestApp};
use crate::mail::{after, mail, mails};

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
async fn what_is_sent_before_signing_in_is_answered_as_the_first_time_too() {
    const RESET: &str = "Set a new password";
    let app = TestApp::start().await;
    app.dancer("ann").await;
    let stranger = app.stranger();
    let forgot = json!({ "email": "ann@example.com" });
    for _ in 0..2 {
        let asked = stranger.post_with_key("/api/auth/forgot-password", "f", forgot.clone()).await;
        asked.is(202);
    }
    let letter = mail(&app, RESET).await;
    let token = after(&letter, "/reset-password#token=");

    let reset = json!({ "token": token, "password": "brand new words" });
    let first = stranger.post_with_key("/api/auth/reset-password", "r", reset.clone()).await;
    first.is(204);
    let again = stranger.post_with_key("/api/auth/reset-password", "r", reset.clone()).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (204, "true"));
    let anew = stranger.post("/api/auth/reset-password", reset).await;
    assert_eq!(anew.problem(), "invalid_token");

    // It follows everything that was asked for before.
    mail(&app, "Your password was changed").await;
    let letters = mails(&app).await.into_iter().filter(|mail| mail.contains(RESET));
    assert_eq!(letters.count(), 1);
}

#[tokio::test]
async fn a_picture_that_is_sent_again_does_not_come_back() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let put = async |key: &str, shade| {
        let request = ann.as_page(Method::PUT, avatars::OWN).header("Idempotency-Key", key);
        Answer::to(request.header("Content-Type", "image/jpeg").body(photo(shade))).await.ok()
    };
    let first = put("one", 10).await;
    let second = put("two", 200).await;
    assert_ne!(first["avatar"], second["avatar"]);
    assert_eq!(put("one", 10).await, first);
    assert_eq!(ann.get("/api/users/me").await.ok()["avatar"], second["avatar"]);
}

#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let answer = ann.post_with_key("/api/reports", &"k".repeat(256), json!({})).await;
    assert_eq!((answer.problem(), answer.fields()), ("invalid", vec!["Idempotency-Key"]));
}
