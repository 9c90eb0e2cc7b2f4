//! A body that is being typed: where it stops being JSON, and the same JSON on its own lines.

use super::{BodyText, Fault};
use crate::insight::json;
use crate::model::{limits, names_in};
use std::borrow::Cow;

/// The first mistake of a text that begins like JSON, or is said to be JSON. `{{names}}` stand
/// for values that are not known yet, and are none.
pub fn typed_fault(text: &str, media_type: Option<&str>) -> Option<Fault> {
    if text.trim().is_empty() || text.len() > limits::ON_THE_SPOT {
        return None;
    }
    let filled = with_stand_ins(text);
    BodyText::new(filled.as_bytes(), media_type)
        .fault()
        .cloned()
}

/// JSON with a line for each of its values. Digits, the order of members and texts stay as they
/// are; `None` where that cannot be kept.
pub fn typed_lines(text: &str) -> Option<String> {
    let lines = BodyText::new(text.as_bytes(), Some("application/json"));
    let number = lines.len();
    if !lines.is_indented() || (0..number).any(|line| lines.begins_inside(line)) {
        return None;
    }
    let shown: Vec<Cow<str>> = (0..number)
        .map(|line| lines.line(text.as_bytes(), line))
        .collect();
    let shown = shown.join("\n");
    let (before, after) = (json::read(text), json::read(&shown));
    (before.value == after.value && before.value.is_some()).then_some(shown)
}

/// Digits of the same length in place of every name.
fn with_stand_ins(text: &str) -> Cow<'_, str> {
    let mut filled = Cow::Borrowed(text);
    for name in names_in(text) {
        let slot = format!("{{{{{name}}}}}");
        let digits = "1".repeat(slot.chars().count());
        filled = Cow::Owned(filled.replace(&slot, &digits));
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Option<(usize, usize)> {
        typed_fault(text, None).map(|fault| (fault.line, fault.column))
    }

    #[test]
    fn the_first_mistake_has_a_line_and_a_column() {
        assert_eq!(place("{\"a\": 1,\n \"ä\": tru }"), Some((2, 7)));
        assert_eq!(place("{\"a\": [1, 2}"), Some((1, 12)));
        for fine in ["", "  ", "{\"a\": 1}", "a=1&b={", "hello", "[1.50, null]"] {
            assert_eq!(place(fine), None, "{fine}");
        }
        assert!(typed_fault("a=1", Some("application/json")).is_some());
        assert!(typed_fault("{\"a\": 1", Some("text/plain")).is_none());
    }

    #[test]
    fn names_stand_for_values() {
        assert_eq!(place("{\"a\": {{id}}, \"b\": \"x{{name}}\"}"), None);
        assert_eq!(place("{{body}}"), None);
        assert_eq!(place("{\"a\": {{id}} 2}"), Some((1, 14)));
    }

    #[test]
    fn lines_keep_digits_order_and_texts() {
        let text = "{\"b\":1.50,\"a\":[1e3,{}],\"b\":\"{ , \\u00e4}\"}";
        let lines = typed_lines(text).unwrap();
        assert!(lines.starts_with("{\n  \"b\": 1.50,\n"), "{lines}");
        assert_eq!(typed_lines(&lines).as_ref(), Some(&lines));
        for other in ["", "a=1", "{\"a\":", "{\"a\": {{id}}}"] {
            assert_eq!(typed_lines(other), None);
        }
        let long = format!("[\"{}\"]", "x".repeat(limits::LINE_BYTES + 10));
        assert_eq!(typed_lines(&long), None);
    }
}
