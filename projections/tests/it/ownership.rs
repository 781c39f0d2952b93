use std::time::{Duration, Instant};

use domain::values::ids::{EventId, UserId};

use crate::stage::{Node, on_stage, until};
use crate::story::{announced, joined, weekend};

async fn runs_all(node: &Node) -> bool {
    let lag = node.projections.lag().await.expect("an answer");
    lag.projectors.iter().all(|one| one.here)
}

async fn runs_none(node: &Node) -> bool {
    let lag = node.projections.lag().await.expect("an answer");
    lag.projectors.iter().all(|one| !one.here)
}

#[tokio::test]
async fn a_projector_runs_on_one_node_and_moves_when_that_one_goes() {
    on_stage(|stage| async move {
        let event = EventId::new();
        stage.append([announced(event, "Fest", "2026-12-03")]).await;
        let first = stage.start_node();
        until("the first node runs all", || runs_all(&first)).await;
        let second = stage.start_node();
        let last = stage.append((0..50).map(|_| joined(event, UserId::new()))).await;
        second.reaches(last).await;
        assert!(runs_none(&second).await, "one owner at a time");

        first.crash().await;
        let gone = Instant::now();
        let last = stage.append((0..50).map(|_| joined(event, UserId::new()))).await;
        second.reaches(last).await;
        assert!(gone.elapsed() < Duration::from_secs(5), "took {:?}", gone.elapsed());
        assert!(runs_all(&second).await);
        assert_eq!(stage.count("SELECT participants_count FROM dance_events").await, 100);
        second.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_node_that_stands_by_keeps_no_trouble_of_before() {
    on_stage(|stage| async move {
        let nodes = [stage.start_node(), stage.start_node()];
        until("each projector runs on one of them", || async {
            let [one, other] = [nodes[0].projections.lag(), nodes[1].projections.lag()];
            let (one, other) = (one.await.expect("an answer"), other.await.expect("an answer"));
            one.projectors.iter().zip(&other.projectors).all(|(a, b)| a.here || b.here)
        })
        .await;
        // Each node has trouble with each projector.
        stage.end_connections().await;
        let last = stage.append(weekend(0)).await;
        for node in &nodes {
            node.reaches(last).await;
            until("all is well again", || async {
                let lag = node.projections.lag().await.expect("an answer");
                lag.projectors.iter().all(|one| one.trouble.is_none())
            })
            .await;
        }
        for node in nodes {
            node.stop().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_node_that_runs_no_projector_still_waits_for_them() {
    on_stage(|stage| async move {
        let owner = stage.start_node();
        until("the first node runs all", || runs_all(&owner)).await;
        let other = stage.start_node();
        for chapter in 0..5 {
            let last = stage.append(weekend(chapter)).await;
            other.reaches(last).await;
            let all = (chapter as i64 + 1) * 12;
            assert_eq!(stage.count("SELECT count(*) FROM users").await, all);
        }
        other.stop().await;
        owner.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_node_that_stops_has_finished_its_batch_and_let_go() {
    on_stage(|stage| async move {
        let event = EventId::new();
        let node = stage.start_node();
        let last = stage.append([announced(event, "Fest", "2026-12-03")]).await;
        node.reaches(last).await;
        stage.append((0..200).map(|_| joined(event, UserId::new()))).await;
        node.stop().await;
        until("no lock outlives its node", || async {
            stage
                .count(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
                     AND database = (SELECT oid FROM pg_database
                                     WHERE datname = current_database())",
                )
                .await
                == 0
        })
        .await;
        let applied = stage
            .count("SELECT position FROM projection_checkpoints WHERE name = 'dance_events'")
            .await;
        assert_eq!(stage.count("SELECT count(*) FROM participants").await, applied - last);
    })
    .await;
}
