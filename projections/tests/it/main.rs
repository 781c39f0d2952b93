//! The read side on a real PostgreSQL.

mod agenda;
mod audit;
mod double_blind;
mod exactly_once;
mod feed;
mod history;
mod log;
mod models;
mod order;
mod ownership;
mod pages;
mod parked;
mod proof;
mod rebuild;
mod sealer;
mod sealing;
mod stage;
mod statistics;
mod story;
mod tampering;
