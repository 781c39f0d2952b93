//! How far the two of a match have come with encrypting what they write. Filled by the projector
//! of [matches](super::matches).

use std::collections::BTreeMap;

use domain::encryption::Encryption;
use domain::values::ids::UserId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::ProjectionError;

pub(super) fn read(state: &str, by: Option<Uuid>) -> Result<Encryption, ProjectionError> {
    match (state, by) {
        ("off", _) => Ok(Encryption::Off),
        ("offered", Some(by)) => Ok(Encryption::Offered { by: UserId::from_uuid(by) }),
        ("on", _) => Ok(Encryption::On),
        (other, _) => {
            Err(ProjectionError::UnknownValue { what: "encryption", value: other.to_owned() })
        }
    }
}

pub(super) async fn set(tx: &mut PgConnection, of: BTreeMap<Uuid, Encryption>) -> sqlx::Result<()> {
    if of.is_empty() {
        return Ok(());
    }
    let (mut ids, mut states, mut by) = (vec![], vec![], vec![]);
    for (id, encryption) in of {
        let (state, who) = match encryption {
            Encryption::Off => ("off", None),
            Encryption::Offered { by } => ("offered", Some(by.uuid())),
            Encryption::On => ("on", None),
        };
        ids.push(id);
        states.push(state);
        by.push(who);
    }
    sqlx::query!(
        "UPDATE matches m SET encryption = e.state, encryption_by = e.by
         FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS e (id, state, by)
         WHERE m.id = e.id",
        &ids,
        &states as &[&str],
        &by as &[Option<Uuid>]
    )
    .execute(tx)
    .await?;
    Ok(())
}
