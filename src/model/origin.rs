//! Scheme, host and port as one value.

use std::fmt;
use url::Url;

/// Scheme, host and port (RFC 6454): the border that no token crosses.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

impl Origin {
    /// The origin of a URL, with the default port filled in; `None` without a host or a known port.
    pub fn of(url: &Url) -> Option<Origin> {
        Some(Origin {
            scheme: url.scheme().to_owned(),
            host: url.host_str()?.to_owned(),
            port: url.port_or_known_default()?,
        })
    }

    /// The origin of a URL given as text; `None` if it is not a whole URL.
    pub fn parse(text: &str) -> Option<Origin> {
        Origin::of(&Url::parse(text).ok()?)
    }

    /// Reads a text that is only an origin, as settings and options give it; else says why it is
    /// not one.
    pub fn exactly(text: &str) -> Result<Origin, &'static str> {
        let url = Url::parse(text).map_err(|error| match error {
            url::ParseError::RelativeUrlWithoutBase => "it has no scheme",
            _ => "it is no URL",
        })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("its scheme is not http or https");
        }
        // The library trims or changes these characters, and would read another text than the one
        // shown.
        if text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
            return Err("it holds a blank or a backslash");
        }
        let (_, behind) = text
            .split_once("://")
            .ok_or("it has no // before its host")?;
        if behind.contains('*') {
            return Err("it stands for several, and each has to be named");
        }
        if !url.username().is_empty() || url.password().is_some() || behind.contains('@') {
            return Err("it holds a user");
        }
        let rest = behind.find(['/', '?', '#']).map_or("", |at| &behind[at..]);
        if !matches!(rest, "" | "/") {
            return Err("a path stands behind it");
        }
        Origin::of(&url).ok_or("it has no host")
    }

    /// Whether it is reached over TLS.
    pub fn is_secure(&self) -> bool {
        self.scheme == "https"
    }

    /// The host, without the port; an IPv6 address keeps its brackets.
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let usual = matches!(
            (self.scheme.as_str(), self.port),
            ("http", 80) | ("https", 443)
        );
        if usual {
            write!(f, "{}://{}", self.scheme, self.host)
        } else {
            write!(f, "{}://{}:{}", self.scheme, self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origin_is_scheme_host_and_port() {
        let one = Origin::parse("https://api.acme.example/core").unwrap();
        assert_eq!(
            one,
            Origin::parse("https://API.acme.example:443/x").unwrap()
        );
        assert_ne!(one, Origin::parse("http://api.acme.example/").unwrap());
        assert_ne!(
            one,
            Origin::parse("https://api.acme.example:8443/").unwrap()
        );
        assert_eq!(one.to_string(), "https://api.acme.example");
    }

    #[test]
    fn a_text_that_is_more_or_less_than_an_origin_is_none() {
        for fine in [
            "https://api.acme.example",
            "http://127.0.0.1:9/",
            "HTTPS://A.example:443",
        ] {
            assert_eq!(Origin::exactly(fine).ok(), Origin::parse(fine), "{fine}");
        }
        for none in [
            "",
            "api.acme.example",
            "localhost:9",
            "//api.acme.example",
            "https:api.acme.example",
            "https:///api.acme.example",
            "https://",
            "ftp://api.acme.example",
            "https://*.acme.example",
            "https://api.acme.example/v1",
            "https://api.acme.example?",
            "https://api.acme.example#",
            "https://api.acme.example\\",
            "https://me@api.acme.example",
            "https://@api.acme.example",
            " https://api.acme.example",
            "https://api.ac\tme.example",
            "https://a.example,https://b.example",
        ] {
            assert!(Origin::exactly(none).is_err(), "{none}");
        }
    }
}
