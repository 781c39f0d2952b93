//! The read side: follows the log, builds read models, answers queries.
//!
//! [`Log`] is a node's one reader of the events table. A [`follower`](mod@follower) applies
//! it to one read model, each event exactly once. [`Projections`] runs one follower per read
//! model and answers queries; a read model's file under `models` holds its row, its projector
//! and its queries. [`seals`] proves the log, [`audit`] reads it for people.
//!
//! This crate never appends to the log and knows nothing of the write side.

mod agenda;
mod attempt;
mod audience;
pub mod audit;
mod checkpoints;
mod concerned;
mod connect;
mod copy_in;
mod copy_out;
mod entry;
mod error;
mod event_table;
mod follower;
mod history;
mod holdings;
mod live_tables;
mod log;
pub mod models;
mod pace;
mod page;
mod parked;
mod projections;
mod read_ahead;
mod reading;
mod rebuild;
mod report_context;
pub mod seals;
mod second_copy;
mod skipping;
mod stored_checkpoint;
mod unpark;

pub use agenda::{Agenda, DueTask, Task};
pub use audience::{Audience, audiences};
pub use checkpoints::Trouble;
pub use connect::connect_options;
pub use entry::{Entry, Unreadable};
pub use error::ProjectionError;
pub use history::HistoryEntry;
pub use holdings::Holdings;
pub use log::Log;
pub use page::{Cursor, Page, Slice};
pub use projections::{Lag, Projections, ProjectorLag};
pub use reading::{MOST_COUNTED, Preferences, PreferencesChange, Reading, Unread};
pub use rebuild::RebuildProgress;
pub use report_context::{ReportContext, ReportedMessage};
