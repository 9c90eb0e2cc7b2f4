//! From a library's error to a cause with a name. The top message of such an error hides what
//! happened, so the whole chain beneath it is read.

use crate::model::{Cause, Failure, Timestamp, limits};
use rustls::CertificateError;
use std::error::Error;
use std::io;

/// What was being done when the error came.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Up to the headers of the answer.
    Answer,
    Body,
}

/// `proxy` is the one on the way, while the connection to it is not there yet.
pub fn classify(error: reqwest::Error, host: &str, stage: Stage, proxy: Option<&str>) -> Failure {
    // Its words are searched below, and those of the URL are not the error's.
    let error = error.without_url();
    let mut causes: Vec<&(dyn Error + 'static)> = vec![&error];
    while let Some(next) = causes.last().and_then(|e| beneath(*e)) {
        causes.push(next);
    }
    if let Some(tls) = causes
        .iter()
        .find_map(|e| e.downcast_ref::<rustls::Error>())
    {
        return tls_failure(tls, host);
    }
    if let Some(proxy) = proxy
        && error.is_connect()
    {
        return proxy_unreachable(proxy, host, &deepest(&causes));
    }
    if causes
        .iter()
        .any(|e| e.to_string().starts_with("dns error"))
    {
        return Failure::new(
            Cause::DnsUnresolved,
            format!("The name {host} could not be turned into an address."),
            "Check the spelling of the host, and the network or VPN this machine is on.",
        );
    }
    let text = |part: &str| {
        causes
            .iter()
            .any(|e| e.to_string().to_ascii_lowercase().contains(part))
    };
    if text("proxy") || text("tunnel") || text("socks") {
        return proxy_refused(host, None);
    }
    // One of them may wrap another and know less.
    let io_errors = causes.iter().filter_map(|e| e.downcast_ref::<io::Error>());
    let connecting = error_is_connect(&causes);
    if let Some(failure) = io_errors
        .filter_map(|e| io_failure(e, host, stage, connecting))
        .next()
    {
        return failure;
    }
    if let Some(error) = causes.iter().find_map(|e| e.downcast_ref::<hyper::Error>()) {
        if error.is_parse_too_large() {
            return too_many_headers(host);
        }
        if error.is_parse() || error.is_parse_status() {
            return invalid(host, stage, &deepest(&causes));
        }
        if error.is_incomplete_message() || error.is_closed() || error.is_canceled() {
            return closed(host, stage);
        }
    }
    if stage == Stage::Body {
        return closed(host, stage);
    }
    if error.is_connect() {
        return Failure::new(
            Cause::ConnectUnreachable,
            format!(
                "No connection to {host} could be made: {}.",
                deepest(&causes)
            ),
            "Check the host and port, the network, and any firewall between.",
        );
    }
    invalid(host, stage, &deepest(&causes))
}

/// The proxy took the connection and would not pass the call on; the status it gave, if known.
pub fn proxy_refused(host: &str, status: Option<u16>) -> Failure {
    let said = status.map_or_else(String::new, |status| {
        format!(" It answered {status} itself.")
    });
    Failure::new(
        Cause::ProxyRefused,
        format!("The proxy on the way to {host} did not pass the call on.{said}"),
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

const PROXY_HINT: &str = "Check proxy in config.toml, and HTTP_PROXY, HTTPS_PROXY and ALL_PROXY of this shell; NO_PROXY names hosts that need none.";

/// The next error down. An `io::Error` hides what it wraps from `source`.
fn beneath<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(|e| e.get_ref()) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

fn error_is_connect(causes: &[&(dyn Error + 'static)]) -> bool {
    causes
        .iter()
        .find_map(|e| e.downcast_ref::<reqwest::Error>())
        .is_some_and(reqwest::Error::is_connect)
}

fn deepest(causes: &[&(dyn Error + 'static)]) -> String {
    causes.last().map(|e| e.to_string()).unwrap_or_default()
}

fn io_failure(error: &io::Error, host: &str, stage: Stage, connecting: bool) -> Option<Failure> {
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
        TimedOut if connecting => connect_timeout(host, None, None),
        // A connection that was there and broke while it was being made secure.
        ConnectionReset | ConnectionAborted | BrokenPipe | UnexpectedEof if connecting => {
            Failure::new(
                Cause::TlsHandshake,
                format!("{host} broke off while the secure connection was set up."),
                "Check that this port speaks https, and what stands between.",
            )
        }
        ConnectionReset | ConnectionAborted | BrokenPipe | UnexpectedEof => closed(host, stage),
        InvalidInput | InvalidData if stage == Stage::Body => Failure::new(
            Cause::BodyUndecodable,
            format!("The answer of {host} is not packed as it says: {error}."),
            "What had arrived is kept below. Something between may be breaking the answer.",
        ),
        _ => return None,
    };
    Some(failure)
}

fn tls_failure(error: &rustls::Error, host: &str) -> Failure {
    use CertificateError as Certificate;
    let certificate = match error {
        rustls::Error::InvalidCertificate(certificate) => certificate,
        rustls::Error::InvalidMessage(_) => {
            return Failure::new(
                Cause::TlsHandshake,
                format!("What {host} answered is not TLS, so nothing was sent."),
                "This port may speak plain http: check the port, or begin the URL with http://.",
            );
        }
        // All that goes wrong before any certificate is seen, but for missing roots.
        rustls::Error::General(why) if why.contains("CA certificates") => {
            return Failure::new(
                Cause::TlsUntrusted,
                format!(
                    "The certificate of {host} could not be checked, so nothing was sent: this machine has no authorities."
                ),
                "Install its package of CA certificates, or name a PEM file with --cacert or SSL_CERT_FILE.",
            );
        }
        rustls::Error::AlertReceived(alert) => {
            return Failure::new(
                Cause::TlsHandshake,
                format!("{host} broke off the secure connection, so nothing was sent: {alert:?}."),
                "It may want a client certificate (client_certificate in config.toml), another TLS version, or another host name.",
            );
        }
        _ => {
            return Failure::new(
                Cause::TlsHandshake,
                format!("The secure connection to {host} could not be set up: {error}."),
                "Check that this port speaks https, and what stands between.",
            );
        }
    };
    let out_of_dates = |how: String| {
        Failure::new(
            Cause::TlsExpired,
            format!("The certificate of {host} {how}, so nothing was sent."),
            "Check this machine's clock; otherwise the owner of the host must renew it.",
        )
    };
    match certificate {
        Certificate::Expired => out_of_dates("has expired".to_owned()),
        Certificate::ExpiredContext { not_after, .. } => {
            out_of_dates(format!("expired on {}", day(not_after.as_secs())))
        }
        Certificate::NotValidYet => out_of_dates("is not valid yet".to_owned()),
        Certificate::NotValidYetContext { not_before, .. } => {
            out_of_dates(format!("is not valid before {}", day(not_before.as_secs())))
        }
        Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => Failure::new(
            Cause::TlsWrongHost,
            format!("The certificate shown is not for {host}, so nothing was sent."),
            "Check the host name in the URL.",
        ),
        _ => Failure::new(
            Cause::TlsUntrusted,
            format!(
                "The certificate of {host} is not signed by an authority this machine trusts, so nothing was sent."
            ),
            "A company's own authority must be installed on this machine, or named with --cacert or ca_file.",
        ),
    }
}

fn day(seconds: u64) -> String {
    let at = i64::try_from(seconds)
        .ok()
        .and_then(|s| Timestamp::from_second(s).ok());
    at.map_or_else(
        || "a day long past".to_owned(),
        |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
    )
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

fn closed(host: &str, stage: Stage) -> Failure {
    match stage {
        Stage::Answer => Failure::new(
            Cause::ConnectClosed,
            format!("{host} closed the connection before it answered."),
            "Send again; if it stays, something in front of the API may be dropping the call.",
        ),
        Stage::Body => Failure::new(
            Cause::BodyCutOff,
            format!("The answer of {host} broke off before its end."),
            "What had arrived is kept below. Send again.",
        ),
    }
}

fn invalid(host: &str, stage: Stage, why: &str) -> Failure {
    match stage {
        Stage::Answer => Failure::new(
            Cause::ProtocolInvalid,
            format!("What {host} answered is not HTTP as it should be: {why}."),
            "Check that the port is the API's. A header it sent may have been unreadable.",
        ),
        Stage::Body => closed(host, stage),
    }
}

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

pub fn connect_timeout(
    host: &str,
    limit: Option<std::time::Duration>,
    proxy: Option<&str>,
) -> Failure {
    if let Some(proxy) = proxy {
        return proxy_unreachable(proxy, host, "it did not accept a connection in time");
    }
    let within = limit.map_or_else(String::new, |l| format!(" within {} s", l.as_secs_f32()));
    Failure::new(
        Cause::ConnectTimeout,
        format!("{host} did not accept a connection{within}."),
        "Check the host and port; a firewall may be dropping the call. --timeout allows longer.",
    )
}

/// Host and port as a person would name them.
pub fn host(url: &url::Url) -> String {
    let host = url.host_str().unwrap_or("the host");
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}
