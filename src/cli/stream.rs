//! Prints a stream on standard output as it arrives: its status first, then whole lines, without
//! secrets. Ctrl-C ends the call; what came is kept.

use super::print::Out;
use crate::engine::{Client, Flight, Outgoing};
use crate::model::Body;
use std::time::Instant;

/// What was printed of a stream so far.
pub struct Live<'a> {
    out: &'a mut Out,
    /// Where everything but the body goes, if standard output is a pipe.
    aside: Option<Out>,
    /// Whether to print the head of the response before it.
    has_head: bool,
    /// The call without its body, which this does not need.
    outgoing: Option<Outgoing>,
    began: Instant,
    /// How many times the stream grew, and the end of what was printed.
    count: u64,
    printed: usize,
    /// Whether the last printed line is complete.
    is_line_done: bool,
}

impl<'a> Live<'a> {
    /// Nothing printed yet; with `has_head`, the head of the response comes first.
    pub fn new(out: &'a mut Out, has_head: bool) -> Live<'a> {
        let aside = (!out.is_terminal()).then(|| out.aside());
        Live {
            out,
            aside,
            has_head,
            outgoing: None,
            began: Instant::now(),
            count: 0,
            printed: 0,
            is_line_done: true,
        }
    }

    /// Call it just before the call is made.
    pub fn begin(&mut self, outgoing: &Outgoing) {
        let mut outgoing = outgoing.clone();
        (outgoing.typed.body, outgoing.sent.body) = (Body::Empty, Default::default());
        self.outgoing = Some(outgoing);
        self.began = Instant::now();
    }

    /// Whether the response is a stream and its beginning was printed.
    pub fn is_on(&self) -> bool {
        self.count > 0
    }

    /// Waits until there is more to print.
    pub async fn grown(&self, flight: &Flight) -> u64 {
        flight.grown(self.count).await
    }

    /// Prints what came since the last time; nothing for a response that is no stream.
    pub fn print(&mut self, count: u64, client: &Client, flight: &Flight) {
        let (Some(outgoing), Some(so_far)) = (&self.outgoing, flight.so_far(self.printed)) else {
            return;
        };
        let end = so_far.end;
        let exchange = client.so_far(outgoing, so_far, self.began.elapsed());
        if !self.is_on() {
            self.aside.as_mut().unwrap_or(self.out).coming(&exchange);
            if self.has_head {
                self.out.head(&exchange);
            }
        }
        if let Some(response) = exchange.outcome.response() {
            match self.aside {
                Some(_) => self.out.as_came(&response.body),
                None => self.out.text(&String::from_utf8_lossy(&response.body)),
            }
            if let Some(last) = response.body.last() {
                self.is_line_done = *last == b'\n';
            }
        }
        (self.count, self.printed) = (count, end);
    }

    /// The call is over: prints the rest, and completes the last line.
    pub fn end(&mut self, client: &Client, flight: &Flight) {
        if !self.is_on() {
            return;
        }
        self.print(self.count, client, flight);
        if self.aside.is_some() {
            return;
        }
        if !self.is_line_done {
            self.out.line("");
        }
        self.out.line("");
    }
}
