//! The captcha, against a service that speaks Turnstile's protocol.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use api::config::{CaptchaConfig, Config};

use axum::{Json, Router, routing};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::harness::{Answer, TestApp};

type Asked = Arc<Mutex<Vec<Value>>>;

/// Takes `solved` once for a riddle that was solved, and knows one secret.
async fn service(knows: &'static str) -> (SocketAddr, Asked) {
    let (asked, spent) = (Asked::default(), Mutex::new(false));
    let (noted, spent) = (asked.clone(), Arc::new(spent));
    let verify = move |Json(question): Json<Value>| async move {
        noted.lock().expect("sound").push(question.clone());
        let error = if question["secret"] != knows {
            Some("invalid-input-secret")
        } else if question["response"] != "solved" {
            Some("invalid-input-response")
        } else if std::mem::replace(&mut *spent.lock().expect("sound"), true) {
            Some("timeout-or-duplicate")
        } else {
            None
        };
        Json(json!({ "success": error.is_none(), "error-codes": error.as_slice() }))
    };
    let router = Router::new().route("/v0/siteverify", routing::post(verify));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, asked)
}

async fn guarded_by(address: SocketAddr) -> TestApp {
    TestApp::with(guarded(address)).await
}

fn guarded(address: SocketAddr) -> Config {
    let url = format!("http://{address}/v0");
    let origin = format!("http://{address}").parse().expect("an origin");
    let captcha = CaptchaConfig { site_key: "shown".into(), secret: "kept".into(), url, origin };
    Config { captcha: Some(captcha), ..Config::for_tests() }
}

async fn register(app: &TestApp, name: &str, captcha: Option<&str>) -> Answer {
    let email = format!("{name}@example.com");
    let mut body = json!({ "username": name, "email": email, "password": "seven dancing otters" });
    if let Some(captcha) = captcha {
        body["captcha"] = captcha.into();
    }
    app.stranger().post("/api/auth/register", body).await
}

#[tokio::test]
async fn whoever_registers_or_forgot_their_password_solves_the_riddle_first() {
    let (address, asked) = service("kept").await;
    let app = guarded_by(address).await;
    let shown = app.stranger().get("/api/auth/captcha").await;
    let script = format!("http://{address}/v0/api.js");
    let widget = json!({ "captcha": { "siteKey": "shown", "script": script } });
    assert_eq!((shown.status, &shown.body), (200, &widget));

    for unsolved in [None, Some(""), Some("guessed")] {
        let refused = register(&app, "ann", unsolved).await;
        assert_eq!((refused.status, refused.problem()), (422, "invalid"), "{unsolved:?}");
        assert_eq!(refused.body["errors"][0]["field"], "captcha");
    }
    assert_eq!(register(&app, "ann", Some("solved")).await.status, 201);
    let last = asked.lock().expect("sound").last().cloned();
    let sent = json!({ "secret": "kept", "response": "solved", "remoteip": "127.0.0.1" });
    assert_eq!(last, Some(sent));

    let again = json!({ "email": "ann@example.com", "captcha": "solved" });
    let refused = app.stranger().post("/api/auth/forgot-password", again).await;
    assert_eq!(refused.status, 422, "each answer is good once");
    let credentials = json!({ "email": "ann@example.com", "password": "seven dancing otters" });
    assert_eq!(app.stranger().post("/api/auth/login", credentials).await.status, 200);
}

#[tokio::test]
async fn who_does_not_solve_the_riddle_takes_no_mail_from_anybody() {
    let (address, _) = service("kept").await;
    let app = TestApp::with(Config { rate_limits: true, ..guarded(address) }).await;
    let forgot = async |captcha: &str| {
        let body = json!({ "email": "ann@example.com", "captcha": captcha });
        app.stranger().post("/api/auth/forgot-password", body).await
    };
    for _ in 0..5 {
        assert_eq!(forgot("guessed").await.problem(), "invalid");
    }
    forgot("solved").await.is(202);
}

#[tokio::test]
async fn where_the_service_is_away_or_does_not_know_us_nobody_slips_in() {
    let (stranger, _) = service("another secret").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let closed = listener.local_addr().expect("an address");
    drop(listener);
    for address in [stranger, closed] {
        let app = guarded_by(address).await;
        let refused = register(&app, "ann", Some("solved")).await;
        assert_eq!((refused.status, refused.problem()), (503, "unavailable"));
    }
}

#[tokio::test]
async fn the_page_may_run_the_service_s_script_and_show_its_frame() {
    let (address, _) = service("kept").await;
    let app = guarded_by(address).await;
    let answer = app.stranger().get("/healthz").await;
    let policy = answer.header("content-security-policy");
    let origin = format!("http://{address}");
    assert!(policy.contains(&format!("script-src 'self' 'wasm-unsafe-eval' {origin};")));
    assert!(policy.contains(&format!("frame-src 'self' {origin};")), "{policy}");
}
