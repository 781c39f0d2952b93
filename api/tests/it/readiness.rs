use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::TestApp;

#[tokio::test]
async fn a_parked_event_is_shown_and_turns_nobody_away() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let stranger = app.stranger();
    let before = stranger.get("/readyz").await.ok();
    assert_eq!(before["degraded"], json!([]));

    sqlx::query(
        "INSERT INTO events SELECT 'report', gen_random_uuid(), 1, 'Filed', '1', '{}', '{}',
                                   max(global_position) + 1, now() FROM events",
    )
    .execute(&app.pool)
    .await
    .expect("an event that nobody can read");
    let since = Instant::now();
    let ready = loop {
        let ready = stranger.get("/readyz").await.ok();
        if ready["degraded"] != json!([]) {
            break ready;
        }
        assert!(since.elapsed() < Duration::from_secs(10), "never parked: {ready}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(ready["ready"], json!(true));
    assert_eq!(ready["degraded"], json!(["reports has parked events: 1"]));
    let reports = ready["projections"].as_array().expect("a list");
    let reports = reports.iter().find(|one| one["name"] == "reports").expect("reports");
    assert_eq!((&reports["parked"], &reports["behind"]), (&json!(1), &json!(0)));

    let metrics = reqwest::get(format!("http://{}/metrics", app.address)).await.expect("answered");
    let metrics = metrics.text().await.expect("text");
    for line in [
        "spotlight_projection_parked_events{projection=\"reports\"} 1",
        "spotlight_projection_parked_events{projection=\"users\"} 0",
    ] {
        assert!(metrics.contains(line), "{line} is not in {metrics}");
    }
    ann.get("/api/users/me").await.ok();
}

#[tokio::test]
async fn an_event_that_is_tried_in_vain_turns_nobody_away_until_it_is_parked() {
    let app = TestApp::start().await;
    sqlx::query("ALTER TABLE read.users ADD CHECK (username <> 'cecilia')")
        .execute(&app.pool)
        .await
        .expect("forbidden");
    let stranger = app.stranger();
    let registers = async {
        let cecilia = json!({ "email": "cecilia@example.com", "username": "cecilia",
                              "password": crate::harness::PASSWORD });
        // What she would see of herself is not there.
        app.stranger().post("/api/auth/register", cecilia).await;
    };
    let stays_ready = async {
        let since = Instant::now();
        let mut ready = json!(null);
        while ready["degraded"] != json!(["users has parked events: 1"]) {
            assert!(since.elapsed() < Duration::from_secs(20), "never parked: {ready}");
            tokio::time::sleep(Duration::from_millis(10)).await;
            ready = stranger.get("/readyz").await.ok();
        }
    };
    tokio::join!(registers, stays_ready);
}

#[tokio::test]
async fn an_agenda_that_stands_still_is_shown_and_turns_nobody_away() {
    let app = TestApp::start().await;
    sqlx::query("ALTER TABLE agenda RENAME TO elsewhere").execute(&app.pool).await.expect("gone");
    app.dancer("ann").await;
    let since = Instant::now();
    while app.stranger().get("/readyz").await.ok()["degraded"] != json!(["agenda does not get on"])
    {
        assert!(since.elapsed() < Duration::from_secs(10), "never shown");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let metrics = reqwest::get(format!("http://{}/metrics", app.address)).await.expect("answered");
    let metrics = metrics.text().await.expect("text");
    let lag = "spotlight_projection_lag_positions{projection=\"agenda\"}";
    assert!(metrics.contains(lag), "{lag} is not in {metrics}");
}
