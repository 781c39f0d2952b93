//! What follows from events is planned apart from the read models, and seen as they are.

use chrono::{TimeDelta, Utc};
use domain::account::AccountEvent;
use domain::events::Event;
use domain::values::ids::UserId;
use projections::{Log, Projections, ProjectorLag};

use crate::stage::{Node, Stage, on_stage, until};
use crate::story::registered;

async fn agenda_of(node: &Node) -> ProjectorLag {
    node.projections.lag().await.expect("an answer").agenda
}

fn wants_to_go(user: UserId) -> Event {
    let due = Utc::now() + TimeDelta::days(7);
    Event::Account(user, AccountEvent::ErasureRequested { due })
}

fn blocked(user: UserId, other: UserId) -> Event {
    Event::Account(user, AccountEvent::UserBlocked { user: other })
}

async fn planned(stage: &Stage) -> Vec<String> {
    sqlx::query_scalar("SELECT json_object_keys(task) FROM agenda ORDER BY position")
        .fetch_all(&stage.pool)
        .await
        .expect("the agenda")
}

#[tokio::test]
async fn what_could_not_be_planned_shows_and_is_planned_by_a_rebuild_that_plans_nothing_twice() {
    on_stage(|stage| async move {
        let (ann, bob) = (UserId::new(), UserId::new());
        stage
            .execute(
                "ALTER TABLE agenda ADD CONSTRAINT nobody_goes CHECK (task::text NOT LIKE '%erase%')",
            )
            .await;
        stage
            .append([
                registered(ann, "ann"),
                wants_to_go(ann), // 2: cannot be planned
                registered(bob, "bob"),
                blocked(ann, bob), // 4: could be, but not before the one before
            ])
            .await;
        let node = stage.start_node();
        until("both are parked", || async { agenda_of(&node).await.parked == 2 }).await;
        assert_eq!(planned(&stage).await, ["confirmAddress", "confirmAddress"]);

        let other = Projections::new(stage.pool.clone(), Log::new(stage.pool.clone()));
        assert_eq!(other.rebuild(Some("agenda"), |_| ()).await.expect("a rebuild"), 2);
        assert_eq!(agenda_of(&node).await.parked, 2);

        stage.execute("DELETE FROM agenda").await;
        stage.execute("ALTER TABLE agenda DROP CONSTRAINT nobody_goes").await;
        assert_eq!(other.rebuild(Some("agenda"), |_| ()).await.expect("a rebuild"), 0);
        assert_eq!(planned(&stage).await, ["erase", "part"]);
        assert_eq!(agenda_of(&node).await.parked, 0);

        // The follower no longer waits with that stream.
        stage.append([blocked(ann, UserId::new())]).await;
        until("what comes next is planned", || async { planned(&stage).await.len() == 3 }).await;
        assert_eq!(other.rebuild(None, |_| ()).await.expect("a rebuild"), 0);
        assert_eq!(planned(&stage).await, ["erase", "part", "part"]);
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_agenda_that_does_not_get_on_shows_and_holds_up_no_answer() {
    on_stage(|stage| async move {
        stage.execute("ALTER TABLE agenda RENAME TO elsewhere").await;
        let last = stage.append([registered(UserId::new(), "ann")]).await;
        let node = stage.start_node();
        node.reaches(last).await;
        until("the trouble shows", || async { agenda_of(&node).await.trouble.is_some() }).await;
        assert_eq!(agenda_of(&node).await.behind, 1);

        stage.execute("ALTER TABLE elsewhere RENAME TO agenda").await;
        until("it gets on again", || async {
            let agenda = agenda_of(&node).await;
            agenda.trouble.is_none() && agenda.behind == 0 && agenda.here
        })
        .await;
        node.stop().await;
    })
    .await;
}
