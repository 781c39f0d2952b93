//! How a mail leaves: by SMTP, or as a file for who has no mail server.

use std::path::PathBuf;

use lettre::message::{Mailbox, Message, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use uuid::Uuid;

use super::letters::Written;
use crate::config::Mail;

#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("the mail cannot be written")]
    Message(#[from] lettre::error::Error),
    #[error("the address cannot be written to")]
    Address(#[from] lettre::address::AddressError),
    #[error("the mail server did not take it")]
    Smtp(#[from] lettre::transport::smtp::Error),
    #[error("the mail could not be written to the outbox folder")]
    File(#[from] std::io::Error),
}

impl MailError {
    /// Whether trying again is of no use.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Message(_) | Self::Address(_) => true,
            Self::Smtp(error) => error.is_permanent(),
            Self::File(_) => false,
        }
    }
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Transport {
    from: Mailbox,
    way: Way,
}

#[derive(Clone)]
enum Way {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Folder(PathBuf),
}

impl Transport {
    pub fn new(config: &Mail) -> Result<Self, MailError> {
        let way = match &config.smtp_url {
            Some(url) => {
                Way::Smtp(AsyncSmtpTransport::<Tokio1Executor>::from_url(url.reveal())?.build())
            }
            None => Way::Folder(config.outbox.clone()),
        };
        Ok(Self { from: config.from.parse()?, way })
    }

    /// Sends `written` as the mail `id`: sent again, it has the same Message-ID, and the same file.
    pub async fn send(&self, id: Uuid, to: &str, written: Written) -> Result<(), MailError> {
        let Written { subject, text, html } = written;
        let message = Message::builder()
            .from(self.from.clone())
            .to(to.parse()?)
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            .subject(subject)
            .multipart(MultiPart::alternative_plain_html(text, html))?;
        match &self.way {
            Way::Smtp(server) => drop(server.send(message).await?),
            Way::Folder(folder) => {
                tokio::fs::create_dir_all(folder).await?;
                // Whoever watches the folder never finds half a mail.
                let unfinished = folder.join(format!("{id}.part"));
                tokio::fs::write(&unfinished, message.formatted()).await?;
                tokio::fs::rename(unfinished, folder.join(format!("{id}.eml"))).await?;
            }
        }
        Ok(())
    }
}
