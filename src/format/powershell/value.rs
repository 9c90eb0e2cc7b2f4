//! Values of PowerShell as they stand in a script: texts, tables, lists, names, and a few
//! functions and commands whose value is known without running them.

use super::script::Script;
use super::term::Term;
use crate::model::{as_data, as_text, encoded_around_names};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Nothing that a person writes is nested deeper.
const DEEPEST: usize = 48;

impl Script<'_> {
    /// A value as it stands behind a parameter: one, and nothing that is added to it.
    pub(super) fn argument(&mut self) -> Term {
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
    pub(super) fn value(&mut self) -> Term {
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
            term = if command.starts_with("convertto-json") {
                let mut text = String::new();
                let is_short = command.contains("-compress");
                term.json((!is_short).then_some(0), &mut text);
                Term::Text(text)
            } else {
                Term::Unknown
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

    pub(super) fn single(&mut self) -> Option<Term> {
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
    pub(super) fn arguments(&mut self) -> Option<Term> {
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
    pub(super) fn variable(&mut self) -> Option<Term> {
        self.at += 1;
        if self.rest().starts_with('(') {
            return self.single();
        }
        let name = if self.takes("{") {
            let rest = self.rest();
            let end = rest.find('}')?;
            self.at += end + 1;
            &rest[..end]
        } else {
            self.word(":")
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

    pub(super) fn value_of(&mut self, name: &str) -> Term {
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
                let kind = if self.rest().starts_with(['"', '\'']) {
                    self.single()?.text()
                } else {
                    self.word(".[],`").to_owned()
                };
                let kind = kind.to_ascii_lowercase();
                self.blanks();
                let arguments = if self.rest().starts_with('(') {
                    self.arguments()?
                } else {
                    Term::Unknown
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
}
