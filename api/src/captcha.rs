//! A riddle that programs fail at, asked of who registers or wants a new password: by Cloudflare
//! Turnstile, or any service that speaks its protocol. The page shows the service's widget; what
//! that answers is sent along, and asked about at the service's `siteverify`, once.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, redirect};
use serde::{Deserialize, Serialize};

use crate::config::CaptchaConfig;
use crate::problem::{Code, Problem, Result};

/// The field of a request that holds the widget's answer.
pub const FIELD: &str = "captcha";

/// How long the service may think about it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Longest answer that a widget gives (Turnstile's).
const LONGEST: usize = 2048;

#[derive(Clone)]
pub struct Captcha(Option<Arc<Service>>);

struct Service {
    client: Client,
    verify: String,
    config: CaptchaConfig,
}

#[derive(Serialize)]
struct Question<'a> {
    secret: &'a str,
    response: &'a str,
    remoteip: IpAddr,
}

#[derive(Deserialize)]
struct Verdict {
    success: bool,
    #[serde(rename = "error-codes", default)]
    errors: Vec<String>,
}

impl Captcha {
    /// Without a configuration, nobody is asked anything.
    pub fn new(config: Option<&CaptchaConfig>) -> reqwest::Result<Self> {
        let Some(config) = config else { return Ok(Self(None)) };
        // The secret goes to the service alone.
        let client =
            Client::builder().timeout(PATIENCE).redirect(redirect::Policy::none()).build()?;
        let verify = format!("{}/siteverify", config.url);
        Ok(Self(Some(Arc::new(Service { client, verify, config: config.clone() }))))
    }

    /// Refuses who has not solved the riddle.
    pub async fn require(&self, answer: Option<&str>, address: IpAddr) -> Result<()> {
        let Some(service) = &self.0 else { return Ok(()) };
        let answer = answer.filter(|answer| !answer.is_empty() && answer.len() <= LONGEST);
        let Some(answer) = answer else {
            return Err(Problem::field(FIELD, "is needed: show that you are no program"));
        };
        match service.ask(answer, address).await {
            Ok(Verdict { success: true, .. }) => Ok(()),
            Ok(Verdict { errors, .. }) => {
                // A wrong secret is our mistake, and shows nowhere else.
                if errors.iter().any(|error| error.ends_with("input-secret")) {
                    tracing::error!(?errors, "the service does not know CAPTCHA_SECRET");
                    return Err(away());
                }
                Err(Problem::field(FIELD, "has run out or was not solved: try once more"))
            }
            Err(error) => {
                tracing::error!(%error, "the service behind the captcha does not answer");
                Err(away())
            }
        }
    }
}

impl Service {
    async fn ask(&self, response: &str, remoteip: IpAddr) -> reqwest::Result<Verdict> {
        let secret = self.config.secret.reveal();
        let question = Question { secret, response, remoteip };
        let asked = self.client.post(&self.verify).json(&question).send().await;
        // The address in an error would be the service's, which is no secret; the body never is.
        asked?.error_for_status()?.json().await
    }
}

fn away() -> Problem {
    let retry_after = Some(PATIENCE);
    let detail = "we cannot tell people from programs at the moment";
    Problem { retry_after, ..Problem::new(Code::Unavailable, detail) }
}
