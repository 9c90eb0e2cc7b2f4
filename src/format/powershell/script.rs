//! As much of PowerShell as its calls are made of: texts, tables, lists, names that were given a
//! value before, and a few functions. Nothing is run. What cannot be known stands as a variable.

use crate::model::{as_data, as_text, encoded_around_names};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::collections::HashMap;

const COMMANDS: [&str; 4] = ["invoke-webrequest", "invoke-restmethod", "iwr", "irm"];
/// Parameters that stand by themselves.
const SWITCHES: &str = " usebasicparsing skipcertificatecheck allowinsecureredirect skiphttperrorcheck skipheadervalidation passthru disablekeepalive usedefaultcredentials proxyusedefaultcredentials noproxy preserveauthorizationonredirect followrellink resume allowunencryptedauthentication preservehttpmethodonredirect verbose debug ";
/// Nothing that a person writes is nested deeper.
const DEEPEST: usize = 48;
/// Bytes that values of names may add.
const MOST: usize = 1_000_000;

/// A value; its texts are filled in.
#[derive(Clone, Debug)]
pub enum Term {
    Null,
    Text(String),
    /// A number or a truth; also a variable that may be one.
    Plain(String),
    Hash(Vec<(String, Term)>),
    List(Vec<Term>),
    File(String),
    Session {
        agent: Option<String>,
        cookies: Vec<String>,
    },
    Unknown,
}

impl Term {
    pub fn text(&self) -> String {
        match self {
            Term::Text(text) | Term::Plain(text) | Term::File(text) => text.clone(),
            _ => String::new(),
        }
    }

    fn size(&self) -> usize {
        match self {
            Term::Null | Term::Unknown => 1,
            Term::Text(text) | Term::Plain(text) | Term::File(text) => text.len() + 1,
            Term::List(terms) => terms.iter().map(Term::size).sum(),
            Term::Hash(members) => members.iter().map(|(n, term)| n.len() + term.size()).sum(),
            Term::Session { agent, cookies } => {
                let agent = agent.as_ref().map_or(1, String::len);
                cookies.iter().map(String::len).sum::<usize>() + agent
            }
        }
    }

    fn json(&self, depth: Option<usize>, out: &mut String) {
        let line = |level: usize, out: &mut String| {
            if depth.is_some() {
                out.push('\n');
                out.push_str(&"  ".repeat(level));
            }
        };
        let level = depth.unwrap_or(0);
        let inside = depth.map(|depth| depth + 1);
        match self {
            Term::Null | Term::Unknown | Term::Session { .. } => out.push_str("null"),
            Term::Text(text) | Term::File(text) => {
                out.push_str(&Value::from(text.as_str()).to_string());
            }
            Term::Plain(text) => out.push_str(text),
            Term::List(terms) => {
                out.push('[');
                for (number, term) in terms.iter().enumerate() {
                    out.push_str(if number > 0 { "," } else { "" });
                    line(level + 1, out);
                    term.json(inside, out);
                }
                line(level, out);
                out.push(']');
            }
            Term::Hash(members) => {
                out.push('{');
                for (number, (name, term)) in members.iter().enumerate() {
                    out.push_str(if number > 0 { "," } else { "" });
                    line(level + 1, out);
                    out.push_str(&Value::from(name.as_str()).to_string());
                    out.push_str(if depth.is_some() { ": " } else { ":" });
                    term.json(inside, out);
                }
                line(level, out);
                out.push('}');
            }
        }
    }
}

/// A call with what was given to it, by the names of the parameters in small letters.
pub struct Asked {
    pub at: usize,
    pub given: Vec<(String, Term)>,
}

/// Where the first command stands that makes a call, with something behind it.
pub fn first_command(text: &str) -> Option<usize> {
    let mut at = 0;
    while at < text.len() {
        if let Some(length) = command_at(text, at) {
            let behind = &text[at + length..];
            let word = behind.trim_start();
            // `Invoke-WebRequest : …` is what it says when it fails.
            if behind.starts_with([' ', '\t']) && !word.starts_with(':') && !word.is_empty() {
                return Some(at);
            }
        }
        at += text[at..].chars().next().map_or(1, char::len_utf8);
    }
    None
}

/// The length of the name of a command that stands at this place.
fn command_at(text: &str, at: usize) -> Option<usize> {
    let is_name = |c: char| c.is_alphanumeric() || "_-$.".contains(c);
    if text[..at].chars().next_back().is_some_and(is_name) {
        return None;
    }
    let name = COMMANDS.iter().find(|name| {
        let found = text.get(at..at + name.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(name))
    })?;
    let behind = text[at + name.len()..].chars().next();
    behind.is_none_or(|c| !is_name(c)).then_some(name.len())
}

pub struct Script<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    names: HashMap<String, Term>,
    room: usize,
    pub lost: Vec<(usize, &'static str)>,
}

impl<'t> Script<'t> {
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

    pub fn run(&mut self) -> Vec<Asked> {
        let mut asked = Vec::new();
        while let Some(c) = self.rest().chars().next() {
            let start = self.at;
            self.depth = 0;
            if let Some(length) = command_at(self.text, self.at) {
                self.at += length;
                let given = self.given();
                asked.push(Asked { at: start, given });
            } else if c == '$' {
                self.statement();
            } else if self.rest().starts_with("<#") {
                let end = self.rest().find("#>");
                self.at += end.map_or(self.rest().len(), |end| end + 2);
            } else if c == '#' {
                self.at += self.rest().find('\n').unwrap_or(self.rest().len());
            } else if matches!(c, '"' | '\'') {
                // A text by itself, and no command in it.
                if self.single().is_none() {
                    self.at = start + 1;
                }
            }
            if self.at == start {
                self.at += c.len_utf8();
            }
        }
        asked
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Blanks, and breaks behind a backtick.
    fn blanks(&mut self) {
        loop {
            let rest = self.rest();
            let bare = rest.trim_start_matches([' ', '\t', '\r', '\u{a0}']);
            self.at += rest.len() - bare.len();
            let Some(behind) = bare.strip_prefix('`') else {
                return;
            };
            // With a blank behind it, it was meant all the same.
            let ended = behind.trim_start_matches([' ', '\t', '\r']);
            if !ended.starts_with('\n') {
                return;
            }
            self.at += bare.len() - ended.len() + 1;
        }
    }

    /// Blanks, breaks and remarks.
    fn skip(&mut self) {
        loop {
            self.blanks();
            let rest = self.rest();
            if rest.starts_with('\n') {
                self.at += 1;
            } else if rest.starts_with("<#") {
                self.at += rest.find("#>").map_or(rest.len(), |end| end + 2);
            } else if rest.starts_with('#') {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else {
                return;
            }
        }
    }

    fn takes(&mut self, sign: &str) -> bool {
        let is_there = self.rest().starts_with(sign);
        if is_there {
            self.at += sign.len();
        }
        is_there
    }

    fn word(&mut self, more: &str) -> &'t str {
        let rest = self.rest();
        let is_name = |c: char| c.is_alphanumeric() || c == '_' || more.contains(c);
        let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// `$name = value`, `$name.Member = value`, `$name.Add(…)`, `$name["key"] = value`
    fn statement(&mut self) {
        self.at += 1;
        let name = self.word(":").to_ascii_lowercase();
        if name.is_empty() {
            return;
        }
        if self.takes("[") {
            self.blanks();
            let Some(key) = self.single() else { return };
            self.blanks();
            if self.takes("]") && self.assigns() {
                let value = self.value();
                self.put(&name, key.text(), value);
            }
            return;
        }
        let mut path = Vec::new();
        while self.takes(".") {
            path.push(self.word("").to_ascii_lowercase());
        }
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match path[..] {
            ["add"] | ["headers", "add"] => {
                let Some(Term::List(arguments)) = self.arguments() else {
                    return;
                };
                if let [key, value] = &arguments[..] {
                    self.put(&name, key.text(), value.clone());
                }
            }
            ["cookies", "add"] => {
                let Some(Term::List(arguments)) = self.arguments() else {
                    return;
                };
                let found = arguments.iter().find_map(|term| match term {
                    Term::List(cookie) => Some(cookie.as_slice()),
                    _ => None,
                });
                if let Some([key, value, ..]) = found
                    && let Some(Term::Session { cookies, .. }) = self.names.get_mut(&name)
                    && cookies.len() < 1_000
                {
                    cookies.push(format!("{}={}", key.text(), value.text()));
                }
            }
            [] if self.assigns() => {
                self.blanks();
                // What a call brings is not known here; the call itself is read next.
                if command_at(self.text, self.at).is_some() {
                    self.names.remove(&name);
                    return;
                }
                let value = self.value();
                match value {
                    Term::Unknown => self.names.remove(&name),
                    value => self.names.insert(name, value),
                };
            }
            [member] if self.assigns() => {
                let value = self.value();
                if member == "useragent"
                    && let Some(Term::Session { agent, .. }) = self.names.get_mut(&name)
                {
                    *agent = Some(value.text());
                } else {
                    self.put(&name, member.to_owned(), value);
                }
            }
            _ => {}
        }
    }

    fn assigns(&mut self) -> bool {
        self.blanks();
        !self.rest().starts_with("==") && self.takes("=")
    }

    fn put(&mut self, name: &str, key: String, value: Term) {
        if let Some(Term::Hash(members)) = self.names.get_mut(name)
            && members.len() < 10_000
        {
            match members.iter_mut().find(|(known, _)| *known == key) {
                Some((_, known)) => *known = value,
                None => members.push((key, value)),
            }
        }
    }

    /// What is given to a command, up to the end of its line.
    fn given(&mut self) -> Vec<(String, Term)> {
        let mut given = Vec::new();
        loop {
            self.blanks();
            let rest = self.rest();
            let Some(c) = rest.chars().next() else { break };
            if "\n;|})&".contains(c) {
                break;
            }
            if c == '-' {
                self.at += 1;
                let name = self.word("").to_ascii_lowercase();
                let joined = self.takes(":");
                if !joined && SWITCHES.contains(&format!(" {name} ")) || name.is_empty() {
                    given.push((name, Term::Null));
                    continue;
                }
                self.blanks();
                let value = self.argument();
                given.push((whole_name(&name).to_owned(), value));
                continue;
            }
            let splat = rest.strip_prefix('@');
            if splat.is_some_and(|rest| rest.starts_with(|c: char| c.is_alphabetic() || c == '_')) {
                self.at += 1;
                let name = self.word("").to_ascii_lowercase();
                if let Term::Hash(members) = self.value_of(&name) {
                    let members = members.into_iter();
                    given.extend(members.map(|(name, term)| {
                        let name = name.to_ascii_lowercase();
                        (whole_name(&name).to_owned(), term)
                    }));
                }
                continue;
            }
            let start = self.at;
            let value = self.argument();
            if !given.iter().any(|(name, _)| name == "uri") {
                given.push(("uri".to_owned(), value));
            }
            if self.at == start {
                self.at += c.len_utf8();
            }
        }
        given
    }

    /// A value as it stands behind a parameter: one, and nothing that is added to it.
    fn argument(&mut self) -> Term {
        let start = self.at;
        match self.single() {
            Some(term) => term,
            None => {
                self.at = start;
                let rest = self.rest();
                let length = rest.find([' ', '\t', '\r', '\n', ';', '|', ')', '}']);
                let word = &rest[..length.unwrap_or(rest.len())];
                self.at += word.len();
                Term::Text(as_text(word))
            }
        }
    }

    /// A value with what is added to it, and what it is sent through.
    fn value(&mut self) -> Term {
        self.blanks();
        let start = self.at;
        let Some(mut term) = self.sum() else {
            self.at = start;
            return Term::Unknown;
        };
        loop {
            self.blanks();
            let rest = self.rest();
            let Some(behind) = rest.strip_prefix('|') else {
                return term;
            };
            let length = behind.find(['\n', ';', '|', ')', '}']);
            let command = &behind[..length.unwrap_or(behind.len())];
            self.at += 1 + command.len();
            let command = command.trim().to_ascii_lowercase();
            term = match command.starts_with("convertto-json") {
                true => {
                    let mut text = String::new();
                    let is_short = command.contains("-compress");
                    term.json((!is_short).then_some(0), &mut text);
                    Term::Text(text)
                }
                false => Term::Unknown,
            };
        }
    }

    fn sum(&mut self) -> Option<Term> {
        let mut term = self.single()?;
        loop {
            self.blanks();
            if !self.rest().starts_with('+') {
                return Some(term);
            }
            self.at += 1;
            self.skip();
            let more = self.single()?;
            term = match (term, more) {
                (
                    Term::Text(mut text) | Term::Plain(mut text),
                    more @ (Term::Text(_) | Term::Plain(_)),
                ) => {
                    text.push_str(&more.text());
                    Term::Text(text)
                }
                (Term::Hash(mut members), Term::Hash(more)) => {
                    members.extend(more);
                    Term::Hash(members)
                }
                _ => Term::Unknown,
            };
        }
    }

    fn single(&mut self) -> Option<Term> {
        if self.depth == DEEPEST {
            return None;
        }
        self.depth += 1;
        let term = self.one();
        self.depth -= 1;
        term
    }

    fn one(&mut self) -> Option<Term> {
        let rest = self.rest();
        Some(match rest.chars().next()? {
            '\'' => Term::Text(as_text(&self.plain_text()?)),
            '"' => Term::Text(self.filled_text()?),
            '@' if rest.starts_with("@{") => {
                self.at += 2;
                Term::Hash(self.table()?)
            }
            '@' if rest.starts_with("@(") => {
                self.at += 1;
                self.arguments()?
            }
            '@' => self.here_text()?,
            '(' => {
                let Term::List(mut terms) = self.arguments()? else {
                    return None;
                };
                match terms.len() {
                    1 => terms.remove(0),
                    _ => Term::List(terms),
                }
            }
            '[' => self.typed()?,
            '$' => self.variable()?,
            c if c.is_ascii_digit() => {
                let number = self.word(".");
                Term::Plain(number.to_owned())
            }
            c if c.is_alphabetic() => self.command()?,
            _ => return None,
        })
    }

    /// Values in parentheses, parted by commas.
    fn arguments(&mut self) -> Option<Term> {
        if !self.takes("(") {
            return None;
        }
        let mut terms = Vec::new();
        loop {
            self.skip();
            if self.takes(")") {
                return Some(Term::List(terms));
            }
            let start = self.at;
            if self.depth == DEEPEST {
                return None;
            }
            self.depth += 1;
            let term = self.value();
            self.depth -= 1;
            if self.at == start {
                return None;
            }
            terms.push(term);
            self.skip();
            if !self.takes(",") && !self.rest().starts_with(')') {
                return None;
            }
        }
    }

    /// `name = value`, parted by breaks or semicolons.
    fn table(&mut self) -> Option<Vec<(String, Term)>> {
        let mut members = Vec::new();
        loop {
            self.skip();
            while self.takes(";") {
                self.skip();
            }
            if self.takes("}") {
                return Some(members);
            }
            let name = match self.rest().chars().next()? {
                '"' | '\'' | '$' => self.single()?.text(),
                _ => self.word("-").to_owned(),
            };
            if name.is_empty() || !self.assigns() {
                return None;
            }
            self.skip();
            let start = self.at;
            let value = self.value();
            if self.at == start {
                return None;
            }
            members.push((name, value));
        }
    }

    /// `[Type]value`, `[Type]::Function(…)`
    fn typed(&mut self) -> Option<Term> {
        let start = self.at;
        let rest = self.rest();
        let end = rest.find(']')?;
        let kind = rest[1..end].to_ascii_lowercase();
        self.at += end + 1;
        if !self.takes("::") {
            let term = self.single()?;
            return Some(match (kind.as_str(), &term) {
                ("char", Term::Plain(number)) => {
                    let code = match number.strip_prefix("0x") {
                        Some(digits) => u32::from_str_radix(digits, 16).ok(),
                        None => number.parse().ok(),
                    };
                    let c = code.and_then(char::from_u32);
                    Term::Text(c.unwrap_or(char::REPLACEMENT_CHARACTER).to_string())
                }
                _ => term,
            });
        }
        let function = self.word(".").to_ascii_lowercase();
        let Term::List(mut arguments) = self.arguments()? else {
            return None;
        };
        let first = (!arguments.is_empty()).then(|| arguments.remove(0));
        Some(match (function.as_str(), first) {
            ("utf8.getbytes" | "ascii.getbytes" | "default.getbytes", Some(term)) => term,
            ("tobase64string", Some(term)) => match as_data(&term.text()) {
                Some(data) => Term::Text(STANDARD.encode(data)),
                None => Term::Plain("{{basic}}".to_owned()),
            },
            ("escapedatastring" | "urlencode", Some(term)) => {
                Term::Text(encoded_around_names(&term.text()))
            }
            _ => {
                self.lost.push((
                    start,
                    "values come from functions that are not run here and are missing",
                ));
                Term::Unknown
            }
        })
    }

    /// `$name`, `$env:NAME`, `${name}`, `$name.member`
    fn variable(&mut self) -> Option<Term> {
        self.at += 1;
        if self.rest().starts_with('(') {
            return self.single();
        }
        let name = match self.takes("{") {
            true => {
                let rest = self.rest();
                let end = rest.find('}')?;
                self.at += end + 1;
                &rest[..end]
            }
            false => self.word(":"),
        };
        let mut last = name.rsplit(':').next().unwrap_or_default();
        let mut is_member = false;
        while self.rest().starts_with('.')
            && self.rest()[1..].starts_with(|c: char| c.is_alphabetic() || c == '_')
        {
            self.at += 1;
            last = self.word("");
            is_member = true;
            if self.rest().starts_with('(') {
                self.arguments()?;
            }
        }
        match name.to_ascii_lowercase().as_str() {
            "true" => return Some(Term::Plain("true".to_owned())),
            "false" => return Some(Term::Plain("false".to_owned())),
            "null" => return Some(Term::Null),
            "" => return None,
            known if !is_member => {
                if let term @ (Term::Null
                | Term::Text(_)
                | Term::Plain(_)
                | Term::Hash(_)
                | Term::List(_)
                | Term::File(_)
                | Term::Session { .. }) = self.value_of(known)
                {
                    return Some(term);
                }
            }
            _ => {}
        }
        let fits = |c: char| c.is_alphanumeric() || c == '_';
        let last: String = last.chars().filter(|c| fits(*c)).take(80).collect();
        match last.strip_prefix("HTTRIAGE_TOKEN_") {
            Some(token) if !token.is_empty() => {
                let token = token.to_ascii_lowercase().replace('_', "-");
                Some(Term::Plain(format!("{{{{token:{token}}}}}")))
            }
            _ if last.is_empty() => None,
            _ => Some(Term::Plain(format!("{{{{{last}}}}}"))),
        }
    }

    fn value_of(&mut self, name: &str) -> Term {
        match self.names.get(name) {
            Some(term) if term.size() <= self.room => {
                self.room -= term.size();
                term.clone()
            }
            _ => Term::Unknown,
        }
    }

    /// A command whose value is known: `New-Object …`, `Get-Item …`
    fn command(&mut self) -> Option<Term> {
        let start = self.at;
        let name = self.word("-").to_ascii_lowercase();
        if !name.contains('-') {
            self.at = start;
            return None;
        }
        self.blanks();
        match name.as_str() {
            "new-object" => {
                self.takes("-TypeName");
                self.blanks();
                let kind = match self.rest().starts_with(['"', '\'']) {
                    true => self.single()?.text(),
                    false => self.word(".[],`").to_owned(),
                };
                let kind = kind.to_ascii_lowercase();
                self.blanks();
                let arguments = match self.rest().starts_with('(') {
                    true => self.arguments()?,
                    false => Term::Unknown,
                };
                Some(match arguments {
                    _ if kind.ends_with("webrequestsession") => Term::Session {
                        agent: None,
                        cookies: Vec::new(),
                    },
                    // A cookie, by its name and value.
                    Term::List(terms) if kind.ends_with("cookie") => Term::List(terms),
                    _ if kind.contains("dictionary") || kind.ends_with("hashtable") => {
                        Term::Hash(Vec::new())
                    }
                    _ => Term::Unknown,
                })
            }
            "get-item" | "get-childitem" | "resolve-path" => {
                for name in ["-Path", "-LiteralPath", "-path"] {
                    self.takes(name);
                }
                self.blanks();
                Some(Term::File(self.argument().text()))
            }
            "convertto-securestring" => Some(self.argument_of_secure()),
            _ => {
                let rest = self.rest();
                let length = rest.find(['\n', ';', '|', ')', '}']);
                self.at += length.unwrap_or(rest.len());
                self.lost.push((
                    start,
                    "values come from commands that are not run here and are missing",
                ));
                Some(Term::Unknown)
            }
        }
    }

    /// `ConvertTo-SecureString "text" -AsPlainText -Force`
    fn argument_of_secure(&mut self) -> Term {
        self.takes("-String");
        self.blanks();
        let term = self.argument();
        let rest = self.rest();
        let length = rest.find(['\n', ';', '|', ')', '}']);
        self.at += length.unwrap_or(rest.len());
        term
    }

    /// Between single quotes, as data.
    fn plain_text(&mut self) -> Option<String> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let end = rest.find('\'')?;
            text.push_str(&rest[..end]);
            self.at += end + 1;
            if !self.takes("'") {
                return Some(text);
            }
            text.push('\'');
        }
    }

    /// Between double quotes, names filled in.
    fn filled_text(&mut self) -> Option<String> {
        self.at += 1;
        let mut out = String::new();
        let mut plain = String::new();
        loop {
            let c = self.rest().chars().next()?;
            match c {
                '"' => {
                    self.at += 1;
                    if self.takes("\"") {
                        plain.push('"');
                        continue;
                    }
                    return Some(out + &as_text(&plain));
                }
                '`' => self.escape(&mut plain),
                '$' => self.inside(&mut plain, &mut out),
                other => {
                    self.at += other.len_utf8();
                    plain.push(other);
                }
            }
        }
    }

    /// `$name` and `$(…)` within a text.
    fn inside(&mut self, plain: &mut String, out: &mut String) {
        let start = self.at;
        let behind = self.rest()[1..].chars().next();
        let begins = |c: char| c.is_alphabetic() || "_({".contains(c);
        if !behind.is_some_and(begins) {
            self.at += 1;
            return plain.push('$');
        }
        let is_group = behind == Some('(');
        let term = match is_group {
            true => {
                self.at += 1;
                self.single()
            }
            // Within a text a dot is one.
            false => self.short_variable(),
        };
        match term {
            Some(Term::Text(text) | Term::Plain(text)) => {
                out.push_str(&as_text(&std::mem::take(plain)));
                out.push_str(&text);
            }
            Some(Term::Null) => {}
            Some(_) => {
                out.push_str(&as_text(&std::mem::take(plain)));
                out.push_str("{{value}}");
            }
            None => {
                self.at = start + 1;
                plain.push('$');
            }
        }
    }

    fn short_variable(&mut self) -> Option<Term> {
        let rest = self.rest();
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let mut length = 1 + rest[1..].find(|c| !is_name(c)).unwrap_or(rest.len() - 1);
        if rest[..length].eq_ignore_ascii_case("$env") && rest[length..].starts_with(':') {
            let behind = &rest[length + 1..];
            length += 1 + behind.find(|c| !is_name(c)).unwrap_or(behind.len());
        } else if rest.starts_with("${") {
            length = rest.find('}')? + 1;
        }
        let end = self.at + length;
        let whole = self.text;
        // Only so far, so that what follows stays text.
        self.text = &whole[..end];
        let term = self.variable();
        self.text = whole;
        self.at = end;
        term
    }

    fn escape(&mut self, text: &mut String) {
        self.at += 1;
        let Some(c) = self.rest().chars().next() else {
            return;
        };
        self.at += c.len_utf8();
        match c {
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            't' => text.push('\t'),
            'a' => text.push('\u{7}'),
            'b' => text.push('\u{8}'),
            'e' => text.push('\u{1b}'),
            'f' => text.push('\u{c}'),
            'v' => text.push('\u{b}'),
            '0' => text.push('\0'),
            '\n' => {}
            'u' if self.rest().starts_with('{') => {
                let rest = self.rest();
                let end = rest.find('}').unwrap_or(1);
                let code = u32::from_str_radix(&rest[1..end], 16).ok();
                self.at += (end + 1).min(rest.len());
                text.extend(code.and_then(char::from_u32));
            }
            other => text.push(other),
        }
    }

    /// `@'` to `'@`, each at an end of a line.
    fn here_text(&mut self) -> Option<Term> {
        let rest = self.rest();
        let quote = rest.get(1..2).filter(|quote| ["'", "\""].contains(quote))?;
        let body = rest.find('\n')?;
        if !rest[2..body].trim().is_empty() {
            return None;
        }
        let close = format!("\n{quote}@");
        let length = rest[body..].find(&close)?;
        let inside = rest.get(body + 1..body + length).unwrap_or_default();
        let inside = inside.strip_suffix('\r').unwrap_or(inside);
        let end = self.at + body + length + close.len();
        let text = match quote {
            "'" => as_text(inside),
            _ => {
                let whole = self.text;
                let from = self.at + body + 1;
                self.text = &whole[..from + inside.len()];
                self.at = from;
                let (mut out, mut plain) = (String::new(), String::new());
                while let Some(c) = self.rest().chars().next() {
                    match c {
                        '`' => self.escape(&mut plain),
                        '$' => self.inside(&mut plain, &mut out),
                        other => {
                            self.at += other.len_utf8();
                            plain.push(other);
                        }
                    }
                }
                self.text = whole;
                out + &as_text(&plain)
            }
        };
        self.at = end;
        Some(Term::Text(text))
    }
}

/// A parameter by its whole name, where its beginning tells it.
fn whole_name(name: &str) -> &str {
    const NAMES: [&str; 13] = [
        "uri",
        "method",
        "headers",
        "body",
        "contenttype",
        "websession",
        "useragent",
        "form",
        "infile",
        "authentication",
        "token",
        "credential",
        "custommethod",
    ];
    let mut fitting = NAMES.iter().filter(|whole| whole.starts_with(name));
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => only,
        _ => name,
    }
}
