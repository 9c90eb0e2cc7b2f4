//! Reads bodies to their end in the background, in one thread that waits for them: a new thread for
//! each would take the processor from the drawing thread just when a response arrives.

use crate::app::{Message, Notice, Source};
use crate::engine::{Stretches, give_way};
use crate::insight::Watch;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;

/// How often the progress is reported.
const PROGRESS: Duration = Duration::from_millis(50);

type Work = Box<dyn FnOnce() + Send>;

/// Reads one body at a time, and only the one requested last: each may take hundreds of megabytes
/// and a part of a second.
#[derive(Default)]
pub struct Reading {
    /// The number of the request whose result is awaited, or 0.
    awaited: Arc<AtomicU64>,
    thread: Mutex<Option<Sender<Work>>>,
}

impl Reading {
    /// Starts the thread early; the first body would start it otherwise.
    pub fn start(&self) -> io::Result<Sender<Work>> {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(works) = &*thread {
            return Ok(works.clone());
        }
        let (works, waiting) = channel::<Work>();
        let named = std::thread::Builder::new().name("reading".to_owned());
        named.spawn(move || {
            give_way();
            for work in waiting {
                work();
            }
        })?;
        *thread = Some(works.clone());
        Ok(works)
    }

    /// Sends what the work finds to the queue, unless other work is requested meanwhile.
    pub fn read(
        &self,
        question: u64,
        source: Source,
        queue: &UnboundedSender<Message>,
        work: impl FnOnce(&Source, Watch) -> Option<Message> + Send + 'static,
    ) {
        self.awaited.store(question, Ordering::Relaxed);
        let (awaited, told) = (self.awaited.clone(), queue.clone());
        let read = move || {
            let mut last = Instant::now();
            let mut stretches = Stretches::begin();
            let mut watch = |done: usize| {
                stretches.rest();
                if last.elapsed() >= PROGRESS {
                    last = Instant::now();
                    let hundredths = done.saturating_mul(100) / source.bytes().len().max(1);
                    let _ = told.send(Message::Progressed {
                        question,
                        hundredths: hundredths.min(100) as u8,
                    });
                }
                awaited.load(Ordering::Relaxed) == question
            };
            if watch(0)
                && let Some(message) = work(&source, &mut watch)
            {
                let _ = told.send(message);
            }
        };
        if let Err(error) = self.give(Box::new(read)) {
            let words = format!("The body could not be read to its end: {error}.");
            let notice = Notice::trouble(words, "Close other programs and try again.");
            let _ = queue.send(Message::Told(notice));
        }
    }

    /// Frees something large in the thread: hundreds of megabytes take a while.
    pub fn let_go(&self, spent: impl Send + 'static) {
        // Without a thread it is freed right here.
        let _ = self.give(Box::new(move || drop(spent)));
    }

    fn give(&self, work: Work) -> io::Result<()> {
        let ended = |_| io::Error::other("the thread that reads bodies has ended");
        self.start()?.send(work).map_err(ended)
    }

    /// Stops work that nobody waits for any more; later work goes on.
    pub fn stop(&self, question: u64) {
        let (order, none) = (Ordering::Relaxed, 0);
        let _ = self.awaited.compare_exchange(question, none, order, order);
    }
}
