//! Refresh tokens: exchanged once, on whichever node; what comes back later ends its session.

use std::collections::BTreeSet;

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::gateway::socket::Socket;
use crate::harness::{Answer, Client, PASSWORD, TestApp, Text};

async fn tokens(client: &Client) -> Value {
    let credentials = json!({ "email": "ann@example.com", "password": PASSWORD });
    client.post("/api/auth/token", credentials).await.ok()
}

async fn refresh(client: &Client, token: &Value) -> Answer {
    let request = client.bare(Method::POST, "/api/auth/refresh");
    Answer::to(request.json(&json!({ "refreshToken": token }))).await
}

async fn me(client: &Client, tokens: &Value) -> Answer {
    let request = client.bare(Method::GET, "/api/users/me");
    Answer::to(request.bearer_auth(tokens["accessToken"].text())).await
}

/// As if every exchange so far had been longer ago than two tabs take.
async fn moments_later(app: &TestApp) {
    let later = "UPDATE spent_refresh_tokens SET spent_at = spent_at - interval '21 seconds'";
    sqlx::query(later).execute(&app.pool).await.expect("later");
}

#[tokio::test]
async fn a_token_that_comes_back_later_ends_its_session_and_no_other() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let client = app.stranger();
    let first = tokens(&client).await;
    let second = refresh(&client, &first["refreshToken"]).await.ok();
    moments_later(&app).await;
    let third = refresh(&client, &second["refreshToken"]).await.ok();
    moments_later(&app).await;
    me(&client, &third).await.ok();

    assert_eq!(refresh(&client, &first["refreshToken"]).await.problem(), "unauthenticated");
    for tokens in [&first, &second, &third] {
        let refused = refresh(&client, &tokens["refreshToken"]).await;
        assert_eq!(refused.problem(), "unauthenticated");
        assert_eq!(me(&client, tokens).await.problem(), "unauthenticated");
    }
    ann.get("/api/users/me").await.ok();
}

#[tokio::test]
async fn a_stolen_token_ends_the_session_s_sockets_on_every_node() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let node = app.another_node().await;
    let mut sockets = [Socket::open(&ann).await, Socket::open(&ann.at(node.address)).await];
    let stolen = ann.cookies();
    ann.post("/api/auth/refresh", Value::Null).await.ok();
    moments_later(&app).await;
    let thief = app.stranger();
    let again = thief.as_page(Method::POST, "/api/auth/refresh").header("Cookie", stolen);
    assert_eq!(Answer::to(again).await.problem(), "unauthenticated");
    for socket in &mut sockets {
        assert_eq!(socket.closed().await, 1008);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_who_exchange_one_token_at_once_on_two_nodes_get_one_and_the_same() {
    let app = TestApp::start().await;
    app.dancer("ann").await;
    let node = app.another_node().await;
    let clients = [app.stranger(), app.stranger().at(node.address)];
    let first = tokens(&clients[0]).await;
    let answers = join_all((0..20).map(|n| refresh(&clients[n % 2], &first["refreshToken"]))).await;
    let successors: BTreeSet<_> =
        answers.into_iter().map(|answer| answer.ok()["refreshToken"].text()).collect();
    assert_eq!(successors.len(), 1, "{successors:?}");
    let exchanged: i64 = sqlx::query_scalar("SELECT count(*) FROM spent_refresh_tokens")
        .fetch_one(&app.pool)
        .await
        .expect("a number");
    assert_eq!(exchanged, 1);
    // And it is good.
    moments_later(&app).await;
    for successor in successors {
        refresh(&clients[1], &json!(successor)).await.ok();
    }
}

#[tokio::test]
async fn a_tab_that_is_late_is_brought_up_to_the_others_and_not_back() {
    let app = TestApp::start().await;
    app.dancer("ann").await;
    let client = app.stranger();
    let first = tokens(&client).await;
    let second = refresh(&client, &first["refreshToken"]).await.ok();
    let third = refresh(&client, &second["refreshToken"]).await.ok();
    let late = refresh(&client, &first["refreshToken"]).await.ok();
    assert_eq!(late["refreshToken"], third["refreshToken"]);
}

#[tokio::test]
async fn who_signs_out_with_a_token_that_was_just_exchanged_is_signed_out() {
    let app = TestApp::start().await;
    app.dancer("ann").await;
    let client = app.stranger();
    let first = tokens(&client).await;
    let second = refresh(&client, &first["refreshToken"]).await.ok();
    let request = client.bare(Method::POST, "/api/auth/logout");
    let request = request.json(&json!({ "refreshToken": first["refreshToken"] }));
    Answer::to(request).await.is(204);
    for tokens in [&first, &second] {
        let refused = refresh(&client, &tokens["refreshToken"]).await;
        assert_eq!(refused.problem(), "unauthenticated");
    }
    assert_eq!(me(&client, &second).await.problem(), "unauthenticated");
}
