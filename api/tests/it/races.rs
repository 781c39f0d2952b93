//! Many at once.

use std::time::Duration;

use futures::future::join_all;
use serde_json::json;
use sqlx::{Postgres, Transaction};

use crate::harness::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn fifty_simultaneous_requests_in_both_directions_make_one_match() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let before = app.log_length().await;

    let asking = (0..50).map(|n| {
        let (asker, asked) = if n % 2 == 0 { (&ann, &bob) } else { (&bob, &ann) };
        asker.request(asked, &event)
    });
    let answers = join_all(asking).await;

    let created = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(created, 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.problem(), "match_exists");
    }
    assert_eq!(app.log_length().await, before + 1);
    let matches = ann.get("/api/matches").await.ok();
    assert_eq!(matches["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_simultaneous_ratings_make_one() {
    let app = TestApp::start().await;
    let (ann, bob, id) = app.two_done().await;
    let before = app.log_length().await;

    let answers = join_all((0..40).map(|n| ann.rate(&id, 1 + n % 5))).await;

    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.problem(), "already_rated");
    }
    assert_eq!(app.log_length().await, before + 1);
    // It shows once Bob has rated too.
    bob.rate(&id, 5).await.created();
    let stats = bob.get(&format!("/api/ratings/stats/{}", bob.id)).await.ok();
    assert_eq!(stats["count"], json!(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_who_want_one_username_one_gets_it() {
    let app = TestApp::start().await;
    let wanting = (0..20).map(|n| {
        let name = if n % 2 == 0 { "anna" } else { "ANNA" };
        let body = json!({ "username": name, "email": format!("anna{n}@example.com"),
                           "password": "west-coast-swing" });
        let stranger = app.stranger();
        async move { stranger.post("/api/auth/register", body).await }
    });
    let answers = join_all(wanting).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.problem(), "username_taken");
    }
}

#[tokio::test]
async fn of_two_changes_of_a_profile_at_once_neither_takes_the_other_back() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    // Both are decided before either is stored.
    let mut slow = app.pool.begin().await.expect("a transaction");
    sqlx::query("SELECT pg_advisory_xact_lock(7306925)").execute(&mut *slow).await.expect("locked");
    let (bio, country, ()) = tokio::join!(
        ann.patch("/api/users/me", json!({ "bio": "from Tartu" })),
        ann.patch("/api/users/me", json!({ "country": "EE" })),
        release(slow)
    );
    bio.ok();
    country.ok();
    let now = ann.get("/api/users/me").await.ok();
    assert_eq!((&now["bio"], &now["country"]), (&json!("from Tartu"), &json!("EE")));
}

#[tokio::test]
async fn of_two_changes_of_preferences_at_once_neither_takes_the_other_back() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let all = "/api/users/me/preferences";
    ann.patch(all, json!({ "unreadCounts": false })).await.ok();
    let mut slow = app.pool.begin().await.expect("a transaction");
    sqlx::query("SELECT FROM preferences FOR UPDATE").execute(&mut *slow).await.expect("locked");
    let (typing, receipts, ()) = tokio::join!(
        ann.patch(all, json!({ "typing": false })),
        ann.patch(all, json!({ "readReceipts": false })),
        release(slow)
    );
    typing.ok();
    receipts.ok();
    let none = json!({ "typing": false, "readReceipts": false, "unreadCounts": false });
    assert_eq!(ann.get(all).await.ok(), none);
}

/// Once those who come meanwhile have come to where it is in their way.
async fn release(slow: Transaction<'static, Postgres>) {
    tokio::time::sleep(Duration::from_millis(500)).await;
    slow.rollback().await.expect("released");
}
