//! What follows from events by rule, once each, whatever is interrupted.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::harness::{Answer, Dancer, PASSWORD, TestApp, Text};

/// Until it is so; a test that waits for ever has failed.
async fn until<F: Future<Output = bool>>(so: impl Fn() -> F) {
    let waiting = async {
        while !so().await {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(Duration::from_secs(20), waiting).await.expect("it comes about");
}

async fn status(of: &Dancer, id: &str) -> String {
    of.get(&format!("/api/matches/{id}")).await.ok()["status"].text()
}

async fn block(who: &Dancer, whom: &Dancer) -> Answer {
    who.post(&format!("/api/users/{}/block", whom.id), Value::Null).await
}

async fn pending_tasks(app: &TestApp) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM agenda").fetch_one(&app.pool).await.expect("counted")
}

#[tokio::test]
async fn who_blocks_somebody_is_rid_of_what_is_pending_between_the_two() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let (carl, other_event) = (app.dancer("carl").await, app.event().await);
    for dancer in [&ann, &bob] {
        dancer.join(&other_event).await;
    }
    carl.join(&event).await;
    let of_bob = bob.request(&ann, &event).await.created()["id"].text();
    let of_ann = ann.request(&bob, &other_event).await.created()["id"].text();
    let of_carl = carl.request(&ann, &event).await.created()["id"].text();

    block(&ann, &bob).await.is(204);
    until(async || {
        status(&ann, &of_bob).await == "declined" && status(&ann, &of_ann).await == "cancelled"
    })
    .await;
    assert_eq!(status(&ann, &of_carl).await, "pending", "this one is nobody's concern");
    until(async || pending_tasks(&app).await == 0).await;
}

#[tokio::test]
async fn a_task_done_again_changes_nothing() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let id = bob.request(&ann, &event).await.created()["id"].text();
    block(&ann, &bob).await.is(204);
    until(async || status(&ann, &id).await == "declined").await;
    until(async || pending_tasks(&app).await == 0).await;
    let length = app.log_length().await;

    // As after a crash between the command and the note that it is done: the task is back.
    sqlx::query(
        "INSERT INTO agenda (id, position, task, due)
         SELECT gen_random_uuid(), max(global_position),
                json_build_object('part', json_build_object('who', $1, 'from', $2)), now()
         FROM events WHERE event_type = 'UserBlocked'",
    )
    .bind(&ann.id)
    .bind(&bob.id)
    .execute(&app.pool)
    .await
    .expect("put back");
    until(async || pending_tasks(&app).await == 0).await;
    assert_eq!(app.log_length().await, length);
}

#[tokio::test]
async fn a_task_that_fails_says_why_and_comes_again() {
    let app = TestApp::start().await;
    app.two_dancers().await;
    // It follows from an event that the read models never come to see.
    sqlx::query(
        r#"INSERT INTO agenda (id, position, task, due) VALUES (gen_random_uuid(), 1000000000,
           '{"part": {"who": "00000000-0000-7000-8000-000000000001",
                      "from": "00000000-0000-7000-8000-000000000002"}}', now())"#,
    )
    .execute(&app.pool)
    .await
    .expect("put in");
    until(async || {
        sqlx::query_scalar::<_, bool>(
            "SELECT error IS NOT NULL AND attempts = 1 AND due > now() FROM agenda",
        )
        .fetch_one(&app.pool)
        .await
        .expect("asked")
    })
    .await;
}

#[tokio::test]
async fn who_wants_to_leave_has_a_week_to_change_their_mind() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let leave = async |password: &str| {
        let request = ann.as_page(reqwest::Method::DELETE, "/api/users/me");
        Answer::to(request.json(&json!({ "password": password }))).await
    };
    let refused = leave("not-her-password").await;
    assert_eq!((refused.problem(), refused.fields()), ("invalid", vec!["password"]));
    assert_eq!(ann.get("/api/users/me").await.ok()["erasesAt"], Value::Null);

    let leaving = leave(PASSWORD).await.is(202);
    assert_eq!(leave(PASSWORD).await.is(202)["erasesAt"], leaving["erasesAt"], "asked again");
    assert_eq!(ann.get("/api/users/me").await.ok()["erasesAt"], leaving["erasesAt"]);
    until(async || pending_tasks(&app).await == 1).await;
    let stays = ann.post("/api/users/me/keep", Value::Null).await.ok();
    assert_eq!(stays["erasesAt"], Value::Null);

    // A week later the task comes up, and finds that she stays.
    sqlx::query("UPDATE agenda SET due = now()").execute(&app.pool).await.expect("a week later");
    until(async || pending_tasks(&app).await == 0).await;
    assert_eq!(ann.get("/api/users/me").await.ok()["username"], "ann");
}

#[tokio::test]
async fn who_left_is_erased_when_the_week_is_over() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let request = ann.as_page(reqwest::Method::DELETE, "/api/users/me");
    Answer::to(request.json(&json!({ "password": PASSWORD }))).await.is(202);
    until(async || pending_tasks(&app).await == 1).await;
    // The week passes: in the log, where the request says when, and on the agenda.
    sqlx::query(
        "UPDATE events SET payload = json_build_object('ErasureRequested',
             json_build_object('due', now() - interval '1 second'))
         WHERE event_type = 'ErasureRequested'",
    )
    .execute(&app.pool)
    .await
    .expect("a week later");
    sqlx::query("UPDATE agenda SET due = now()").execute(&app.pool).await.expect("a week later");
    until(async || ann.get("/api/users/me").await.status == 401).await;
    let erased: i64 = sqlx::query_scalar("SELECT count(*) FROM events WHERE event_type = 'Erased'")
        .fetch_one(&app.pool)
        .await
        .expect("counted");
    assert_eq!(erased, 1);
}
