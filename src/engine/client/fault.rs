//! Turns errors of the libraries into failures with a cause. The top message of an error often
//! hides what happened, so the whole chain is read.

use super::dial::{self, NoAddress, NotPublic, Unresolved};
use super::handshake;
use super::phases::Phases;
use crate::model::{Cause, Failure, limits};
use std::error::Error;
use std::io;
use std::time::Instant;

/// Where a call was going, and how far its connection got.
pub struct Bound<'a> {
    /// Host and port of the URL.
    pub host: &'a str,
    pub is_https: bool,
    /// The proxy that the call goes through.
    pub proxy: Option<&'a str>,
    pub phases: &'a Phases,
}

/// An error before the headers of an answer were read.
pub struct Trouble {
    error: Box<dyn Error + Send + Sync>,
    /// No connection was made yet.
    pub is_connect: bool,
}

impl From<reqwest::Error> for Trouble {
    fn from(error: reqwest::Error) -> Trouble {
        Trouble {
            is_connect: error.is_connect(),
            // The text of the error is searched below; the URL in it would mislead.
            error: Box::new(error.without_url()),
        }
    }
}

impl Trouble {
    /// An error of a connection that the library did not make.
    pub fn own(error: Box<dyn Error + Send + Sync>, phases: &Phases) -> Trouble {
        Trouble {
            error,
            is_connect: phases.connected_at().is_none(),
        }
    }

    /// The error and all errors beneath it.
    pub fn causes(&self) -> Vec<&(dyn Error + 'static)> {
        chain(&*self.error)
    }
}

/// The failure of a call that got no answer.
pub fn no_answer(trouble: &Trouble, bound: &Bound) -> Failure {
    let Bound { host, phases, .. } = *bound;
    let causes = trouble.causes();
    let ahead = bound.proxy.filter(|_| phases.connected_at().is_none());
    let tunnel = causes.iter().find_map(|e| after(*e, "tunnel error: "));
    let to_proxy = tunnel.as_deref() == Some("failed to create underlying connection");
    if let Some(tls) = causes
        .iter()
        .find_map(|e| e.downcast_ref::<rustls::Error>())
    {
        // The TLS error may be the host's or the proxy's.
        return match ahead.filter(|_| to_proxy || !bound.is_https) {
            Some(proxy) => handshake::failure(tls, &format!("the proxy {proxy}"), phases),
            None => handshake::failure(tls, host, phases),
        };
    }
    if let Some(proxy) = ahead
        && let Some(said) = causes.iter().find_map(|e| after(*e, "SOCKS error: "))
    {
        return socks_failure(proxy, host, &said);
    }
    if let Some(proxy) = ahead
        && tunnel.is_some()
        && !to_proxy
    {
        return proxy_refused(
            proxy,
            host,
            "it closed the connection instead of opening one to the host",
        );
    }
    let unresolved = causes.iter().find_map(|e| e.downcast_ref::<Unresolved>());
    if let Some(proxy) = ahead
        && unresolved.is_some_and(|name| name.is_of(host) && !name.is_of(proxy))
    {
        return Failure::new(
            Cause::DnsUnresolved,
            format!(
                "The name {host} could not be turned into an address here, as the proxy {proxy} needs it."
            ),
            "Write socks5h:// or socks4a:// in its address: then the proxy looks names up itself.",
        );
    }
    let is_through = bound.is_https && phases.has_begun_securing() && !to_proxy;
    if let Some(proxy) = ahead.filter(|_| !is_through)
        && trouble.is_connect
    {
        return proxy_unreachable(proxy, host, &deepest(&causes));
    }
    if let Some(NoAddress(family)) = causes.iter().find_map(|e| e.downcast_ref::<NoAddress>()) {
        return dial::no_address(*family, host);
    }
    if causes.iter().any(|e| e.is::<NotPublic>()) {
        return dial::not_public(host);
    }
    if causes.iter().any(|e| after(*e, "dns error").is_some()) {
        return Failure::new(
            Cause::DnsUnresolved,
            format!("The name {host} could not be turned into an address."),
            "Check the spelling of the host, and the network or VPN this machine is on.",
        );
    }
    if let Some(error) = causes.iter().find_map(|e| e.downcast_ref::<h2::Error>()) {
        return h2_failure(error, bound);
    }
    // An error may wrap another that knows more.
    let io_errors = causes.iter().filter_map(|e| e.downcast_ref::<io::Error>());
    let at = match (
        trouble.is_connect,
        bound.is_https && phases.has_begun_securing(),
    ) {
        (true, true) => At::Securing,
        (true, false) => At::Connecting,
        (false, _) => At::Answer,
    };
    if let Some(failure) = io_errors.filter_map(|e| io_failure(e, bound, at)).next() {
        return match phases.asked().filter(|_| at != At::Connecting) {
            // Some servers just break off without a client certificate.
            Some(asked) if !asked.was_shown && failure.cause == Cause::TlsHandshake => {
                handshake::client_certificate(host, None, phases)
            }
            _ => failure,
        };
    }
    let errors = causes
        .iter()
        .filter_map(|e| e.downcast_ref::<hyper::Error>());
    if let Some(failure) = errors.filter_map(|e| hyper_failure(e, bound)).next_back() {
        return failure;
    }
    if trouble.is_connect {
        return Failure::new(
            Cause::ConnectUnreachable,
            format!(
                "No connection to {host} could be made: {}.",
                deepest(&causes)
            ),
            "Check the host and port, the network, and any firewall between.",
        );
    }
    invalid(host, &deepest(&causes))
}

/// Adds a hint that HTTP/2 alone was asked for, where that may be the reason.
pub fn may_be_older(mut failure: Failure) -> Failure {
    let may = matches!(
        failure.cause,
        Cause::ConnectClosed | Cause::ProtocolInvalid | Cause::TlsHandshake
    );
    if may {
        let hint = "HTTP/2 alone was asked for; without that the other side may speak HTTP/1.1.";
        failure.hint = format!("{hint} {}", failure.hint);
    }
    failure
}

/// The failure of an answer that broke inside its body.
pub fn cut(error: reqwest::Error, host: &str) -> Failure {
    let error = error.without_url();
    let causes = chain(&error);
    if let Some(error) = causes.iter().find_map(|e| e.downcast_ref::<h2::Error>()) {
        let Some(reason) = error.reason() else {
            return cut_off(host, "");
        };
        return cut_off(host, &format!(" (HTTP/2 {reason:?})"));
    }
    let mut io_errors = causes.iter().filter_map(|e| e.downcast_ref::<io::Error>());
    use io::ErrorKind::{InvalidData, InvalidInput};
    match io_errors.find(|e| matches!(e.kind(), InvalidInput | InvalidData)) {
        Some(error) => Failure::new(
            Cause::BodyUndecodable,
            format!(
                "The answer of {host} is not packed in chunks as it says: {}.",
                chunk_fault(&error.to_string())
            ),
            "What had arrived is kept below. Something between may be breaking the answer.",
        ),
        None => cut_off(host, ""),
    }
}

/// Says in plain words what is wrong with a chunk (RFC 9112, 7.1), by the library's words.
fn chunk_fault(words: &str) -> &'static str {
    const KNOWN: [(&str, &str); 10] = [
        (
            "chunk body",
            "a chunk does not end where the length before it says",
        ),
        (
            "extension",
            "what follows the length of a chunk cannot be read",
        ),
        (
            "trailers",
            "more follows the last chunk than is read of an answer",
        ),
        ("overflow", "the length of a chunk is beyond all measure"),
        ("Invalid Size", NO_LENGTH),
        ("missing size", NO_LENGTH),
        ("trailer", "what follows the last chunk cannot be read"),
        (" LF", NO_LINE),
        (" CR", NO_LINE),
        ("white space", NO_LINE),
    ];
    const NO_LENGTH: &str =
        "the length of a chunk is no hexadecimal number, or its line does not end in CR and LF";
    const NO_LINE: &str = "the line with the length of a chunk does not end in CR and LF";
    let known = KNOWN.iter().find(|(part, _)| words.contains(part));
    known.map_or("what follows the last chunk cannot be read", |(_, why)| why)
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    let mut causes = vec![error];
    while let Some(next) = causes.last().and_then(|e| beneath(*e)) {
        causes.push(next);
    }
    causes
}

/// The rest of an error's text after these words, if it begins with them.
fn after(error: &(dyn Error + 'static), start: &str) -> Option<String> {
    let words = error.to_string();
    words.strip_prefix(start).map(str::to_owned)
}

/// Whether the proxy answered and refused the tunnel; the library drops its answer.
pub fn is_denied(trouble: &Trouble) -> bool {
    const DENIED: [&str; 3] = [
        "unsuccessful",
        "proxy authorization required",
        "proxy response headers too long",
    ];
    let causes = trouble.causes();
    let said = causes.iter().find_map(|e| after(*e, "tunnel error: "));
    said.is_some_and(|said| DENIED.contains(&said.as_str()))
}

/// The failure of a SOCKS proxy (RFC 1928, 6).
fn socks_failure(proxy: &str, host: &str, said: &str) -> Failure {
    let why = match said {
        "failed to create underlying connection" => {
            return proxy_unreachable(proxy, host, "no connection to it could be made");
        }
        "connection not allowed" => "its rules do not allow this host",
        "network unreachable" => "it cannot reach that network",
        "host unreachable" => "it cannot reach that host",
        "connection refused" => "the host refused its connection",
        "ttl expired" => "the host is too far away for it",
        "credentials not accepted" => "it does not accept the user name and password that it got",
        "server does not support user/pass authentication" => {
            "it asks for another way to sign in than it was offered"
        }
        "could not resolve to acceptable address type" => {
            "the name of the host could not be turned into an address for it; socks5h:// lets it do that itself"
        }
        "io error during SOCKS handshake" => "it broke off",
        "failed parsing server response" => "what it answers is not SOCKS of that version",
        other => other,
    };
    proxy_refused(proxy, host, why)
}

/// The proxy took the connection but did not pass the call on.
fn proxy_refused(proxy: &str, host: &str, why: &str) -> Failure {
    Failure::new(
        Cause::ProxyRefused,
        format!("The proxy {proxy} on the way to {host} did not pass the call on: {why}."),
        PROXY_HINT,
    )
}

fn proxy_unreachable(proxy: &str, host: &str, why: &str) -> Failure {
    Failure::new(
        Cause::ProxyRefused,
        format!("The proxy {proxy}, through which {host} is called, cannot be reached: {why}."),
        PROXY_HINT,
    )
}

/// What to check where a proxy fails.
pub const PROXY_HINT: &str = "Check proxy in config.toml, and HTTP_PROXY, HTTPS_PROXY and ALL_PROXY of this shell; NO_PROXY names hosts that need none.";

/// The failure where the server broke off over HTTP/2 instead of answering.
fn h2_failure(error: &h2::Error, bound: &Bound) -> Failure {
    let host = bound.host;
    let Some(reason) = error.reason() else {
        return closed(bound);
    };
    if error.is_library() {
        return Failure::new(
            Cause::ProtocolInvalid,
            format!("What {host} answered breaks the rules of HTTP/2 ({reason:?})."),
            "Something between may be breaking its answers; whoever runs the host should know.",
        );
    }
    let (what, hint) = if error.is_go_away() || reason == h2::Reason::REFUSED_STREAM {
        (
            "sent the call back unread, and again each time",
            "It is busy or shutting down. Send again later.",
        )
    } else {
        (
            "broke off the call before it answered",
            "Send again; if it stays, the server or something in front of it fails over this call.",
        )
    };
    Failure::new(
        Cause::ConnectClosed,
        format!("{host} {what} (HTTP/2 {reason:?})."),
        hint,
    )
}

fn hyper_failure(error: &hyper::Error, bound: &Bound) -> Option<Failure> {
    let host = bound.host;
    if error.is_parse_too_large() {
        return Some(too_many_headers(host));
    }
    // The library has many messages and few methods to tell them apart.
    let why = match error.to_string().as_str() {
        "invalid HTTP version parsed" => "it does not begin with HTTP/1.1 or HTTP/1.0",
        "invalid HTTP header parsed" => {
            "its headers hold a zero byte, or a carriage return that ends no line"
        }
        "invalid content-length parsed" => {
            "its Content-Length is no number, or there are several that differ"
        }
        "unexpected transfer-encoding parsed" => {
            "it is HTTP/1.0 and has a Transfer-Encoding, which came with HTTP/1.1"
        }
        "invalid HTTP status-code parsed" => {
            "its status line is not a version, one blank and a status of three digits from 100 on, or it holds control characters"
        }
        "received unexpected message from connection" => "it spoke before it was asked",
        _ if error.is_parse() => "its head cannot be read",
        _ if error.is_incomplete_message() || error.is_closed() || error.is_canceled() => {
            return Some(closed(bound));
        }
        _ => return None,
    };
    Some(invalid(host, why))
}

/// The next error down. An `io::Error` hides what it wraps from `source`.
fn beneath<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(|e| e.get_ref()) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

fn deepest(causes: &[&(dyn Error + 'static)]) -> String {
    causes.last().map(|e| e.to_string()).unwrap_or_default()
}

/// How far a connection got.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Connecting,
    Securing,
    Answer,
}

fn io_failure(error: &io::Error, bound: &Bound, at: At) -> Option<Failure> {
    let host = bound.host;
    use io::ErrorKind::*;
    let failure = match error.kind() {
        ConnectionRefused => Failure::new(
            Cause::ConnectRefused,
            format!("{host} refused the connection: nothing listens there."),
            "Check the port, and that the service runs.",
        ),
        HostUnreachable | NetworkUnreachable | NetworkDown | AddrNotAvailable => Failure::new(
            Cause::ConnectUnreachable,
            format!("{host} cannot be reached from this network."),
            "Check the network or VPN this machine is on.",
        ),
        TimedOut if at != At::Answer => connect_timeout(host, None, None),
        // The connection broke during the TLS handshake.
        ConnectionReset | ConnectionAborted | BrokenPipe | UnexpectedEof if at == At::Securing => {
            Failure::new(
                Cause::TlsHandshake,
                format!("{host} broke off while the secure connection was set up."),
                "Check that this port speaks https, and what stands between.",
            )
        }
        ConnectionReset | ConnectionAborted | BrokenPipe | UnexpectedEof => closed(bound),
        _ => return None,
    };
    Some(failure)
}

fn too_many_headers(host: &str) -> Failure {
    Failure::new(
        Cause::ProtocolInvalid,
        format!(
            "The headers of {host} are more than this program reads: above {} of them, or too long.",
            limits::HEADER_FIELDS
        ),
        "Check that the port is the API's; something between may be adding them.",
    )
}

fn closed(bound: &Bound) -> Failure {
    let host = bound.host;
    // Only TLS passes through a proxy; a plain connection ends there.
    let who = match bound.proxy.filter(|_| !bound.is_https) {
        Some(proxy) => format!("The proxy {proxy}, through which {host} is called,"),
        None => host.to_owned(),
    };
    let hint = if bound.is_https {
        "Send again; if it stays, something in front of the API may be dropping the call."
    } else {
        "Send again; if it stays, something in front of the API may be dropping the call, or the port speaks https alone."
    };
    Failure::new(
        Cause::ConnectClosed,
        // The library does not tell whether an answer never began or broke off in its head.
        format!("{who} closed the connection before it answered: no whole head of an answer came."),
        hint,
    )
}

fn cut_off(host: &str, how: &str) -> Failure {
    Failure::new(
        Cause::BodyCutOff,
        format!("The answer of {host} broke off before its end{how}."),
        "What had arrived is kept below. Send again.",
    )
}

fn invalid(host: &str, why: &str) -> Failure {
    Failure::new(
        Cause::ProtocolInvalid,
        format!("What {host} answered is not HTTP as it should be: {why}."),
        "Check that the port is the API's; something between may also be breaking its answers.",
    )
}

/// The failure of a call that a person stopped; `began` tells after how many seconds.
pub fn stopped(host: &str, began: Instant) -> Failure {
    Failure::new(
        Cause::CallCancelled,
        format!(
            "You stopped the call to {host} after {:.1} s.",
            began.elapsed().as_secs_f32()
        ),
        "Send again when you like. The server may have acted on it all the same.",
    )
}

/// The failure where the connection was there but TLS was not done within the limit.
pub fn handshake_timeout(host: &str, limit: std::time::Duration) -> Failure {
    Failure::new(
        Cause::TlsHandshake,
        format!(
            "{host} took the connection, but it was not made secure within {} s.",
            limit.as_secs_f32()
        ),
        "Check that this port speaks https, and what stands between. --timeout allows longer.",
    )
}

/// The failure where no connection was made in time; names the proxy where one was used.
pub fn connect_timeout(
    host: &str,
    limit: Option<std::time::Duration>,
    proxy: Option<&str>,
) -> Failure {
    let within = limit.map_or_else(String::new, |l| format!(" within {} s", l.as_secs_f32()));
    if let Some(proxy) = proxy {
        return Failure::new(
            Cause::ProxyRefused,
            format!(
                "The proxy {proxy}, through which {host} is called, opened no connection to it{within}."
            ),
            PROXY_HINT,
        );
    }
    Failure::new(
        Cause::ConnectTimeout,
        format!("{host} did not accept a connection{within}."),
        "Check the host and port; a firewall may be dropping the call. --timeout allows longer.",
    )
}

/// Host and port for messages; the port only where the URL names one.
pub fn host(url: &url::Url) -> String {
    let host = url.host_str().unwrap_or("the host");
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}
