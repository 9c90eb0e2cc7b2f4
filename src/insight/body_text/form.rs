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
        let is_markup = matches!(kind, Kind::Xml | Kind::Html);
        // Errors are often sent under the name of what was hoped for.
        (!is_markup || first(body) == Some(b'<')).then_some(kind)
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
