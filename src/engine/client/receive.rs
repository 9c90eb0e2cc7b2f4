//! Receives an answer: its head, its body chunk by chunk and unpacked, its trailers. A failure on
//! the way keeps what had arrived.

use super::decode::{Halt, Unpacker};
use super::fault;
use super::redirect::leads_on;
use super::send::{Course, until};
use super::stranger;
use crate::insight::charset;
use crate::insight::stream::is_stream;
use crate::model::{Cause, Failure, Headers, Response, Timing, size_text};
use http_body_util::BodyExt;
use hyper::Version;
use hyper::body::Body;
use hyper::ext::ReasonPhrase;
use hyper::http::HeaderMap;
use std::time::{Duration, Instant};
use url::Url;

/// The longest pause inside a body that will not be kept whole, or not at all.
const LOOK: Duration = Duration::from_secs(1);

/// How many bytes of an answer that is not HTTP are read to see what it is.
const STRANGE: u64 = 64 * 1024;

/// Status, reason, version and headers of an answer.
pub fn head<B>(answer: &hyper::Response<B>) -> Response {
    let status = answer.status();
    let reason = match answer.extensions().get::<ReasonPhrase>() {
        Some(phrase) => phrase.as_bytes().iter().map(|&b| b as char).collect(),
        None => status.canonical_reason().unwrap_or("").to_owned(),
    };
    Response {
        status: status.as_u16(),
        reason,
        version: format!("{:?}", answer.version()),
        headers: fields(answer.headers()),
        ..Response::default()
    }
}

fn fields(map: &HeaderMap) -> Headers {
    let pairs = map.iter();
    pairs.map(|(n, v)| (n.as_str(), v.as_bytes())).collect()
}

/// What has come of a body so far.
struct Arriving {
    response: Response,
    limit: u64,
    /// The body as it came; a packed one is kept too, in case it cannot be unpacked.
    body: Vec<u8>,
    unpacker: Option<Unpacker>,
    unpacked: Vec<u8>,
    /// Why unpacking ended early.
    halt: Option<Halt>,
}

impl Arriving {
    fn new(response: Response, announced: u64, limit: u64) -> Arriving {
        let (unpacker, halt) = match Unpacker::new(&response.headers, limit) {
            Ok(unpacker) => (unpacker, None),
            Err(halt) => (None, Some(halt)),
        };
        Arriving {
            body: Vec::with_capacity(announced.min(limit) as usize),
            unpacked: Vec::new(),
            response,
            limit,
            unpacker,
            halt,
        }
    }

    /// Takes a chunk; `false` where nothing more is worth reading.
    fn push(&mut self, chunk: &[u8]) -> bool {
        let room = self.limit.saturating_sub(self.body.len() as u64) as usize;
        self.body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if let Some(unpacker) = &mut self.unpacker
            && self.halt.is_none()
        {
            self.halt = unpacker.push(chunk, &mut self.unpacked).err();
        }
        // A body that cannot be unpacked is still read to its end and kept.
        let reads_on = !matches!(self.halt, Some(Halt::TooLarge | Halt::Trailing));
        chunk.len() <= room && reads_on
    }

    /// The readable body so far.
    fn text(&self) -> &[u8] {
        match &self.unpacker {
            Some(_) => &self.unpacked,
            None => &self.body,
        }
    }

    /// The answer, and what is wrong with the packing of its body.
    fn end(mut self, is_whole: bool) -> (Response, Option<Halt>) {
        if self.body.is_empty() {
            // An empty body cannot be packed wrongly.
            self.halt = None;
        }
        if let Some(unpacker) = &self.unpacker
            && self.halt.is_none()
            && is_whole
        {
            self.halt = unpacker.finish().err();
        }
        // Packed data is never valid text.
        let is_text = || std::str::from_utf8(&self.body).is_ok();
        let (is_packed_still, was_never_packed) = match &self.halt {
            Some(Halt::Unknown(_)) => (true, true),
            Some(Halt::Broken(_)) => (true, self.unpacked.is_empty() || is_text()),
            Some(Halt::Short) => (true, is_text()),
            Some(Halt::TooLarge | Halt::Trailing) | None => (false, false),
        };
        if self.unpacker.is_some() && !is_packed_still {
            self.response.wire_bytes = Some(self.body.len() as u64);
            self.body = self.unpacked;
        }
        // A body with a wrong coding header is still whole, and so is one with trailing bytes.
        let lacks = self
            .halt
            .as_ref()
            .is_some_and(|halt| *halt != Halt::Trailing);
        self.response.body_cut = !is_whole || lacks && !was_never_packed;
        self.response.body = self.body;
        if !is_packed_still || was_never_packed {
            charset::decode(&mut self.response);
        }
        (self.response, self.halt)
    }
}

impl Course<'_> {
    /// Reads an answer to its end. A failure carries what had arrived in `partial`.
    pub async fn receive(
        &self,
        answer: hyper::Response<reqwest::Body>,
        url: &Url,
        timing: Timing,
    ) -> Result<Response, Failure> {
        let announced = answer.body().size_hint().exact().unwrap_or(0);
        let host = &fault::host(url);
        self.flight.announce(announced);
        let mut response = head(&answer);
        response.timing = timing;
        response.timing.first_byte = Some(self.began.elapsed());
        // The library reads an answer that is not HTTP as HTTP/0.9, which had no head.
        let is_strange = answer.version() == Version::HTTP_09;
        // Its own length is over the limit: wait only long enough to see its kind.
        let oversized = announced > self.body_bytes;
        let is_passed = leads_on(url.as_str(), &response).is_some();
        let mut idle = self.options.idle;
        if oversized || is_passed {
            idle = idle.min(LOOK);
        }
        let (mut limit, mut deadline) = (self.body_bytes, self.deadline);
        if is_strange {
            limit = limit.min(STRANGE);
            deadline = Some(Instant::now() + LOOK.min(idle));
        }
        let is_stream = response
            .headers
            .media_type()
            .as_deref()
            .is_some_and(is_stream);
        if is_stream {
            self.flight.begin_stream(&response, self.token.clone());
        }
        let mut arriving = Arriving::new(response, announced, limit);
        let mut body = answer.into_body();
        let failure = loop {
            let frame = tokio::select! {
                biased;
                _ = self.flight.stopped() => break Some(fault::stopped(host, self.began)),
                _ = until(deadline) => break Some(self.too_long(host, Cause::TimeoutBody)),
                frame = tokio::time::timeout(idle, body.frame()) => frame,
            };
            match frame {
                Err(_) => break Some(self.paused(host)),
                Ok(None) => break None,
                Ok(Some(Err(error))) => break Some(fault::cut(error, host)),
                Ok(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => {
                        let reads_on = arriving.push(&data);
                        self.flight.receive(arriving.body.len() as u64);
                        if is_stream {
                            self.flight.grow(arriving.text());
                        }
                        if !reads_on {
                            break Some(too_large(host, limit));
                        }
                    }
                    Err(frame) => {
                        if let Ok(trailers) = frame.into_trailers() {
                            arriving.response.trailers = fields(&trailers);
                        }
                    }
                },
            }
        };
        if is_stream {
            self.flight.end_stream();
        }
        let is_stopped = failure
            .as_ref()
            .is_some_and(|f| f.cause == Cause::CallCancelled);
        let (mut response, halt) = arriving.end(failure.is_none());
        response.timing.total = self.began.elapsed();
        if is_strange && !is_stopped {
            return Err(stranger::failure(host, url.scheme(), response));
        }
        let failure = match (failure, halt) {
            (failure, _) if is_stopped => failure,
            (Some(_), _) if oversized => Some(too_large(host, limit)),
            (_, Some(halt)) => Some(not_unpacked(host, limit, halt)),
            (failure, None) => failure,
        };
        match failure {
            None => Ok(response),
            Some(mut failure) => {
                failure.partial = Some(Box::new(response));
                Err(failure)
            }
        }
    }

    /// The failure of a call that was not done within the limit for the whole call.
    pub fn too_long(&self, host: &str, cause: Cause) -> Failure {
        let limit = self.options.whole.unwrap_or_default().as_secs_f32();
        Failure::new(
            cause,
            format!("The call to {host} was not done within {limit} s."),
            "--max-time allows longer.",
        )
    }

    fn paused(&self, host: &str) -> Failure {
        let limit = self.options.idle.as_secs_f32();
        Failure::new(
            Cause::TimeoutBody,
            format!("{host} began its answer and then sent nothing for {limit} s."),
            "What had arrived is kept. Send again, or allow longer with --timeout.",
        )
    }
}

fn too_large(host: &str, limit: u64) -> Failure {
    Failure::new(
        Cause::BodyTooLarge,
        format!(
            "The answer of {host} is larger than {}; the first part is kept.",
            size_text(limit)
        ),
        "--max-body allows more; --output FILE writes the part that came.",
    )
}

fn not_unpacked(host: &str, limit: u64, halt: Halt) -> Failure {
    let (what, kept) = match halt {
        Halt::TooLarge => return too_large(host, limit),
        Halt::Broken(why) => (
            format!("cannot be unpacked: {why}"),
            "The bytes are kept as they came.",
        ),
        Halt::Short => (
            "cannot be unpacked: the packed data ends too early".to_owned(),
            "The bytes are kept as they came, still packed.",
        ),
        Halt::Unknown(why) => (
            format!("cannot be unpacked: {why}"),
            "The bytes are kept as they came.",
        ),
        Halt::Trailing => (
            "goes on after the end of its packed data".to_owned(),
            "The unpacked part is kept, and what followed it left out.",
        ),
    };
    Failure::new(
        Cause::BodyUndecodable,
        format!("The answer of {host} {what}."),
        format!("{kept} With the header Accept-Encoding: identity it may come unpacked."),
    )
}
