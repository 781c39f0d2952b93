//! An aggregate that does nothing but write: the same for us and for the peer.

use commands::{ClaimChange, Claims};
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use domain::events::StoredEvent;
use domain::personal::Personal;
use serde::{Deserialize, Serialize};

/// How many lines it has.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Note(u32);

#[derive(Clone, Debug)]
pub struct Write {
    pub lines: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum NoteEvent {
    Written { line: u32, text: String },
}

#[derive(Debug, thiserror::Error)]
#[error("a note takes whatever is written")]
pub struct NoteError;

impl From<NoteError> for commands::CommandError {
    fn from(_: NoteError) -> Self {
        Self::Forbidden
    }
}

impl Aggregate for Note {
    const TYPE: &'static str = "note";
    type Command = Write;
    type Event = NoteEvent;
    type Error = NoteError;
    type Services = ();

    async fn handle(
        &mut self,
        command: Write,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), NoteError> {
        for _ in 0..command.lines {
            // About as long as a chat message.
            let text = "See you at the bar after the finals, bring the phone!".to_owned();
            sink.write(NoteEvent::Written { line: self.0 + 1, text }, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: NoteEvent) {
        let NoteEvent::Written { line, .. } = event;
        self.0 = line;
    }
}

impl DomainEvent for NoteEvent {
    fn event_type(&self) -> String {
        "Written".into()
    }

    fn event_version(&self) -> String {
        "1".into()
    }
}

impl Personal for NoteEvent {}

impl StoredEvent for NoteEvent {
    const AGGREGATE: &'static str = "note";
    const VERSIONS: &'static [(&'static str, u32)] = &[("Written", 1)];
}

impl Claims for Note {
    fn claims(&self, _: &NoteEvent) -> Vec<ClaimChange> {
        vec![]
    }
}
