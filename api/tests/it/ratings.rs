//! Double-blind: neither knows what the other said until both have spoken, or 14 days passed.

use serde_json::json;

use crate::harness::TestApp;

#[tokio::test]
async fn a_rating_shows_to_nobody_but_its_author_until_both_have_rated() {
    let app = TestApp::start().await;
    let (ann, bob, id) = app.two_done().await;
    let said = json!({ "matchId": id, "score": 2, "comment": "The dip is missing.",
                       "wouldCollaborateAgain": false });
    ann.post("/api/ratings", said).await.created();

    let path = format!("/api/matches/{id}");
    let seen_by_bob = bob.get(&path).await.ok();
    assert_eq!(seen_by_bob["rating"]["partners"], json!(null));
    assert_eq!(seen_by_bob["rating"]["revealed"], json!(false));
    assert_eq!(ann.get(&path).await.ok()["rating"]["mine"]["score"], json!(2));
    let everywhere = [
        format!("/api/ratings/user/{}", bob.id),
        format!("/api/ratings/stats/{}", bob.id),
        format!("/api/users/{}", bob.id),
        format!("/api/matches/{id}/history"),
        "/api/matches".to_owned(),
        "/api/users/me".to_owned(),
    ];
    for path in &everywhere {
        let told = bob.get(path).await.ok().to_string();
        assert!(!told.contains("dip is missing"), "{path}: {told}");
        assert!(!told.contains("\"score\":2"), "{path}: {told}");
        assert!(!told.contains("\"count\":1"), "{path}: {told}");
    }

    bob.rate(&id, 5).await.created();
    let seen_by_bob = bob.get(&path).await.ok();
    assert_eq!(seen_by_bob["rating"]["partners"]["comment"], json!("The dip is missing."));
    let stats = ann.get(&format!("/api/ratings/stats/{}", bob.id)).await.ok();
    assert_eq!(
        stats,
        json!({ "count": 1, "average": 2.0, "wouldCollaborateAgain": 0.0,
                "histogram": { "1": 0, "2": 1, "3": 0, "4": 0, "5": 0 } })
    );
}

#[tokio::test]
async fn after_fourteen_days_a_single_rating_shows() {
    let app = TestApp::start().await;
    let (ann, bob, id) = app.two_done().await;
    ann.rate(&id, 3).await.created();
    // No clock is turned: the match is put back in time, in the log and in what is read of it.
    for put_back in [
        "UPDATE events SET recorded_at = recorded_at - interval '14 days'
         WHERE aggregate_type = 'match'",
        "UPDATE matches SET completed_at = completed_at - interval '14 days',
                            reveals_at = reveals_at - interval '14 days'",
    ] {
        sqlx::query(put_back).execute(&app.pool).await.expect("put back");
    }
    let seen = bob.get(&format!("/api/matches/{id}")).await.ok();
    assert_eq!(seen["rating"]["partners"]["score"], json!(3));
    assert_eq!(seen["rating"]["revealed"], json!(true));
}

#[tokio::test]
async fn only_a_completed_match_is_rated_and_once_by_each() {
    let app = TestApp::start().await;
    let (ann, _, id) = app.two_agreed().await;
    assert_eq!(ann.rate(&id, 5).await.problem(), "not_completed");
    ann.move_match(&id, "completed").await.ok();
    ann.rate(&id, 5).await.created();
    assert_eq!(ann.rate(&id, 5).await.problem(), "already_rated");
}
