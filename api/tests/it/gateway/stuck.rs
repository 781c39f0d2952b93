//! A read model that does not get on holds up what is read from it, and nothing else.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::socket::{PATIENCE, Socket};
use crate::harness::{TestApp, Text};

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
