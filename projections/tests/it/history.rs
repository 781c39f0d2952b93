use domain::values::ids::{EventId, UserId};

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
        let history = |viewer| node.projections.history(pair.id(), viewer);

        let entries = history(bob).await.expect("an answer").expect("a member's view");
        let told: Vec<_> = entries.iter().map(|entry| (&*entry.kind, entry.by)).collect();
        assert_eq!(
            told,
            [("Requested", ann), ("Accepted", bob), ("TransferReported", bob), ("Completed", ann)]
        );
        assert_eq!(entries[0].position, before);
        assert!(entries.is_sorted_by_key(|entry| entry.position));
        assert_eq!(entries[2].data["report"]["bytes"], 20_000_000);
        assert_eq!(history(UserId::new()).await.expect("an answer"), None);
        let other = Pair { event: EventId::new(), ..pair };
        let nothing = node.projections.history(other.id(), ann).await.expect("an answer");
        assert_eq!(nothing, None);
        node.stop().await;
    })
    .await;
}
