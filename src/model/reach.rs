//! How to reach a host in another way than the system would: an address for a name, a socket of
//! this machine, one family of addresses, one version of HTTP.

use core::net::{Ipv4Addr, Ipv6Addr};
use std::fmt;
use std::path::PathBuf;

/// What an environment or a run says about its connections. Headers, certificates and the border of
/// tokens follow the name in the URL, wherever the connection goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// The first that matches a URL applies.
    pub addresses: Vec<Address>,
    /// Every connection goes to this Unix socket.
    pub socket: Option<PathBuf>,
    pub family: Option<Family>,
    pub version: Option<HttpVersion>,
    /// The host of this name is reached on the public internet alone: a stranger named it.
    pub public: Option<String>,
}

/// The version of IP to connect with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Ipv4,
    Ipv6,
}

/// The one version of HTTP to use; without it both sides agree on one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpVersion {
    Http1,
    Http2,
}

/// The addresses for a name and a port, as in `api.acme.example:443:10.0.0.7`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// In lower case; `*` means every name.
    host: String,
    port: u16,
    /// Addresses in the order to try them. An IPv6 address may name its zone.
    to: Vec<String>,
}

impl Reach {
    /// What the system does by itself.
    pub const USUAL: Reach = Reach {
        addresses: Vec::new(),
        socket: None,
        family: None,
        version: None,
        public: None,
    };

    /// The addresses for a name and port; `None` leaves them to the system.
    pub fn addresses_of(&self, host: &str, port: u16) -> Option<&[String]> {
        let found = self.addresses.iter().find(|address| {
            let is_meant = address.host == "*" || address.host.eq_ignore_ascii_case(host);
            is_meant && address.port == port
        });
        found.map(|address| &address.to[..])
    }

    /// These choices, completed by the other's.
    pub fn or(&self, other: &Reach) -> Reach {
        Reach {
            addresses: [&self.addresses[..], &other.addresses].concat(),
            socket: self.socket.clone().or_else(|| other.socket.clone()),
            family: self.family.or(other.family),
            version: self.version.or(other.version),
            public: self.public.clone().or_else(|| other.public.clone()),
        }
    }
}

/// Whether an address is none of a house, a machine or a special purpose (RFC 6890).
pub fn is_public(address: core::net::IpAddr) -> bool {
    use core::net::IpAddr;
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            let is_special = match a {
                0 | 10 | 127 | 224..=255 => true,
                // Shared by the customers of a carrier (RFC 6598).
                100 => b & 0xc0 == 64,
                169 => b == 254,
                172 => b & 0xf0 == 16,
                // Protocols, relays and documentation.
                192 => b == 168 || b == 0 && (c == 0 || c == 2) || b == 88 && c == 99,
                198 => b & 0xfe == 18 || b == 51 && c == 100,
                203 => b == 0 && c == 113,
                _ => false,
            };
            !is_special
        }
        IpAddr::V6(v6) => {
            // An address of the other family in disguise is what it stands for.
            if let Some(v4) = v6.to_ipv4_mapped() {
                return is_public(IpAddr::V4(v4));
            }
            let [a, b, c, d, e, f, g, h] = v6.segments();
            match (a, b) {
                // RFC 6052 and 3056: translated, and carried within the other family.
                (0x64, 0xff9b) => is_public(IpAddr::V4(in_two(g, h))) && [c, d, e, f] == [0; 4],
                (0x2002, _) => is_public(IpAddr::V4(in_two(b, c))),
                // Teredo and other protocols, and documentation.
                (0x2001, 0..=0x1ff | 0xdb8) => false,
                // RFC 4291, 2.4: what is given out to the internet.
                _ => a & 0xe000 == 0x2000,
            }
        }
    }
}

fn in_two(first: u16, second: u16) -> Ipv4Addr {
    let ([a, b], [c, d]) = (first.to_be_bytes(), second.to_be_bytes());
    Ipv4Addr::new(a, b, c, d)
}

impl Family {
    /// Whether an address belongs to this version of IP.
    pub fn has(self, address: core::net::IpAddr) -> bool {
        address.is_ipv4() == (self == Family::Ipv4)
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Family::Ipv4 => "IPv4",
            Family::Ipv6 => "IPv6",
        })
    }
}

impl Address {
    /// Reads `HOST:PORT:ADDRESS[,ADDRESS…]`, as curl takes it; else says why it is not one.
    pub fn read(text: &str) -> Result<Address, &'static str> {
        const FORM: &str = "it is not HOST:PORT:ADDRESS";
        let (host, rest) = text.split_once(':').ok_or(FORM)?;
        let (port, to) = rest.split_once(':').ok_or(FORM)?;
        if host.is_empty() || host.starts_with('[') {
            return Err("a name stands first; an address in a URL is reached as it is");
        }
        if host.parse::<Ipv4Addr>().is_ok() {
            return Err("a name stands first; an address in a URL is reached as it is");
        }
        let is_named = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
        if host != "*" && !host.chars().all(is_named) {
            return Err("its host is no name");
        }
        let port = port.parse().map_err(|_| "its port is no number to 65535")?;
        let to = to.split(',').map(address).collect::<Option<Vec<_>>>();
        Ok(Address {
            host: host.to_ascii_lowercase(),
            port,
            to: to.ok_or("what stands last is no IPv4 or IPv6 address")?,
        })
    }
}

/// An address without its brackets.
fn address(text: &str) -> Option<String> {
    let bare = match text.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']')?,
        None => text,
    };
    let (number, zone) = match bare.split_once('%') {
        // RFC 6874 writes the percent sign as %25 in a URL.
        Some((number, zone)) => (number, Some(zone.strip_prefix("25").unwrap_or(zone))),
        None => (bare, None),
    };
    match zone {
        None => (number.parse::<Ipv4Addr>().is_ok() || number.parse::<Ipv6Addr>().is_ok())
            .then(|| number.to_owned()),
        Some(zone) => {
            let is_zone = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
            let is_right = !zone.is_empty() && zone.chars().all(is_zone);
            (is_right && number.parse::<Ipv6Addr>().is_ok()).then(|| format!("{number}%{zone}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_for_a_name_is_read_as_curl_takes_it() {
        let read = |text| Address::read(text).map(|address| address.to);
        assert_eq!(read("api.acme.example:443:10.0.0.7").unwrap(), ["10.0.0.7"]);
        assert_eq!(
            read("a:80:::1,[fe80::1%eth0]").unwrap(),
            ["::1", "fe80::1%eth0"]
        );
        assert_eq!(read("a:80:[fe80::1%25eth0]").unwrap(), ["fe80::1%eth0"]);
        for wrong in [
            "",
            "a",
            "a:80",
            "a:80:",
            "a:x:10.0.0.7",
            "a:80:host",
            ":80:10.0.0.7",
            "a b:80:::1",
            "[::1]:80:10.0.0.7",
            "10.0.0.1:80:10.0.0.7",
            "a:80:[::1",
            "a:80:10.0.0.7%eth0",
            "a:80:fe80::1%",
            "a:70000:::1",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn addresses_of_a_house_or_a_machine_are_not_public_in_any_spelling() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "2001:db8::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in [
            "1.1.1.1",
            "172.32.0.1",
            "100.128.0.1",
            "192.0.3.1",
            "2606:4700::1111",
            "64:ff9b::101:101",
        ] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn the_first_address_that_fits_name_and_port_holds() {
        let addresses = ["a:80:10.0.0.1", "*:80:10.0.0.2", "a:80:10.0.0.3"];
        let reach = Reach {
            addresses: addresses.map(|text| Address::read(text).unwrap()).to_vec(),
            ..Reach::default()
        };
        assert_eq!(reach.addresses_of("A", 80).unwrap(), ["10.0.0.1"]);
        assert_eq!(reach.addresses_of("b", 80).unwrap(), ["10.0.0.2"]);
        assert_eq!(reach.addresses_of("a", 443), None);
    }

    #[test]
    fn what_a_run_says_goes_before_what_its_environment_says() {
        let run = Reach {
            family: Some(Family::Ipv4),
            addresses: vec![Address::read("a:80:10.0.0.1").unwrap()],
            ..Reach::default()
        };
        let environment = Reach {
            family: Some(Family::Ipv6),
            version: Some(HttpVersion::Http1),
            addresses: vec![Address::read("a:80:10.0.0.2").unwrap()],
            ..Reach::default()
        };
        let both = run.or(&environment);
        assert_eq!(both.family, Some(Family::Ipv4));
        assert_eq!(both.version, Some(HttpVersion::Http1));
        assert_eq!(both.addresses_of("a", 80).unwrap(), ["10.0.0.1"]);
    }
}
