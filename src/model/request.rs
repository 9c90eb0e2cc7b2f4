//! A request as a person types it, and the pure step that fills it in.

use super::body::{Filling, body};
use super::{Cause, Environment, Failure, Headers, Origin, SentRequest, TokenName, TokenRef};
use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;
use url::Url;

/// What stands for a secret that has no name, in everything that is shown or kept.
pub const MASK: &str = "‹secret›";

/// A row of a table: a parameter or a header, which may be switched off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    pub name: String,
    pub value: String,
    pub enabled: bool,
}

impl Param {
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Param {
        Param {
            name: name.into(),
            value: value.into(),
            enabled: true,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Body {
    #[default]
    Empty,
    /// May hold `{{variables}}`.
    Text(String),
    /// Goes out byte for byte.
    Bytes(Vec<u8>),
    /// Pairs of a form; encoded as they leave.
    Form(Vec<Param>),
    Multipart(Vec<Part>),
    /// The contents of a file, byte for byte, read as the call is made.
    File(String),
}

impl Body {
    /// Changes every text in it; bytes that are no text stay as they are.
    pub fn change_texts(&mut self, change: impl Fn(&mut String)) {
        match self {
            Body::Empty => {}
            Body::Text(text) | Body::File(text) => change(text),
            Body::Bytes(bytes) => {
                if let Ok(text) = std::str::from_utf8(bytes) {
                    let mut text = text.to_owned();
                    change(&mut text);
                    *bytes = text.into_bytes();
                }
            }
            Body::Form(rows) => rows.iter_mut().for_each(|row| change(&mut row.value)),
            Body::Multipart(parts) => parts.iter_mut().for_each(|part| change(&mut part.value)),
        }
    }
}

/// One part of a multipart body (RFC 7578).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    pub name: String,
    /// The text of the part, or the path of the file that it is read from.
    pub value: String,
    pub is_file: bool,
    /// The name that the receiver is told; that of the file if absent.
    pub file_name: Option<String>,
    pub media_type: Option<String>,
    /// Stays at home.
    pub is_off: bool,
}

impl From<Param> for Part {
    fn from(row: Param) -> Part {
        Part {
            name: row.name,
            value: row.value,
            is_off: !row.enabled,
            ..Part::default()
        }
    }
}

impl From<Part> for Param {
    fn from(part: Part) -> Param {
        Param {
            name: part.name,
            value: part.value,
            enabled: !part.is_off,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Auth {
    #[default]
    None,
    /// RFC 6750, 2.1: `Authorization: Bearer …`
    Bearer(TokenName),
}

impl Auth {
    pub fn token(&self) -> Option<&TokenName> {
        match self {
            Auth::None => None,
            Auth::Bearer(name) => Some(name),
        }
    }
}

/// A request as typed. Its texts may hold `{{variables}}`, and `{{token:NAME}}` where a token
/// goes elsewhere than into `Authorization`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestSpec {
    pub method: String,
    pub url: String,
    pub params: Vec<Param>,
    pub headers: Vec<Param>,
    pub body: Body,
    pub auth: Auth,
    /// For people; they stay here, and are kept with the call.
    pub notes: String,
}

impl RequestSpec {
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> RequestSpec {
        RequestSpec {
            method: method.into(),
            url: url.into(),
            ..RequestSpec::default()
        }
    }

    /// Takes every mention of a token out, so that the request is not sent until it is named anew.
    pub fn forget_token(&mut self, name: &TokenName) {
        let slot = format!("{{{{token:{name}}}}}");
        let forget = |text: &mut String| *text = text.replace(&slot, MASK);
        forget(&mut self.url);
        for row in self.params.iter_mut().chain(&mut self.headers) {
            forget(&mut row.name);
            forget(&mut row.value);
        }
        self.body.change_texts(forget);
        if self.auth.token() == Some(name) {
            self.auth = Auth::None;
        }
    }

    /// Writes values in the place of the variables that have one here.
    pub fn fill_in(&mut self, values: &[(String, String)]) {
        let values: HashMap<&str, &str> = values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        if values.is_empty() {
            return;
        }
        let value = |name: &str| values.get(name).map(|value| (*value).to_owned());
        let fill = |text: &mut String| *text = with_names(text, value);
        fill(&mut self.url);
        for row in self.params.iter_mut().chain(&mut self.headers) {
            fill(&mut row.name);
            fill(&mut row.value);
        }
        // Bytes go out as they are, whatever stands in them.
        if !matches!(self.body, Body::Bytes(_)) {
            self.body.change_texts(fill);
        }
    }

    pub fn is_safe(&self) -> bool {
        is_safe_method(&self.method)
    }
}

/// RFC 9110, 9.2.1: whether the method asks for no change.
pub fn is_safe_method(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS")
}

/// How a call is made, beside what it says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// The wait before it goes.
    pub wait: Duration,
    /// Whether it goes again where the answer asks to come back later.
    pub retries: bool,
    /// Bytes of the answer's body that are kept, where it is not the usual number.
    pub body_bytes: Option<u64>,
}

/// Fills in what was typed. A request that cannot be sent comes back as the failure it is,
/// with the place, the reason and what to change.
pub fn resolve(spec: &RequestSpec, environment: &Environment) -> Result<SentRequest, Failure> {
    let method = method(&spec.method)?;
    check_masks(spec)?;
    let url = url(spec, environment)?;
    let headers = headers(spec, environment, &url)?;
    let Filling {
        body,
        files,
        media_type,
    } = body(&spec.body, environment)?;
    let mut sent = SentRequest {
        method,
        url: url.into(),
        headers,
        body,
        files,
        token: None,
    };
    if let Some(media_type) = media_type
        && !sent.headers.has("content-type")
    {
        sent.headers.push("content-type", media_type);
    }
    if !sent.body.is_empty()
        && !sent.headers.has("content-type")
        && serde_json::from_slice::<serde::de::IgnoredAny>(&sent.body).is_ok()
    {
        sent.headers.push("content-type", "application/json");
    }
    if let Auth::Bearer(name) = &spec.auth
        && !sent.headers.has("authorization")
    {
        let value = format!("Bearer {{{{token:{name}}}}}");
        sent.headers.push("authorization", value);
        sent.token = Some(TokenRef {
            name: name.clone(),
            fingerprint: None,
        });
    }
    Ok(sent)
}

/// Every token that a text names as `{{token:NAME}}`.
pub fn token_names_in(text: &str) -> Vec<TokenName> {
    pieces(text)
        .filter_map(|piece| match piece {
            Piece::Name(name) => TokenName::new(name.strip_prefix("token:")?),
            Piece::Plain(_) => None,
        })
        .collect()
}

/// Everything that a text names as `{{name}}`.
pub fn names_in(text: &str) -> Vec<&str> {
    let named = pieces(text).filter_map(|piece| match piece {
        Piece::Name(name) => Some(name),
        Piece::Plain(_) => None,
    });
    named.collect()
}

/// A text with what is given in the place of each `{{name}}`; where nothing is, the name stays.
pub fn with_names(text: &str, mut given: impl FnMut(&str) -> Option<String>) -> String {
    if !text.contains("{{") {
        return text.to_owned();
    }
    let mut written = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Plain(plain) => written.push_str(plain),
            Piece::Name(name) => match given(name) {
                Some(value) => written.push_str(&value),
                None => written.extend(["{{", name, "}}"]),
            },
        }
    }
    written
}

/// A request that was kept without its secrets cannot be sent until they are typed again.
fn check_masks(spec: &RequestSpec) -> Result<(), Failure> {
    let rows = spec
        .params
        .iter()
        .chain(&spec.headers)
        .filter(|row| row.enabled);
    let body = match &spec.body {
        Body::Empty => Cow::Borrowed(""),
        Body::Text(text) | Body::File(text) => Cow::Borrowed(text.as_str()),
        Body::Bytes(bytes) => String::from_utf8_lossy(bytes),
        Body::Form(rows) => {
            let rows = rows.iter().filter(|row| row.enabled);
            Cow::Owned(rows.map(|row| row.value.as_str()).collect())
        }
        Body::Multipart(parts) => {
            let parts = parts.iter().filter(|part| !part.is_off);
            Cow::Owned(parts.map(|part| part.value.as_str()).collect())
        }
    };
    let mut texts = vec![
        ("URL".to_owned(), spec.url.as_str()),
        ("body".to_owned(), &body),
    ];
    texts.extend(rows.map(|row| (format!("value of {}", row.name), row.value.as_str())));
    match texts.into_iter().find(|(_, text)| text.contains(MASK)) {
        None => Ok(()),
        Some((place, _)) => Err(Failure::unsent(
            Cause::TokenMissing,
            format!("the {place} holds a secret that was masked when the call was kept."),
            "Type it again, or give it a name and write {{token:NAME}} in its place.",
        )),
    }
}

fn method(text: &str) -> Result<String, Failure> {
    if !text.is_empty() && text.len() <= 40 && text.bytes().all(is_field_name_byte) {
        return Ok(text.to_owned());
    }
    Err(Failure::unsent(
        Cause::RequestWrongMethod,
        format!("\"{text}\" cannot be a method."),
        "Use GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS.",
    ))
}

fn url(spec: &RequestSpec, environment: &Environment) -> Result<Url, Failure> {
    let bad = |why: String, hint: &str| {
        Err(Failure::unsent(
            Cause::RequestBadUrl,
            format!("{why}."),
            hint,
        ))
    };
    if spec.url.trim().is_empty() {
        return bad(
            "the URL is empty".into(),
            "Type a URL, or a path that begins with /.",
        );
    }
    if spec.url.contains(char::is_whitespace) {
        return bad(
            "the URL has a blank in it".into(),
            "Take the blank out; inside a path or a value it is written %20.",
        );
    }
    if spec.url.starts_with('/') && environment.variable("base").is_none() {
        return bad(
            format!(
                "the URL is only a path, and \"{}\" has no base URL",
                environment.name
            ),
            BASE_HINT,
        );
    }
    let typed = if spec.url.starts_with('/') {
        format!("{{{{base}}}}{}", spec.url)
    } else {
        spec.url.clone()
    };
    let text = fill(&typed, environment, "URL", Cause::RequestBadUrl)?;
    let mut url = match Url::parse(&text) {
        Ok(url) => url,
        Err(url::ParseError::RelativeUrlWithoutBase) => {
            return bad(
                format!("\"{text}\" has no scheme"),
                "Begin with https:// or http://, or with / for a path under the base URL.",
            );
        }
        Err(error) => return bad(format!("\"{text}\" is no URL: {error}"), "Correct the URL."),
    };
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return bad(
            format!("\"{text}\" is not an http or https URL"),
            "Begin with https:// or http://.",
        );
    }
    let enabled: Vec<_> = spec.params.iter().filter(|p| p.enabled).collect();
    if !enabled.is_empty() {
        let mut filled = Vec::with_capacity(enabled.len());
        for param in enabled {
            let fill = |text| fill(text, environment, "parameters", Cause::RequestBadUrl);
            filled.push((fill(&param.name)?, fill(&param.value)?));
        }
        url.query_pairs_mut().extend_pairs(filled);
    }
    Ok(url)
}

fn headers(spec: &RequestSpec, environment: &Environment, url: &Url) -> Result<Headers, Failure> {
    let cause = Cause::RequestInvalidParameter;
    let typed = spec.headers.iter().filter(|h| h.enabled);
    let named = |name: &str| typed.clone().any(|h| h.name.eq_ignore_ascii_case(name));
    let usual = [
        ("accept", "application/json, */*;q=0.8"),
        ("accept-encoding", "gzip, deflate, br, zstd"),
        (
            "user-agent",
            concat!("httriage/", env!("CARGO_PKG_VERSION")),
        ),
    ];
    // What an environment sends along is meant for its own host and for no other.
    let at_home = environment.origin().is_some() && environment.origin() == Origin::of(url);
    let own = environment.headers.iter().filter(|_| at_home);
    let from_environment = |name: &str| own.clone().any(|(n, _)| n.eq_ignore_ascii_case(name));
    let mut headers = Headers::new();
    for (name, value) in usual {
        if !named(name) && !from_environment(name) {
            headers.push(name, value);
        }
    }
    for (name, value) in own.clone().filter(|(name, _)| !named(name)) {
        headers.push(name.clone(), fill(value, environment, name, cause)?);
    }
    for header in typed.clone() {
        let value = fill(&header.value, environment, &header.name, cause)?;
        headers.push(header.name.clone(), value);
    }
    for header in headers.iter() {
        let name_fits = !header.name.is_empty() && header.name.bytes().all(is_field_name_byte);
        let value_fits = !header
            .value
            .iter()
            .any(|&b| (b < 32 && b != b'\t') || b == 127);
        if !name_fits || !value_fits {
            let part = if name_fits { "value" } else { "name" };
            return Err(Failure::unsent(
                cause,
                format!(
                    "the {part} of header \"{}\" holds a character that HTTP does not allow.",
                    header.name
                ),
                "Remove line breaks and control characters; a name has letters, digits and dashes only.",
            ));
        }
    }
    Ok(headers)
}

const BASE_HINT: &str =
    "Write the whole URL, or give a base with --base-url, --env or base_url in config.toml.";

/// RFC 9110, 5.6.2: the characters of a token.
fn is_field_name_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b)
}

/// Replaces `{{name}}` by its value, once; `{{token:NAME}}` stays for the vault.
pub(super) fn fill(
    text: &str,
    environment: &Environment,
    place: &str,
    cause: Cause,
) -> Result<String, Failure> {
    let mut filled = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Plain(plain) => filled.push_str(plain),
            Piece::Name(name) if name.starts_with("token:") => {
                filled.push_str(&format!("{{{{{name}}}}}"));
            }
            Piece::Name(name) => match environment.variable(name) {
                Some(value) => filled.push_str(value),
                None => {
                    let hint = match name {
                        "base" => BASE_HINT.to_owned(),
                        _ => {
                            format!(
                                "Give it with --var {name}=…, or under variables in config.toml."
                            )
                        }
                    };
                    return Err(Failure::unsent(
                        cause,
                        format!(
                            "{{{{{name}}}}} in the {place} has no value in environment \"{}\".",
                            environment.name
                        ),
                        hint,
                    ));
                }
            },
        }
    }
    Ok(filled)
}

pub(super) enum Piece<'a> {
    Plain(&'a str),
    Name(&'a str),
}

/// Splits a text at its `{{names}}`; braces that hold no name are plain text.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut from = 0;
        while let Some(found) = rest[from..].find("{{") {
            let open = from + found;
            // Only as far as a name goes: a text may be full of braces that nothing closes.
            let inside = &rest[open + 2..];
            let is_outside = |c: char| !(c.is_alphanumeric() || "_-.:".contains(c));
            let length = inside.find(is_outside).unwrap_or(inside.len());
            if length > 0 && inside[length..].starts_with("}}") {
                if open == 0 {
                    let name = &inside[..length];
                    rest = &rest[length + 4..];
                    return Some(Piece::Name(name));
                }
                let plain = &rest[..open];
                rest = &rest[open..];
                return Some(Piece::Plain(plain));
            }
            from = open + 1;
        }
        let plain = rest;
        rest = "";
        Some(Piece::Plain(plain))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acme() -> Environment {
        Environment {
            name: "acme".into(),
            base_url: "https://api.acme.example/".into(),
            headers: vec![("Core-Url".into(), "https://acme.example".into())],
            variables: vec![("runbook".into(), "7".into())],
            ..Environment::default()
        }
    }

    #[test]
    fn a_path_and_the_base_variable_mean_the_same_place() {
        for typed in ["/core/runbooks/{{runbook}}", "{{base}}/core/runbooks/7"] {
            let sent = resolve(&RequestSpec::new("GET", typed), &acme()).unwrap();
            assert_eq!(sent.url, "https://api.acme.example/core/runbooks/7");
            assert_eq!(
                sent.headers.get("core-url").unwrap(),
                "https://acme.example"
            );
        }
    }

    #[test]
    fn a_bearer_token_travels_by_name_until_the_wire() {
        let mut spec = RequestSpec::new("GET", "/x");
        spec.auth = Auth::Bearer(TokenName::new("support").unwrap());
        let sent = resolve(&spec, &acme()).unwrap();
        let authorization = sent.headers.get("authorization").unwrap().into_owned();
        assert_eq!(authorization, "Bearer {{token:support}}");
        assert_eq!(token_names_in(&authorization)[0].as_str(), "support");
    }

    #[test]
    fn an_explicit_header_wins_and_repeats_are_kept() {
        let mut spec = RequestSpec::new("GET", "/x");
        spec.auth = Auth::Bearer(TokenName::new("support").unwrap());
        spec.headers = vec![
            Param::new("authorization", "Basic eA=="),
            Param::new("core-url", "one"),
            Param::new("Core-Url", "two"),
            Param {
                enabled: false,
                ..Param::new("X-Off", "1")
            },
        ];
        let sent = resolve(&spec, &acme()).unwrap();
        assert_eq!(
            sent.headers.all("authorization").collect::<Vec<_>>(),
            ["Basic eA=="]
        );
        assert_eq!(
            sent.headers.all("core-url").collect::<Vec<_>>(),
            ["one", "two"]
        );
        assert!(!sent.headers.has("x-off"));
        assert_eq!(sent.token, None);
    }

    #[test]
    fn params_are_encoded_and_switched_off_ones_stay_home() {
        let mut spec = RequestSpec::new("GET", "/x?a=1");
        spec.params = vec![
            Param::new("page[size]", "2 0"),
            Param {
                enabled: false,
                ..Param::new("off", "1")
            },
        ];
        let sent = resolve(&spec, &acme()).unwrap();
        assert_eq!(
            sent.url,
            "https://api.acme.example/x?a=1&page%5Bsize%5D=2+0"
        );
    }

    #[test]
    fn what_cannot_be_sent_is_named_with_its_place() {
        let cases = [
            ("", "empty"),
            ("/a b", "blank"),
            ("/{{missing}}", "{{missing}} in the URL"),
            ("api.acme.example/x", "scheme"),
            ("ftp://acme.example/x", "http"),
            ("https://", "no URL"),
        ];
        for (typed, says) in cases {
            let failure = resolve(&RequestSpec::new("GET", typed), &acme()).unwrap_err();
            assert_eq!(failure.cause, Cause::RequestBadUrl, "{typed}");
            assert!(
                failure.message.contains(says),
                "{typed}: {}",
                failure.message
            );
        }
        let nowhere = Environment::default();
        assert!(resolve(&RequestSpec::new("GET", "/x"), &nowhere).is_err());
        assert!(resolve(&RequestSpec::new("G T", "/x"), &acme()).is_err());
    }

    #[test]
    fn headers_of_an_environment_stay_with_its_host() {
        let elsewhere = RequestSpec::new("GET", "https://other.example/x");
        let sent = resolve(&elsewhere, &acme()).unwrap();
        assert!(!sent.headers.has("core-url"));
    }

    #[test]
    fn a_line_break_cannot_enter_a_header() {
        let mut spec = RequestSpec::new("GET", "/x");
        spec.headers = vec![Param::new("X-A", "1\r\nX-B: 2")];
        let failure = resolve(&spec, &acme()).unwrap_err();
        assert_eq!(failure.cause, Cause::RequestInvalidParameter);
    }

    #[test]
    fn json_data_brings_its_type_and_bytes_go_out_untouched() {
        let mut spec = RequestSpec::new("POST", "/x");
        spec.body = Body::Bytes(b"{\"a\": \"{{runbook}}\"}".to_vec());
        let sent = resolve(&spec, &acme()).unwrap();
        assert_eq!(sent.body, b"{\"a\": \"{{runbook}}\"}");
        assert_eq!(
            sent.headers.get("content-type").unwrap(),
            "application/json"
        );

        spec.body = Body::Text("run {{runbook}}".into());
        let sent = resolve(&spec, &acme()).unwrap();
        assert_eq!(sent.body, b"run 7");
        assert!(!sent.headers.has("content-type"));
    }

    #[test]
    fn braces_without_a_name_are_plain_text() {
        let mut spec = RequestSpec::new("POST", "/x");
        spec.body = Body::Text("{{ a }} {{{runbook}}} {{".into());
        let sent = resolve(&spec, &acme()).unwrap();
        assert_eq!(sent.body, b"{{ a }} {7} {{");
    }
}
