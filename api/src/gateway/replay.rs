//! What a client missed: found in the feed and the log, sent in order, and joined to what
//! comes live without a gap and without an overlap.
//!
//! The socket has been listening since the cut. The replay covers everything up to a
//! position, the outbox holds everything above the cut back, and the two meet: see
//! [`Outbox::go_live`].

use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use domain::events::RecordedEvent;
use projections::{Audience, Entry, ProjectionError, audiences};

use super::connection::Connection;
use super::frames::Frame;
use super::frames::server::{self, Reached};
use super::wire::{Gone, Wire};

/// Most frames that are replayed, and how old the first of them may be. Whoever missed more
/// reads anew over HTTP.
const MOST: usize = 10_000;
const OLDEST: TimeDelta = TimeDelta::hours(24);

/// Events read and sent at a time.
const PAGE: usize = 128;
const LOG_PAGE: usize = 1_000;

/// How long a replay tries to read what was missed before the client is asked to reload.
const ATTEMPTS: u32 = 5;
const REST: Duration = Duration::from_millis(300);

/// What has to be sent before live frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replay {
    /// A client that begins now.
    Nothing { cut: i64 },
    /// Everything after `since`; the socket listens from `cut` on.
    Missed { since: i64, cut: i64 },
    /// The position the client knows is not of this log.
    Reload { cut: i64 },
}

/// Why what was missed is not replayed.
enum Hindrance {
    TooMuch,
    Unreadable(ProjectionError),
    Gone(Gone),
}

impl From<ProjectionError> for Hindrance {
    fn from(error: ProjectionError) -> Self {
        Self::Unreadable(error)
    }
}

impl From<Gone> for Hindrance {
    fn from(gone: Gone) -> Self {
        Self::Gone(gone)
    }
}

impl Replay {
    /// Sends what was missed and lets live frames follow.
    pub async fn run(self, connection: &Connection, wire: &Wire) -> Result<(), Gone> {
        match self {
            // Unless more came in these few moments than the outbox holds.
            Self::Nothing { cut } if connection.outbox.go_live(cut).is_ok() => Ok(()),
            Self::Nothing { cut } => resume(connection, wire, cut, cut).await,
            Self::Missed { since, cut } => resume(connection, wire, since, cut).await,
            Self::Reload { cut } => reload(connection, wire, cut).await,
        }
    }
}

async fn resume(connection: &Connection, wire: &Wire, since: i64, cut: i64) -> Result<(), Gone> {
    let mine = connection.audiences();
    let mut catching_up = CatchingUp { connection, wire, mine, through: since, sent: 0 };
    let mut attempts = 0;
    let mut target = cut;
    loop {
        match catching_up.until(target).await {
            Ok(()) => match connection.outbox.go_live(catching_up.through) {
                Ok(()) => break,
                Err(overtaken) => target = overtaken,
            },
            Err(Hindrance::Gone(gone)) => return Err(gone),
            Err(Hindrance::Unreadable(error)) if attempts < ATTEMPTS => {
                tracing::warn!(%error, "a replay has to wait");
                attempts += 1;
                tokio::time::sleep(REST).await;
            }
            Err(Hindrance::TooMuch | Hindrance::Unreadable(_)) => {
                return reload(connection, wire, target).await;
            }
        }
    }
    let position = catching_up.through;
    wire.send(&[server::control("resumed", &Reached { position })]).await
}

/// Tells the client to read anew, from a position up to which all can be read.
async fn reload(connection: &Connection, wire: &Wire, cut: i64) -> Result<(), Gone> {
    let mut position = cut;
    loop {
        let read = connection.gateway.0.projections.wait_for(position, REST * ATTEMPTS).await;
        if let Err(error) = read {
            tracing::warn!(%error, "a client has to reload while the read models are behind");
        }
        match connection.outbox.go_live(position) {
            Ok(()) => break,
            Err(overtaken) => position = overtaken,
        }
    }
    wire.send(&[server::control("resync_required", &Reached { position })]).await
}

struct CatchingUp<'a> {
    connection: &'a Connection,
    wire: &'a Wire,
    mine: Vec<Audience>,
    /// Everything up to here has been sent.
    through: i64,
    sent: usize,
}

impl CatchingUp<'_> {
    /// Sends everything up to `target` or further.
    async fn until(&mut self, target: i64) -> Result<(), Hindrance> {
        if self.through < target {
            self.read_feed().await?;
        }
        // The feed may be behind the log.
        while self.through < target {
            self.read_log(target).await?;
        }
        Ok(())
    }

    async fn read_feed(&mut self) -> Result<(), Hindrance> {
        let gateway = &self.connection.gateway.0;
        let feed = gateway.projections.feed();
        let missed = feed.missed(&self.mine, self.through, MOST + 1).await?;
        if self.sent + missed.positions.len() > MOST {
            return Err(Hindrance::TooMuch);
        }
        for page in missed.positions.chunks(PAGE) {
            let events = gateway.hub.log.at(page).await?;
            self.send(&events).await?;
        }
        self.through = self.through.max(missed.complete_to);
        Ok(())
    }

    async fn read_log(&mut self, target: i64) -> Result<(), Hindrance> {
        let entries = self.connection.gateway.0.hub.log.after(self.through, LOG_PAGE).await?;
        let Some(last) = entries.last().map(Entry::position) else {
            // The log ends before the target: nothing more can have been missed.
            self.through = target;
            return Ok(());
        };
        if self.sent > MOST {
            return Err(Hindrance::TooMuch);
        }
        let events: Vec<_> = entries.iter().filter_map(Entry::event).cloned().collect();
        self.send(&events).await?;
        self.through = last;
        Ok(())
    }

    async fn send(&mut self, events: &[Arc<RecordedEvent>]) -> Result<(), Hindrance> {
        let mut frames: Vec<Frame> = vec![];
        for event in events {
            if !audiences(event).iter().any(|audience| self.mine.contains(audience)) {
                continue;
            }
            if self.sent == 0 && Utc::now() - event.at > OLDEST {
                return Err(Hindrance::TooMuch);
            }
            let renderer = &self.connection.gateway.0.hub.renderer;
            let made = renderer.frames(event, |audience| self.mine.contains(audience)).await?;
            frames.extend(made.into_iter().map(|(_, frame)| frame));
            self.sent += 1;
        }
        self.wire.send(&frames).await?;
        if let Some(last) = events.last() {
            self.through = last.position;
        }
        Ok(())
    }
}
