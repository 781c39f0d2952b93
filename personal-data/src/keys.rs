//! Everybody's keys: one row each, made with the first event that tells something of them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::events::{Payload, StoredRow};
use domain::values::ids::UserId;
use moka::sync::Cache;
use serde::Deserialize;
use serde_json::Value;
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use crate::key::{CipherError, Key, LENGTH, random};
use crate::payload::{Sealed, each_part, is_personal, place};

/// Keys kept in memory, and for how long: a node that missed an erasure forgets by itself.
const CACHED: u64 = 50_000;
const FORGOTTEN_AFTER: Duration = Duration::from_mins(5);

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Nothing can be told of somebody any more who asked to be forgotten.
    #[error("this person has been erased")]
    Erased,
    #[error("the keys could not be read")]
    Database(#[from] sqlx::Error),
    #[error("a personal part could not be sealed")]
    Cipher(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<CipherError> for KeyError {
    fn from(error: CipherError) -> Self {
        Self::Cipher(Box::new(error))
    }
}

/// Clones share what is in memory.
#[derive(Clone, Debug)]
pub struct PersonKeys {
    pool: PgPool,
    /// None for a person who is erased, or never had a key.
    cache: Cache<UserId, Option<Arc<Key>>>,
}

impl PersonKeys {
    pub fn new(pool: PgPool) -> Self {
        let cache = Cache::builder().max_capacity(CACHED).time_to_live(FORGOTTEN_AFTER).build();
        Self { pool, cache }
    }

    /// Seals the personal parts of an event's JSON under the key of `person`.
    pub async fn seal(
        &self,
        (aggregate, stream, event): (&str, Uuid, &str),
        person: UserId,
        payload: &mut Value,
    ) -> Result<(), KeyError> {
        let key = self.for_sealing(person).await?;
        let stream = stream.to_string();
        each_part((aggregate, event), payload, |personal, part| {
            let sealed = key.seal(&place(aggregate, &stream, personal), part.to_string())?;
            *part = serde_json::json!(Sealed { of: person, sealed: sealed.into() });
            Ok(())
        })
    }

    /// Opens the personal parts of stored events. Those of erased people become what the
    /// domain puts in their place; one that is not what was sealed here stays sealed, so that
    /// reading that event fails, at its position and by its name.
    pub async fn open(&self, rows: &mut [StoredRow]) -> Result<(), sqlx::Error> {
        self.open_over(&self.pool, rows).await
    }

    /// As [`open`](Self::open); keys that are not in memory are read over `connection`.
    pub async fn open_over(
        &self,
        connection: impl PgExecutor<'_>,
        rows: &mut [StoredRow],
    ) -> Result<(), sqlx::Error> {
        let keys = self.for_opening(connection, rows).await?;
        if keys.is_empty() {
            return Ok(());
        }
        for row in rows {
            let (aggregate, stream) = (&*row.aggregate_type, &*row.aggregate_id);
            let names = (aggregate, &*row.event_type);
            let Some(payload) = personal(names, &mut row.payload) else { continue };
            let Ok(()) = each_part(names, payload, |personal, part| {
                let Some(Sealed { of, sealed }) = as_sealed(part) else { return Ok(()) };
                let text = match keys.get(&of).and_then(Option::as_ref) {
                    Some(key) => key.open(&place(aggregate, stream, personal), &sealed).ok(),
                    None => Some(personal.erased.to_owned()),
                };
                if let Some(opened) = text.and_then(|text| serde_json::from_str(&text).ok()) {
                    *part = opened;
                }
                Ok::<_, std::convert::Infallible>(())
            });
        }
        Ok(())
    }

    /// To be called when it is known that somebody has been erased.
    pub fn forget(&self, person: UserId) {
        self.cache.invalidate(&person);
    }

    async fn for_sealing(&self, person: UserId) -> Result<Arc<Key>, KeyError> {
        if let Some(Some(key)) = self.cache.get(&person) {
            return Ok(key);
        }
        // The update changes nothing; it makes the statement answer with what is there.
        let secret = sqlx::query_scalar!(
            "INSERT INTO person_keys (person, secret) VALUES ($1, $2)
             ON CONFLICT (person) DO UPDATE SET person = excluded.person
             RETURNING secret",
            person.uuid(),
            &random::<LENGTH>()?
        )
        .fetch_one(&self.pool)
        .await?;
        let key = Arc::new(Key::new(&secret.ok_or(KeyError::Erased)?)?);
        self.cache.insert(person, Some(key.clone()));
        Ok(key)
    }

    /// The keys of all whose parts are in `rows`: none for those who have none.
    async fn for_opening(
        &self,
        connection: impl PgExecutor<'_>,
        rows: &mut [StoredRow],
    ) -> Result<HashMap<UserId, Option<Arc<Key>>>, sqlx::Error> {
        let mut keys = HashMap::new();
        let mut unknown = vec![];
        for row in rows {
            let names = (&*row.aggregate_type, &*row.event_type);
            let Some(payload) = personal(names, &mut row.payload) else { continue };
            let Ok(()) = each_part(names, payload, |_, part| {
                if let Some(Sealed { of, .. }) = as_sealed(part) {
                    keys.entry(of).or_insert_with(|| {
                        self.cache.get(&of).unwrap_or_else(|| {
                            unknown.push(of.uuid());
                            None
                        })
                    });
                }
                Ok::<_, std::convert::Infallible>(())
            });
        }
        if unknown.is_empty() {
            return Ok(keys);
        }
        let found =
            sqlx::query!("SELECT person, secret FROM person_keys WHERE person = ANY($1)", &unknown)
                .fetch_all(connection)
                .await?;
        for row in found {
            let key = row.secret.and_then(|secret| Key::new(&secret).ok()).map(Arc::new);
            keys.insert(UserId::from_uuid(row.person), key);
        }
        for person in unknown.into_iter().map(UserId::from_uuid) {
            self.cache.insert(person, keys.get(&person).cloned().flatten());
        }
        Ok(keys)
    }
}

/// What an event says, where something personal may be in it. What cannot be read is left as
/// it is: decoding it says so, by its name.
fn personal<'a>(names: (&str, &str), payload: &'a mut Payload) -> Option<&'a mut Value> {
    if is_personal(names) { payload.value().ok() } else { None }
}

fn as_sealed(part: &Value) -> Option<Sealed<'_>> {
    // What was stored before parts were sealed is no object of this shape.
    Sealed::deserialize(part).ok()
}
