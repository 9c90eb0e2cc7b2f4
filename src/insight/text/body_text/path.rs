//! Where a value stands in its JSON, and where its bytes are: found from a line by climbing, so
//! that no more is read than the names on the way and the value itself.

use super::shape::{CLOSES, LATER, OPENS};
use super::{BodyText, Form, LONGEST_NAME, Script, json_lines, markup};
use std::fmt::Write;
use std::ops::Range;

/// One step from a value to one that stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The member of that name, without its escapes where they make text.
    Name(String),
    /// The element at that place, counted from zero.
    Place(usize),
}

/// The steps from the outermost value to the one on a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// Which of several values that is, counted from zero.
    pub value: Option<usize>,
    pub steps: Vec<Step>,
}

impl Path {
    /// A JSON Pointer of RFC 6901.
    pub fn pointer(&self) -> String {
        let mut pointer = String::new();
        for step in &self.steps {
            let _ = match step {
                Step::Place(place) => write!(pointer, "/{place}"),
                Step::Name(name) => {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    write!(pointer, "/{name}")
                }
            };
        }
        pointer
    }

    /// The same as jq writes it.
    pub fn jq(&self) -> String {
        let mut path = String::new();
        for step in &self.steps {
            let _ = match step {
                Step::Place(place) if path.is_empty() => write!(path, ".[{place}]"),
                Step::Place(place) => write!(path, "[{place}]"),
                Step::Name(name) if is_word(name) => write!(path, ".{name}"),
                Step::Name(name) => {
                    let dot = if path.is_empty() { "." } else { "" };
                    let quoted = serde_json::Value::from(name.as_str());
                    write!(path, "{dot}[{quoted}]")
                }
            };
        }
        if path.is_empty() {
            ".".to_owned()
        } else {
            path
        }
    }

    /// For a person to read: `data › 3 › "odd name"`, with `#2 ›` before it in the second of
    /// several values. A name that could be taken for anything
    /// else stands in quotes.
    pub fn crumbs(&self, between: &str) -> String {
        let words = self.steps.iter().map(|step| match step {
            Step::Place(place) => place.to_string(),
            Step::Name(name) if is_plain(name) => name.clone(),
            Step::Name(name) => serde_json::Value::from(name.as_str()).to_string(),
        });
        let value = self.value.map(|number| format!("#{}", number + 1));
        let words: Vec<String> = value.into_iter().chain(words).collect();
        words.join(between)
    }
}

/// Whether jq takes it behind a dot.
fn is_word(name: &str) -> bool {
    let mut bytes = name.bytes();
    let first = bytes
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    first && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn is_plain(name: &str) -> bool {
    let is_number = name.bytes().all(|b| b.is_ascii_digit());
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '›' | '>');
    !is_number && !name.contains(is_odd)
}

impl BodyText {
    /// Where the value stands that the line shows, opens, closes or is a piece of; in markup, its
    /// elements. `None` where the text is neither that nor JSON.
    pub fn path(&self, body: &[u8], number: usize) -> Option<Path> {
        if self.form == Form::Markup {
            return Some(self.elements(body, number));
        }
        let Some(at) = self.begins(body, number) else {
            let value = Some(self.value_number(number)?);
            let steps = Vec::new();
            return (number < self.len()).then_some(Path { value, steps });
        };
        let mut on_the_way: Vec<usize> = std::iter::once(at).chain(self.around(at)).collect();
        // The outermost value stands in none.
        on_the_way.pop();
        let steps = on_the_way.into_iter().rev();
        let steps = steps.map(|line| match self.name(body, line) {
            Some(name) => Step::Name(name),
            None => Step::Place(self.seat(line)),
        });
        Some(Path {
            value: self.value_number(at),
            steps: steps.collect(),
        })
    }

    /// The elements that a line of markup is in or begins, by their names.
    fn elements(&self, body: &[u8], number: usize) -> Path {
        let mut on_the_way: Vec<usize> = self.around(number).collect();
        if !self.lines.is(number, CLOSES) {
            on_the_way.insert(0, number);
        }
        let names = on_the_way.into_iter().rev().filter_map(|line| {
            let name = markup::element(&body[self.place(line)])?;
            Some(Step::Name(String::from_utf8_lossy(name).into_owned()))
        });
        Path {
            value: None,
            steps: names.collect(),
        }
    }

    /// Whether what its lines show has a place in something.
    pub fn has_paths(&self) -> bool {
        self.is_indented() || !self.values.is_empty() || self.form == Form::Markup
    }

    /// The bytes of that value.
    pub fn value(&self, body: &[u8], number: usize) -> Option<Range<usize>> {
        let at = self.begins(body, number)?;
        let start = self.value_start(body, at)?;
        if self.lines.is(at, OPENS) {
            let closing = self.closing(at)?;
            return Some(start..self.place(closing).start + 1);
        }
        let end = match body.get(start)? {
            // Nothing stands in it, or it would have lines of its own.
            b'{' | b'[' => json_lines::blank(body, start + 1) + 1,
            _ => json_lines::scalar(body, start).ok()?,
        };
        (end <= body.len()).then_some(start..end)
    }

    /// The line on which the member or element begins that a line belongs to.
    fn begins(&self, body: &[u8], number: usize) -> Option<usize> {
        if number >= self.len() || self.script(body, number) != Script::Json {
            return None;
        }
        let mut first = number;
        while first > 0 && self.lines.is(first, LATER) {
            first -= 1;
        }
        if self.lines.is(first, CLOSES) {
            self.container(first)
        } else {
            Some(first)
        }
    }

    /// The name of the member that begins on a line, if it is one.
    fn name(&self, body: &[u8], at: usize) -> Option<String> {
        let written = name_at(body, self.place(at).start)?;
        let written = &body[written];
        let read = serde_json::from_slice(written).ok();
        let inner = &written[1..written.len() - 1];
        Some(read.unwrap_or_else(|| String::from_utf8_lossy(inner).into_owned()))
    }

    fn value_start(&self, body: &[u8], at: usize) -> Option<usize> {
        let start = self.place(at).start;
        let in_another = self.around(at).next().is_some();
        match name_at(body, start).filter(|_| in_another) {
            Some(name) => {
                let colon = json_lines::blank(body, name.end);
                Some(json_lines::blank(body, colon + 1))
            }
            None => Some(start),
        }
    }
}

/// A name in its quotes, if that is what begins here.
fn name_at(body: &[u8], start: usize) -> Option<Range<usize>> {
    let rest = body.get(start..)?;
    let rest = &rest[..rest.len().min(LONGEST_NAME)];
    if rest.first() != Some(&b'"') || !json_lines::goes_on_as_name(&rest[1..]) {
        return None;
    }
    let end = json_lines::string(rest, 0).ok()?;
    Some(start..start + end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::limits;
    use proptest::prelude::*;

    /// Where each line stands, and what its value is.
    fn told(body: &str) -> Vec<(String, String)> {
        let text = BodyText::new(body.as_bytes(), None);
        let told = (0..text.len()).map(|line| {
            let path = text.path(body.as_bytes(), line).unwrap();
            let value = text.value(body.as_bytes(), line).unwrap();
            (path.pointer(), body[value].to_owned())
        });
        told.collect()
    }

    #[test]
    fn every_line_knows_the_path_and_the_bytes_of_its_value() {
        let body = r#"{"a": [1, {"b" : [ ]}, "x,y" ], "c": {"d": 1.10}}"#;
        let said = told(body);
        let said: Vec<_> = said.iter().map(|(p, v)| (p.as_str(), v.as_str())).collect();
        let list = r#"[1, {"b" : [ ]}, "x,y" ]"#;
        assert_eq!(
            said,
            [
                ("", body),
                ("/a", list),
                ("/a/0", "1"),
                ("/a/1", r#"{"b" : [ ]}"#),
                ("/a/1/b", "[ ]"),
                ("/a/1", r#"{"b" : [ ]}"#),
                ("/a/2", r#""x,y""#),
                ("/a", list),
                ("/c", r#"{"d": 1.10}"#),
                ("/c/d", "1.10"),
                ("/c", r#"{"d": 1.10}"#),
                ("", body),
            ]
        );
    }

    #[test]
    fn names_are_written_so_that_they_can_be_read_again() {
        let path = Path {
            value: None,
            steps: vec![
                Step::Name("a/b~c".to_owned()),
                Step::Place(3),
                Step::Name("two words".to_owned()),
                Step::Name("7".to_owned()),
                Step::Name("plain_1".to_owned()),
                Step::Name("é\u{1b}".to_owned()),
            ],
        };
        assert_eq!(path.pointer(), "/a~1b~0c/3/two words/7/plain_1/é\u{1b}");
        assert_eq!(
            path.jq(),
            r#".["a/b~c"][3]["two words"]["7"].plain_1["é\u001b"]"#
        );
        assert_eq!(
            path.crumbs(" › "),
            r#"a/b~c › 3 › "two words" › "7" › plain_1 › "é\u001b""#
        );
        let first = Path {
            value: Some(1),
            steps: vec![Step::Place(0), Step::Name("a".to_owned())],
        };
        assert_eq!(first.jq(), ".[0].a");
        assert_eq!(first.crumbs(" › "), "#2 › 0 › a");
        assert_eq!(Path::default().jq(), ".");
        assert_eq!(Path::default().pointer(), "");
    }

    #[test]
    fn an_escaped_name_is_read_and_a_broken_one_is_left_as_it_is() {
        let body = r#"{"\u0061\n": {"\ud800": 1}}"#;
        assert_eq!(told(body)[2].0, "/a\n/\\ud800");
    }

    #[test]
    fn every_piece_of_a_long_line_belongs_to_its_member() {
        let long = "n".repeat(2_500);
        let text = "t".repeat(3_000);
        let blanks = " ".repeat(1_500);
        let body = format!(
            "{{\"{long}\": [\"{text}\", 2], \"{long}x\": \"{text}\", \"z\": [1]{blanks}, \"end\": 0}}"
        );
        let said = told(&body);
        let text_of = |n: usize| BodyText::new(body.as_bytes(), None).place(n);
        for (line, (pointer, value)) in said.iter().enumerate() {
            let first = body.as_bytes()[text_of(line).start];
            if first == b't' {
                assert_eq!(value.trim_matches('"'), text, "{line}");
            }
            if first == b'n' {
                assert!(pointer.starts_with(&format!("/{long}")), "{line}");
            }
        }
        let last = said.iter().rev().nth(1).unwrap();
        assert_eq!((last.0.as_str(), last.1.as_str()), ("/end", "0"));
        assert!(said.iter().any(|(p, v)| p == "/z" && v == "[1]"));
    }

    #[test]
    fn in_a_body_whose_end_is_not_known_the_places_are_right_all_the_same() {
        let element = "{\"id\": 1, \"list\": [1, 2]},";
        let count = limits::ON_THE_SPOT / element.len() + 10;
        let body = format!("[{}{{}}]", element.repeat(count));
        let (head, whole) = (
            BodyText::head(body.as_bytes(), None),
            BodyText::new(body.as_bytes(), None),
        );
        assert!(head.is_head());
        for line in [0, 1, 2, 5, head.len() / 2, head.len() - 10] {
            assert_eq!(
                head.path(body.as_bytes(), line),
                whole.path(body.as_bytes(), line)
            );
        }
        assert_eq!(head.value(body.as_bytes(), 0), None);
        let last = head.len() - 1;
        let _ = (
            head.path(body.as_bytes(), last),
            head.value(body.as_bytes(), last),
        );
    }

    #[test]
    fn a_form_feed_is_no_blank_of_json_and_nothing_waits_at_it() {
        for body in [&b"1\x0c"[..], b"{\"a\":1\x0c}", b"[1\x0c,2]", b"[]\x0c"] {
            let text = BodyText::new(body, Some("application/json"));
            assert!(text.fault().is_some() && !text.is_indented());
        }
    }

    #[test]
    fn what_is_not_shown_as_json_has_no_path() {
        let text = BodyText::new(b"a\nb", None);
        assert_eq!(text.path(b"a\nb", 1), None);
        assert_eq!(text.value(b"a\nb", 1), None);
    }

    #[test]
    fn of_several_values_each_has_paths_of_its_own() {
        let body = "{\"a\":[1,2]}\n\n3\r\n[{\"b\":0}]\n";
        let text = BodyText::new(body.as_bytes(), None);
        let said: Vec<_> = (0..text.len())
            .map(|line| {
                let path = text.path(body.as_bytes(), line).unwrap();
                let value = text.value(body.as_bytes(), line).unwrap();
                (path.crumbs(" "), &body[value])
            })
            .collect();
        let said: Vec<_> = said.iter().map(|(p, v)| (p.as_str(), *v)).collect();
        assert_eq!(said[2], ("#1 a 0", "1"));
        assert_eq!(said[6], ("#2", "3"));
        assert_eq!(said[9], ("#3 0 b", "0"));
        assert_eq!(said.len(), 12);
    }

    #[test]
    fn values_on_lines_are_known_by_their_name_or_by_what_they_are() {
        let one_a_line = b"1\n\"a\"\n{\"b\":2}\n";
        let named = BodyText::new(one_a_line, Some("application/x-ndjson"));
        assert_eq!((named.len(), named.value_number(4)), (5, Some(2)));
        // Words on lines are no JSON unless somebody says so.
        assert!(!BodyText::new(one_a_line, None).is_indented());
        let docker = BodyText::new(b"{\"a\":1}\n{\"a\":2}\n", Some("application/json"));
        assert_eq!(docker.value_number(5), Some(1));
        let broken = BodyText::new(b"{\"a\":1}\n{\"a\":\n", Some("application/x-ndjson"));
        assert_eq!(broken.fault().map(|fault| fault.line), Some(2));
        assert_eq!(
            BodyText::new(b"5\n", Some("application/jsonl")).value_number(0),
            None
        );
        let large = "{\"a\":1}\n".repeat(limits::ON_THE_SPOT / 4);
        let head = BodyText::head(large.as_bytes(), None);
        assert!(head.is_head() && head.value_number(9_000) == Some(3_000));
        assert_eq!(
            BodyText::new(large.as_bytes(), None).value_number(9_000),
            Some(3_000)
        );
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            any::<i64>().prop_map(serde_json::Value::from),
            "\\PC{0,8}".prop_map(serde_json::Value::from),
            Just(serde_json::Value::Null),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
                prop::collection::vec(("[a-c~/\"\\\\]{0,3}", inner), 0..5).prop_map(|members| {
                    members
                        .into_iter()
                        .collect::<serde_json::Map<_, _>>()
                        .into()
                }),
            ]
        })
    }

    proptest! {
            #[test]
            fn the_pointer_of_every_line_leads_to_its_value(value in json(), pretty in any::<bool>()) {
                let body = if pretty {
    serde_json::to_string_pretty(&value).unwrap()
    } else {
    value.to_string()
    };
                let text = BodyText::new(body.as_bytes(), Some("application/json"));
                for line in 0..text.len() {
                    let path = text.path(body.as_bytes(), line).unwrap();
                    let range = text.value(body.as_bytes(), line).unwrap();
                    let there: serde_json::Value = serde_json::from_str(&body[range]).unwrap();
                    prop_assert_eq!(value.pointer(&path.pointer()), Some(&there));
                }
            }

            #[test]
            fn no_body_breaks_it(body in prop::collection::vec(any::<u8>(), 0..200)) {
                for text in [
                    BodyText::new(&body, Some("application/json")),
                    BodyText::head(&body, Some("application/json")),
                ] {
                    for line in 0..text.len() + 2 {
                        let _ = (text.path(&body, line), text.value(&body, line));
                    }
                }
            }
        }
}
