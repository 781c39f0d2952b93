//! Many at once.

use futures::future::join_all;
use serde_json::json;

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
