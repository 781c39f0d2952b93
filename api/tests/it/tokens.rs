//! Access tokens that are not what was issued, or not any more: no way in, over HTTP or by a
//! socket, as bearer or as cookie.

use api::config::Config;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Utc;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::Method;
use reqwest::header::COOKIE;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Error;

use crate::gateway::socket::{Socket, request};
use crate::harness::{Answer, Client, PASSWORD, TestApp, Text};

const KEY: &str = "0123456789abcdef0123456789abcdef";

async fn start() -> TestApp {
    TestApp::with(Config { jwt_secret: Some(KEY.into()), ..Config::for_tests() }).await
}

/// A session by token, as its own client has it.
async fn token(app: &TestApp) -> String {
    let credentials = json!({ "email": "ann@example.com", "password": PASSWORD });
    let tokens = app.stranger().post("/api/auth/token", credentials).await.ok();
    tokens["accessToken"].text()
}

fn claims(token: &str) -> Value {
    let claims = token.split('.').nth(1).expect("claims");
    let claims = URL_SAFE_NO_PAD.decode(claims).expect("base64");
    serde_json::from_slice(&claims).expect("JSON")
}

/// These claims with one of them otherwise; left out where that is null.
fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    let all = claims.as_object_mut().expect("an object");
    all.remove(name);
    if !value.is_null() {
        all.insert(name.to_owned(), value);
    }
    claims
}

fn signed(algorithm: Algorithm, key: &str, claims: &Value) -> String {
    let key = EncodingKey::from_secret(key.as_bytes());
    encode(&Header::new(algorithm), claims, &key).expect("signed")
}

/// With another character in the middle of one of its three parts.
fn altered(token: &str, part: usize) -> String {
    let mut parts: Vec<_> = token.split('.').map(str::to_owned).collect();
    let at = parts[part].len() / 2;
    let other = if &parts[part][at..=at] == "A" { "B" } else { "A" };
    parts[part].replace_range(at..=at, other);
    parts.join(".")
}

/// How each way in answers: over HTTP and by a socket, as bearer and as cookie.
async fn ways_in(stranger: &Client, token: &str) -> Vec<u16> {
    let bearer = format!("Bearer {token}");
    let cookie = format!("spotlight_session={token}");
    let http = || stranger.bare(Method::GET, "/api/users/me");
    let mut statuses = vec![];
    for answer in [
        Answer::to(http().header("Authorization", &bearer)).await,
        Answer::to(http().header(COOKIE, &cookie)).await,
    ] {
        if answer.status != 200 {
            assert_eq!(answer.problem(), "unauthenticated");
        }
        statuses.push(answer.status);
    }
    for (name, value) in [("Authorization", &bearer), ("Cookie", &cookie)] {
        let mut request = request(stranger, "");
        request.headers_mut().remove("Cookie");
        request.headers_mut().insert(name, value.parse().expect("a header"));
        statuses.push(match Socket::with(request).await {
            Ok(mut socket) => {
                assert_eq!(socket.next().await["type"], "hello");
                200
            }
            Err(Error::Http(answer)) => answer.status().as_u16(),
            Err(error) => panic!("{error}"),
        });
    }
    statuses
}

#[tokio::test]
async fn only_what_was_issued_lets_somebody_in() {
    let app = start().await;
    app.dancer("ann").await;
    let stranger = app.stranger();
    let sound = token(&app).await;
    assert_eq!(ways_in(&stranger, &sound).await, [200; 4]);
    let claims = claims(&sound);
    // Made here with the same key and claims it is as good, so what follows fails by its flaw.
    let made = signed(Algorithm::HS256, KEY, &claims);
    assert_eq!(ways_in(&stranger, &made).await, [200; 4]);

    let hs256 = |claims: Value| signed(Algorithm::HS256, KEY, &claims);
    let unsigned = |algorithm: &str| {
        let header = URL_SAFE_NO_PAD.encode(json!({ "alg": algorithm, "typ": "JWT" }).to_string());
        format!("{header}.{}.", URL_SAFE_NO_PAD.encode(claims.to_string()))
    };
    let ago = Utc::now().timestamp() - 1;
    let flawed = [
        ("altered header", altered(&sound, 0)),
        ("altered claims", altered(&sound, 1)),
        ("altered signature", altered(&sound, 2)),
        ("no signature", sound.rsplit_once('.').expect("parts").0.to_owned() + "."),
        ("alg none", unsigned("none")),
        ("alg None", unsigned("None")),
        ("alg HS256, unsigned", unsigned("HS256")),
        ("another algorithm", signed(Algorithm::HS512, KEY, &claims)),
        ("another key", signed(Algorithm::HS256, "another key of the same length..", &claims)),
        ("an empty key", signed(Algorithm::HS256, "", &claims)),
        ("another audience", hs256(with(&claims, "aud", json!("elsewhere")))),
        ("no audience", hs256(with(&claims, "aud", Value::Null))),
        ("another issuer", hs256(with(&claims, "iss", json!("elsewhere")))),
        ("no issuer", hs256(with(&claims, "iss", Value::Null))),
        ("expired", hs256(with(&claims, "exp", json!(ago)))),
        ("without an end", hs256(with(&claims, "exp", Value::Null))),
        ("no session", hs256(with(&claims, "sid", Value::Null))),
        ("a session that never was", hs256(with(&claims, "sid", json!(uuid::Uuid::now_v7())))),
        ("no token", "null".to_owned()),
    ];
    for (flaw, token) in flawed {
        assert_eq!(ways_in(&stranger, &token).await, [401; 4], "{flaw}");
    }
}

#[tokio::test]
async fn a_token_from_before_a_new_password_is_none() {
    let app = start().await;
    let ann = app.dancer("ann").await;
    let (stranger, old) = (app.stranger(), token(&app).await);
    assert_eq!(ways_in(&stranger, &old).await, [200; 4]);
    let change = json!({ "current": PASSWORD, "password": "brand new words" });
    ann.post("/api/users/me/password", change).await.is(204);
    assert_eq!(ways_in(&stranger, &old).await, [401; 4]);
    let node = app.another_node().await;
    assert_eq!(ways_in(&stranger.at(node.address), &old).await, [401; 4]);
    // Who changed it stays.
    ann.get("/api/users/me").await.ok();
}

#[tokio::test]
async fn a_token_from_before_signing_out_is_none_and_a_refresh_token_never_was_one() {
    let app = start().await;
    app.dancer("ann").await;
    let stranger = app.stranger();
    let credentials = json!({ "email": "ann@example.com", "password": PASSWORD });
    let tokens = stranger.post("/api/auth/token", credentials).await.ok();
    let access = tokens["accessToken"].text();
    assert_eq!(ways_in(&stranger, &tokens["refreshToken"].text()).await, [401; 4]);
    assert_eq!(ways_in(&stranger, &access).await, [200; 4]);
    let logout = stranger.bare(Method::POST, "/api/auth/logout").bearer_auth(&access);
    Answer::to(logout).await.is(204);
    assert_eq!(ways_in(&stranger, &access).await, [401; 4]);
}
