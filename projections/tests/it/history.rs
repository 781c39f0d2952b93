use domain::values::ids::{EventId, UserId};
use projections::{Cursor, Page};

use crate::stage::on_stage;
use crate::story::{Pair, weekend};

#[tokio::test]
async fn the_history_is_what_happened_in_order_and_only_for_members() {
    on_stage(|stage| async move {
        let (ann, bob) = (UserId::new(), UserId::new());
        let pair = Pair { event: EventId::new(), asks: ann, asked: bob };
        stage.append(weekend(0)).await;
        let before = stage.append([pair.requested()]).await;
        stage.append(weekend(1)).await;
        stage.append([pair.accepted(), pair.handed_over(bob), pair.completed()]).await;
        let node = stage.start_node();
        let whole = Page::first(100);
        let history = async |viewer| {
            let slice = node.projections.history(pair.id(), viewer, &whole).await;
            slice.expect("an answer").map(|slice| slice.items)
        };

        let entries = history(bob).await.expect("a member's view");
        let told: Vec<_> = entries.iter().map(|entry| (&*entry.kind, entry.by)).collect();
        assert_eq!(
            told,
            [("Requested", ann), ("Accepted", bob), ("TransferReported", bob), ("Completed", ann)]
        );
        assert_eq!(entries[0].position, before);
        assert!(entries.is_sorted_by_key(|entry| entry.position));
        assert_eq!(entries[2].data["report"]["bytes"], 20_000_000);
        assert_eq!(history(UserId::new()).await, None);
        let other = Pair { event: EventId::new(), ..pair };
        let nothing = node.projections.history(other.id(), ann, &whole).await.expect("an answer");
        assert_eq!(nothing, None);

        let mut page = Page::first(3);
        let first = node.projections.history(pair.id(), bob, &page).await.expect("an answer");
        let first = first.expect("a member's view");
        assert_eq!(first.items, entries[..3]);
        page.cursor = first.next_cursor.map(Cursor::new);
        let last = node.projections.history(pair.id(), bob, &page).await.expect("an answer");
        let last = last.expect("a member's view");
        assert_eq!((&last.items[..], last.next_cursor), (&entries[3..], None));
        node.stop().await;
    })
    .await;
}
