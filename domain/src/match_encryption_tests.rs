//! Switching encryption on, rule by rule.

use super::*;
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use uuid::Uuid;

const EVENT: EventId = EventId::from_uuid(Uuid::from_u128(7));
const ANN: UserId = UserId::from_uuid(Uuid::from_u128(1));
const BOB: UserId = UserId::from_uuid(Uuid::from_u128(2));
const EVE: UserId = UserId::from_uuid(Uuid::from_u128(3));

const REQUESTED: MatchEvent =
    MatchEvent::Requested { event: EVENT, requester: ANN, recipient: BOB };
const ACCEPTED: MatchEvent = MatchEvent::Accepted { by: BOB, partner: ANN };
const COMPLETED: MatchEvent = MatchEvent::Completed { by: ANN, partner: BOB };
const OFFERED: MatchEvent = MatchEvent::EncryptionOffered { by: ANN, partner: BOB };
const AGREED: MatchEvent = MatchEvent::EncryptionAgreed { by: BOB, partner: ANN };

fn given<const N: usize>(events: [MatchEvent; N]) -> AggregateTestExecutor<Match> {
    TestFramework::with(()).given(events.into())
}

const fn encrypt(by: UserId) -> MatchCommand {
    MatchCommand::Encrypt { by }
}

#[test]
fn encryption_is_on_once_both_have_asked_for_it() {
    given([REQUESTED, ACCEPTED]).when(encrypt(ANN)).then_expect_events(vec![OFFERED]);
    given([REQUESTED, ACCEPTED, OFFERED]).when(encrypt(BOB)).then_expect_events(vec![AGREED]);
}

#[test]
fn whoever_asks_again_changes_nothing() {
    given([REQUESTED, ACCEPTED, OFFERED]).when(encrypt(ANN)).then_expect_events(vec![]);
    for by in [ANN, BOB] {
        given([REQUESTED, ACCEPTED, OFFERED, AGREED]).when(encrypt(by)).then_expect_events(vec![]);
    }
}

#[test]
fn it_is_a_matter_of_two_who_have_agreed_to_film_each_other() {
    given([REQUESTED, ACCEPTED]).when(encrypt(EVE)).then_expect_error(MatchError::NotAMember);
    given([]).when(encrypt(ANN)).then_expect_error(MatchError::NoMatch);
    given([REQUESTED]).when(encrypt(ANN)).then_expect_error(MatchError::IllegalMove);
    for ended in [
        MatchEvent::Declined { by: BOB, partner: ANN },
        MatchEvent::Cancelled { by: ANN, partner: BOB },
    ] {
        given([REQUESTED, ended]).when(encrypt(ANN)).then_expect_error(MatchError::IllegalMove);
    }
}

#[test]
fn they_still_talk_after_filming_and_may_switch_it_on_then() {
    given([REQUESTED, ACCEPTED, COMPLETED]).when(encrypt(ANN)).then_expect_events(vec![OFFERED]);
    given([REQUESTED, ACCEPTED, OFFERED, COMPLETED])
        .when(encrypt(BOB))
        .then_expect_events(vec![AGREED]);
}

#[test]
fn nothing_that_happens_later_switches_it_off() {
    let mut state = Match::default();
    let rating = Rating {
        score: crate::values::rating::Score::try_from(5).expect("a score"),
        comment: None,
        would_collaborate_again: true,
    };
    let rated = |by, partner| MatchEvent::PartnerRated {
        by,
        partner,
        rating: rating.clone(),
        both_rated: false,
    };
    for (event, encryption) in [
        (REQUESTED, Encryption::Off),
        (ACCEPTED, Encryption::Off),
        (OFFERED, Encryption::Offered { by: ANN }),
        (AGREED, Encryption::On),
        (COMPLETED, Encryption::On),
        (rated(ANN, BOB), Encryption::On),
        (rated(BOB, ANN), Encryption::On),
    ] {
        state.apply(event);
        assert_eq!(state.encryption(), encryption);
    }
}
