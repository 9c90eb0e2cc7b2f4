//! Answers that come piece by piece for as long as the call lasts: event streams, and JSON values
//! one a line or in a sequence. Which events there are, and which of them the stream calls errors.

use crate::insight::body_text::{is_lines_of_json, lines_of_events, separator_of_values};
use crate::insight::redact::Exchange;

/// What stands before each value of a sequence (RFC 7464, 2.2).
const RECORD: u8 = 0x1e;

/// Whether an answer of that type is shown as it comes.
pub fn is_stream(media_type: &str) -> bool {
    is_events(media_type) || is_lines_of_json(media_type)
}

fn is_events(media_type: &str) -> bool {
    media_type == "text/event-stream"
}

/// One event of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its kind, where the stream names one.
    pub name: Option<String>,
    pub data: String,
}

impl Event {
    /// Whether the stream itself calls it an error.
    pub fn is_error(&self) -> bool {
        self.name.as_deref().is_some_and(|name| {
            let name = name.to_ascii_lowercase();
            matches!(name.as_str(), "error" | "exception" | "failure")
        })
    }
}

/// The events of a stream, in order. Comments are none, and keep it alive.
pub fn events<'a>(body: &'a [u8], media_type: &str) -> Box<dyn Iterator<Item = Event> + 'a> {
    if is_events(media_type) {
        return Box::new(Blocks { rest: body }.filter_map(event));
    }
    let between = if media_type.ends_with("json-seq") && body.contains(&RECORD) {
        // The piece may begin in the middle of one.
        RECORD
    } else {
        separator_of_values(body)
    };
    let lines = body.split(move |b| *b == between).map(<[u8]>::trim_ascii);
    Box::new(lines.filter(|line| !line.is_empty()).map(|line| Event {
        name: None,
        data: String::from_utf8_lossy(line).into_owned(),
    }))
}

/// How many events came, and how fast: `12 events, 3.1 a second`. `None` for what is no stream.
pub fn pace(exchange: &Exchange) -> Option<String> {
    let response = exchange.outcome.response()?;
    let media_type = response.headers.media_type().filter(|m| is_stream(m))?;
    let count = events(&response.body, &media_type).count();
    let what = if count == 1 { "event" } else { "events" };
    let coming = exchange
        .took
        .saturating_sub(response.timing.first_byte.unwrap_or_default());
    let seconds = coming.as_secs_f64();
    // Of less than a moment a rate says nothing.
    Some(if seconds >= 0.5 && count > 1 {
        format!("{count} {what}, {:.1} a second", count as f64 / seconds)
    } else {
        format!("{count} {what}")
    })
}

/// What stands between empty lines.
struct Blocks<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Blocks<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let mut lines = lines_of_events(self.rest);
        let ends = |(line, _): &(&[u8], usize)| line.trim_ascii().is_empty();
        let at = lines.find(ends).map_or(self.rest.len(), |(_, next)| next);
        let (block, rest) = self.rest.split_at(at);
        self.rest = rest;
        Some(block)
    }
}

/// The event of a block (WHATWG HTML, 9.2.6); `None` where it has no data.
fn event(block: &[u8]) -> Option<Event> {
    let block = block.strip_prefix(b"\xef\xbb\xbf").unwrap_or(block);
    let (mut name, mut data) = (None, Vec::new());
    for (line, _) in lines_of_events(block) {
        let line = String::from_utf8_lossy(line);
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => data.push(value.to_owned()),
            "event" => name = Some(value.to_owned()),
            _ => {}
        }
    }
    (!data.is_empty()).then(|| Event {
        name,
        data: data.join("\n"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(body: &str, media_type: &str) -> Vec<String> {
        let found = events(body.as_bytes(), media_type);
        found.map(|event| event.data).collect()
    }

    #[test]
    fn events_end_at_empty_lines_and_comments_are_none() {
        let body = "\u{feff}: hello\r\n\r\nevent: note\r\ndata: one\r\ndata: two\r\nid: 7\r\n\r\n\r\ndata\r\n\r\nevent: error\ndata:{\"a\":1}";
        assert_eq!(
            data(body, "text/event-stream"),
            ["one\ntwo", "", "{\"a\":1}"]
        );
        let last = events(body.as_bytes(), "text/event-stream").last().unwrap();
        assert!(last.is_error());
        assert_eq!(
            events(b": ping\n\n: ping\n\n", "text/event-stream").count(),
            0
        );
    }

    #[test]
    fn a_line_of_events_may_end_in_a_carriage_return_alone() {
        let body = "\u{feff}data: a\rdata: b\r\rdata:c\r\r\nevent: error\rdata: d\n\r";
        assert_eq!(data(body, "text/event-stream"), ["a\nb", "c", "d"]);
        let last = events(body.as_bytes(), "text/event-stream").last().unwrap();
        assert!(last.is_error());
    }

    #[test]
    fn values_stand_one_a_line() {
        let body = "{\"a\":1}\n\n  {\"a\":2}\r\n{\"a\"";
        assert_eq!(
            data(body, "application/x-ndjson"),
            ["{\"a\":1}", "{\"a\":2}", "{\"a\""]
        );
    }

    #[test]
    fn values_of_a_sequence_stand_behind_their_separator() {
        let body = "\u{1e}{\"a\":\n 1}\n\u{1e}{\"a\":2}\n\u{1e}\u{1e}{\"a\"";
        let values = ["{\"a\":\n 1}", "{\"a\":2}", "{\"a\""];
        assert_eq!(data(body, "application/json-seq"), values);
        let cut = &body[3..];
        assert_eq!(data(cut, "application/json-seq")[1..], values[1..]);
        // Some say so and send lines.
        let lines = "{\"a\":1}\n{\"a\":2}\n";
        assert_eq!(data(lines, "application/geo+json-seq").len(), 2);
    }

    #[test]
    fn a_stream_is_told_by_its_type() {
        for media_type in [
            "text/event-stream",
            "application/x-ndjson",
            "application/jsonl",
            "application/vnd.acme+ndjson",
            "application/stream+json",
            "application/json-seq",
            "application/geo+json-seq",
        ] {
            assert!(is_stream(media_type), "{media_type}");
        }
        for media_type in ["application/json", "text/plain", "text/html"] {
            assert!(!is_stream(media_type), "{media_type}");
        }
    }
}
