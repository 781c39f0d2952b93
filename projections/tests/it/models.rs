use domain::account::AccountEvent;
use domain::dance_event::DanceEventEvent;
use domain::events::Event;
use domain::message::MessageEvent;
use domain::personal::ERASED_NAME;
use domain::report::{Filing, Grounds, ReportEvent};
use domain::values::account::{DanceRole, Profile, Role};
use domain::values::dance_event::EventDates;
use domain::values::ids::{EventId, MessageId, ReportId, UserId};
use domain::values::room::Room;
use domain::values::transfer::{Direction, TransferReport};
use projections::Page;
use projections::models::dance_events::EventFilter;
use projections::models::matches::{MatchFilter, MatchStatus, OwedVideo, VideoState};
use projections::models::reports::Reader;

use crate::stage::on_stage;
use crate::story::{
    Pair, announced, day, good, joined, left, posted, profile, registered, transfer,
};

#[tokio::test]
async fn a_person_is_found_by_id_and_by_name_in_any_case_until_erased() {
    on_stage(|stage| async move {
        let (ann, bob) = (UserId::new(), UserId::new());
        let room = Room::Event(EventId::new());
        let of_ann = |change| Event::Account(ann, change);
        let full = Profile {
            country: Some(good("hu")),
            dance_role: Some(DanceRole::Leader),
            ..profile("Anna")
        };
        let last = stage
            .append([
                registered(ann, "ann"),
                registered(bob, "bob"),
                of_ann(AccountEvent::ProfileUpdated { profile: full }),
                of_ann(AccountEvent::RoleGranted { role: Role::Organizer }),
                of_ann(AccountEvent::UserBlocked { user: bob }),
                posted(MessageId::new(), room, ann, "hello"),
            ])
            .await;
        let node = stage.start_node();
        node.reaches(last).await;
        let users = node.projections.users();
        let anna = users.by_username("aNNa").await.expect("an answer").expect("anna");
        assert_eq!(Some(&anna), users.by_id(ann).await.expect("an answer").as_ref());
        assert_eq!((&*anna.username, &*anna.email), ("Anna", "ann@example.com"));
        assert_eq!(
            (anna.country.as_deref(), anna.dance_role),
            (Some("HU"), Some(DanceRole::Leader))
        );
        assert_eq!(anna.roles, [Role::Organizer].into());
        assert!(users.by_username("ann").await.expect("an answer").is_none(), "the old name");
        assert_eq!(users.apart_from(bob).await.expect("an answer"), [ann]);
        assert!(users.are_apart(bob, ann).await.expect("an answer"));
        assert_eq!(users.blocked_by(bob).await.expect("an answer"), []);

        // The name is free again, and what the erased person said stays, nameless.
        let carl = UserId::new();
        let last = stage.append([of_ann(AccountEvent::Erased {}), registered(carl, "anna")]).await;
        node.reaches(last).await;
        assert!(users.by_id(ann).await.expect("an answer").is_none());
        let anna = users.by_username("Anna").await.expect("an answer").expect("the next anna");
        assert_eq!(anna.id, carl);
        assert!(users.by_username(ERASED_NAME).await.expect("an answer").is_none());
        let summaries = users.summaries(&[ann, bob, UserId::new()]).await.expect("an answer");
        assert_eq!((summaries.len(), &*summaries[&ann].username), (2, ERASED_NAME));
        let said = node.projections.messages().of(room, &Page::first(1)).await.expect("a page");
        assert_eq!(said.items[0].author, summaries[&ann]);
        assert!(!users.are_apart(bob, ann).await.expect("an answer"));
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn dance_events_are_found_by_word_day_and_participation() {
    on_stage(|stage| async move {
        let (ann, bob) = (UserId::new(), UserId::new());
        let [buda, percent, late] = [(); 3].map(|()| EventId::new());
        let by = UserId::new();
        let dates = EventDates::new(day("2027-05-01"), day("2027-05-02")).expect("in order");
        let last = stage
            .append([
                registered(ann, "ann"),
                announced(buda, "BudaFest", "2026-12-03"),
                announced(percent, "100% Swing", "2027-01-08"),
                announced(late, "Late Swing", "2027-02-05"),
                joined(buda, ann),
                joined(buda, bob),
                joined(percent, bob),
                left(percent, bob),
                Event::DanceEvent(late, DanceEventEvent::Rescheduled { by, dates }),
                Event::DanceEvent(late, DanceEventEvent::Cancelled { by }),
            ])
            .await;
        let node = stage.start_node();
        node.reaches(last).await;
        let events = node.projections.events();
        let found = |filter: EventFilter| {
            let events = events.clone();
            async move {
                let page = events.list(&filter, Some(ann), &Page::first(100)).await;
                page.expect("a page").items.into_iter().map(|e| e.id).collect::<Vec<_>>()
            }
        };
        let all = EventFilter::default;
        let word = |word: &str| EventFilter { query: Some(word.into()), ..all() };
        assert_eq!(found(all()).await, [buda, percent, late]);
        assert_eq!(found(word("SWING")).await, [percent, late]);
        assert_eq!(found(word("dapes")).await, [buda, percent, late], "in the location");
        assert_eq!(found(word("%")).await, [percent]);
        assert_eq!(found(word("_")).await, []);
        let from = |start: &str| EventFilter { from: Some(day(start)), ..all() };
        assert_eq!(found(from("2026-12-06")).await, [buda, percent, late], "still on");
        assert_eq!(found(from("2026-12-07")).await, [percent, late]);
        assert_eq!(
            found(EventFilter { to: Some(day("2027-01-08")), ..all() }).await,
            [buda, percent]
        );
        assert_eq!(found(EventFilter { joined: Some(true), ..all() }).await, [buda]);
        assert_eq!(found(EventFilter { joined: Some(false), ..all() }).await, [percent, late]);

        let one = events.by_id_or_slug("budafest-2026", Some(ann)).await.expect("an answer");
        let one = one.expect("by slug");
        assert_eq!((one.id, one.participants_count, one.joined), (buda, 2, true));
        let one = events.by_id_or_slug(&percent.to_string(), Some(bob)).await.expect("an answer");
        let one = one.expect("by id");
        assert_eq!((one.participants_count, one.joined, one.cancelled), (0, false, false));
        let one = events.by_id(late, None).await.expect("an answer").expect("by id");
        assert_eq!((one.start_date, one.cancelled), (day("2027-05-01"), true));
        assert!(events.by_id_or_slug("waltz", None).await.expect("an answer").is_none());
        assert!(node.projections.participants().includes(buda, bob).await.expect("an answer"));
        assert!(!node.projections.participants().includes(percent, bob).await.expect("an answer"));
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_match_is_seen_from_each_side_and_by_nobody_else() {
    on_stage(|stage| async move {
        let (ann, bob, event) = (UserId::new(), UserId::new(), EventId::new());
        let pair = Pair { event, asks: ann, asked: bob };
        let last = stage
            .append([
                registered(ann, "ann"),
                registered(bob, "bob"),
                announced(event, "Fest", "2026-12-03"),
                pair.requested(),
                pair.accepted(),
                pair.handed_over(ann),
                pair.handed_over(bob),
            ])
            .await;
        let node = stage.start_node();
        node.reaches(last).await;
        let matches = node.projections.matches();
        for (member, partner) in [(ann, "bob"), (bob, "ann")] {
            let seen = matches.one(pair.id(), member).await.expect("an answer").expect("theirs");
            assert_eq!((&*seen.partner.username, seen.status), (partner, MatchStatus::Accepted));
            assert_eq!((seen.requester.id, seen.recipient.id), (ann, bob));
            assert_eq!(seen.event.slug, "fest-2026");
            let by: Vec<_> = seen.transfers.iter().map(|transfer| transfer.by).collect();
            assert_eq!(by, [ann, bob]);
            assert_eq!(seen.transfers[0].report.bytes.get(), 20_000_000);
            assert_eq!(seen.exchange.mine.state, VideoState::Sent);
            assert_eq!(seen.exchange.partners.bytes, Some(20_000_000));
            assert_eq!((seen.completed_at, seen.reveals_at, seen.revealed), (None, None, false));
        }
        assert!(matches.one(pair.id(), UserId::new()).await.expect("an answer").is_none());
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_two_owe_each_other_is_seen_from_each_side_in_one_match_and_in_the_list() {
    on_stage(|stage| async move {
        let (ann, bob, event) = (UserId::new(), UserId::new(), EventId::new());
        let pair = Pair { event, asks: ann, asked: bob };
        let video = uuid::Uuid::now_v7();
        let received = TransferReport { direction: Direction::Received, ..transfer() };
        let last = stage
            .append([
                registered(ann, "ann"),
                registered(bob, "bob"),
                announced(event, "Fest", "2026-12-03"),
                pair.requested(),
                pair.accepted(),
                pair.reported(ann, received),
                pair.receipt(ann, video),
            ])
            .await;
        let node = stage.start_node();
        node.reaches(last).await;
        let matches = node.projections.matches();
        let seen = async |member| {
            let one = matches.one(pair.id(), member).await.expect("an answer").expect("theirs");
            let list = matches.of(member, &MatchFilter::default(), &Page::first(9)).await;
            assert_eq!(list.expect("a page").items, std::slice::from_ref(&one));
            one.exchange
        };
        let (anns, bobs) = (seen(ann).await, seen(bob).await);
        assert_eq!((&anns.mine, &anns.partners), (&bobs.partners, &bobs.mine));
        assert_eq!(
            (anns.mine.state, anns.partners.state),
            (VideoState::Verified, VideoState::Received)
        );
        assert_eq!(anns.mine.proof, Some("ab".repeat(32)));

        let other = Pair { event: EventId::new(), ..pair };
        let asked = [announced(other.event, "Other", "2026-12-03"), other.requested()];
        let last = stage.append(asked).await;
        node.reaches(last).await;
        let owed = matches.one(other.id(), ann).await.expect("an answer").expect("theirs");
        assert_eq!(owed.exchange.mine, OwedVideo::default());
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_message_is_found_by_id_edited_and_gone_when_retracted() {
    on_stage(|stage| async move {
        let (ann, room, id) = (UserId::new(), Room::Event(EventId::new()), MessageId::new());
        let at = stage.append([registered(ann, "ann"), posted(id, room, ann, "helo")]).await;
        let edited =
            Event::Message(id, MessageEvent::Edited { room, author: None, content: good("hello") });
        let last = stage.append([edited]).await;
        let node = stage.start_node();
        node.reaches(last).await;
        let messages = node.projections.messages();
        let said = messages.by_id(id).await.expect("an answer").expect("said");
        assert_eq!((&*said.content, said.position, said.room), ("hello", at, room));
        assert!(said.edited_at.is_some() && said.author.username == "ann");
        let last = stage.append([Event::Message(id, MessageEvent::Retracted { room })]).await;
        node.reaches(last).await;
        assert_eq!(messages.by_id(id).await.expect("an answer"), None);
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn reports_are_listed_open_or_resolved() {
    on_stage(|stage| async move {
        let (ann, bob) = (UserId::new(), UserId::new());
        let (first, second) = (ReportId::new(), ReportId::new());
        let filed = |id| {
            let filing = Filing {
                reporter: ann,
                reported: bob,
                grounds: Grounds::Harassment,
                details: None,
                match_id: None,
                message_id: None,
                message_key: None,
            };
            Event::Report(id, ReportEvent::Filed { filing })
        };
        let resolved = ReportEvent::Resolved {
            by: bob,
            reported: None,
            resolution: good("talked to both"),
            outcome: None,
        };
        let last = stage
            .append([
                registered(ann, "ann"),
                registered(bob, "bob"),
                filed(first),
                filed(second),
                Event::Report(first, resolved),
            ])
            .await;
        let node = stage.start_node();
        node.reaches(last).await;
        let reports = node.projections.reports();
        let listed = |open| {
            let reports = reports.clone();
            async move {
                let reader = Reader { user: UserId::new(), is_admin: false };
                let page = reports.list(reader, open, &Page::first(10)).await.expect("a page");
                page.items.into_iter().map(|report| report.id).collect::<Vec<_>>()
            }
        };
        assert_eq!(listed(None).await, [second, first]);
        assert_eq!(listed(Some(true)).await, [second]);
        assert_eq!(listed(Some(false)).await, [first]);
        let one = reports.by_id(first).await.expect("an answer").expect("the first");
        assert_eq!((&*one.reporter.username, &*one.reported.username), ("ann", "bob"));
        assert_eq!(one.resolved.expect("resolved").resolution, "talked to both");
        node.stop().await;
    })
    .await;
}
