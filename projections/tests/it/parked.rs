//! A poisoned event holds up its own stream and nothing else.

use domain::account::AccountEvent;
use domain::events::Event;
use domain::values::ids::{EventId, MessageId, UserId};
use domain::values::room::Room;
use projections::{Log, Projections, ProjectorLag};

use crate::stage::{Node, Stage, on_stage, until};
use crate::story::{announced, joined, posted, registered, renamed, weekend};

async fn lag_of(node: &Node, name: &str) -> ProjectorLag {
    let lag = node.projections.lag().await.expect("an answer");
    lag.projectors.into_iter().find(|one| one.name == name).expect("a projector of that name")
}

/// Projector, position, error and attempts of all that is parked.
async fn parked(stage: &Stage) -> Vec<(String, i64, Option<String>, i32)> {
    sqlx::query_as(
        "SELECT projector, position, error, attempts FROM parked_events ORDER BY projector, position",
    )
    .fetch_all(&stage.pool)
    .await
    .expect("what is parked")
}

/// Somebody who is in the read model and not in the log takes the name.
async fn take_name(stage: &Stage, name: &str) {
    stage
        .execute(&format!(
            "INSERT INTO users (id, username, created_at)
             VALUES (gen_random_uuid(), '{name}', now())"
        ))
        .await;
}

const NAME_TAKEN: &str = "error returned from database: duplicate key value violates unique constraint \
     \"users_username\"";

#[tokio::test]
async fn a_poisoned_event_is_parked_with_its_stream_and_the_others_go_on() {
    on_stage(|stage| async move {
        let (ann, bob, cid) = (UserId::new(), UserId::new(), UserId::new());
        take_name(&stage, "bob").await;
        let last = stage
            .append([
                registered(ann, "ann"),
                registered(bob, "bob"), // 2: cannot be applied
                registered(cid, "cid"),
                renamed(bob, "bobby"), // 4: could be, but not before the one before
                renamed(cid, "cid2"),
                announced(EventId::new(), "Fest", "2026-12-03"),
            ])
            .await;
        let node = stage.start_node();
        node.reaches(last).await;

        let found = parked(&stage).await;
        let expected = [
            ("users".to_owned(), 2, Some(NAME_TAKEN.to_owned()), 4),
            ("users".to_owned(), 4, None, 0),
        ];
        assert_eq!(found, expected);
        let users = lag_of(&node, "users").await;
        assert_eq!((users.parked, users.behind), (2, 0));
        assert!(users.trouble.is_none(), "{users:?}");
        assert_eq!(lag_of(&node, "dance_events").await.parked, 0);
        let named = "SELECT count(*) FROM users WHERE username IN ('ann', 'cid2')";
        assert_eq!(stage.count(named).await, 2);

        // Also by a node that was not there when it was parked.
        node.stop().await;
        let node = stage.start_node();
        let last = stage.append([renamed(bob, "robert"), renamed(ann, "anna")]).await;
        node.reaches(last).await;
        assert_eq!(lag_of(&node, "users").await.parked, 3);
        assert_eq!(stage.count("SELECT count(*) FROM users WHERE username = 'anna'").await, 1);
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_poisoned_event_behind_others_that_concern_nobody_is_parked() {
    on_stage(|stage| async move {
        let (bob, cid) = (UserId::new(), UserId::new());
        take_name(&stage, "bob").await;
        let fest = |name| announced(EventId::new(), name, "2026-12-03");
        let last = stage
            .append([
                fest("One"),
                fest("Two"),
                registered(bob, "bob"), // 3: cannot be applied
                registered(cid, "cid"),
            ])
            .await;
        let node = stage.start_node();
        node.reaches(last).await;
        let expected = [("users".to_owned(), 3, Some(NAME_TAKEN.to_owned()), 4)];
        assert_eq!(parked(&stage).await, expected);
        assert_eq!(stage.count("SELECT count(*) FROM users WHERE username = 'cid'").await, 1);
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_poisoned_message_among_few_is_parked_and_the_others_are_there() {
    on_stage(|stage| async move {
        let (ann, room) = (UserId::new(), Room::Event(EventId::new()));
        let ids = [MessageId::new(), MessageId::new(), MessageId::new()];
        stage
            .execute(&format!(
                "INSERT INTO messages (id, room_id, in_match, author, kind, content, created_at,
                                       position)
                 VALUES ('{}', gen_random_uuid(), false, gen_random_uuid(), 'text', '', now(), 0)",
                ids[1].uuid()
            ))
            .await;
        let last = stage.append(ids.map(|id| posted(id, room, ann, "hello"))).await;
        let node = stage.start_node();
        node.reaches(last).await;
        let found: Vec<_> = parked(&stage).await.into_iter().map(|(by, at, ..)| (by, at)).collect();
        assert_eq!(found, [("messages".to_owned(), last - 1)]);
        let said = "SELECT count(*) FROM messages WHERE content = 'hello'";
        assert_eq!(stage.count(said).await, 2);
        assert_eq!(stage.count("SELECT count(*) FROM feed").await, 3);
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_rebuild_applies_what_was_parked_once_the_cause_is_gone() {
    on_stage(|stage| async move {
        let bob = UserId::new();
        take_name(&stage, "bob").await;
        let last = stage.append([registered(bob, "bob"), renamed(bob, "bobby")]).await;
        let node = stage.start_node();
        node.reaches(last).await;
        assert_eq!(lag_of(&node, "users").await.parked, 2);

        // By another process; the follower learns of it though its position stays the same.
        let other = Projections::new(stage.pool.clone(), Log::new(stage.pool.clone()));
        assert_eq!(other.rebuild(Some("users"), |_| ()).await.expect("a rebuild"), 0);
        assert_eq!(parked(&stage).await, []);
        let last = stage.append([renamed(bob, "robert")]).await;
        node.reaches(last).await;
        assert_eq!(parked(&stage).await, []);
        assert_eq!(stage.count("SELECT count(*) FROM users WHERE username = 'robert'").await, 1);
        assert_eq!(stage.count("SELECT count(*) FROM users").await, 1);
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_rebuild_parks_what_it_cannot_apply_and_says_how_many() {
    on_stage(|stage| async move {
        let (ann, bob) = (UserId::new(), UserId::new());
        let people = (0..40).map(|n| registered(UserId::new(), &format!("dancer{n}")));
        stage.append(people.chain([registered(ann, "same")])).await;
        let verified = Event::Account(bob, AccountEvent::EmailVerified {});
        let last = stage.append([registered(bob, "Same"), verified]).await;
        let node = stage.start_node();
        node.reaches(last).await;
        let live = stage.read_models().await;
        let first = parked(&stage).await;
        let of_bob = |attempts| {
            [
                ("users".to_owned(), 42, Some(NAME_TAKEN.to_owned()), attempts),
                ("users".to_owned(), 43, None, 0),
            ]
        };
        assert_eq!(first, of_bob(4));

        assert_eq!(node.projections.rebuild(None, |_| ()).await.expect("a rebuild"), 2);
        assert_eq!(stage.read_models().await, live);
        assert_eq!(parked(&stage).await, of_bob(1));

        // The follower goes on with the streams that are parked now.
        let last = stage.append([renamed(bob, "bobby"), renamed(ann, "anna")]).await;
        node.reaches(last).await;
        assert_eq!(lag_of(&node, "users").await.parked, 3);

        // A clash that is over by the end of the log is none to a rebuild.
        assert_eq!(node.projections.rebuild(None, |_| ()).await.expect("a rebuild"), 0);
        assert_eq!(stage.count("SELECT count(*) FROM users").await, 42);
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_event_that_does_not_fit_its_name_is_parked_by_those_it_may_concern() {
    on_stage(|stage| async move {
        let (ann, id, hall) = (UserId::new(), MessageId::new(), Room::Event(EventId::new()));
        stage.append([registered(ann, "ann")]).await;
        stage
            .execute(&format!(
                "INSERT INTO events VALUES ('message', '{id}', 1, 'Posted', '1',
                                            '{{\"Posted\":{{\"room\":7}}}}', '{{}}', 2, now())"
            ))
            .await;
        let last = stage.append(weekend(0)).await;
        let node = stage.start_node();
        node.reaches(last).await;
        assert_eq!(node.log.trouble(), None);
        let why = Some("the payload of message.Posted version 1 does not fit".to_owned());
        let expected = [("feed".to_owned(), 2, why.clone(), 1), ("messages".to_owned(), 2, why, 1)];
        assert_eq!(parked(&stage).await, expected);

        // What is appended while the node runs comes another way.
        stage
            .execute(&format!(
                "INSERT INTO events VALUES ('message', '{}', 1, 'Posted', '1', '{{}}', '{{}}',
                                            {}, now())",
                MessageId::new(),
                last + 1
            ))
            .await;
        let last = stage.append([posted(MessageId::new(), hall, ann, "hello")]).await;
        node.reaches(last).await;
        assert_eq!(parked(&stage).await.len(), 4);
        assert_eq!(node.projections.rebuild(None, |_| ()).await.expect("a rebuild"), 4);
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_passes_is_waited_for_and_parks_nothing() {
    on_stage(|stage| async move {
        let event = EventId::new();
        stage.execute("ALTER TABLE read.participants RENAME TO elsewhere").await;
        let last = stage
            .append([announced(event, "Fest", "2026-12-03"), joined(event, UserId::new())])
            .await;
        let node = stage.start_node();
        until("the trouble shows", || async {
            lag_of(&node, "dance_events").await.trouble.is_some()
        })
        .await;
        // Longer than it takes to park.
        tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
        assert_eq!(parked(&stage).await, []);
        stage.execute("ALTER TABLE read.elsewhere RENAME TO participants").await;
        node.reaches(last).await;
        assert_eq!(stage.count("SELECT participants_count FROM dance_events").await, 1);
        node.stop().await;
    })
    .await;
}
