//! Takes a match with its proof out of the log.

use std::time::{Duration, Instant};

use domain::events::StoredEvent;
use domain::r#match::MatchEvent;
use domain::values::ids::MatchId;
use sqlx::{Connection, PgConnection, PgPool};
use tokio::time::sleep;

use super::canonical::LogRow;
use super::error::AuditError;
use super::key::SealKey;
use super::merkle;
use super::proof::{MatchProof, ProvenEvent};
use super::rows::{self, Leaved};
use super::sealer::now;
use crate::error::ProjectionError;

/// What has just happened is sealed within about a second.
const SEALED_WITHIN: Duration = Duration::from_secs(3);
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// The match with its proof, signed with `key`; none where there is no such match. An event
/// that is not sealed yet is waited for.
pub async fn export(
    pool: &PgPool,
    key: &SealKey,
    id: MatchId,
) -> Result<Option<MatchProof>, ProjectionError> {
    let asked = Instant::now();
    let mut connection = pool.acquire().await?;
    loop {
        match at_once(&mut connection, key, id).await {
            Err(ProjectionError::Audit(AuditError::NotSealedYet { .. }))
                if asked.elapsed() < SEALED_WITHIN => {}
            exported => return exported,
        }
        sleep(LOOK_AGAIN).await;
    }
}

async fn at_once(
    connection: &mut PgConnection,
    key: &SealKey,
    id: MatchId,
) -> Result<Option<MatchProof>, ProjectionError> {
    // Events and seals as of one moment.
    let mut tx = connection.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let events = rows::stream(&mut tx, MatchEvent::AGGREGATE, &id.to_string()).await?;
    let Some(last) = events.iter().map(|event| event.position).max() else { return Ok(None) };
    let as_of = rows::newest_seal(&mut *tx).await?.map_or(0, |seal| seal.last);
    if as_of < last {
        return Err(AuditError::NotSealedYet { position: last }.into());
    }
    let mut proven = vec![];
    let mut over: Vec<Leaved> = vec![];
    for event in events {
        let position = event.position;
        if over.last().is_none_or(|leaved| leaved.seal.last < position) {
            let leaved = rows::seal_over(&mut *tx, position).await?;
            over.push(leaved.ok_or(AuditError::NotAsSealed { position })?);
        }
        let event = over.last().and_then(|leaved| prove(event, leaved));
        proven.push(event.ok_or(AuditError::NotAsSealed { position })?);
    }
    let seals = over.into_iter().map(|leaved| leaved.seal).collect();
    Ok(Some(MatchProof::sign(key, id, as_of, now(), (proven, seals))))
}

/// None where the event is not what was sealed at its position.
fn prove(event: LogRow, Leaved { seal, leaves }: &Leaved) -> Option<ProvenEvent> {
    let index = usize::try_from(event.position.checked_sub(seal.first)?).ok()?;
    let sealed = leaves.get(index)? == &event.leaf() && merkle::root(leaves) == seal.root;
    let path = sealed.then(|| merkle::path(leaves, index))?;
    Some(ProvenEvent { event, seal: seal.number, path })
}
