//! The rules of a match, one test each, and its properties under any order of commands.

use super::*;
use crate::values::rating::Score;
use crate::values::text::Comment;
use crate::values::transfer::{Bytes, Direction, Millis, Outcome, Path};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use proptest::prelude::*;

const EVENT: EventId = EventId::from_uuid(Uuid::from_u128(7));
const ANN: UserId = UserId::from_uuid(Uuid::from_u128(1));
const BOB: UserId = UserId::from_uuid(Uuid::from_u128(2));
const EVE: UserId = UserId::from_uuid(Uuid::from_u128(3));

fn given<const N: usize>(events: [MatchEvent; N]) -> AggregateTestExecutor<Match> {
    TestFramework::with(()).given(events.into())
}

fn ask(requester: UserId, recipient: UserId) -> MatchCommand {
    let pair = Pair { event: EVENT, requester, recipient };
    MatchCommand::Request { pair, presence: Presence::BothTakePart }
}

fn requested() -> MatchEvent {
    MatchEvent::Requested { event: EVENT, requester: ANN, recipient: BOB }
}

fn accepted() -> MatchEvent {
    MatchEvent::Accepted { by: BOB, partner: ANN }
}

fn declined() -> MatchEvent {
    MatchEvent::Declined { by: BOB, partner: ANN }
}

fn cancelled(by: UserId, partner: UserId) -> MatchEvent {
    MatchEvent::Cancelled { by, partner }
}

fn completed() -> MatchEvent {
    MatchEvent::Completed { by: ANN, partner: BOB }
}

fn rating(score: i64) -> Rating {
    Rating {
        score: Score::try_from(score).expect("a score"),
        comment: Some(Comment::try_from("steady hands").expect("a comment")),
        would_collaborate_again: true,
    }
}

fn rated(by: UserId, partner: UserId, both_rated: bool) -> MatchEvent {
    MatchEvent::PartnerRated { by, partner, rating: rating(5), both_rated }
}

fn transfer(id: u128) -> TransferReport {
    TransferReport {
        transfer: Some(Uuid::from_u128(id)),
        direction: Direction::Sent,
        outcome: Outcome::Completed,
        bytes: Bytes::try_from(20_000_000).expect("a size"),
        millis: Millis::from_seconds(2.5).expect("a duration"),
        path: Some(Path::Host),
        reason: None,
        browser: None,
    }
}

#[test]
fn asking_makes_a_request() {
    given([]).when(ask(ANN, BOB)).then_expect_events(vec![requested()]);
}

#[test]
fn nobody_asks_themselves() {
    given([]).when(ask(ANN, ANN)).then_expect_error(MatchError::OwnSelf);
}

#[test]
fn both_must_take_part_in_the_event() {
    let pair = Pair { event: EVENT, requester: ANN, recipient: BOB };
    given([])
        .when(MatchCommand::Request { pair, presence: Presence::NotBoth })
        .then_expect_error(MatchError::NotBothTakePart);
}

#[test]
fn there_is_one_match_per_pair_and_event_whichever_side_asks() {
    given([requested()]).when(ask(ANN, BOB)).then_expect_error(MatchError::MatchExists);
    given([requested()]).when(ask(BOB, ANN)).then_expect_error(MatchError::MatchExists);
    given([requested(), declined()]).when(ask(BOB, ANN)).then_expect_error(MatchError::MatchExists);
}

#[test]
fn only_the_person_asked_may_accept() {
    let accept = |by| MatchCommand::Accept { by };
    given([requested()]).when(accept(BOB)).then_expect_events(vec![accepted()]);
    given([requested()]).when(accept(ANN)).then_expect_error(MatchError::NotAsked);
}

#[test]
fn only_the_person_asked_may_decline() {
    let decline = |by| MatchCommand::Decline { by };
    given([requested()]).when(decline(BOB)).then_expect_events(vec![declined()]);
    given([requested()]).when(decline(ANN)).then_expect_error(MatchError::NotAsked);
}

#[test]
fn only_who_asked_may_take_the_request_back() {
    let cancel = |by| MatchCommand::Cancel { by };
    given([requested()]).when(cancel(ANN)).then_expect_events(vec![cancelled(ANN, BOB)]);
    given([requested()]).when(cancel(BOB)).then_expect_error(MatchError::NotAsker);
}

#[test]
fn once_agreed_either_may_call_it_off() {
    for (by, partner) in [(ANN, BOB), (BOB, ANN)] {
        given([requested(), accepted()])
            .when(MatchCommand::Cancel { by })
            .then_expect_events(vec![cancelled(by, partner)]);
    }
}

#[test]
fn once_agreed_either_may_call_it_done() {
    for (by, partner) in [(ANN, BOB), (BOB, ANN)] {
        given([requested(), accepted()])
            .when(MatchCommand::Complete { by })
            .then_expect_events(vec![MatchEvent::Completed { by, partner }]);
    }
    given([requested()])
        .when(MatchCommand::Complete { by: ANN })
        .then_expect_error(MatchError::IllegalMove);
}

#[test]
fn a_closed_match_moves_no_more() {
    for end in [declined(), cancelled(ANN, BOB)] {
        for command in [
            MatchCommand::Accept { by: BOB },
            MatchCommand::Decline { by: BOB },
            MatchCommand::Cancel { by: ANN },
            MatchCommand::Complete { by: ANN },
        ] {
            given([requested(), end.clone()])
                .when(command)
                .then_expect_error(MatchError::IllegalMove);
        }
    }
}

#[test]
fn a_stranger_does_nothing_in_a_match() {
    for command in [
        MatchCommand::Accept { by: EVE },
        MatchCommand::Decline { by: EVE },
        MatchCommand::Cancel { by: EVE },
        MatchCommand::Complete { by: EVE },
        MatchCommand::Rate { by: EVE, rating: rating(1) },
        MatchCommand::ReportTransfer { by: EVE, report: transfer(1) },
    ] {
        given([requested()]).when(command).then_expect_error(MatchError::NotAMember);
    }
}

#[test]
fn a_match_nobody_asked_for_is_not_there() {
    given([]).when(MatchCommand::Accept { by: BOB }).then_expect_error(MatchError::NoMatch);
}

#[test]
fn each_member_rates_once_after_completion_and_the_second_rating_reveals_both() {
    let rate = |by| MatchCommand::Rate { by, rating: rating(5) };
    given([requested(), accepted()]).when(rate(ANN)).then_expect_error(MatchError::NotCompleted);
    given([requested(), accepted(), completed()])
        .when(rate(ANN))
        .then_expect_events(vec![rated(ANN, BOB, false)]);
    given([requested(), accepted(), completed(), rated(ANN, BOB, false)])
        .when(rate(ANN))
        .then_expect_error(MatchError::AlreadyRated);
    given([requested(), accepted(), completed(), rated(ANN, BOB, false)])
        .when(rate(BOB))
        .then_expect_events(vec![rated(BOB, ANN, true)]);
}

#[test]
fn a_transfer_is_reported_once_by_each_side() {
    let report = |by, id| MatchCommand::ReportTransfer { by, report: transfer(id) };
    let reported =
        |by, partner, id| MatchEvent::TransferReported { by, partner, report: transfer(id) };
    given([requested(), accepted()])
        .when(report(ANN, 1))
        .then_expect_events(vec![reported(ANN, BOB, 1)]);
    given([requested(), accepted(), reported(ANN, BOB, 1), completed()])
        .when(report(ANN, 1))
        .then_expect_events(vec![]);
    given([requested(), accepted(), reported(ANN, BOB, 1), completed()])
        .when(report(BOB, 1))
        .then_expect_events(vec![reported(BOB, ANN, 1)]);
    given([requested()]).when(report(ANN, 1)).then_expect_error(MatchError::IllegalMove);
}

#[test]
fn only_people_who_agreed_talk_and_only_until_they_are_done_they_hand_over() {
    let mut state = Match::default();
    for (event, talks, hands_over) in
        [(requested(), false, false), (accepted(), true, true), (completed(), true, false)]
    {
        state.apply(event);
        assert_eq!(state.agreed_partner_of(ANN), talks.then_some(BOB));
        assert_eq!(state.handover_partner_of(ANN), hands_over.then_some(BOB));
        assert_eq!((state.agreed_partner_of(EVE), state.handover_partner_of(EVE)), (None, None));
    }
}

fn anyone() -> impl Strategy<Value = UserId> {
    prop_oneof![Just(ANN), Just(BOB), Just(EVE)]
}

fn any_command() -> impl Strategy<Value = MatchCommand> {
    use MatchCommand::*;
    prop_oneof![
        (anyone(), anyone(), any::<bool>()).prop_map(|(requester, recipient, both)| Request {
            pair: Pair { event: EVENT, requester, recipient },
            presence: if both { Presence::BothTakePart } else { Presence::NotBoth },
        }),
        anyone().prop_map(|by| Accept { by }),
        anyone().prop_map(|by| Decline { by }),
        anyone().prop_map(|by| Cancel { by }),
        anyone().prop_map(|by| Complete { by }),
        (anyone(), 1..=5_i64).prop_map(|(by, score)| Rate { by, rating: rating(score) }),
        (anyone(), 0..3_u128).prop_map(|(by, id)| ReportTransfer { by, report: transfer(id) }),
    ]
}

fn count(log: &[MatchEvent], is: impl Fn(&MatchEvent) -> bool) -> usize {
    log.iter().filter(|event| is(event)).count()
}

proptest! {
    /// Whatever people try in whatever order, the log tells a story that makes sense, and
    /// replaying it gives the state that deciding has reached.
    #[test]
    fn no_order_of_commands_reaches_an_illegal_state(
        commands in prop::collection::vec(any_command(), 0..60)
    ) {
        let mut state = Match::default();
        let mut log: Vec<MatchEvent> = vec![];
        for command in commands {
            for event in state.decide(command).unwrap_or_default() {
                state.apply(event.clone());
                log.push(event);
            }
        }

        let requests = count(&log, |e| matches!(e, MatchEvent::Requested { .. }));
        prop_assert!(requests <= 1, "asked once at most");
        let answers = count(&log, |e| {
            matches!(e, MatchEvent::Accepted { .. } | MatchEvent::Declined { .. })
        });
        prop_assert!(answers <= 1, "answered once at most");
        let ends = count(&log, |e| matches!(e, MatchEvent::Declined { .. }
            | MatchEvent::Cancelled { .. } | MatchEvent::Completed { .. }));
        prop_assert!(ends <= 1, "ended once at most");
        for member in [ANN, BOB, EVE] {
            let rated = count(&log, |e| {
                matches!(e, MatchEvent::PartnerRated { by, .. } if *by == member)
            });
            prop_assert!(rated <= 1, "rated once at most");
        }
        if let Some(first_rating) = log.iter().position(|e| matches!(e, MatchEvent::PartnerRated { .. })) {
            let completed = count(&log[..first_rating], |e| matches!(e, MatchEvent::Completed { .. }));
            prop_assert!(completed == 1, "rated after completion only");
        }
        if let Some(pair) = state.pair().copied() {
            prop_assert!(pair.requester != pair.recipient);
            for event in &log {
                if let MatchEvent::Accepted { by, partner }
                    | MatchEvent::Declined { by, partner }
                    | MatchEvent::Cancelled { by, partner }
                    | MatchEvent::Completed { by, partner }
                    | MatchEvent::PartnerRated { by, partner, .. }
                    | MatchEvent::TransferReported { by, partner, .. } = event
                {
                    prop_assert_eq!(pair.partner_of(*by), Some(*partner));
                }
            }
        } else {
            prop_assert!(log.is_empty());
        }

        let mut replayed = Match::default();
        for event in log {
            let json = serde_json::to_value(&event).expect("serialises");
            replayed.apply(serde_json::from_value(json).expect("reads back"));
        }
        prop_assert_eq!(replayed, state);
    }
}
