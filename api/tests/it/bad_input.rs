//! Whatever is sent, it is answered with a problem that names what is wrong, stores nothing
//! and breaks nothing.

use api::router::described;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::harness::{Answer, Client, TestApp};

/// Every operation of the API, as it describes itself: method, path, whether it takes a body.
fn operations() -> Vec<(Method, String, bool)> {
    let (_, description) = described();
    let description = serde_json::to_value(description).expect("JSON");
    let mut operations = vec![];
    for (path, item) in description["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("an item") {
            let method = method.to_uppercase().parse().expect("a method");
            operations.push((method, path.clone(), operation.get("requestBody").is_some()));
        }
    }
    assert!(operations.len() > 40, "the description has lost routes");
    operations
}

/// Bodies that no route can take, whatever it takes.
fn garbage() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let deep = "[".repeat(10_000);
    let json = "application/json";
    vec![
        (json, b"{".to_vec(), "malformed_json"),
        (json, b"\xff\xfe{}".to_vec(), "malformed_json"),
        (json, b"{\"a\": 1e999}".to_vec(), "malformed_json"),
        (json, deep.into_bytes(), "malformed_json"),
        (json, b"[]".to_vec(), "invalid"),
        (json, b"null".to_vec(), "invalid"),
        (json, b"\"text\"".to_vec(), "invalid"),
        (json, b"{\"\\u0000\\u001b\": 1}".to_vec(), "invalid"),
        ("text/plain", b"{}".to_vec(), "unsupported_media_type"),
        ("", b"{}".to_vec(), "unsupported_media_type"),
        (json, vec![b' '; 64 * 1024 + 1], "payload_too_large"),
    ]
}

#[tokio::test]
async fn no_route_takes_garbage_for_a_body() {
    let app = TestApp::start().await;
    let (ann, _, event) = app.two_dancers().await;
    let before = app.log_length().await;
    for (method, path, _) in operations().into_iter().filter(|(.., body)| *body) {
        let path = path.replace("{id}", &event);
        for (media_type, body, code) in garbage() {
            let mut request = ann.as_page(method.clone(), &path).body(body.clone());
            if !media_type.is_empty() {
                request = request.header(CONTENT_TYPE, media_type);
            }
            let answer = Answer::to(request).await;
            let body = String::from_utf8_lossy(&body[..body.len().min(30)]).into_owned();
            assert_eq!(answer.problem(), code, "{method} {path} {media_type} {body}");
        }
    }
    assert_eq!(app.log_length().await, before);
    ann.get("/api/users/me").await.ok();
}

#[tokio::test]
async fn what_is_no_id_names_nothing() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let before = app.log_length().await;
    let strange = [
        "x",
        "%00",
        "%F0%9F%92%83",
        "%ff",
        "..%2f..",
        "a%20b",
        "-1",
        "' OR 1=1 --",
        "00000000-0000-0000-0000-000000000000",
        &"9".repeat(2_000),
    ];
    for (method, path, body) in
        operations().into_iter().filter(|(_, path, _)| path.contains("{id}"))
    {
        for id in strange {
            let path = path.replace("{id}", id);
            let mut request = ann.as_page(method.clone(), &path);
            if body {
                // Sound in itself, so that only the id is wrong.
                let sound = match path.contains("reports") {
                    true => json!({ "status": "resolved", "resolution": "x" }),
                    false => json!({ "status": "accepted" }),
                };
                request = request.json(&sound);
            }
            let answer = Answer::to(request).await;
            let code = answer.problem();
            // For reports and the log, who asks has no business there, id or not.
            assert!(matches!(code, "not_found" | "forbidden"), "{method} {path}: {code}");
        }
    }
    assert_eq!(app.log_length().await, before);
}

#[tokio::test]
async fn every_field_that_is_wrong_is_named() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let olga = app.dancer_with_role("olga", domain::values::account::Role::Organizer).await;
    let id = ann.request(&bob, &event).await.created()["id"].clone();
    let before = app.log_length().await;
    let long = |n: usize| "x".repeat(n);
    let refused = [
        (
            &ann,
            "POST",
            "/api/auth/register".to_owned(),
            json!({}),
            vec!["username", "email", "password"],
        ),
        (
            &ann,
            "POST",
            "/api/auth/register".to_owned(),
            json!({ "username": "a\u{0}b", "email": "x@y", "password": "short", "age": 7 }),
            vec!["username", "email", "password", "age"],
        ),
        (
            &ann,
            "POST",
            "/api/auth/register".to_owned(),
            json!({ "username": ["anna"], "email": 1, "password": {} }),
            vec!["username", "email", "password"],
        ),
        (
            &ann,
            "POST",
            "/api/auth/login".to_owned(),
            json!({ "email": null, "password": 12345678 }),
            vec!["email", "password"],
        ),
        (
            &ann,
            "POST",
            "/api/auth/refresh".to_owned(),
            json!({ "refreshToken": 1 }),
            vec!["refreshToken"],
        ),
        (
            &ann,
            "PATCH",
            "/api/users/me".to_owned(),
            json!({ "username": null, "avatar": "http://x", "country": "Germany", "bio": long(501),
                 "danceRole": "both" }),
            vec!["username", "avatar", "country", "bio", "danceRole"],
        ),
        (
            &olga,
            "POST",
            "/api/events".to_owned(),
            json!({}),
            vec!["name", "location", "startDate", "endDate"],
        ),
        (
            &olga,
            "POST",
            "/api/events".to_owned(),
            json!({ "name": long(121), "location": "\n", "startDate": "2026-12-04",
                 "endDate": "2026-12-03", "worldsdcId": long(33), "description": long(2001) }),
            vec!["name", "location", "worldsdcId", "description", "endDate"],
        ),
        (
            &olga,
            "POST",
            "/api/events".to_owned(),
            json!({ "name": "x", "location": "y", "startDate": "4.12.2026", "endDate": 20_261_204 }),
            vec!["startDate", "endDate"],
        ),
        (
            &ann,
            "POST",
            "/api/matches".to_owned(),
            json!({ "targetUserId": 1, "eventId": "x" }),
            vec!["targetUserId", "eventId"],
        ),
        (
            &ann,
            "POST",
            "/api/matches".to_owned(),
            json!({ "targetUserId": ann.id, "eventId": event }),
            vec!["targetUserId"],
        ),
        (
            &ann,
            "PATCH",
            format!("/api/matches/{}", id.as_str().expect("id")),
            json!({ "status": "married" }),
            vec!["status"],
        ),
        (
            &ann,
            "POST",
            "/api/ratings".to_owned(),
            json!({ "matchId": id, "score": 6, "comment": long(501), "wouldCollaborateAgain": "yes" }),
            vec!["score", "comment", "wouldCollaborateAgain"],
        ),
        (
            &ann,
            "POST",
            "/api/ratings".to_owned(),
            json!({ "matchId": id, "score": 4.5, "wouldCollaborateAgain": true }),
            vec!["score"],
        ),
        (
            &ann,
            "POST",
            "/api/reports".to_owned(),
            json!({ "reportedUserId": "x", "reason": "boring", "details": long(2001),
                 "matchId": "x", "messageId": 3 }),
            vec!["reportedUserId", "reason", "details", "matchId", "messageId"],
        ),
        (
            &ann,
            "POST",
            "/api/reports".to_owned(),
            json!({ "reportedUserId": ann.id, "reason": "spam" }),
            vec!["reportedUserId"],
        ),
        (
            &ann,
            "POST",
            "/api/webrtc/transfers".to_owned(),
            json!({ "matchId": id, "transferId": "x", "direction": "up", "outcome": "lost",
                 "bytes": -1, "seconds": 1e300, "path": "air", "reason": long(301),
                 "browser": 4 }),
            vec![
                "transferId",
                "direction",
                "outcome",
                "bytes",
                "seconds",
                "path",
                "reason",
                "browser",
            ],
        ),
    ];
    for (who, method, path, body, fields) in refused {
        let answer = send(who, method, &path, &body).await;
        assert_eq!((answer.problem(), answer.fields()), ("invalid", fields), "{path} {body}");
    }
    // Of two people, one who is not there.
    let nobody =
        json!({ "targetUserId": "0190f3c0-0000-7000-8000-00000000dead", "eventId": event });
    assert_eq!(ann.post("/api/matches", nobody).await.problem(), "not_participant");
    assert_eq!(app.log_length().await, before);
}

async fn send(who: &Client, method: &str, path: &str, body: &Value) -> Answer {
    let method = method.parse().expect("a method");
    Answer::to(who.as_page(method, path).json(body)).await
}

#[tokio::test]
async fn an_address_or_method_that_is_not_there_is_said_to_be_so() {
    let app = TestApp::start().await;
    let stranger = app.stranger();
    for path in ["/api", "/api/", "/api/nothing", "/api/events/x/y/z", "/api/openapi.yaml"] {
        assert_eq!(stranger.get(path).await.problem(), "not_found", "{path}");
    }
    for (method, path) in [
        (Method::PUT, "/api/events"),
        (Method::DELETE, "/api/auth/login"),
        (Method::POST, "/healthz"),
        (Method::PATCH, "/"),
    ] {
        let answer = Answer::to(stranger.as_page(method, path)).await;
        assert_eq!(answer.problem(), "method_not_allowed", "{path}");
    }
    let page = stranger.as_page(Method::GET, "/events/some-slug").header("Accept", "text/html");
    let page = Answer::to(page).await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert_eq!(page.header("cache-control"), "no-cache");
    assert!(page.header("content-security-policy").contains("script-src 'self'"));
    assert!(!page.header("content-security-policy").contains("unsafe-inline"));
}
