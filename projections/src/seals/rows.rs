//! Events and seals as they lie in their tables.

use futures::stream::BoxStream;
use sqlx::types::chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use super::bytes::{Digest, NotSoManyBytes};
use super::canonical::LogRow;
use super::seal::Seal;

/// Events by position, as many as there are, without holding more than a few.
pub(super) fn between(
    connection: &mut PgConnection,
    from: i64,
    to: i64,
) -> BoxStream<'_, sqlx::Result<LogRow>> {
    sqlx::query_as!(
        LogRow,
        r#"SELECT global_position AS position, aggregate_type, aggregate_id, sequence, event_type,
                  event_version, payload::text AS "payload!", metadata::text AS "metadata!",
                  recorded_at
           FROM events WHERE global_position BETWEEN $1 AND $2 ORDER BY global_position"#,
        from,
        to
    )
    .fetch(connection)
}

pub(super) async fn after(
    connection: &mut PgConnection,
    position: i64,
    limit: usize,
) -> sqlx::Result<Vec<LogRow>> {
    sqlx::query_as!(
        LogRow,
        r#"SELECT global_position AS position, aggregate_type, aggregate_id, sequence, event_type,
                  event_version, payload::text AS "payload!", metadata::text AS "metadata!",
                  recorded_at
           FROM events WHERE global_position > $1 ORDER BY global_position LIMIT $2"#,
        position,
        limit as i64
    )
    .fetch_all(connection)
    .await
}

pub(super) async fn stream(
    connection: &mut PgConnection,
    aggregate: &str,
    id: &str,
) -> sqlx::Result<Vec<LogRow>> {
    sqlx::query_as!(
        LogRow,
        r#"SELECT global_position AS position, aggregate_type, aggregate_id, sequence, event_type,
                  event_version, payload::text AS "payload!", metadata::text AS "metadata!",
                  recorded_at
           FROM events WHERE aggregate_type = $1 AND aggregate_id = $2 ORDER BY sequence"#,
        aggregate,
        id
    )
    .fetch_all(connection)
    .await
}

/// A seal with the hashes of its events.
pub(super) struct Leaved {
    pub(super) seal: Seal,
    pub(super) leaves: Vec<Digest>,
}

struct Stored {
    number: i64,
    first_position: i64,
    last_position: i64,
    previous: Vec<u8>,
    root: Vec<u8>,
    sealed_at: DateTime<Utc>,
    public_key: Vec<u8>,
    signature: Vec<u8>,
    leaves: Vec<u8>,
}

pub(super) async fn newest_seal(executor: impl PgExecutor<'_>) -> sqlx::Result<Option<Seal>> {
    let stored = sqlx::query_as!(
        Stored,
        r#"SELECT number, first_position, last_position, previous, root, sealed_at, public_key,
                  signature, ''::bytea AS "leaves!"
           FROM seals ORDER BY number DESC LIMIT 1"#
    );
    stored
        .fetch_optional(executor)
        .await?
        .map(|stored| Ok(Leaved::try_from(stored)?.seal))
        .transpose()
}

pub(super) async fn seal(executor: impl PgExecutor<'_>, number: i64) -> sqlx::Result<Option<Seal>> {
    let stored = sqlx::query_as!(
        Stored,
        r#"SELECT number, first_position, last_position, previous, root, sealed_at, public_key,
                  signature, ''::bytea AS "leaves!"
           FROM seals WHERE number = $1"#,
        number
    );
    stored
        .fetch_optional(executor)
        .await?
        .map(|stored| Ok(Leaved::try_from(stored)?.seal))
        .transpose()
}

/// The seal that covers a position.
pub(super) async fn seal_over(
    executor: impl PgExecutor<'_>,
    position: i64,
) -> sqlx::Result<Option<Leaved>> {
    let stored = sqlx::query_as!(
        Stored,
        "SELECT number, first_position, last_position, previous, root, sealed_at, public_key,
                signature, leaves
         FROM seals WHERE first_position <= $1 AND last_position >= $1
         ORDER BY first_position DESC LIMIT 1",
        position
    );
    stored.fetch_optional(executor).await?.map(Leaved::try_from).transpose()
}

/// Seals by number, and the positions they cover.
pub(super) struct Seals {
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) from: i64,
    pub(super) to: i64,
}

/// Those that cover any position of a range; none where none does.
pub(super) async fn seals_over(
    executor: impl PgExecutor<'_>,
    from: i64,
    to: i64,
) -> sqlx::Result<Option<Seals>> {
    sqlx::query_as!(
        Seals,
        r#"SELECT min(number) AS "first!", max(number) AS "last!",
                  min(first_position) AS "from!", max(last_position) AS "to!"
           FROM seals WHERE last_position >= $1 AND first_position <= $2
           HAVING count(*) > 0"#,
        from,
        to
    )
    .fetch_optional(executor)
    .await
}

/// Whether an event with this hash was sealed at any position.
pub(super) async fn is_sealed(executor: impl PgExecutor<'_>, leaf: Digest) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM seals WHERE position($1::bytea IN leaves) > 0) AS "is!""#,
        leaf.array()
    )
    .fetch_one(executor)
    .await
}

pub(super) async fn seals_after(
    executor: impl PgExecutor<'_>,
    number: i64,
    up_to: i64,
    limit: i64,
) -> sqlx::Result<Vec<Leaved>> {
    let stored = sqlx::query_as!(
        Stored,
        "SELECT number, first_position, last_position, previous, root, sealed_at, public_key,
                signature, leaves
         FROM seals WHERE number > $1 AND number <= $2 ORDER BY number LIMIT $3",
        number,
        up_to,
        limit
    );
    stored.fetch_all(executor).await?.into_iter().map(Leaved::try_from).collect()
}

pub(super) async fn insert(
    executor: impl PgExecutor<'_>,
    seal: &Seal,
    leaves: &[Digest],
) -> sqlx::Result<()> {
    let leaves: Vec<u8> = leaves.iter().flat_map(|leaf| *leaf.array()).collect();
    sqlx::query!(
        "INSERT INTO seals (number, first_position, last_position, previous, root, sealed_at,
                            public_key, signature, leaves)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        seal.number,
        seal.first,
        seal.last,
        seal.previous.array(),
        seal.root.array(),
        seal.sealed_at,
        seal.public_key.array(),
        seal.signature.array(),
        leaves
    )
    .execute(executor)
    .await?;
    Ok(())
}

impl TryFrom<Stored> for Leaved {
    type Error = sqlx::Error;

    fn try_from(stored: Stored) -> sqlx::Result<Self> {
        let number = stored.number;
        let unreadable = |source: NotSoManyBytes| {
            sqlx::Error::Decode(format!("a hash of seal {number} {source}").into())
        };
        let seal = Seal {
            number,
            first: stored.first_position,
            last: stored.last_position,
            previous: stored.previous.try_into().map_err(unreadable)?,
            root: stored.root.try_into().map_err(unreadable)?,
            sealed_at: stored.sealed_at,
            public_key: stored.public_key.try_into().map_err(unreadable)?,
            signature: stored.signature.try_into().map_err(unreadable)?,
        };
        let leaves = stored.leaves.chunks(32).map(|leaf| leaf.to_vec().try_into());
        Ok(Self { seal, leaves: leaves.collect::<Result<_, _>>().map_err(unreadable)? })
    }
}
