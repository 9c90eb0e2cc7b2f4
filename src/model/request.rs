//! A request as a person types it.

use super::template::{self, as_data, as_text, with_names};
use super::{Jar, TokenName};
use std::collections::HashMap;
use std::time::Duration;

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
    /// The pair of a query as it was written; see `as_written`.
    pub written: Option<String>,
}

impl Param {
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Param {
        Param {
            name: name.into(),
            value: value.into(),
            enabled: true,
            literal: false,
            written: None,
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
    /// Of a row that is a pair of a query: how it was written.
    pub written: Option<String>,
}

impl From<Param> for Part {
    fn from(row: Param) -> Part {
        Part {
            name: row.name,
            value: row.value,
            is_off: !row.enabled,
            literal: row.literal,
            written: row.written,
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
            written: part.written,
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

    /// Whether its body goes out without a type: the row for one is there and switched off.
    pub fn has_no_type(&self) -> bool {
        let named = |row: &&Param| row.name.eq_ignore_ascii_case("content-type");
        let mut rows = self.headers.iter().filter(named).peekable();
        rows.peek().is_some() && rows.all(|row| !row.enabled)
    }

    /// What another program sends without a type stays so, though it looks like JSON.
    pub fn keep_untyped(&mut self) {
        let named = |row: &Param| row.enabled && row.name.eq_ignore_ascii_case("content-type");
        let begins = |bytes: &[u8]| bytes.trim_ascii_start().first().copied();
        let looks = match &self.body {
            Body::Text(text) => begins(text.as_bytes()),
            Body::Bytes(bytes) => begins(bytes),
            _ => None,
        };
        let is_json = looks.is_some_and(|b| b"{[\"-tfn".contains(&b) || b.is_ascii_digit());
        if is_json && !self.headers.iter().any(named) && !self.has_no_type() {
            self.headers.push(Param {
                enabled: false,
                ..Param::new("Content-Type", "")
            });
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
            row.change(&mut change);
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
        rows.for_each(Param::settle);
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
        rows.for_each(Param::unsettle);
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

    /// The paths of the files that go along.
    pub fn files_mut(&mut self) -> Vec<&mut String> {
        match &mut self.body {
            Body::File(path) => vec![path],
            Body::Multipart(parts) => {
                let parts = parts.iter_mut().filter(|part| part.is_file && !part.is_off);
                parts.map(|part| &mut part.value).collect()
            }
            Body::Empty | Body::Text(_) | Body::Bytes(_) | Body::Form(_) => Vec::new(),
        }
    }

    /// The same, to be read.
    pub fn files(&self) -> Vec<&str> {
        match &self.body {
            Body::File(path) => vec![path],
            Body::Multipart(parts) => {
                let parts = parts.iter().filter(|part| part.is_file && !part.is_off);
                parts.map(|part| part.value.as_str()).collect()
            }
            Body::Empty | Body::Text(_) | Body::Bytes(_) | Body::Form(_) => Vec::new(),
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
    /// The cookies that it takes along.
    pub jar: Jar,
    /// Whether it ends at a redirect, wherever that leads.
    pub stays: bool,
}
