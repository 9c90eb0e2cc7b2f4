//! Reads as much JavaScript as the arguments of a call need: strings, objects, lists, names with a
//! value, and a few functions. Nothing is run. What cannot be known becomes a variable.

use crate::format::written;
use crate::model::{Param, Part, as_data, as_text};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::collections::HashMap;

/// The deepest nesting that is read; no person nests deeper.
const DEEPEST: usize = 64;
/// The most bytes of a text.
const MOST: usize = 1_000_000;
const MOST_NAMES: usize = 1_000;

/// A JavaScript value; its texts may hold `{{names}}`.
#[derive(Clone, Debug)]
pub enum Term {
    Null,
    Text(String),
    /// A number or boolean as written; also a variable that may be one.
    Plain(String),
    List(Vec<Term>),
    Object(Vec<(String, Term)>),
    Form(Vec<Param>),
    Parts(Vec<Part>),
    Unknown,
}

impl Term {
    /// A text or number as text; empty for lists, objects and what is unknown.
    pub fn text(&self) -> String {
        match self {
            Term::Text(text) | Term::Plain(text) => text.clone(),
            Term::Null => "null".to_owned(),
            _ => String::new(),
        }
    }

    /// Writes the value as `JSON.stringify` does.
    fn json(&self, out: &mut String) {
        match self {
            Term::Null | Term::Unknown => out.push_str("null"),
            Term::Text(text) => out.push_str(&Value::from(text.as_str()).to_string()),
            Term::Plain(text) => out.push_str(&as_number(text)),
            Term::Form(_) | Term::Parts(_) => out.push_str("{}"),
            Term::List(terms) => {
                out.push('[');
                for (number, term) in terms.iter().enumerate() {
                    if number > 0 {
                        out.push(',');
                    }
                    term.json(out);
                }
                out.push(']');
            }
            Term::Object(members) => {
                out.push('{');
                for (number, (name, term)) in members.iter().enumerate() {
                    if number > 0 {
                        out.push(',');
                    }
                    out.push_str(&Value::from(name.as_str()).to_string());
                    out.push(':');
                    term.json(out);
                }
                out.push('}');
            }
        }
    }
}

/// Joins a path to a base as `new URL(path, base)` does.
fn joined(path: &str, base: &str) -> String {
    if path.contains("://") || path.starts_with("{{") {
        return path.to_owned();
    }
    let start = base.find("://").map_or(0, |at| at + 3);
    let root = base[start..].find('/').map_or(base.len(), |at| start + at);
    if path.starts_with('/') {
        format!("{}{path}", &base[..root])
    } else {
        let end = base.find(['?', '#']).unwrap_or(base.len()).max(root);
        let folder = base[root..end].rfind('/').map_or(root, |at| root + at);
        format!("{}/{path}", &base[..folder])
    }
}

/// A number as JavaScript prints it: `1.50` becomes `1.5`.
fn as_number(text: &str) -> String {
    match text.parse::<f64>() {
        // Beyond these JavaScript prints an exponent.
        Ok(number) if number == 0.0 || (1e-6..1e21).contains(&number.abs()) => number.to_string(),
        _ => text.to_owned(),
    }
}

/// Reads the values of one script without running it.
pub struct Script<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    names: HashMap<&'t str, Term>,
    /// How many bytes the values of names may still add.
    room: usize,
    pub lost: Vec<(usize, &'static str)>,
}

impl<'t> Script<'t> {
    /// A script with no names declared yet.
    pub fn new(text: &'t str) -> Script<'t> {
        Script {
            text,
            at: 0,
            depth: 0,
            names: HashMap::new(),
            room: MOST,
            lost: Vec::new(),
        }
    }

    /// Reads `const name = value` at the start of lines.
    pub fn declarations(&mut self) {
        let mut at = 0;
        for whole in self.text.split_inclusive('\n') {
            let line = whole.trim_start();
            let from = at + whole.len() - line.len();
            at += whole.len();
            let declared = ["const ", "let ", "var "]
                .iter()
                .find_map(|word| line.strip_prefix(word));
            if declared.is_none() {
                self.addition(line, from);
                continue;
            }
            let Some((name, value)) = declared.and_then(|rest| rest.split_once('=')) else {
                continue;
            };
            let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
            let name = name.trim();
            if name.is_empty() || !name.chars().all(is_name) || value.starts_with(['=', '>']) {
                continue;
            }
            if from < self.at || self.names.len() == MOST_NAMES {
                continue;
            }
            self.at = from + (line.len() - value.len());
            if let Some(term) = self.term()
                && !matches!(term, Term::Unknown)
            {
                self.names.insert(name, term);
            }
            // More statements may follow on the same line.
            let end = at.min(self.text.len());
            while let Some(rest) = self.text.get(self.at..end)
                && let Some(next) = rest.trim_start().strip_prefix(';')
            {
                let bare = next.trim_start();
                let before = self.at;
                self.at = end - bare.len();
                self.addition(bare, self.at);
                if self.at <= before || bare.is_empty() {
                    break;
                }
            }
        }
        self.lost.clear();
    }

    /// Reads `name.append(key, value)` of headers, a form or its parts.
    fn addition(&mut self, line: &'t str, from: usize) {
        let Some((name, behind)) = line.split_once('.') else {
            return;
        };
        let open = [
            "append(",
            "set(",
            "searchParams.append(",
            "searchParams.set(",
        ]
        .iter()
        .find(|word| behind.starts_with(**word));
        let Some(open) = open.filter(|_| self.names.contains_key(name)) else {
            return;
        };
        let Some((terms, _)) = self.arguments(from + name.len() + open.len()) else {
            return;
        };
        let mut terms = terms.into_iter();
        let (Some(key), Some(value)) = (terms.next(), terms.next()) else {
            return;
        };
        let key = key.text();
        match self.names.get_mut(name) {
            Some(Term::Text(url)) if open.starts_with("search") && url.len() < MOST => {
                let (query, fragment) = url.split_at(url.find('#').unwrap_or(url.len()));
                let sign = if query.contains('?') { '&' } else { '?' };
                let pair = written::FORM
                    .query(Param::new(key, value.text()))
                    .query_pair();
                *url = format!("{query}{sign}{pair}{fragment}");
            }
            Some(Term::Object(members)) if members.len() < MOST_NAMES => members.push((key, value)),
            Some(Term::Form(rows)) if rows.len() < MOST_NAMES => {
                rows.push(Param::new(key, value.text()));
            }
            Some(Term::Parts(parts)) if parts.len() < MOST_NAMES => {
                // An unknown name may be a file.
                let is_file = match &value {
                    Term::Text(_) => false,
                    Term::Plain(text) => text.starts_with("{{"),
                    _ => true,
                };
                let file_name = terms.next().map(|name| name.text());
                parts.push(Part {
                    name: key,
                    value: match (is_file, &file_name) {
                        (false, _) => value.text(),
                        (true, Some(name)) => name.clone(),
                        (true, None) => "{{file}}".to_owned(),
                    },
                    is_file,
                    ..Part::default()
                });
            }
            _ => {}
        }
    }

    /// The arguments in the parentheses that open at this byte, and where they end; `None` where
    /// they cannot be read.
    pub fn arguments(&mut self, at: usize) -> Option<(Vec<Term>, usize)> {
        self.at = at;
        self.depth = 0;
        let terms = self.list('(', ')')?;
        Some((terms, self.at))
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let bare = rest.trim_start();
            self.at += rest.len() - bare.len();
            let length = if bare.starts_with("//") {
                bare.find('\n')
            } else if bare.starts_with("/*") {
                bare.find("*/").map(|end| end + 2)
            } else {
                return;
            };
            self.at += length.unwrap_or(bare.len());
        }
    }

    fn takes(&mut self, sign: &str) -> bool {
        self.skip();
        let is_there = self.rest().starts_with(sign);
        if is_there {
            self.at += sign.len();
        }
        is_there
    }

    fn list(&mut self, open: char, close: char) -> Option<Vec<Term>> {
        let close = close.encode_utf8(&mut [0; 4]).to_owned();
        if !self.takes(open.encode_utf8(&mut [0; 4])) {
            return None;
        }
        let mut terms = Vec::new();
        loop {
            if self.takes(&close) {
                return Some(terms);
            }
            if self.takes("...") {
                self.lost.push((
                    self.at,
                    "values are spread from elsewhere (...) and are missing",
                ));
            }
            terms.push(self.term()?);
            if !self.takes(",") && !self.rest().starts_with(&close) {
                return None;
            }
        }
    }

    /// A value, with everything that a plus adds to it.
    fn term(&mut self) -> Option<Term> {
        if self.depth == DEEPEST {
            return None;
        }
        self.depth += 1;
        let mut term = self.single()?;
        while self.takes("+") {
            let more = self.single()?;
            if !matches!(term, Term::Text(_) | Term::Plain(_))
                || !matches!(more, Term::Text(_) | Term::Plain(_))
            {
                term = Term::Unknown;
                continue;
            }
            // Grow in place, because a long text may come in many pieces.
            let (Term::Text(mut text) | Term::Plain(mut text)) = term else {
                return None;
            };
            if let Term::Text(more) | Term::Plain(more) = more {
                text.push_str(&more);
            }
            term = Term::Text(text);
        }
        self.depth -= 1;
        Some(term)
    }

    fn single(&mut self) -> Option<Term> {
        self.skip();
        let term = match self.rest().chars().next()? {
            quote @ ('"' | '\'') => Term::Text(as_text(&self.quoted(quote)?)),
            '`' => Term::Text(self.template()?),
            '{' => Term::Object(self.object()?),
            '[' => Term::List(self.list('[', ']')?),
            '(' => {
                self.at += 1;
                let term = self.term()?;
                self.takes(")").then_some(term)?
            }
            c if c.is_ascii_digit() || c == '-' => {
                let length = self
                    .rest()
                    .find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)));
                let length = length.unwrap_or(self.rest().len());
                let number = &self.rest()[..length];
                self.at += length;
                Term::Plain(number.to_owned())
            }
            c if c.is_alphabetic() || c == '_' || c == '$' => self.named()?,
            _ => return None,
        };
        Some(self.behind(term))
    }

    /// Skips methods that change nothing that matters: `.trim()`, `.toString()`.
    fn behind(&mut self, term: Term) -> Term {
        for method in [".toString()", ".trim()"] {
            self.takes(method);
        }
        // An index into something unknown is unknown too.
        if matches!(term, Term::Plain(_) | Term::Unknown) && self.rest().starts_with('[') {
            self.list('[', ']');
        }
        term
    }

    /// A name, or a call of the function with that name.
    fn named(&mut self) -> Option<Term> {
        let start = self.at;
        let mut name = self.word();
        while let "new" | "await" = name {
            self.skip();
            name = self.word();
        }
        let last = name.rsplit('.').next().unwrap_or_default();
        self.skip();
        // A URL as its text.
        let owner = name
            .strip_suffix(".toString")
            .or(name.strip_suffix(".href"));
        if let Some(owner) = owner
            && let Some(known @ Term::Text(_)) = self.names.get(owner)
        {
            let known = known.clone();
            if self.rest().starts_with('(') {
                self.list('(', ')')?;
            }
            return Some(known);
        }
        if !self.rest().starts_with('(') {
            return Some(match name {
                "true" | "false" => Term::Plain(name.to_owned()),
                "null" | "undefined" => Term::Null,
                _ => self.value_of(name, last),
            });
        }
        let arguments = self.list('(', ')')?;
        let mut arguments = arguments.into_iter();
        let first = arguments.next();
        Some(match (name, first) {
            ("JSON.stringify", Some(term)) => {
                let mut text = String::new();
                term.json(&mut text);
                Term::Text(text)
            }
            ("URLSearchParams", Some(Term::Object(members))) => {
                let rows = members.into_iter();
                let rows = rows.map(|(name, term)| Param::new(as_text(&name), term.text()));
                Term::Form(rows.collect())
            }
            ("Headers", None) => Term::Object(Vec::new()),
            ("URLSearchParams", None) => Term::Form(Vec::new()),
            ("FormData", None) => Term::Parts(Vec::new()),
            ("URL", Some(Term::Text(path))) => Term::Text(match arguments.next() {
                Some(Term::Text(base)) => joined(&path, &base),
                _ => path,
            }),
            ("URLSearchParams" | "Headers" | "URL" | "String", Some(term)) => term,
            ("btoa", Some(Term::Text(text))) => match as_data(&text) {
                Some(data) => Term::Text(STANDARD.encode(data)),
                None => Term::Plain("{{basic}}".to_owned()),
            },
            ("encodeURIComponent", Some(Term::Text(text))) => {
                Term::Text(crate::model::encoded_around_names(&text))
            }
            ("encodeURIComponent" | "encodeURI", Some(term)) => term,
            _ => {
                self.lost.push((
                    start,
                    "values come from functions that are not run here and are missing",
                ));
                Term::Unknown
            }
        })
    }

    fn word(&mut self) -> &'t str {
        let rest = self.rest();
        let is_name = |c: char| c.is_alphanumeric() || "_$.?".contains(c);
        let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// The value of a name, else a variable of that name.
    fn value_of(&mut self, name: &str, last: &str) -> Term {
        if let Some(known) = self.names.get(name) {
            let size = match known {
                Term::Text(text) | Term::Plain(text) => text.len(),
                // About as much as it took in the text.
                _ => 1_000,
            };
            if size <= self.room {
                self.room -= size;
                return known.clone();
            }
        }
        let fits = |c: char| c.is_alphanumeric() || "_-".contains(c);
        let name: String = last.chars().filter(|c| fits(*c)).take(80).collect();
        if name.is_empty() {
            Term::Unknown
        } else {
            Term::Plain(format!("{{{{{name}}}}}"))
        }
    }

    fn object(&mut self) -> Option<Vec<(String, Term)>> {
        self.at += 1;
        let mut members = Vec::new();
        loop {
            if self.takes("}") {
                return Some(members);
            }
            if self.takes("...") {
                self.lost.push((
                    self.at,
                    "values are spread from elsewhere (...) and are missing",
                ));
                self.term()?;
            } else {
                self.skip();
                let name = match self.rest().chars().next()? {
                    quote @ ('"' | '\'') => as_text(&self.quoted(quote)?),
                    '[' => {
                        let names = self.list('[', ']')?;
                        names.into_iter().next()?.text()
                    }
                    _ => self.key()?,
                };
                let term = if self.takes(":") {
                    self.term()?
                } else {
                    // `{ body }` is short for `{ body: body }`.
                    let (name, last) = (name.clone(), name.clone());
                    self.value_of(&name, &last)
                };
                members.push((name, term));
            }
            if !self.takes(",") && !self.rest().starts_with('}') {
                return None;
            }
        }
    }

    fn key(&mut self) -> Option<String> {
        let rest = self.rest();
        let is_name = |c: char| c.is_alphanumeric() || "_$".contains(c);
        let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        self.at += length;
        (length > 0).then(|| rest[..length].to_owned())
    }

    /// A string in quotes, escapes undone.
    fn quoted(&mut self, quote: char) -> Option<String> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let c = self.rest().chars().next()?;
            self.at += c.len_utf8();
            match c {
                _ if c == quote => return Some(text),
                '\\' => self.escape(&mut text)?,
                '\n' => return None,
                other => text.push(other),
            }
        }
    }

    /// A template string: text, and values in `${}`.
    fn template(&mut self) -> Option<String> {
        self.at += 1;
        let mut text = String::new();
        let mut plain = String::new();
        loop {
            let rest = self.rest();
            if rest.starts_with("${") {
                text.push_str(&as_text(&std::mem::take(&mut plain)));
                self.at += 2;
                let term = self.term()?;
                text.push_str(&match term {
                    Term::Unknown
                    | Term::List(_)
                    | Term::Object(_)
                    | Term::Form(_)
                    | Term::Parts(_) => "{{value}}".to_owned(),
                    term => term.text(),
                });
                if !self.takes("}") {
                    return None;
                }
                continue;
            }
            let c = rest.chars().next()?;
            self.at += c.len_utf8();
            match c {
                '`' => return Some(text + &as_text(&plain)),
                '\\' => self.escape(&mut plain)?,
                other => plain.push(other),
            }
        }
    }

    fn escape(&mut self, text: &mut String) -> Option<()> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        match c {
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            't' => text.push('\t'),
            'b' => text.push('\u{8}'),
            'f' => text.push('\u{c}'),
            'v' => text.push('\u{b}'),
            '0' => text.push('\0'),
            '\n' => {}
            'x' => {
                let code = u32::from_str_radix(self.rest().get(..2)?, 16).ok()?;
                self.at += 2;
                text.push(char::from_u32(code)?);
            }
            'u' => {
                let unit = self.unit()?;
                let low = (0xd800..0xdc00).contains(&unit) && self.rest().starts_with("\\u");
                let low = if low {
                    self.at += 2;
                    Some(self.unit()?)
                } else {
                    None
                };
                let code = match low {
                    Some(low) => {
                        0x10000 + ((unit - 0xd800) << 10) + (low.wrapping_sub(0xdc00) & 0x3ff)
                    }
                    None => unit,
                };
                text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            other => text.push(other),
        }
        Some(())
    }

    fn unit(&mut self) -> Option<u32> {
        let rest = self.rest();
        let (digits, length) = match rest.strip_prefix('{') {
            Some(inside) => {
                let end = inside.find('}')?;
                (&inside[..end], end + 2)
            }
            None => (rest.get(..4)?, 4),
        };
        let unit = u32::from_str_radix(digits, 16).ok()?;
        self.at += length;
        Some(unit)
    }
}
