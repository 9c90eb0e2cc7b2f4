//! Commands that went through a mail or a text program: it curls quotation marks, joins hyphens to
//! dashes, makes blanks that do not break, and leaves blanks at the ends of lines.

use super::find::leads_to_curl;
use super::words::Dialect;

const QUOTES: &str =
    "the quotation marks of a text program were read as the straight ones that they were before";
const DASHES: &str = "the dash of a text program was read as the hyphens of an option";
const BLANKS: &str = "blanks that do not break, as a text program makes them, were read as blanks";
const BEHIND: &str = "a blank stands behind the sign by which the command goes on, where a shell would end it; it was read as if it were not there";

const DOUBLES: &str = "“”„‟«»＂″";
const SINGLES: &str = "‘’‚‛′";
/// Quotes whose end is looked for with care; beyond that the next one ends it.
const MOST_CAREFUL: usize = 50;
/// And how far it is looked for then.
const SHORT: usize = 200;

/// A text as it was before, and what is said of it, each at a place of the new text. `None` where
/// nothing was done to it.
pub(super) fn mended(text: &str, dialect: Dialect) -> Option<(String, Vec<(usize, &'static str)>)> {
    let mut mender = Mender {
        text,
        at: 0,
        out: String::with_capacity(text.len()),
        said: Vec::new(),
        dialect,
        searched: 0,
        unclosed: [false; 2],
    };
    while mender.at < text.len() {
        let rest = &text[mender.at..];
        let end = rest.find('\n').map_or(rest.len(), |end| end + 1);
        match leads_to_curl(&rest[..end]) {
            Some(from) => {
                mender.keep(from);
                mender.command();
            }
            None => mender.keep(end),
        }
    }
    let Mender { out, said, .. } = mender;
    (!said.is_empty()).then_some((out, said))
}

struct Mender<'t> {
    text: &'t str,
    at: usize,
    out: String,
    said: Vec<(usize, &'static str)>,
    dialect: Dialect,
    searched: usize,
    /// Whether nothing ends a double, a single quotation any more.
    unclosed: [bool; 2],
}

impl Mender<'_> {
    fn keep(&mut self, length: usize) {
        self.out.push_str(&self.text[self.at..self.at + length]);
        self.at += length;
    }

    fn say(&mut self, what: &'static str) {
        if !self.said.iter().any(|(_, known)| *known == what) {
            self.said.push((self.out.len(), what));
        }
    }

    /// Up to the line break that ends the command.
    fn command(&mut self) {
        let escape = match self.dialect {
            Dialect::Posix => '\\',
            Dialect::Cmd => '^',
            Dialect::PowerShell => '`',
        };
        let mut before = ' ';
        while let Some(c) = self.text[self.at..].chars().next() {
            let starts_word = before.is_whitespace();
            match c {
                '\n' => return self.keep(1),
                _ if c == escape => self.escaped(),
                '\'' if self.dialect != Dialect::Cmd => self.quoted(c, before == '$'),
                '"' => self.quoted(c, true),
                _ if DOUBLES.contains(c) || SINGLES.contains(c) => {
                    let opens = starts_word || "“„‘‚«".contains(c);
                    if !(opens && self.curled(c)) {
                        self.keep(c.len_utf8());
                    }
                }
                '\u{a0}' | '\u{202f}' | '\u{2007}' | '\u{3000}' => {
                    self.say(BLANKS);
                    self.out.push(' ');
                    self.at += c.len_utf8();
                }
                '–' | '—' | '−' if starts_word => self.dash(c),
                _ => self.keep(c.len_utf8()),
            }
            before = if c == escape {
                self.out.chars().next_back().unwrap_or(' ')
            } else {
                c
            };
        }
    }

    fn escaped(&mut self) {
        let rest = &self.text[self.at + 1..];
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\u{a0}']).len();
        let behind = &rest[blanks..];
        if blanks > 0 && (behind.starts_with('\n') || behind.starts_with("\r\n")) {
            self.say(BEHIND);
            self.keep(1);
            self.at += blanks;
            return self.keep(behind.find('\n').unwrap_or(0) + 1);
        }
        let next = rest.chars().next().map_or(0, char::len_utf8);
        self.keep(1 + next);
    }

    /// What stands in straight quotes is as it is.
    fn quoted(&mut self, quote: char, escapes: bool) {
        let inside = &self.text[self.at + 1..];
        let mut chars = inside.char_indices().peekable();
        let mut curled = None;
        while let Some((at, c)) = chars.next() {
            if c == quote {
                return self.keep(1 + at + 1);
            }
            if quote == '"' && DOUBLES.contains(c) {
                let ends = chars.peek().is_none_or(|(_, next)| next.is_whitespace());
                curled = curled.or(ends.then_some((at, c.len_utf8())));
            }
            if c == '\\' && escapes {
                chars.next();
            }
        }
        let Some((at, length)) = curled else {
            return self.keep(1 + inside.len());
        };
        // Only one of the two was curled.
        self.say(QUOTES);
        self.keep(1 + at);
        self.out.push('"');
        self.at += length;
    }

    /// `–X` was `-X` once, and `–data` was `--data`.
    fn dash(&mut self, dash: char) {
        let rest = &self.text[self.at + dash.len_utf8()..];
        let letters = rest.chars().take_while(char::is_ascii_alphanumeric).count();
        if letters == 0 {
            return self.keep(dash.len_utf8());
        }
        self.say(DASHES);
        self.out.push_str(if letters == 1 { "-" } else { "--" });
        self.at += dash.len_utf8();
    }

    /// A quotation in curled marks as one in straight ones; whether there was one.
    fn curled(&mut self, open: char) -> bool {
        let is_double = DOUBLES.contains(open);
        let family = if is_double { DOUBLES } else { SINGLES };
        if self.unclosed[usize::from(is_double)] {
            return false;
        }
        let from = self.at + open.len_utf8();
        let inside = &self.text[from..];
        let Some((length, close)) = self.end(inside, open, family) else {
            self.unclosed[usize::from(is_double)] = true;
            return false;
        };
        self.say(QUOTES);
        let inside = inside[..length].to_owned();
        if is_double || self.dialect == Dialect::Cmd {
            self.out.push('"');
            let mut escaped = false;
            for c in inside.chars() {
                if c == '"' || DOUBLES.contains(c) {
                    if !escaped {
                        self.out.push('\\');
                    }
                    self.out.push('"');
                } else {
                    self.out.push(c);
                }
                escaped = c == '\\' && !escaped;
            }
            self.out.push('"');
        } else {
            let straight = inside.replace(|c| DOUBLES.contains(c), "\"");
            let is_json = |text: &str| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
            let inside = if !is_json(&inside) && is_json(&straight) {
                straight
            } else {
                inside
            };
            let quote = match self.dialect {
                Dialect::PowerShell => "''",
                _ => "'\\''",
            };
            self.out.extend(["'", &inside.replace('\'', quote), "'"]);
        }
        self.at = from + length + close;
        true
    }

    /// How long the quotation is, and its closing mark: the one before which as many were closed
    /// as were opened, and behind which a word ends; else the first that closes one.
    fn end(&mut self, inside: &str, open: char, family: &str) -> Option<(usize, usize)> {
        let (opens, closes) = match open {
            '“' => ("“„", "”"),
            '„' => ("„", "“”"),
            '«' => ("«", "»"),
            '‘' => ("‘‚", "’"),
            '‚' => ("‚", "‘’"),
            _ => ("", family),
        };
        let ends_word = |at: usize| {
            let next = inside[at..].chars().next();
            next.is_none_or(|next| next.is_whitespace() || ";|)\\`^".contains(next))
        };
        self.searched += 1;
        let mut depth = 1;
        let mut first = None;
        let mut has_straight = false;
        let mut before = ' ';
        for (at, c) in inside.char_indices() {
            if c == '"' && DOUBLES.contains(open) && !has_straight && first.is_none() {
                has_straight = true;
                // Only one of the two was curled.
                if !before.is_whitespace() && at > 0 && ends_word(at + 1) {
                    return Some((at, 1));
                }
            }
            before = c;
            if closes.contains(c) {
                first = first.or(Some((at, c.len_utf8())));
                if depth == 1 && ends_word(at + c.len_utf8()) {
                    return Some((at, c.len_utf8()));
                }
                depth = (depth - 1).max(1);
            } else if opens.contains(c) {
                depth += 1;
            }
            if self.searched > MOST_CAREFUL && (first.is_some() || at > SHORT) {
                break;
            }
        }
        let other = |c: char| family.contains(c) || c == '"' && DOUBLES.contains(open);
        first.or_else(|| {
            let near = inside.char_indices().take(if self.searched > MOST_CAREFUL {
                SHORT
            } else {
                usize::MAX
            });
            let at = near.into_iter().find(|(_, c)| other(*c))?.0;
            Some((at, inside[at..].chars().next()?.len_utf8()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> String {
        match mended(text, Dialect::Posix) {
            Some((text, _)) => text,
            None => text.to_owned(),
        }
    }

    #[test]
    fn what_a_text_program_did_is_undone() {
        for (given, meant) in [
            ("curl “https://a/x”", "curl \"https://a/x\""),
            ("curl -d “a=b\" -d \"c=d” x", "curl -d \"a=b\" -d \"c=d\" x"),
            ("curl -d ‘{\"a\": 1}’ x", "curl -d '{\"a\": 1}' x"),
            ("curl -d ‘{“a”: “b”}’ x", "curl -d '{\"a\": \"b\"}' x"),
            ("curl -d “{“a”: 1}” x", "curl -d \"{\\\"a\\\": 1}\" x"),
            ("curl -d “{\\“a\\”: 1}”", "curl -d \"{\\\"a\\\": 1}\""),
            ("curl -d ‘it’s’ x", "curl -d 'it’s' x"),
            ("curl -H „A: b“ x", "curl -H \"A: b\" x"),
            ("curl -H ”A: b” x", "curl -H \"A: b\" x"),
            ("curl –X POST —data x", "curl -X POST --data x"),
            ("curl\u{a0}-I\u{a0}x", "curl -I x"),
            ("curl a \\ \t\n  -I", "curl a \\\n  -I"),
            ("say “x”\ncurl “a”", "say “x”\ncurl \"a\""),
        ] {
            assert_eq!(text(given), meant);
        }
    }

    #[test]
    fn what_stands_in_straight_quotes_and_in_words_stays() {
        for same in [
            "curl 'https://a/“x”–y\u{a0}' -d \"‘’ \\ \n\"",
            "curl https://a/it’s -d a=b–c",
            "curl -d $'\\'“a” ' x",
            "“curl” is a program – really",
            "curl “never closed",
        ] {
            assert_eq!(mended(same, Dialect::Posix), None, "{same}");
        }
    }

    #[test]
    fn a_hostile_text_is_read_in_time_that_grows_with_its_size() {
        for text in [
            "curl ".to_owned() + &"“".repeat(200_000),
            "curl ".to_owned() + &"“a”b ".repeat(100_000),
            "curl ".to_owned() + &" ‘".repeat(100_000) + "’x",
            "curl \\ ".repeat(100_000),
        ] {
            let _ = mended(&text, Dialect::Posix);
        }
    }
}
