//! A request as a person types it, and the pure step that fills it in.

use super::body::{Filling, body, is_form};
use super::template::{self, FilledText, Piece, as_data, as_text, pieces, with_names};
use super::{Author, Border, Cause, Environment, Failure, SentRequest, SlotPlace, TokenName};
use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;
use url::{Position, Url};

/// What stands for a secret that has no name, in everything that is shown or kept.
pub const MASK: &str = "‹secret›";

/// A row of a table: a parameter or a header, which may be switched off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    pub name: String,
    pub value: String,
    pub enabled: bool,
    /// Data: nothing in it is filled in, whatever stands in braces.
    pub literal: bool,
}

impl Param {
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Param {
        Param {
            name: name.into(),
            value: value.into(),
            enabled: true,
            literal: false,
        }
    }

    /// A row whose text came from elsewhere as data.
    pub fn data(name: impl Into<String>, value: impl Into<String>) -> Param {
        Param {
            literal: true,
            ..Param::new(name, value)
        }
        .marked()
    }

    /// Without a mark that changes nothing.
    pub fn marked(mut self) -> Param {
        self.literal &= !(template::is_plain(&self.name) && template::is_plain(&self.value));
        self
    }

    /// The tokens that stand in its value.
    pub fn tokens(&self) -> Vec<TokenName> {
        match self.literal {
            true => Vec::new(),
            false => template::token_names_in(&self.value),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Body {
    #[default]
    Empty,
    /// May hold `{{variables}}`.
    Text(String),
    /// Data: goes out byte for byte, whatever stands in braces.
    Bytes(Vec<u8>),
    /// Pairs of a form; encoded as they leave.
    Form(Vec<Param>),
    Multipart(Vec<Part>),
    /// The contents of a file, byte for byte, read as the call is made.
    File(String),
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
    /// Data: nothing in its value is filled in, whatever stands in braces.
    pub literal: bool,
}

impl From<Param> for Part {
    fn from(row: Param) -> Part {
        Part {
            name: row.name,
            value: row.value,
            is_off: !row.enabled,
            literal: row.literal,
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
            literal: part.literal,
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

    /// Every text that is filled in before it is sent, rows that are switched off included.
    pub fn templates(&self) -> Vec<&str> {
        self.templates_of(|_| true)
    }

    /// Those that go along.
    pub fn sent_templates(&self) -> Vec<&str> {
        self.templates_of(|enabled| enabled)
    }

    fn templates_of(&self, is_meant: impl Fn(bool) -> bool) -> Vec<&str> {
        let form = match &self.body {
            Body::Form(rows) => &rows[..],
            _ => &[],
        };
        let rows = self.params.iter().chain(&self.headers).chain(form);
        let rows = rows.filter(|row| !row.literal && is_meant(row.enabled));
        let rows = rows.flat_map(|row| [row.name.as_str(), row.value.as_str()]);
        let mut texts: Vec<&str> = std::iter::once(self.url.as_str()).chain(rows).collect();
        match &self.body {
            Body::Empty | Body::Bytes(_) | Body::Form(_) => {}
            Body::Text(text) | Body::File(text) => texts.push(text),
            Body::Multipart(parts) => {
                let parts = parts.iter().filter(|p| !p.literal && is_meant(!p.is_off));
                texts.extend(parts.map(|part| part.value.as_str()));
            }
        }
        texts
    }

    /// Changes every text that is filled in before it is sent.
    pub fn change_templates(&mut self, mut change: impl FnMut(&mut String)) {
        change(&mut self.url);
        let form = match &mut self.body {
            Body::Form(rows) => &mut rows[..],
            _ => &mut [],
        };
        let rows = self.params.iter_mut().chain(&mut self.headers).chain(form);
        for row in rows.filter(|row| !row.literal) {
            change(&mut row.name);
            change(&mut row.value);
        }
        match &mut self.body {
            Body::Empty | Body::Bytes(_) | Body::Form(_) => {}
            Body::Text(text) | Body::File(text) => change(text),
            Body::Multipart(parts) => {
                let parts = parts.iter_mut().filter(|part| !part.literal);
                parts.for_each(|part| change(&mut part.value));
            }
        }
    }

    /// Texts in which nothing is to be filled in become the data they stand for, and are marked
    /// where that might be forgotten: for a request that was made out of another program's.
    pub fn settle(&mut self) {
        let form = match &mut self.body {
            Body::Form(rows) => &mut rows[..],
            _ => &mut [],
        };
        let rows = self.params.iter_mut().chain(&mut self.headers).chain(form);
        for row in rows.filter(|row| !row.literal) {
            if let (Some(name), Some(value)) = (as_data(&row.name), as_data(&row.value)) {
                row.literal = !(template::is_plain(&name) && template::is_plain(&value));
                (row.name, row.value) = (name, value);
            }
        }
        match &mut self.body {
            Body::Text(text) => match as_data(text) {
                Some(data) if !template::is_plain(&data) => {
                    self.body = Body::Bytes(data.into_bytes());
                }
                Some(data) => *text = data,
                None => {}
            },
            Body::Multipart(parts) => {
                for part in parts.iter_mut().filter(|p| !p.literal && !p.is_file) {
                    if let Some(data) = as_data(&part.value) {
                        part.literal = !template::is_plain(&data);
                        part.value = data;
                    }
                }
            }
            Body::Empty | Body::Bytes(_) | Body::Form(_) | Body::File(_) => {}
        }
    }

    /// The other way round: data becomes a text that, filled in, is that data again.
    pub fn unsettle(&mut self) {
        let form = match &mut self.body {
            Body::Form(rows) => &mut rows[..],
            _ => &mut [],
        };
        let rows = self.params.iter_mut().chain(&mut self.headers).chain(form);
        for row in rows.filter(|row| row.literal) {
            (row.name, row.value) = (as_text(&row.name), as_text(&row.value));
            row.literal = false;
        }
        match &mut self.body {
            Body::Bytes(bytes) => {
                if let Ok(text) = std::str::from_utf8(bytes) {
                    self.body = Body::Text(as_text(text));
                }
            }
            Body::Multipart(parts) => {
                for part in parts.iter_mut().filter(|part| part.literal) {
                    part.value = as_text(&part.value);
                    part.literal = false;
                }
            }
            Body::Empty | Body::Text(_) | Body::Form(_) | Body::File(_) => {}
        }
    }

    /// Every token that it asks for.
    pub fn tokens(&self) -> Vec<TokenName> {
        let texts = self.templates().into_iter();
        let slots = texts.flat_map(template::token_names_in);
        slots.chain(self.auth.token().cloned()).collect()
    }

    /// Takes every mention of a token out, so that the request is not sent until it is named anew.
    pub fn forget_token(&mut self, name: &TokenName) {
        let slot = template::slot(name);
        self.change_templates(|text| *text = text.replace(&slot, MASK));
        if self.auth.token() == Some(name) {
            self.auth = Auth::None;
        }
    }

    /// Writes values in the place of the variables that have one here, into a request that was
    /// made out of another program's. They are data, and stay it.
    pub fn fill_in(&mut self, values: &[(String, String)]) {
        let values: HashMap<&str, &str> = values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        if values.is_empty() {
            return;
        }
        let value = |name: &str| values.get(name).map(|value| as_text(value));
        self.change_templates(|text| *text = with_names(text, value));
        self.settle();
    }

    /// RFC 9110, 9.2.1: whether the method asks for no change.
    pub fn is_safe(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }
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
    let (url, text) = url(spec, environment)?;
    let mut sent = SentRequest {
        method,
        slots: text.slots_at(SlotPlace::Url).collect(),
        url: text.text,
        ..SentRequest::default()
    };
    for (name, value) in headers(spec, environment, &url)? {
        sent.push_header(&name, value);
    }
    let Filling {
        body,
        slots,
        files,
        media_type,
    } = body(&spec.body, environment, is_form(&sent.headers))?;
    if let Some(media_type) = media_type
        && !sent.headers.has("content-type")
    {
        sent.headers.push("content-type", media_type);
    }
    if !body.is_empty()
        && !sent.headers.has("content-type")
        && serde_json::from_slice::<serde::de::IgnoredAny>(&body).is_ok()
    {
        sent.headers.push("content-type", "application/json");
    }
    if let Auth::Bearer(name) = &spec.auth
        && !sent.headers.has("authorization")
    {
        sent.push_bearer(name);
    }
    (sent.body, sent.files) = (body, files);
    sent.slots.extend(slots);
    Ok(sent)
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

/// The URL with stand-ins for its tokens, and its text with their slots.
fn url(spec: &RequestSpec, environment: &Environment) -> Result<(Url, FilledText), Failure> {
    let bad =
        |why: String, hint: &str| Failure::unsent(Cause::RequestBadUrl, format!("{why}."), hint);
    if spec.url.trim().is_empty() {
        return Err(bad(
            "the URL is empty".into(),
            "Type a URL, or a path that begins with /.",
        ));
    }
    if spec.url.contains(char::is_whitespace) {
        return Err(bad(
            "the URL has a blank in it".into(),
            "Take the blank out; inside a path or a value it is written %20.",
        ));
    }
    let is_open = |piece: &Piece| matches!(piece, Piece::Plain(plain) if plain.contains("{{"));
    if pieces(&spec.url).any(|piece| is_open(&piece)) {
        return Err(bad(
            format!(
                "\"{}\" holds {{{{ and no name that could be filled in",
                spec.url
            ),
            "Write a name between {{ and }}; braces that are meant are written %7B and %7D.",
        ));
    }
    if spec.url.starts_with('/') && environment.variable("base").is_none() {
        return Err(bad(
            format!(
                "the URL is only a path, and \"{}\" has no base URL",
                environment.name
            ),
            BASE_HINT,
        ));
    }
    let typed = if spec.url.starts_with('/') {
        Cow::Owned(format!("{{{{base}}}}{}", spec.url))
    } else {
        Cow::Borrowed(spec.url.as_str())
    };
    let mut filled = fill(&typed, environment, "URL", Cause::RequestBadUrl)?;
    let mut pairs = Vec::new();
    for param in spec.params.iter().filter(|param| param.enabled) {
        let fill = |text| match param.literal {
            true => Ok(FilledText::from(String::clone(text))),
            false => fill(text, environment, "parameters", Cause::RequestBadUrl),
        };
        pairs.push((fill(&param.name)?, fill(&param.value)?));
    }
    let shown = filled.text.clone();
    // The library changes what it takes in; where the tokens are afterwards, a stand-in tells
    // that it has no reason to change.
    let texts = pairs.iter().flat_map(|(name, value)| [name, value]);
    let mut stand_ins = StandIns::unlike(texts.chain([&filled]));
    filled = stand_ins.put(&filled);
    let mut url = match Url::parse(&filled.text) {
        Ok(url) => url,
        Err(url::ParseError::RelativeUrlWithoutBase) => {
            return Err(bad(
                format!("\"{shown}\" has no scheme"),
                "Begin with https:// or http://, or with / for a path under the base URL.",
            ));
        }
        Err(error) => {
            return Err(bad(
                format!("\"{shown}\" is no URL: {error}"),
                "Correct the URL.",
            ));
        }
    };
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(bad(
            format!("\"{shown}\" is not an http or https URL"),
            "Begin with https:// or http://.",
        ));
    }
    if url[..Position::BeforeUsername].contains(&stand_ins.stem)
        || url[Position::BeforeHost..Position::BeforePath].contains(&stand_ins.stem)
    {
        return Err(bad(
            format!("\"{shown}\" has a token where the host stands"),
            "Write the host as it is; a token goes into the path, a parameter or a header.",
        ));
    }
    if !pairs.is_empty() {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| (stand_ins.put(name).text, stand_ins.put(value).text))
            .collect();
        url.query_pairs_mut().extend_pairs(pairs);
    }
    let Some(text) = stand_ins.taken_out(url.as_str()) else {
        return Err(bad(
            format!("a token in \"{shown}\" stands where it would not be sent"),
            "Write it into the path or a parameter.",
        ));
    };
    Ok((url, text))
}

/// Words of letters and digits in the place of tokens.
struct StandIns {
    /// Stands in no other text of the URL.
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

    fn put(&mut self, filled: &FilledText) -> FilledText {
        let mut text = String::with_capacity(filled.text.len());
        let mut from = 0;
        for (range, name) in &filled.slots {
            text.push_str(&filled.text[from..range.start]);
            text.push_str(&format!("{}{}z", self.stem, self.names.len()));
            self.names.push(name.clone());
            from = range.end;
        }
        text.push_str(&filled.text[from..]);
        text.into()
    }

    /// The tokens back in their places; `None` where one of them is gone.
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

/// The headers in order, their tokens still by name.
fn headers(
    spec: &RequestSpec,
    environment: &Environment,
    url: &Url,
) -> Result<Vec<(String, FilledText)>, Failure> {
    let cause = Cause::RequestInvalidParameter;
    let mut typed = Vec::new();
    for row in spec.headers.iter().filter(|row| row.enabled) {
        let value = match row.literal {
            true => FilledText::from(row.value.clone()),
            false => fill(&row.value, environment, &row.name, cause)?,
        };
        typed.push((row.name.clone(), value));
    }
    let is = |known: &str, name: &str| known.eq_ignore_ascii_case(name);
    let named = |name: &str| typed.iter().any(|(known, _)| is(known, name));
    let hosts = typed.iter().filter(|(name, _)| is(name, "host"));
    let hosts: Vec<&str> = hosts.map(|(_, value)| value.text.as_str()).collect();
    // What an environment sends along is meant for its own host and for no other.
    let border = Border::new(environment, Author::Person, url, &hosts)?;
    let own = environment.headers.iter().filter(|_| border.headers_go());
    let mut headers = Vec::new();
    for (name, value) in own.filter(|(name, _)| !named(name)) {
        headers.push((name.clone(), fill(value, environment, name, cause)?));
    }
    let usual = [
        ("accept", "application/json, */*;q=0.8"),
        ("accept-encoding", "gzip, deflate, br, zstd"),
        (
            "user-agent",
            concat!("httriage/", env!("CARGO_PKG_VERSION")),
        ),
    ];
    let usual = usual
        .into_iter()
        .filter(|(name, _)| !named(name) && !headers.iter().any(|(known, _)| is(known, name)));
    let mut all: Vec<(String, FilledText)> = usual
        .map(|(name, value)| (name.to_owned(), FilledText::from(value.to_owned())))
        .collect();
    all.append(&mut headers);
    all.append(&mut typed);
    for (name, value) in &all {
        let name_fits = !name.is_empty() && name.bytes().all(is_field_name_byte);
        let value_fits = !value
            .text
            .bytes()
            .any(|b| (b < 32 && b != b'\t') || b == 127);
        if !name_fits || !value_fits {
            let part = if name_fits { "value" } else { "name" };
            return Err(Failure::unsent(
                cause,
                format!(
                    "the {part} of header \"{name}\" holds a character that HTTP does not allow."
                ),
                "Remove line breaks and control characters; a name has letters, digits and dashes only.",
            ));
        }
    }
    Ok(all)
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
) -> Result<FilledText, Failure> {
    template::fill(text, |name| environment.variable(name)).map_err(|name| {
        let hint = match name {
            "base" => BASE_HINT.to_owned(),
            _ => format!("Give it with --var {name}=…, or under variables in config.toml."),
        };
        Failure::unsent(
            cause,
            format!(
                "{{{{{name}}}}} in the {place} has no value in environment \"{}\".",
                environment.name
            ),
            hint,
        )
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
        assert_eq!(sent.tokens(), [TokenName::named("support")]);
        assert_eq!(
            &authorization[sent.slots[0].range.clone()],
            "{{token:support}}"
        );
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
