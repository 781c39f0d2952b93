//! The rules of a match, one test each, and its properties under any order of commands.

use super::*;
use crate::values::rating::Score;
use crate::values::text::Comment;
use crate::values::transfer::{Bytes, Direction, Millis, Outcome, Path, Proof};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use proptest::prelude::*;
use uuid::Uuid;

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

fn cancel(by: UserId) -> MatchCommand {
    MatchCommand::Cancel { by }
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
        proof: None,
        connected: None,
        connect_millis: None,
    }
}

/// Ann's side of a transfer that reached Bob, and Bob's.
fn sent() -> TransferReport {
    transfer(1)
}

fn received() -> TransferReport {
    TransferReport { direction: Direction::Received, ..transfer(1) }
}

fn proof(digit: char) -> Option<Proof> {
    Proof::try_from(digit.to_string().repeat(64).as_str()).ok()
}

fn report(by: UserId, report: TransferReport) -> MatchCommand {
    MatchCommand::ReportTransfer { by, report }
}

fn reported(by: UserId, partner: UserId, report: TransferReport) -> MatchEvent {
    MatchEvent::TransferReported { by, partner, report }
}

fn handed_over(proof: Option<Proof>) -> MatchEvent {
    let (transfer, bytes) = (Uuid::from_u128(1), sent().bytes);
    MatchEvent::VideoHandedOver(Receipt { transfer, from: ANN, to: BOB, bytes, proof })
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
fn who_asked_may_take_the_request_back() {
    given([requested()]).when(cancel(ANN)).then_expect_events(vec![cancelled(ANN, BOB)]);
}

#[test]
fn nobody_else_may_take_the_request_back() {
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
    given([requested(), accepted()]).when(report(ANN, sent())).then_expect_events(vec![reported(
        ANN,
        BOB,
        sent(),
    )]);
    given([requested(), accepted(), reported(ANN, BOB, sent()), completed()])
        .when(report(ANN, sent()))
        .then_expect_events(vec![]);
    given([requested()]).when(report(ANN, sent())).then_expect_error(MatchError::IllegalMove);
}

#[test]
fn a_transfer_that_failed_may_complete_after_all_and_not_the_other_way_round() {
    let failed = TransferReport { outcome: Outcome::Failed, ..sent() };
    let before = [requested(), accepted(), reported(ANN, BOB, failed.clone())];
    given(before.clone()).when(report(ANN, failed.clone())).then_expect_events(vec![]);
    given(before).when(report(ANN, sent())).then_expect_events(vec![reported(ANN, BOB, sent())]);
    given([requested(), accepted(), reported(ANN, BOB, sent())])
        .when(report(ANN, failed))
        .then_expect_events(vec![]);
}

#[test]
fn a_video_is_received_and_verified_when_both_say_so_in_either_order_and_once() {
    given([requested(), accepted(), reported(ANN, BOB, sent())])
        .when(report(BOB, received()))
        .then_expect_events(vec![reported(BOB, ANN, received()), handed_over(None)]);
    given([requested(), accepted(), reported(BOB, ANN, received())])
        .when(report(ANN, sent()))
        .then_expect_events(vec![reported(ANN, BOB, sent()), handed_over(None)]);
    let told = [
        requested(),
        accepted(),
        reported(ANN, BOB, sent()),
        reported(BOB, ANN, received()),
        handed_over(None),
    ];
    given(told.clone()).when(report(BOB, received())).then_expect_events(vec![]);
    given(told).when(report(ANN, sent())).then_expect_events(vec![]);
}

#[test]
fn a_receipt_also_comes_after_the_match_was_called_done() {
    given([requested(), accepted(), reported(ANN, BOB, sent()), completed()])
        .when(report(BOB, received()))
        .then_expect_events(vec![reported(BOB, ANN, received()), handed_over(None)]);
}

#[test]
fn a_receipt_bears_the_proof_that_either_gave() {
    let proven = |report| TransferReport { proof: proof('a'), ..report };
    for (first, second) in [
        (proven(sent()), received()),
        (sent(), proven(received())),
        (proven(sent()), proven(received())),
    ] {
        given([requested(), accepted(), reported(ANN, BOB, first)])
            .when(report(BOB, second.clone()))
            .then_expect_events(vec![reported(BOB, ANN, second), handed_over(proof('a'))]);
    }
}

#[test]
fn there_is_no_receipt_where_the_two_do_not_say_the_same() {
    let other = |change: fn(&mut TransferReport)| {
        let mut report = TransferReport { proof: proof('a'), ..received() };
        change(&mut report);
        report
    };
    for told in [
        other(|it| it.outcome = Outcome::Failed),
        other(|it| it.direction = Direction::Sent),
        other(|it| it.bytes = Bytes::try_from(19_999_999).expect("a size")),
        other(|it| it.proof = proof('b')),
        other(|it| it.transfer = Some(Uuid::from_u128(2))),
        other(|it| it.transfer = None),
    ] {
        let first = TransferReport { proof: proof('a'), ..sent() };
        given([requested(), accepted(), reported(ANN, BOB, first)])
            .when(report(BOB, told.clone()))
            .then_expect_events(vec![reported(BOB, ANN, told)]);
    }
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
        anyone().prop_map(|by| Encrypt { by }),
        (anyone(), 1..=5_i64).prop_map(|(by, score)| Rate { by, rating: rating(score) }),
        (anyone(), 0..3_u128, any::<bool>(), any::<bool>()).prop_map(
            |(by, id, sent, completed)| {
                let direction = if sent { Direction::Sent } else { Direction::Received };
                let outcome = if completed { Outcome::Completed } else { Outcome::Failed };
                let report = TransferReport { direction, outcome, ..transfer(id) };
                ReportTransfer { by, report }
            }
        ),
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
        let encrypted = count(&log, |e| matches!(e, MatchEvent::EncryptionAgreed { .. }));
        prop_assert!(encrypted <= 1, "switched on once at most");
        for member in [ANN, BOB, EVE] {
            let rated = count(&log, |e| {
                matches!(e, MatchEvent::PartnerRated { by, .. } if *by == member)
            });
            prop_assert!(rated <= 1, "rated once at most");
        }
        for (at, event) in log.iter().enumerate() {
            let MatchEvent::VideoHandedOver(Receipt { transfer, from, to, .. }) = event else { continue };
            let said = |who: UserId, which: Direction| count(&log[..at], |e| {
                matches!(e, MatchEvent::TransferReported { by, report, .. }
                    if *by == who && report.transfer == Some(*transfer)
                        && report.direction == which && report.outcome == Outcome::Completed)
            });
            prop_assert_eq!((said(*from, Direction::Sent), said(*to, Direction::Received)), (1, 1));
            let receipts = count(&log, |e| {
                matches!(e, MatchEvent::VideoHandedOver(receipt) if receipt.transfer == *transfer)
            });
            prop_assert_eq!(receipts, 1, "received and verified once at most");
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
                    | MatchEvent::TransferReported { by, partner, .. }
                    | MatchEvent::EncryptionOffered { by, partner }
                    | MatchEvent::EncryptionAgreed { by, partner }
                    | MatchEvent::VideoHandedOver(Receipt { from: by, to: partner, .. }) = event
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
