use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::values::ids::UserId;
use projections::{Log, ProjectionError, Projections};

use crate::stage::{Stage, on_stage};
use crate::story::{registered, renamed, weekend};

fn alone(stage: &Stage) -> Projections {
    Projections::new(stage.pool.clone(), Log::new(stage.pool.clone()))
}

/// Definitions of all there is in schema `read`: a swap must not change them.
async fn definitions(stage: &Stage) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'read'
         UNION ALL
         SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
         FROM pg_constraint WHERE connamespace = 'read'::regnamespace
         UNION ALL
         SELECT format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable,
                       column_default)
         FROM information_schema.columns WHERE table_schema = 'read'
         UNION ALL
         SELECT format('%s %s', oid::regclass, reloptions)
         FROM pg_class WHERE relnamespace = 'read'::regnamespace AND relkind = 'r'
         ORDER BY 1",
    )
    .fetch_all(&stage.pool)
    .await
    .expect("definitions")
}

#[tokio::test]
async fn every_read_model_rebuilt_equals_the_live_one() {
    on_stage(|stage| async move {
        let mut last = 0;
        for chapter in 0..20 {
            last = stage.append(weekend(chapter)).await;
        }
        let node = stage.start_node();
        node.reaches(last).await;
        let (live, defined) = (stage.read_models().await, definitions(&stage).await);
        assert!(live.iter().all(|(_, rows)| rows != &serde_json::json!([])), "nothing is empty");

        // By another process, beside the running one.
        let mut done = 0;
        alone(&stage).rebuild(None, |progress| done = progress.done).await.expect("a rebuild");
        assert_eq!(done, last as u64);
        assert_eq!(stage.read_models().await, live);
        assert_eq!(definitions(&stage).await, defined);

        let last = stage.append(weekend(20)).await;
        node.reaches(last).await;
        assert_eq!(stage.count("SELECT count(*) FROM users").await, 21 * 12);
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_applied_event_by_event_and_all_at_once_is_the_same() {
    on_stage(|stage| async move {
        let node = stage.start_node();
        let (ann, bob) = (UserId::new(), UserId::new());
        // Names given up and taken back within one batch of a rebuild.
        let names = [
            registered(ann, "ann"),
            registered(bob, "bob"),
            renamed(ann, "anna"),
            renamed(bob, "ann"),
            renamed(ann, "annika"),
            renamed(ann, "anna"),
            renamed(bob, "bob"),
            renamed(ann, "ann"),
        ];
        for event in weekend(0).into_iter().chain(names) {
            let last = stage.append([event]).await;
            node.heard(last, vec![]);
            node.reaches(last).await;
        }
        let live = stage.read_models().await;
        alone(&stage).rebuild(None, |_| ()).await.expect("a rebuild");
        assert_eq!(stage.read_models().await, live);
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_swap_comes_about_once_a_live_table_is_cleaned() {
    on_stage(|stage| async move {
        stage.append(weekend(0)).await;
        // As an autovacuum does, which goes away by itself; nobody else can be made to.
        let mut cleaning = stage.pool.begin().await.expect("a transaction");
        sqlx::query("LOCK TABLE read.users IN SHARE UPDATE EXCLUSIVE MODE")
            .execute(&mut *cleaning)
            .await
            .expect("locked");
        let projections = alone(&stage);
        let rebuilding = tokio::spawn(async move { projections.rebuild(None, |_| ()).await });
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        assert!(!rebuilding.is_finished(), "the swap needs the table");
        cleaning.commit().await.expect("committed");
        assert_eq!(rebuilding.await.expect("no panic").expect("a rebuild"), 0);
    })
    .await;
}

#[tokio::test]
async fn a_rebuild_mends_what_was_damaged_also_with_no_node_running() {
    on_stage(|stage| async move {
        let last = stage.append(weekend(0)).await;
        let node = stage.start_node();
        node.reaches(last).await;
        node.stop().await;
        let live = stage.read_models().await;
        stage.execute("UPDATE users SET username = 'x' || username").await;
        stage.execute("DELETE FROM blocks").await;
        stage.execute("UPDATE messages SET content = 'damaged'").await;

        alone(&stage).rebuild(Some("users"), |_| ()).await.expect("a rebuild");
        alone(&stage).rebuild(Some("messages"), |_| ()).await.expect("a rebuild");
        assert_eq!(stage.read_models().await, live);
    })
    .await;
}

#[tokio::test]
async fn events_appended_and_read_during_a_rebuild_are_there_once_throughout() {
    on_stage(|stage| async move {
        let mut last = 0;
        for chapter in 0..10 {
            last = stage.append(weekend(chapter)).await;
        }
        let node = stage.start_node();
        node.reaches(last).await;

        let rebuilt = Arc::new(AtomicBool::new(false));
        let writing = tokio::spawn({
            let (stage, rebuilt) = (stage.clone(), rebuilt.clone());
            async move {
                let (mut chapter, mut last) = (10, 0);
                while !rebuilt.load(Ordering::Relaxed) {
                    last = stage.append(weekend(chapter)).await;
                    chapter += 1;
                }
                (chapter, last)
            }
        });
        let reading = tokio::spawn({
            let (stage, rebuilt) = (stage.clone(), rebuilt.clone());
            async move {
                let mut seen = (0, 0);
                while !rebuilt.load(Ordering::Relaxed) {
                    let users = stage.count("SELECT count(*) FROM users").await;
                    let messages = stage.count("SELECT count(*) FROM messages").await;
                    assert!((users, messages) >= seen, "readers are never taken back in time");
                    seen = (users, messages);
                }
            }
        });
        for _ in 0..3 {
            node.projections.rebuild(None, |_| ()).await.expect("a rebuild");
        }
        rebuilt.store(true, Ordering::Relaxed);
        reading.await.expect("reads never fail");
        let (chapters, last) = writing.await.expect("appends");
        node.reaches(last).await;
        let live = stage.read_models().await;
        assert_eq!(stage.count("SELECT count(*) FROM users").await, chapters as i64 * 12);
        let counted = "SELECT count(*) FROM dance_events e WHERE participants_count <>
                       (SELECT count(*) FROM participants WHERE event_id = e.id)";
        assert_eq!(stage.count(counted).await, 0);
        node.stop().await;

        // What a follower alone makes of the same log, from nothing.
        stage
            .execute(
                "TRUNCATE users, blocks, dance_events, participants, messages, matches,
                          match_transfers, match_receipts, ratings, reports, feed,
                          transfer_statistics, moderation_acts, projection_checkpoints",
            )
            .await;
        let node = stage.start_node();
        node.reaches(last).await;
        assert_eq!(stage.read_models().await, live);
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_long_read_delays_the_swap_and_is_not_broken_by_it() {
    on_stage(|stage| async move {
        let last = stage.append(weekend(0)).await;
        let node = stage.start_node();
        node.reaches(last).await;
        let mut long_read = stage.pool.begin().await.expect("a transaction");
        sqlx::query("SELECT * FROM matches").fetch_all(&mut *long_read).await.expect("rows");
        let projections = node.projections.clone();
        let rebuild =
            tokio::spawn(async move { projections.rebuild(Some("matches"), |_| ()).await });
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert!(!rebuild.is_finished(), "the swap waits for readers");
        // The live one is kept up to date and read meanwhile.
        let last = stage.append(weekend(1)).await;
        node.reaches(last).await;
        sqlx::query("SELECT * FROM match_transfers")
            .fetch_all(&mut *long_read)
            .await
            .expect("the reader is not the one who is sent away");
        drop(long_read);
        rebuild.await.expect("a task").expect("a rebuild");
        assert_eq!(stage.count("SELECT count(*) FROM matches").await, 8);
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn two_rebuilds_of_one_projection_do_not_meet_and_an_unknown_one_is_named() {
    on_stage(|stage| async move {
        let projections = alone(&stage);
        let unknown = projections.rebuild(Some("waltz"), |_| ()).await;
        assert!(
            matches!(unknown, Err(ProjectionError::UnknownProjection(name)) if name == "waltz")
        );

        stage.append(weekend(0)).await;
        let other = alone(&stage);
        let both = tokio::join!(
            projections.rebuild(Some("users"), |_| ()),
            other.rebuild(Some("users"), |_| ())
        );
        let running = |outcome: &Result<usize, _>| {
            matches!(outcome, Err(ProjectionError::RebuildRunning("users")))
        };
        assert!(both.0.is_ok() || both.1.is_ok(), "{both:?}");
        assert!([&both.0, &both.1].into_iter().all(|one| one.is_ok() || running(one)), "{both:?}");
        assert_eq!(stage.count("SELECT count(*) FROM users").await, 12);
    })
    .await;
}
