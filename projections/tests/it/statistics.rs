//! Transfers, counted by day and by kind.

use chrono::{DateTime, Utc};
use domain::account::AccountEvent;
use domain::events::Event;
use domain::values::ids::{EventId, UserId};
use domain::values::transfer::{Direction, Millis, Outcome, Path, TransferReport};
use projections::models::transfer_statistics::{Days, TransferStatistics};
use projections::models::transfer_tally::{Count, Percentiles, TransferTally};
use projections::{Log, Projections};
use uuid::Uuid;

use crate::stage::{Node, Stage, on_stage};
use crate::story::{Pair, day, good, transfer};

fn at(day: &str, time: &str) -> DateTime<Utc> {
    format!("{day}T{time}Z").parse().expect("a moment")
}

fn counts(counts: &[Count]) -> Vec<(&str, i64, i64)> {
    counts.iter().map(|it| (&*it.name, it.reports, it.completed)).collect()
}

async fn from_to(node: &Node, from: &str, to: &str) -> TransferStatistics {
    let days = Days { from: day(from), to: day(to) };
    node.projections.transfer_statistics().of(days).await.expect("an answer")
}

/// On the first evening one video from Ann to Bob, told by both, and another way that failed;
/// on the next a cancelled one, and one that nobody named.
async fn two_evenings(stage: &Stage) -> (Pair, i64) {
    let (ann, bob) = (UserId::new(), UserId::new());
    let pair = Pair { event: EventId::new(), asks: ann, asked: bob };
    let seconds = |seconds| Millis::from_seconds(seconds).expect("seconds");
    let video = TransferReport {
        transfer: Some(Uuid::now_v7()),
        browser: Some(good("Chrome 156")),
        connect_millis: Some(seconds(0.5)),
        ..transfer()
    };
    let received = TransferReport {
        direction: Direction::Received,
        browser: Some(good("Safari 19")),
        millis: seconds(5.0),
        ..video.clone()
    };
    let failed = TransferReport {
        outcome: Outcome::Failed,
        path: None,
        reason: Some(good("no-connection")),
        browser: Some(good("Lynx 2")),
        connected: Some(false),
        transfer: Some(Uuid::now_v7()),
        ..transfer()
    };
    let cancelled = TransferReport {
        outcome: Outcome::Cancelled,
        path: Some(Path::Relay),
        reason: Some(good("my battery died")),
        ..transfer()
    };
    let (first, next) = ("2026-12-04", "2026-12-05");
    let last = stage
        .append_at([
            (at(first, "22:00:00"), pair.reported(ann, video)),
            (at(first, "22:00:01"), pair.reported(bob, received)),
            (at(first, "23:59:59"), pair.reported(bob, failed)),
            (at(next, "00:00:00"), pair.reported(ann, cancelled)),
            (at(next, "01:00:00"), pair.reported(bob, transfer())),
        ])
        .await;
    (pair, last)
}

#[tokio::test]
async fn reports_are_counted_by_day_and_by_kind() {
    on_stage(|stage| async move {
        let (_, last) = two_evenings(&stage).await;
        let node = stage.start_node();
        node.reaches(last).await;

        let TransferStatistics { total, days } = from_to(&node, "2026-12-01", "2026-12-31").await;
        assert_eq!((total.transfers, total.reports), (4, 5));
        assert_eq!(
            counts(&total.outcomes),
            [("completed", 3, 3), ("cancelled", 1, 0), ("failed", 1, 0)]
        );
        assert_eq!(counts(&total.paths), [("host", 3, 3), ("none", 1, 0), ("relay", 1, 0)]);
        assert_eq!(counts(&total.reasons), [("no-connection", 1, 0), ("other", 1, 0)]);
        assert_eq!(
            counts(&total.browsers),
            [("none", 2, 1), ("chrome", 1, 1), ("other", 1, 0), ("safari", 1, 1)]
        );
        assert_eq!((total.connections.attempts, total.connections.connected), (5, 4));
        let half = Percentiles { p10: 0.5, p50: 0.5, p90: 0.5 };
        assert_eq!(total.connections.seconds, Some(half));
        // 8 and 4 MB/s for the one that both told, 8 for the other.
        let speed = total.speed.expect("speeds");
        assert_eq!((speed.p50, speed.p90), (8e6, 8e6));
        assert!((speed.p10 - 4.8e6).abs() < 1.0, "{speed:?}");

        let [(first, evening), (next, other)] = &days[..] else { panic!("{days:?}") };
        assert_eq!((*first, *next), (day("2026-12-04"), day("2026-12-05")));
        assert_eq!((evening.transfers, evening.reports), (2, 3));
        assert_eq!(counts(&evening.reasons), [("no-connection", 1, 0)]);
        assert_eq!((other.transfers, other.reports), (2, 2));
        assert_eq!(from_to(&node, "2026-12-05", "2026-12-05").await.total, *other);

        let nothing = from_to(&node, "2026-11-01", "2026-12-03").await;
        assert_eq!((nothing.total, nothing.days), (TransferTally::default(), vec![]));
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_an_erased_person_told_of_their_browser_is_not_counted_any_more() {
    on_stage(|stage| async move {
        let (pair, last) = two_evenings(&stage).await;
        let node = stage.start_node();
        node.reaches(last).await;
        let last = stage.append([Event::Account(pair.asked, AccountEvent::Erased {})]).await;
        node.reaches(last).await;
        let total = from_to(&node, "2026-12-01", "2026-12-31").await.total;
        assert_eq!(counts(&total.browsers), [("none", 4, 2), ("chrome", 1, 1)]);
        assert_eq!(counts(&total.reasons), [("none", 1, 0), ("other", 1, 0)]);
        assert_eq!((total.transfers, total.reports), (4, 5), "that they were there is");

        let live = stage.read_models().await;
        let beside = Projections::new(stage.pool.clone(), Log::new(stage.pool.clone()));
        beside.rebuild(Some("transfer_statistics"), |_| ()).await.expect("a rebuild");
        assert_eq!(stage.read_models().await, live);
        node.stop().await;
    })
    .await;
}
