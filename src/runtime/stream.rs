//! Shows a stream while it arrives: what there is so far, a few times a second.

use crate::app::pane::Shown;
use crate::app::{Job, Message};
use crate::engine::{Client, Flight, Outgoing};
use crate::model::Body;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;

/// Nobody reads more pictures than this.
const PAUSE: Duration = Duration::from_millis(250);

/// Looking may take at most one part in this many of the time.
const SHARE: u32 = 8;

/// Watches one call and shows its stream on the screen.
pub struct Watching<'a> {
    client: &'a Client,
    /// The call without its body, which this does not need.
    outgoing: Outgoing,
    job: Job,
    queue: &'a UnboundedSender<Message>,
    began: Instant,
}

impl<'a> Watching<'a> {
    /// Prepares to watch a call that starts now.
    pub fn new(
        client: &'a Client,
        outgoing: &Outgoing,
        job: Job,
        queue: &'a UnboundedSender<Message>,
    ) -> Watching<'a> {
        let mut outgoing = outgoing.clone();
        (outgoing.typed.body, outgoing.sent.body) = (Body::Empty, Default::default());
        Watching {
            client,
            outgoing,
            job,
            queue,
            began: Instant::now(),
        }
    }

    /// Reports a stream until it is dropped; reports nothing for any other response.
    pub async fn watch(&self, flight: &Flight) -> Infallible {
        let mut count = 0;
        loop {
            count = flight.grown(count).await;
            let looking = Instant::now();
            if let Some(so_far) = flight.so_far(0) {
                let took = self.began.elapsed();
                let exchange = Arc::new(self.client.so_far(&self.outgoing, so_far, took));
                let place = &self.outgoing.environment;
                let knowledge = self.client.library().of_exchange(&exchange, place);
                let answer = Box::new(Shown::new(exchange, knowledge));
                let job = self.job;
                let _ = self.queue.send(Message::Coming { job, answer });
            }
            tokio::time::sleep(PAUSE.max(looking.elapsed() * SHARE)).await;
        }
    }
}
