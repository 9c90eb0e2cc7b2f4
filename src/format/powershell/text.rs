//! Texts of PowerShell, in its quotes: escapes are undone, and names filled in.

use super::script::Script;
use super::term::Term;
use crate::model::as_text;

impl Script<'_> {
    /// Between single quotes, as data.
    pub(super) fn plain_text(&mut self) -> Option<String> {
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
    pub(super) fn filled_text(&mut self) -> Option<String> {
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
        let term = if is_group {
            self.at += 1;
            self.single()
        } else {
            // Within a text a dot is one.
            self.short_variable()
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
    pub(super) fn here_text(&mut self) -> Option<Term> {
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
