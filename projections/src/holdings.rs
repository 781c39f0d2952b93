//! Everything the read side holds about one person, for themselves to read. What others said of
//! them stays as hidden as it is for them elsewhere: ratings are double-blind here too.

use cqrs_es::DomainEvent;
use domain::account::AccountEvent;
use domain::events::{Event, StoredEvent};
use domain::values::ids::UserId;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::error::ProjectionError;
use crate::event_table::EventTable;

/// Rows as JSON objects, in sections with the names that the export gives them.
pub type Holdings = Vec<(&'static str, Vec<Value>)>;

pub(crate) async fn holdings(
    pool: &PgPool,
    table: &EventTable,
    user: UserId,
) -> Result<Holdings, ProjectionError> {
    let mut sections = dances(pool, user.uuid()).await?;
    sections.extend(words(pool, user.uuid()).await?);
    sections.push(("accountHistory", account_history(table, user).await?));
    Ok(sections)
}

/// Where they danced, and with whom.
async fn dances(pool: &PgPool, id: Uuid) -> sqlx::Result<Holdings> {
    let section = sqlx::query_scalar!(
        r#"SELECT jsonb_build_object('event', e.name, 'eventId', e.id, 'location', e.location,
                'startDate', e.start_date, 'endDate', e.end_date, 'joinedAt', p.joined_at,
                'checkedInAt', p.checked_in_at) AS "row!"
           FROM participants p JOIN dance_events e ON e.id = p.event_id
           WHERE p.user_id = $1 ORDER BY p.position"#,
        id
    );
    let events = section.fetch_all(pool).await?;
    let section = sqlx::query_scalar!(
        r#"SELECT jsonb_build_object('id', id, 'name', name, 'location', location,
                'startDate', start_date, 'endDate', end_date, 'description', description,
                'cancelled', cancelled, 'announcedAt', announced_at) AS "row!"
           FROM dance_events WHERE announced_by = $1 ORDER BY announced_at"#,
        id
    );
    let announced = section.fetch_all(pool).await?;
    let section = sqlx::query_scalar!(
        r#"SELECT jsonb_build_object('id', m.id, 'event', e.name, 'partner', u.username,
                'askedByMe', m.requester = $1, 'status', m.status, 'createdAt', m.created_at,
                'updatedAt', m.updated_at, 'completedAt', m.completed_at) AS "row!"
           FROM matches m JOIN dance_events e ON e.id = m.event_id
           LEFT JOIN users u
                ON u.id = CASE WHEN m.requester = $1 THEN m.recipient ELSE m.requester END
           WHERE m.requester = $1 OR m.recipient = $1 ORDER BY m.created_at"#,
        id
    );
    let matches = section.fetch_all(pool).await?;
    let section = sqlx::query_scalar!(
        r#"SELECT jsonb_build_object('matchId', match_id, 'position', position, 'at', at,
                'report', report) AS "row!"
           FROM match_transfers WHERE by = $1 ORDER BY position"#,
        id
    );
    let transfers = section.fetch_all(pool).await?;
    Ok(vec![
        ("events", events),
        ("eventsAnnounced", announced),
        ("matches", matches),
        ("transfersReported", transfers),
    ])
}

/// What they said, and what was said to them.
async fn words(pool: &PgPool, id: Uuid) -> sqlx::Result<Holdings> {
    let section = sqlx::query_scalar!(
        r#"SELECT jsonb_build_object('id', id, 'room', CASE WHEN in_match THEN 'match:' ELSE 'event:' END || room_id,
                'type', kind, 'content', content,
                'createdAt', created_at, 'editedAt', edited_at, 'position', position) AS "row!"
           FROM messages WHERE author = $1 ORDER BY position"#,
        id
    );
    let messages = section.fetch_all(pool).await?;
    let section = sqlx::query_scalar!(
        r#"SELECT jsonb_build_object('matchId', r.match_id, 'of', u.username, 'score', r.score,
                'comment', r.comment, 'wouldCollaborateAgain', r.would_collaborate_again,
                'createdAt', r.created_at) AS "row!"
           FROM ratings r LEFT JOIN users u ON u.id = r.ratee
           WHERE r.rater = $1 ORDER BY r.position"#,
        id
    );
    let given = section.fetch_all(pool).await?;
    let section = sqlx::query_scalar!(
        r#"SELECT jsonb_build_object('matchId', r.match_id, 'by', u.username, 'score', r.score,
                'comment', r.comment, 'wouldCollaborateAgain', r.would_collaborate_again,
                'createdAt', r.created_at) AS "row!"
           FROM ratings r JOIN matches m ON m.id = r.match_id LEFT JOIN users u ON u.id = r.rater
           WHERE r.ratee = $1 AND (r.both_rated OR m.reveals_at <= now()) ORDER BY r.position"#,
        id
    );
    let received = section.fetch_all(pool).await?;
    let section = sqlx::query_scalar!(
        r#"SELECT jsonb_build_object('id', r.id, 'about', u.username, 'reason', r.grounds,
                'details', r.details, 'matchId', r.match_id, 'messageId', r.message_id,
                'messageRevealed', r.message_key IS NOT NULL,
                'createdAt', r.created_at, 'outcome', r.outcome, 'resolvedAt', r.resolved_at)
                AS "row!"
           FROM reports r LEFT JOIN users u ON u.id = r.reported
           WHERE r.reporter = $1 ORDER BY r.created_at"#,
        id
    );
    let reports = section.fetch_all(pool).await?;
    let section = sqlx::query_scalar!(
        r#"SELECT jsonb_build_object('user', u.username, 'userId', b.blocked, 'at', b.at) AS "row!"
           FROM blocks b LEFT JOIN users u ON u.id = b.blocked
           WHERE b.blocker = $1 ORDER BY b.at"#,
        id
    );
    let blocks = section.fetch_all(pool).await?;
    let section = sqlx::query_scalar!(
        r#"SELECT jsonb_build_object('room', room, 'readUpTo', position, 'at', at) AS "row!"
           FROM read_marks WHERE account_id = $1 ORDER BY at"#,
        id
    );
    let read = section.fetch_all(pool).await?;
    Ok(vec![
        ("messages", messages),
        ("ratingsGiven", given),
        ("ratingsReceived", received),
        ("reportsFiled", reports),
        ("blocked", blocks),
        ("read", read),
    ])
}

/// The account's own part of the log, in clear.
async fn account_history(table: &EventTable, user: UserId) -> Result<Vec<Value>, ProjectionError> {
    let stream = table.stream(AccountEvent::AGGREGATE, user.uuid()).await?;
    let row = |recorded: &domain::events::RecordedEvent| match &recorded.event {
        Event::Account(_, change) => Some(json!({
            "position": recorded.position,
            "type": change.event_type(),
            "at": recorded.at,
            "data": change,
        })),
        _ => None,
    };
    Ok(stream.iter().filter_map(row).collect())
}
