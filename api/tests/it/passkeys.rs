//! Passkeys: added with the password, good for signing in without it, and for nobody else.

use api::config::Config;
use domain::values::account::Role;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Answer, Authenticator, Client, Dancer, PASSWORD, TestApp, Text};
use crate::mail::{after, mail};

const MINE: &str = "/api/users/me/passkeys";

/// The first step of adding one.
async fn asked(dancer: &Client) -> Value {
    dancer.post(&format!("{MINE}/options"), json!({ "password": PASSWORD })).await.ok()
}

pub async fn named(dancer: &Dancer, device: &mut Authenticator, name: &str) -> Answer {
    let asked = asked(dancer).await;
    let credential = device.create(&asked["options"]);
    let body = json!({ "ceremonyId": asked["ceremonyId"], "name": name, "credential": credential });
    dancer.post(MINE, body).await
}

/// A new passkey of `dancer`; its id, and the device that holds it.
pub async fn add(dancer: &Dancer) -> (String, Authenticator) {
    let mut device = Authenticator::new();
    let added = named(dancer, &mut device, "My phone").await.created();
    (added["id"].text(), device)
}

async fn ask_to_sign_in(client: &Client) -> Value {
    client.post("/api/auth/passkey/options", Value::Null).await.ok()
}

async fn prove(client: &Client, asked: &Value, credential: Value) -> Answer {
    let body = json!({ "ceremonyId": asked["ceremonyId"], "credential": credential });
    client.post("/api/auth/passkey", body).await
}

/// Both steps.
async fn sign_in(client: &Client, device: &mut Authenticator) -> Answer {
    let asked = ask_to_sign_in(client).await;
    let credential = device.get(&asked["options"]);
    prove(client, &asked, credential).await
}

#[tokio::test]
async fn a_passkey_signs_in_whose_it_is_without_a_name_or_a_password() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let asked = asked(&ann).await;
    let options = &asked["options"];
    assert_eq!(options["rp"], json!({ "id": "localhost", "name": "spotlight.cam" }));
    assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(options["attestation"], "none");

    let (id, mut device) = add(&ann).await;
    let phone = app.stranger();
    let session = sign_in(&phone, &mut device).await.ok();
    assert_eq!(session["user"]["id"], ann.id.as_str());
    assert_eq!(phone.get("/api/users/me").await.ok()["id"], ann.id.as_str());
    assert!(phone.cookies().contains("spotlight_device"), "{}", phone.cookies());

    let held = &ann.get(MINE).await.ok()["items"];
    assert_eq!((&held[0]["id"], &held[0]["name"]), (&json!(id), &json!("My phone")));
    assert!(held[0]["lastUsedAt"].is_string(), "{held}");
    let notice = mail(&app, "A passkey was added").await;
    assert!(notice.contains("To: ann@example.com"), "{notice}");
}

#[tokio::test]
async fn adding_one_takes_the_password_and_a_ceremony_of_ones_own() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.dancer("ann").await, app.dancer("bob").await);
    let refused = ann.post(&format!("{MINE}/options"), json!({ "password": "guessed" })).await;
    assert_eq!((refused.problem(), &*refused.fields()), ("invalid", &["password"][..]));

    let mut device = Authenticator::new();
    let asked = asked(&ann).await;
    let credential = device.create(&asked["options"]);
    let body =
        json!({ "ceremonyId": asked["ceremonyId"], "name": "Phone", "credential": credential });
    let refused = bob.post(MINE, body.clone()).await;
    assert_eq!(refused.fields(), ["ceremonyId"], "somebody else's");
    ann.post(MINE, body.clone()).await.created();
    assert_eq!(ann.post(MINE, body).await.fields(), ["ceremonyId"], "good once");

    let again = named(&bob, &mut device, "Phone").await;
    assert_eq!(again.fields(), ["credential"], "a passkey has one owner");
    for strange in [json!({}), json!({ "id": "x" }), json!([1])] {
        let asked = self::asked(&bob).await;
        let body = json!({ "ceremonyId": asked["ceremonyId"], "name": "x", "credential": strange });
        assert_eq!(bob.post(MINE, body).await.fields(), ["credential"]);
    }
    let mut unlocked = Authenticator::new();
    unlocked.verifies = false;
    assert_eq!(named(&bob, &mut unlocked, "x").await.fields(), ["credential"]);
    let mut phished = Authenticator::new();
    phished.origin = "https://evil.example".into();
    assert_eq!(named(&bob, &mut phished, "x").await.fields(), ["credential"]);
    assert_eq!(bob.get(MINE).await.ok()["items"], json!([]));
}

#[tokio::test]
async fn nothing_else_signs_in() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.dancer("ann").await, app.dancer("bob").await);
    let (_, mut device) = add(&ann).await;
    let stranger = app.stranger();

    let asked = ask_to_sign_in(&stranger).await;
    let sound = device.get(&asked["options"]);
    prove(&stranger, &asked, sound.clone()).await.ok();
    let again = prove(&app.stranger(), &asked, sound.clone()).await;
    assert_eq!(again.fields(), ["ceremonyId"], "a challenge is good once");
    let other = ask_to_sign_in(&stranger).await;
    let replayed = prove(&app.stranger(), &other, sound).await;
    assert_eq!((replayed.status, replayed.problem()), (401, "bad_passkey"));

    let bobs: uuid::Uuid = bob.id.parse().expect("an id");
    let lies: [fn(&mut Authenticator, uuid::Uuid); 4] = [
        |device, _| device.origin = "https://evil.example".into(),
        |device, _| device.verifies = false,
        |device, bob| device.user = bob.as_bytes().to_vec(),
        |device, _| device.user = vec![],
    ];
    for (number, lie) in lies.into_iter().enumerate() {
        let (origin, user) = (device.origin.clone(), device.user.clone());
        lie(&mut device, bobs);
        let client = app.stranger();
        assert_eq!(sign_in(&client, &mut device).await.problem(), "bad_passkey", "{number}");
        assert_eq!(client.cookies(), "");
        (device.origin, device.user, device.verifies) = (origin, user, true);
    }
    let mut unknown = Authenticator::new();
    unknown.user.clone_from(&device.user);
    assert_eq!(sign_in(&app.stranger(), &mut unknown).await.problem(), "bad_passkey");
    let asked = ask_to_sign_in(&stranger).await;
    let mut altered = device.get(&asked["options"]);
    altered["response"]["signature"] = "AAAA".into();
    assert_eq!(prove(&stranger, &asked, altered).await.problem(), "bad_passkey");
    assert_eq!(prove(&stranger, &asked, json!({})).await.fields(), ["credential"]);

    device.counter = 7;
    sign_in(&app.stranger(), &mut device).await.ok();
    device.counter = 6;
    let cloned = sign_in(&app.stranger(), &mut device).await;
    assert_eq!(cloned.problem(), "bad_passkey", "a counter that goes back tells of a copy");
}

#[tokio::test]
async fn a_challenge_runs_out_and_is_swept_away() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let (_, mut device) = add(&ann).await;
    let asked = ask_to_sign_in(&ann).await;
    sqlx::query("UPDATE passkey_ceremonies SET begun_at = begun_at - interval '6 minutes'")
        .execute(&app.pool)
        .await
        .expect("updated");
    let credential = device.get(&asked["options"]);
    let late = prove(&app.stranger(), &asked, credential).await;
    assert_eq!((late.problem(), &*late.fields()), ("invalid", &["ceremonyId"][..]));
    ask_to_sign_in(&ann).await;
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM passkey_ceremonies")
        .fetch_one(&app.pool)
        .await
        .expect("a number");
    assert_eq!(left, 1);
}

#[tokio::test]
async fn a_removed_passkey_and_a_suspended_person_stay_outside() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.dancer("ann").await, app.dancer("bob").await);
    let (id, mut removed) = add(&ann).await;
    let (_, mut kept) = add(&ann).await;
    let path = format!("{MINE}/{id}");
    assert_eq!(bob.delete(&path).await.problem(), "not_found");
    ann.delete(&path).await.is(204);
    assert_eq!(ann.delete(&path).await.problem(), "not_found");
    assert_eq!(sign_in(&app.stranger(), &mut removed).await.problem(), "bad_passkey");
    sign_in(&app.stranger(), &mut kept).await.ok();

    let moderator = app.dancer_with_role("mona", Role::Moderator).await;
    let path = format!("/api/users/{}/suspension", ann.id);
    moderator.post(&path, json!({ "reason": "spam" })).await.is(204);
    let suspended = app.stranger();
    let refused = sign_in(&suspended, &mut kept).await;
    assert_eq!((refused.status, refused.problem()), (403, "suspended"));
    assert_eq!(suspended.cookies(), "");
}

#[tokio::test]
async fn whoever_sets_a_new_password_by_mail_starts_over() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let (_, mut device) = add(&ann).await;
    let change = json!({ "current": PASSWORD, "password": "seven dancing otters" });
    ann.post("/api/users/me/password", change).await.is(204);
    sign_in(&app.stranger(), &mut device).await.ok();

    let stranger = app.stranger();
    stranger.post("/api/auth/forgot-password", json!({ "email": "ann@example.com" })).await.is(202);
    let letter = mail(&app, "Set a new password").await;
    let token = after(&letter, "reset-password#token=");
    let reset = json!({ "token": token, "password": "eight dancing otters" });
    stranger.post("/api/auth/reset-password", reset).await.is(204);
    assert_eq!(sign_in(&app.stranger(), &mut device).await.problem(), "bad_passkey");
}

#[tokio::test]
async fn twenty_are_the_most() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    for _ in 0..20 {
        add(&ann).await;
    }
    let refused = ann.post(&format!("{MINE}/options"), json!({ "password": PASSWORD })).await;
    assert_eq!((refused.status, refused.problem()), (409, "illegal_transition"));
}

#[tokio::test]
async fn of_several_that_are_begun_before_the_twentieth_one_is_added() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    for _ in 0..19 {
        add(&ann).await;
    }
    let mut begun = vec![];
    for _ in 0..5 {
        begun.push(asked(&ann).await);
    }
    let adding = begun.iter().map(|asked| {
        let credential = Authenticator::new().create(&asked["options"]);
        let body =
            json!({ "ceremonyId": asked["ceremonyId"], "name": "x", "credential": credential });
        ann.post(MINE, body)
    });
    let answers = join_all(adding).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409]);
    assert_eq!(ann.get(MINE).await.ok()["items"].as_array().map(Vec::len), Some(20));
}

#[tokio::test]
async fn where_people_come_by_a_bare_address_there_are_none() {
    let public_origin = "http://127.0.0.1:8080".parse().expect("an origin");
    let app = TestApp::with(Config { public_origin, ..Config::for_tests() }).await;
    let refused = app.stranger().post("/api/auth/passkey/options", Value::Null).await;
    assert_eq!((refused.status, refused.problem()), (404, "not_found"));
}
