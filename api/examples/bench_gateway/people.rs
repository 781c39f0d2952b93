//! Who takes part: accounts with open sessions, each in an event with a hundred or a thousand
//! others, made by the operations that routes call.

use std::time::Duration;

use api::app::App;
use api::auth::SignedIn;
use api::auth::device::Device;
use api::auth::token::AccessTokens;
use chrono::{Days, Utc};
use commands::{Context, NewEvent};
use domain::values::account::{Email, Role, Username};
use domain::values::dance_event::EventDates;
use domain::values::ids::{EventId, UserId};
use domain::values::text::{EventName, Location};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::json;
use tokio::time::sleep;

use crate::Failure;
use crate::dialect::Dialect;

/// Commands under way at a time.
const AT_ONCE: usize = 128;

/// An event and who takes part in it.
pub struct Circle {
    pub event: EventId,
    pub members: Vec<Member>,
}

#[derive(Clone)]
pub struct Member {
    name: String,
    signed_in: SignedIn,
}

/// Makes tokens that both sides take for their own.
pub struct Tokens {
    ours: AccessTokens,
    peers: jsonwebtoken::EncodingKey,
}

impl Tokens {
    pub fn new(secret: &str) -> Self {
        Self {
            ours: AccessTokens::new(secret.as_bytes()),
            peers: jsonwebtoken::EncodingKey::from_secret(secret.as_bytes()),
        }
    }

    /// Made when it is needed, as it is good for minutes only.
    pub fn of(&self, member: &Member, dialect: Dialect) -> Result<String, Failure> {
        let Member { name, signed_in } = member;
        match dialect {
            Dialect::Ours => {
                let token = self.ours.issue(signed_in.id, signed_in.session);
                token.map_err(|problem| problem.detail.into())
            }
            Dialect::SocketIo => {
                let expires = Utc::now().timestamp() + 3_600;
                let claims = json!({ "sub": signed_in.id, "username": name, "exp": expires });
                let header = jsonwebtoken::Header::default();
                Ok(jsonwebtoken::encode(&header, &claims, &self.peers)?)
            }
        }
    }
}

/// Makes one event for each of `sizes`, with so many people in it.
pub async fn gather(app: &App, sizes: &[usize]) -> Result<Vec<Circle>, Failure> {
    let organizer = register(app, "organizer").await?;
    app.commands.grant_role(&Context::system(), organizer, Role::Organizer).await?;
    let today = Utc::now().date_naive();
    let (mut circles, mut first) = (vec![], 0);
    for (number, size) in sizes.iter().enumerate() {
        let new = NewEvent {
            name: EventName::try_from(format!("Swing Night {number}").as_str())?,
            location: Location::try_from("Berlin")?,
            dates: EventDates::new(today, today + Days::new(2))?,
            worldsdc_id: None,
            description: None,
        };
        // A slug has so many numbers: of a crowd's events, each has a name of its own.
        let event = app.commands.announce_event(&Context::of(organizer), new).await?.id;
        let members = stream::iter(first..first + size)
            .map(|number| member(app, number, event))
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        first += size;
        circles.push(Circle { event, members });
    }
    Ok(circles)
}

async fn member(app: &App, number: usize, event: EventId) -> Result<Member, Failure> {
    let name = format!("dancer{number}");
    let id = register(app, &name).await?;
    app.commands.join_event(&Context::of(id), event).await?;
    let opened = app.auth.open(id, &Device::default()).await.map_err(|problem| problem.detail)?;
    Ok(Member { name, signed_in: SignedIn { id, session: opened.session } })
}

async fn register(app: &App, name: &str) -> Result<UserId, Failure> {
    let email = Email::try_from(format!("{name}@example.com").as_str())?;
    let id = app.commands.register(&Context::system(), Username::try_from(name)?, email).await?.id;
    // Nobody is asked for it by mail then.
    app.commands.verify_email(&Context::system(), id).await?;
    Ok(id)
}

/// Waits until all that follows from what was done is done too, so that it is not measured.
pub async fn settled(app: &App) -> Result<(), Failure> {
    let waiting = "SELECT (SELECT count(*) FROM agenda WHERE due <= now() + interval '1 hour')
                        + (SELECT count(*) FROM mails WHERE sent_at IS NULL)";
    while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&app.pool).await? > 0 {
        sleep(Duration::from_millis(500)).await;
    }
    Ok(())
}
