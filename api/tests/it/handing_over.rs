//! What members report of handing videos over, and what becomes of it.

use domain::values::account::Role;
use serde_json::{Value, json};

use crate::gateway::socket::Socket;
use crate::harness::{Client, Dancer, TestApp, Text};

const TRANSFER: &str = "0190f3c0-0000-7000-8000-000000000001";

fn report(match_id: &str, direction: &str) -> Value {
    json!({ "matchId": match_id, "transferId": TRANSFER, "direction": direction,
            "outcome": "completed", "bytes": 20_000_000, "seconds": 2.5, "path": "host",
            "browser": "Chrome 156", "proof": "ab".repeat(32), "connectSeconds": 0.4 })
}

fn with(mut report: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else { panic!("an object") };
    report.as_object_mut().expect("an object").extend(changes);
    report
}

async fn history(of: &Dancer, id: &str) -> Vec<Value> {
    let page = of.get(&format!("/api/matches/{id}/history")).await.ok();
    page["items"].as_array().expect("items").clone()
}

async fn states(of: &Dancer, id: &str) -> (String, String) {
    let exchange = of.get(&format!("/api/matches/{id}")).await.ok()["exchange"].clone();
    (exchange["mine"]["state"].text(), exchange["partners"]["state"].text())
}

#[tokio::test]
async fn a_video_is_verified_by_the_second_report_and_both_hear_of_it() {
    let app = TestApp::start().await;
    let (ann, bob, id) = app.two_agreed().await;
    let both = |mine: &str, partners: &str| (mine.to_owned(), partners.to_owned());
    let mut sockets = [Socket::open(&ann).await, Socket::open(&bob).await];
    assert_eq!(states(&ann, &id).await, both("owed", "owed"));

    ann.post("/api/webrtc/transfers", report(&id, "sent")).await.created();
    assert_eq!(states(&ann, &id).await, both("sent", "owed"));
    assert_eq!(states(&bob, &id).await, both("owed", "sent"));
    let second = bob.post("/api/webrtc/transfers", report(&id, "received")).await.created();
    assert_eq!(states(&ann, &id).await, both("verified", "owed"));
    assert_eq!(states(&bob, &id).await, both("owed", "verified"));

    let told = history(&bob, &id).await;
    let [.., reported, receipt] = &told[..] else { panic!("{told:?}") };
    assert_eq!((&reported["type"], &reported["by"]), (&json!("TransferReported"), &json!(bob.id)));
    assert_eq!((&receipt["type"], &receipt["by"]), (&json!("VideoHandedOver"), &json!(ann.id)));
    assert_eq!(receipt["position"], second["position"], "in the same append, and answered");
    assert_eq!(
        receipt["data"]["receipt"],
        json!({ "transfer": TRANSFER, "from": ann.id, "to": bob.id, "bytes": 20_000_000,
                "proof": "ab".repeat(32) })
    );
    for socket in &mut sockets {
        let heard = socket.hear("video_handed_over").await;
        assert_eq!(heard["position"], receipt["position"]);
        assert_eq!(
            heard["data"],
            json!({ "matchId": id, "transferId": TRANSFER, "from": ann.id, "to": bob.id,
                    "bytes": 20_000_000 })
        );
    }

    // Told again, by either, nothing is appended; and calling it done is as it was.
    let before = app.log_length().await;
    bob.post("/api/webrtc/transfers", report(&id, "received")).await.created();
    ann.post("/api/webrtc/transfers", report(&id, "sent")).await.created();
    assert_eq!(app.log_length().await, before);
    bob.move_match(&id, "completed").await.ok();
    assert_eq!(states(&bob, &id).await, both("owed", "verified"));
}

#[tokio::test]
async fn a_match_shows_the_last_twenty_reports_and_forgets_no_video() {
    let app = TestApp::start().await;
    let (ann, bob, id) = app.two_agreed().await;
    bob.post("/api/webrtc/transfers", report(&id, "received")).await.created();
    for seconds in 1..=25 {
        let failed = json!({ "matchId": id, "direction": "sent", "outcome": "failed",
                             "bytes": 0, "seconds": seconds });
        ann.post("/api/webrtc/transfers", failed).await.created();
    }
    let shown = bob.get(&format!("/api/matches/{id}")).await.ok()["transfers"].clone();
    let shown: Vec<_> = shown.as_array().expect("reports").iter().collect();
    assert_eq!(shown.len(), 20);
    assert_eq!((&shown[0]["seconds"], &shown[19]["seconds"]), (&json!(6.0), &json!(25.0)));
    assert_eq!(states(&bob, &id).await, ("owed".to_owned(), "received".to_owned()));
}

#[tokio::test]
async fn two_who_report_at_the_same_moment_get_one_receipt() {
    let app = TestApp::start().await;
    let (ann, bob, id) = app.two_agreed().await;
    let (one, other) = tokio::join!(
        ann.post("/api/webrtc/transfers", report(&id, "sent")),
        bob.post("/api/webrtc/transfers", report(&id, "received")),
    );
    one.created();
    other.created();
    let receipts = history(&ann, &id).await;
    let receipts = receipts.iter().filter(|it| it["type"] == "VideoHandedOver").count();
    assert_eq!(receipts, 1);
}

#[tokio::test]
async fn proofs_that_differ_verify_nothing() {
    let app = TestApp::start().await;
    let (ann, bob, id) = app.two_agreed().await;
    ann.post("/api/webrtc/transfers", report(&id, "sent")).await.created();
    let other = with(report(&id, "received"), json!({ "proof": "cd".repeat(32) }));
    bob.post("/api/webrtc/transfers", other).await.created();
    assert_eq!(states(&bob, &id).await, ("owed".to_owned(), "received".to_owned()));
}

#[tokio::test]
async fn a_report_that_contradicts_itself_is_refused_by_field() {
    let app = TestApp::start().await;
    let (ann, _, id) = app.two_agreed().await;
    for (changes, field) in [
        (json!({ "proof": "AB".repeat(32) }), "proof"),
        (json!({ "proof": "ab" }), "proof"),
        (json!({ "proof": 7 }), "proof"),
        (json!({ "outcome": "failed" }), "proof"),
        (json!({ "connected": false }), "connected"),
        (json!({ "connected": "yes" }), "connected"),
        (json!({ "connectSeconds": -1 }), "connectSeconds"),
    ] {
        let body = with(report(&id, "sent"), changes);
        let answer = ann.post("/api/webrtc/transfers", body.clone()).await;
        assert_eq!((answer.problem(), answer.fields()), ("invalid", vec![field]), "{body}");
    }
}

/// The samples of a metric, labels and all.
async fn samples(client: &Client, name: &str) -> Vec<String> {
    let text = client.get("/metrics").await.ok().text();
    let name = format!("spotlight_transfer_{name}");
    let of_it = |line: &&str| line.starts_with(&name);
    text.lines().filter(of_it).map(|line| line[name.len()..].to_owned()).collect()
}

#[tokio::test]
async fn reports_are_counted_once_and_by_kinds_that_are_known() {
    let app = TestApp::start().await;
    let (ann, bob, id) = app.two_agreed().await;
    for _ in 0..2 {
        ann.post("/api/webrtc/transfers", report(&id, "sent")).await.created();
    }
    for n in 0..3 {
        let failed = json!({ "matchId": id, "direction": "received", "outcome": "failed",
                             "bytes": 0, "seconds": 30, "connected": false,
                             "reason": format!("my own words {n}"), "browser": format!("Mine {n}") });
        bob.post("/api/webrtc/transfers", failed).await.created();
    }
    assert_eq!(
        samples(&ann, "reports_total").await.iter().collect::<std::collections::BTreeSet<_>>(),
        [
            &r#"{outcome="completed",path="host",direction="sent"} 1"#.to_owned(),
            &r#"{outcome="failed",path="none",direction="received"} 3"#.to_owned()
        ]
        .into()
    );
    assert_eq!(samples(&ann, "failures_total").await, [r#"{outcome="failed",reason="other"} 3"#]);
    let browsers = samples(&ann, "browser_reports_total").await;
    assert!(browsers.contains(&r#"{browser="other",outcome="failed"} 3"#.to_owned()));
    let connections = samples(&ann, "connections_total").await;
    assert!(connections.contains(&r#"{result="failed"} 3"#.to_owned()), "{connections:?}");
    assert!(connections.contains(&r#"{result="connected"} 1"#.to_owned()), "{connections:?}");
    let speed = samples(&ann, "speed_bytes_per_second_sum").await;
    assert_eq!(speed, [r#"{direction="sent"} 8000000.0"#]);
    assert_eq!(samples(&ann, "connect_seconds_count").await, [" 1"]);
}

const PATH: &str = "/api/transfers/statistics";

#[tokio::test]
async fn statistics_are_for_admins_and_for_days_that_make_sense() {
    let app = TestApp::start().await;
    let (ann, bob, id) = app.two_agreed().await;
    ann.post("/api/webrtc/transfers", report(&id, "sent")).await.created();
    bob.post("/api/webrtc/transfers", report(&id, "received")).await.created();
    assert_eq!(app.stranger().get(PATH).await.problem(), "unauthenticated");
    assert_eq!(ann.get(PATH).await.problem(), "forbidden");
    let auditor = app.dancer_with_role("vera", Role::Auditor).await;
    assert_eq!(auditor.get(PATH).await.problem(), "forbidden");

    let admin = app.dancer_with_role("ada", Role::Admin).await;
    let usual = admin.get(PATH).await.ok();
    let days = usual["days"].as_array().expect("days");
    assert_eq!((days.len(), &days[29]["day"]), (30, &usual["to"]));
    assert_eq!(days.iter().map(|day| day["reports"].as_i64()).sum::<Option<i64>>(), Some(2));
    let total = &usual["total"];
    assert_eq!((&total["transfers"], &total["reports"]), (&json!(1), &json!(2)));
    assert_eq!(total["paths"], json!([{ "name": "host", "reports": 2, "completed": 2 }]));
    assert_eq!(total["speed"], json!({ "p10": 8e6, "p50": 8e6, "p90": 8e6 }));
    assert_eq!(total["connections"]["connected"], json!(2));

    let past = admin.get(&format!("{PATH}?from=2020-02-01&to=2020-02-29")).await.ok();
    assert_eq!(past["days"].as_array().map(Vec::len), Some(29));
    assert_eq!((&past["total"]["reports"], &past["total"]["speed"]), (&json!(0), &json!(null)));
    for (query, field) in [
        ("from=2026-12-02&to=2026-12-01", "from"),
        ("from=2020-01-01&to=2026-12-01", "from"),
        ("from=yesterday", "from"),
        ("to=2026-13-01", "to"),
    ] {
        let answer = admin.get(&format!("{PATH}?{query}")).await;
        assert_eq!((answer.problem(), answer.fields()), ("invalid", vec![field]), "{query}");
    }
}
