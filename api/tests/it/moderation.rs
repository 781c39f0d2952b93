//! What moderators do about people, and who hears of it.

use std::time::{Duration, Instant};

use domain::values::account::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::gateway::socket::Socket;
use crate::harness::{Answer, Client, Dancer, PASSWORD, TestApp, Text};

fn warnings(of: &Dancer) -> String {
    format!("/api/users/{}/warnings", of.id)
}

fn suspension(of: &Dancer) -> String {
    format!("/api/users/{}/suspension", of.id)
}

async fn sign_in(client: &Client, name: &str) -> Answer {
    let credentials = json!({ "email": format!("{name}@example.com"), "password": PASSWORD });
    client.post("/api/auth/login", credentials).await
}

async fn notices(of: &Dancer) -> Vec<Value> {
    let answer = of.get("/api/users/me/notices").await.ok();
    answer["items"].as_array().expect("notices").clone()
}

#[tokio::test]
async fn who_is_suspended_is_signed_out_on_every_node_within_two_seconds() {
    let app = TestApp::start().await;
    let node = app.another_node().await;
    let moderator = app.dancer_with_role("mod", Role::Moderator).await;
    let ann = app.dancer("ann").await;
    let (phone, laptop) = (ann.at(node.address), app.stranger());
    sign_in(&laptop, "ann").await.ok();
    // Both nodes have seen the sessions open, and may remember it.
    phone.get("/api/users/me").await.ok();
    laptop.get("/api/users/me").await.ok();
    let mut sockets =
        [Socket::open(&ann).await, Socket::open(&phone).await, Socket::open(&laptop).await];

    moderator.post(&suspension(&ann), json!({ "reason": "spam" })).await.is(204);
    let since = Instant::now();
    for socket in &mut sockets {
        assert_eq!(socket.closed().await, 1008);
    }
    for client in [&*ann, &laptop] {
        assert_eq!(client.get("/api/users/me").await.problem(), "unauthenticated");
    }
    // The other node may believe for a moment what it was told before.
    while phone.get("/api/users/me").await.status != 401 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Two seconds are promised.
    println!("signed out everywhere {:?} after being suspended", since.elapsed());
    let renewed = Answer::to(laptop.as_page(Method::POST, "/api/auth/refresh")).await;
    assert_eq!(renewed.problem(), "unauthenticated");
}

#[tokio::test]
async fn who_is_suspended_hears_why_when_signing_in_until_it_is_lifted() {
    let app = TestApp::start().await;
    let moderator = app.dancer_with_role("mod", Role::Moderator).await;
    let ann = app.dancer("ann").await;
    let until = json!({ "reason": "ten links in a row", "until": "2099-01-31T12:00:00Z" });
    moderator.post(&suspension(&ann), until).await.is(204);

    let refused = sign_in(&app.stranger(), "ann").await;
    assert_eq!(refused.problem(), "suspended");
    let detail = refused.body["detail"].text();
    assert_eq!(detail, "suspended until 31 January 2099, 12:00 UTC: ten links in a row");
    let wrong = json!({ "email": "ann@example.com", "password": "not-her-password" });
    let refused = app.stranger().post("/api/auth/login", wrong).await;
    assert_eq!(refused.problem(), "bad_credentials", "nobody else hears of it");

    moderator.delete(&suspension(&ann)).await.is(204);
    sign_in(&ann, "ann").await.ok();
    let heard = notices(&ann).await;
    let kinds: Vec<_> = heard.iter().map(|notice| notice["kind"].text()).collect();
    assert_eq!(kinds, ["lifted", "suspended"]);
}

#[tokio::test]
async fn a_suspension_ends_by_itself() {
    let app = TestApp::start().await;
    let moderator = app.dancer_with_role("mod", Role::Moderator).await;
    let ann = app.dancer("ann").await;
    let soon = chrono::Utc::now() + chrono::TimeDelta::seconds(2);
    let body = json!({ "reason": "cool down", "until": soon });
    moderator.post(&suspension(&ann), body).await.is(204);
    while sign_in(&ann, "ann").await.status != 200 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(chrono::Utc::now() >= soon, "not before its time");
}

#[tokio::test]
async fn the_person_reads_the_warning_and_the_reporter_what_came_of_it() {
    let app = TestApp::start().await;
    let (ann, bob, id) = app.two_agreed().await;
    let moderator = app.dancer_with_role("mod", Role::Moderator).await;
    let mut socket = Socket::open(&bob).await;
    let say = |content: &str| json!({ "matchId": id, "content": content });
    socket.ask("send_private_message", say("hello")).await.expect("said");
    let rude = socket.ask("send_private_message", say("something rude")).await.expect("said");
    socket.ask("send_private_message", say("bye")).await.expect("said");
    let report = json!({ "reportedUserId": bob.id, "reason": "harassment",
        "details": "see there", "matchId": id, "messageId": rude["id"] });
    let report = ann.post("/api/reports", report).await.created()["id"].text();

    let context = moderator.get(&format!("/api/reports/{report}/context")).await.ok();
    assert_eq!(context["message"]["contents"], json!(["something rude"]));
    let said: Vec<_> = context["around"]
        .as_array()
        .expect("messages")
        .iter()
        .map(|message| message["content"].text())
        .collect();
    assert_eq!(said, ["hello", "something rude", "bye"]);
    let moves: Vec<_> = context["matchHistory"]
        .as_array()
        .expect("moves")
        .iter()
        .map(|entry| entry["type"].text())
        .collect();
    assert_eq!(moves, ["Requested", "Accepted"]);
    assert_eq!(context["acts"], json!([]));

    moderator.post(&warnings(&bob), json!({ "warning": "Be kind." })).await.is(204);
    let closing = json!({ "status": "resolved", "resolution": "first time", "outcome": "warned" });
    let closed = moderator.patch(&format!("/api/reports/{report}"), closing).await.ok();
    assert_eq!(closed["outcome"], "warned");

    let [warned] = notices(&bob).await.try_into().expect("one notice");
    assert_eq!((&warned["kind"], &warned["words"]), (&json!("warned"), &json!("Be kind.")));
    let [heard] = notices(&ann).await.try_into().expect("one notice");
    assert_eq!(
        (&heard["kind"], &heard["outcome"], &heard["about"]),
        (&json!("report_closed"), &json!("warned"), &json!("bob"))
    );
    assert!(!heard.to_string().contains("first time"), "moderators' words stay among them");

    let again = json!({ "reportedUserId": bob.id, "reason": "spam" });
    let again = ann.post("/api/reports", again).await.created()["id"].text();
    let context = moderator.get(&format!("/api/reports/{again}/context")).await.ok();
    assert_eq!(context["otherReports"][0]["id"], json!(report));
    assert_eq!(context["acts"][0]["words"], "Be kind.");
    assert_eq!(context["acts"][0]["by"], "mod");
}

#[tokio::test]
async fn moderators_are_moderated_by_admins_and_nobody_by_themselves() {
    let app = TestApp::start().await;
    let moderator = app.dancer_with_role("mod", Role::Moderator).await;
    let admin = app.dancer_with_role("admin", Role::Admin).await;
    let warning = || json!({ "warning": "Be kind." });
    assert_eq!(moderator.post(&warnings(&admin), warning()).await.problem(), "forbidden");
    assert_eq!(admin.post(&warnings(&admin), warning()).await.problem(), "invalid");
    admin.post(&warnings(&moderator), warning()).await.is(204);
    // Who is suspended does not moderate any more.
    admin.post(&suspension(&moderator), json!({ "reason": "too strict" })).await.is(204);
    let refused = moderator.post(&warnings(&admin), warning()).await;
    assert_eq!(refused.problem(), "unauthenticated");
}

#[tokio::test]
async fn nobody_reads_or_closes_reports_about_themselves_and_moderators_none_about_each_other() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let moderator = app.dancer_with_role("mod", Role::Moderator).await;
    let colleague = app.dancer_with_role("colleague", Role::Moderator).await;
    let admin = app.dancer_with_role("admin", Role::Admin).await;
    let file = async |about: &Dancer| {
        let body = json!({ "reportedUserId": about.id, "reason": "harassment" });
        ann.post("/api/reports", body).await.created()["id"].text()
    };
    let about_bob = file(&app.dancer("bob").await).await;
    let (about_moderator, about_admin) = (file(&moderator).await, file(&admin).await);
    let closing = || json!({ "status": "resolved", "resolution": "nothing to see" });

    for (reader, report, code) in [
        (&moderator, &about_moderator, "not_found"),
        (&colleague, &about_moderator, "forbidden"),
        (&moderator, &about_admin, "forbidden"),
        (&admin, &about_admin, "not_found"),
    ] {
        let path = format!("/api/reports/{report}");
        assert_eq!(reader.get(&path).await.problem(), code);
        assert_eq!(reader.get(&format!("{path}/context")).await.problem(), code);
        assert_eq!(reader.patch(&path, closing()).await.problem(), code);
    }
    let listed = async |reader: &Dancer| {
        let page = reader.get("/api/reports").await.ok();
        let ids = page["items"].as_array().expect("reports").iter().map(|it| it["id"].text());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(listed(&moderator).await, [&*about_bob]);
    assert_eq!(listed(&colleague).await, [&*about_bob]);
    assert_eq!(listed(&admin).await, [&*about_moderator, &*about_bob]);

    admin.get(&format!("/api/reports/{about_moderator}/context")).await.ok();
    admin.patch(&format!("/api/reports/{about_moderator}"), closing()).await.ok();
    moderator.patch(&format!("/api/reports/{about_bob}"), closing()).await.ok();
}

#[tokio::test]
async fn a_suspension_cannot_end_in_the_past() {
    let app = TestApp::start().await;
    let moderator = app.dancer_with_role("mod", Role::Moderator).await;
    let ann = app.dancer("ann").await;
    for until in ["2020-01-01T00:00:00Z", "tomorrow"] {
        let body = json!({ "reason": "spam", "until": until });
        assert_eq!(moderator.post(&suspension(&ann), body).await.problem(), "invalid");
    }
    ann.get("/api/users/me").await.ok();
}
