//! Seals what events tell of a person under that person's key.
//!
//! The write side seals before it appends, whoever reads the log opens. Erasing a person is
//! erasing their key: the log keeps every byte, and nobody can read these any more.
//!
//! This crate knows the keys' table alone; which parts are personal, and what stands in their
//! place afterwards, the domain says.

mod key;
mod keys;
mod payload;

pub use keys::{KeyError, PersonKeys};
