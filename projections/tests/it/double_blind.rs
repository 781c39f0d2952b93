use chrono::{TimeDelta, Utc};
use domain::values::ids::{EventId, UserId};
use domain::values::rating::REVEAL_AFTER_DAYS;
use projections::Page;

use crate::stage::{Node, Stage, on_stage};
use crate::story::{Pair, announced, registered};

/// A match completed so long ago, which Ann has rated and Bob has not.
async fn rated_by_ann(stage: &Stage, node: &Node, since_completion: TimeDelta) -> Pair {
    let (ann, bob, event) = (UserId::new(), UserId::new(), EventId::new());
    let pair = Pair { event, asks: ann, asked: bob };
    let completed = Utc::now() - since_completion;
    let last = stage
        .append_at(
            [
                registered(ann, "ann"),
                registered(bob, "bob"),
                announced(event, "Fest", "2026-12-03"),
                pair.requested(),
                pair.accepted(),
                pair.completed(),
                pair.rated(ann, 5, false),
            ]
            .map(|event| (completed, event)),
        )
        .await;
    node.reaches(last).await;
    pair
}

/// How often Bob's rating by Ann shows: in Bob's list to Ann, to Bob, to a stranger; in
/// Bob's statistics; in the match as Ann and as Bob see it; in its history to Ann, to Bob.
async fn shows(node: &Node, Pair { asks: ann, asked: bob, .. }: Pair, pair: Pair) -> [usize; 8] {
    let (ratings, matches) = (node.projections.ratings(), node.projections.matches());
    let listed = |viewer| {
        let ratings = ratings.clone();
        async move { ratings.of(bob, viewer, &Page::first(10)).await.expect("a page").items.len() }
    };
    let seen_by = |member| {
        let matches = matches.clone();
        async move { matches.one(pair.id(), member).await.expect("an answer").expect("a match") }
    };
    let in_history = |member| async move {
        let entries = node.projections.history(pair.id(), member, &Page::first(9)).await;
        let entries = entries.expect("an answer").expect("a member's view").items;
        let rated = entries.iter().filter(|entry| entry.kind == "PartnerRated" && entry.by == ann);
        rated.filter(|entry| !entry.data["rating"].is_null()).count()
    };
    let (as_ann, as_bob) = (seen_by(ann).await, seen_by(bob).await);
    assert_eq!(as_ann.revealed, as_bob.revealed);
    [
        listed(Some(ann)).await,
        listed(Some(bob)).await,
        listed(None).await,
        ratings.stats(bob).await.expect("statistics").count as usize,
        usize::from(as_ann.mine.is_some()),
        usize::from(as_bob.partners.is_some()),
        in_history(ann).await,
        in_history(bob).await,
    ]
}

#[tokio::test]
async fn a_single_rating_shows_to_its_rater_alone() {
    on_stage(|stage| async move {
        let node = stage.start_node();
        let almost = TimeDelta::days(REVEAL_AFTER_DAYS) - TimeDelta::minutes(1);
        let pair = rated_by_ann(&stage, &node, almost).await;
        assert_eq!(shows(&node, pair, pair).await, [1, 0, 0, 0, 1, 0, 1, 0]);
        let seen = node.projections.matches().one(pair.id(), pair.asked).await;
        let seen = seen.expect("an answer").expect("a match");
        assert!(!seen.revealed && seen.partners.is_none() && seen.mine.is_none());
        let reveals_at = seen.reveals_at.expect("a completed match");
        assert_eq!(Some(reveals_at - TimeDelta::days(REVEAL_AFTER_DAYS)), seen.completed_at);
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn both_ratings_show_to_everybody_once_both_have_rated() {
    on_stage(|stage| async move {
        let node = stage.start_node();
        let pair = rated_by_ann(&stage, &node, TimeDelta::minutes(5)).await;
        let last = stage.append([pair.rated(pair.asked, 2, true)]).await;
        node.reaches(last).await;
        assert_eq!(shows(&node, pair, pair).await, [1; 8]);
        let stats = node.projections.ratings().stats(pair.asks).await.expect("statistics");
        assert_eq!((stats.count, stats.average), (1, Some(2.0)));
        assert_eq!(stats.histogram, [0, 1, 0, 0, 0]);
        assert_eq!(stats.would_collaborate_again, Some(0.0));
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_single_rating_shows_to_everybody_after_the_time_to_answer_it() {
    on_stage(|stage| async move {
        let node = stage.start_node();
        let pair = rated_by_ann(&stage, &node, TimeDelta::days(REVEAL_AFTER_DAYS)).await;
        assert_eq!(shows(&node, pair, pair).await, [1; 8]);
        let stats = node.projections.ratings().stats(pair.asks).await.expect("statistics");
        assert_eq!((stats.count, stats.average, stats.would_collaborate_again), (0, None, None));
        node.stop().await;
    })
    .await;
}
