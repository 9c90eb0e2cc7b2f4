//! A body as lines to read: JSON with a line for each member, everything else as it came. Only the
//! places of lines are stored; their text is cut out of the body as sent, so numbers, escapes,
//! order and repeated members stay as they were.

mod events;
mod folds;
mod form;
mod json_lines;
mod lay;
mod lines;
mod many;
mod markup;
mod path;
mod raw_lines;
mod search;
mod table;
mod typed;
mod view;
mod watch;

use crate::model::limits;
use lines::{Lines, shape};
use std::borrow::Cow;
use std::ops::Range;

pub use events::lines_of_events;
pub use folds::Folds;
use form::{Form, Kind, is_json};
pub use many::{is_named as is_lines_of_json, separator as separator_of_values};
pub use path::{Path, Step};
pub use search::{Found, Mark, Pattern};
pub use typed::{typed_fault, typed_lines};
pub use view::View;
pub use watch::Watch;

/// How to colour the text of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    Json,
    Markup,
    /// A name, a colon and a value.
    Field,
    Plain,
}

const HEX_BYTES: usize = 16;

/// Where the lines of a body are. It does not hold the body itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BodyText {
    lines: Lines,
    /// The number of bytes in the hex view, which needs no stored lines.
    hex_bytes: usize,
    form: Form,
    /// Whether only the lines of the beginning are known.
    is_head: bool,
    /// Why a text that should be JSON is shown as it came.
    fault: Option<Fault>,
    /// Where there are several values or events, the lines on which they begin.
    values: Vec<u32>,
}

/// Longer than any token but a string, in bytes.
const CUT: usize = 8;

/// Where a text stops being JSON, both counted from one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub line: usize,
    /// In characters.
    pub column: usize,
    pub what: &'static str,
    /// What the text is not.
    pub of: &'static str,
}

impl BodyText {
    /// Finds the lines of a body. A text that begins like JSON is read as JSON; a media type that
    /// promises JSON gives a fault where the body is not.
    pub fn new(body: &[u8], media_type: Option<&str>) -> BodyText {
        BodyText::watched(body, media_type, View::Pretty, &mut |_| true).unwrap_or_default()
    }

    /// The same in the view that a person chose.
    pub fn in_view(body: &[u8], media_type: Option<&str>, view: View) -> BodyText {
        BodyText::watched(body, media_type, view, &mut |_| true).unwrap_or_default()
    }

    /// The same for a large body; `None` if the watch stopped it.
    pub fn watched(
        body: &[u8],
        media_type: Option<&str>,
        view: View,
        watch: Watch,
    ) -> Option<BodyText> {
        let mut text = BodyText::default();
        match view {
            View::Hex => text.hex_bytes = body.len(),
            View::Raw => text.lines = raw_lines::lines(body, watch)?,
            View::Pretty => text.arrange(body, media_type, watch)?,
        }
        Some(text)
    }

    fn arrange(&mut self, body: &[u8], media_type: Option<&str>, watch: Watch) -> Option<()> {
        if let Some(kind) = Kind::of(body, media_type) {
            return self.arrange_as(body, kind, watch);
        }
        if media_type.is_some_and(many::is_named) {
            let broken = self.arrange_many(body, watch)?.err();
            self.fault = broken.map(|broken| fault(body, broken, "JSON"));
            if self.fault.is_none() {
                return Some(());
            }
            self.lines = raw_lines::lines(body, watch)?;
            return Some(());
        }
        let said_to_be = media_type.map(is_json);
        if begins_like_json(body) || said_to_be == Some(true) {
            match json_lines::arrange(body, &mut self.lines, watch)? {
                Ok(()) => {
                    self.form = Form::Json;
                    self.lines.shrink();
                    return Some(());
                }
                Err(_) if body.is_empty() => {}
                // Several values, each on a line, are sent under many names.
                Err(broken)
                    if broken.what == json_lines::MORE
                        && self.arrange_many(body, watch)?.is_ok() =>
                {
                    return Some(());
                }
                Err(broken) if said_to_be.unwrap_or(true) => {
                    self.fault = Some(fault(body, broken, "JSON"));
                }
                Err(_) => {}
            }
        }
        self.lines = Lines::default();
        self.lines = raw_lines::lines(body, watch)?;
        Some(())
    }

    /// Lays the body out by its kind, or as it came where it is broken.
    fn arrange_as(&mut self, body: &[u8], kind: Kind, watch: Watch) -> Option<()> {
        match form::arrange(body, kind, watch)? {
            Ok(found) => {
                (self.lines, self.form, self.values) = (found.lines, found.form, found.parts);
            }
            Err(broken) => {
                let of = if kind == Kind::Html { "HTML" } else { "XML" };
                self.fault = Some(fault(body, broken, of));
                self.lines = raw_lines::lines(body, watch)?;
            }
        }
        Some(())
    }

    /// Lays the body out as several JSON values, if all of it is that.
    fn arrange_many(
        &mut self,
        body: &[u8],
        watch: Watch,
    ) -> Option<Result<(), json_lines::Broken>> {
        let (mut lines, mut values) = (Lines::default(), Vec::new());
        let arranged = many::arrange(body, &mut lines, &mut values, watch)?;
        if arranged.is_ok() {
            lines.shrink();
            (self.lines, self.form) = (lines, Form::Json);
            self.values = if values.len() > 1 { values } else { Vec::new() };
        }
        Some(arranged)
    }

    /// The lines of the beginning of a large body, or of all of a small one.
    pub fn head_in_view(body: &[u8], media_type: Option<&str>, view: View) -> BodyText {
        match (view, body.get(..limits::ON_THE_SPOT)) {
            (View::Pretty, _) => BodyText::head(body, media_type),
            (View::Raw, Some(head)) => BodyText {
                is_head: true,
                ..BodyText::in_view(head, media_type, view)
            },
            _ => BodyText::in_view(body, media_type, view),
        }
    }

    /// The view that the body is shown in.
    pub fn view(&self) -> View {
        match (self.hex_bytes, &self.form) {
            (1.., _) => View::Hex,
            (_, Form::Plain) => View::Raw,
            _ => View::Pretty,
        }
    }

    /// The lines of a large body's beginning, to show until the rest is found.
    pub fn head(body: &[u8], media_type: Option<&str>) -> BodyText {
        let Some(head) = body.get(..limits::ON_THE_SPOT) else {
            return BodyText::new(body, media_type);
        };
        let mut text = BodyText {
            is_head: true,
            ..BodyText::default()
        };
        if text.arrange_head_of_many(head, media_type) {
            return text;
        }
        let tries = begins_like_json(head) || media_type.is_some_and(is_json);
        let mut arranged = || json_lines::arrange(head, &mut text.lines, &mut |_| true);
        match tries.then(&mut arranged).flatten() {
            // A fault at the cut may only come from the cut.
            Some(Err(broken)) if broken.at + CUT >= head.len() => {
                text.form = Form::Json;
                json_lines::rest(head, &mut text.lines);
            }
            Some(Ok(())) => text.form = Form::Json,
            _ => text.lines = raw_lines::lines(head, &mut |_| true).unwrap_or_default(),
        }
        text
    }

    /// Reads the complete lines of a beginning as values, if there are several.
    fn arrange_head_of_many(&mut self, head: &[u8], media_type: Option<&str>) -> bool {
        let named = media_type.is_some_and(many::is_named);
        let end = match many::separator(head) {
            b'\n' => memchr::memrchr(b'\n', head).map_or(0, |end| end + 1),
            between => memchr::memrchr(between, head).unwrap_or(0),
        };
        if !(named || begins_like_json(head)) {
            return false;
        }
        let arranged = self.arrange_many(&head[..end], &mut |_| true);
        let several = matches!(arranged, Some(Ok(()))) && !self.values.is_empty();
        if !several {
            *self = BodyText {
                is_head: true,
                ..BodyText::default()
            };
        }
        several
    }

    /// Which of several values the line belongs to, from zero; `None` for a single value.
    pub fn value_number(&self, line: usize) -> Option<usize> {
        let behind = self.values.partition_point(|first| *first as usize <= line);
        behind.checked_sub(1)
    }

    /// The number, from one, of the value or event that begins on a line; `None` where none begins.
    pub fn value_from(&self, line: usize) -> Option<usize> {
        let at = self.values.binary_search(&(line as u32)).ok()?;
        Some(at + 1)
    }

    /// The line on which the value or event with that number (from one) begins.
    pub fn value_line(&self, number: usize) -> Option<usize> {
        let line = self.values.get(number.checked_sub(1)?)?;
        Some(*line as usize)
    }

    /// How many values need a number in the margin; zero for events, whose lines show it.
    pub fn bare_values(&self) -> usize {
        match self.form {
            Form::Events => 0,
            _ => self.values.len(),
        }
    }

    /// How many lines there are, hex lines included.
    pub fn len(&self) -> usize {
        self.lines.len() + self.hex_bytes.div_ceil(HEX_BYTES)
    }

    /// Whether there is no line to show.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it is shown as JSON.
    pub fn is_indented(&self) -> bool {
        self.form == Form::Json
    }

    /// Whether something in it can be folded.
    pub fn has_folds(&self) -> bool {
        self.lines.first_opening().is_some()
    }

    /// Whether the body is a table, with a heading in its first line.
    pub fn is_table(&self) -> bool {
        matches!(self.form, Form::Table(_))
    }

    /// Whether it is shown as XML or HTML.
    pub fn is_markup(&self) -> bool {
        self.form == Form::Markup
    }

    /// How to colour a line.
    pub fn script(&self, body: &[u8], number: usize) -> Script {
        match self.form {
            Form::Json => Script::Json,
            Form::Markup => Script::Markup,
            Form::Events if self.is_json_of_event(body, number) => Script::Json,
            Form::Events => Script::Field,
            Form::Plain | Form::Table(_) => Script::Plain,
        }
    }

    /// Whether the line belongs to an event's JSON value: such a value does not begin at the start
    /// of a source line.
    fn is_json_of_event(&self, body: &[u8], number: usize) -> bool {
        let mut first = number;
        while first > 0 && self.is_later_piece(first) {
            first -= 1;
        }
        let start = self.place(first).start;
        start > 0 && body.get(start - 1) != Some(&b'\n')
    }

    fn is_later_piece(&self, number: usize) -> bool {
        self.lines.is(number, shape::LATER)
    }

    /// Whether these are only the lines of the beginning, until the rest is found.
    pub fn is_head(&self) -> bool {
        self.is_head
    }

    /// Why a text that should be JSON, XML or HTML is shown as it came; `None` where it is fine.
    pub fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// The text of one line; `body` must be the one that the lines were found in.
    pub fn line<'a>(&self, body: &'a [u8], number: usize) -> Cow<'a, str> {
        if self.hex_bytes > 0 {
            return Cow::Owned(hex_line(body, number));
        }
        if self.form == Form::Plain {
            let bytes = body.get(self.lines.place(number)).unwrap_or_default();
            return String::from_utf8_lossy(bytes);
        }
        let mut text = Vec::new();
        self.lay(body, number, &mut text, |_, _| {});
        Cow::Owned(String::from_utf8_lossy(&text).into_owned())
    }

    /// The text of a line, and the places in it where matches lie.
    pub fn marked_line(&self, body: &[u8], number: usize, found: &Found) -> (String, Vec<Mark>) {
        let place = self.place(number);
        let matches = found.within(body, place.clone());
        if matches.is_empty() || place.end > body.len() {
            return (self.line(body, number).into_owned(), Vec::new());
        }
        if self.hex_bytes > 0 {
            let marks = matches.iter().flat_map(|range| {
                let from = range.start.max(place.start) - place.start;
                let to = range.end.min(place.end) - place.start;
                let text = hex_text_column(from)..hex_text_column(to);
                let digits = hex_column(from)..hex_column(to - 1) + 2;
                [digits, text].map(|at| Mark {
                    at,
                    start: range.start,
                })
            });
            let mut marks: Vec<Mark> = marks.collect();
            marks.sort_by_key(|mark| mark.at.start);
            return (hex_line(body, number), marks);
        }
        let bytes = &body[place.clone()];
        // Where each byte of the source stands in the shown text.
        let mut places = Vec::with_capacity(bytes.len() + 1);
        let mut shown = Vec::new();
        self.lay(body, number, &mut shown, |source, at| {
            places.resize(source + 1, at);
        });
        places.resize(bytes.len() + 1, shown.len());
        let ranges = matches.iter().map(|range| {
            let from = places[range.start.max(place.start) - place.start];
            (
                from..places[range.end.min(place.end) - place.start],
                range.start,
            )
        });
        marked(&shown, ranges)
    }

    /// The byte range of a line in the body.
    pub fn place(&self, number: usize) -> Range<usize> {
        if self.hex_bytes > 0 {
            let start = number.saturating_mul(HEX_BYTES).min(self.hex_bytes);
            return start..(start + HEX_BYTES).min(self.hex_bytes);
        }
        self.lines.place(number)
    }

    /// The line on which a byte is shown, or the one before it where it is left out.
    pub fn line_at(&self, offset: usize) -> usize {
        if self.hex_bytes > 0 {
            return offset.min(self.hex_bytes.saturating_sub(1)) / HEX_BYTES;
        }
        self.lines.at(offset)
    }

    /// Whether the line begins inside a string that began on a line above.
    pub fn begins_inside(&self, number: usize) -> bool {
        self.lines.is(number, shape::INSIDE)
    }

    /// Whether the string that continues after this line is the name of a member.
    pub fn ends_in_name(&self, body: &[u8], number: usize) -> bool {
        if !self.begins_inside(number + 1) {
            return false;
        }
        let start = self.place(number + 1).start;
        let rest = &body[start.min(body.len())..];
        json_lines::goes_on_as_name(&rest[..rest.len().min(LONGEST_NAME)])
    }
}

/// How many bytes are searched for the end of a name.
const LONGEST_NAME: usize = 16_000;

/// Turns shown bytes into text and moves the ranges with them.
fn marked(
    shown: &[u8],
    ranges: impl Iterator<Item = (Range<usize>, usize)>,
) -> (String, Vec<Mark>) {
    let mut text = String::with_capacity(shown.len());
    let mut marks: Vec<Mark> = Vec::new();
    let mut from = 0;
    for (range, start) in ranges {
        // Matches may overlap; each mark takes what the one before it left.
        let begin = range.start.max(from);
        if begin >= range.end {
            continue;
        }
        text.push_str(&String::from_utf8_lossy(&shown[from..begin]));
        let at = text.len();
        text.push_str(&String::from_utf8_lossy(&shown[begin..range.end]));
        marks.push(Mark {
            at: at..text.len(),
            start,
        });
        from = range.end;
    }
    text.push_str(&String::from_utf8_lossy(&shown[from..]));
    (text, marks)
}

/// The column of a byte's hex digits on its line.
fn hex_column(place: usize) -> usize {
    10 + 3 * place + usize::from(place >= HEX_BYTES / 2)
}

/// The column of the byte's character.
fn hex_text_column(place: usize) -> usize {
    hex_column(HEX_BYTES) + 1 + place
}

/// `000010  68 65 6c 6c 6f …  hello`
fn hex_line(body: &[u8], number: usize) -> String {
    let start = number.saturating_mul(HEX_BYTES).min(body.len());
    let bytes = &body[start..body.len().min(start + HEX_BYTES)];
    let mut line = format!("{start:08x} ");
    for place in 0..HEX_BYTES {
        let gap = if place == HEX_BYTES / 2 { "  " } else { " " };
        line.push_str(gap);
        match bytes.get(place) {
            Some(byte) => line.push_str(&format!("{byte:02x}")),
            None => line.push_str("  "),
        }
    }
    line.push_str("  ");
    let shown = |byte: &u8| match byte {
        b' '..=b'~' => char::from(*byte),
        _ => '.',
    };
    line.extend(bytes.iter().map(shown));
    line
}

fn begins_like_json(body: &[u8]) -> bool {
    let first = body.iter().find(|b| !b.is_ascii_whitespace());
    matches!(first, Some(b'{' | b'['))
}

fn fault(body: &[u8], broken: json_lines::Broken, of: &'static str) -> Fault {
    let before = &body[..broken.at.min(body.len())];
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    let line_start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let continues = |byte: &&u8| **byte & 0xc0 == 0x80;
    let within = &before[line_start..];
    Fault {
        line,
        column: within.len() - within.iter().filter(continues).count() + 1,
        what: broken.what,
        of,
    }
}

#[cfg(test)]
mod tests;
