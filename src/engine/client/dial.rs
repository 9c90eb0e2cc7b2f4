//! Turns a host name into the addresses that a call may use.

use crate::model::{Cause, Failure, Family, Reach, is_public};
use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use tokio::net::TcpStream;
use url::{Host, Url};

/// The host has addresses, but none of the requested family.
#[derive(Debug)]
pub struct NoAddress(pub Family);

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "no {} address", self.0)
    }
}

impl Error for NoAddress {}

/// The name has an address inside this network, and a stranger gave the name.
#[derive(Debug)]
pub struct NotPublic;

impl fmt::Display for NotPublic {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an address that is not public")
    }
}

impl Error for NotPublic {}

/// A name that this machine could not resolve, of the host or of a proxy.
#[derive(Debug)]
pub struct Unresolved {
    pub name: String,
    error: io::Error,
}

impl Unresolved {
    /// Keeps the name with the system's error.
    pub fn new(name: &str, error: io::Error) -> Unresolved {
        Unresolved {
            name: name.to_owned(),
            error,
        }
    }

    /// Whether the name is that of this host, which may carry a port.
    pub fn is_of(&self, host: &str) -> bool {
        let rest = host.strip_prefix(&self.name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    }
}

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} has no address", self.name)
    }
}

impl Error for Unresolved {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.error)
    }
}

/// The addresses of a host and port: those that were given for it, else the system's. Fails with
/// `NoAddress` where none has the requested family.
pub async fn addresses(reach: &Reach, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let mut found = Vec::new();
    match reach.addresses_of(host, port) {
        // The system knows the number of an IPv6 zone.
        Some(given) => {
            for address in given {
                found.extend(tokio::net::lookup_host((address.as_str(), port)).await?);
            }
        }
        None => found.extend(tokio::net::lookup_host((host, port)).await?),
    }
    let is_stranger = |own: &String| own.eq_ignore_ascii_case(host);
    if reach.public.as_ref().is_some_and(is_stranger)
        && !found.iter().all(|address| is_public(address.ip()))
    {
        return Err(io::Error::other(NotPublic));
    }
    let Some(family) = reach.family else {
        return Ok(found);
    };
    let had_any = !found.is_empty();
    found.retain(|address| family.has(address.ip()));
    if had_any && found.is_empty() {
        Err(io::Error::other(NoAddress(family)))
    } else {
        Ok(found)
    }
}

/// Connects to the host of a URL; also returns the host without brackets.
pub async fn open(reach: &Reach, url: &Url) -> io::Result<(String, TcpStream)> {
    let host = url.host_str().unwrap_or_default();
    let host = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned();
    let port = url.port_or_known_default().unwrap_or(443);
    let addresses = addresses(reach, &host, port).await?;
    let stream = TcpStream::connect(&addresses[..]).await?;
    Ok((host, stream))
}

/// Why a URL cannot be reached the requested way; `None` where it can.
pub fn why_not(reach: &Reach, url: &Url, has_proxy: bool) -> Option<Failure> {
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or(0);
    let is_given = reach.socket.is_some() || reach.addresses_of(host, port).is_some();
    if has_proxy && is_given {
        let what = match &reach.socket {
            Some(_) => "a socket of this machine",
            None => "an address of its own",
        };
        return Some(Failure::unsent(
            Cause::ProxyRefused,
            format!("{host} is to be reached by {what}, and a proxy stands between."),
            "Leave one of the two out: NO_PROXY names hosts that need no proxy, --resolve and --unix-socket go past it.",
        ));
    }
    let family = reach
        .family
        .filter(|_| reach.socket.is_none() && !has_proxy)?;
    let is_other = match url.host()? {
        Host::Ipv4(address) => !family.has(address.into()),
        Host::Ipv6(address) => !family.has(address.into()),
        Host::Domain(_) => false,
    };
    is_other.then(|| no_address(family, host))
}

/// The failure where a host has no address of the only family that was asked for.
pub fn no_address(family: Family, host: &str) -> Failure {
    let option = match family {
        Family::Ipv4 => "-4",
        Family::Ipv6 => "-6",
    };
    Failure::unsent(
        Cause::DnsUnresolved,
        format!("{host} has no {family} address, and {family} alone was asked for."),
        format!("Without {option} the other family is tried."),
    )
}

/// The failure where a host that only a token named resolves to an address that is not public.
pub fn not_public(host: &str) -> Failure {
    Failure::unsent(
        Cause::DnsUnresolved,
        format!("{host} is inside this network, and a token is no reason to call it."),
        "If you know that host, name its address yourself.",
    )
}
