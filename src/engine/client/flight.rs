//! A call under way, as seen from outside: how far it is, and the way to stop it.

use crate::model::{Pause, Progress};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::watch;

pub struct Flight {
    received: AtomicU64,
    announced: AtomicU64,
    stop: watch::Sender<bool>,
    /// Until when it waits, and for which try.
    pause: watch::Sender<Option<(Instant, u32)>>,
}

impl Default for Flight {
    fn default() -> Flight {
        Flight {
            received: AtomicU64::new(0),
            announced: AtomicU64::new(0),
            stop: watch::Sender::new(false),
            pause: watch::Sender::new(None),
        }
    }
}

impl Flight {
    /// Ends the call; what had arrived is kept.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    pub fn progress(&self) -> Progress {
        let announced = self.announced.load(Ordering::Relaxed);
        Progress {
            received: self.received.load(Ordering::Relaxed),
            announced: (announced > 0).then_some(announced),
            pause: self.pause.borrow().map(left),
        }
    }

    pub fn is_stopped(&self) -> bool {
        *self.stop.borrow()
    }

    /// The wait before a try after this one; for as long as there is none, this does not end.
    pub async fn pause_after(&self, attempt: u32) -> Pause {
        let mut pause = self.pause.subscribe();
        let later = |pause: &Option<(Instant, u32)>| pause.is_some_and(|(_, next)| next > attempt);
        let begun = pause.wait_for(later).await.ok().and_then(|pause| *pause);
        match begun {
            Some(begun) => left(begun),
            None => std::future::pending().await,
        }
    }

    /// Ends when the call is stopped, and never before.
    pub async fn stopped(&self) {
        let mut stop = self.stop.subscribe();
        if stop.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Waits before a try; `false` where it was stopped meanwhile.
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
