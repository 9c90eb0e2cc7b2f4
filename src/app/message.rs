//! What happened, and what is wanted. Messages come in, effects go out; both are plain data.

use super::keymap::Key;
use crate::model::{Environment, Exchange, RequestSpec, SentRequest, Timestamp, TokenRef};
use std::sync::Arc;

/// A piece of work under way. The state counts them up, so that the same keys give the same
/// jobs in every test.
pub type Job = u64;

#[derive(Clone, Debug)]
pub enum Message {
    Key(Key),
    Paste(String),
    Resized {
        width: u16,
        height: u16,
    },
    /// Sent only while a job runs.
    Tick {
        now: Timestamp,
        /// Bytes received so far, and their announced number, of each running job.
        progress: Vec<(Job, u64, Option<u64>)>,
    },
    Sent {
        job: Job,
        exchange: Arc<Exchange>,
    },
    Sandbox(SandboxNews),
    /// The tokens of an environment, with the fingerprints of those that could be read.
    Tokens {
        environment: String,
        tokens: Vec<TokenRef>,
    },
    /// The terminal or the system asked the program to end.
    Ended,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SandboxNews {
    Up { base_url: String },
    Down { why: String },
}

#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Send {
        job: Job,
        typed: Box<RequestSpec>,
        sent: Box<SentRequest>,
        environment: Box<Environment>,
    },
    Cancel(Job),
    StartSandbox,
    /// Asks for the fingerprints of an environment's tokens.
    ReadTokens(Box<Environment>),
    Quit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Info,
    Trouble,
}

/// Something a person should know: what, why, and what to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub level: Level,
    pub what: String,
    pub remedy: String,
}

impl Notice {
    pub fn info(what: impl Into<String>) -> Notice {
        Notice {
            level: Level::Info,
            what: what.into(),
            remedy: String::new(),
        }
    }

    pub fn trouble(what: impl Into<String>, remedy: impl Into<String>) -> Notice {
        Notice {
            level: Level::Trouble,
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}
