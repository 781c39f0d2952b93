//! What auditors are told: a match as of any place in the log, and the log itself.

use domain::personal::ERASED_NAME;
use domain::values::ids::{EventId, MatchId, UserId};
use projections::audit::{LogEntry, LogFilter, MatchAsOf};
use projections::models::matches::MatchStatus;
use projections::{Cursor, Page, ProjectionError};

use crate::stage::{Node, Stage, on_stage};
use crate::story::{Pair, announced, registered, weekend};

/// Ann and Bob, whose match others' lives go on around; the positions of its six events.
async fn a_match_among_others(stage: &Stage) -> (Pair, [i64; 6]) {
    let pair = Pair { event: EventId::new(), asks: UserId::new(), asked: UserId::new() };
    let Pair { event, asks: ann, asked: bob } = pair;
    stage.append([registered(ann, "ann"), registered(bob, "bob")]).await;
    stage.append([announced(event, "BudaFest", "2026-12-03")]).await;
    let mut positions = [0; 6];
    let story = [
        pair.requested(),
        pair.accepted(),
        pair.handed_over(ann),
        pair.completed(),
        pair.rated(bob, 4, false),
        pair.rated(ann, 5, true),
    ];
    for (chapter, (event, position)) in story.into_iter().zip(&mut positions).enumerate() {
        *position = stage.append([event]).await;
        stage.append(weekend(chapter)).await;
    }
    (pair, positions)
}

async fn as_of(node: &Node, id: MatchId, at: Option<i64>) -> MatchAsOf {
    node.projections.audit().match_as_of(id, at).await.expect("an answer").expect("a match")
}

#[tokio::test]
async fn a_match_is_as_it_was_when_the_log_had_come_there() {
    on_stage(|stage| async move {
        let (pair, positions) = a_match_among_others(&stage).await;
        let node = stage.start_node();
        let end = node.log.end().await.expect("an end");
        node.reaches(end).await;
        let [requested, accepted, handed_over, completed, rated, both_rated] = positions;

        let expected = [
            (requested, MatchStatus::Pending, 0, 0, false),
            (accepted, MatchStatus::Accepted, 0, 0, false),
            (handed_over, MatchStatus::Accepted, 1, 0, false),
            (completed, MatchStatus::Completed, 1, 0, false),
            (rated, MatchStatus::Completed, 1, 1, false),
            (both_rated, MatchStatus::Completed, 1, 2, true),
        ];
        for (index, (position, status, transfers, ratings, both_rated)) in
            expected.into_iter().enumerate()
        {
            // At the event, and still so just before the next one.
            let until = positions.get(index + 1).map_or(end, |next| next - 1);
            for at in [position, until] {
                let seen = as_of(&node, pair.id(), Some(at)).await;
                assert_eq!((seen.at, seen.log_end, &seen.positions[..]), (at, end, &positions[..]));
                let told: Vec<_> = seen.timeline.iter().map(|it| it.entry.position).collect();
                assert_eq!(told, positions[..=index]);
                let state = &seen.state;
                let counts = (state.transfers.len(), state.ratings.len(), state.both_rated);
                assert_eq!((state.status, counts), (status, (transfers, ratings, both_rated)));
                assert_eq!(state.reveals_at.is_some(), position >= completed);
            }
        }

        let now = as_of(&node, pair.id(), None).await;
        assert_eq!(now, as_of(&node, pair.id(), Some(i64::MAX)).await, "beyond the end is now");
        let words: Vec<_> =
            now.timeline.iter().map(|it| format!("{} {}", it.by.username, it.words)).collect();
        assert_eq!(
            words,
            [
                "ann asked bob to film each other at BudaFest",
                "bob agreed",
                "ann reported a video sent: 20.0 MB in 2.5 s, directly",
                "ann said that all was handed over",
                "bob gave ann 4 of 5, “thank you”, and would film together again",
                "ann gave bob 5 of 5, “thank you”, and would film together again; \
                 both ratings are open from here on",
            ]
        );
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn before_it_began_there_is_nothing_to_tell() {
    on_stage(|stage| async move {
        let (pair, [began, ..]) = a_match_among_others(&stage).await;
        let node = stage.start_node();
        let audit = node.projections.audit();
        let refused = audit.match_as_of(pair.id(), Some(began - 1)).await.expect_err("refused");
        assert!(
            matches!(refused, ProjectionError::NotBegun { at, began: first }
                if at == began - 1 && first == began),
            "{refused}"
        );
        let nobodys = MatchId::between(EventId::new(), pair.asks, pair.asked);
        assert_eq!(audit.match_as_of(nobodys, None).await.expect("an answer"), None);
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_event_that_no_rule_allows_is_told_and_changes_nothing() {
    on_stage(|stage| async move {
        let pair = Pair { event: EventId::new(), asks: UserId::new(), asked: UserId::new() };
        let forged =
            [pair.completed(), pair.rated(pair.asks, 1, false), pair.handed_over(pair.asks)];
        stage.append([pair.requested(), pair.declined()]).await;
        stage.append(forged).await;
        let node = stage.start_node();
        let seen = as_of(&node, pair.id(), None).await;
        assert_eq!(seen.timeline.len(), 5);
        assert_eq!((seen.state.status, seen.state.moves.len()), (MatchStatus::Declined, 2));
        assert!(seen.state.ratings.is_empty() && seen.state.transfers.is_empty());
        assert_eq!(seen.state.requester.username, ERASED_NAME, "whom no read model knows");
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_log_is_walked_in_order_whole_or_by_stream() {
    on_stage(|stage| async move {
        let (pair, positions) = a_match_among_others(&stage).await;
        let node = stage.start_node();
        let end = node.log.end().await.expect("an end");
        let walk = async |filter: LogFilter, limit| {
            let (mut found, mut page) = (vec![], Page::first(limit));
            loop {
                let slice = node.projections.audit().events(&filter, &page).await.expect("a page");
                found.extend(slice.items);
                match slice.next_cursor {
                    Some(next) => page.cursor = Some(Cursor::new(next)),
                    None => return found,
                }
            }
        };
        let places =
            |found: &[LogEntry]| -> Vec<i64> { found.iter().map(|entry| entry.position).collect() };

        let all = walk(LogFilter::default(), 100).await;
        assert_eq!(places(&all), (1..=end).collect::<Vec<_>>());
        let later = walk(LogFilter { after: end - 7, ..LogFilter::default() }, 3).await;
        assert_eq!(places(&later), (end - 6..=end).collect::<Vec<_>>());
        let stream = Some(pair.id().uuid());
        for aggregate in [None, Some("match")] {
            let of_match = walk(LogFilter { stream, aggregate, after: 0 }, 2).await;
            assert_eq!(places(&of_match), positions);
            assert!(of_match.iter().map(|entry| entry.sequence).eq(1..=6));
        }
        let messages = walk(LogFilter { aggregate: Some("message"), ..LogFilter::default() }, 9);
        let messages = messages.await;
        assert!(!messages.is_empty() && messages.iter().all(|it| it.aggregate == "message"));
        let elsewhere = LogFilter { stream, aggregate: Some("message"), after: 0 };
        assert!(walk(elsewhere, 9).await.is_empty());
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_log_shows_what_is_stored_byte_for_byte() {
    on_stage(|stage| async move {
        // Spaces, an order of keys and a number that no parser would write again like this.
        let payload = r#"{ "Danced":{"z": 1.50,"a" :"\u00e9"} }"#;
        sqlx::query(
            "INSERT INTO events VALUES ('waltz', 'one', 1, 'Danced', '7', $1::json, '{}', 1, now())",
        )
        .bind(payload)
        .execute(&stage.pool)
        .await
        .expect("inserted by hand");
        let node = stage.start_node();
        let audit = node.projections.audit();
        let page = audit.events(&LogFilter::default(), &Page::first(10)).await.expect("a page");
        let [row] = &page.items[..] else { panic!("one row") };
        assert_eq!(row.payload.get(), payload);
        assert_eq!((&*row.aggregate, &*row.stream, &*row.version), ("waltz", "one", "7"));
        node.stop().await;
    })
    .await;
}
