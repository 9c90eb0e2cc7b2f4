//! The kinds of text other than JSON; each has its own way to find and lay out lines.

use super::watch::Watch;
use super::{Lines, events, json_lines, markup, table};

/// How the lines of a body are laid out, once they are found.
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

/// A kind of text, by its media type or by its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Xml,
    Html,
    Table { separator: u8 },
    Events,
}

impl Kind {
    /// The kind by media type, or by how the text begins; `None` for JSON and for plain text.
    pub fn of(body: &[u8], media_type: Option<&str>) -> Option<Kind> {
        let kind = match media_type.unwrap_or_default() {
            "text/html" | "application/xhtml+xml" => Kind::Html,
            "application/xml" | "text/xml" => Kind::Xml,
            "text/csv" | "application/csv" => Kind::Table { separator: b',' },
            "text/tab-separated-values" => Kind::Table { separator: b'\t' },
            "text/event-stream" => Kind::Events,
            name if name.ends_with("+xml") => Kind::Xml,
            // Text that should be JSON and is not gets a JSON error, whatever it looks like.
            name if is_json(name) => return None,
            _ => return Kind::sniffed(body),
        };
        // Errors are often sent with the media type of a success.
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

/// The lines of a text, its form, and the lines on which its parts (such as events) begin.
#[derive(Default)]
pub struct Found {
    pub lines: Lines,
    pub form: Form,
    pub parts: Vec<u32>,
}

/// Finds the lines of a text of this kind.
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

/// Whether a media type promises JSON.
pub fn is_json(media_type: &str) -> bool {
    matches!(media_type, "application/json" | "text/json") || media_type.ends_with("+json")
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
