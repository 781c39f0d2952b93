//! Whatever is sent, it is answered with a problem that names what is wrong, stores nothing
//! and breaks nothing.

use api::router::described;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::values::account::Role;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::harness::{Answer, Client, TestApp, Text};

/// Every operation of the API, as it describes itself: method, path, whether it takes JSON.
fn operations() -> Vec<(Method, String, bool)> {
    let (_, description) = described();
    let description = serde_json::to_value(description).expect("JSON");
    let mut operations = vec![];
    for (path, item) in description["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("an item") {
            let method = method.to_uppercase().parse().expect("a method");
            let json = &operation["requestBody"]["content"]["application/json"];
            operations.push((method, path.clone(), !json.is_null()));
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
                let sound = match () {
                    () if path.contains("reports") => {
                        json!({ "status": "resolved", "resolution": "x" })
                    }
                    () if path.ends_with("/warnings") => json!({ "warning": "x" }),
                    () if path.ends_with("/suspension") => json!({ "reason": "x" }),
                    () => json!({ "status": "accepted" }),
                };
                request = request.json(&sound);
            }
            let answer = Answer::to(request).await;
            // Who is not there is not blocked either, which is all that was asked for.
            if method == Method::DELETE && path.ends_with("/block") && answer.status == 204 {
                continue;
            }
            let code = answer.problem();
            // For reports and the log, who asks has no business there, id or not.
            assert!(matches!(code, "not_found" | "forbidden"), "{method} {path}: {code}");
        }
    }
    assert_eq!(app.log_length().await, before);
}

/// A request, and the fields for which it must be refused.
type Refused<'a> = (&'a str, String, Value, &'a [&'a str]);

async fn assert_refused(who: &Client, refused: &[Refused<'_>]) {
    for (method, path, body, fields) in refused {
        let answer = send(who, method, path, body).await;
        assert_eq!((answer.problem(), &*answer.fields()), ("invalid", *fields), "{path} {body}");
    }
}

fn long(length: usize) -> String {
    "x".repeat(length)
}

#[tokio::test]
async fn every_field_of_an_account_that_is_wrong_is_named() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let before = app.log_length().await;
    let register = || "/api/auth/register".to_owned();
    let refused: [Refused<'_>; 6] = [
        ("POST", register(), json!({}), &["username", "email", "password"]),
        (
            "POST",
            register(),
            json!({ "username": "a\u{0}b", "email": "x@y", "password": "short", "age": 7 }),
            &["username", "email", "password", "age"],
        ),
        (
            "POST",
            register(),
            json!({ "username": ["anna"], "email": 1, "password": {} }),
            &["username", "email", "password"],
        ),
        (
            "POST",
            "/api/auth/login".to_owned(),
            json!({ "email": null, "password": 12 }),
            &["email", "password"],
        ),
        ("POST", "/api/auth/refresh".to_owned(), json!({ "refreshToken": 1 }), &["refreshToken"]),
        (
            "PATCH",
            "/api/users/me".to_owned(),
            json!({ "username": null, "avatar": "http://x", "country": "Germany",
                    "bio": long(501), "danceRole": "both",
                    "socialLinks": ["https://a.example", "http://b.example"], "wsdcNumber": 0 }),
            &["username", "avatar", "country", "bio", "danceRole", "socialLinks", "wsdcNumber"],
        ),
    ];
    assert_refused(&ann, &refused).await;
    assert_eq!(app.log_length().await, before);
}

#[tokio::test]
async fn every_field_of_an_announcement_that_is_wrong_is_named() {
    let app = TestApp::start().await;
    let olga = app.dancer_with_role("olga", Role::Organizer).await;
    let before = app.log_length().await;
    let events = || "/api/events".to_owned();
    let refused: [Refused<'_>; 3] = [
        ("POST", events(), json!({}), &["name", "location", "startDate", "endDate"]),
        (
            "POST",
            events(),
            json!({ "name": long(121), "location": "\n", "startDate": "2026-12-04",
                    "endDate": "2026-12-03", "worldsdcId": long(33), "description": long(2001) }),
            &["name", "location", "worldsdcId", "description", "endDate"],
        ),
        (
            "POST",
            events(),
            json!({ "name": "x", "location": "y", "startDate": "4.12.2026",
                    "endDate": 20_261_204 }),
            &["startDate", "endDate"],
        ),
    ];
    assert_refused(&olga, &refused).await;
    assert_eq!(app.log_length().await, before);
}

#[tokio::test]
async fn every_field_about_a_match_that_is_wrong_is_named() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let id = ann.request(&bob, &event).await.created()["id"].text();
    let before = app.log_length().await;
    let to = str::to_owned;
    let refused: [Refused<'_>; 8] = [
        (
            "POST",
            to("/api/matches"),
            json!({ "targetUserId": 1, "eventId": "x" }),
            &["targetUserId", "eventId"],
        ),
        (
            "POST",
            to("/api/matches"),
            json!({ "targetUserId": ann.id, "eventId": event }),
            &["targetUserId"],
        ),
        ("PATCH", format!("/api/matches/{id}"), json!({ "status": "married" }), &["status"]),
        (
            "POST",
            to("/api/ratings"),
            json!({ "matchId": id, "score": 6, "comment": long(501),
                    "wouldCollaborateAgain": "yes" }),
            &["score", "comment", "wouldCollaborateAgain"],
        ),
        (
            "POST",
            to("/api/ratings"),
            json!({ "matchId": id, "score": 4.5, "wouldCollaborateAgain": true }),
            &["score"],
        ),
        (
            "POST",
            to("/api/reports"),
            json!({ "reportedUserId": "x", "reason": "boring", "details": long(2001),
                    "matchId": "x", "messageId": 3 }),
            &["reportedUserId", "reason", "details", "matchId", "messageId"],
        ),
        (
            "POST",
            to("/api/reports"),
            json!({ "reportedUserId": ann.id, "reason": "spam" }),
            &["reportedUserId"],
        ),
        (
            "POST",
            to("/api/webrtc/transfers"),
            json!({ "matchId": id, "transferId": "x", "direction": "up", "outcome": "lost",
                    "bytes": -1, "seconds": 1e300, "path": "air", "reason": long(301),
                    "browser": 4 }),
            &[
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
    assert_refused(&ann, &refused).await;
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

#[tokio::test]
async fn a_day_that_the_database_does_not_know_is_refused() {
    let app = TestApp::start().await;
    let admin = app.dancer_with_role("ada", Role::Admin).await;
    let cursor = |start: &str| {
        let key = json!(["events", [start, "0190f3c0-0000-7000-8000-00000000dead"]]);
        URL_SAFE_NO_PAD.encode(key.to_string())
    };
    for day in ["-9999-12-1", "-4999-1-01", "+12026-1-1", "0000-01-01"] {
        for (path, field) in [
            (format!("/api/events?from={}", day.replace('+', "%2B")), "from"),
            (format!("/api/events?to={}", day.replace('+', "%2B")), "to"),
            (format!("/api/transfers/statistics?to={}", day.replace('+', "%2B")), "to"),
        ] {
            let answer = admin.get(&path).await;
            assert_eq!((answer.problem(), answer.fields()), ("invalid", vec![field]), "{path}");
        }
    }
    for start in ["-9999-12-01", "-262143-01-01", "+262142-12-31"] {
        let answer = admin.get(&format!("/api/events?cursor={}", cursor(start))).await;
        assert_eq!((answer.problem(), answer.fields()), ("invalid", vec!["cursor"]), "{start}");
    }
    admin.get(&format!("/api/events?cursor={}", cursor("2026-12-01"))).await.ok();
    admin.get("/api/events?from=0001-01-01&to=9999-12-31").await.ok();
    admin.get("/api/transfers/statistics?to=0001-01-01").await.ok();
}
