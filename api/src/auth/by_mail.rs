//! What somebody may do who reads the mail sent to an account's address.

use commands::Contact;
use domain::values::account::Email;
use domain::values::ids::UserId;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Auth;
use super::passkeys;
use super::password::Password;
use crate::mail::tokens::{MailTokens, Proof, Purpose};
use crate::mail::{self, Letter};
use crate::problem::{Code, Problem, Result};

impl Auth {
    /// Has a letter sent to whose address it is, if it is anybody's: what is done here is the
    /// same either way.
    pub async fn post(&self, letter: Letter, email: &Email) -> Result<()> {
        Ok(mail::post(&self.pool, Uuid::now_v7(), letter, None, email.as_str()).await?)
    }

    /// Sets a new password by a link's token, once, and ends all sessions; those are answered,
    /// with whose they were.
    pub async fn reset_password(
        &self,
        token: &str,
        password: Password,
    ) -> Result<(UserId, Contact, Vec<Uuid>)> {
        let proof = self.mail_tokens.proof(&self.pool, Purpose::ResetPassword, token).await?;
        let Proof { account, .. } = self.still_own(proof.ok_or_else(invalid_token)?).await?;
        let (contact, hash) = self.chosen(account, password).await?;
        let mut transaction = self.pool.begin().await?;
        if !self.mail_tokens.spend(&mut transaction, Purpose::ResetPassword, token).await? {
            return Err(invalid_token());
        }
        // Whoever got hold of the account may have left a way in.
        passkeys::remove_all(&mut transaction, account).await?;
        let ended = self.replace(&mut transaction, account, &contact, &hash, None).await?;
        transaction.commit().await?;
        self.sessions.closed(&ended).await;
        Ok((account, contact, ended))
    }

    /// Sets a new password and ends all sessions but `staying`; those are answered.
    pub async fn change_password(
        &self,
        account: UserId,
        staying: Uuid,
        password: Password,
    ) -> Result<Vec<Uuid>> {
        let (contact, hash) = self.chosen(account, password).await?;
        let mut transaction = self.pool.begin().await?;
        let ended = self.replace(&mut transaction, account, &contact, &hash, Some(staying)).await?;
        transaction.commit().await?;
        self.sessions.closed(&ended).await;
        Ok(ended)
    }

    /// The hash of a password that the account's person chose, and how they are written to.
    async fn chosen(&self, account: UserId, password: Password) -> Result<(Contact, String)> {
        let contact = self.commands.contact(account).await?.ok_or_else(invalid_token)?;
        let about = [contact.username.as_str(), contact.email.as_str()];
        let hash = self.passwords.chosen(password, &about).await?;
        Ok((contact, hash))
    }

    /// The new password, the end of sessions opened by the old one, the end of links that would
    /// set another or move the account to another address, and the mail that tells of it: all or
    /// nothing.
    async fn replace(
        &self,
        transaction: &mut PgConnection,
        account: UserId,
        contact: &Contact,
        hash: &str,
        staying: Option<Uuid>,
    ) -> Result<Vec<Uuid>> {
        self.passwords.replace(transaction, account, hash).await?;
        for purpose in [Purpose::ResetPassword, Purpose::ChangeAddress] {
            MailTokens::spend_all(transaction, purpose, account).await?;
        }
        let ended = self.sessions.revoke_all(transaction, account, staying).await?;
        let letter = Letter::PasswordChanged;
        let address = contact.email.as_str();
        mail::post(transaction, Uuid::now_v7(), letter, Some(account), address).await?;
        Ok(ended)
    }
}

pub(super) fn invalid_token() -> Problem {
    Problem::new(Code::InvalidToken, "ask for another mail")
}
