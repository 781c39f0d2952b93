//! Everybody's keys: one row each, made with the first event that tells something of them.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use domain::events::StoredRow;
use domain::values::ids::UserId;
use moka::sync::Cache;
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use crate::key::{CipherError, Key, LENGTH, Secret, random};
use crate::payload::{Found, Sealed, personal_parts, place, replace};

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
    cache: Cache<UserId, Option<Secret>>,
}

impl PersonKeys {
    pub fn new(pool: PgPool) -> Self {
        let cache = Cache::builder().max_capacity(CACHED).time_to_live(FORGOTTEN_AFTER).build();
        Self { pool, cache }
    }

    /// An event's JSON, with its personal parts sealed under the key of `person`.
    pub async fn seal(
        &self,
        (aggregate, stream, event): (&str, Uuid, &str),
        person: UserId,
        payload: &str,
    ) -> Result<String, KeyError> {
        let key = self.for_sealing(person).await?;
        let stream = stream.to_string();
        let sealed = personal_parts((aggregate, event), payload).map(|Found { part, at }| {
            let text = payload[at.clone()].to_owned();
            let sealed = key.seal(&place(aggregate, &stream, part), text)?.into();
            let sealed = serde_json::to_string(&Sealed { of: person, sealed });
            Ok((at, sealed.expect("an id and letters are JSON")))
        });
        let sealed = sealed.collect::<Result<_, KeyError>>()?;
        let mut payload = payload.to_owned();
        replace(&mut payload, sealed);
        Ok(payload)
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
        let (mut parts, mut people) = (vec![], HashSet::new());
        for (number, row) in rows.iter_mut().enumerate() {
            let payload = row.payload.text();
            for Found { part, at } in
                personal_parts((&row.aggregate_type, &row.event_type), payload)
            {
                if let Some(Sealed { of, .. }) = as_sealed(&payload[at.clone()]) {
                    people.insert(of);
                    parts.push((number, part, at, of));
                }
            }
        }
        let keys = self.for_opening(connection, people).await?;
        for of_one in parts.chunk_by(|one, next| one.0 == next.0) {
            let row = &mut rows[of_one[0].0];
            let payload = row.payload.text();
            let opened = of_one.iter().filter_map(|(_, part, at, of)| {
                let text = match keys.get(of) {
                    Some(key) => {
                        let place = place(&row.aggregate_type, &row.aggregate_id, part);
                        key.open(&place, &as_sealed(&payload[at.clone()])?.sealed).ok()?
                    }
                    None => part.erased.to_owned(),
                };
                Some((at.clone(), text))
            });
            let opened = opened.collect();
            replace(payload, opened);
        }
        Ok(())
    }

    /// To be called when it is known that somebody has been erased.
    pub fn forget(&self, person: UserId) {
        self.cache.invalidate(&person);
    }

    async fn for_sealing(&self, person: UserId) -> Result<Key, KeyError> {
        if let Some(Some(secret)) = self.cache.get(&person) {
            return Ok(secret.key()?);
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
        let secret = Secret::new(&secret.ok_or(KeyError::Erased)?)?;
        self.cache.insert(person, Some(secret));
        Ok(secret.key()?)
    }

    /// The keys of `people`: none for those who have none.
    async fn for_opening(
        &self,
        connection: impl PgExecutor<'_>,
        people: HashSet<UserId>,
    ) -> Result<HashMap<UserId, Key>, sqlx::Error> {
        let mut unknown = vec![];
        let mut secrets = vec![];
        for person in people {
            match self.cache.get(&person) {
                Some(secret) => secrets.push((person, secret)),
                None => unknown.push(person.uuid()),
            }
        }
        if !unknown.is_empty() {
            let found = sqlx::query!(
                "SELECT person, secret FROM person_keys WHERE person = ANY($1)",
                &unknown
            )
            .fetch_all(connection)
            .await?;
            let mut found: HashMap<_, _> = found
                .into_iter()
                .filter_map(|row| Some((row.person, Secret::new(&row.secret?).ok()?)))
                .collect();
            for person in unknown {
                let (person, secret) = (UserId::from_uuid(person), found.remove(&person));
                self.cache.insert(person, secret);
                secrets.push((person, secret));
            }
        }
        let keys = secrets.into_iter().filter_map(|(person, secret)| {
            let key = secret?.key().ok()?;
            Some((person, key))
        });
        Ok(keys.collect())
    }
}

fn as_sealed(part: &str) -> Option<Sealed<'_>> {
    // What was stored before parts were sealed is no object of this shape.
    serde_json::from_str(part).ok()
}
