//! A call under way, seen from outside: its progress, what came of a stream, and how to stop it.

use crate::model::{Pause, Progress, Response, TokenRef};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// A call under way: the handle that shows its progress, reads its stream and stops it.
pub struct Flight {
    received: AtomicU64,
    announced: AtomicU64,
    stop: watch::Sender<bool>,
    /// When the wait ends, and the number of the try after it.
    pause: watch::Sender<Option<(Instant, u32)>>,
    coming: Mutex<Option<Coming>>,
    /// Counts how often a stream grew.
    grown: watch::Sender<u64>,
}

/// A stream as far as it came, secrets included.
struct Coming {
    head: Response,
    token: Option<TokenRef>,
    body: Vec<u8>,
    /// Where its last whole line ends: half a line may hold half a secret.
    whole: usize,
}

/// The head of a stream, its whole lines from some byte on, and the token of the call; secrets
/// included.
pub struct SoFar {
    pub response: Response,
    pub token: Option<TokenRef>,
    /// Where its lines end, in bytes of the body.
    pub end: usize,
}

impl Default for Flight {
    fn default() -> Flight {
        Flight {
            received: AtomicU64::new(0),
            announced: AtomicU64::new(0),
            stop: watch::Sender::new(false),
            pause: watch::Sender::new(None),
            coming: Mutex::default(),
            grown: watch::Sender::new(0),
        }
    }
}

impl Flight {
    /// Stops the call; what has arrived is kept.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Bytes received and announced so far, and the wait before the next try.
    pub fn progress(&self) -> Progress {
        let announced = self.announced.load(Ordering::Relaxed);
        Progress {
            received: self.received.load(Ordering::Relaxed),
            announced: (announced > 0).then_some(announced),
            pause: self.pause.borrow().map(left),
        }
    }

    /// Whether somebody stopped the call.
    pub fn is_stopped(&self) -> bool {
        *self.stop.borrow()
    }

    /// Resolves when the wait before a later try begins; never, if none does.
    pub async fn pause_after(&self, attempt: u32) -> Pause {
        let mut pause = self.pause.subscribe();
        let later = |pause: &Option<(Instant, u32)>| pause.is_some_and(|(_, next)| next > attempt);
        let begun = pause.wait_for(later).await.ok().and_then(|pause| *pause);
        match begun {
            Some(begun) => left(begun),
            None => std::future::pending().await,
        }
    }

    /// Resolves when the call is stopped, and never before.
    pub async fn stopped(&self) {
        let mut stop = self.stop.subscribe();
        if stop.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Resolves with the new count when a stream has grown beyond `count`; never for an answer that
    /// is no stream.
    pub async fn grown(&self, count: u64) -> u64 {
        let mut grown = self.grown.subscribe();
        let now = grown.wait_for(|now| *now > count).await.map(|now| *now);
        match now {
            Ok(now) => now,
            Err(_) => std::future::pending().await,
        }
    }

    /// What came of a stream behind this byte; `None` where the answer is no stream.
    pub fn so_far(&self, from: usize) -> Option<SoFar> {
        let coming = self.coming.lock().unwrap_or_else(PoisonError::into_inner);
        let coming = coming.as_ref()?;
        let from = from.min(coming.whole);
        Some(SoFar {
            response: Response {
                body: coming.body[from..coming.whole].to_vec(),
                ..coming.head.clone()
            },
            token: coming.token.clone(),
            end: coming.whole,
        })
    }

    /// Marks the answer as a stream.
    pub(super) fn begin_stream(&self, head: &Response, token: Option<TokenRef>) {
        let mut coming = self.coming.lock().unwrap_or_else(PoisonError::into_inner);
        *coming = Some(Coming {
            head: head.clone(),
            token,
            body: Vec::new(),
            whole: 0,
        });
        drop(coming);
        self.grown.send_modify(|count| *count += 1);
    }

    /// Takes the whole body so far, unpacked.
    pub(super) fn grow(&self, body: &[u8]) {
        let mut coming = self.coming.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(coming) = coming.as_mut() else {
            return;
        };
        let more = body.get(coming.body.len()..).unwrap_or_default();
        let line = memchr::memrchr(b'\n', more).map(|at| coming.body.len() + at + 1);
        coming.body.extend_from_slice(more);
        if let Some(whole) = line {
            coming.whole = whole;
            self.grown.send_modify(|count| *count += 1);
        }
    }

    /// Nothing more comes, so the last line counts even without a line break.
    pub(super) fn end_stream(&self) {
        let mut coming = self.coming.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(coming) = coming.as_mut() {
            coming.whole = coming.body.len();
        }
    }

    /// Waits before a try; `false` where the call was stopped meanwhile.
    pub(super) async fn pause(&self, wait: Duration, next_try: u32) -> bool {
        let until = Instant::now() + wait;
        self.receive(0);
        self.announce(0);
        self.pause.send_replace(Some((until, next_try)));
        let goes_on = tokio::select! {
            biased;
            _ = self.stopped() => false,
            _ = tokio::time::sleep_until(until.into()) => true,
        };
        self.pause.send_replace(None);
        goes_on
    }

    pub(super) fn announce(&self, bytes: u64) {
        self.announced.store(bytes, Ordering::Relaxed);
    }

    pub(super) fn receive(&self, bytes: u64) {
        self.received.store(bytes, Ordering::Relaxed);
    }
}

fn left((until, next_try): (Instant, u32)) -> Pause {
    Pause {
        left: until.saturating_duration_since(Instant::now()),
        next_try,
    }
}
