use std::sync::Arc;
use std::time::Duration;

use domain::events::RecordedEvent;
use domain::values::ids::UserId;
use projections::Entry;

use crate::stage::{Stage, on_stage, until};
use crate::story::{registered, weekend};

async fn append_people(stage: &Stage, names: std::ops::Range<usize>) -> i64 {
    stage.append(names.map(|n| registered(UserId::new(), &format!("dancer{n}")))).await
}

#[tokio::test]
async fn what_comes_after_a_position_is_the_same_from_memory_and_from_the_table() {
    on_stage(|stage| async move {
        let before = append_people(&stage, 0..30).await;
        let node = stage.start_node();
        let mut head = node.log.head();
        head.wait_for(|head| *head == before).await.expect("the log's end");
        let last = stage.append(weekend(0)).await;
        head.wait_for(|head| *head == last).await.expect("the new end");

        for (after, limit) in [(0, 10), (0, 1_000), (before - 1, 5), (before, 5), (last - 1, 5)] {
            let events = node.log.after(after, limit).await.expect("events");
            let positions: Vec<i64> = events.iter().map(Entry::position).collect();
            let expected: Vec<i64> = (after + 1..=last).take(limit).collect();
            assert_eq!(positions, expected);
        }
        assert!(node.log.after(last, 5).await.expect("an answer").is_empty());
        let table = node.log.at(&[last, before + 1]).await.expect("events");
        let memory = node.log.after(before, 1).await.expect("events");
        assert_eq!(Some(&table[0]), memory[0].event());
        assert_eq!(table[1].position, last);
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_lies_far_back_is_complete_across_chunks_and_gaps() {
    on_stage(|stage| async move {
        stage
            .execute(
                "INSERT INTO events
                 SELECT 'message', gen_random_uuid(), 1, 'Retracted', '1',
                        '{\"Retracted\":{\"room\":\"event:00000000-0000-0000-0000-000000000000\"}}',
                        '{}', position, now()
                 FROM generate_series(1, 4500) AS position
                 WHERE position NOT BETWEEN 990 AND 2010",
            )
            .await;
        let node = stage.start_node();
        let mut head = node.log.head();
        head.wait_for(|head| *head == 4500).await.expect("the log's end");
        let there: Vec<i64> = (1..990).chain(2011..=4500).collect();
        for limit in [1, 700, 1_000, 5_000] {
            let mut seen = vec![];
            loop {
                let after = seen.last().copied().unwrap_or(0);
                let entries = node.log.after(after, limit).await.expect("entries");
                assert!(entries.len() <= limit);
                if entries.is_empty() {
                    break;
                }
                seen.extend(entries.iter().map(Entry::position));
            }
            assert_eq!(seen, there, "{limit} at a time");
        }
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_reader_is_woken_by_its_own_node_and_by_others() {
    on_stage(|stage| async move {
        let node = stage.start_node();
        let mut head = node.log.head();
        let last = append_people(&stage, 0..1).await;
        head.wait_for(|head| *head == last).await.expect("the slow poll finds it");

        // Each way must beat the slow poll most of the time to be of any use.
        let mut woken = [0, 0];
        for n in 1..21 {
            let last = append_people(&stage, n..n + 1).await;
            if n % 2 == 0 {
                node.heard(last, vec![]);
            } else {
                stage.execute(&format!("SELECT pg_notify('appended', '{last}')")).await;
            }
            let soon = Duration::from_millis(150);
            if tokio::time::timeout(soon, head.wait_for(|head| *head == last)).await.is_ok() {
                woken[n % 2] += 1;
            }
            head.wait_for(|head| *head == last).await.expect("the slow poll finds it");
        }
        assert!(woken[0] >= 8 && woken[1] >= 8, "woken {woken:?} of 10 times each");
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_this_node_stored_is_not_read_again_unless_something_came_before_it() {
    on_stage(|stage| async move {
        let node = stage.start_node();
        let last = append_people(&stage, 0..3).await;
        node.reaches(last).await;
        let known = node.log.after(0, 10).await.expect("entries");
        let invented = |position| {
            let event = known[0].event().expect("readable");
            Arc::new(RecordedEvent { position, ..RecordedEvent::clone(event) })
        };
        let mut head = node.log.head();

        // Another node's may lie between; the table knows of none.
        node.heard(last + 2, vec![invented(last + 2)]);
        // Not all of it could be read.
        node.heard(last + 2, vec![invented(last + 1)]);
        // Long known.
        node.heard(last, vec![invented(last)]);
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(*head.borrow_and_update(), last);

        node.heard(last + 2, vec![invented(last + 1), invented(last + 2)]);
        head.wait_for(|head| *head == last + 2).await.expect("taken up");
        let after = node.log.after(last, 10).await.expect("entries");
        let positions: Vec<_> = after.iter().map(Entry::position).collect();
        assert_eq!(positions, [last + 1, last + 2]);
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_event_that_cannot_be_decoded_is_named_and_never_skipped() {
    on_stage(|stage| async move {
        let node = stage.start_node();
        let before = append_people(&stage, 0..3).await;
        node.reaches(before).await;
        stage
            .execute(
                "INSERT INTO events SELECT 'match', aggregate_id, 1, 'Danced', '1', '{}', '{}', 4,
                                           now()
                 FROM events WHERE global_position = 3",
            )
            .await;
        let after = append_people(&stage, 3..6).await;
        until("the trouble shows", || async { node.log.trouble().is_some() }).await;
        let trouble = node.log.trouble().expect("trouble");
        assert_eq!(
            trouble,
            "the event at position 4 cannot be read: unknown event match.Danced version 1"
        );
        assert_eq!(*node.log.head().borrow(), 3);
        let lag = node.projections.lag().await.expect("an answer");
        assert_eq!(lag.log_trouble.as_deref(), Some(&*trouble));
        assert!(lag.projectors.iter().all(|one| one.position == 3 && one.behind == 4));

        stage.execute("DELETE FROM events WHERE global_position = 4").await;
        node.reaches(after).await;
        assert_eq!(node.log.trouble(), None);
        node.stop().await;
    })
    .await;
}
