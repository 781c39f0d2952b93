//! What was said, room by room. A retracted message is gone; one whose author is erased says
//! nothing any more.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::account::AccountEvent;
use domain::events::{Event, RecordedEvent, StoredEvent};
use domain::message::MessageEvent;
use domain::values::ids::{EventId, MatchId, MessageId, UserId};
use domain::values::room::{MessageKind, Room};
use domain::values::text::MessageContent;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::known;
use super::users::UserSummary;
use crate::copy_in::CopyIn;
use crate::error::ProjectionError;
use crate::follower;
use crate::page::{Page, Slice};
use crate::stored_checkpoint::Step;

#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    pub id: MessageId,
    pub room: Room,
    pub author: UserSummary,
    pub kind: MessageKind,
    pub content: String,
    pub created_at: DateTime<Utc>,
    pub edited_at: Option<DateTime<Utc>>,
    /// Where in the log it was posted, by which a room is ordered.
    pub position: i64,
}

struct Row {
    id: Uuid,
    room_id: Uuid,
    in_match: bool,
    author: Uuid,
    kind: String,
    content: String,
    created_at: DateTime<Utc>,
    edited_at: Option<DateTime<Utc>>,
    position: i64,
    username: Option<String>,
    avatar: Option<String>,
}

impl TryFrom<Row> for Message {
    type Error = ProjectionError;

    fn try_from(row: Row) -> Result<Self, ProjectionError> {
        let room = if row.in_match {
            Room::Match(MatchId::from_uuid(row.room_id))
        } else {
            Room::Event(EventId::from_uuid(row.room_id))
        };
        Ok(Self {
            id: MessageId::from_uuid(row.id),
            room,
            author: UserSummary::joined(row.author, row.username, row.avatar),
            kind: known("message kind", &row.kind)?,
            content: row.content,
            created_at: row.created_at,
            edited_at: row.edited_at,
            position: row.position,
        })
    }
}

/// Queries on messages.
#[derive(Clone, Debug)]
pub struct Messages(pub(crate) PgPool);

impl Messages {
    /// Of the read model, to be waited for.
    pub const NAME: &str = "messages";

    /// Pages go from the newest to the oldest; inside a page the newest is last.
    pub async fn of(&self, room: Room, page: &Page) -> Result<Slice<Message>, ProjectionError> {
        const LIST: &str = "messages";
        let rows = sqlx::query_as!(
            Row,
            r#"SELECT m.id, m.room_id, m.in_match, m.author, m.kind, m.content, m.created_at, m.edited_at,
                      m.position, u.username AS "username?", u.avatar
               FROM messages m LEFT JOIN users u ON u.id = m.author
               WHERE m.room_id = $1 AND ($2::bigint IS NULL OR m.position < $2)
               ORDER BY m.position DESC
               LIMIT $3"#,
            room.uuid(),
            page.after::<i64>(LIST)?,
            page.rows()
        )
        .fetch_all(&self.0)
        .await?;
        page.slice(LIST, rows, |last| last.position).reversed().try_map(Message::try_from)
    }

    /// What was said in `room` around a place in the log: up to `each` before it and after it,
    /// in the order it was said.
    pub async fn around(
        &self,
        room: Room,
        position: i64,
        each: i64,
    ) -> Result<Vec<Message>, ProjectionError> {
        sqlx::query_as!(
            Row,
            r#"SELECT m.id AS "id!", m.room_id AS "room_id!", m.in_match AS "in_match!", m.author AS "author!", m.kind AS "kind!",
                      m.content AS "content!", m.created_at AS "created_at!", m.edited_at,
                      m.position AS "position!", u.username AS "username?", u.avatar
               FROM ((SELECT * FROM messages WHERE room_id = $1 AND position < $2
                      ORDER BY position DESC LIMIT $3)
                     UNION ALL
                     (SELECT * FROM messages WHERE room_id = $1 AND position >= $2
                      ORDER BY position LIMIT $3 + 1)) AS m
               LEFT JOIN users u ON u.id = m.author
               ORDER BY m.position"#,
            room.uuid(),
            position,
            each
        )
        .fetch_all(&self.0)
        .await?
        .into_iter()
        .map(Message::try_from)
        .collect()
    }

    pub async fn by_id(&self, id: MessageId) -> Result<Option<Message>, ProjectionError> {
        sqlx::query_as!(
            Row,
            r#"SELECT m.id, m.room_id, m.in_match, m.author, m.kind, m.content, m.created_at, m.edited_at,
                      m.position, u.username AS "username?", u.avatar
               FROM messages m LEFT JOIN users u ON u.id = m.author
               WHERE m.id = $1"#,
            id.uuid()
        )
        .fetch_optional(&self.0)
        .await?
        .map(Message::try_from)
        .transpose()
    }
}

pub(crate) struct Projector;

#[async_trait]
impl follower::Projector for Projector {
    fn name(&self) -> &'static str {
        Messages::NAME
    }

    fn tables(&self) -> &'static [&'static str] {
        &["messages"]
    }

    fn aggregates(&self) -> &'static [&'static str] {
        &[MessageEvent::AGGREGATE, AccountEvent::AGGREGATE]
    }

    fn handles(&self, event: &Event) -> bool {
        matches!(event, Event::Message(..)) || event.erased().is_some()
    }

    async fn apply(&self, tx: &mut PgConnection, events: &[&RecordedEvent]) -> sqlx::Result<()> {
        // A message is posted before it is edited, and retracted last: so all of one kind may
        // go before all of the next, whatever lay between them in the log. Erased people say
        // nothing afterwards.
        let mut posted = vec![];
        let mut edited = BTreeMap::new();
        let (mut retracted, mut erased) = (vec![], vec![]);
        for recorded in events {
            erased.extend(recorded.event.erased().map(UserId::uuid));
            let Event::Message(id, change) = &recorded.event else { continue };
            match change {
                MessageEvent::Posted { .. } => posted.extend(self::posted(recorded)),
                MessageEvent::Edited { content, .. } => {
                    edited.insert(id.uuid(), (content.as_str(), recorded.at));
                }
                MessageEvent::Retracted { .. } => retracted.push(id.uuid()),
            }
        }
        insert(tx, posted).await?;
        if !edited.is_empty() {
            edit(tx, edited).await?;
        }
        if !retracted.is_empty() {
            sqlx::query!("DELETE FROM messages WHERE id = ANY($1)", &retracted)
                .execute(&mut *tx)
                .await?;
        }
        if !erased.is_empty() {
            sqlx::query!("UPDATE messages SET content = '' WHERE author = ANY($1)", &erased)
                .execute(tx)
                .await?;
        }
        Ok(())
    }

    async fn apply_at_once(
        &self,
        connection: &mut PgConnection,
        step: Step,
        events: &[&RecordedEvent],
    ) -> sqlx::Result<Option<bool>> {
        match events.iter().copied().map(posted).collect::<Option<Vec<_>>>() {
            Some(posted) => add(connection, step, &posted).await.map(Some),
            None => Ok(None),
        }
    }
}

/// What was posted: its id, where, by whom, of what kind, what it says, and when.
type Posted<'a> = (Uuid, Room, UserId, MessageKind, &'a MessageContent, &'a RecordedEvent);

fn posted(recorded: &RecordedEvent) -> Option<Posted<'_>> {
    let Event::Message(id, MessageEvent::Posted { room, author, kind, content }) = &recorded.event
    else {
        return None;
    };
    Some((id.uuid(), *room, *author, *kind, content, recorded))
}

/// Messages and the checkpoint's move in one statement.
async fn add(
    connection: &mut PgConnection,
    Step { from, to, .. }: Step,
    posted: &[Posted<'_>],
) -> sqlx::Result<bool> {
    let (mut ids, mut rooms, mut in_matches, mut authors) = (vec![], vec![], vec![], vec![]);
    let (mut kinds, mut contents, mut times, mut positions) = (vec![], vec![], vec![], vec![]);
    for (id, room, author, kind, content, recorded) in posted {
        ids.push(*id);
        rooms.push(room.uuid());
        in_matches.push(matches!(room, Room::Match(_)));
        authors.push(author.uuid());
        kinds.push(kind.as_str());
        contents.push(content.as_str());
        times.push(recorded.at);
        positions.push(recorded.position);
    }
    sqlx::query_scalar!(
        r#"SELECT add_messages($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) AS "added!""#,
        from.position,
        from.rebuilds,
        to,
        &ids,
        &rooms,
        &in_matches,
        &authors,
        &kinds as &[&str],
        &contents as &[&str],
        &times,
        &positions
    )
    .fetch_one(connection)
    .await
}

async fn insert(tx: &mut PgConnection, mut posted: Vec<Posted<'_>>) -> sqlx::Result<()> {
    let mut rows = CopyIn::new(
        "COPY messages (id, room_id, in_match, author, kind, content, created_at, position)
         FROM STDIN (FORMAT binary)",
    );
    // In the order of the key, whose index is cheaper to fill so.
    posted.sort_unstable_by_key(|(id, ..)| *id);
    for (id, room, author, kind, content, recorded) in posted {
        rows.row(8)
            .field(id)?
            .field(room.uuid())?
            .field(matches!(room, Room::Match(_)))?
            .field(author.uuid())?
            .field(kind.as_str())?
            .field(content.as_str())?
            .field(recorded.at)?
            .field(recorded.position)?;
    }
    rows.send(tx).await
}

async fn edit(
    tx: &mut PgConnection,
    edited: BTreeMap<Uuid, (&str, DateTime<Utc>)>,
) -> sqlx::Result<()> {
    let (mut ids, mut contents, mut at) = (vec![], vec![], vec![]);
    for (id, (content, edited_at)) in edited {
        ids.push(id);
        contents.push(content);
        at.push(edited_at);
    }
    sqlx::query!(
        "UPDATE messages m SET content = e.content, edited_at = e.at
         FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS e (id, content, at)
         WHERE m.id = e.id",
        &ids,
        &contents as &[&str],
        &at
    )
    .execute(tx)
    .await?;
    Ok(())
}
