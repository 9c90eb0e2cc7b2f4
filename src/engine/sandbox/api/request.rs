//! A call as it reaches the sandbox, and what comes back.

use crate::model::{Headers, Response};
use std::net::IpAddr;
use std::time::Duration;

/// A call as it reached the sandbox.
///
/// It cannot be printed: somebody may send a real token to the wrong place.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: Headers,
    pub body: Vec<u8>,
    pub peer: IpAddr,
}

/// What comes back, and how long to wait before it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub response: Response,
    pub delay: Duration,
}

/// Largest body read. The vendor lists no 413, so a larger one is a 400: our choice.
pub const BODY_BYTES: usize = 1_000_000;
