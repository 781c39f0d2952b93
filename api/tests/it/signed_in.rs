//! Where one is signed in, and signing out there.

use reqwest::Method;
use reqwest::header::USER_AGENT;
use serde_json::{Value, json};

use crate::gateway::socket::Socket;
use crate::harness::{Answer, Client, PASSWORD, TestApp, Text};

const SESSIONS: &str = "/api/users/me/sessions";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) \
    AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

/// Ann's phone.
async fn phone(app: &TestApp) -> Client {
    let phone = app.stranger();
    let credentials = json!({ "email": "ann@example.com", "password": PASSWORD });
    let login = phone.as_page(Method::POST, "/api/auth/login").header(USER_AGENT, IPHONE);
    Answer::to(login.json(&credentials)).await.ok();
    phone
}

async fn sessions(client: &Client) -> Vec<Value> {
    client.get(SESSIONS).await.ok()["items"].as_array().expect("items").clone()
}

/// Its id among those of `client`.
async fn id_of_other(client: &Client) -> String {
    let open = sessions(client).await;
    open.iter().find(|session| session["current"] == false).expect("another")["id"].text()
}

#[tokio::test]
async fn one_sees_where_one_is_signed_in() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    app.dancer("bob").await;
    let phone = phone(&app).await;
    let open = sessions(&ann).await;
    let told: Vec<_> = open.iter().map(|it| (it["device"].text(), it["current"].clone())).collect();
    assert_eq!(
        told,
        [
            ("Safari on iPhone".to_owned(), json!(false)),
            ("An unknown device".to_owned(), json!(true))
        ]
    );
    assert!(open.iter().all(|session| session["network"] == "127.0.0.0/24"), "{open:?}");
    assert!(open.iter().all(|session| session["createdAt"] == session["lastUsedAt"]), "{open:?}");

    ann.post("/api/auth/refresh", Value::Null).await.ok();
    let renewed = sessions(&phone).await;
    assert_eq!(renewed[0]["current"], false, "the one used last comes first: {renewed:?}");
    assert_ne!(renewed[0]["createdAt"], renewed[0]["lastUsedAt"]);
    assert_eq!(app.stranger().get(SESSIONS).await.problem(), "unauthenticated");
}

#[tokio::test]
async fn a_device_is_signed_out_from_another_and_its_sockets_close_on_every_node() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let phone = phone(&app).await;
    let node = app.another_node().await;
    let mut there = [Socket::open(&phone).await, Socket::open(&phone.at(node.address)).await];
    let mut here = Socket::open(&ann).await;
    let session = id_of_other(&ann).await;
    ann.delete(&format!("{SESSIONS}/{session}")).await.is(204);
    for socket in &mut there {
        assert_eq!(socket.closed().await, 1008);
    }
    assert!(here.ask("ping", json!({})).await.is_ok());
    for client in [&phone, &phone.at(node.address)] {
        assert_eq!(client.get("/api/users/me").await.problem(), "unauthenticated");
    }
    let renewing = phone.post("/api/auth/refresh", Value::Null).await;
    assert_eq!(renewing.problem(), "unauthenticated");
    assert_eq!(sessions(&ann).await.len(), 1);
    let again = ann.delete(&format!("{SESSIONS}/{session}")).await;
    assert_eq!(again.problem(), "not_found");
}

#[tokio::test]
async fn all_other_devices_are_signed_out_at_once() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let bob = app.dancer("bob").await;
    let phones = [phone(&app).await, phone(&app).await];
    ann.delete(SESSIONS).await.is(204);
    for phone in &phones {
        assert_eq!(phone.get("/api/users/me").await.problem(), "unauthenticated");
    }
    assert_eq!(sessions(&ann).await.len(), 1);
    ann.delete(SESSIONS).await.is(204);
    bob.get("/api/users/me").await.ok();
}

#[tokio::test]
async fn nobody_signs_others_out() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let bob = app.dancer("bob").await;
    let session = sessions(&ann).await[0]["id"].text();
    for id in [session.as_str(), "0190f3c0-0000-7000-8000-000000000001", "none"] {
        let refused = bob.delete(&format!("{SESSIONS}/{id}")).await;
        assert_eq!(refused.problem(), "not_found", "{id}");
    }
    ann.get("/api/users/me").await.ok();
}

#[tokio::test]
async fn sessions_are_given_out_with_the_rest_and_go_with_their_person() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    phone(&app).await;
    ann.post("/api/auth/refresh", Value::Null).await.ok();
    let given = ann.get("/api/users/me/export").await.ok();
    assert_eq!(given["sessions"][1]["device"], IPHONE);
    assert_eq!(given["sessions"][1]["network"], "127.0.0.0/24");
    api::cli::account::erase(&app.database().await, "ann@example.com").await.expect("erased");
    for table in ["sessions", "spent_refresh_tokens"] {
        let left: i64 = sqlx::query_scalar(&format!("SELECT count(*) FROM {table}"))
            .fetch_one(&app.pool)
            .await
            .expect("a number");
        assert_eq!(left, 0, "{table}");
    }
}
