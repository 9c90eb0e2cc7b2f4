//! The lines of an event stream: its events are counted, and data that is JSON is shown as such.

use super::shape::{DEPTH, LATER};
use super::watch::{LOOK, Watch, piece_end};
use super::{Lines, json_lines};
use std::ops::Range;

/// Fills in the lines, and on which of them each event begins. `None` if the watch ended it.
pub fn arrange(body: &[u8], lines: &mut Lines, events: &mut Vec<u32>, watch: Watch) -> Option<()> {
    let (mut start, mut look) = (0, LOOK);
    let mut in_event = false;
    while start < body.len() {
        if start >= look {
            look = start + LOOK;
            if !watch(start) {
                return None;
            }
        }
        let (line, next) = first_line(&body[start..]);
        let stop = start + line;
        if start == stop {
            in_event = false;
        } else {
            // A block without data is none: comments keep a stream alive.
            if !in_event && has_data(&body[start..]) {
                events.push(lines.len() as u32);
            }
            let depth = u16::from(in_event);
            in_event = true;
            push(body, start..stop, depth, lines, watch)?;
        }
        start += next;
    }
    Some(())
}

/// How long the first line is, and where the next begins: a line ends with CR, LF or both (WHATWG
/// HTML, 9.2.5).
fn first_line(rest: &[u8]) -> (usize, usize) {
    match memchr::memchr2(b'\n', b'\r', rest) {
        None => (rest.len(), rest.len()),
        Some(end) if rest[end..].starts_with(b"\r\n") => (end, end + 2),
        Some(end) => (end, end + 1),
    }
}

/// Each line of a stream without its end, and where the next begins.
pub fn lines_of_events(body: &[u8]) -> impl Iterator<Item = (&[u8], usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &body[at..];
        if rest.is_empty() {
            return None;
        }
        let (line, next) = first_line(rest);
        at += next;
        Some((&rest[..line], at))
    })
}

/// Whether a block, which ends at an empty line, has a line of data.
fn has_data(rest: &[u8]) -> bool {
    let data = lines_of_events(rest)
        .map(|(line, _)| line)
        .take_while(|line| !line.is_empty())
        .find(|line| matches!(line.strip_prefix(b"data"), Some([] | [b':', ..])));
    data.is_some()
}

/// A field, and its value on lines of its own if that is an object or a list.
fn push(
    body: &[u8],
    place: Range<usize>,
    depth: u16,
    lines: &mut Lines,
    watch: Watch,
) -> Option<()> {
    let field = &body[place.clone()];
    if let Some(value) = field.strip_prefix(b"data:") {
        let value = place.end - value.trim_ascii_start().len();
        if matches!(body.get(value), Some(b'{' | b'[')) {
            let until = &body[..place.end];
            let mut tried = Lines::default();
            if json_lines::arrange_at(until, value, VALUE_DEPTH, &mut tried, watch)?.is_ok() {
                lines.push(place.start..place.start + b"data:".len(), depth);
                json_lines::arrange_at(until, value, VALUE_DEPTH, lines, watch)?.ok();
                return Some(());
            }
        }
    }
    let (mut start, mut shape) = (place.start, depth & DEPTH);
    while start < place.end {
        let end = piece_end(body, start, place.end);
        lines.push(start..end, shape);
        (start, shape) = (end, depth & DEPTH | LATER);
    }
    Some(())
}

/// How far the values of fields are indented.
const VALUE_DEPTH: u16 = 2;

#[cfg(test)]
mod tests {
    use crate::insight::BodyText;
    use proptest::prelude::*;

    fn shown(body: &str) -> Vec<String> {
        let text = BodyText::new(body.as_bytes(), Some("text/event-stream"));
        let lines = (0..text.len()).map(|line| text.line(body.as_bytes(), line));
        lines.map(|line| line.into_owned()).collect()
    }

    const STREAM: &str = "id: 1\nevent: token\ndata: {\"t\":\"a b\",\"n\":[1]}\n\n: still here\r\n\r\ndata: two  words\ndata: {\"broken\n\n";

    #[test]
    fn events_are_counted_and_their_json_is_indented() {
        assert_eq!(
            shown(STREAM),
            [
                "#1 id: 1",
                "  event: token",
                "  data:",
                "    {",
                "      \"t\": \"a b\",",
                "      \"n\": [",
                "        1",
                "      ]",
                "    }",
                ": still here",
                "#2 data: two  words",
                "  data: {\"broken"
            ]
        );
    }

    #[test]
    fn a_path_leads_into_the_data_of_its_event() {
        let text = BodyText::new(STREAM.as_bytes(), Some("text/event-stream"));
        let crumbs = |line| text.path(STREAM.as_bytes(), line).unwrap().crumbs(" ");
        assert_eq!(
            (crumbs(0), crumbs(6)),
            ("#1".to_owned(), "#1 n 0".to_owned())
        );
        assert_eq!(crumbs(10), "#2");
        let value = text.value(STREAM.as_bytes(), 5).unwrap();
        assert_eq!(&STREAM[value], "[1]");
        assert_eq!(text.value(STREAM.as_bytes(), 10), None);
    }

    proptest! {
        #[test]
        fn nothing_of_a_stream_is_lost(body in "(data: |id:|[{}\\[\\]\",:1a \\n]){0,40}") {
            let solid = |text: &str| text.split_whitespace().collect::<String>();
            let lines = shown(&body).into_iter();
            let texts = lines.map(|line| match line.strip_prefix('#') {
                Some(rest) => rest.split_once(' ').unwrap().1.to_owned(),
                None => line,
            });
            prop_assert_eq!(solid(&texts.collect::<String>()), solid(&body));
        }
    }
}
