//! The account's mail address: that it is its person's, and moving to another.

use commands::Contact;
use domain::values::account::Email;
use domain::values::ids::UserId;
use uuid::Uuid;

use super::Auth;
use super::by_mail::invalid_token;
use crate::mail::tokens::{MailTokens, Proof, Purpose};
use crate::mail::{self, Letter};
use crate::problem::{Problem, Result};

/// What somebody has shown who reads the mail sent to an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// It is the account's own.
    Own(UserId),
    /// It is to become the account's.
    New(UserId, Email),
}

impl Auth {
    /// What a link's token confirms.
    pub async fn confirmed_by_token(&self, token: &str) -> Result<Confirmed> {
        let own = self.mail_tokens.proof(&self.pool, Purpose::ConfirmAddress, token).await?;
        if let Some(proof) = own {
            return Ok(Confirmed::Own(self.still_own(proof).await?.account));
        }
        let new = self.mail_tokens.proof(&self.pool, Purpose::ChangeAddress, token).await?;
        let Proof { account, address } = new.ok_or_else(invalid_token)?;
        Ok(Confirmed::New(account, address_of(&address)?))
    }

    /// Whose address a PIN confirms. Nobody learns from the answer whether there is such an
    /// account.
    pub async fn confirmed_by_pin(&self, email: &Email, pin: &str) -> Result<UserId> {
        let account = self.commands.account_by_email(email).await?.ok_or_else(invalid_token)?;
        let purpose = Purpose::ConfirmAddress;
        let proof = self.mail_tokens.proof_by_pin(&self.pool, purpose, account, pin).await?;
        Ok(self.still_own(proof.ok_or_else(invalid_token)?).await?.account)
    }

    /// Posts a link and a PIN to the address that `account` wants to move to, and a notice to the
    /// one it has, which stays until then. What was asked for before is off.
    pub async fn ask_to_move(&self, account: UserId, to: &Email) -> Result<()> {
        let Contact { email: now, .. } = self.contact(account).await?;
        if now.as_str().to_lowercase() == to.as_str().to_lowercase() {
            return Err(Problem::field("email", "is your address already"));
        }
        let (purpose, id) = (Purpose::ChangeAddress, Uuid::now_v7());
        let mut transaction = self.pool.begin().await?;
        MailTokens::spend_all(&mut transaction, purpose, account).await?;
        MailTokens::open(&mut *transaction, id, purpose, account, to.as_str()).await?;
        for (id, letter, address) in
            [(id, Letter::ConfirmNewAddress, to), (Uuid::now_v7(), Letter::AddressChanging, &now)]
        {
            mail::post(&mut *transaction, id, letter, Some(account), address.as_str()).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// The address that the PIN of the last such mail to `account` was sent to.
    pub async fn new_address_by_pin(&self, account: UserId, pin: &str) -> Result<Email> {
        let purpose = Purpose::ChangeAddress;
        let proof = self.mail_tokens.proof_by_pin(&self.pool, purpose, account, pin).await?;
        address_of(&proof.ok_or_else(invalid_token)?.address)
    }

    /// A proof, while the address it was sent to is still the account's.
    pub(super) async fn still_own(&self, proof: Proof) -> Result<Proof> {
        let contact = self.commands.contact(proof.account).await?.ok_or_else(invalid_token)?;
        if contact.email.as_str().to_lowercase() == proof.address.to_lowercase() {
            Ok(proof)
        } else {
            Err(invalid_token())
        }
    }
}

/// As it was given when the mail was asked for.
fn address_of(stored: &str) -> Result<Email> {
    Email::try_from(stored).map_err(|_| invalid_token())
}
