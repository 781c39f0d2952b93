//! A read model that does not get on holds up what is read from it, and nothing else.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::{Postgres, Transaction};
use tokio::time::{sleep, timeout};

use super::socket::{PATIENCE, Socket};
use crate::harness::{Answer, Dancer, TestApp, Text};

/// Longer than nothing takes that waits for nobody, and shorter than any wait in vain.
const AT_ONCE: Duration = Duration::from_millis(1_500);

#[tokio::test]
async fn a_match_at_an_event_whose_announcement_is_parked_is_pushed_and_so_is_all_else() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    sqlx::query(
        "INSERT INTO read.dance_events (id, slug, name, location, start_date, end_date,
                                        announced_by, announced_at)
         VALUES (gen_random_uuid(), 'parked-fest-2026', 'Another', 'Here', '2026-12-03',
                 '2026-12-04', gen_random_uuid(), now())",
    )
    .execute(&app.pool)
    .await
    .expect("the slug is taken, in the read model alone");
    let parked = announce_unseen(&app, "Parked Fest").await;
    for dancer in [&ann, &bob] {
        dancer.post(&format!("/api/events/{parked}/join"), Value::Null).await.is(404);
    }

    let (mut a, mut b) = (Socket::open(&ann).await, Socket::open(&bob).await);
    b.enter(&event).await;
    let wish = json!({ "targetUserId": bob.id, "eventId": parked });
    drop(a.ask("send_match_request", wish).await);
    let asked = b.hear("match_request_received").await;
    let of = &asked["data"]["event"];
    assert_eq!((of["id"].text(), of["slug"].text()), (parked, "parked-fest-2026".to_owned()));
    assert_eq!(
        (of["name"].text(), of["startDate"].text()),
        ("Parked Fest".into(), "2026-12-04".into())
    );
    a.say(&event, "and on it goes").await;
    assert_eq!(b.hear("event_message").await["data"]["content"], "and on it goes");
}

/// Announces an event that the read model does not take in; its id, once it is parked.
async fn announce_unseen(app: &TestApp, name: &str) -> String {
    let organizer = app.dancer_with_role("olga", domain::values::account::Role::Organizer).await;
    let event = json!({ "name": name, "location": "Berlin", "startDate": "2026-12-04",
                        "endDate": "2026-12-04" });
    drop(organizer.post("/api/events", event).await);
    let parked = "SELECT aggregate_id FROM read.parked_events
                  WHERE projector = 'dance_events' AND error IS NOT NULL";
    let parking = async {
        loop {
            let id = sqlx::query_scalar(parked).fetch_optional(&app.pool).await.expect("asked");
            if let Some(id) = id {
                return id;
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, parking).await.expect("it is parked")
}

#[tokio::test]
async fn what_is_stuck_delays_no_write_no_read_and_no_frame_that_does_not_need_it() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let (cleo, dora) = (app.dancer("cleo").await, app.dancer("dora").await);
    let authors = [&ann, &cleo, &dora];
    for dancer in authors {
        dancer.join(&event).await;
    }
    let _held = statistics_held_up(&app, &ann, &bob, &event).await;

    let began = Instant::now();
    ann.patch("/api/users/me", json!({ "bio": "Lead and follow" })).await.ok();
    ann.get("/api/users/me").await.ok();
    assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());

    // It has not heard of any of them.
    let other = app.another_node().await;
    let mut b = Socket::open(&bob.at(other.address)).await;
    let began = Instant::now();
    b.enter(&event).await;
    for author in authors {
        Socket::open(author).await.say(&event, "hello").await;
    }
    for name in ["ann", "cleo", "dora"] {
        assert_eq!(b.hear("event_message").await["data"]["username"], name);
    }
    assert!(began.elapsed() < AT_ONCE * 2, "{:?}", began.elapsed());
}

/// The read model of statistics stays where it is for as long as the answer is held.
async fn statistics_held_up(
    app: &TestApp,
    ann: &Dancer,
    bob: &Dancer,
    event: &str,
) -> Transaction<'static, Postgres> {
    let id = ann.request(bob, event).await.created()["id"].text();
    bob.move_match(&id, "accepted").await.ok();
    let mut held = app.pool.begin().await.expect("a transaction");
    sqlx::query("LOCK TABLE read.transfer_statistics IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *held)
        .await
        .expect("locked");
    let report = json!({ "matchId": id, "transferId": "0190f3c0-0000-7000-8000-000000000001",
                         "direction": "sent", "outcome": "failed", "bytes": 20, "seconds": 2.5,
                         "path": "host", "reason": "closed", "browser": "Chrome 156" });
    let reported: Answer = ann.post("/api/webrtc/transfers", report).await;
    assert_eq!(reported.problem(), "unavailable", "it waits for the statistics");
    held
}

#[tokio::test]
async fn a_message_that_one_node_has_acknowledged_is_read_over_another() {
    let (app, other) = TestApp::two_nodes(None).await;
    let (ann, _, event) = app.two_dancers().await;
    let mut a = Socket::open(&ann).await;
    a.enter(&event).await;
    let mut held = app.pool.begin().await.expect("a transaction");
    sqlx::query("LOCK TABLE read.messages IN EXCLUSIVE MODE")
        .execute(&mut *held)
        .await
        .expect("locked, for who writes");
    let said = a.say(&event, "is it there?").await;
    sleep(Duration::from_millis(200)).await;
    let there = ann.at(other.address);
    let path = format!("/api/events/{event}/messages");
    let (read, ()) = tokio::join!(there.get(&path), async {
        sleep(Duration::from_millis(200)).await;
        held.rollback().await.expect("let go");
    });
    assert_eq!(read.ok()["items"][0]["id"], said["id"]);
}
