//! Cookies, tokens, and which pages may act.

use api::auth::origin::Origin;
use api::config::Config;
use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, ORIGIN};
use serde_json::json;

use crate::harness::{Answer, PASSWORD, TestApp, Text};

fn credentials(name: &str) -> serde_json::Value {
    json!({ "email": format!("{name}@example.com"), "password": PASSWORD })
}

fn set_cookies(answer: &Answer) -> Vec<String> {
    let cookies = answer.headers.get_all("set-cookie").iter();
    cookies.map(|cookie| cookie.to_str().expect("text").to_owned()).collect()
}

#[tokio::test]
async fn cookies_are_http_only_and_plain_on_this_machine_only() {
    let app = TestApp::start().await;
    app.dancer("ann").await;
    let login = app.stranger().post("/api/auth/login", credentials("ann")).await;
    let cookies = set_cookies(&login);
    assert_eq!(cookies.len(), 3);
    for cookie in &cookies {
        assert!(cookie.starts_with("spotlight_"), "{cookie}");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        assert!(!cookie.contains("Secure") && !cookie.contains("Domain"), "{cookie}");
    }

    let elsewhere = app
        .stranger()
        .bare(Method::POST, "/api/auth/login")
        .header("Host", "spotlight.cam")
        .header(ORIGIN, "https://spotlight.cam")
        .json(&credentials("ann"));
    for cookie in set_cookies(&Answer::to(elsewhere).await) {
        assert!(cookie.starts_with("__Host-spotlight_"), "{cookie}");
        assert!(cookie.contains("Secure") && cookie.contains("Path=/"), "{cookie}");
    }
}

#[tokio::test]
async fn a_cookie_vouches_only_for_pages_of_this_site() {
    let mut config = Config::for_tests();
    config.cors_origins = vec!["https://app.example".parse::<Origin>().expect("origin")];
    let app = TestApp::with(config).await;
    let (ann, _, event) = app.two_dancers().await;
    let before = app.log_length().await;
    let path = format!("/api/events/{event}/join");

    for origin in [None, Some("https://evil.example"), Some("null"), Some("http://localhost")] {
        let mut request = ann.bare(Method::DELETE, &path);
        if let Some(origin) = origin {
            request = request.header(ORIGIN, origin);
        }
        assert_eq!(Answer::to(request).await.problem(), "csrf", "{origin:?}");
    }
    assert_eq!(app.log_length().await, before);
    let foreign = ann.bare(Method::POST, "/api/auth/login").header(ORIGIN, "https://evil.example");
    assert_eq!(Answer::to(foreign.json(&credentials("ann"))).await.problem(), "csrf");

    let configured = ann.bare(Method::DELETE, &path).header(ORIGIN, "https://app.example");
    let answer = Answer::to(configured).await;
    assert_eq!(answer.header("access-control-allow-origin"), "https://app.example");
    answer.ok();
    Answer::to(ann.bare(Method::GET, "/api/users/me")).await.ok();
}

#[tokio::test]
async fn a_bearer_token_needs_no_origin_and_is_refreshed_once() {
    let app = TestApp::start().await;
    app.dancer("ann").await;
    let stranger = app.stranger();
    let tokens =
        Answer::to(stranger.bare(Method::POST, "/api/auth/token").json(&credentials("ann")));
    let tokens = tokens.await.ok();
    assert_eq!(tokens["expiresIn"], json!(900));
    let me = |token: String| {
        let request = stranger.bare(Method::PATCH, "/api/users/me").json(&json!({ "bio": "Hi" }));
        Answer::to(request.header(AUTHORIZATION, format!("Bearer {token}")))
    };
    me(tokens["accessToken"].text()).await.ok();
    assert_eq!(me("forged.forged.forged".into()).await.problem(), "unauthenticated");

    let refresh = |token: String| {
        let request = stranger.bare(Method::POST, "/api/auth/refresh");
        Answer::to(request.json(&json!({ "refreshToken": token })))
    };
    let renewed = refresh(tokens["refreshToken"].text()).await.ok();
    assert_ne!(renewed["refreshToken"], tokens["refreshToken"]);
    me(renewed["accessToken"].text()).await.ok();
    // The same moment, another tab: it gets what the first got, and no third token is born.
    let other_tab = refresh(tokens["refreshToken"].text()).await.ok();
    assert_eq!(other_tab["refreshToken"], renewed["refreshToken"]);
    assert_eq!(refresh("0".repeat(64)).await.problem(), "unauthenticated");
}

#[tokio::test]
async fn signing_out_ends_the_session_at_once() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let stolen = ann.cookies();
    ann.get("/api/users/me").await.ok();
    ann.post("/api/auth/logout", json!(null)).await.is(204);
    // What stays opens nothing: see docs/accounts.md.
    assert!(ann.cookies().starts_with("spotlight_device="), "{}", ann.cookies());
    assert!(!ann.cookies().contains(';'), "{}", ann.cookies());
    let replayed = ann.bare(Method::GET, "/api/users/me").header("Cookie", &stolen);
    assert_eq!(Answer::to(replayed).await.problem(), "unauthenticated");
    let renewed = ann.as_page(Method::POST, "/api/auth/refresh").header("Cookie", &stolen);
    assert_eq!(Answer::to(renewed).await.problem(), "unauthenticated");
    ann.post("/api/auth/logout", json!(null)).await.is(204);
}

#[tokio::test]
async fn a_session_outlives_its_access_token() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let refresh = ann.cookies();
    let refresh = refresh.split("; ").find(|it| it.starts_with("spotlight_refresh")).expect("one");
    let renewing = app.stranger();
    let request = renewing.as_page(Method::POST, "/api/auth/refresh").header("Cookie", refresh);
    assert_eq!(Answer::to(request).await.ok()["user"]["username"], "ann");
    renewing.get("/api/users/me").await.ok();
}

#[tokio::test]
async fn nobody_learns_from_signing_in_who_has_an_account() {
    let app = TestApp::start().await;
    app.dancer("ann").await;
    let wrong = json!({ "email": "ann@example.com", "password": "not her password" });
    let unknown = json!({ "email": "nobody@example.com", "password": "not her password" });
    let wrong = app.stranger().post("/api/auth/login", wrong).await;
    let unknown = app.stranger().post("/api/auth/login", unknown).await;
    assert_eq!(wrong.problem(), "bad_credentials");
    assert_eq!((wrong.status, wrong.body), (unknown.status, unknown.body));
    // An address is the same however it is written.
    let shouted = json!({ "email": "ANN@Example.com", "password": PASSWORD });
    app.stranger().post("/api/auth/login", shouted).await.ok();
}

#[tokio::test]
async fn a_password_that_anybody_would_guess_is_refused_wherever_one_is_chosen() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    for password in ["password1", "12345678", "bob.swings", "bob.swings@example.com"] {
        let body = json!({ "username": "bob.swings", "email": "bob.swings@example.com",
                           "password": password });
        let refused = app.stranger().post("/api/auth/register", body).await;
        assert_eq!((refused.status, refused.problem()), (422, "invalid"), "{password}");
        assert_eq!(refused.body["errors"][0]["message"], "is too easy to guess: try a few words");
        assert_eq!(refused.fields(), ["password"]);
    }
    let change = json!({ "current": PASSWORD, "password": "password1" });
    let refused = ann.post("/api/users/me/password", change).await;
    assert_eq!((refused.problem(), refused.fields()), ("invalid", vec!["password"]));
    app.stranger().post("/api/auth/login", credentials("ann")).await.ok();
}

#[tokio::test]
async fn a_hash_made_more_cheaply_is_made_anew_when_its_person_signs_in() {
    let app = TestApp::start().await;
    app.dancer("ann").await;
    // Of the same password, at 8 KiB and one pass.
    let cheap = Params::new(8, 1, 1, None).expect("parameters");
    let cheap = Argon2::new(Algorithm::Argon2id, Version::V0x13, cheap)
        .hash_password(PASSWORD.as_bytes())
        .expect("hashed")
        .to_string();
    sqlx::query("UPDATE credentials SET password_hash = $1")
        .bind(&cheap)
        .execute(&app.pool)
        .await
        .expect("set back");
    let stored = async || {
        sqlx::query_scalar::<_, String>("SELECT password_hash FROM credentials")
            .fetch_one(&app.pool)
            .await
            .expect("a hash")
    };
    let wrong = json!({ "email": "ann@example.com", "password": "not her password" });
    app.stranger().post("/api/auth/login", wrong).await.is(401);
    assert_eq!(stored().await, cheap);
    app.stranger().post("/api/auth/login", credentials("ann")).await.ok();
    let renewed = stored().await;
    assert!(renewed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{renewed}");
    app.stranger().post("/api/auth/login", credentials("ann")).await.ok();
    assert_eq!(stored().await, renewed, "and once only");
}
