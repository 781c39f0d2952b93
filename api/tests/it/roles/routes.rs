use std::collections::BTreeSet;

use domain::values::account::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::For::{self, Anyone, Members, Owner, Participants, SignedIn};
use super::{Cast, Persona};
use crate::harness::Answer;

const AUDITORS: For = For::Role(Role::Auditor);
const MODERATORS: For = For::Role(Role::Moderator);

/// Every route. `{event}`, `{other_event}`, `{match}`, `{session}`, `{device}`, `{passkey}`, `{picture}` and
/// `{user}` stand for ids. What ends the session stands last.
const ROUTES: &[(&str, &str, For)] = &[
    ("GET", "/healthz", Anyone),
    ("GET", "/readyz", Anyone),
    ("GET", "/metrics", Anyone),
    ("GET", "/api/auth/captcha", Anyone),
    ("POST", "/api/auth/register", Anyone),
    ("POST", "/api/auth/login", Anyone),
    ("POST", "/api/auth/token", Anyone),
    ("POST", "/api/auth/passkey/options", Anyone),
    ("POST", "/api/auth/passkey", Anyone),
    ("POST", "/api/auth/refresh", Anyone),
    ("POST", "/api/auth/verify-email", Anyone),
    ("POST", "/api/auth/resend-verification", Anyone),
    ("POST", "/api/auth/forgot-password", Anyone),
    ("POST", "/api/auth/reset-password", Anyone),
    ("GET", "/api/events", Anyone),
    ("POST", "/api/events", For::Role(Role::Organizer)),
    ("GET", "/api/events/{event}", Anyone),
    ("POST", "/api/events/{other_event}/join", SignedIn),
    ("DELETE", "/api/events/{other_event}/join", SignedIn),
    ("GET", "/api/events/{event}/messages", Participants),
    ("GET", "/api/events/{event}/participants", Participants),
    ("GET", "/api/matches", SignedIn),
    ("POST", "/api/matches", Participants),
    ("GET", "/api/matches/{match}", Members),
    ("PATCH", "/api/matches/{match}", Members),
    ("GET", "/api/matches/{match}/history", Members),
    ("GET", "/api/matches/{match}/messages", Members),
    ("GET", "/api/matches/{match}/devices", Members),
    ("POST", "/api/matches/{match}/encryption", Members),
    ("POST", "/api/ratings", Members),
    ("GET", "/api/ratings/stats/{user}", SignedIn),
    ("GET", "/api/ratings/user/{user}", SignedIn),
    ("GET", "/api/reports", MODERATORS),
    ("POST", "/api/reports", SignedIn),
    ("GET", "/api/reports/{report}", MODERATORS),
    ("PATCH", "/api/reports/{report}", MODERATORS),
    ("GET", "/api/reports/{report}/context", MODERATORS),
    ("POST", "/api/users/{user}/warnings", MODERATORS),
    ("POST", "/api/users/{user}/suspension", MODERATORS),
    ("DELETE", "/api/users/{user}/suspension", MODERATORS),
    ("GET", "/api/audit/events", AUDITORS),
    ("GET", "/api/audit/matches/{match}", AUDITORS),
    ("GET", "/api/audit/matches/{match}/proof", AUDITORS),
    ("GET", "/api/transfers/statistics", For::Role(Role::Admin)),
    ("GET", "/api/webrtc/ice-servers", SignedIn),
    ("POST", "/api/webrtc/transfers", Members),
    ("GET", "/api/users/{user}", Anyone),
    ("GET", "/api/avatars/{picture}", Anyone),
    ("POST", "/api/users/{user}/block", SignedIn),
    ("DELETE", "/api/users/{user}/block", SignedIn),
    ("GET", "/api/users/me", SignedIn),
    ("PATCH", "/api/users/me", SignedIn),
    ("PUT", "/api/users/me/avatar", SignedIn),
    ("DELETE", "/api/users/me/avatar", SignedIn),
    ("GET", "/api/users/me/export", SignedIn),
    ("GET", "/api/users/me/notices", SignedIn),
    ("POST", "/api/users/me/password", SignedIn),
    ("POST", "/api/users/me/email", SignedIn),
    ("POST", "/api/users/me/email/confirm", SignedIn),
    ("GET", "/api/users/me/sessions", SignedIn),
    ("DELETE", "/api/users/me/sessions", SignedIn),
    ("DELETE", "/api/users/me/sessions/{session}", Owner),
    ("GET", "/api/users/me/passkeys", SignedIn),
    ("POST", "/api/users/me/passkeys", SignedIn),
    ("POST", "/api/users/me/passkeys/options", SignedIn),
    ("DELETE", "/api/users/me/passkeys/{passkey}", Owner),
    ("GET", "/api/users/me/devices", SignedIn),
    ("PUT", "/api/users/me/devices/{device}", SignedIn),
    ("DELETE", "/api/users/me/devices/{device}", Owner),
    ("DELETE", "/api/users/me", SignedIn),
    ("POST", "/api/users/me/keep", SignedIn),
    ("GET", "/api/users/me/preferences", SignedIn),
    ("PATCH", "/api/users/me/preferences", SignedIn),
    ("GET", "/api/unread", SignedIn),
    ("POST", "/api/auth/logout", Anyone),
];

/// What would refuse them for who they are.
const REFUSALS: [&str; 4] = ["unauthenticated", "forbidden", "not_participant", "not_found"];

#[tokio::test]
async fn every_route_is_for_whom_it_is_meant_and_for_nobody_else() {
    let cast = Cast::gather().await;
    let report = filed(&cast).await;
    let mut wrong = vec![];
    for (method, path, what) in ROUTES {
        for persona in &cast.personas {
            let address = path
                .replace("{event}", &cast.event)
                .replace("{other_event}", &cast.other_event)
                .replace("{match}", &cast.match_id)
                .replace("{user}", &cast.other)
                .replace("{report}", &report)
                .replace("{device}", &cast.device)
                .replace("{passkey}", &cast.passkey)
                .replace("{picture}", &cast.picture)
                .replace("{session}", &cast.session);
            let answer = ask(&cast, persona, method, &address).await;
            let refusal = (answer.status >= 400).then(|| answer.problem().to_owned());
            let refusal = refusal.filter(|code| REFUSALS.contains(&code.as_str()));
            if refusal.as_deref() != persona.refusal(*what) {
                let (name, expected) = (persona.name, persona.refusal(*what));
                wrong.push(format!("{method} {path} for {name}: {refusal:?}, not {expected:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn every_route_there_is_stands_in_the_table() {
    let document = api::router::described().1.to_json().expect("JSON");
    let document: Value = serde_json::from_str(&document).expect("JSON");
    let mut there = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for method in operations.as_object().expect("operations").keys() {
            there.insert((method.to_uppercase(), path.clone()));
        }
    }
    let listed: BTreeSet<_> =
        ROUTES.iter().map(|(method, path, _)| ((*method).to_owned(), any_id(path))).collect();
    assert_eq!(there, listed);
}

/// The path as the document has it.
fn any_id(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{id}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

async fn filed(cast: &Cast) -> String {
    let eve = cast.personas.iter().find_map(|persona| persona.dancer.as_ref()).expect("somebody");
    let filed = json!({ "reportedUserId": cast.other, "reason": "spam" });
    eve.post("/api/reports", filed).await.created()["id"].as_str().expect("an id").to_owned()
}

async fn ask(cast: &Cast, persona: &Persona, method: &str, address: &str) -> Answer {
    let stranger = cast.app.stranger();
    let client = persona.dancer.as_deref().unwrap_or(&stranger);
    let method: Method = method.parse().expect("a method");
    let request = client.as_page(method.clone(), address);
    let request = match body(cast, &method, address) {
        Value::Null => request,
        body => request.json(&body),
    };
    Answer::to(request).await
}

/// Enough for the question who asks to be asked.
fn body(cast: &Cast, method: &Method, address: &str) -> Value {
    let dates = ("2027-03-05", "2027-03-07");
    match (method.as_str(), address.rsplit('/').next().unwrap_or_default()) {
        ("POST", "events") => json!({ "name": "Swing Night", "location": "Berlin",
            "startDate": dates.0, "endDate": dates.1 }),
        ("POST", "matches") => json!({ "targetUserId": cast.partner, "eventId": cast.event }),
        ("POST", "ratings") => {
            json!({ "matchId": cast.match_id, "score": 5, "wouldCollaborateAgain": true })
        }
        ("POST", "warnings") => json!({ "warning": "Be kind." }),
        ("POST", "suspension") => json!({ "reason": "spam" }),
        ("POST", "reports") => json!({ "reportedUserId": cast.other, "reason": "spam" }),
        ("POST", "transfers") => json!({ "matchId": cast.match_id, "direction": "sent",
            "transferId": "0190f3c0-0000-7000-8000-000000000001", "outcome": "completed",
            "bytes": 1, "seconds": 1.0, "path": "host" }),
        ("PATCH", _) if address.starts_with("/api/reports/") => {
            json!({ "status": "resolved", "resolution": "Talked." })
        }
        ("PATCH", _) if address.starts_with("/api/matches/") => json!({ "status": "accepted" }),
        ("POST" | "PUT" | "PATCH" | "DELETE", _) => json!({}),
        _ => Value::Null,
    }
}
