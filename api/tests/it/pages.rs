//! Lists, page by page.

use std::collections::BTreeSet;

use domain::values::account::Role;
use serde_json::Value;

use crate::harness::{Client, TestApp, Text};

/// Walks a list to its end; the ids in the order they came.
async fn walk(client: &Client, path: &str) -> Vec<String> {
    let mut ids = vec![];
    let mut cursor = String::new();
    for _ in 0..50 {
        let page = client.get(&format!("{path}&cursor={cursor}")).await.ok();
        ids.extend(page["items"].as_array().expect("items").iter().map(|it| it["id"].text()));
        match &page["nextCursor"] {
            Value::String(next) => cursor.clone_from(next),
            _ => return ids,
        }
    }
    panic!("the list does not end: {ids:?}");
}

#[tokio::test]
async fn pages_hold_every_event_once_and_in_order() {
    let app = TestApp::start().await;
    let organizer = app.dancer_with_role("olga", Role::Organizer).await;
    let mut announced = BTreeSet::new();
    for number in 0..7 {
        // Three share a day, so that the page ends among equals.
        let start = format!("2026-12-{:02}", 1 + number / 3);
        announced.insert(organizer.announce(&format!("Night {number}"), &start).await);
    }
    for limit in [1, 2, 3, 100] {
        let ids = walk(&organizer, &format!("/api/events?limit={limit}")).await;
        assert_eq!(ids.len(), 7, "{limit}");
        assert_eq!(ids.into_iter().collect::<BTreeSet<_>>(), announced);
    }
    let all = organizer.get("/api/events").await.ok();
    let dates: Vec<_> =
        all["items"].as_array().expect("items").iter().map(|it| it["startDate"].text()).collect();
    assert!(dates.is_sorted(), "{dates:?}");
}

#[tokio::test]
async fn events_are_found_by_words_dates_and_joining() {
    let app = TestApp::start().await;
    let olga = app.dancer_with_role("olga", Role::Organizer).await;
    let first = olga.announce("Budafest", "2026-11-28").await;
    let second = olga.announce("Spring Swing 100%", "2027-04-02").await;
    olga.join(&second).await;
    let found = async |query: &str| walk(&olga, &format!("/api/events?{query}")).await;
    assert_eq!(found("query=budaFEST").await, [first.as_str()]);
    assert_eq!(found("query=berlin").await.len(), 2);
    // What means something in a pattern means itself here.
    assert_eq!(found("query=%25").await, [second.as_str()]);
    assert_eq!(found("query=_").await.len(), 0);
    assert_eq!(found("from=2026-11-29").await, [second.as_str()]);
    assert_eq!(found("to=2026-11-28").await, [first.as_str()]);
    assert_eq!(found("joined=true").await, [second.as_str()]);
    assert_eq!(found("joined=false").await, [first.as_str()]);
}

#[tokio::test]
async fn matches_are_found_by_status_and_event() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let other = app.event().await;
    ann.join(&other).await;
    bob.join(&other).await;
    let first = ann.request(&bob, &event).await.created()["id"].text();
    let second = bob.request(&ann, &other).await.created()["id"].text();
    ann.move_match(&second, "declined").await.ok();
    let found = async |query: &str| walk(&ann, &format!("/api/matches?{query}")).await;
    assert_eq!(found("limit=1").await, [second.as_str(), &first]);
    assert_eq!(found("status=pending").await, [first.as_str()]);
    assert_eq!(found(&format!("eventId={other}")).await, [second.as_str()]);
    assert_eq!(found(&format!("eventId={event}&status=declined")).await, [""; 0]);
}

#[tokio::test]
async fn a_page_that_makes_no_sense_is_refused_by_the_parameter() {
    let app = TestApp::start().await;
    let (ann, _, event) = app.two_dancers().await;
    let refused = [
        ("/api/events?limit=0", "limit"),
        ("/api/events?limit=101", "limit"),
        ("/api/events?limit=ten", "limit"),
        ("/api/events?cursor=%00", "cursor"),
        ("/api/events?cursor=eyJhIjoxfQ", "cursor"),
        ("/api/events?from=2026-13-01", "from"),
        ("/api/events?joined=maybe", "joined"),
        ("/api/events?query=%00", "query"),
        ("/api/matches?status=lost", "status"),
        ("/api/matches?eventId=1", "eventId"),
        (&format!("/api/events/{event}/messages?cursor=x"), "cursor"),
        (&format!("/api/events/{event}/participants?limit=-1"), "limit"),
        (&format!("/api/matches/{event}/history?limit=0"), "limit"),
        (&format!("/api/matches/{event}/history?cursor=x"), "cursor"),
        (&format!("/api/ratings/user/{}?cursor=x", ann.id), "cursor"),
    ];
    for (path, field) in refused {
        let answer = ann.get(path).await;
        assert_eq!((answer.problem(), answer.fields()), ("invalid", vec![field]), "{path}");
    }
    let both = ann.get("/api/events?limit=0&from=x").await;
    assert_eq!(both.fields(), ["from", "limit"]);
}
