//! How a mail leaves: by SMTP, or as a file for who has no mail server.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lettre::message::{Mailbox, Message, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use tokio::time::timeout;
use uuid::Uuid;

use super::letters::Written;
use crate::config::Mail;

/// How long a mail server may take for one mail. The client that speaks to it waits without end
/// for a server that says nothing.
const TAKEN_WITHIN: Duration = Duration::from_mins(1);

#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("the mail cannot be written")]
    Message(#[from] lettre::error::Error),
    #[error("the address cannot be written to")]
    Address(#[from] lettre::address::AddressError),
    #[error("the mail server did not take it")]
    Smtp(#[from] lettre::transport::smtp::Error),
    #[error("the mail server does not answer")]
    Silent,
    #[error("the mail could not be written to the outbox folder")]
    File(#[from] io::Error),
}

impl MailError {
    /// Whether trying again is of no use.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Message(_) | Self::Address(_) => true,
            Self::Smtp(error) => error.is_permanent(),
            Self::Silent | Self::File(_) => false,
        }
    }
}

const EML: &str = ".eml";

fn file(folder: &Path, id: Uuid) -> PathBuf {
    folder.join(format!("{id}{EML}"))
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
            Way::Smtp(server) => {
                let taken = timeout(TAKEN_WITHIN, server.send(message)).await;
                drop(taken.map_err(|_| MailError::Silent)??);
            }
            Way::Folder(folder) => {
                tokio::fs::create_dir_all(folder).await?;
                // Whoever watches the folder never finds half a mail.
                let unfinished = folder.join(format!("{id}.part"));
                tokio::fs::write(&unfinished, message.formatted()).await?;
                tokio::fs::rename(unfinished, file(folder, id)).await?;
            }
        }
        Ok(())
    }

    /// The mails that lie here as files.
    pub async fn files(&self) -> io::Result<Vec<Uuid>> {
        let Way::Folder(folder) = &self.way else { return Ok(vec![]) };
        if !folder.try_exists()? {
            return Ok(vec![]);
        }
        let (mut entries, mut mails) = (tokio::fs::read_dir(folder).await?, vec![]);
        while let Some(entry) = entries.next_entry().await? {
            let name = entry.file_name();
            let id = name.to_str().and_then(|name| Uuid::parse_str(name.strip_suffix(EML)?).ok());
            mails.extend(id);
        }
        Ok(mails)
    }

    pub async fn remove_file(&self, id: Uuid) -> io::Result<()> {
        match &self.way {
            Way::Folder(folder) => tokio::fs::remove_file(file(folder, id)).await,
            Way::Smtp(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;
    use crate::config::Config;

    #[tokio::test(start_paused = true)]
    async fn a_mail_server_that_takes_a_call_and_says_nothing_is_given_up() {
        let server = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("smtp://{}", server.local_addr().expect("an address"));
        let config = Mail { smtp_url: Some(url.as_str().into()), ..Config::for_tests().mail };
        let transport = Transport::new(&config).expect("a way");
        let written = Written { subject: "Hello", text: "Ann".into(), html: "Ann".into() };
        let sending = transport.send(Uuid::nil(), "ann@example.com", written);
        let sent = timeout(TAKEN_WITHIN * 2, sending).await.expect("it ends");
        assert!(matches!(sent, Err(MailError::Silent)), "{sent:?}");
    }
}
