//! How other programs write the pairs of a query and of a form: which signs stand as they are, and
//! what stands for a blank. What is read from their files goes out byte for byte as from there.

use super::postman::graphql_text;
use crate::model::{Param, Piece, pieces};
use serde_json::Value;

/// One program's way to write a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signs {
    blank: &'static str,
    /// Those that stand as they are, beside letters and digits.
    bare: &'static [u8],
    /// Whether `%2F` is taken for one that is escaped already.
    keeps_escapes: bool,
    /// Whether the name is written as it is.
    keeps_names: bool,
}

/// Forms of a browser, and `URLSearchParams` (WHATWG URL, 5.1).
pub const FORM: Signs = Signs::of("+", b"*-._");
/// `encodeURIComponent` of a script (ECMA-262, 19.2.6.4).
pub const COMPONENT: Signs = Signs::of("%20", b"-_.!~*'()");
/// The same where the result becomes part of a URL that a browser reads, which escapes the quote.
pub const COMPONENT_OF_URL: Signs = Signs::of("%20", b"-_.!~*()");
/// All but the unreserved characters (RFC 3986, 2.3), a blank as a plus: `urlencode` of Python.
pub const PLUS: Signs = Signs::of("+", b"-._~");
/// `WebUtility.UrlEncode` of .NET.
pub const NET: Signs = Signs::of("+", b"-_.!*()");
/// A component with the signs that stand bare in the queries of many scripts.
pub const LOOSE: Signs = Signs::of("+", b"-_.!~*'():$,");
/// A component, commas bare and what is escaped already left so.
pub const FLEXIBLE: Signs = Signs {
    keeps_escapes: true,
    ..Signs::of("%20", b"-_.!~*'(),")
};
/// As it was typed, but for what would end the pair.
pub const AS_IS: Signs = Signs {
    keeps_escapes: true,
    keeps_names: true,
    ..Signs::of("%20", b"-._~:/?@[]!$'()*+,;=|^`{}\\")
};
/// Names as they are, values by RFC 3986.
pub const VALUES: Signs = Signs {
    keeps_names: true,
    ..Signs::of("%20", b"-._~")
};

impl Signs {
    const fn of(blank: &'static str, bare: &'static [u8]) -> Signs {
        Signs {
            blank,
            bare,
            keeps_escapes: false,
            keeps_names: false,
        }
    }

    /// A row of a query, with the text that it is written as.
    pub fn query(self, row: Param) -> Param {
        let enabled = row.enabled;
        Param {
            enabled,
            ..Param::of_query(&self.pair(&row))
        }
    }

    /// The same of a form.
    pub fn form(self, row: Param) -> Param {
        let enabled = row.enabled;
        Param {
            enabled,
            ..Param::of_form(&self.pair(&row))
        }
    }

    fn pair(self, row: &Param) -> String {
        let name = if self.keeps_names && !row.name.contains(['&', '=', '#']) {
            row.name.clone()
        } else {
            self.encoded(&row.name)
        };
        format!("{name}={}", self.encoded(&row.value))
    }

    /// A text encoded; `{{names}}` stay.
    pub fn encoded(self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for piece in pieces(text) {
            match piece {
                Piece::Plain(plain) => self.push(plain, &mut out),
                Piece::Brace => self.push("{", &mut out),
                named => named.push_to(&mut out),
            }
        }
        out
    }

    fn push(self, text: &str, out: &mut String) {
        let bytes = text.as_bytes();
        for (at, &byte) in bytes.iter().enumerate() {
            let is_escape = || {
                let digits = bytes.get(at + 1..at + 3);
                digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
            };
            if byte == b' ' {
                out.push_str(self.blank);
            } else if byte.is_ascii_alphanumeric()
                || self.bare.contains(&byte)
                || byte == b'%' && self.keeps_escapes && is_escape()
            {
                out.push(byte as char);
            } else {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
    }
}

/// A URL as a browser and the libraries that follow its rules send it: they escape a quote in a
/// query, and braces in a path. `{{names}}` stay.
pub fn as_browser(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    let mut in_query = false;
    for piece in pieces(url) {
        let plain = match piece {
            Piece::Plain(plain) => plain,
            Piece::Brace => "{",
            named => {
                named.push_to(&mut out);
                continue;
            }
        };
        for c in plain.chars() {
            in_query |= c == '?';
            match (c, in_query) {
                ('\'', true) => out.push_str("%27"),
                ('{', false) => out.push_str("%7B"),
                ('}', false) => out.push_str("%7D"),
                ('`', false) => out.push_str("%60"),
                _ => out.push(c),
            }
        }
    }
    out
}

/// RFC 3986, 5.2.4, which most programs follow before they send a path; only dots as they stand.
pub fn without_dots(url: &str) -> String {
    let start = url.find("://").map_or(0, |scheme| scheme + 3);
    let end = url[start..].find(['?', '#']);
    let end = end.map_or(url.len(), |length| start + length);
    let Some(length) = url[start..end].find('/') else {
        return url.to_owned();
    };
    let (before, path) = url[..end].split_at(start + length + 1);
    let mut kept = Vec::new();
    let mut segments = path.split('/').peekable();
    while let Some(segment) = segments.next() {
        if !matches!(segment, "." | "..") {
            kept.push(segment);
            continue;
        }
        if segment == ".." {
            kept.pop();
        }
        if segments.peek().is_none() {
            kept.push("");
        }
    }
    format!("{before}{}{}", kept.join("/"), &url[end..])
}

/// The JSON that a question in GraphQL travels as where its variables are read and written anew.
pub fn graphql(query: &str, variables: &str) -> String {
    match serde_json::from_str::<Value>(variables) {
        Ok(read) => graphql_text(query, &read.to_string()),
        Err(_) => graphql_text(query, variables),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_written_as_the_program_writes_it() {
        let row = || Param::new("ids[]", "a b~*'()!/%2F,ü{{word}}");
        for (signs, written) in [
            (
                FORM,
                "ids%5B%5D=a+b%7E*%27%28%29%21%2F%252F%2C%C3%BC{{word}}",
            ),
            (COMPONENT, "ids%5B%5D=a%20b~*'()!%2F%252F%2C%C3%BC{{word}}"),
            (
                PLUS,
                "ids%5B%5D=a+b~%2A%27%28%29%21%2F%252F%2C%C3%BC{{word}}",
            ),
            (NET, "ids%5B%5D=a+b%7E*%27()!%2F%252F%2C%C3%BC{{word}}"),
            (LOOSE, "ids%5B%5D=a+b~*'()!%2F%252F,%C3%BC{{word}}"),
            (FLEXIBLE, "ids%5B%5D=a%20b~*'()!%2F%2F,%C3%BC{{word}}"),
            (
                VALUES,
                "ids[]=a%20b~%2A%27%28%29%21%2F%252F%2C%C3%BC{{word}}",
            ),
        ] {
            assert_eq!(signs.query(row()).query_pair(), written);
            assert_eq!(signs.form(row()).form_pair(), written);
        }
        // A percent sign that begins no escape is one of its own.
        let odd = FLEXIBLE.query(Param::new("p", "5% of %zz"));
        assert_eq!(odd.query_pair(), "p=5%25%20of%20%25zz");
        // What would end the name is escaped whatever the program does.
        assert_eq!(VALUES.query(Param::new("a&b", "1")).query_pair(), "a%26b=1");
        let off = Param {
            enabled: false,
            ..Param::new("a", "b c")
        };
        assert!(!FORM.query(off).enabled);
    }

    #[test]
    fn a_url_is_sent_as_a_browser_would() {
        let url = "https://a.example/{x}/it's/{{name}}?q='{y}'&w={{word}}";
        let sent = "https://a.example/%7Bx%7D/it's/{{name}}?q=%27{y}%27&w={{word}}";
        assert_eq!(as_browser(url), sent);
        for (url, sent) in [
            (
                "https://a.example/a/../b/./c?x=../y",
                "https://a.example/b/c?x=../y",
            ),
            ("{{base}}/a/..", "{{base}}/"),
            ("https://a.example", "https://a.example"),
            ("https://a.example/../../a//b", "https://a.example/a//b"),
        ] {
            assert_eq!(without_dots(url), sent);
        }
    }
}
