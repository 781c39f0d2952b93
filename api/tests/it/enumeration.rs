//! Nobody learns from an answer who has an account: it says the same, and the same was done for
//! it. How long it takes is measured by `cargo xtask bench enumeration`.

use serde_json::{Value, json};

use crate::harness::{Answer, PASSWORD, TestApp};

/// All a client sees of an answer but which one it is, and when it was given.
fn seen(answer: &Answer) -> (u16, Value, Vec<(String, String)>) {
    let own = ["date", "x-request-id"];
    let others = answer.headers.iter().filter(|(name, _)| !own.contains(&name.as_str()));
    let mut headers: Vec<_> = others
        .map(|(name, value)| (name.to_string(), value.to_str().expect("text").to_owned()))
        .collect();
    headers.sort();
    (answer.status, answer.body.clone(), headers)
}

/// How many passwords were compared so far.
async fn checks(app: &TestApp) -> u64 {
    let Value::String(metrics) = app.stranger().get("/metrics").await.ok() else { panic!("text") };
    let line = metrics.lines().find_map(|it| it.strip_prefix("spotlight_password_checks_total "));
    line.expect("the metric").parse().expect("a number")
}

#[tokio::test]
async fn a_password_is_compared_for_an_address_without_an_account_too() {
    let app = TestApp::start().await;
    app.dancer("ann").await;
    for path in ["/api/auth/login", "/api/auth/token"] {
        let mut answers = vec![];
        for address in ["ann@example.com", "nobody@example.com"] {
            let before = checks(&app).await;
            let guess = json!({ "email": address, "password": "not her password" });
            answers.push(seen(&app.stranger().post(path, guess).await));
            assert_eq!(checks(&app).await, before + 1, "{path} {address}");
        }
        assert_eq!(answers[0], answers[1], "{path}");
        assert_eq!(answers[0].0, 401);
    }
}

#[tokio::test]
async fn an_account_that_lost_its_password_is_no_other_than_none() {
    let app = TestApp::start().await;
    app.dancer("ann").await;
    sqlx::query("DELETE FROM credentials").execute(&app.pool).await.expect("lost");
    let before = checks(&app).await;
    let login = json!({ "email": "ann@example.com", "password": PASSWORD });
    let refused = app.stranger().post("/api/auth/login", login).await;
    assert_eq!(refused.problem(), "bad_credentials");
    assert_eq!(checks(&app).await, before + 1);
}

#[tokio::test]
async fn a_mail_is_posted_for_an_address_without_an_account_too() {
    let app = TestApp::start().await;
    app.dancer("ann").await;
    // What is nobody's leaves the outbox at once, so it is noted as it comes in.
    for note in [
        "CREATE TABLE posted (recipient text, letter text)",
        "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             INSERT INTO posted VALUES (NEW.recipient, NEW.letter); RETURN NEW; END $$",
        "CREATE TRIGGER note AFTER INSERT ON mails FOR EACH ROW WHEN (NEW.account_id IS NULL)
             EXECUTE FUNCTION note()",
    ] {
        sqlx::query(note).execute(&app.pool).await.expect("noted");
    }
    for (path, letter) in [
        ("/api/auth/forgot-password", "reset_password"),
        ("/api/auth/resend-verification", "confirm_address"),
    ] {
        let mut answers = vec![];
        for address in ["ann@example.com", "nobody@example.com"] {
            answers.push(seen(&app.stranger().post(path, json!({ "email": address })).await));
        }
        assert_eq!(answers[0], answers[1], "{path}");
        assert_eq!(answers[0].0, 202);
        let posted: Vec<String> =
            sqlx::query_scalar("SELECT recipient FROM posted WHERE letter = $1 ORDER BY 1")
                .bind(letter)
                .fetch_all(&app.pool)
                .await
                .expect("recipients");
        assert_eq!(posted, ["ann@example.com", "nobody@example.com"], "{path}");
    }
}

#[tokio::test]
async fn registering_says_of_an_address_no_more_than_it_must() {
    let app = TestApp::start().await;
    app.dancer("ann").await;
    let register = async |address: &str, password: &str| {
        let body = json!({ "username": "next", "email": address, "password": password });
        app.stranger().post("/api/auth/register", body).await
    };
    // That it is taken is in the contract; whose it is, is not.
    let taken = register("ANN@example.com", PASSWORD).await;
    assert_eq!((taken.status, taken.problem()), (409, "email_taken"));
    assert!(!taken.body.to_string().to_lowercase().contains("ann"), "{}", taken.body);
    // What is wrong in itself is refused alike, before anybody is looked for.
    let [of_ann, of_nobody] = ["ann@example.com", "nobody@example.com"];
    let refused = seen(&register(of_ann, "password1").await);
    assert_eq!(refused, seen(&register(of_nobody, "password1").await));
    assert_eq!(refused.0, 422);
}
