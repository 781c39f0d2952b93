//! What is limited, on all nodes together, and that nobody is locked out by strangers.

use api::config::Config;
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::avatars;
use crate::gateway::socket::Socket;
use crate::harness::{Answer, Client, Dancer, PASSWORD, TestApp};
use crate::mail::{after, mail};

/// Where Ann lives; and somebody else, and yet somebody else.
const HOME: &str = "192.0.2.7";
const ELSEWHERE: [&str; 2] = ["198.51.100.1", "203.0.113.1"];

/// Behind a proxy that tells where requests come from.
async fn limited() -> TestApp {
    let trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
    TestApp::with(Config { rate_limits: true, trusted_proxies, ..Config::for_tests() }).await
}

async fn post(client: &Client, from: &str, path: &str, body: Value) -> Answer {
    let request = client.as_page(Method::POST, path).header("X-Forwarded-For", from);
    Answer::to(request.json(&body)).await
}

async fn sign_in(client: &Client, from: &str, name: &str, password: &str) -> Answer {
    let credentials = json!({ "email": format!("{name}@example.com"), "password": password });
    post(client, from, "/api/auth/login", credentials).await
}

async fn ann_at_home(app: &TestApp) -> Client {
    let ann = app.stranger();
    let body = json!({ "username": "ann", "email": "ann@example.com", "password": PASSWORD });
    post(&ann, HOME, "/api/auth/register", body).await.created();
    ann
}

#[track_caller]
fn is_to_wait(answer: &Answer, minutes: std::ops::RangeInclusive<u64>) {
    assert_eq!((answer.status, answer.problem()), (429, "rate_limited"));
    let seconds: u64 = answer.header("retry-after").parse().expect("seconds");
    assert!(minutes.contains(&seconds.div_ceil(60)), "{seconds} seconds");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_who_guess_at_once_on_two_nodes_five_are_heard() {
    let app = limited().await;
    ann_at_home(&app).await;
    let node = app.another_node().await;
    for name in ["ann", "nobody"] {
        let strangers = [app.stranger(), app.stranger().at(node.address)];
        let guesses = (0..20).map(|n| {
            let from = ELSEWHERE[n / 2 % 2];
            sign_in(&strangers[n % 2], from, name, "a guess")
        });
        let answers = join_all(guesses).await;
        let heard = answers.iter().filter(|answer| answer.status == 401).count();
        assert_eq!(heard, 5, "{name}");
        for refused in answers.iter().filter(|answer| answer.status != 401) {
            is_to_wait(refused, 14..=15);
        }
    }
}

#[tokio::test]
async fn who_goes_on_guessing_waits_twice_as_long_each_time() {
    let app = limited().await;
    ann_at_home(&app).await;
    let stranger = app.stranger();
    for _ in 0..5 {
        let wrong = sign_in(&stranger, ELSEWHERE[0], "ann", "a guess").await;
        assert_eq!(wrong.problem(), "bad_credentials");
    }
    for minutes in [29..=30, 59..=60, 119..=120] {
        // As if the wait were over; a node that has not been told to wait asks the database.
        sqlx::query("UPDATE guesses SET open_at = now()").execute(&app.pool).await.expect("over");
        let node = app.another_node().await;
        let stranger = stranger.at(node.address);
        let wrong = sign_in(&stranger, ELSEWHERE[0], "ann", "a guess").await;
        assert_eq!(wrong.problem(), "bad_credentials");
        is_to_wait(&sign_in(&stranger, ELSEWHERE[0], "ann", PASSWORD).await, minutes);
    }
}

#[tokio::test]
async fn strangers_lock_nobody_out() {
    let app = limited().await;
    let ann = ann_at_home(&app).await;
    let stranger = app.stranger();
    for n in 0..6 {
        sign_in(&stranger, ELSEWHERE[n % 2], "ann", "a guess").await;
    }
    is_to_wait(&sign_in(&stranger, ELSEWHERE[0], "ann", PASSWORD).await, 14..=15);
    // The network in which she is signed in, and after that, wherever they are, her devices.
    sign_in(&app.stranger(), HOME, "ann", PASSWORD).await.ok();
    ann.post("/api/auth/logout", Value::Null).await.is(204);
    sign_in(&ann, ELSEWHERE[1], "ann", PASSWORD).await.ok();

    // On a new phone abroad she sets a new password by mail.
    let phone = app.stranger();
    is_to_wait(&sign_in(&phone, ELSEWHERE[0], "ann", PASSWORD).await, 14..=15);
    let forgot = json!({ "email": "ann@example.com" });
    post(&phone, ELSEWHERE[0], "/api/auth/forgot-password", forgot).await.is(202);
    let letter = mail(&app, "Set a new password").await;
    let reset = json!({ "token": after(&letter, "/reset-password#token="),
                        "password": "brand new words" });
    post(&phone, ELSEWHERE[0], "/api/auth/reset-password", reset).await.is(204);
    sign_in(&phone, ELSEWHERE[0], "ann", "brand new words").await.ok();
}

#[tokio::test]
async fn mails_that_strangers_ask_for_keep_nobody_from_a_new_password() {
    let app = limited().await;
    let ann = ann_at_home(&app).await;
    let confirm = mail(&app, "Confirm your mail address").await;
    let verify = json!({ "token": after(&confirm, "/verify-email#token=") });
    post(&ann, HOME, "/api/auth/verify-email", verify).await.is(204);

    let hers = json!({ "email": "ann@example.com" });
    let stranger = app.stranger();
    // One of them sits in the same hall.
    for from in [HOME, ELSEWHERE[0], ELSEWHERE[1]] {
        for _ in 0..3 {
            post(&stranger, from, "/api/auth/resend-verification", hers.clone()).await.is(202);
        }
    }
    let yet_another = "203.0.113.77";
    post(&stranger, yet_another, "/api/auth/resend-verification", hers.clone()).await.is(202);
    let refused = post(&stranger, yet_another, "/api/auth/resend-verification", hers.clone()).await;
    is_to_wait(&refused, 9..=10);

    post(&app.stranger(), HOME, "/api/auth/forgot-password", hers).await.is(202);
    mail(&app, "Set a new password").await;
}

#[tokio::test]
async fn a_known_device_is_no_way_to_guess_on() {
    let app = limited().await;
    let ann = ann_at_home(&app).await;
    for _ in 0..5 {
        let wrong = sign_in(&ann, HOME, "ann", "a guess").await;
        assert_eq!(wrong.problem(), "bad_credentials");
    }
    is_to_wait(&sign_in(&ann, HOME, "ann", PASSWORD).await, 14..=15);
    // Nor is it one to another's account: there it is a stranger.
    Dancer::register(app.stranger(), "bob").await;
    for _ in 0..5 {
        sign_in(&app.stranger(), ELSEWHERE[0], "bob", "a guess").await;
    }
    is_to_wait(&sign_in(&ann, HOME, "bob", "a guess").await, 14..=15);
}

#[tokio::test]
async fn a_right_password_makes_up_for_slips() {
    let app = limited().await;
    let ann = ann_at_home(&app).await;
    for _ in 0..3 {
        for _ in 0..4 {
            let wrong = sign_in(&ann, HOME, "ann", "a slip").await;
            assert_eq!(wrong.problem(), "bad_credentials");
        }
        sign_in(&ann, HOME, "ann", PASSWORD).await.ok();
    }
}

#[tokio::test]
async fn one_address_fails_twenty_times_a_minute_whomever_it_guesses_at() {
    let app = limited().await;
    let ann = ann_at_home(&app).await;
    let node = app.another_node().await;
    let strangers = [app.stranger(), app.stranger().at(node.address)];
    // Whoever is let in has not failed: a hall full of people shares an address.
    for _ in 0..5 {
        sign_in(&ann, HOME, "ann", PASSWORD).await.ok();
        sign_in(&app.stranger(), HOME, "ann", PASSWORD).await.ok();
    }
    let guesses = (0..30).map(|n| {
        let stranger = &strangers[n % 2];
        async move { sign_in(stranger, HOME, &format!("guess{n}"), "a guess").await.status }
    });
    let heard = join_all(guesses).await.into_iter().filter(|status| *status == 401).count();
    // One comes back every three seconds.
    assert!((20..=23).contains(&heard), "{heard}");
    let refused = sign_in(&app.stranger(), HOME, "another", "a guess").await;
    is_to_wait(&refused, 1..=1);
    // A known device is none of the many behind an address; and other addresses are others.
    sign_in(&ann, HOME, "ann", PASSWORD).await.ok();
    assert_eq!(sign_in(&app.stranger(), ELSEWHERE[0], "another", "x").await.status, 401);
}

#[tokio::test]
async fn who_is_no_trusted_proxy_cannot_be_many_addresses() {
    let app = TestApp::with(Config { rate_limits: true, ..Config::for_tests() }).await;
    let guesses = (0..30).map(|n| {
        let stranger = app.stranger();
        let from = format!("198.51.100.{n}");
        async move { sign_in(&stranger, &from, &format!("guess{n}"), "a guess").await.status }
    });
    let heard = join_all(guesses).await.into_iter().filter(|status| *status == 401).count();
    assert!((20..=23).contains(&heard), "{heard}");
}

#[tokio::test]
async fn a_stolen_session_does_not_guess_at_its_password() {
    let app = limited().await;
    let ann = ann_at_home(&app).await;
    let change = |current: &str| json!({ "current": current, "password": "brand new words" });
    for _ in 0..5 {
        let wrong = ann.post("/api/users/me/password", change("a guess")).await;
        assert_eq!(wrong.fields(), ["current"]);
    }
    is_to_wait(&ann.post("/api/users/me/password", change(PASSWORD)).await, 14..=15);
}

#[tokio::test]
async fn mails_reports_and_match_requests_have_limits_of_their_own() {
    let app = limited().await;
    let (ann, bob, event) = app.two_dancers().await;
    let node = app.another_node().await;

    let stranger = app.stranger();
    let forgot = json!({ "email": "ann@example.com" });
    for from in [ELSEWHERE[0], ELSEWHERE[1]] {
        for _ in 0..3 {
            post(&stranger, from, "/api/auth/forgot-password", forgot.clone()).await.is(202);
        }
        let refused = post(&stranger, from, "/api/auth/forgot-password", forgot.clone()).await;
        is_to_wait(&refused, 9..=10);
    }

    let report = json!({ "reportedUserId": bob.id, "reason": "spam" });
    for _ in 0..10 {
        ann.post("/api/reports", report.clone()).await.created();
    }
    is_to_wait(&ann.at(node.address).post("/api/reports", report.clone()).await, 4..=5);
    bob.post("/api/reports", json!({ "reportedUserId": ann.id, "reason": "spam" })).await.created();

    let nobody = json!({ "targetUserId": event, "eventId": event });
    let asking = (0..70).map(|_| ann.post("/api/matches", nobody.clone()));
    let refused = join_all(asking).await.iter().filter(|answer| answer.status == 429).count();
    assert!((8..=10).contains(&refused), "{refused}");
    // By the socket as well, and on the other node.
    let mut socket = Socket::open(&ann.at(node.address)).await;
    let wish = json!({ "targetUserId": bob.id, "eventId": event });
    assert_eq!(socket.ask("send_match_request", wish).await, Err("rate_limited".to_owned()));
    bob.request(&ann, &event).await.created();
}

#[tokio::test]
async fn pictures_have_a_limit_of_their_own() {
    let app = limited().await;
    let (ann, bob) = (app.dancer("ann").await, app.dancer("bob").await);
    for shade in 0..10 {
        avatars::put(&ann, avatars::photo(shade)).await.ok();
    }
    is_to_wait(&avatars::put(&ann, avatars::photo(0)).await, 1..=1);
    avatars::put(&bob, avatars::photo(0)).await.ok();
}

#[tokio::test]
async fn reports_of_handing_over_have_a_limit_of_their_own() {
    let app = limited().await;
    let (ann, bob, id) = app.two_agreed().await;
    let failed = json!({ "matchId": id, "direction": "sent", "outcome": "failed",
                         "bytes": 0, "seconds": 1 });
    let telling = (0..70).map(|_| ann.post("/api/webrtc/transfers", failed.clone()));
    let answers = join_all(telling).await;
    let refused = answers.iter().filter(|answer| answer.status == 429).count();
    assert!((8..=10).contains(&refused), "{refused}");
    is_to_wait(&ann.post("/api/webrtc/transfers", failed.clone()).await, 1..=1);
    bob.post("/api/webrtc/transfers", failed).await.created();
}

#[tokio::test]
async fn who_changes_things_without_a_pause_has_to_wait() {
    let app = limited().await;
    let (ann, bob) = (app.dancer("ann").await, app.dancer("bob").await);
    let block = format!("/api/users/{}/block", bob.id);
    let blocking = (0..200).map(|_| ann.post(&block, Value::Null));
    let answers = join_all(blocking).await;
    let refused: Vec<_> = answers.iter().filter(|answer| answer.status == 429).collect();
    assert!((50..=100).contains(&refused.len()), "{}", refused.len());
    is_to_wait(refused[0], 1..=1);
    // Reading goes on, and so do others.
    ann.get("/api/users/me").await.ok();
    bob.post("/api/auth/refresh", Value::Null).await.ok();
}

#[tokio::test]
async fn a_session_is_renewed_thirty_times_at_once() {
    let app = limited().await;
    let (phone, laptop) = (app.dancer("ann").await, app.stranger());
    sign_in(&laptop, HOME, "ann", PASSWORD).await.ok();
    let mut renewed = 0;
    let refused = loop {
        let answer = phone.post("/api/auth/refresh", Value::Null).await;
        if answer.status != 200 {
            break answer;
        }
        renewed += 1;
    };
    assert!((30..=32).contains(&renewed), "{renewed}");
    is_to_wait(&refused, 1..=1);
    phone.get("/api/users/me").await.ok();
    laptop.post("/api/auth/refresh", Value::Null).await.ok();
}
