//! Nothing is stored any more of what somebody does once they are erased, on whichever node.

use commands::{CommandError, Commands, Context};
use domain::values::ids::{EventId, MatchId, MessageId, UserId};
use domain::values::rating::{Rating, Score};
use domain::values::room::{MessageKind, Room};
use domain::values::text::{Comment, MessageContent};

use crate::dancers::WriteSide;

/// Two who have danced, on a node that knows their keys by that.
async fn a_completed_match(
    commands: &Commands,
    event: EventId,
    ann: UserId,
    bob: UserId,
) -> MatchId {
    let id = commands.request_match(&Context::of(ann), event, bob).await.expect("asked").id;
    commands.accept_match(&Context::of(bob), id).await.expect("agreed");
    commands.complete_match(&Context::of(bob), id).await.expect("completed");
    for user in [ann, bob] {
        say(commands, event, user).await.expect("said");
    }
    id
}

async fn say(commands: &Commands, event: EventId, user: UserId) -> Result<(), CommandError> {
    let content = MessageContent::try_from("who films at six?").expect("content");
    let (id, room) = (MessageId::new(), Room::Event(event));
    commands.post_message(&Context::of(user), id, room, MessageKind::Text, content).await.map(drop)
}

#[tokio::test]
async fn whoever_is_erased_on_another_node_does_nothing_more_on_this_one() {
    let write_side = WriteSide::start().await;
    let (event, ann, bob) = write_side.two_dancers().await;
    let here = &write_side.commands;
    let id = a_completed_match(here, event, ann, bob).await;
    let another = write_side.another_node().await;
    another.erase_account(&Context::system(), ann).await.expect("erased");
    let before = write_side.positions().await;

    let rating = Rating {
        score: Score::try_from(5).expect("a score"),
        comment: Some(Comment::try_from("kept dropping it").expect("a comment")),
        would_collaborate_again: true,
    };
    // The append is refused at first, which makes this node forget her key; then there is none.
    for _ in 0..2 {
        let rated = here.rate(&Context::of(ann), id, rating.clone()).await;
        assert!(matches!(rated, Err(CommandError::Erased)), "{rated:?}");
    }
    let left = here.leave_event(&Context::of(ann), event).await;
    assert!(matches!(left, Err(CommandError::Erased)), "{left:?}");
    assert_eq!(write_side.positions().await, before);

    say(here, event, bob).await.expect("nobody else is kept from anything");
    here.rate(&Context::of(bob), id, rating).await.expect("rated");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_says_while_they_are_erased_stands_before_that_or_nowhere() {
    let write_side = WriteSide::start().await;
    let (event, ann, bob) = write_side.two_dancers().await;
    let here = &write_side.commands;
    a_completed_match(here, event, ann, bob).await;

    // All of them wait for one batch, behind the log's lock.
    let mut slow = write_side.pool.begin().await.expect("a transaction");
    sqlx::query("SELECT pg_advisory_xact_lock(7306925)").execute(&mut *slow).await.expect("locked");
    let saying = async |user| say(here, event, user).await;
    let context = Context::of(ann);
    let release = async {
        write_side.waiting_for_the_log(1).await;
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        slow.rollback().await.expect("released");
    };
    // The one before makes a batch of its own, the others gather behind it.
    let (_, erased, said, bobs, ()) = tokio::join!(
        saying(bob),
        here.erase_account(&context, ann),
        saying(ann),
        saying(bob),
        release
    );
    erased.expect("erased");
    bobs.expect("said");
    let erased_at: i64 =
        sqlx::query_scalar("SELECT global_position FROM events WHERE event_type = 'Erased'")
            .fetch_one(&write_side.pool)
            .await
            .expect("erased");
    let after: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM events
         WHERE global_position > $1 AND metadata ->> 'actor' = $2",
    )
    .bind(erased_at)
    .bind(ann.to_string())
    .fetch_one(&write_side.pool)
    .await
    .expect("counted");
    assert_eq!(after, 0, "{said:?}");
}
