//! Builds the URL of a request: fills it in, has the library parse it, and finds its tokens again.

use super::fill::{BASE_HINT, fill, fill_with};
use super::pair::query_encoded;
use super::template::{FilledText, Piece, pieces};
use super::{Cause, Environment, Failure, RequestSpec, TokenName};
use std::borrow::Cow;
use std::fmt::Write;
use url::{Position, Url};

/// The most bytes of a URL that the HTTP library sends.
pub const LONGEST_URL: usize = 65_534;

/// The URL with stand-ins for its tokens, and its text with their slots.
pub fn address(
    spec: &RequestSpec,
    environment: &Environment,
) -> Result<(Url, FilledText), Failure> {
    let filled = fill(&typed(spec, environment)?, environment, "URL", CAUSE)?;
    let mut pairs = Vec::new();
    for param in spec.params.iter().filter(|param| param.enabled) {
        let encode = |value| Cow::Owned(query_encoded(value));
        let pair = param.query_pair();
        pairs.push(fill_with(&pair, environment, "parameters", CAUSE, encode)?);
    }
    // The library encodes some of the text on the way. Stand-ins, which need no encoding, mark
    // where the tokens end up.
    let mut stand_ins = StandIns::unlike(pairs.iter().chain([&filled]));
    let typed = stand_ins.put(&filled);
    let url = parsed(&typed, &filled.text)?;
    if url[..Position::BeforeUsername].contains(&stand_ins.stem)
        || url[Position::BeforeHost..Position::BeforePath].contains(&stand_ins.stem)
    {
        return Err(bad(
            format!("\"{}\" has a token where the host stands", filled.text),
            "Write the host as it is; a token goes into the path, a parameter or a header.",
        ));
    }
    let mut text = as_written(&url, &typed);
    let fragment = text.split_off(text.find('#').unwrap_or(text.len()));
    for pair in &pairs {
        match text.split_once('?') {
            None => text.push('?'),
            Some((_, "")) => {}
            Some(_) => text.push('&'),
        }
        text.push_str(&fit(&stand_ins.put(pair), fits_query));
    }
    if text.len() > LONGEST_URL {
        return Err(bad(
            format!(
                "the URL has {} bytes, and no more than {LONGEST_URL} can be sent",
                text.len()
            ),
            "Send what is long in the body.",
        ));
    }
    text.push_str(&fragment);
    match stand_ins.taken_out(&text) {
        Some(filled) => Ok((url, filled)),
        None => Err(bad(
            format!(
                "a token in \"{}\" stands where it would not be sent",
                filled.text
            ),
            "Write it into the path or a parameter.",
        )),
    }
}

/// The URL with path and query as typed, as far as the first line of a request can hold them. The
/// library decides where it leads: a text that it reads differently goes out as the library writes
/// it.
fn as_written(url: &Url, typed: &str) -> String {
    let scheme = typed.find(':').map_or(0, |at| at + 1);
    let rest = typed[scheme..].trim_start_matches(['/', '\\']);
    let rest = &rest[rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len())..];
    let rest = rest.split('#').next().unwrap_or_default();
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    // After a host, a backslash starts a path like a slash.
    let path = path.strip_prefix(['/', '\\']).unwrap_or(path);
    let mut text = format!("{}/{}", &url[..Position::BeforePath], fit(path, fits_path));
    if let Some(query) = query {
        text.push('?');
        text.push_str(&fit(query, fits_query));
    }
    text.push_str(&url[Position::AfterQuery..]);
    match Url::parse(&text) {
        Ok(again) if again == *url => text,
        _ => url.to_string(),
    }
}

/// The text, with whatever a request line cannot hold percent-encoded.
fn fit(text: &str, fits: impl Fn(u8) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if fits(byte) {
            out.push(byte as char);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The bytes that the HTTP library accepts in a path: more than RFC 3986, 3.3, allows.
fn fits_path(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"#<>?`".contains(&byte)
}

/// The bytes that it accepts in a query.
fn fits_query(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"#<".contains(&byte)
}

const CAUSE: Cause = Cause::RequestBadUrl;

fn bad(why: String, hint: &str) -> Failure {
    Failure::unsent(CAUSE, format!("{why}."), hint)
}

/// The URL without blanks, angle brackets and quotation marks that were copied around it.
pub fn bare_url(text: &str) -> &str {
    const PAIRS: [(char, char); 9] = [
        ('<', '>'),
        ('"', '"'),
        ('\'', '\''),
        ('`', '`'),
        ('“', '”'),
        ('„', '“'),
        ('‘', '’'),
        ('«', '»'),
        ('(', ')'),
    ];
    let is_blank = |c: char| {
        c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
    };
    let mut bare = text.trim_matches(is_blank);
    loop {
        let inside = PAIRS.iter().find_map(|(open, close)| {
            let opened = bare.strip_prefix(*open)?;
            Some(opened.strip_suffix(*close).unwrap_or(opened))
        });
        match inside {
            Some(inside) => bare = inside.trim_matches(is_blank),
            None => return bare,
        }
    }
}

/// The text to fill in: a path alone is joined to the base URL.
fn typed<'s>(spec: &'s RequestSpec, environment: &Environment) -> Result<Cow<'s, str>, Failure> {
    let url = bare_url(&spec.url);
    let is_open = |piece: Piece| matches!(piece, Piece::Plain(plain) if plain.contains("{{"));
    if url.is_empty() {
        return Err(bad(
            "the URL is empty".into(),
            "Type a URL, or a path that begins with /.",
        ));
    }
    if url.contains(char::is_whitespace) {
        return Err(bad(
            "the URL has a blank in it".into(),
            "Take the blank out; inside a path or a value it is written %20.",
        ));
    }
    if pieces(url).any(is_open) {
        return Err(bad(
            format!("\"{url}\" holds {{{{ and no name that could be filled in"),
            "Write a name between {{ and }}; braces that are meant are written %7B and %7D.",
        ));
    }
    if !url.starts_with('/') {
        return Ok(Cow::Borrowed(url));
    }
    if environment.variable("base").is_none() {
        let name = &environment.name;
        return Err(bad(
            format!("the URL is only a path, and \"{name}\" has no base URL"),
            BASE_HINT,
        ));
    }
    Ok(Cow::Owned(format!("{{{{base}}}}{url}")))
}

/// Parses a URL that a call can go to; `shown` is the text that an error message may repeat.
fn parsed(text: &str, shown: &str) -> Result<Url, Failure> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host_str().is_some() => Ok(url),
        Ok(_) => Err(bad(
            format!("\"{shown}\" is not an http or https URL"),
            "Begin with https:// or http://.",
        )),
        Err(url::ParseError::RelativeUrlWithoutBase) => Err(bad(
            format!("\"{shown}\" has no scheme"),
            "Begin with https:// or http://, or with / for a path under the base URL.",
        )),
        Err(error) => Err(bad(
            format!("\"{shown}\" is no URL: {error}"),
            if has_zone(shown) {
                "A URL has no room for a zone: give a name in it, and --resolve NAME:PORT:[ADDRESS%ZONE]."
            } else {
                "Correct the URL."
            },
        )),
    }
}

/// Whether the host names a zone, as in `[fe80::1%eth0]`.
fn has_zone(url: &str) -> bool {
    let inside = url
        .split_once('[')
        .and_then(|(_, rest)| rest.split_once(']'));
    inside.is_some_and(|(address, _)| address.contains(':') && address.contains('%'))
}

/// Words of letters and digits that stand in for tokens.
struct StandIns {
    /// A word that the URL contains nowhere else.
    stem: String,
    names: Vec<TokenName>,
}

impl StandIns {
    fn unlike<'t>(texts: impl Iterator<Item = &'t FilledText>) -> StandIns {
        let texts: String = texts.map(|text| text.text.to_ascii_lowercase()).collect();
        let stems = (0_u32..).map(|number| format!("tokenstandin{number}x"));
        let mut stems = stems.skip_while(|stem| texts.contains(stem.as_str()));
        StandIns {
            stem: stems.next().unwrap_or_default(),
            names: Vec::new(),
        }
    }

    fn put(&mut self, filled: &FilledText) -> String {
        let mut text = String::with_capacity(filled.text.len());
        let mut from = 0;
        for (range, name) in &filled.slots {
            text.push_str(&filled.text[from..range.start]);
            text.push_str(&format!("{}{}z", self.stem, self.names.len()));
            self.names.push(name.clone());
            from = range.end;
        }
        text.push_str(&filled.text[from..]);
        text
    }

    /// Puts the tokens back in their places; `None` if one of them got lost.
    fn taken_out(&self, text: &str) -> Option<FilledText> {
        let mut out = FilledText::default();
        let mut rest = text;
        for (number, name) in self.names.iter().enumerate() {
            let (before, behind) = rest.split_once(&format!("{}{number}z", self.stem))?;
            out.text.push_str(before);
            out.push_token(name);
            rest = behind;
        }
        out.text.push_str(rest);
        (!out.text.contains(&self.stem)).then_some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{SentRequest, resolve};

    fn acme() -> Environment {
        Environment {
            name: "acme".into(),
            base_url: "https://api.acme.example/".into(),
            variables: vec![("runbook".into(), "7".into())],
            ..Environment::default()
        }
    }

    fn resolved(url: &str) -> Result<SentRequest, Failure> {
        let mut acme = acme();
        let variables = [("evil", "{{token:x}}"), ("host", "api.other.example")];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        acme.variables.extend(variables);
        resolve(&RequestSpec::new("GET", url), &acme)
    }

    #[test]
    fn a_token_in_a_url_is_where_it_was_typed_and_nowhere_else() {
        let home = "https://api.acme.example";
        let cases = [
            ("/a/{{token:x}}/b", "/a/{{token:x}}/b", 1),
            (
                "/a?k={{token:x}}&l={{token:x}}",
                "/a?k={{token:x}}&l={{token:x}}",
                2,
            ),
            (
                "/\u{e4}/{{token:x}}?\u{e4}",
                "/%C3%A4/{{token:x}}?%C3%A4",
                1,
            ),
            ("/a/../{{token:x}}", "/a/../{{token:x}}", 1),
            ("/a/{{token:x}}/..", "/a/{{token:x}}/..", 1),
            ("/a#{{token:x}}", "/a#{{token:x}}", 1),
            // Text: out of a variable, encoded in either case, and what cannot be a name.
            ("/{{evil}}?k={{evil}}", "/{{token:x}}?k={{token:x}}", 0),
            ("/{{evil}}/{{token:x}}", "/{{token:x}}/{{token:x}}", 1),
            ("/%7B%7Btoken:x%7D%7D", "/%7B%7Btoken:x%7D%7D", 0),
            ("/?k=%7b%7btoken%3ax%7d%7d", "/?k=%7b%7btoken%3ax%7d%7d", 0),
            (
                "/tokenstandin0x0z/{{token:x}}",
                "/tokenstandin0x0z/{{token:x}}",
                1,
            ),
        ];
        for (typed, wanted, count) in cases {
            let sent = resolved(typed).unwrap();
            assert_eq!(sent.url, format!("{home}{wanted}"));
            assert_eq!(sent.slots.len(), count, "{typed}");
            for slot in &sent.slots {
                assert_eq!(&sent.url[slot.range.clone()], "{{token:x}}", "{typed}");
            }
            // Typed again from what was sent, it is the same.
            let again = resolved(&sent.url_template()).unwrap();
            assert_eq!((again.url, again.slots), (sent.url, sent.slots), "{typed}");
        }
        let user = resolved("https://me:{{token:x}}@api.acme.example/").unwrap();
        assert_eq!(user.slots.len(), 1);
    }

    #[test]
    fn what_stands_around_a_url_is_left_out() {
        let home = "https://api.acme.example/x";
        for typed in [
            " https://api.acme.example/x",
            "https://api.acme.example/x\r\n",
            "\u{feff}https://api.acme.example/x\u{a0}",
            "<https://api.acme.example/x>",
            " \"https://api.acme.example/x\" ",
            "'https://api.acme.example/x'",
            "“https://api.acme.example/x”",
            "<\u{200b}'/x'>",
            "\"/x",
            "\t/x",
        ] {
            assert_eq!(resolved(typed).unwrap().url, home, "{typed:?}");
        }
        // Behind it they may be meant.
        for kept in ["/x?q='a'", "/x?q=\"a\"", "/x(7)", "/x)", "/x?q=a>"] {
            assert_eq!(bare_url(kept), kept);
        }
        assert!(resolved("/a b").unwrap_err().message.contains("blank"));
        assert!(resolved("<>").unwrap_err().message.contains("empty"));
    }

    #[test]
    fn no_token_stands_in_a_host_nor_where_it_would_be_lost() {
        for (typed, says) in [
            ("https://{{token:x}}/", "where the host stands"),
            ("https://a.{{token:x}}.example/", "where the host stands"),
            ("https://a.example:{{token:x}}/", "is no URL"),
            ("{{token:x}}://a.example/", "not an http or https URL"),
            ("/a/{{", "no name that could be filled in"),
            ("/a/{{token:NO}}", "no name that could be filled in"),
        ] {
            let failure = resolved(typed).unwrap_err();
            assert_eq!(failure.cause, Cause::RequestBadUrl, "{typed}");
            assert!(
                failure.message.contains(says),
                "{typed}: {}",
                failure.message
            );
            assert!(
                !failure.message.contains("tokenstandin"),
                "{}",
                failure.message
            );
        }
    }
}
