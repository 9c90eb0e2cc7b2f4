//! Values as programs print and write them: behind a type, behind an index.

use super::{LONGEST_NAME, Places, blanks, is_of_name, is_quote, skip_blanks};
use crate::insight::redact::spared::is_about;
use crate::insight::redact::telling::is_telling;

impl Places<'_> {
    /// Where the value itself begins: `b'…'`, `Some("…")`, `string(21) "…"`.
    pub(super) fn behind_type(&self, at: usize) -> usize {
        const TYPES: [&str; 6] = ["string", "int", "float", "str", "bytes", "secret"];
        let rest = self.text.get(at..).unwrap_or_default();
        // Python and C++ write letters before their strings.
        if let [b'b' | b'B' | b'u' | b'U' | b'r' | b'L', sign, ..] = rest
            && is_quote(sign)
        {
            return at + 1;
        }
        let length = rest
            .iter()
            .take(LONGEST_NAME)
            .take_while(|b| b.is_ascii_alphanumeric() || b"_:.".contains(b))
            .count();
        let word = &rest[..length];
        if matches!(word, b"array" | b"object") {
            const LONGEST: usize = 80;
            let near = &rest[..rest.len().min(LONGEST)];
            let open = memchr::memchr2(b'{', b'\n', near).filter(|open| near[*open] == b'{');
            return open.map_or(at, |open| at + open);
        }
        let is_type = word.first().is_some_and(u8::is_ascii_uppercase)
            || TYPES.iter().any(|known| known.as_bytes() == word);
        if !is_type || rest.get(length) != Some(&b'(') {
            return at;
        }
        let inside = at + length + 1;
        let digits = self.text[inside..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count();
        if digits > 0 && self.text.get(inside + digits) == Some(&b')') {
            let next = skip_blanks(self.text, inside + digits + 1);
            return match self.text.get(next) {
                Some(sign) if is_quote(sign) => next,
                _ => inside,
            };
        }
        match self.text.get(inside..) {
            Some([sign, ..]) if is_quote(sign) => inside,
            Some([b'b' | b'u', sign, ..]) if is_quote(sign) => inside + 1,
            _ => at,
        }
    }

    /// `token: String = "…"`: where the mark stands that opens the value.
    pub(super) fn behind_annotation(&self, at: usize) -> Option<usize> {
        let rest = self.text.get(at..)?.iter().take(LONGEST_NAME);
        let length = rest
            .take_while(|b| is_of_name(b) || b"<>&?".contains(b))
            .count();
        let sign = at + length + blanks(self.text, at + length);
        let value = skip_blanks(self.text, sign + 1);
        let is_one = length > 0 && self.text.get(sign) == Some(&b'=');
        (is_one && self.text.get(value).is_some_and(is_quote)).then_some(value)
    }

    /// Behind the bracket of an index, as in `headers["Authorization"] = …`.
    pub(super) fn behind_brackets(&self, at: usize) -> usize {
        let rest = &self.text[at.min(self.text.len())..];
        let near = &rest[..rest.len().min(LONGEST_NAME)];
        match near.first() {
            Some(b']') => at + 1,
            // Who may read it stands there as well.
            Some(b':') => {
                let close = memchr::memchr(b']', near).filter(|close| {
                    let inside = &near[..*close];
                    inside.ends_with(b"protected") || inside.ends_with(b"private")
                });
                close.map_or(at, |close| at + close + 1)
            }
            _ => at,
        }
    }

    /// `s:5:"token";s:4:"…"`: where the mark stands that opens the value.
    pub(super) fn serialized(&self, at: usize) -> Option<usize> {
        let rest = self.text.get(at..)?.strip_prefix(b";s:")?;
        let digits = rest
            .iter()
            .take(10)
            .take_while(|b| b.is_ascii_digit())
            .count();
        let behind = rest.get(digits..)?;
        let is_one = digits > 0 && matches!(behind, [b':', sign, ..] if is_quote(sign));
        is_one.then_some(at + 3 + digits + 1)
    }

    /// `[token] => …`
    pub(super) fn rest_of_line(&mut self, at: usize, name: &str) {
        let end = self.line_end(at);
        let value = self.text[at.min(end)..end].trim_ascii_end();
        let range = at..at + value.len();
        // Where the end of the line is escaped, it is told once that is undone.
        if memchr::memmem::find(value, b"\\n").is_some() {
            self.deeper = true;
            return;
        }
        let is_list = value == b"Array" || value.ends_with(b"Object");
        if is_list {
            return self.printed_list(end, name);
        }
        if !is_list && !self.spares(name, &range) {
            self.done = range.end;
            self.add(range, None, true);
        }
    }

    /// The lines between `(` and `)` below a name, as `[name] => …`.
    fn printed_list(&mut self, from: usize, name: &str) {
        let text = self.text;
        if is_about(name) || from < self.printed_end {
            return;
        }
        let mut depth = 0usize;
        let mut at = from;
        while at < text.len() {
            at += usize::from(text[at] == b'\r' || text[at] == b'\n');
            let end = self.line_end(at);
            let line = text[at.min(end)..end].trim_ascii();
            match line {
                b"(" => depth += 1,
                b")" => depth = depth.saturating_sub(1),
                [b'[', ..] if depth > 0 => {
                    if let Some(sign) = memchr::memmem::find(&text[at..end], b"] => ") {
                        let start = at + sign + 5;
                        let value = text[start..end].trim_ascii_end();
                        let range = start..start + value.len();
                        let open = memchr::memchr(b'[', &text[at..end]).unwrap_or(0);
                        let key = self.name(&(at + open + 1..at + sign));
                        let is_list = value == b"Array" || value.ends_with(b"Object");
                        let said = self.name(&range);
                        if !is_list && !self.spares(&key, &range) && !is_telling(&key, &said) {
                            self.add(range, None, true);
                        }
                    }
                }
                [] => {}
                _ if depth == 0 => break,
                _ => {}
            }
            if depth == 0 && line == b")" {
                break;
            }
            at = end.max(at + 1);
        }
        self.printed_end = at;
    }
}
