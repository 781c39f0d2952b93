//! The one byte form of a stored event, and its hash.
//!
//! Whoever holds an event as text can make its bytes again with a dozen lines of any
//! language, so the form knows nothing of JSON, Rust or PostgreSQL. The position is not part
//! of it: a leaf's place in its tree says it, and thus an event that was moved is still known.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::bytes::Digest;

/// An event as it lies in the table, its JSON as the very text that was stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogRow {
    pub position: i64,
    pub aggregate_type: String,
    pub aggregate_id: String,
    pub sequence: i64,
    pub event_type: String,
    pub event_version: String,
    pub payload: String,
    pub metadata: String,
    pub recorded_at: DateTime<Utc>,
}

impl LogRow {
    pub(super) fn leaf(&self) -> Digest {
        self.framed().digest()
    }

    fn framed(&self) -> Framed {
        Framed::new("spotlight.cam/event/1")
            .text(&self.aggregate_type)
            .text(&self.aggregate_id)
            .number(self.sequence)
            .text(&self.event_type)
            .text(&self.event_version)
            .text(&self.payload)
            .text(&self.metadata)
            .time(self.recorded_at)
    }
}

/// Fields one after another, each behind its length as eight bytes, so that no two lists of
/// fields make the same bytes. The first names what it is and the version of its form.
pub(super) struct Framed(Vec<u8>);

impl Framed {
    pub(super) fn new(form: &str) -> Self {
        Self(Vec::with_capacity(512)).text(form)
    }

    pub(super) fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    /// Big-endian, in two's complement.
    pub(super) fn number(self, number: i64) -> Self {
        self.bytes(&number.to_be_bytes())
    }

    /// Microseconds since 1970, which is as fine as PostgreSQL keeps it.
    pub(super) fn time(self, time: DateTime<Utc>) -> Self {
        self.number(time.timestamp_micros())
    }

    pub(super) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        self.0.extend_from_slice(bytes);
        self
    }

    pub(super) fn digest(self) -> Digest {
        Digest::new(Sha256::digest(self.0).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> LogRow {
        LogRow {
            position: 7,
            aggregate_type: "match".into(),
            aggregate_id: "0198c0de-0000-7000-8000-000000000001".into(),
            sequence: 2,
            event_type: "Accepted".into(),
            event_version: "1".into(),
            payload: r#"{"by": "Zoë"}"#.into(),
            metadata: "{}".into(),
            recorded_at: DateTime::from_timestamp_micros(1_789_000_000_123_456).expect("a time"),
        }
    }

    /// Made by another program from the description in docs/adr/0005-seals.md. Seals that
    /// exist hold to it, so it never changes: another form gets another name.
    #[test]
    fn the_form_of_a_stored_event_is_pinned() {
        let leaf = "BC247IIyMsuAV3ml4g8Q93zM7Z3Dr8PKCsAvbsSYS8s=";
        assert_eq!(row().leaf().to_string(), leaf);
    }

    #[test]
    fn every_field_counts_but_the_position_which_the_tree_says() {
        let changes: [fn(&mut LogRow); 8] = [
            |row| row.aggregate_type.push('x'),
            |row| row.aggregate_id.push('x'),
            |row| row.sequence += 1,
            |row| row.event_type.push('x'),
            |row| row.event_version.push('x'),
            |row| row.payload.push(' '),
            |row| row.metadata.push(' '),
            |row| row.recorded_at += chrono::TimeDelta::microseconds(1),
        ];
        for change in changes {
            let mut changed = row();
            change(&mut changed);
            assert_ne!(changed.leaf(), row().leaf(), "{changed:?}");
        }
        let moved = LogRow { position: 8, ..row() };
        assert_eq!(moved.leaf(), row().leaf());
    }

    #[test]
    fn what_moves_from_one_field_to_the_next_makes_other_bytes() {
        let mut moved = row();
        moved.event_type = "Accepte".into();
        moved.event_version = "d1".into();
        assert_ne!(moved.leaf(), row().leaf());
    }
}
