//! The log's order, and what an append keeps together.

use commands::{CommandError, Context};
use domain::values::ids::MessageId;
use domain::values::room::{MessageKind, Room};
use domain::values::text::MessageContent;
use tokio::task::JoinSet;

use crate::dancers::{WriteSide, with_key};

fn content(text: &str) -> MessageContent {
    MessageContent::try_from(text).expect("content")
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_ascend_without_gaps_from_several_nodes_at_once() {
    let write_side = WriteSide::start().await;
    let (event, ann, _) = write_side.two_dancers().await;
    let nodes = [write_side.commands.clone(), write_side.another_node().await];

    let mut posting = JoinSet::new();
    for index in 0..400 {
        let node = nodes[index % nodes.len()].clone();
        posting.spawn(async move {
            let text = content(&format!("message {index}"));
            node.post_message(
                &Context::of(ann),
                MessageId::new(),
                Room::Event(event),
                MessageKind::Text,
                text,
            )
            .await
            .map(|done| done.position)
        });
    }
    let mut answered = vec![];
    while let Some(position) = posting.join_next().await {
        answered.push(position.expect("joined").expect("posted"));
    }
    answered.sort_unstable();
    answered.dedup();
    assert_eq!(answered.len(), 400, "each command has a position of its own");

    let positions = write_side.positions().await;
    let expected: Vec<i64> = (1..=positions.len() as i64).collect();
    assert_eq!(positions, expected);
}

#[tokio::test]
async fn a_position_is_not_seen_before_all_below_it_are() {
    let write_side = WriteSide::start().await;
    let (event, ann, _) = write_side.two_dancers().await;

    // A slow append holds the log's lock: what is appended meanwhile must come after it.
    let mut slow = write_side.pool.begin().await.expect("a transaction");
    sqlx::query("SELECT pg_advisory_xact_lock(7306925)").execute(&mut *slow).await.expect("locked");
    let commands = write_side.commands.clone();
    let post = tokio::spawn(async move {
        let room = Room::Event(event);
        let context = Context::of(ann);
        commands
            .post_message(&context, MessageId::new(), room, MessageKind::Text, content("hi"))
            .await
    });
    let last = write_side.positions().await.len() as i64;
    sqlx::query(
        "INSERT INTO events SELECT 'message', gen_random_uuid()::text, 1, event_type, event_version,
         payload, metadata, $1, now() FROM events LIMIT 1",
    )
    .bind(last + 1)
    .execute(&mut *slow)
    .await
    .expect("inserted");
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    slow.commit().await.expect("committed");

    let done = post.await.expect("joined").expect("posted");
    assert_eq!(done.position, last + 2);
}

#[tokio::test]
async fn a_command_sent_again_answers_as_before_and_appends_nothing() {
    let write_side = WriteSide::start().await;
    let (event, ann, bob) = write_side.two_dancers().await;
    let ask = with_key(Context::of(ann), 1, 1);
    let first = write_side.commands.request_match(&ask, event, bob).await.expect("asked");
    let events = write_side.positions().await.len();

    let again = write_side.commands.request_match(&ask, event, bob).await.expect("answered");
    assert_eq!((again.id, again.position), (first.id, first.position));
    assert!(again.repeated && !first.repeated);
    assert_eq!(write_side.positions().await.len(), events);
}

#[tokio::test]
async fn a_repeated_command_is_answered_even_where_it_would_be_refused_now() {
    let write_side = WriteSide::start().await;
    let (event, ann, bob) = write_side.two_dancers().await;
    let asked = write_side.commands.request_match(&Context::of(ann), event, bob).await;
    let id = asked.expect("asked").id;
    let accept = with_key(Context::of(bob), 2, 2);
    let first = write_side.commands.accept_match(&accept, id).await.expect("accepted");
    let again = write_side.commands.accept_match(&accept, id).await.expect("answered");
    assert_eq!(again.position, first.position);
    assert_eq!(write_side.count("Accepted").await, 1);
}

#[tokio::test]
async fn a_command_id_with_another_request_is_refused() {
    let write_side = WriteSide::start().await;
    let (event, ann, bob) = write_side.two_dancers().await;
    let context = with_key(Context::of(ann), 3, 1);
    write_side.commands.request_match(&context, event, bob).await.expect("asked");
    let other = with_key(Context::of(ann), 3, 9);
    let refused = write_side.commands.request_match(&other, event, bob).await;
    assert!(matches!(refused, Err(CommandError::CommandReused)), "{refused:?}");
}

#[tokio::test]
async fn the_same_command_id_is_free_for_another_person() {
    let write_side = WriteSide::start().await;
    let (event, ann, bob) = write_side.two_dancers().await;
    for (user, text) in [(ann, "from ann"), (bob, "from bob")] {
        let context = with_key(Context::of(user), 4, 1);
        let room = Room::Event(event);
        write_side
            .commands
            .post_message(&context, MessageId::new(), room, MessageKind::Text, content(text))
            .await
            .expect("posted");
    }
    assert_eq!(write_side.count("Posted").await, 2);
}

#[tokio::test]
async fn the_writer_finishes_what_waits_before_it_stops() {
    let write_side = WriteSide::start().await;
    let (event, ann, _) = write_side.two_dancers().await;
    let pool = write_side.pool.clone();
    let mut posting = JoinSet::new();
    for _ in 0..50 {
        let commands = write_side.commands.clone();
        posting.spawn(async move {
            let room = Room::Event(event);
            let context = Context::of(ann);
            commands
                .post_message(&context, MessageId::new(), room, MessageKind::Text, content("hi"))
                .await
        });
    }
    let _database = write_side.stop().await;
    while let Some(posted) = posting.join_next().await {
        posted.expect("joined").expect("posted");
    }
    let stored: i64 = sqlx::query_scalar("SELECT count(*) FROM events WHERE event_type = 'Posted'")
        .fetch_one(&pool)
        .await
        .expect("counted");
    assert_eq!(stored, 50);
}
