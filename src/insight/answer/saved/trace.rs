//! What `curl --trace-ascii` writes: sections with a title, and rows of 64 characters with their
//! offset, in which a line of HTTP may go on.

use super::talk::{Talk, Turn};
use super::text::{Text, shown};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Other,
    SentHead,
    SentData,
    Head,
    Data,
}

/// Whether a line is the title of a head, sent or received.
pub fn is_mark(line: &str) -> bool {
    matches!(section(line), Some(Section::SentHead | Section::Head))
}

fn section(line: &str) -> Option<Section> {
    let titles = [
        ("=> Send header, ", Section::SentHead),
        ("=> Send data, ", Section::SentData),
        ("<= Recv header, ", Section::Head),
        ("<= Recv data, ", Section::Data),
        ("== Info: ", Section::Other),
        ("=> Send SSL data", Section::Other),
        ("<= Recv SSL data", Section::Other),
    ];
    let found = titles.iter().find(|(title, _)| line.starts_with(title));
    found.map(|(_, section)| *section)
}

/// `0040: rest of the row`
fn row(line: &str) -> Option<(usize, &str)> {
    let (offset, rest) = line
        .split_once(": ")
        .or(line.strip_suffix(':').map(|n| (n, "")))?;
    let is_offset = offset.len() >= 4 && offset.len() <= 16;
    Some((
        usize::from_str_radix(offset, 16)
            .ok()
            .filter(|_| is_offset)?,
        rest,
    ))
}

/// Reads a whole trace. A jump in the offsets is where a line of HTTP ended.
pub fn read(text: &Text) -> Vec<Turn> {
    let mut talk = Talk::default();
    let mut at = Section::Other;
    let mut line = String::new();
    let mut next = 0;
    for raw in text.lines() {
        let shown = shown(raw);
        if let Some(section) = section(&shown) {
            pass(&mut talk, at, &mut line, false);
            let secure = shown.contains("SSL connection using") || shown.contains("SSL data");
            if secure {
                talk.secure(true);
            }
            at = section;
            next = 0;
            continue;
        }
        let Some((offset, rest)) = row(&shown) else {
            continue;
        };
        // Two characters that are not shown stand between: the line ended.
        if offset > next {
            pass(&mut talk, at, &mut line, true);
        }
        line.push_str(rest);
        next = offset + rest.chars().count();
    }
    pass(&mut talk, at, &mut line, false);
    talk.finish()
}

fn pass(talk: &mut Talk, at: Section, line: &mut String, ended: bool) {
    let text = std::mem::take(line);
    match at {
        _ if text.is_empty() && !ended => {}
        Section::SentHead => talk.ask(&text),
        Section::Head => talk.say(&text),
        Section::SentData => talk.ask_body(text.as_bytes()),
        Section::Data => {
            talk.data(text.as_bytes());
            if ended {
                talk.data(b"\n");
            }
        }
        Section::Other => {}
    }
}
