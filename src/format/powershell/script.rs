//! Reads as much PowerShell as calls need: strings, tables, lists, variables with a value, and a
//! few functions. Nothing is run. What cannot be known becomes a variable.

use super::term::Term;
use std::collections::HashMap;

const COMMANDS: [&str; 4] = ["invoke-webrequest", "invoke-restmethod", "iwr", "irm"];
/// Parameters without a value.
const SWITCHES: &str = " usebasicparsing skipcertificatecheck allowinsecureredirect skiphttperrorcheck skipheadervalidation passthru disablekeepalive usedefaultcredentials proxyusedefaultcredentials noproxy preserveauthorizationonredirect followrellink resume allowunencryptedauthentication preservehttpmethodonredirect verbose debug ";
/// How many bytes the values of variables may add.
const MOST: usize = 1_000_000;

/// A call with its arguments, by parameter names in lower case.
pub struct Asked {
    pub at: usize,
    pub given: Vec<(String, Term)>,
}

/// Where the first command that makes a call begins, with arguments behind it.
pub fn first_command(text: &str) -> Option<usize> {
    let mut at = 0;
    while at < text.len() {
        if let Some(length) = command_at(text, at) {
            let behind = &text[at + length..];
            let word = behind.trim_start();
            // `Invoke-WebRequest : …` is its error message.
            if behind.starts_with([' ', '\t']) && !word.starts_with(':') && !word.is_empty() {
                return Some(at);
            }
        }
        at += text[at..].chars().next().map_or(1, char::len_utf8);
    }
    None
}

/// The length of the command name at this place; `None` where there is none.
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

/// Reads the calls of one script without running it.
pub struct Script<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    pub(super) depth: usize,
    pub(super) names: HashMap<String, Term>,
    pub(super) room: usize,
    pub lost: Vec<(usize, &'static str)>,
}

impl<'t> Script<'t> {
    /// A script with no variables set yet.
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

    /// Reads the whole script and returns its calls in their order.
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
                // A string by itself; nothing in it is a command.
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

    pub(super) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Skips spaces, and line breaks after a backtick.
    pub(super) fn blanks(&mut self) {
        loop {
            let rest = self.rest();
            let bare = rest.trim_start_matches([' ', '\t', '\r', '\u{a0}']);
            self.at += rest.len() - bare.len();
            let Some(behind) = bare.strip_prefix('`') else {
                return;
            };
            // A space after the backtick is a common mistake.
            let ended = behind.trim_start_matches([' ', '\t', '\r']);
            if !ended.starts_with('\n') {
                return;
            }
            self.at += bare.len() - ended.len() + 1;
        }
    }

    /// Skips spaces, line breaks and comments.
    pub(super) fn skip(&mut self) {
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

    pub(super) fn takes(&mut self, sign: &str) -> bool {
        let is_there = self.rest().starts_with(sign);
        if is_there {
            self.at += sign.len();
        }
        is_there
    }

    pub(super) fn word(&mut self, more: &str) -> &'t str {
        let rest = self.rest();
        let is_name = |c: char| c.is_alphanumeric() || c == '_' || more.contains(c);
        let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// Reads `$name = value`, `$name.Member = value`, `$name.Add(…)`, `$name["key"] = value`.
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
                // The result of a call is unknown; the call itself is read next.
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

    pub(super) fn assigns(&mut self) -> bool {
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

    /// The arguments of a command, up to the end of its line.
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
}

/// Completes a parameter name that has a unique beginning.
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
