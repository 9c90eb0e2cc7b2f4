//! Finds the proxy for a call, by the environment or by the variables of this shell. An address
//! that cannot be read fails the call: a call that should use a proxy never goes past it.

use super::fault::{PROXY_HINT, host};
use crate::model::{Cause, Failure, Response, Secret, decoded};
use hyper::Uri;
use hyper::header::HeaderValue;
use hyper_util::client::proxy::matcher::Matcher;
use std::net::IpAddr;
use url::{Host, Url};

const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

/// Characters that end the user part of an address, and how to write them in a password.
const ESCAPES: [(char, &str); 5] = [
    ('@', "%40"),
    ('#', "%23"),
    ('/', "%2F"),
    ('?', "%3F"),
    ('\\', "%5C"),
];

/// The address of a proxy. It may hold a password, so never print it.
#[derive(Clone)]
pub struct Proxy {
    url: Url,
}

impl Proxy {
    /// Reads an address; an error never repeats it.
    fn read(text: &str) -> Result<Proxy, String> {
        let text = text.trim();
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
            None => ("http".to_owned(), text),
        };
        if !SCHEMES.contains(&scheme.as_str()) {
            return Err(format!("its scheme is none of {}", SCHEMES.join(", ")));
        }
        if text.contains(|c: char| c.is_control() || c.is_whitespace()) {
            return Err("it holds a blank or a control character".to_owned());
        }
        // Everything up to the last @ must be user and password.
        let (user, _) = rest.rsplit_once('@').unwrap_or(("", rest));
        for (letter, escape) in ESCAPES {
            if user.contains(letter) {
                return Err(format!(
                    "{letter} in its user name or password must be written as {escape}"
                ));
            }
        }
        let url = Url::parse(&format!("{scheme}://{rest}"));
        let url = url.map_err(|error| format!("it is no URL ({error})"))?;
        // Without `//` a scheme is read as a host, and the host as its port or path.
        let is_host = url.host_str().is_some_and(|host| {
            let forgot = SCHEMES.contains(&host) && url.port().is_none();
            !host.is_empty() && !forgot
        });
        if !is_host {
            return Err("it names no host".to_owned());
        }
        // A path means nothing to a proxy; other programs ignore it too.
        if url.query().is_some() || url.fragment().is_some() {
            return Err("something follows its host and port".to_owned());
        }
        Ok(Proxy { url })
    }

    /// Host and port for messages.
    pub fn name(&self) -> String {
        host(&self.url)
    }

    /// The address with user and password, for the HTTP library only.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The `Proxy-Authorization` header as the library sends it; `None` without a user.
    pub fn authorization(&self) -> Option<HeaderValue> {
        let library = Matcher::builder().all(self.url.to_string()).build();
        let found = library.intercept(&Uri::from_static("http://any.example/"))?;
        found.basic_auth().cloned()
    }
}

impl Proxy {
    /// The secrets in its address, in every form in which an answer may repeat them.
    pub fn secrets(&self) -> Vec<Secret> {
        let password = self.url.password().map(|written| {
            let plain = decoded(written);
            Secret::new(plain.as_deref().unwrap_or(written))
        });
        let pair = self.authorization().and_then(|value| {
            let text = value.to_str().ok()?.strip_prefix("Basic ")?.to_owned();
            Some(Secret::new(text))
        });
        password.into_iter().chain(pair).collect()
    }
}

/// Scheme, host and port of a proxy's address, or why it is not one; never repeats a password.
pub fn proxy_address(text: &str) -> Result<String, String> {
    let proxy = Proxy::read(text)?;
    Ok(format!("{}://{}", proxy.url.scheme(), proxy.name()))
}

/// An address as it was given.
enum Given {
    Proxy(Proxy),
    /// Where it was given, and why it cannot be read.
    Unreadable(String, String),
}

impl Given {
    fn read(place: &str, text: &str) -> Given {
        match Proxy::read(text) {
            Ok(proxy) => Given::Proxy(proxy),
            Err(why) => Given::Unreadable(place.to_owned(), why),
        }
    }
}

/// The proxies that are set, for http and for https.
pub struct Proxies {
    http: Option<Given>,
    https: Option<Given>,
    /// The system's own proxy settings, where no variable is set.
    system: Option<Matcher>,
    except: Except,
}

impl Proxies {
    /// No proxy at all, for the sandbox on this machine.
    pub fn none() -> Proxies {
        Proxies {
            http: None,
            https: None,
            system: None,
            except: Except::default(),
        }
    }

    /// The proxy of an environment, for http and https; `NO_PROXY` of the shell still counts.
    pub fn of_environment(address: &str) -> Proxies {
        let given = || Some(Given::read("proxy of this environment", address));
        Proxies {
            http: given(),
            https: given(),
            system: None,
            except: Except::of_shell(),
        }
    }

    /// The proxies by `HTTP_PROXY`, `HTTPS_PROXY` and `ALL_PROXY` of this shell, else the system's
    /// own.
    pub fn of_shell() -> Proxies {
        let given = |name: &'static str| {
            let (name, value) = variable(name)?;
            Some(match value {
                Some(text) => Given::read(&format!("{name} of this shell"), &text),
                None => Given::Unreadable(name, "it is no text".to_owned()),
            })
        };
        // In a CGI program HTTP_PROXY is the caller's `Proxy` header.
        let is_cgi = std::env::var_os("REQUEST_METHOD").is_some();
        let own = if is_cgi { None } else { given("HTTP_PROXY") };
        let http = own.or_else(|| given("ALL_PROXY"));
        let https = given("HTTPS_PROXY").or_else(|| given("ALL_PROXY"));
        let is_silent = http.is_none() && https.is_none() && !is_cgi;
        Proxies {
            system: is_silent.then(Matcher::from_system),
            except: Except::of_shell(),
            http,
            https,
        }
    }

    /// The proxy for a call to this URL, if any. Fails where its address cannot be read.
    pub fn through(&self, url: &Url) -> Result<Option<Proxy>, Failure> {
        if self.except.holds(url) {
            return Ok(None);
        }
        let given = match url.scheme() {
            "https" => &self.https,
            _ => &self.http,
        };
        match given {
            Some(Given::Proxy(proxy)) => Ok(Some(proxy.clone())),
            Some(Given::Unreadable(place, why)) => Err(Failure::unsent(
                Cause::ProxyRefused,
                format!("the address in {place} cannot be read as a proxy's: {why}."),
                "Write it as http://host:port or socks5h://host:port, with user:password@ before the host where the proxy asks for them; in these @ is %40, # is %23, / is %2F, ? is %3F and \\ is %5C.",
            )),
            None => Ok(self.of_system(url)),
        }
    }

    fn of_system(&self, url: &Url) -> Option<Proxy> {
        let found = self
            .system
            .as_ref()?
            .intercept(&url.as_str().parse().ok()?)?;
        Proxy::read(&found.uri().to_string()).ok()
    }
}

/// A variable's name as set, and its value; `None` inside where that is not UTF-8. Both upper and
/// lower case are in use; an empty one does not count.
fn variable(name: &str) -> Option<(String, Option<String>)> {
    let names = [name.to_owned(), name.to_ascii_lowercase()];
    let mut set = names.into_iter().filter_map(|name| {
        let value = std::env::var_os(&name).filter(|value| !value.is_empty())?;
        Some((name, value.into_string().ok()))
    });
    set.next()
}

/// The hosts of `NO_PROXY`, which are called without a proxy.
#[derive(Default)]
struct Except(Vec<Entry>);

struct Entry {
    hosts: Hosts,
    /// The port; `None` matches any.
    port: Option<u16>,
}

enum Hosts {
    All,
    /// Addresses that share this many leading bits.
    Network(IpAddr, u8),
    /// This name and all below it.
    Name(String),
}

impl Except {
    fn of_shell() -> Except {
        let list = variable("NO_PROXY").and_then(|(_, list)| list);
        Except::read(&list.unwrap_or_default())
    }

    /// Commas or spaces separate entries, as in curl.
    fn read(list: &str) -> Except {
        let entries = list.split(|c: char| c == ',' || c.is_whitespace());
        let entries = entries.filter(|entry| !entry.is_empty());
        Except(entries.map(Entry::read).collect())
    }

    fn holds(&self, url: &Url) -> bool {
        self.0.iter().any(|entry| entry.holds(url))
    }
}

impl Entry {
    fn read(text: &str) -> Entry {
        // `[::1]:8080`, `host:8080`, but not `::1`.
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
                match port.parse() {
                    Ok(port) => (host, Some(port)),
                    Err(_) => (text, None),
                }
            }
            _ => (text, None),
        };
        let hosts = match host {
            "*" => Hosts::All,
            _ => network(host).unwrap_or_else(|| Hosts::Name(name(host))),
        };
        Entry { hosts, port }
    }

    fn holds(&self, url: &Url) -> bool {
        if self.port.is_some() && self.port != url.port_or_known_default() {
            return false;
        }
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address).to_canonical()),
            _ => None,
        };
        match (&self.hosts, address, url.host_str()) {
            (Hosts::All, ..) => true,
            (Hosts::Network(network, bits), Some(address), _) => shares(*network, address, *bits),
            (Hosts::Name(own), None, Some(host)) => {
                let host = name(host);
                let beneath = host.strip_suffix(own.as_str());
                !own.is_empty() && beneath.is_some_and(|b| b.is_empty() || b.ends_with('.'))
            }
            _ => false,
        }
    }
}

/// Normalises a name: `.acme.example` and `*.acme.example` mean the same as `acme.example`.
fn name(text: &str) -> String {
    let text = text.strip_prefix('*').unwrap_or(text);
    text.trim_matches('.').to_ascii_lowercase()
}

/// `10.0.0.0/8`, `::1`, `[::1]`
fn network(text: &str) -> Option<Hosts> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse().ok()?)),
        None => (text, None),
    };
    let plain = address.strip_prefix('[').and_then(|a| a.strip_suffix(']'));
    let address: IpAddr = plain.unwrap_or(address).parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    match bits {
        Some(bits) if bits > most => None,
        Some(bits) => Some(Hosts::Network(address, bits)),
        None => {
            let address = address.to_canonical();
            let all = if address.is_ipv4() { 32 } else { 128 };
            Some(Hosts::Network(address, all))
        }
    }
}

fn shares(one: IpAddr, other: IpAddr, bits: u8) -> bool {
    let differ = match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => u128::from(one.to_bits() ^ other.to_bits()) << 96,
        (IpAddr::V6(one), IpAddr::V6(other)) => one.to_bits() ^ other.to_bits(),
        _ => return false,
    };
    differ.leading_zeros() >= u32::from(bits)
}

/// The failure where the proxy refused to connect; `said` is its own answer, if it could be read.
pub fn denied(proxy: &Proxy, host: &str, said: Option<Response>) -> Failure {
    let name = proxy.name();
    let Some(said) = said else {
        return Failure::new(
            Cause::ProxyRefused,
            format!(
                "The proxy {name} opened no connection to {host}, and what it answered cannot be read."
            ),
            PROXY_HINT,
        );
    };
    let status = format!("{:03} {}", said.status, said.reason);
    let status = status.trim_end();
    let mut failure = match said.status {
        407 => wants_password(proxy, host, &said),
        200..=299 => Failure::new(
            Cause::ProxyRefused,
            format!(
                "The proxy {name} opened no connection to {host} at first, and answered {status} when it was asked again."
            ),
            "Send again. If it stays, whoever runs the proxy should know.",
        ),
        _ => Failure::new(
            Cause::ProxyDenied,
            format!(
                "The proxy {name} lets nothing through to {host}: it answered {status} itself."
            ),
            "Ask whoever runs the proxy whether this host and port are allowed. NO_PROXY names hosts that need no proxy.",
        ),
    };
    failure.partial = Some(Box::new(said));
    failure
}

/// RFC 9110, 15.5.8.
fn wants_password(proxy: &Proxy, host: &str, said: &Response) -> Failure {
    let ways = said.headers.all("proxy-authenticate");
    let ways: Vec<String> = ways.map(|way| way.chars().take(80).collect()).collect();
    let ways = match ways.as_slice() {
        [] => String::new(),
        ways => format!(" ({})", ways.join(", ")),
    };
    let did = match proxy.authorization() {
        Some(_) => "it does not accept those in its address",
        None => "its address holds none",
    };
    Failure::new(
        Cause::ProxyRefused,
        format!(
            "The proxy {} on the way to {host} did not pass the call on: it answered 407 and asks for a user name and a password{ways}, and {did}.",
            proxy.name()
        ),
        "Write them before its host as USER:PASSWORD@, in proxy of config.toml or in HTTP_PROXY, HTTPS_PROXY or ALL_PROXY. Of the ways to sign in, only Basic is known here.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        Proxy::read(text).map(|proxy| proxy.url().to_string())
    }

    #[test]
    fn an_address_is_read_with_and_without_a_scheme() {
        assert_eq!(
            read("proxy.example:3128").unwrap(),
            "http://proxy.example:3128/"
        );
        assert_eq!(read(" https://p.example ").unwrap(), "https://p.example/");
        assert_eq!(
            read("SOCKS5H://[::1]:1080").unwrap(),
            "socks5h://[::1]:1080"
        );
        let proxy = Proxy::read("http://us%40er:p%23%2f%zz@p.example:1").unwrap();
        assert_eq!(proxy.name(), "p.example:1");
        let pair = "dXNAZXI6cCMvJXp6"; // us@er:p#/%zz
        assert_eq!(proxy.authorization().unwrap(), format!("Basic {pair}"));
        assert!(Proxy::read("p.example").unwrap().authorization().is_none());
    }

    #[test]
    fn what_is_no_address_is_said_without_repeating_it() {
        for (address, says) in [
            ("http://user:pass@phrase@p.example:1", "%40"),
            ("http://user:pass#phrase@p.example:1", "%23"),
            ("http://user:pass/phrase@p.example:1", "%2F"),
            ("http://user:pass?phrase@p.example:1", "%3F"),
            ("http://ACME\\user:passphrase@p.example:1", "%5C"),
            ("user:pass#phrase@p.example:1", "%23"),
            ("ftp://user:passphrase@p.example", "scheme"),
            ("http:/p.example:1", "names no host"),
            ("http://http:/p.example", "names no host"),
            ("http://user:passphrase@", "no URL"),
            ("http://p.example:port", "no URL"),
            ("http://p.example:1?passphrase", "follows"),
            ("socks5://", "names no host"),
            ("", "no URL"),
            ("http://user:pass phrase@p.example", "blank"),
        ] {
            let why = read(address).unwrap_err();
            assert!(why.contains(says), "{address}: {why}");
            assert!(!why.contains("phrase"), "{address}: {why}");
        }
    }

    fn goes_past(list: &str, url: &str) -> bool {
        Except::read(list).holds(&Url::parse(url).unwrap())
    }

    #[test]
    fn hosts_that_need_no_proxy_are_names_addresses_networks_and_ports() {
        for (list, url) in [
            ("*", "http://127.0.0.1:9/"),
            ("*", "http://[::1]/"),
            ("a.example, *", "https://api.acme.example/"),
            ("a.example acme.example", "https://api.acme.example/"),
            (".acme.example", "https://acme.example/"),
            ("*.acme.example", "https://api.acme.example/"),
            ("ACME.example.", "https://api.acme.EXAMPLE/"),
            ("127.0.0.1", "http://127.0.0.1:9/"),
            ("127.0.0.0/8", "http://127.9.9.9/"),
            ("::1", "http://[::1]:9/"),
            ("[::1]", "http://[::1]:9/"),
            ("[::1]:9", "http://[::1]:9/"),
            ("fd00::/8", "http://[fd00::5]/"),
            ("::ffff:127.0.0.1", "http://127.0.0.1/"),
            ("127.0.0.1", "http://[::ffff:127.0.0.1]/"),
            ("127.0.0.1:9", "http://127.0.0.1:9/"),
            ("acme.example:443", "https://api.acme.example/"),
            ("0.0.0.0/0", "http://127.0.0.1/"),
        ] {
            assert!(goes_past(list, url), "{list}: {url}");
        }
        for (list, url) in [
            ("", "http://127.0.0.1/"),
            (",. ,", "http://acme.example/"),
            ("acme.example", "https://notacme.example/"),
            ("acme.example:80", "https://api.acme.example/"),
            ("127.0.0.1:9", "http://127.0.0.1:8/"),
            ("127.0.0.0/8", "http://128.0.0.1/"),
            ("127.0.0.0/33", "http://127.0.0.1/"),
            ("::1", "http://127.0.0.1/"),
            ("localhost", "http://127.0.0.1/"),
            ("0.0.1", "http://127.0.0.1/"),
        ] {
            assert!(!goes_past(list, url), "{list}: {url}");
        }
    }
}
