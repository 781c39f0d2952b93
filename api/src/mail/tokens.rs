//! What a link or a PIN in a mail proves: that who shows it reads the mail sent to an address.
//!
//! Neither is stored. Both are derived from the id of the mail's row, under a key of this
//! deployment; the row says what they are for, until when, and whether they were used.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::values::ids::UserId;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use sqlx::{PgConnection, PgExecutor, PgPool};
use uuid::Uuid;

use crate::keys::derived;

/// How often a PIN may be guessed at before only the link is left.
const PIN_ATTEMPTS: i32 = 5;

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    ConfirmAddress,
    /// The address it was sent to becomes the account's.
    ChangeAddress,
    ResetPassword,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::ConfirmAddress => "confirm_address",
            Self::ChangeAddress => "change_address",
            Self::ResetPassword => "reset_password",
        }
    }

    /// How long its link is good for.
    pub fn hours(self) -> i32 {
        match self {
            Self::ConfirmAddress | Self::ChangeAddress => 24,
            Self::ResetPassword => 1,
        }
    }
}

/// How long a PIN is good for.
pub const PIN_MINUTES: i32 = 30;

/// Whose a sound token is, and where it was sent.
#[derive(Clone, Debug)]
pub struct Proof {
    pub account: UserId,
    pub address: String,
}

/// Derives tokens and PINs, and recognises them. Cheap to clone.
#[derive(Clone)]
pub struct MailTokens {
    keyed: Hmac<Sha256>,
}

impl MailTokens {
    /// Under a key derived from that of sessions.
    pub fn new(sessions_key: &[u8]) -> Self {
        Self { keyed: derived(sessions_key, "tokens in mails") }
    }

    pub fn token(&self, id: Uuid) -> String {
        let mac = self.mac(id, "token").finalize().into_bytes();
        URL_SAFE_NO_PAD.encode([&id.as_bytes()[..], &mac[..]].concat())
    }

    /// Six digits.
    pub fn pin(&self, id: Uuid) -> String {
        let mac = self.mac(id, "pin").finalize().into_bytes();
        let number = mac.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        format!("{:06}", number % 1_000_000)
    }

    /// The row a token names, if the token is one of ours.
    fn row_of(&self, token: &str) -> Option<Uuid> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (id, mac) = bytes.split_at_checked(16)?;
        let id = Uuid::from_slice(id).ok()?;
        self.mac(id, "token").verify_slice(mac).ok()?;
        Some(id)
    }

    fn mac(&self, id: Uuid, what: &str) -> Hmac<Sha256> {
        let mut mac = self.keyed.clone();
        mac.update(what.as_bytes());
        mac.update(id.as_bytes());
        mac
    }

    /// Notes what the mail `id` will hold, from now on until it runs out; nothing for somebody who
    /// is being erased.
    pub async fn open(
        executor: impl PgExecutor<'_>,
        id: Uuid,
        purpose: Purpose,
        account: UserId,
        address: &str,
    ) -> sqlx::Result<()> {
        sqlx::query!(
            "INSERT INTO mail_tokens (id, account_id, purpose, address)
             SELECT $1, person, $3, $4 FROM person_keys
             WHERE person = $2 AND erased_at IS NULL FOR SHARE
             ON CONFLICT (id) DO UPDATE SET made_at = now() WHERE mail_tokens.used_at IS NULL",
            id,
            account.uuid(),
            purpose.name(),
            address
        )
        .execute(executor)
        .await?;
        Ok(())
    }

    /// What a link's token proves, if it is sound and has not run out. It is not used up by that.
    pub async fn proof(
        &self,
        executor: impl PgExecutor<'_>,
        purpose: Purpose,
        token: &str,
    ) -> sqlx::Result<Option<Proof>> {
        let Some(id) = self.row_of(token) else { return Ok(None) };
        let row = sqlx::query!(
            "SELECT account_id, address FROM mail_tokens
             WHERE id = $1 AND purpose = $2 AND used_at IS NULL
               AND made_at > now() - make_interval(hours => $3)",
            id,
            purpose.name(),
            purpose.hours()
        )
        .fetch_optional(executor)
        .await?;
        Ok(row
            .map(|row| Proof { account: UserId::from_uuid(row.account_id), address: row.address }))
    }

    /// Uses a token up, and with it all others of that purpose; false if it was used meanwhile.
    pub async fn spend(
        &self,
        transaction: &mut PgConnection,
        purpose: Purpose,
        token: &str,
    ) -> sqlx::Result<bool> {
        let Some(id) = self.row_of(token) else { return Ok(false) };
        let account = sqlx::query_scalar!(
            "UPDATE mail_tokens SET used_at = now() WHERE id = $1 AND used_at IS NULL
             RETURNING account_id",
            id
        )
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(account) = account else { return Ok(false) };
        Self::spend_all(transaction, purpose, UserId::from_uuid(account)).await?;
        Ok(true)
    }

    /// Uses up all tokens of an account that are for `purpose`.
    pub async fn spend_all(
        transaction: &mut PgConnection,
        purpose: Purpose,
        account: UserId,
    ) -> sqlx::Result<()> {
        sqlx::query!(
            "UPDATE mail_tokens SET used_at = now()
             WHERE account_id = $1 AND purpose = $2 AND used_at IS NULL",
            account.uuid(),
            purpose.name()
        )
        .execute(transaction)
        .await?;
        Ok(())
    }

    /// What `pin` proves, if it is the one in the account's last mail for `purpose`. Each answer
    /// costs an attempt.
    pub async fn proof_by_pin(
        &self,
        pool: &PgPool,
        purpose: Purpose,
        account: UserId,
        pin: &str,
    ) -> sqlx::Result<Option<Proof>> {
        let row = sqlx::query!(
            "UPDATE mail_tokens SET pin_attempts = pin_attempts + 1
             WHERE pin_attempts < $4 AND used_at IS NULL
               AND made_at > now() - make_interval(mins => $3)
               AND id = (SELECT id FROM mail_tokens
                         WHERE account_id = $1 AND purpose = $2
                         ORDER BY made_at DESC, id DESC LIMIT 1)
             RETURNING id, address",
            account.uuid(),
            purpose.name(),
            PIN_MINUTES,
            PIN_ATTEMPTS
        )
        .fetch_optional(pool)
        .await?;
        // One of a million, with five attempts: how long comparing takes tells nothing of use.
        let row = row.filter(|row| self.pin(row.id) == pin);
        Ok(row.map(|row| Proof { account, address: row.address }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_row_and_no_other_can_be_made_of_it() {
        let tokens = MailTokens::new(b"0123456789abcdef0123456789abcdef");
        let id = Uuid::now_v7();
        let token = tokens.token(id);
        assert_eq!(tokens.row_of(&token), Some(id));
        assert_eq!(MailTokens::new(b"another key").row_of(&token), None);
        let mut bytes = URL_SAFE_NO_PAD.decode(&token).expect("base64");
        bytes[3] ^= 1;
        assert_eq!(tokens.row_of(&URL_SAFE_NO_PAD.encode(bytes)), None);
        for bad in ["", "x", &token[..20], &token[..token.len() - 1]] {
            assert_eq!(tokens.row_of(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_pin_has_six_digits_and_is_another_in_each_mail() {
        let tokens = MailTokens::new(b"key");
        let pins: std::collections::HashSet<_> =
            (0..50).map(|_| tokens.pin(Uuid::now_v7())).collect();
        assert!(pins.iter().all(|pin| pin.len() == 6 && pin.bytes().all(|b| b.is_ascii_digit())));
        assert!(pins.len() > 40);
    }
}
