//! What an auditor takes home, and what the command line says of a log that was changed.

use std::process::Output;

use domain::values::account::Role;
use serde_json::Value;

use crate::harness::{TestApp, Text};

/// What `spotlight audit …` says and how it ends, run beside the server.
async fn audit(app: &TestApp, arguments: &[&str]) -> Output {
    app.beside("audit").args(arguments).output().await.expect("run")
}

fn said(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(text).expect("text")
}

#[tokio::test]
async fn an_auditor_takes_a_match_home_and_checks_it_there() {
    let app = TestApp::start().await;
    let (ann, _, id) = app.two_done().await;
    ann.rate(&id, 5).await.created();
    let path = format!("/api/audit/matches/{id}/proof");
    assert_eq!(ann.get(&path).await.problem(), "forbidden", "not even a member");
    let auditor = app.dancer_with_role("aud", Role::Auditor).await;
    let proof = auditor.get(&path).await.ok();
    let unknown = "/api/audit/matches/0198c0de-0000-7000-8000-000000000001/proof";
    assert_eq!(auditor.get(unknown).await.problem(), "not_found");

    let key = audit(&app, &["key"]).await;
    let key = said(&key).trim().to_owned();
    let file = app.home().join("proof.json");
    let check = async |proof: &Value, key: &str| {
        std::fs::write(&file, proof.to_string()).expect("written");
        audit(&app, &["verify-file", file.to_str().expect("a path"), "--public-key", key]).await
    };
    let checked = check(&proof, &key).await;
    assert!(checked.status.success(), "{}", said(&checked));
    assert!(said(&checked).contains("these are all of its events: 4"), "{}", said(&checked));
    let other = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let checked = check(&proof, other).await;
    assert!(!checked.status.success() && said(&checked).contains(&key), "{}", said(&checked));
    let mut altered = proof.clone();
    altered["events"][3]["payload"] =
        altered["events"][3]["payload"].text().replace('5', "1").into();
    let checked = check(&altered, &key).await;
    let position = &proof["events"][3]["position"];
    let refusal = format!("the event at position {position} is not what was sealed there");
    assert!(!checked.status.success() && said(&checked).contains(&refusal), "{}", said(&checked));

    let export = audit(&app, &["export", &id]).await;
    assert!(export.status.success(), "{}", said(&export));
    let exported: Value = serde_json::from_slice(&export.stdout).expect("JSON");
    assert_eq!(exported["events"], proof["events"]);
}

#[tokio::test]
async fn the_command_line_says_where_the_log_was_changed_and_fails() {
    let app = TestApp::start().await;
    let (_, _, id) = app.two_done().await;
    assert!(audit(&app, &["export", &id]).await.status.success(), "so it is sealed");
    let verified = audit(&app, &["verify"]).await;
    assert!(verified.status.success(), "{}", said(&verified));
    assert!(said(&verified).starts_with("positions 1 to "), "{}", said(&verified));
    assert!(said(&verified).contains("this machine's key"), "{}", said(&verified));

    sqlx::query("UPDATE events SET recorded_at = now() WHERE global_position = 3")
        .execute(&app.pool)
        .await
        .expect("changed");
    let verified = audit(&app, &["verify"]).await;
    assert_eq!(verified.status.code(), Some(1));
    assert!(said(&verified).contains("error: position 3 was changed"), "{}", said(&verified));
    let verified = audit(&app, &["verify", "--json"]).await;
    assert_eq!(verified.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&verified.stdout).expect("JSON");
    assert_eq!(report["intact"], false);
    assert_eq!(report["finding"]["what"], "changed");
    assert_eq!(report["finding"]["position"], 3);
}
