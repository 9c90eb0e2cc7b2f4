//! A request as a person types it.

use super::method::{is_safe_method, rows_ask_to_write, url_asks_to_write};
use super::template::{self, as_data, as_text, with_names};
use super::{Jar, TokenName};
use std::collections::HashMap;
use std::time::Duration;

/// What replaces a secret without a name in everything shown or kept.
pub const MASK: &str = "‹secret›";

/// A row of a table: a parameter or a header, which may be switched off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    pub name: String,
    pub value: String,
    pub enabled: bool,
    /// Whether it is data: nothing in it is filled in, even `{{names}}`.
    pub literal: bool,
    /// The pair of a query as it was written; see `as_written`.
    pub written: Option<String>,
}

impl Param {
    /// A row that is switched on and may hold `{{names}}`.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Param {
        Param {
            name: name.into(),
            value: value.into(),
            enabled: true,
            literal: false,
            written: None,
        }
    }

    /// A row whose text came from elsewhere, as data.
    pub fn data(name: impl Into<String>, value: impl Into<String>) -> Param {
        Param {
            literal: true,
            ..Param::new(name, value)
        }
        .marked()
    }

    /// The row without the mark for data, if that mark makes no difference.
    pub fn marked(mut self) -> Param {
        self.literal &= !(template::is_plain(&self.name) && template::is_plain(&self.value));
        self
    }

    /// The tokens in its value.
    pub fn tokens(&self) -> Vec<TokenName> {
        if self.literal {
            Vec::new()
        } else {
            template::token_names_in(&self.value)
        }
    }
}

/// The body of a request, as typed or loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Body {
    #[default]
    Empty,
    /// May hold `{{variables}}`.
    Text(String),
    /// Data: sent byte for byte, even `{{names}}`.
    Bytes(Vec<u8>),
    /// Pairs of a form; encoded when they are sent.
    Form(Vec<Param>),
    Multipart(Vec<Part>),
    /// The contents of a file, byte for byte, read when the call is made.
    File(String),
}

/// One part of a multipart body (RFC 7578).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    pub name: String,
    /// The text of the part, or the path of the file to read it from.
    pub value: String,
    pub is_file: bool,
    /// The file name to tell the receiver; if `None`, the real one.
    pub file_name: Option<String>,
    pub media_type: Option<String>,
    /// Whether it is switched off and not sent.
    pub is_off: bool,
    /// Whether it is data: nothing in its value is filled in, even `{{names}}`.
    pub literal: bool,
    /// For a pair of a query: how it was written.
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

/// How a request says who makes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Auth {
    #[default]
    None,
    /// RFC 6750, 2.1: `Authorization: Bearer …`
    Bearer(TokenName),
}

impl Auth {
    /// The token of the request; `None` if it is made without one.
    pub fn token(&self) -> Option<&TokenName> {
        match self {
            Auth::None => None,
            Auth::Bearer(name) => Some(name),
        }
    }
}

/// A request as typed. Its texts may hold `{{variables}}`, and `{{token:NAME}}` for a token that
/// goes elsewhere than into `Authorization`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestSpec {
    pub method: String,
    pub url: String,
    pub params: Vec<Param>,
    pub headers: Vec<Param>,
    pub body: Body,
    pub auth: Auth,
    /// For people: kept with the call, never sent.
    pub notes: String,
}

impl RequestSpec {
    /// A request without headers, body or token.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> RequestSpec {
        RequestSpec {
            method: method.into(),
            url: url.into(),
            ..RequestSpec::default()
        }
    }

    /// Whether its body is sent without a type: there is a row for one, and it is switched off.
    pub fn has_no_type(&self) -> bool {
        let named = |row: &&Param| row.name.eq_ignore_ascii_case("content-type");
        let mut rows = self.headers.iter().filter(named).peekable();
        rows.peek().is_some() && rows.all(|row| !row.enabled)
    }

    /// Keeps a body without a type that way, even if it looks like JSON, because another program
    /// sends it so.
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

    /// Every text to fill in before sending, with those of rows that are switched off.
    pub fn templates(&self) -> Vec<&str> {
        self.templates_of(|_| true)
    }

    /// Every text to fill in of what is sent.
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

    /// Changes every text to fill in before sending.
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

    /// Turns texts with nothing to fill in into the data they stand for, and marks them if that
    /// might get lost: for a request that another program made.
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

    /// Turns data back into texts that give the same data when filled in.
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

    /// The paths of the files to send, to be changed.
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

    /// The paths of the files to send.
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

    /// Every token that it uses.
    pub fn tokens(&self) -> Vec<TokenName> {
        let texts = self.templates().into_iter();
        let slots = texts.flat_map(template::token_names_in);
        slots.chain(self.auth.token().cloned()).collect()
    }

    /// Removes every mention of a token, so that the request cannot be sent until the token is
    /// named again.
    pub fn forget_token(&mut self, name: &TokenName) {
        let slot = template::slot(name);
        self.change_templates(|text| *text = text.replace(&slot, MASK));
        if self.auth.token() == Some(name) {
            self.auth = Auth::None;
        }
    }

    /// Replaces variables by these values in a request that another program made. The values are
    /// data, and stay data.
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

    /// Whether it only reads (RFC 9110, 9.2.1), and asks for no other method on the side.
    pub fn is_safe(&self) -> bool {
        let rows = self.headers.iter().chain(&self.params);
        let rows = rows.filter(|row| row.enabled);
        let rows = rows.map(|row| (row.name.as_str(), row.value.as_str()));
        is_safe_method(&self.method) && !rows_ask_to_write(rows) && !url_asks_to_write(&self.url)
    }
}

/// How to make a call, apart from its content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// The wait before it is sent.
    pub wait: Duration,
    /// Whether to send it again if the response says to come back later.
    pub retries: bool,
    /// The most bytes of the response's body to keep, if not the default.
    pub body_bytes: Option<u64>,
    /// The cookies to send along.
    pub jar: Jar,
    /// Whether it ends at a redirect, wherever that leads.
    pub stays: bool,
}
