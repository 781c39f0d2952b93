//! Talking in rooms.

use domain::encryption::Encryption;
use domain::message::{Message, MessageCommand, Posting, Standing};
use domain::values::ids::{MessageId, UserId};
use domain::values::room::{MessageKind, Room};
use domain::values::text::MessageContent;

use crate::executor::{ATTEMPTS, Begin};
use crate::handlers::dance_events::takes_part;
use crate::handlers::matches::open_chat;
use crate::store::facts::Facts;
use crate::{CommandError, Commands, Context, Done};

impl Commands {
    /// Posts a message under the id its client made; the same again changes nothing.
    pub async fn post_message(
        &self,
        context: &Context,
        id: MessageId,
        room: Room,
        kind: MessageKind,
        content: MessageContent,
    ) -> Result<Done<MessageId>, CommandError> {
        let author = context.person()?;
        let posting = Posting { room, author, kind, content };
        for attempt in 0..ATTEMPTS {
            let facts = match attempt {
                0 => Facts::remembered(&self.store),
                _ => Facts::stored(&self.store),
            };
            let standing = standing(&facts, room, author).await?;
            // What is remembered may say yes, which the append verifies; it may not say no.
            if attempt == 0 && standing.refusal(kind).is_some() {
                continue;
            }
            let command = MessageCommand::Post { posting: posting.clone(), standing };
            let guards = facts.guards();
            let posted = self
                .store
                .execute_given::<Message>(Begin::New, id.uuid(), command, &guards, context)
                .await?;
            if let Some(done) = posted {
                return Ok(done.map(MessageId::from_uuid));
            }
        }
        Err(CommandError::Contended)
    }

    /// Whether `user` belongs in `room`: takes part in the event and the event is not
    /// cancelled, or is a member of the match and the two have agreed.
    pub async fn may_enter(&self, room: Room, user: UserId) -> Result<bool, CommandError> {
        match room {
            Room::Event(event) => takes_part(&Facts::stored(&self.store), event, user).await,
            Room::Match(id) => Ok(self.agreed_partner(id, user).await?.is_some()),
        }
    }

    /// Whether `user` may say something in `room` now. A block leaves what was said to be
    /// read, and ends the conversation.
    pub async fn may_write(&self, room: Room, user: UserId) -> Result<bool, CommandError> {
        let standing = standing(&Facts::stored(&self.store), room, user).await?;
        Ok(standing != Standing::Stranger)
    }
}

async fn standing(facts: &Facts<'_>, room: Room, user: UserId) -> Result<Standing, CommandError> {
    let member = match room {
        Room::Event(event) => takes_part(facts, event, user).await?.then_some(false),
        Room::Match(id) => {
            let open = open_chat(facts, id, user).await?;
            open.map(|found| found.encryption() == Encryption::On)
        }
    };
    Ok(member.map_or(Standing::Stranger, |encrypted| Standing::Member { encrypted }))
}
