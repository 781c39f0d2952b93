//! The API's description is part of the repository: the frontend's types are made from it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use api::problem::Code;
use api::router::described;

use crate::harness::{TestApp, Text};

/// Run with `UPDATE_OPENAPI=1` to write what the routes say now.
#[test]
fn the_description_in_the_repository_is_that_of_the_routes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let (_, description) = described();
    let now = description.to_pretty_json().expect("JSON") + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        fs::write(&path, &now).expect("written");
    }
    let kept = fs::read_to_string(&path).expect("docs/openapi.json");
    assert!(kept == now, "docs/openapi.json is stale: UPDATE_OPENAPI=1 cargo test -p api openapi");
}

#[tokio::test]
async fn the_description_of_the_socket_is_served_as_it_is_in_the_repository() {
    let app = TestApp::start().await;
    let answer = app.stranger().get("/api/asyncapi.yaml").await;
    assert_eq!(answer.header("content-type"), "application/yaml");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/asyncapi.yaml");
    assert_eq!(answer.ok().text(), fs::read_to_string(path).expect("docs/asyncapi.yaml"));
}

/// The contract's routes, each with its methods.
const CONTRACT: &[(&str, &[&str])] = &[
    ("/api/auth/register", &["post"]),
    ("/api/auth/login", &["post"]),
    ("/api/auth/token", &["post"]),
    ("/api/auth/refresh", &["post"]),
    ("/api/auth/logout", &["post"]),
    ("/api/auth/verify-email", &["post"]),
    ("/api/auth/forgot-password", &["post"]),
    ("/api/auth/reset-password", &["post"]),
    ("/api/users/me", &["get", "patch", "delete"]),
    ("/api/users/me/export", &["get"]),
    ("/api/users/{id}", &["get"]),
    ("/api/users/{id}/block", &["post", "delete"]),
    ("/api/events", &["get", "post"]),
    ("/api/events/{id}", &["get"]),
    ("/api/events/{id}/join", &["post", "delete"]),
    ("/api/events/{id}/participants", &["get"]),
    ("/api/events/{id}/messages", &["get"]),
    ("/api/matches", &["get", "post"]),
    ("/api/matches/{id}", &["get", "patch"]),
    ("/api/matches/{id}/messages", &["get"]),
    ("/api/matches/{id}/history", &["get"]),
    ("/api/ratings", &["post"]),
    ("/api/ratings/user/{id}", &["get"]),
    ("/api/ratings/stats/{id}", &["get"]),
    ("/api/reports", &["post"]),
    ("/api/reports/{id}", &["get", "patch"]),
    ("/api/webrtc/ice-servers", &["get"]),
    ("/api/webrtc/transfers", &["post"]),
    ("/api/audit/events", &["get"]),
    ("/api/audit/matches/{id}", &["get"]),
    ("/healthz", &["get"]),
    ("/readyz", &["get"]),
    ("/metrics", &["get"]),
];

#[test]
fn every_route_of_the_contract_is_described_with_a_name_of_its_own() {
    let (_, description) = described();
    let description = serde_json::to_value(description).expect("JSON");
    for (path, methods) in CONTRACT {
        for method in *methods {
            assert!(description["paths"][path][method].is_object(), "{method} {path}");
        }
    }
    let mut names = BTreeSet::new();
    for (path, item) in description["paths"].as_object().expect("paths") {
        for operation in item.as_object().expect("an item").values() {
            let name = operation["operationId"].as_str().expect("a name");
            assert!(names.insert(name), "{path} shares the name {name}");
        }
    }
}

/// A route names its own problems as text; one that is mistyped would be lost.
#[test]
fn every_code_is_said_by_some_route() {
    let (_, description) = described();
    let document = description.to_json().expect("JSON");
    // Said of no route in particular: any may be asked with a wrong method or keep losing a race.
    // And what is said over sockets alone.
    let of_none =
        [Code::MethodNotAllowed, Code::Conflict, Code::EncryptionRequired, Code::NotEncrypted];
    for code in Code::ALL.iter().filter(|code| !of_none.contains(code)) {
        assert!(document.contains(&format!("`{}`", code.as_str())), "{}", code.as_str());
    }
}
