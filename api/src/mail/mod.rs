//! Mail: what is to be sent waits in a table, and goes out at least once, always under the same
//! Message-ID.
//!
//! A mail is put there in the transaction of its cause, or by a process manager under an id
//! derived from the event. Tokens and PINs are in no table: they are derived from the mail's id
//! when it is sent.

mod letters;
mod outbox;
pub mod tokens;
mod transport;

use domain::values::ids::UserId;
use sqlx::PgExecutor;
use uuid::Uuid;

pub use outbox::Outbox;
pub use transport::{MailError, Transport};

/// Which letter a mail is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letter {
    /// With a link and a PIN by which the address is confirmed.
    ConfirmAddress,
    /// To an address that is to become the account's, with a link and a PIN by which it does.
    ConfirmNewAddress,
    /// Tells the old address of that, before it happens.
    AddressChanging,
    /// With a link by which a new password is set.
    ResetPassword,
    /// Tells that the password was changed.
    PasswordChanged,
    /// Tells that a passkey was added.
    PasskeyAdded,
}

impl Letter {
    const ALL: [Self; 6] = [
        Self::ConfirmAddress,
        Self::ConfirmNewAddress,
        Self::AddressChanging,
        Self::ResetPassword,
        Self::PasswordChanged,
        Self::PasskeyAdded,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::ConfirmAddress => "confirm_address",
            Self::ConfirmNewAddress => "confirm_new_address",
            Self::AddressChanging => "address_changing",
            Self::ResetPassword => "reset_password",
            Self::PasswordChanged => "password_changed",
            Self::PasskeyAdded => "passkey_added",
        }
    }

    /// Whether it is for the very address it was posted to, whatever the account's own is by the
    /// time it is sent.
    fn is_for_its_address(self) -> bool {
        matches!(self, Self::ConfirmNewAddress | Self::AddressChanging)
    }

    fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|letter| letter.name() == name)
    }
}

/// Puts a mail into the outbox; one that is there, or was sent lately, stays as it is. There is none
/// for somebody who is being erased.
///
/// Without an `account` the recipient is a stranger's word: if nobody's account has that
/// address, nothing is sent.
pub async fn post(
    executor: impl PgExecutor<'_>,
    id: Uuid,
    letter: Letter,
    account: Option<UserId>,
    recipient: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO mails (id, account_id, recipient, letter)
         SELECT $1, $2, $3, $4
         WHERE $2::uuid IS NULL OR EXISTS (
             SELECT FROM person_keys WHERE person = $2 AND erased_at IS NULL FOR SHARE)
         ON CONFLICT (id) DO NOTHING",
        id,
        account.map(UserId::uuid),
        recipient,
        letter.name()
    )
    .execute(executor)
    .await?;
    Ok(())
}
