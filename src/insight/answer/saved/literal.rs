//! Values as programs print them: the objects of Node, the dictionaries of Python, the hashes of
//! Ruby. Read as JSON, in one walk, with everything that is left out standing as null.

use crate::insight::json::Json;

/// Nothing that a person pastes is nested deeper.
const DEEPEST: usize = 64;

/// The value at the start of a text, and where it ends; `None` where none begins there.
pub fn read(text: &str) -> Option<(Json, usize)> {
    let mut reader = LiteralReader {
        text,
        at: 0,
        depth: 0,
    };
    let value = reader.value()?;
    Some((value, reader.at))
}

struct LiteralReader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl LiteralReader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn takes(&mut self, sign: &str) -> bool {
        let is_there = self.rest().starts_with(sign);
        if is_there {
            self.at += sign.len();
        }
        is_there
    }

    fn value(&mut self) -> Option<Json> {
        self.skip_blanks();
        match self.peek()? {
            b'{' => self.inside(LiteralReader::object),
            b'[' if self.is_left_out() => Some(Json::Null),
            b'[' => self.inside(LiteralReader::list),
            b'(' => self.inside(LiteralReader::list),
            b'\'' | b'"' | b'`' => self.text().map(Json::Text),
            b'<' => {
                // `<ref *1> {`, `<Buffer 7b 22>`, `<Response [403]>`
                self.at += self.rest().find('>')? + 1;
                self.skip_blanks();
                match self.peek() {
                    Some(b'{' | b'[') => self.value(),
                    _ => Some(Json::Null),
                }
            }
            b'b' | b'u' | b'r'
                if matches!(self.text.as_bytes().get(self.at + 1), Some(b'\'' | b'"')) =>
            {
                self.at += 1;
                self.text().map(Json::Text)
            }
            _ => self.word(),
        }
    }

    fn inside(&mut self, read: fn(&mut Self) -> Option<Json>) -> Option<Json> {
        if self.depth == DEEPEST {
            return None;
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    /// `[Object]`, `[Function: f]`, `[Circular *1]`, `[Symbol(x)]`
    fn is_left_out(&mut self) -> bool {
        let words = [
            "[Object",
            "[Array",
            "[Function",
            "[AsyncFunction",
            "[Circular",
            "[class",
            "[Getter",
            "[Symbol(",
        ];
        let is_one = words.iter().any(|word| self.rest().starts_with(word));
        let end = self.rest().find(']').filter(|_| is_one);
        self.at += end.map_or(0, |end| end + 1);
        end.is_some()
    }

    fn object(&mut self) -> Option<Json> {
        let mut members = Vec::new();
        loop {
            self.skip_blanks();
            if self.takes("}") {
                return Some(Json::Object(members));
            }
            if self.takes(",") {
                continue;
            }
            let Some(name) = self.name() else {
                break;
            };
            self.skip_blanks();
            if !(self.takes("=>") || self.takes(":")) {
                break;
            }
            match self.value() {
                Some(value) => members.push((name, value)),
                None => break,
            }
        }
        // What was read before it broke counts.
        (!members.is_empty()).then_some(Json::Object(members))
    }

    fn list(&mut self) -> Option<Json> {
        let mut values = Vec::new();
        loop {
            self.skip_blanks();
            if self.takes("]") || self.takes(")") {
                return Some(Json::List(values));
            }
            if self.takes(",") {
                continue;
            }
            match self.value() {
                Some(value) => values.push(value),
                None => break,
            }
        }
        (!values.is_empty()).then_some(Json::List(values))
    }

    /// `name`, `'name'`, `:name`, `[Symbol(name)]`
    fn name(&mut self) -> Option<String> {
        match self.peek()? {
            b'\'' | b'"' => self.text(),
            b'[' => {
                let end = self.rest().find(']')?;
                let name = self.rest()[..=end].to_owned();
                self.at += end + 1;
                Some(name)
            }
            _ => {
                self.takes(":");
                let fits = |c: char| c.is_alphanumeric() || "_$-".contains(c);
                let rest = self.rest();
                let length = rest.find(|c: char| !fits(c)).unwrap_or(rest.len());
                let name = rest[..length].to_owned();
                self.at += length;
                (!name.is_empty()).then_some(name)
            }
        }
    }

    fn text(&mut self) -> Option<String> {
        let quote = self.peek()?;
        self.at += 1;
        let mut text = String::new();
        let mut chars = self.text[self.at..].char_indices();
        while let Some((place, c)) = chars.next() {
            if c as u32 == u32::from(quote) {
                self.at += place + 1;
                return Some(self.joined(text));
            }
            if c != '\\' {
                text.push(c);
                continue;
            }
            match chars.next()?.1 {
                'n' => text.push('\n'),
                'r' => text.push('\r'),
                't' => text.push('\t'),
                'u' => {
                    let digits: String = chars.by_ref().take(4).map(|(_, c)| c).collect();
                    let code = u32::from_str_radix(&digits, 16)
                        .ok()
                        .and_then(char::from_u32);
                    text.push(code.unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                other => text.push(other),
            }
        }
        None
    }

    /// A long text stands in pieces: `'one' +` and the next below it.
    fn joined(&mut self, mut text: String) -> String {
        loop {
            let before = self.at;
            self.skip_blanks();
            if self.takes("+") {
                self.skip_blanks();
                if matches!(self.peek(), Some(b'\'' | b'"' | b'`'))
                    && let Some(more) = self.piece()
                {
                    text.push_str(&more);
                    continue;
                }
            }
            self.at = before;
            return text;
        }
    }

    fn piece(&mut self) -> Option<String> {
        let quote = self.peek()?;
        let inner = &self.text[self.at + 1..];
        let end = inner.find(quote as char)?;
        let text = inner[..end].to_owned();
        self.at += end + 2;
        Some(text)
    }

    /// A number, a word of the language, or the name of a class before what it holds.
    fn word(&mut self) -> Option<Json> {
        let rest = self.rest();
        let fits = |c: char| c.is_alphanumeric() || "_$.+-:".contains(c);
        let length = rest.find(|c: char| !fits(c)).unwrap_or(rest.len());
        let word = rest[..length].trim_end_matches(':').to_owned();
        if word.is_empty() {
            return None;
        }
        self.at += word.len();
        let value = match word.as_str() {
            "true" | "True" => Json::Bool(true),
            "false" | "False" => Json::Bool(false),
            "null" | "None" | "nil" | "undefined" | "NaN" => Json::Null,
            _ if word.parse::<f64>().is_ok() => Json::Number(word),
            _ => {
                // `AxiosHeaders {`, `Object [AxiosHeaders] {`, `OrderedDict(`
                self.skip_blanks();
                if self.rest().starts_with('[')
                    && let Some(end) = self.rest().find(']').filter(|end| *end < 60)
                    && self.rest()[end + 1..].trim_start().starts_with('{')
                {
                    self.at += end + 1;
                    self.skip_blanks();
                }
                match self.peek() {
                    Some(b'{' | b'(') => return self.value(),
                    _ => Json::Text(word),
                }
            }
        };
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn json(text: &str) -> String {
        read(text).map_or_else(String::new, |(value, _)| value.to_string())
    }

    #[test]
    fn values_of_several_languages_are_read() {
        assert_eq!(
            json("{'ok': False, 'error': None, 'list': [1, 'a'], 'b': b'x'}"),
            r#"{"ok":false,"error":null,"list":[1,"a"],"b":"x"}"#
        );
        assert_eq!(
            json(
                "{\n  status: 403,\n  headers: Object [AxiosHeaders] { 'x-a': '1' },\n  data: { message: \"it's\", list: [Array] },\n  fn: [Function: f],\n  [Symbol(kind)]: true\n}"
            ),
            r#"{"status":403,"headers":{"x-a":"1"},"data":{"message":"it's","list":null},"fn":null,"[Symbol(kind)]":true}"#
        );
        assert_eq!(
            json("{\"code\"=>7, :why=>\"no\", next: nil}"),
            r#"{"code":7,"why":"no","next":null}"#
        );
        assert_eq!(json("{ a: 'one ' +\n    'two' }"), r#"{"a":"one two"}"#);
    }

    #[test]
    fn what_is_cut_off_counts_as_far_as_it_goes() {
        assert_eq!(
            json("{ status: 403, data: { message: 'no"),
            r#"{"status":403}"#
        );
        assert_eq!(json("{"), "");
        assert_eq!(read(&"[".repeat(100_000)), None);
    }

    proptest! {
        #[test]
        fn any_text_is_a_value_or_none(text in "[{}\\[\\]()'\"a-c:,=> \\\\+<\\n]{0,60}") {
            read(&text);
        }
    }
}
