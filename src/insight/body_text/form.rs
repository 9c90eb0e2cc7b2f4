//! What a text is, beside JSON: its lines are found and laid out in its own way.

use super::{BodyText, Lines, Watch, events, json_lines, markup, table};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// As it came.
    #[default]
    Plain,
    /// One value, or several.
    Json,
    /// XML or HTML.
    Markup,
    /// Fields between commas, with the width of each column.
    Table(table::Columns),
    /// An event stream.
    Events,
}

/// What a text is said to be, or plainly is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Xml,
    Html,
    Table { separator: u8 },
    Events,
}

impl Kind {
    pub fn of(body: &[u8], media_type: Option<&str>) -> Option<Kind> {
        let kind = match media_type.unwrap_or_default() {
            "text/html" | "application/xhtml+xml" => Kind::Html,
            "application/xml" | "text/xml" => Kind::Xml,
            "text/csv" | "application/csv" => Kind::Table { separator: b',' },
            "text/tab-separated-values" => Kind::Table { separator: b'\t' },
            "text/event-stream" => Kind::Events,
            name if name.ends_with("+xml") => Kind::Xml,
            // Of what should be JSON and is not, that is the news.
            name if super::is_json(name) => return None,
            _ => return Kind::sniffed(body),
        };
        // Errors are often sent under the name of what was hoped for.
        let begins_like_others = matches!(first(body), Some(b'<' | b'{' | b'['));
        let is_it = match kind {
            Kind::Xml | Kind::Html => first(body) == Some(b'<'),
            Kind::Table { .. } | Kind::Events => !begins_like_others,
        };
        is_it.then_some(kind).or_else(|| Kind::sniffed(body))
    }

    fn sniffed(body: &[u8]) -> Option<Kind> {
        let text = body.trim_ascii_start();
        let begins = |word: &str| {
            let head = text.get(..word.len()).unwrap_or_default();
            head.eq_ignore_ascii_case(word.as_bytes())
        };
        if begins("<?xml ") {
            Some(Kind::Xml)
        } else if begins("<!doctype html") || begins("<html") {
            Some(Kind::Html)
        } else {
            None
        }
    }
}

fn first(body: &[u8]) -> Option<u8> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    body.trim_ascii_start().first().copied()
}

/// What the lines of such a text are, and on which of them each of its parts begins; or where
/// it is broken. `None` if the watch ended it.
#[derive(Default)]
pub struct Found {
    pub lines: Lines,
    pub form: Form,
    pub parts: Vec<u32>,
}

pub fn arrange(body: &[u8], kind: Kind, watch: Watch) -> Option<Result<Found, json_lines::Broken>> {
    let mut found = Found::default();
    let broken = match kind {
        Kind::Xml | Kind::Html => {
            found.form = Form::Markup;
            markup::arrange(body, kind == Kind::Html, &mut found.lines, watch)?.err()
        }
        Kind::Table { separator } => {
            let columns = table::arrange(body, separator, &mut found.lines, watch)?;
            found.form = Form::Table(columns);
            None
        }
        Kind::Events => {
            found.form = Form::Events;
            events::arrange(body, &mut found.lines, &mut found.parts, watch)?;
            None
        }
    };
    found.lines.shrink();
    Some(broken.map_or(Ok(found), Err))
}

impl BodyText {
    /// The text of a line; `place` is told of each byte of the body where it goes.
    pub(super) fn lay(
        &self,
        body: &[u8],
        number: usize,
        text: &mut Vec<u8>,
        place: impl FnMut(usize, usize),
    ) {
        let bytes = body.get(self.lines.place(number)).unwrap_or_default();
        let indent = self.lines.depth(number) * 2;
        text.resize(text.len() + indent, b' ');
        match &self.form {
            Form::Json => json_lines::tidy(bytes, self.begins_inside(number), text, place),
            Form::Markup => markup::tidy(bytes, text, place),
            Form::Table(columns) if !self.is_later_piece(number) => {
                columns.lay(bytes, text, place);
            }
            Form::Events if events::is_json(body, self, number) => {
                json_lines::tidy(bytes, self.begins_inside(number), text, place);
            }
            Form::Events => {
                if let Some(event) = self.first_of(number) {
                    text.extend_from_slice(format!("#{} ", event + 1).as_bytes());
                }
                as_it_came(bytes, text, place);
            }
            Form::Plain | Form::Table(_) => as_it_came(bytes, text, place),
        }
    }

    /// The part that begins on a line, counted from zero.
    fn first_of(&self, number: usize) -> Option<usize> {
        self.values.binary_search(&(number as u32)).ok()
    }
}

fn as_it_came(bytes: &[u8], text: &mut Vec<u8>, mut place: impl FnMut(usize, usize)) {
    for (at, byte) in bytes.iter().enumerate() {
        place(at, text.len());
        text.push(*byte);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BodyText, Found, Pattern, View};
    use proptest::prelude::*;

    const KINDS: [&str; 6] = [
        "application/xml",
        "text/html",
        "text/csv",
        "text/tab-separated-values",
        "text/event-stream",
        "application/x-ndjson",
    ];

    #[test]
    fn an_error_under_another_name_is_read_as_what_it_is() {
        for kind in KINDS {
            let error = BodyText::new(b"{\"error\":1}", Some(kind));
            assert!(error.is_indented(), "{kind}");
        }
        for kind in ["text/csv", "text/event-stream", "text/plain"] {
            let page = BodyText::new(b"<html><b>502</b></html>", Some(kind));
            assert_eq!(page.len(), 3, "{kind}");
        }
    }

    proptest! {
        #[test]
        fn a_match_is_marked_in_every_kind_of_text(
            kind in prop::sample::select(&KINDS[..]),
            body in "(ab|<a b=\"|\">|</a>|data: \\{\"|\": 1\\}|[,\n\t\"<> éc]){0,30}",
        ) {
            let bytes = body.as_bytes();
            let text = BodyText::new(bytes, Some(kind));
            let pattern = Pattern::new("ab", View::Raw).unwrap();
            let found = Found::new(bytes, pattern, &mut |_| true).unwrap();
            let mut marked = 0;
            for line in 0..text.len() {
                let (shown, marks) = text.marked_line(bytes, line, &found);
                prop_assert_eq!(&shown, &text.line(bytes, line));
                for mark in marks {
                    prop_assert_eq!(&shown[mark.at], "ab");
                    marked += 1;
                }
            }
            prop_assert_eq!(marked, body.matches("ab").count());
        }

        #[test]
        fn no_bytes_break_any_kind(
            kind in prop::sample::select(&KINDS[..]),
            parts in prop::collection::vec(prop_oneof![
                any::<u8>().prop_map(|byte| vec![byte]),
                prop::sample::select(vec!["<a>", "</a>", "<!--", "\"", "data: {", "\n", "\n\n", ",", "{}"])
                    .prop_map(|text| text.as_bytes().to_vec()),
            ], 0..60),
        ) {
            let body = parts.concat();
            for text in [BodyText::new(&body, Some(kind)), BodyText::head(&body, Some(kind))] {
                for line in 0..text.len() + 1 {
                    let _ = (text.line(&body, line), text.script(&body, line));
                    let _ = (text.path(&body, line), text.value(&body, line));
                    let _ = (text.closing(line), text.ends_in_name(&body, line));
                }
            }
        }
    }
}
