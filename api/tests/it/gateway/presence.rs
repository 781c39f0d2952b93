//! Who is here.

use serde_json::{Value, json};

use super::socket::Socket;
use crate::harness::{TestApp, Text};

pub fn names(users: &Value) -> Vec<String> {
    let mut names: Vec<_> =
        users.as_array().expect("users").iter().map(|user| user["username"].text()).collect();
    names.sort_unstable();
    names
}

/// Reads lists until one has these names: changes close to each other are told together.
pub async fn sees(socket: &mut Socket, expected: &[&str]) {
    loop {
        let frame = socket.hear("active_users").await;
        if names(&frame["data"]["users"]) == expected {
            return;
        }
    }
}

#[tokio::test]
async fn everybody_in_the_room_sees_who_comes_and_goes() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let mut a = Socket::open(&ann).await;
    let entered = a.ask("join_event_room", json!({ "eventId": event })).await.expect("entered");
    assert_eq!(names(&entered["activeUsers"]), ["ann"]);

    let mut b = Socket::open(&bob).await;
    let entered = b.ask("join_event_room", json!({ "eventId": event })).await.expect("entered");
    assert_eq!(names(&entered["activeUsers"]), ["ann", "bob"]);
    sees(&mut a, &["ann", "bob"]).await;

    drop(b);
    sees(&mut a, &["ann"]).await;

    let mut b = Socket::open(&bob).await;
    b.enter(&event).await;
    sees(&mut a, &["ann", "bob"]).await;
    bob.delete(&format!("/api/events/{event}/join")).await.ok();
    sees(&mut a, &["ann"]).await;
}

#[tokio::test]
async fn several_tabs_of_one_person_are_one_person() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let mut a = Socket::open(&ann).await;
    a.enter(&event).await;
    let (mut tab, mut other_tab) = (Socket::open(&bob).await, Socket::open(&bob).await);
    tab.enter(&event).await;
    sees(&mut a, &["ann", "bob"]).await;
    other_tab.enter(&event).await;
    drop(tab);
    // Had anything been told of either tab, it would stand before this.
    let cleo = app.dancer("cleo").await;
    cleo.join(&event).await;
    let mut c = Socket::open(&cleo).await;
    c.enter(&event).await;
    let told = a.hear("active_users").await;
    assert_eq!(names(&told["data"]["users"]), ["ann", "bob", "cleo"]);
    drop(other_tab);
    sees(&mut a, &["ann", "cleo"]).await;
}

#[tokio::test]
async fn who_comes_back_by_its_address_is_told_who_is_here() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let mut a = Socket::open(&ann).await;
    let room = a.enter(&event).await;
    let position = a.say(&event, "hi").await["position"].as_i64().expect("a position");
    drop(a);
    let mut b = Socket::open(&bob).await;
    b.enter(&event).await;
    let mut a = Socket::resume(&ann, position, &[&room]).await;
    sees(&mut a, &["ann", "bob"]).await;
}
