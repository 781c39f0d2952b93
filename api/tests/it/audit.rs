//! What auditors may ask, and nobody else.

use domain::values::account::Role;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::harness::{Client, Dancer, TestApp, Text};

/// A match on which everything has happened, with the positions of its events.
async fn a_whole_match(app: &TestApp) -> (Dancer, Dancer, String, Vec<i64>) {
    let (ann, bob, id) = app.two_agreed().await;
    let sent = json!({ "matchId": id, "direction": "sent", "outcome": "completed",
                       "bytes": 20_971_520, "seconds": 2.5, "path": "host" });
    ann.post("/api/webrtc/transfers", sent).await.created();
    bob.move_match(&id, "completed").await.ok();
    let said = json!({ "matchId": id, "score": 2, "comment": "The dip is missing.",
                       "wouldCollaborateAgain": false });
    ann.post("/api/ratings", said).await.created();
    let history = ann.get(&format!("/api/matches/{id}/history")).await.ok();
    let entries = history["items"].as_array().expect("items").iter();
    let positions = entries.map(|entry| entry["position"].as_i64().expect("a position")).collect();
    (ann, bob, id, positions)
}

#[tokio::test]
async fn the_log_is_for_auditors_alone() {
    let app = TestApp::start().await;
    let (ann, _, id, _) = a_whole_match(&app).await;
    let moderator = app.dancer_with_role("mona", Role::Moderator).await;
    let auditor = app.dancer_with_role("audrey", Role::Auditor).await;
    let admin = app.dancer_with_role("ada", Role::Admin).await;
    for path in ["/api/audit/events", &format!("/api/audit/matches/{id}")] {
        let signed_out = app.stranger().get(path).await;
        assert_eq!((signed_out.status, signed_out.problem()), (401, "unauthenticated"), "{path}");
        for (who, client) in [("a member", &ann), ("a moderator", &moderator)] {
            let refused = client.get(path).await;
            assert_eq!((refused.status, refused.problem()), (403, "forbidden"), "{who}: {path}");
        }
        auditor.get(path).await.ok();
        admin.get(path).await.ok();
    }
}

#[tokio::test]
async fn an_auditor_sees_a_match_as_it_was() {
    let app = TestApp::start().await;
    let (ann, bob, id, positions) = a_whole_match(&app).await;
    let auditor = app.dancer_with_role("audrey", Role::Auditor).await;
    let path = format!("/api/audit/matches/{id}");
    let [requested, accepted, sent, completed, rated] = positions[..] else {
        panic!("five events: {positions:?}")
    };

    let now = auditor.get(&path).await.ok();
    assert_eq!((&now["id"], &now["positions"]), (&json!(id), &json!(positions)));
    assert_eq!(now["at"], now["logEnd"]);
    let state = &now["state"];
    assert_eq!((&state["status"], &state["bothRated"]), (&json!("completed"), &json!(false)));
    assert_eq!(state["requester"]["id"], json!(ann.id));
    assert_eq!(state["recipient"]["username"], json!("bob"));
    assert!(state["event"]["name"].text().starts_with("Swing Night"));
    let moves: Vec<_> = state["moves"]
        .as_array()
        .expect("moves")
        .iter()
        .map(|made| (made["status"].text(), made["by"]["id"].text(), made["position"].as_i64()))
        .collect();
    let step = |status: &str, by: &Dancer, at| (status.to_owned(), by.id.clone(), Some(at));
    assert_eq!(
        moves,
        [
            step("pending", &ann, requested),
            step("accepted", &bob, accepted),
            step("completed", &bob, completed)
        ]
    );
    // What bob himself does not see yet.
    let rating = &state["ratings"][0];
    assert_eq!((&rating["score"], &rating["by"]["id"]), (&json!(2), &json!(ann.id)));
    assert_eq!(rating["comment"], json!("The dip is missing."));
    let transfer = &state["transfers"][0];
    assert_eq!((&transfer["bytes"], &transfer["seconds"]), (&json!(20_971_520), &json!(2.5)));
    assert_eq!(transfer["position"], json!(sent));
    let told = now["timeline"].as_array().expect("a timeline");
    let words: Vec<_> = (told.iter())
        .map(|it| format!("{} {}", it["by"]["username"].text(), it["words"].text()))
        .collect();
    assert_eq!(
        words[1..],
        [
            "bob agreed",
            "ann reported a video sent: 21.0 MB in 2.5 s, directly",
            "bob said that all was handed over",
            "ann gave bob 2 of 5, “The dip is missing.”, and would not film together again",
        ]
    );

    let then = auditor.get(&format!("{path}?at={}", completed - 1)).await.ok();
    assert_eq!((&then["at"], &then["logEnd"]), (&json!(completed - 1), &now["logEnd"]));
    assert_eq!(then["state"]["status"], json!("accepted"));
    assert_eq!(then["state"]["revealsAt"], Value::Null);
    assert_eq!(then["timeline"].as_array().expect("a timeline")[..], told[..3]);
    assert_eq!(then["positions"], json!(positions));
    let beyond = auditor.get(&format!("{path}?at={}", i64::MAX)).await.ok();
    assert_eq!(beyond, now);
    assert!(rated > completed);
}

#[tokio::test]
async fn a_place_that_makes_no_sense_is_refused_by_name() {
    let app = TestApp::start().await;
    let (_, _, id, positions) = a_whole_match(&app).await;
    let auditor = app.dancer_with_role("audrey", Role::Auditor).await;
    for at in ["x", "-1", "1.5", "99999999999999999999", "0", &(positions[0] - 1).to_string()] {
        let refused = auditor.get(&format!("/api/audit/matches/{id}?at={at}")).await;
        assert_eq!((refused.status, refused.problem()), (422, "invalid"), "{at}");
        assert_eq!(refused.fields(), ["at"], "{at}");
    }
    let nobodys = auditor.get(&format!("/api/audit/matches/{}", uuid::Uuid::now_v7())).await;
    assert_eq!((nobodys.status, nobodys.problem()), (404, "not_found"));
    for (query, field) in [
        ("aggregate=waltz", "aggregate"),
        ("id=x", "id"),
        ("after=-1", "after"),
        ("after=x", "after"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("cursor=x", "cursor"),
    ] {
        let refused = auditor.get(&format!("/api/audit/events?{query}")).await;
        assert_eq!((refused.status, refused.problem()), (422, "invalid"), "{query}");
        assert_eq!(refused.fields(), [field], "{query}");
    }
}

#[tokio::test]
async fn the_log_is_read_as_it_is_stored() {
    let app = TestApp::start().await;
    let (_, bob, id, positions) = a_whole_match(&app).await;
    let auditor = app.dancer_with_role("audrey", Role::Auditor).await;
    let stream = format!("/api/audit/events?aggregate=match&id={id}");
    let items = walk(&auditor, &format!("{stream}&limit=2")).await;
    assert_eq!(items.iter().map(position).collect::<Vec<_>>(), positions);
    let accepted = &items[1];
    let stored: (Value, Value) =
        sqlx::query_as("SELECT payload, metadata FROM events WHERE global_position = $1")
            .bind(positions[1])
            .fetch_one(&app.pool)
            .await
            .expect("the row");
    assert_eq!((&accepted["payload"], &accepted["metadata"]), (&stored.0, &stored.1));
    assert_eq!(accepted["metadata"]["actor"], json!(bob.id));
    let head = json!({ "aggregate": "match", "id": id, "sequence": 2, "type": "Accepted",
                       "version": "1", "position": positions[1] });
    for (field, value) in head.as_object().expect("an object") {
        assert_eq!(&accepted[field], value, "{field}");
    }
    assert!(accepted["at"].text().ends_with('Z'), "{accepted}");

    let after = walk(&auditor, &format!("{stream}&after={}", positions[3])).await;
    assert_eq!(after.iter().map(position).collect::<Vec<_>>(), positions[4..]);
    let whole = walk(&auditor, "/api/audit/events?limit=7").await;
    let log_length = app.log_length().await;
    assert_eq!(
        whole.iter().map(position).collect::<Vec<_>>(),
        (1..=log_length).collect::<Vec<_>>()
    );
}

fn position(item: &Value) -> i64 {
    item["position"].as_i64().expect("a position")
}

/// A list to its end.
async fn walk(client: &Client, path: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (vec![], String::new());
    loop {
        let page = client.get(&format!("{path}&cursor={cursor}")).await.ok();
        items.extend(page["items"].as_array().expect("items").clone());
        match page["nextCursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => return items,
        }
    }
}

/// `spotlight audit match …` beside the server: exit code, what it prints, what it complains of.
async fn audit_match(app: &TestApp, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spotlight"));
    command.args(["audit", "match"]).args(arguments);
    command.env_clear().env("DATABASE_URL", app.database_url());
    let ended = command.output().await.expect("run");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (ended.status.code(), text(ended.stdout), text(ended.stderr))
}

#[tokio::test]
async fn at_a_terminal_a_match_reads_as_it_does_over_http() {
    let app = TestApp::start().await;
    let (ann, _, id, positions) = a_whole_match(&app).await;
    let auditor = app.dancer_with_role("audrey", Role::Auditor).await;
    let accepted = positions[1];

    let (code, printed, _) = audit_match(&app, &[&id, "--at", &accepted.to_string()]).await;
    assert_eq!(code, Some(0));
    let told: Vec<_> =
        printed.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).collect();
    let line_of = |word: &str| told.iter().find(|line| line.first() == Some(&word));
    let last = line_of(&accepted.to_string()).expect("the last event");
    assert_eq!(last[3..], ["bob", "agreed"], "{printed}");
    assert_eq!(line_of(&positions[2].to_string()), None, "{printed}");
    assert_eq!(line_of("status").expect("a status")[1..], ["accepted"]);
    let next = positions[2].to_string();
    assert_eq!(
        line_of("later").expect("what follows")[1..],
        ["3", "more,", "the", "next", "at", "position", &next]
    );
    assert!(printed.contains(&ann.id), "{printed}");

    let at = positions[4].to_string();
    let (code, printed, _) = audit_match(&app, &["--json", "--at", &at, &id]).await;
    assert_eq!(code, Some(0));
    let over_http = auditor.get(&format!("/api/audit/matches/{id}?at={at}")).await.ok();
    assert_eq!(serde_json::from_str::<Value>(&printed).expect("JSON"), over_http);

    let nobodys = uuid::Uuid::now_v7().to_string();
    let before = (positions[0] - 1).to_string();
    for (arguments, complaint) in [
        (&[nobodys.as_str()][..], format!("there is no match {nobodys}")),
        (&["next"], "there is no match next".to_owned()),
        (
            &[&id, "--at", &before],
            format!("position {before} is before the match began, at {}", positions[0]),
        ),
    ] {
        let (code, printed, complained) = audit_match(&app, arguments).await;
        assert_eq!((code, &*printed), (Some(1), ""), "{complained}");
        assert!(complained.contains(&complaint), "{complained}");
    }
}
