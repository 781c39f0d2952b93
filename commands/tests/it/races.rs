//! What happens when people press at the same moment.

use commands::{CommandError, Context, NewReport};
use domain::r#match::MatchError;
use domain::message::MessageError;
use domain::report::Grounds;
use domain::values::ids::MessageId;
use domain::values::rating::{Rating, Score};
use domain::values::room::{MessageKind, Room};
use domain::values::text::MessageContent;
use tokio::task::JoinSet;

use crate::dancers::WriteSide;

#[tokio::test(flavor = "multi_thread")]
async fn fifty_requests_in_both_directions_make_one_match() {
    let write_side = WriteSide::start().await;
    let (event, ann, bob) = write_side.two_dancers().await;
    let mut racing = JoinSet::new();
    for index in 0..50 {
        let commands = write_side.commands.clone();
        let (from, to) = if index % 2 == 0 { (ann, bob) } else { (bob, ann) };
        racing.spawn(async move { commands.request_match(&Context::of(from), event, to).await });
    }
    let results = racing.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(
        results
            .iter()
            .filter_map(|result| result.as_ref().err())
            .all(|error| matches!(error, CommandError::Match(MatchError::MatchExists)))
    );
    assert_eq!(write_side.count("Requested").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_ratings_at_once_make_one_and_the_other_side_still_has_theirs() {
    let write_side = WriteSide::start().await;
    let (event, ann, bob) = write_side.two_dancers().await;
    let commands = &write_side.commands;
    let id = commands.request_match(&Context::of(ann), event, bob).await.expect("asked").id;
    commands.accept_match(&Context::of(bob), id).await.expect("accepted");
    commands.complete_match(&Context::of(ann), id).await.expect("completed");

    let rating = || Rating {
        score: Score::try_from(5).expect("a score"),
        comment: None,
        would_collaborate_again: true,
    };
    let mut racing = JoinSet::new();
    for _ in 0..40 {
        let commands = commands.clone();
        racing.spawn(async move { commands.rate(&Context::of(ann), id, rating()).await });
    }
    let results = racing.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    commands.rate(&Context::of(bob), id, rating()).await.expect("the other side rates");
    assert_eq!(write_side.count("PartnerRated").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_sent_many_times_is_stored_once() {
    let write_side = WriteSide::start().await;
    let (event, ann, _) = write_side.two_dancers().await;
    let message = MessageId::new();
    let mut racing = JoinSet::new();
    for _ in 0..20 {
        let commands = write_side.commands.clone();
        racing.spawn(async move {
            let content = MessageContent::try_from("once").expect("content");
            let room = Room::Event(event);
            commands
                .post_message(&Context::of(ann), message, room, MessageKind::Text, content)
                .await
        });
    }
    let mut positions: Vec<i64> = racing
        .join_all()
        .await
        .into_iter()
        .map(|result| result.expect("each is answered").position)
        .collect();
    positions.dedup();
    assert_eq!(positions.len(), 1, "and all with the same place in the log");
    assert_eq!(write_side.count("Posted").await, 1);
}

#[tokio::test]
async fn a_stranger_neither_speaks_nor_enters() {
    let write_side = WriteSide::start().await;
    let (event, ann, bob) = write_side.two_dancers().await;
    let eve = write_side.dancer("eve").await;
    let commands = &write_side.commands;
    assert!(!commands.may_enter(Room::Event(event), eve).await.expect("asked"));

    let id = commands.request_match(&Context::of(ann), event, bob).await.expect("asked").id;
    let room = Room::Match(id);
    assert!(!commands.may_enter(room, ann).await.expect("asked"), "not before it is agreed");
    commands.accept_match(&Context::of(bob), id).await.expect("accepted");
    assert!(commands.may_enter(room, ann).await.expect("asked"));
    assert!(!commands.may_enter(room, eve).await.expect("asked"));
    assert_eq!(commands.agreed_partner(id, ann).await.expect("asked"), Some(bob));

    let refused = commands.complete_match(&Context::of(eve), id).await;
    assert!(matches!(refused, Err(CommandError::NotFound("match"))), "{refused:?}");
    let asked = commands.request_match(&Context::of(ann), event, eve).await;
    assert!(matches!(asked, Err(CommandError::Match(MatchError::NotBothTakePart))), "{asked:?}");
}

#[tokio::test]
async fn who_blocks_someone_is_not_asked_by_them() {
    let write_side = WriteSide::start().await;
    let (event, ann, bob) = write_side.two_dancers().await;
    write_side.commands.block(&Context::of(bob), ann).await.expect("blocked");
    let asked = write_side.commands.request_match(&Context::of(ann), event, bob).await;
    assert!(matches!(asked, Err(CommandError::Match(MatchError::NotBothTakePart))), "{asked:?}");
}

/// A block or a farewell, and somebody who asks before they could know of it: both wait for the
/// log's lock.
#[tokio::test]
async fn who_blocks_or_leaves_while_somebody_asks_is_not_asked() {
    for leaves in [false, true] {
        let here = WriteSide::start().await;
        let (event, ann, bob) = here.two_dancers().await;
        let there = here.another_node().await;
        let mut slow = here.pool.begin().await.expect("a transaction");
        sqlx::query("SELECT pg_advisory_xact_lock(7306925)").execute(&mut *slow).await.expect("it");
        let (by_bob, by_ann) = (Context::of(bob), Context::of(ann));
        let goes = async {
            if leaves {
                there.leave_event(&by_bob, event).await.map(drop)
            } else {
                there.block(&by_bob, ann).await.map(drop)
            }
        };
        let asks = async {
            here.waiting_for_the_log(1).await;
            here.commands.request_match(&by_ann, event, bob).await
        };
        let release = async {
            here.waiting_for_the_log(2).await;
            slow.rollback().await.expect("released");
        };
        let (gone, asked, ()) = tokio::join!(goes, asks, release);
        gone.expect("gone");
        let refused = matches!(asked, Err(CommandError::Match(MatchError::NotBothTakePart)));
        assert!(refused, "{asked:?}");
    }
}

#[tokio::test]
async fn a_report_points_only_at_what_its_reporter_sees_and_the_reported_did() {
    let write_side = WriteSide::start().await;
    let (event, ann, bob) = write_side.two_dancers().await;
    let eve = write_side.dancer("eve").await;
    let commands = &write_side.commands;
    let id = commands.request_match(&Context::of(ann), event, bob).await.expect("asked").id;
    let content = MessageContent::try_from("buy my lessons").expect("content");
    let message = commands
        .post_message(
            &Context::of(bob),
            MessageId::new(),
            Room::Event(event),
            MessageKind::Text,
            content,
        )
        .await
        .expect("posted")
        .id;
    let report = |reported, match_id, message_id| NewReport {
        reported,
        grounds: Grounds::Spam,
        details: None,
        match_id,
        message_id,
        message_key: None,
    };

    let whole = report(bob, Some(id), Some(message));
    commands.file_report(&Context::of(ann), whole).await.expect("filed");
    for (reporter, refused) in [
        (ann, report(eve, Some(id), None)),
        (eve, report(bob, Some(id), None)),
        (eve, report(bob, None, Some(message))),
        (ann, report(eve, None, Some(message))),
        (ann, report(bob, None, Some(MessageId::new()))),
    ] {
        let filed = commands.file_report(&Context::of(reporter), refused).await;
        assert!(matches!(filed, Err(CommandError::NotFound("match" | "message"))), "{filed:?}");
    }
    assert_eq!(write_side.count("Filed").await, 1);
}

/// What a node remembers of who takes part may be old by the time it is used.
#[tokio::test]
async fn who_left_through_another_node_says_nothing_more_and_who_came_back_does() {
    let here = WriteSide::start().await;
    let (event, ann, _) = here.two_dancers().await;
    let there = here.another_node().await;
    let by_ann = Context::of(ann);
    let post = async || {
        let content = MessageContent::try_from("hi").expect("content");
        let (id, room) = (MessageId::new(), Room::Event(event));
        here.commands.post_message(&by_ann, id, room, MessageKind::Text, content).await
    };
    post().await.expect("posted, and remembered that ann takes part");
    there.leave_event(&by_ann, event).await.expect("left");
    assert!(matches!(post().await, Err(CommandError::Message(MessageError::NotAMember))));
    there.join_event(&by_ann, event).await.expect("back");
    post().await.expect("posted");
}

#[tokio::test]
async fn a_block_made_on_another_node_ends_the_conversation_at_once() {
    let here = WriteSide::start().await;
    let (event, ann, bob) = here.two_dancers().await;
    let there = here.another_node().await;
    let id = here.commands.request_match(&Context::of(ann), event, bob).await.expect("asked").id;
    here.commands.accept_match(&Context::of(bob), id).await.expect("accepted");
    let post = async || {
        let content = MessageContent::try_from("hi").expect("content");
        let (by, room) = (Context::of(ann), Room::Match(id));
        here.commands.post_message(&by, MessageId::new(), room, MessageKind::Text, content).await
    };
    post().await.expect("posted, and remembered that nobody blocks anybody");
    there.block(&Context::of(bob), ann).await.expect("blocked");
    assert!(matches!(post().await, Err(CommandError::Message(MessageError::NotAMember))));
    there.unblock(&Context::of(bob), ann).await.expect("made up");
    post().await.expect("posted");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_said_stands_after_its_author_left() {
    let write_side = WriteSide::start().await;
    let (event, ann, _) = write_side.two_dancers().await;
    let mut saying = JoinSet::new();
    for number in 0..100 {
        let commands = write_side.commands.clone();
        saying.spawn(async move {
            let content = MessageContent::try_from(number.to_string().as_str()).expect("content");
            let (by, room) = (Context::of(ann), Room::Event(event));
            commands.post_message(&by, MessageId::new(), room, MessageKind::Text, content).await
        });
        if number == 50 {
            write_side.commands.leave_event(&Context::of(ann), event).await.expect("left");
        }
    }
    let said = saying.join_all().await.iter().filter(|said| said.is_ok()).count();
    let last_words: Option<i64> =
        sqlx::query_scalar("SELECT max(global_position) FROM events WHERE event_type = 'Posted'")
            .fetch_one(&write_side.pool)
            .await
            .expect("read");
    let left: i64 =
        sqlx::query_scalar("SELECT global_position FROM events WHERE event_type = 'Left'")
            .fetch_one(&write_side.pool)
            .await
            .expect("read");
    assert!(
        last_words.unwrap_or(0) < left,
        "{said} said, the last at {last_words:?}, left at {left}"
    );
}
