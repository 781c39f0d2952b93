use domain::events::Event;
use domain::message::MessageEvent;
use domain::values::ids::{EventId, MessageId, UserId};
use domain::values::room::Room;
use projections::{Audience, audiences};
use uuid::Uuid;

use crate::stage::on_stage;
use crate::story::{Pair, announced, good, posted, registered, weekend};

#[tokio::test]
async fn a_socket_that_comes_back_finds_what_it_missed_and_nothing_else() {
    on_stage(|stage| async move {
        let node = stage.start_node();
        let (ann, bob, event) = (UserId::new(), UserId::new(), EventId::new());
        let pair = Pair { event, asks: ann, asked: bob };
        let (hall, message) = (Room::Event(event), MessageId::new());
        let last = stage
            .append([
                registered(ann, "ann"),
                registered(bob, "bob"),
                announced(event, "Fest", "2026-12-03"),
                posted(message, hall, ann, "hello"), // 4
                pair.requested(),                    // 5
                pair.accepted(),                     // 6
                posted(MessageId::new(), pair.room(), bob, "hi"), // 7
                Event::Message(
                    message,
                    MessageEvent::Edited { room: hall, author: None, content: good("x") },
                ), // 8
                pair.completed(),                    // 9
                pair.rated(ann, 5, false),           // 10
                pair.rated(bob, 5, true),            // 11
                posted(MessageId::new(), Room::Event(EventId::new()), bob, "elsewhere"),
            ])
            .await;
        node.reaches(last).await;
        let feed = node.projections.feed();
        let missed = |of: Vec<Audience>, since, limit| {
            let feed = feed.clone();
            async move {
                let missed = feed.missed(&of, since, limit).await.expect("an answer");
                (missed.positions, missed.complete_to)
            }
        };
        let (to_ann, to_bob) = (Audience::User(ann), Audience::User(bob));
        let in_hall = Audience::Room(hall);
        assert_eq!(missed(vec![to_ann], 0, 100).await, (vec![6, 9, 11], last));
        assert_eq!(missed(vec![to_bob], 0, 100).await, (vec![5, 6, 9, 11], last));
        assert_eq!(missed(vec![in_hall], 4, 100).await, (vec![8], last));
        let all = vec![to_ann, to_bob, in_hall, Audience::Room(pair.room())];
        let everything = vec![4, 5, 6, 7, 8, 9, 11];
        assert_eq!(missed(all.clone(), 0, 100).await, (everything, last), "each once, in order");
        assert_eq!(missed(all.clone(), 0, 3).await, (vec![4, 5, 6], 6));
        assert_eq!(missed(all, 6, 3).await, (vec![7, 8, 9], 9));
        assert_eq!(missed(vec![], 0, 100).await, (vec![], last));
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_feed_says_what_the_live_push_says() {
    on_stage(|stage| async move {
        let node = stage.start_node();
        let last = stage.append(weekend(0)).await;
        node.reaches(last).await;
        let mut pushed = vec![];
        for event in node.log.after(0, 1_000).await.expect("the log") {
            let event = event.event().expect("readable");
            pushed.extend(audiences(event).into_iter().map(|to| {
                let id = match to {
                    Audience::Room(room) => room.uuid(),
                    Audience::User(user) => user.uuid(),
                };
                (event.position, id)
            }));
        }
        pushed.sort_unstable();
        let fed: Vec<(i64, Uuid)> =
            sqlx::query_as("SELECT position, audience_id FROM feed ORDER BY position, audience_id")
                .fetch_all(&stage.pool)
                .await
                .expect("the feed");
        assert_eq!(fed, pushed);
        assert!(!fed.is_empty());
        node.stop().await;
    })
    .await;
}
