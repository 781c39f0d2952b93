//! Moving an account to another mail address.

use std::time::Duration;

use api::cli::account::erase;
use serde_json::{Value, json};

use crate::harness::{Client, Dancer, PASSWORD, TestApp};
use crate::mail::{after, mail, mails};

const ASK: &str = "/api/users/me/email";
const CONFIRM: &str = "/api/users/me/email/confirm";
const LETTER: &str = "Confirm your new mail address";
const NEW: &str = "ann@new.example";

fn ask(email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD })
}

/// How many mails with that subject have been sent to `address`, once there are `count`.
async fn letters(app: &TestApp, address: &str, count: usize) -> Vec<String> {
    for _ in 0..600 {
        let all = mails(app).await.into_iter();
        let to = format!("To: {address}");
        let found: Vec<_> =
            all.filter(|mail| mail.contains(LETTER) && mail.contains(&to)).collect();
        if found.len() >= count {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no {count} letters to {address}");
}

fn token(letter: &str) -> Value {
    json!({ "token": after(letter, "/verify-email#token=") })
}

fn pin(letter: &str) -> Value {
    json!({ "pin": after(letter, "this PIN: ") })
}

async fn sign_in(app: &TestApp, email: &str) -> u16 {
    let credentials = json!({ "email": email, "password": PASSWORD });
    app.stranger().post("/api/auth/login", credentials).await.status
}

async fn email_of(client: &Client) -> Value {
    client.get("/api/users/me").await.ok()["email"].clone()
}

#[tokio::test]
async fn the_old_address_stays_until_the_new_one_is_confirmed_and_is_free_then() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let to_the_old = mail(&app, "Confirm your mail address").await;
    ann.post(ASK, ask(NEW)).await.is(202);
    let notice = mail(&app, "Your mail address is about to change").await;
    assert!(notice.contains("To: ann@example.com") && !notice.contains(NEW), "{notice}");
    let letter = letters(&app, NEW, 1).await.remove(0);
    assert_eq!(email_of(&ann).await, "ann@example.com");
    assert_eq!(sign_in(&app, "ann@example.com").await, 200);
    assert_eq!(sign_in(&app, NEW).await, 401);

    // Twice is the same as once, also for somebody with another browser.
    for _ in 0..2 {
        app.stranger().post("/api/auth/verify-email", token(&letter)).await.is(204);
    }
    let me = ann.get("/api/users/me").await.ok();
    assert_eq!((&me["email"], &me["emailVerified"]), (&json!(NEW), &json!(true)));
    assert_eq!(sign_in(&app, "ANN@new.example").await, 200);
    assert_eq!(sign_in(&app, "ann@example.com").await, 401);
    let late = app.stranger().post("/api/auth/verify-email", token(&to_the_old)).await;
    assert_eq!(late.problem(), "invalid_token");
    let next = json!({ "username": "next", "email": NEW, "password": PASSWORD });
    assert_eq!(app.stranger().post("/api/auth/register", next).await.problem(), "email_taken");
    let next = json!({ "username": "next", "email": "ann@example.com", "password": PASSWORD });
    app.stranger().post("/api/auth/register", next).await.created();
}

#[tokio::test]
async fn the_pin_does_as_the_link_on_whichever_node() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let bob = app.dancer("bob").await;
    let node = app.another_node().await;
    ann.post(ASK, ask(NEW)).await.is(202);
    let letter = letters(&app, NEW, 1).await.remove(0);
    let wrong = if pin(&letter)["pin"] == "000000" { "000001" } else { "000000" };
    let elsewhere = ann.at(node.address);
    let refused = elsewhere.post(CONFIRM, json!({ "pin": wrong })).await;
    assert_eq!(refused.problem(), "invalid_token");
    assert_eq!(bob.post(CONFIRM, pin(&letter)).await.problem(), "invalid_token");
    assert_eq!(elsewhere.post(CONFIRM, pin(&letter)).await.ok()["email"], NEW);
    assert_eq!(email_of(&ann).await, NEW);
}

#[tokio::test]
async fn a_pin_is_not_guessed() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    ann.post(ASK, ask(NEW)).await.is(202);
    let letter = letters(&app, NEW, 1).await.remove(0);
    let wrong = if pin(&letter)["pin"] == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        ann.post(CONFIRM, json!({ "pin": wrong })).await.is(422);
    }
    assert_eq!(ann.post(CONFIRM, pin(&letter)).await.problem(), "invalid_token");
    ann.post("/api/auth/verify-email", token(&letter)).await.is(204);
}

#[tokio::test]
async fn who_does_not_know_the_password_moves_nothing() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let refused = ann.post(ASK, json!({ "email": NEW, "password": "a guess" })).await;
    assert_eq!((refused.problem(), refused.fields()), ("invalid", vec!["password"]));
    let refused = ann.post(ASK, ask("ANN@example.com")).await;
    assert_eq!((refused.problem(), refused.fields()), ("invalid", vec!["email"]));
    let refused = ann.post(ASK, ask("nowhere")).await;
    assert_eq!((refused.problem(), refused.fields()), ("invalid", vec!["email"]));
    let asked: i64 = sqlx::query_scalar("SELECT count(*) FROM mails WHERE letter <> $1")
        .bind("confirm_address")
        .fetch_one(&app.pool)
        .await
        .expect("a number");
    assert_eq!(asked, 0);
}

#[tokio::test]
async fn only_the_last_mail_is_good_and_none_after_a_new_password() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    ann.post(ASK, ask("ann@first.example")).await.is(202);
    let first = letters(&app, "ann@first.example", 1).await.remove(0);
    ann.post(ASK, ask(NEW)).await.is(202);
    let last = letters(&app, NEW, 1).await.remove(0);
    let refused = ann.post("/api/auth/verify-email", token(&first)).await;
    assert_eq!(refused.problem(), "invalid_token");
    assert_eq!(ann.post(CONFIRM, pin(&first)).await.problem(), "invalid_token");

    let change = json!({ "current": PASSWORD, "password": "brand new words" });
    ann.post("/api/users/me/password", change).await.is(204);
    let refused = ann.post("/api/auth/verify-email", token(&last)).await;
    assert_eq!(refused.problem(), "invalid_token");
    assert_eq!(ann.post(CONFIRM, pin(&last)).await.problem(), "invalid_token");
    assert_eq!(email_of(&ann).await, "ann@example.com");
}

#[tokio::test]
async fn an_address_that_another_account_has_is_told_only_to_who_reads_its_mail() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    app.dancer("bob").await;
    let taken = ann.post(ASK, ask("Bob@example.com")).await;
    let free = ann.post(ASK, ask("ben@example.com")).await;
    assert_eq!((taken.status, &taken.body), (free.status, &free.body));
    ann.post(ASK, ask("Bob@example.com")).await.is(202);
    for letter in letters(&app, "Bob@example.com", 2).await {
        let refused = app.stranger().post("/api/auth/verify-email", token(&letter)).await;
        assert!(matches!(refused.problem(), "email_taken" | "invalid_token"), "{}", refused.body);
    }
    assert_eq!(email_of(&ann).await, "ann@example.com");
    assert_eq!(sign_in(&app, "bob@example.com").await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_move_to_one_address_at_once_one_gets_it() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.dancer("ann").await, app.dancer("bob").await);
    for dancer in [&ann, &bob] {
        dancer.post(ASK, ask(NEW)).await.is(202);
    }
    let letters = letters(&app, NEW, 2).await;
    let confirm = async |dancer: &Dancer, name: &str| {
        let hello = format!("Hello {name},");
        let letter = letters.iter().find(|letter| letter.contains(&hello)).expect("theirs");
        dancer.post(CONFIRM, pin(letter)).await
    };
    let answers = tokio::join!(confirm(&ann, "ann"), confirm(&bob, "bob"));
    let mut statuses = [answers.0.status, answers.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let loser =
        if answers.0.status == 409 { ("ann@example.com", &ann) } else { ("bob@example.com", &bob) };
    assert_eq!(email_of(loser.1).await, loser.0);
    assert_eq!(sign_in(&app, loser.0).await, 200);
}

#[tokio::test]
async fn the_addresses_are_given_out_with_the_rest_and_go_with_their_person() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    ann.post(ASK, ask(NEW)).await.is(202);
    let letter = letters(&app, NEW, 1).await.remove(0);
    ann.post(CONFIRM, pin(&letter)).await.ok();
    ann.post(ASK, ask("ann@next.example")).await.is(202);
    letters(&app, "ann@next.example", 1).await;
    let given = ann.get("/api/users/me/export").await.ok().to_string();
    for address in ["ann@example.com", NEW, "ann@next.example"] {
        assert!(given.contains(address), "{address} in {given}");
    }
    erase(&app.database().await, NEW).await.expect("erased");
    let left = "SELECT (SELECT count(*) FROM mails) + (SELECT count(*) FROM mail_tokens)
                + (SELECT count(*) FROM events WHERE payload::text LIKE '%new.example%')
                + (SELECT count(*) FROM users WHERE email IS NOT NULL)";
    let left: i64 = sqlx::query_scalar(left).fetch_one(&app.pool).await.expect("a number");
    assert_eq!(left, 0);
    for address in [NEW, "ann@example.com"] {
        let body = json!({ "username": "next", "email": address, "password": PASSWORD });
        let registered = app.stranger().post("/api/auth/register", body).await;
        assert!(matches!(registered.status, 201 | 409), "{}", registered.body);
        assert_ne!(registered.body["code"], "email_taken", "{address}");
    }
}
