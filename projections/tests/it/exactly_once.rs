use std::time::Duration;

use domain::values::ids::{EventId, UserId};
use projections::ProjectionError;
use sqlx::Executor;

use crate::stage::{on_stage, until};
use crate::story::{announced, joined, registered, renamed, weekend};

#[tokio::test]
async fn a_crash_in_the_middle_of_a_batch_leaves_neither_effects_nor_the_checkpoint() {
    on_stage(|stage| async move {
        let (event, ann) = (EventId::new(), UserId::new());
        // The projector gets as far as the number of participants, which counts each effect.
        let mut obstacle = stage.pool.begin().await.expect("a transaction");
        obstacle.execute("LOCK TABLE read.participants IN EXCLUSIVE MODE").await.expect("a lock");
        let last = stage
            .append([
                registered(ann, "ann"),
                announced(event, "Fest", "2026-12-03"),
                joined(event, ann),
            ])
            .await;
        let node = stage.start_node();
        until("a batch is half applied", || async {
            stage
                .count(
                    "SELECT count(*) FROM pg_locks
                     WHERE relation = 'read.participants'::regclass AND NOT granted",
                )
                .await
                == 1
        })
        .await;
        node.crash().await;
        drop(obstacle);

        assert_eq!(stage.count("SELECT count(*) FROM dance_events").await, 0);
        let at = "SELECT position FROM projection_checkpoints WHERE name = 'dance_events'";
        assert_eq!(stage.count(at).await, 0);

        let node = stage.start_node();
        node.reaches(last).await;
        assert_eq!(stage.count("SELECT participants_count FROM dance_events").await, 1);
        assert_eq!(stage.count(at).await, last);
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn whenever_a_node_crashes_each_event_has_its_effect_once() {
    on_stage(|stage| async move {
        let event = EventId::new();
        stage.append([announced(event, "Fest", "2026-12-03")]).await;
        let mut last = 0;
        for round in 0..15 {
            last = stage.append((0..40).map(|_| joined(event, UserId::new()))).await;
            let node = stage.start_node();
            tokio::time::sleep(Duration::from_millis(15 + round * 3)).await;
            node.crash().await;
        }
        let node = stage.start_node();
        node.reaches(last).await;
        assert_eq!(stage.count("SELECT participants_count FROM dance_events").await, 600);
        assert_eq!(stage.count("SELECT count(*) FROM participants").await, 600);
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_applied_in_one_statement_is_applied_from_where_the_checkpoint_is_or_not_at_all() {
    on_stage(|stage| async move {
        stage
            .execute(
                "INSERT INTO projection_checkpoints (name, position, rebuilds)
                 VALUES ('feed', 7, 1), ('messages', 7, 1)",
            )
            .await;
        let to_feed = "add_to_feed({from}, 9, ARRAY[gen_random_uuid()], ARRAY[9::bigint])";
        let messages = "add_messages({from}, 9, ARRAY[gen_random_uuid()],
             ARRAY[gen_random_uuid()], ARRAY[true], ARRAY[gen_random_uuid()], ARRAY['text'],
             ARRAY['hello'], ARRAY[now()], ARRAY[9::bigint])";
        for (add, table) in [(to_feed, "feed"), (messages, "messages")] {
            let rows = format!("SELECT count(*) FROM {table}");
            let at = format!("SELECT position FROM projection_checkpoints WHERE name = '{table}'");
            // Somebody else moved it; a rebuild was swapped in; it is there.
            for (from, added) in [("6, 1", 0), ("7, 0", 0), ("7, 1", 1)] {
                stage.execute(&format!("SELECT {}", add.replace("{from}", from))).await;
                assert_eq!(stage.count(&rows).await, added, "{table} from {from}");
                assert_eq!(stage.count(&at).await, 7 + 2 * added, "{table} from {from}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn events_are_applied_in_the_order_of_the_log() {
    on_stage(|stage| async move {
        let ann = UserId::new();
        stage.append([registered(ann, "ann")]).await;
        let node = stage.start_node();
        for round in 0..20 {
            let last =
                stage.append((0..50).map(|n| renamed(ann, &format!("ann-{round}-{n}")))).await;
            node.reaches(last).await;
            let user = node.projections.users().by_id(ann).await.expect("an answer");
            assert_eq!(user.expect("ann").username, format!("ann-{round}-49"));
        }
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_write_is_visible_once_its_position_was_waited_for() {
    on_stage(|stage| async move {
        let node = stage.start_node();
        for n in 0..50 {
            let (user, name) = (UserId::new(), format!("dancer{n}"));
            let position = stage.append([registered(user, &name)]).await;
            node.heard(position, vec![]);
            node.projections
                .wait_for(position, Duration::from_secs(2))
                .await
                .expect("within two seconds");
            let found = node.projections.users().by_username(&name).await.expect("an answer");
            assert_eq!(found.expect("visible").id, user);
        }
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn waiting_for_what_is_not_applied_ends_by_saying_so() {
    on_stage(|stage| async move {
        let node = stage.start_node();
        let outcome = node.projections.wait_for(1, Duration::from_millis(100)).await;
        assert!(matches!(outcome, Err(ProjectionError::Behind { position: 1, .. })));
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn lost_connections_are_made_again() {
    on_stage(|stage| async move {
        let node = stage.start_node();
        for chapter in 0..3 {
            let last = stage.append(weekend(chapter)).await;
            node.reaches(last).await;
            stage.end_connections().await;
        }
        let last = stage.append(weekend(3)).await;
        node.reaches(last).await;
        assert_eq!(stage.count("SELECT count(*) FROM users").await, 4 * 12);
        node.stop().await;
    })
    .await;
}
