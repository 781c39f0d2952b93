//! Finds the personal parts in an event's JSON.

use std::borrow::Cow;

use domain::personal::{PersonalPart, parts_of};
use domain::values::ids::UserId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What stands in an event's JSON where a personal part was.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sealed<'a> {
    /// Under whose key.
    pub(crate) of: UserId,
    /// Nonce, ciphertext and tag, in URL-safe base64 without padding.
    #[serde(borrow)]
    pub(crate) sealed: Cow<'a, str>,
}

/// Whether there is anything personal in such an event.
pub(crate) fn is_personal((aggregate, event): (&str, &str)) -> bool {
    parts_of(aggregate).iter().any(|part| part.event == event)
}

/// Calls `with` for each personal part that is there. A null tells nothing and stays.
pub(crate) fn each_part<E>(
    (aggregate, event): (&str, &str),
    payload: &mut Value,
    mut with: impl FnMut(&'static PersonalPart, &mut Value) -> Result<(), E>,
) -> Result<(), E> {
    for part in parts_of(aggregate).iter().filter(|part| part.event == event) {
        let found = std::iter::once(&event)
            .chain(part.path)
            .try_fold(&mut *payload, |place, name| place.get_mut(*name))
            .filter(|found| !found.is_null());
        if let Some(found) = found {
            with(part, found)?;
        }
    }
    Ok(())
}

/// Where a part belongs: sealed there, it opens nowhere else.
pub(crate) fn place(aggregate: &str, stream: &str, part: &PersonalPart) -> String {
    format!("{aggregate}/{stream}/{}/{}", part.event, part.path.join("/"))
}
