//! The read side on a real PostgreSQL.

mod audit;
mod double_blind;
mod exactly_once;
mod feed;
mod history;
mod log;
mod models;
mod ownership;
mod pages;
mod rebuild;
mod stage;
mod story;
