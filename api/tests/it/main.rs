//! The API from outside: over HTTP, on real PostgreSQL, each test with a database of its own.

mod audit;
mod audit_proof;
mod bad_input;
mod black_box;
mod erasure;
mod export;
mod gateway;
mod handing_over;
mod harness;
mod idempotency;
mod journey;
mod kills;
mod mail;
mod moderation;
mod openapi;
mod pages;
mod problems;
mod processes;
mod races;
mod ratings;
mod readiness;
mod roles;
mod sessions;
