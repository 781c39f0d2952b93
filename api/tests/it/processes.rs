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

/// As after a crash between what a task does and the note that it is done: each task comes again,
/// with the id that it has from its event.
#[tokio::test]
async fn a_task_done_again_changes_nothing() {
    let app = TestApp::start().await;
    let execute = async |statement: &str| {
        sqlx::raw_sql(statement).execute(&app.pool).await.expect("executed");
    };
    let count = async |query: &'static str| {
        sqlx::query_scalar::<_, i64>(query).fetch_one(&app.pool).await.expect("counted")
    };
    execute(
        "CREATE TABLE planned AS TABLE agenda WITH NO DATA;
         CREATE FUNCTION remember() RETURNS trigger LANGUAGE plpgsql AS
             $$BEGIN INSERT INTO planned SELECT NEW.*; RETURN NEW; END$$;
         CREATE TRIGGER remember AFTER INSERT ON agenda FOR EACH ROW EXECUTE FUNCTION remember();",
    )
    .await;
    let (ann, bob, event) = app.two_dancers().await;
    let id = bob.request(&ann, &event).await.created()["id"].text();
    block(&ann, &bob).await.is(204);
    until(async || status(&ann, &id).await == "declined").await;
    until(async || pending_tasks(&app).await == 0).await;
    let (length, mails) = (app.log_length().await, count("SELECT count(*) FROM mails").await);
    assert!(mails >= 2, "each of the two is asked to confirm their address");

    // Only the command's id tells it from one that is asked anew.
    execute("UPDATE read.matches SET status = 'pending'; DROP TRIGGER remember ON agenda;").await;
    execute("INSERT INTO agenda SELECT * FROM planned").await;
    until(async || pending_tasks(&app).await == 0).await;
    assert_eq!(app.log_length().await, length);
    assert_eq!(count("SELECT count(*) FROM mails").await, mails);
    let derived = "SELECT count(*) FROM handled_commands h JOIN planned p
                   ON p.task::jsonb ? 'part' AND substr(h.command_id::text, 15, 1) = '5'";
    assert_eq!(count(derived).await, 1, "the command's id is made of its task's");
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
