//! A stream on standard output while it comes: its status first, then whole lines as they are
//! there, without secrets. Ctrl-C ends the call; what came is kept.

use super::print::Out;
use crate::engine::{Client, Flight, Outgoing};
use crate::model::Body;
use std::time::Instant;

/// What was printed of a stream so far.
pub struct Live<'a> {
    out: &'a mut Out,
    /// Where what is no body goes, when standard output is a pipe.
    aside: Option<Out>,
    /// Whether the head of the answer stands before it.
    has_head: bool,
    /// The call without its body, which nobody sees here.
    outgoing: Option<Outgoing>,
    began: Instant,
    /// How often there was more of the stream, and where what was printed ends.
    count: u64,
    printed: usize,
    /// Whether the last line of it was ended.
    is_line_done: bool,
}

impl<'a> Live<'a> {
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

    /// Before the call goes.
    pub fn begin(&mut self, outgoing: &Outgoing) {
        let mut outgoing = outgoing.clone();
        (outgoing.typed.body, outgoing.sent.body) = (Body::Empty, Default::default());
        self.outgoing = Some(outgoing);
        self.began = Instant::now();
    }

    /// Whether the answer is a stream and its beginning stands there.
    pub fn is_on(&self) -> bool {
        self.count > 0
    }

    /// Ends when there is more to print.
    pub async fn grown(&self, flight: &Flight) -> u64 {
        flight.grown(self.count).await
    }

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

    /// The call is over: what was not printed yet, to the end of its line.
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
