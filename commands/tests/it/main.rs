//! The write side on a real PostgreSQL.

mod accounts;
mod append;
mod dancers;
mod erasure;
mod long_streams;
mod races;
