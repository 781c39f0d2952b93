//! Every problem that can be brought about from outside, word for word.

use std::collections::BTreeMap;

use api::config::Config;
use api::problem::Code;
use commands::{ClaimsKey, Commands, Context};
use domain::values::account::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Authenticator, PASSWORD, TestApp};

/// Not to be had from outside while all is well.
const FROM_WITHIN: [Code; 3] = [Code::Internal, Code::Unavailable, Code::Conflict];
/// Of messages, which are not sent over HTTP; `encryption` has them.
const OVER_SOCKETS: [Code; 2] = [Code::EncryptionRequired, Code::NotEncrypted];

#[tokio::test]
async fn every_code_comes_with_its_words() {
    let app = TestApp::with(Config { rate_limits: true, ..Config::for_tests() }).await;
    let mut seen = BTreeMap::new();
    let mut see = |answer: Answer| {
        let code = answer.problem().to_owned();
        let mut body = answer.body;
        if body.get("retryAfterMs").is_some() {
            body["retryAfterMs"] = json!("some time");
        }
        seen.insert(code, body);
    };
    let (ann, bob, event) = app.two_dancers().await;
    let eve = app.dancer("eve").await;
    let stranger = app.stranger();
    let post = |path: &str| ann.as_page(Method::POST, path);

    see(ann.patch("/api/users/me", json!({ "country": "Germany" })).await);
    see(Answer::to(post("/api/reports").header("Content-Type", "application/json").body("{")).await);
    see(Answer::to(post("/api/reports").body("{}")).await);
    see(stranger.get("/api/users/me").await);
    see(Answer::to(ann.bare(Method::DELETE, "/api/users/me")).await);
    see(ann.get("/api/reports").await);
    see(eve.get(&format!("/api/events/{event}/messages")).await);
    see(ann.get("/api/matches/x").await);
    see(Answer::to(ann.as_page(Method::PUT, "/api/matches")).await);
    for (username, email) in [("ANN", "a2@example.com"), ("ann2", "ANN@example.com")] {
        let body = json!({ "username": username, "email": email, "password": "long enough" });
        see(stranger.post("/api/auth/register", body).await);
    }
    let id = ann.request(&bob, &event).await.created()["id"].clone();
    see(bob.request(&ann, &event).await);
    let id = id.as_str().expect("an id");
    see(ann.move_match(id, "accepted").await);
    bob.move_match(id, "accepted").await.ok();
    see(ann.rate(id, 5).await);
    bob.move_match(id, "completed").await.ok();
    ann.rate(id, 5).await.created();
    see(ann.rate(id, 5).await);
    ann.post_with_key("/api/ratings", "k", json!({})).await;
    see(ann.post_with_key("/api/ratings", "k", json!({ "score": 1 })).await);
    see(eve.post(&format!("/api/events/{}/join", cancelled_event(&app).await), Value::Null).await);
    see(Answer::to(post("/api/reports").body(vec![b' '; 70_000])).await);
    see(stranger.post("/api/auth/verify-email", json!({ "token": "none" })).await);
    let asked = stranger.post("/api/auth/passkey/options", Value::Null).await.ok();
    let credential = Authenticator::new().get(&asked["options"]);
    let proof = json!({ "ceremonyId": asked["ceremonyId"], "credential": credential });
    see(stranger.post("/api/auth/passkey", proof).await);
    let mut strict = Config::for_tests();
    strict.mail.require_verified = true;
    let strict = TestApp::with(strict).await;
    see(strict.dancer("new").await.patch("/api/users/me", json!({ "bio": "Hi" })).await);
    let moderator = app.dancer_with_role("mod", Role::Moderator).await;
    let suspension = format!("/api/users/{}/suspension", eve.id);
    moderator.post(&suspension, json!({ "reason": "spam" })).await.is(204);
    let credentials = json!({ "email": "eve@example.com", "password": PASSWORD });
    see(stranger.post("/api/auth/login", credentials).await);
    let guess = json!({ "email": "ann@example.com", "password": "a guess" });
    for _ in 0..=10 {
        see(stranger.post("/api/auth/login", guess.clone()).await);
    }

    let missing: Vec<_> = Code::ALL
        .iter()
        .filter(|code| !FROM_WITHIN.contains(code) && !OVER_SOCKETS.contains(code))
        .filter(|code| !seen.contains_key(code.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    insta::assert_json_snapshot!(seen);
}

/// There is no route that cancels an event yet.
async fn cancelled_event(app: &TestApp) -> String {
    let organizer = app.dancer_with_role("oskar", Role::Organizer).await;
    let event = organizer.announce("Rained Off", "2026-12-11").await;
    let (commands, writer) = Commands::start(app.pool.clone(), ClaimsKey::new([0; 32]));
    let context = Context::of(organizer.id.parse().expect("an id"));
    commands.cancel_event(&context, event.parse().expect("an id")).await.expect("cancelled");
    drop(commands);
    writer.stop().await;
    event
}
