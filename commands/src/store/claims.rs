//! Values that one stream holds at a time. Which ones follows from the events alone, and they
//! are written in the same transaction.

use std::fmt;

use cqrs_es::Aggregate;
use domain::account::{Account, AccountEvent};
use domain::dance_event::{DanceEvent, DanceEventEvent};
use domain::r#match::Match;
use domain::message::Message;
use domain::participation::Participation;
use domain::report::Report;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What kind of value is claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    Email,
    Username,
    Slug,
}

impl Claim {
    pub(crate) fn scope(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Username => "username",
            Self::Slug => "slug",
        }
    }

    pub(crate) fn of_scope(scope: &str) -> Option<Self> {
        [Self::Email, Self::Username, Self::Slug].into_iter().find(|claim| claim.scope() == scope)
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Email => "mail address",
            Self::Username => "username",
            Self::Slug => "slug",
        })
    }
}

/// A claim taken or freed by an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimChange {
    pub claim: Claim,
    /// As the person wrote it; folded and hashed before it is stored.
    pub value: String,
    pub release: bool,
}

impl ClaimChange {
    fn take(claim: Claim, value: &str) -> Self {
        Self { claim, value: value.to_owned(), release: false }
    }

    fn release(claim: Claim, value: &str) -> Self {
        Self { release: true, ..Self::take(claim, value) }
    }
}

/// Under which claimed values are hashed, so that the table alone tells nobody's address.
/// All nodes of a deployment share it, for as long as the deployment lives.
#[derive(Clone)]
pub struct ClaimsKey([u8; 32]);

impl ClaimsKey {
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// HMAC-SHA256 of scope and value, the value without regard to case.
    pub(crate) fn hash(&self, claim: Claim, value: &str) -> Vec<u8> {
        // HMAC fills a key shorter than the hash's block with zeros; doing so here leaves
        // nothing that can fail.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.0);
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
        mac.update(claim.scope().as_bytes());
        mac.update(&[0]);
        mac.update(value.to_lowercase().as_bytes());
        mac.finalize().into_bytes().to_vec()
    }
}

/// An aggregate whose events claim or free unique values.
pub trait Claims: Aggregate {
    /// What `event` claims or frees, given the state before it.
    fn claims(&self, _event: &Self::Event) -> Vec<ClaimChange> {
        vec![]
    }
}

impl Claims for Account {
    fn claims(&self, event: &AccountEvent) -> Vec<ClaimChange> {
        match (self.active(), event) {
            (_, AccountEvent::Registered { username, email }) => vec![
                ClaimChange::take(Claim::Email, email.as_str()),
                ClaimChange::take(Claim::Username, username.as_str()),
            ],
            (Some(account), AccountEvent::ProfileUpdated { profile }) => {
                let (old, new) = (account.profile.username.as_str(), profile.username.as_str());
                moved(Claim::Username, old, new)
            }
            (Some(account), AccountEvent::EmailChanged { email }) => {
                moved(Claim::Email, account.email.as_str(), email.as_str())
            }
            (Some(account), AccountEvent::Erased {}) => vec![
                ClaimChange::release(Claim::Email, account.email.as_str()),
                ClaimChange::release(Claim::Username, account.profile.username.as_str()),
            ],
            _ => vec![],
        }
    }
}

/// From the old value to the new one; a change of case is none.
fn moved(claim: Claim, old: &str, new: &str) -> Vec<ClaimChange> {
    if old.to_lowercase() == new.to_lowercase() {
        return vec![];
    }
    vec![ClaimChange::take(claim, new), ClaimChange::release(claim, old)]
}

impl Claims for DanceEvent {
    fn claims(&self, event: &DanceEventEvent) -> Vec<ClaimChange> {
        match event {
            DanceEventEvent::Announced { announcement, .. } => {
                vec![ClaimChange::take(Claim::Slug, announcement.slug.as_str())]
            }
            DanceEventEvent::Rescheduled { .. } | DanceEventEvent::Cancelled { .. } => vec![],
        }
    }
}

impl Claims for Participation {}
impl Claims for Match {}
impl Claims for Message {}
impl Claims for Report {}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::values::account::{Email, Profile, Username};

    fn registered(name: &str) -> AccountEvent {
        AccountEvent::Registered {
            username: Username::try_from(name).expect("a name"),
            email: Email::try_from("ann@example.com").expect("an address"),
        }
    }

    fn renamed(name: &str) -> AccountEvent {
        let profile = Profile::named(Username::try_from(name).expect("a name"));
        AccountEvent::ProfileUpdated { profile }
    }

    #[test]
    fn an_account_holds_its_address_and_name_until_it_is_erased() {
        let mut account = Account::default();
        let taken = account.claims(&registered("ann"));
        account.apply(registered("ann"));
        let freed = account.claims(&AccountEvent::Erased {});
        assert_eq!(taken.len(), 2);
        for (took, free) in taken.iter().zip(&freed) {
            assert!(!took.release && free.release);
            assert_eq!((took.claim, &took.value), (free.claim, &free.value));
        }
    }

    #[test]
    fn a_new_name_frees_the_old_one_but_a_change_of_case_claims_nothing() {
        let mut account = Account::default();
        account.apply(registered("ann"));
        assert_eq!(account.claims(&renamed("anna")).len(), 2);
        assert_eq!(account.claims(&renamed("Ann")), vec![]);
    }

    #[test]
    fn a_new_address_frees_the_old_one() {
        let mut account = Account::default();
        account.apply(registered("ann"));
        let changed = |address: &str| AccountEvent::EmailChanged {
            email: Email::try_from(address).expect("an address"),
        };
        assert_eq!(
            account.claims(&changed("ann@new.example")),
            [
                ClaimChange::take(Claim::Email, "ann@new.example"),
                ClaimChange::release(Claim::Email, "ann@example.com"),
            ]
        );
        assert_eq!(account.claims(&changed("Ann@Example.com")), vec![]);
    }

    #[test]
    fn claims_are_compared_without_regard_to_case_and_per_scope() {
        let key = ClaimsKey::new([7; 32]);
        assert_eq!(key.hash(Claim::Email, "Ann@X.com"), key.hash(Claim::Email, "ann@x.com"));
        assert_ne!(key.hash(Claim::Email, "ann"), key.hash(Claim::Username, "ann"));
        assert_ne!(
            key.hash(Claim::Email, "ann"),
            ClaimsKey::new([8; 32]).hash(Claim::Email, "ann")
        );
    }
}
