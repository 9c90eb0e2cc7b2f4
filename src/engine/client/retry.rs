//! Decides whether a call is sent again, and over which connection: only where the server cannot
//! have read it, or where reading it twice changes nothing.

use super::fault::Trouble;
use super::pool::{Connection, Line, Protocol};
use crate::engine::vault::Filled;
use crate::model::{Cause, Failure, Response, is_safe_method, limits};

/// A larger body, in bytes, may be refused for its size before it is read.
const LARGE: usize = 64 * 1024;

/// Whether the server read the call, by the error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// It may have been read; nobody here can tell.
    Unknown,
    /// It was not sent.
    NotSent,
    /// It did not get through on an existing connection, and was not read.
    Unread,
    /// The server wants it again over HTTP/1.1.
    OverHttp1,
}

impl Reading {
    /// Reads an error: whether the server can have seen the call.
    pub fn of(trouble: &Trouble) -> Reading {
        let causes = trouble.causes();
        if let Some(error) = causes.iter().find_map(|e| e.downcast_ref::<h2::Error>()) {
            return Reading::of_h2(error);
        }
        // A server refuses a client certificate after the handshake, before it reads the call.
        let is_tls = causes.iter().any(|e| e.is::<rustls::Error>());
        let spoke_first = |e: &hyper::Error| e.to_string().contains("unexpected message");
        let hyper = || {
            causes
                .iter()
                .filter_map(|e| e.downcast_ref::<hyper::Error>())
        };
        if trouble.is_connect || is_tls || hyper().any(spoke_first) {
            return Reading::NotSent;
        }
        // Cancelled before a byte was written.
        if hyper().any(hyper::Error::is_canceled) {
            return Reading::Unread;
        }
        Reading::Unknown
    }

    /// RFC 9113, 8.7: a refused stream, or one above the last of a GOAWAY, was not processed at
    /// all. A GOAWAY of the server only fails such streams.
    fn of_h2(error: &h2::Error) -> Reading {
        let is_remote = error.is_remote();
        match error.reason() {
            Some(h2::Reason::HTTP_1_1_REQUIRED) if is_remote => Reading::OverHttp1,
            Some(h2::Reason::REFUSED_STREAM) if is_remote => Reading::Unread,
            Some(_) if is_remote && error.is_go_away() => Reading::Unread,
            _ => Reading::Unknown,
        }
    }
}

/// A try that brought no whole answer.
pub struct Mishap {
    pub failure: Failure,
    pub reading: Reading,
}

impl From<Failure> for Mishap {
    fn from(failure: Failure) -> Mishap {
        Mishap {
            failure,
            reading: Reading::Unknown,
        }
    }
}

/// The tries of one call.
pub struct Tries<'a> {
    method: &'a str,
    body_bytes: usize,
    line: Line,
    made: u32,
}

impl<'a> Tries<'a> {
    /// Starts the tries of a call; `own` is the HTTP version that was asked for.
    pub fn new(method: &'a str, filled: &Filled, own: Protocol) -> Tries<'a> {
        let mut line = Line {
            connection: Connection::Kept,
            protocol: own,
        };
        // A server may close a kept connection just as it is reused (RFC 9112, 9.3.1), and nobody
        // can tell whether it read the call: so a write gets a fresh connection.
        if !is_safe_method(method) {
            line.connection = Connection::Fresh;
        }
        // HTTP/2 would send both the host of the URL and the typed `Host`.
        if filled.headers.has("host") && own == Protocol::Any {
            line.protocol = Protocol::Http1;
        }
        Tries {
            method,
            body_bytes: filled.body.len(),
            line,
            made: 0,
        }
    }

    /// The connection and version for the next try.
    pub fn line(&self) -> Line {
        self.line
    }

    /// Whether to send the call again; `reused` says that it went over a kept connection.
    pub fn goes_again(&mut self, mishap: &Mishap, reused: bool) -> bool {
        self.made += 1;
        let was_closed = mishap.failure.cause == Cause::ConnectClosed;
        let goes = match mishap.reading {
            Reading::OverHttp1 => self.line.protocol == Protocol::Any,
            Reading::Unread => true,
            Reading::NotSent => false,
            Reading::Unknown => was_closed && reused && is_safe_method(self.method),
        };
        if mishap.reading == Reading::OverHttp1 && goes {
            self.line.protocol = Protocol::Http1;
        }
        // The other connections in the pool may be closed as well.
        self.line.connection = Connection::Fresh;
        goes && self.made < limits::TRIES
    }

    /// Whether to send the call again after this answer. A server closes an idle connection with a
    /// 408, which a call under way may mistake for its answer (RFC 9110, 15.5.9).
    pub fn was_crossed_by(&mut self, response: &Response) -> bool {
        let is_crossed =
            response.status == 408 && response.timing.reused && is_safe_method(self.method);
        if is_crossed {
            self.made += 1;
            self.line.connection = Connection::Fresh;
        }
        is_crossed && self.made < limits::TRIES
    }

    /// The failure of the last try; for a write it adds that the server may have acted on it.
    pub fn told(&self, mishap: Mishap) -> Failure {
        let mut failure = mishap.failure;
        let is_open = matches!(
            failure.cause,
            Cause::ConnectClosed | Cause::TimeoutFirstByte | Cause::ProtocolInvalid
        );
        let may_be_done = is_open && failure.was_sent && mishap.reading == Reading::Unknown;
        if may_be_done && !is_safe_method(self.method) {
            failure.message.push_str(&format!(
                " It may have seen the {} and acted on it all the same.",
                self.method
            ));
            failure.hint = format!(
                "Look whether it was done before you send it again. {}",
                failure.hint
            );
        }
        if failure.cause == Cause::ConnectClosed && self.body_bytes > LARGE {
            failure.hint.push_str(
                " It may have refused the body unread, for its size: try the call with a small one.",
            );
        }
        failure
    }
}
