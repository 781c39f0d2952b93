//! The rules of an account, one test each.

use super::*;
use crate::values::account::DanceRole;
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use uuid::Uuid;

const ANN: UserId = UserId::from_uuid(Uuid::from_u128(1));
const BOB: UserId = UserId::from_uuid(Uuid::from_u128(2));

fn given<const N: usize>(events: [AccountEvent; N]) -> AggregateTestExecutor<Account> {
    TestFramework::with(()).given(events.into())
}

fn name(text: &str) -> Username {
    text.try_into().expect("a username")
}

fn email() -> Email {
    "ann@example.com".try_into().expect("an address")
}

fn registered() -> AccountEvent {
    AccountEvent::Registered { username: name("ann"), email: email() }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).expect("a time")
}

fn reason() -> Reason {
    Reason::try_from("spam").expect("a reason")
}

fn suspended(until: Option<DateTime<Utc>>) -> AccountEvent {
    AccountEvent::Suspended { by: BOB, reason: reason(), until }
}

fn renamed(to: &str) -> AccountCommand {
    let change = ProfileChange { username: Some(name(to)), ..ProfileChange::default() };
    AccountCommand::UpdateProfile { change: Box::new(change) }
}

fn blocked(user: UserId) -> AccountEvent {
    AccountEvent::UserBlocked { user }
}

#[test]
fn an_account_is_registered_once() {
    let register = AccountCommand::Register { username: name("ann"), email: email() };
    given([]).when(register.clone()).then_expect_events(vec![registered()]);
    given([registered()]).when(register.clone()).then_expect_error(AccountError::AlreadyRegistered);
    given([registered(), AccountEvent::Erased {}])
        .when(register)
        .then_expect_error(AccountError::AlreadyRegistered);
}

#[test]
fn nobody_acts_on_an_account_that_is_not_there() {
    given([]).when(AccountCommand::VerifyEmail).then_expect_error(AccountError::NoAccount);
    given([registered(), AccountEvent::Erased {}])
        .when(AccountCommand::GrantRole { role: Role::Admin })
        .then_expect_error(AccountError::NoAccount);
}

#[test]
fn an_address_is_verified_once() {
    given([registered()])
        .when(AccountCommand::VerifyEmail)
        .then_expect_events(vec![AccountEvent::EmailVerified {}]);
    given([registered(), AccountEvent::EmailVerified {}])
        .when(AccountCommand::VerifyEmail)
        .then_expect_events(vec![]);
}

#[test]
fn a_profile_that_stays_the_same_makes_no_event() {
    given([registered()]).when(renamed("ann")).then_expect_events(vec![]);
    let other = Profile::named(name("anna"));
    given([registered()])
        .when(renamed("anna"))
        .then_expect_events(vec![AccountEvent::ProfileUpdated { profile: other }]);
}

#[test]
fn what_a_change_of_profile_leaves_out_stays() {
    let dances = |dance_role| Profile { dance_role, ..Profile::named(name("ann")) };
    let leads = dances(Some(DanceRole::Leader));
    given([registered(), AccountEvent::ProfileUpdated { profile: leads.clone() }])
        .when(renamed("anna"))
        .then_expect_events(vec![AccountEvent::ProfileUpdated {
            profile: Profile { username: name("anna"), ..leads.clone() },
        }]);
    let emptied = ProfileChange { dance_role: Some(None), ..ProfileChange::default() };
    given([registered(), AccountEvent::ProfileUpdated { profile: leads }])
        .when(AccountCommand::UpdateProfile { change: Box::new(emptied) })
        .then_expect_events(vec![AccountEvent::ProfileUpdated { profile: dances(None) }]);
}

#[test]
fn a_role_is_granted_once_and_an_admin_has_them_all() {
    let granted = |role| AccountEvent::RoleGranted { role };
    given([registered()])
        .when(AccountCommand::GrantRole { role: Role::Auditor })
        .then_expect_events(vec![granted(Role::Auditor)]);
    given([registered(), granted(Role::Auditor)])
        .when(AccountCommand::GrantRole { role: Role::Auditor })
        .then_expect_events(vec![]);

    let mut account = Account::default();
    account.apply(registered());
    assert!(!account.has_role(Role::Moderator, now()));
    account.apply(granted(Role::Admin));
    assert!(account.has_role(Role::Moderator, now()));
}

#[test]
fn an_erasure_happens_when_due_unless_taken_back() {
    let due = DateTime::from_timestamp(1_800_000_000, 0).expect("a time");
    let before = due - chrono::TimeDelta::seconds(1);
    let requested = AccountEvent::ErasureRequested { due };
    let request = AccountCommand::RequestErasure { due };
    given([registered()]).when(request.clone()).then_expect_events(vec![requested.clone()]);
    given([registered(), requested.clone()]).when(request.clone()).then_expect_events(vec![]);

    let erase = |now| AccountCommand::EraseWhenDue { now };
    given([registered()]).when(erase(due)).then_expect_events(vec![]);
    given([registered(), requested.clone()]).when(erase(before)).then_expect_events(vec![]);
    given([registered(), requested.clone()])
        .when(erase(due))
        .then_expect_events(vec![AccountEvent::Erased {}]);

    let withdrawn = AccountEvent::ErasureWithdrawn {};
    given([registered()]).when(AccountCommand::WithdrawErasure).then_expect_events(vec![]);
    given([registered(), requested.clone()])
        .when(AccountCommand::WithdrawErasure)
        .then_expect_events(vec![withdrawn.clone()]);
    given([registered(), requested.clone(), withdrawn.clone()])
        .when(erase(due))
        .then_expect_events(vec![]);
    given([registered(), requested.clone(), withdrawn])
        .when(request)
        .then_expect_events(vec![requested]);
}

#[test]
fn a_suspended_account_acts_in_no_role() {
    let mut account = Account::default();
    account.apply(registered());
    account.apply(AccountEvent::RoleGranted { role: Role::Admin });
    account.apply(suspended(None));
    assert!(!account.has_role(Role::Admin, now()));
    account.apply(AccountEvent::SuspensionLifted { by: BOB });
    assert!(account.has_role(Role::Admin, now()));
}

#[test]
fn a_suspension_ends_at_its_time() {
    let mut account = Account::default();
    account.apply(registered());
    account.apply(suspended(Some(now())));
    let active = account.active().expect("an account");
    assert!(active.suspension_at(now() - chrono::TimeDelta::seconds(1)).is_some());
    assert!(active.suspension_at(now()).is_none());
}

#[test]
fn a_suspension_is_replaced_by_another_and_lifted_once() {
    let suspend = |until| AccountCommand::Suspend {
        by: BOB,
        suspension: Suspension { reason: reason(), until },
    };
    let lift = AccountCommand::LiftSuspension { by: BOB };
    let lifted = AccountEvent::SuspensionLifted { by: BOB };
    given([registered()]).when(suspend(None)).then_expect_events(vec![suspended(None)]);
    given([registered(), suspended(None)]).when(suspend(None)).then_expect_events(vec![]);
    let longer = Some(now());
    given([registered(), suspended(None)])
        .when(suspend(longer))
        .then_expect_events(vec![suspended(longer)]);
    given([registered(), suspended(None)])
        .when(lift.clone())
        .then_expect_events(vec![lifted.clone()]);
    given([registered(), suspended(None), lifted]).when(lift).then_expect_events(vec![]);
}

#[test]
fn a_warning_may_be_given_again() {
    let warning = Warning::try_from("Be kind.").expect("a warning");
    let warn = AccountCommand::Warn { by: BOB, warning: warning.clone() };
    let warned = AccountEvent::Warned { by: BOB, warning };
    given([registered(), warned.clone()]).when(warn).then_expect_events(vec![warned]);
}

#[test]
fn blocking_twice_is_the_same_as_once_and_nobody_blocks_themselves() {
    let block = |user| AccountCommand::Block { me: ANN, user };
    given([registered()]).when(block(BOB)).then_expect_events(vec![blocked(BOB)]);
    given([registered(), blocked(BOB)]).when(block(BOB)).then_expect_events(vec![]);
    given([registered()]).when(block(ANN)).then_expect_error(AccountError::OwnSelf);
    given([registered()]).when(AccountCommand::Unblock { user: BOB }).then_expect_events(vec![]);
    given([registered(), blocked(BOB)])
        .when(AccountCommand::Unblock { user: BOB })
        .then_expect_events(vec![AccountEvent::UserUnblocked { user: BOB }]);
}
