//! Talking in rooms.

use domain::message::{Message, MessageCommand, Posting, Standing};
use domain::values::ids::{MessageId, UserId};
use domain::values::room::{MessageKind, Room};
use domain::values::text::MessageContent;

use crate::executor::Begin;
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
        let member = self.may_write(room, author).await?;
        let standing = if member { Standing::Member } else { Standing::Stranger };
        let posting = Posting { room, author, kind, content };
        let command = MessageCommand::Post { posting, standing };
        let done = self.store.execute::<Message>(Begin::New, id.uuid(), command, context).await?;
        Ok(done.map(MessageId::from_uuid))
    }

    /// Whether `user` belongs in `room`: takes part in the event and the event is not
    /// cancelled, or is a member of the match and the two have agreed.
    pub async fn may_enter(&self, room: Room, user: UserId) -> Result<bool, CommandError> {
        match room {
            Room::Event(event) => self.takes_part(event, user).await,
            Room::Match(id) => Ok(self.agreed_partner(id, user).await?.is_some()),
        }
    }

    /// Whether `user` may say something in `room` now. A block leaves what was said to be
    /// read, and ends the conversation.
    pub async fn may_write(&self, room: Room, user: UserId) -> Result<bool, CommandError> {
        match room {
            Room::Event(_) => self.may_enter(room, user).await,
            Room::Match(id) => Ok(self.chat_partner(id, user).await?.is_some()),
        }
    }
}
