//! What is sent again, and over which connection. A call is sent again only where the server
//! cannot have read it, or where reading it twice changes nothing.

use super::fault::Trouble;
use super::way::{Connection, Line, Protocol};
use crate::engine::vault::Filled;
use crate::model::{Cause, Failure, Response, is_safe_method, limits};

/// From here on a body may be refused for its size, and before it was read.
const LARGE: usize = 64 * 1024;

/// What an error says of whether the call was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// It may have been, as far as anybody here can tell.
    Unknown,
    /// There was nobody to read it.
    NotSent,
    /// It did not get through on a connection that was there, and comes back as it was.
    Unread,
    /// Sent back, to be said in HTTP/1.1.
    OverHttp1,
}

impl Reading {
    pub fn of(trouble: &Trouble) -> Reading {
        let causes = trouble.causes();
        if let Some(error) = causes.iter().find_map(|e| e.downcast_ref::<h2::Error>()) {
            return Reading::of_h2(error);
        }
        // A client certificate is refused only after the handshake, and the call behind it unread.
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
        // Taken back before a byte of it was written.
        if hyper().any(hyper::Error::is_canceled) {
            return Reading::Unread;
        }
        Reading::Unknown
    }

    /// RFC 9113, 8.7: a stream that was refused, or that is above the last one of a GOAWAY, was
    /// not processed in any way. A GOAWAY that came from the other side fails those alone.
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
    /// `own` is the version that was asked for.
    pub fn new(method: &'a str, filled: &Filled, own: Protocol) -> Tries<'a> {
        let mut line = Line {
            connection: Connection::Kept,
            protocol: own,
        };
        // A server may close a kept connection just when it is used again (RFC 9112, 9.3.1), and
        // nobody can tell whether it had read the call: what writes gets a connection of its own.
        if !is_safe_method(method) {
            line.connection = Connection::Fresh;
        }
        // HTTP/2 would name both the host of the URL and the one that was asked for.
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

    /// What the next try goes over.
    pub fn line(&self) -> Line {
        self.line
    }

    /// Whether the call goes again after this; `reused` is whether it went over a kept connection.
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
        // What the pool holds besides may be closed as well.
        self.line.connection = Connection::Fresh;
        goes && self.made < limits::TRIES
    }

    /// Whether the call goes again after this answer. A server gives an idle connection up with a
    /// 408, which a call on its way may cross and take for its own (RFC 9110, 15.5.9).
    pub fn was_crossed_by(&mut self, response: &Response) -> bool {
        let is_crossed =
            response.status == 408 && response.timing.reused && is_safe_method(self.method);
        if is_crossed {
            self.made += 1;
            self.line.connection = Connection::Fresh;
        }
        is_crossed && self.made < limits::TRIES
    }

    /// The failure of the last try. Of one that writes it says that it may have been done.
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
