//! httriage: a terminal API explorer that tells support engineers why an API said no.
#![doc = include_str!("README.md")]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)
)]

pub mod app;
pub mod cli;
pub mod engine;
pub mod format;
pub mod insight;
pub mod model;
pub mod runtime;
pub mod ui;
