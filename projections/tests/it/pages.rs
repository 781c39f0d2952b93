use domain::events::Event;
use domain::message::MessageEvent;
use domain::values::ids::{EventId, MessageId, UserId};
use domain::values::room::Room;
use projections::models::dance_events::EventFilter;
use projections::models::matches::{MatchFilter, MatchStatus};
use projections::{Cursor, Page, ProjectionError, Slice};

use crate::stage::on_stage;
use crate::story::{Pair, announced, joined, posted, registered};

/// Walks a list to its end by its cursors.
async fn walk<T, F>(limit: i64, mut page: impl FnMut(Page) -> F) -> Vec<Vec<T>>
where
    F: Future<Output = Result<Slice<T>, ProjectionError>>,
{
    let mut pages = vec![];
    let mut cursor = None;
    loop {
        let slice = page(Page { limit, cursor }).await.expect("a page");
        pages.push(slice.items);
        let Some(next) = slice.next_cursor else { return pages };
        cursor = Some(Cursor::new(next));
    }
}

#[tokio::test]
async fn messages_are_paged_back_from_the_newest_without_gaps_or_repeats() {
    on_stage(|stage| async move {
        let (ann, event) = (UserId::new(), EventId::new());
        let (room, other) = (Room::Event(event), Room::Event(EventId::new()));
        let ids: Vec<MessageId> = (0..23).map(|_| MessageId::new()).collect();
        let mut story = vec![registered(ann, "ann"), announced(event, "Fest", "2026-12-03")];
        for id in &ids {
            story.push(posted(*id, room, ann, "hello"));
            story.push(posted(MessageId::new(), other, ann, "elsewhere"));
        }
        story.push(Event::Message(ids[7], MessageEvent::Retracted { room }));
        let last = stage.append(story).await;
        let node = stage.start_node();
        node.reaches(last).await;

        let messages = node.projections.messages();
        // Between any two pages somebody says something new, which belongs to none of them.
        let pages = walk(5, |page| {
            let (stage, messages, node) = (stage.clone(), messages.clone(), &node);
            async move {
                let slice = messages.of(room, &page).await;
                let new = stage.append([posted(MessageId::new(), room, ann, "news")]).await;
                node.reaches(new).await;
                slice
            }
        })
        .await;
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [5, 5, 5, 5, 2]);
        let oldest_first: Vec<MessageId> =
            pages.into_iter().rev().flatten().map(|message| message.id).collect();
        let expected: Vec<_> = ids.iter().copied().filter(|id| *id != ids[7]).collect();
        assert_eq!(oldest_first, expected);
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn dance_events_of_one_day_are_paged_without_gaps_or_repeats() {
    on_stage(|stage| async move {
        let names = (0..17).map(|n| format!("Fest {n}"));
        let story = names.enumerate().map(|(n, name)| {
            announced(EventId::new(), &name, if n % 3 == 0 { "2026-12-03" } else { "2026-12-05" })
        });
        let last = stage.append(story).await;
        let node = stage.start_node();
        node.reaches(last).await;
        let events = node.projections.events();
        let pages = walk(4, |page| {
            let events = events.clone();
            async move { events.list(&EventFilter::default(), None, &page).await }
        })
        .await;
        let listed: Vec<_> =
            pages.into_iter().flatten().map(|event| (event.start_date, event.id)).collect();
        let mut expected = listed.clone();
        expected.sort_unstable();
        expected.dedup();
        assert_eq!((listed.len(), &listed), (17, &expected));
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn matches_are_paged_and_filtered_and_participants_too() {
    on_stage(|stage| async move {
        let (ann, event, other_event) = (UserId::new(), EventId::new(), EventId::new());
        let others: Vec<UserId> = (0..9).map(|_| UserId::new()).collect();
        let mut story = vec![
            registered(ann, "ann"),
            announced(event, "Fest", "2026-12-03"),
            announced(other_event, "Other", "2026-12-10"),
        ];
        for (n, other) in others.iter().enumerate() {
            story.push(registered(*other, &format!("dancer{n}")));
            story.push(joined(event, *other));
            let (asks, asked) = if n % 2 == 0 { (ann, *other) } else { (*other, ann) };
            let at = if n < 6 { event } else { other_event };
            let pair = Pair { event: at, asks, asked };
            story.push(pair.requested());
            if n % 3 == 0 {
                story.push(pair.accepted());
            }
        }
        let last = stage.append(story).await;
        let node = stage.start_node();
        node.reaches(last).await;
        let matches = node.projections.matches();
        let of = |filter: MatchFilter| {
            let matches = matches.clone();
            async move {
                let pages = walk(2, |page| {
                    let (matches, filter) = (matches.clone(), filter.clone());
                    async move { matches.of(ann, &filter, &page).await }
                })
                .await;
                let partners = pages.into_iter().flatten().map(|found| found.partner.id);
                partners.rev().collect::<Vec<_>>()
            }
        };
        assert_eq!(of(MatchFilter::default()).await, others);
        let accepted = MatchFilter { status: Some(MatchStatus::Accepted), event: None };
        assert_eq!(of(accepted).await, [others[0], others[3], others[6]]);
        let there = MatchFilter { status: None, event: Some(other_event) };
        assert_eq!(of(there).await, others[6..]);

        let participants = node.projections.participants();
        let pages = walk(4, |page| {
            let participants = participants.clone();
            async move { participants.of(event, &page).await }
        })
        .await;
        let in_order: Vec<_> =
            pages.into_iter().rev().flatten().map(|participant| participant.user.id).collect();
        assert_eq!(in_order, others);
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_cursor_of_another_list_or_of_nobody_is_an_error_not_a_panic() {
    on_stage(|stage| async move {
        let story = (0..3).map(|n| announced(EventId::new(), &format!("Fest {n}"), "2026-12-03"));
        let last = stage.append(story).await;
        let node = stage.start_node();
        node.reaches(last).await;
        let events = node.projections.events();
        let first = events.list(&EventFilter::default(), None, &Page::first(1)).await;
        let of_events = first.expect("a page").next_cursor.expect("more");
        for bad in ["", "0", "%00", "AAAA", &of_events] {
            let page = Page { limit: 10, cursor: Some(Cursor::new(bad)) };
            let room = Room::Event(EventId::new());
            let outcome = node.projections.messages().of(room, &page).await;
            assert!(matches!(outcome, Err(ProjectionError::BadCursor)), "{bad}");
        }
        node.stop().await;
    })
    .await;
}
