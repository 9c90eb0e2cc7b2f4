//! The lines of XML and HTML: a line for each tag and each line of text, indented by elements.
//! Tags are paired in a first pass, so that what HTML leaves open holds nothing together.

use super::Lines;
use super::json_lines::Broken;
use super::shape::{CLOSES, DEPTH, LATER, OPENS};
use super::watch::{LOOK, Watch, piece_end};
use crate::model::limits;
use memchr::{memchr, memchr3, memmem};
use std::ops::Range;

/// A part of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MarkupPart {
    Text,
    Start,
    /// A start tag that ends its element too.
    Empty,
    End,
    /// A comment, a declaration, an instruction or raw characters.
    Other,
}

/// Fills in the lines. `None` if the watch ended it.
pub fn arrange(
    body: &[u8],
    is_html: bool,
    lines: &mut Lines,
    watch: Watch,
) -> Option<Result<(), Broken>> {
    let paired = match paired(body, is_html, watch)? {
        Ok(paired) => paired,
        Err(broken) => return Some(Err(broken)),
    };
    let mut writer = Writer {
        body,
        lines,
        depth: 0,
    };
    let mut parts = Parts::new(body, is_html);
    let mut tags = paired.iter();
    let mut look = LOOK;
    while let Some(Ok((part, place))) = parts.next() {
        if place.start >= look {
            look = place.start + LOOK;
            if !watch(place.start) {
                return None;
            }
        }
        match part {
            MarkupPart::Text => writer.text(place),
            MarkupPart::Empty | MarkupPart::Other => writer.push(place, 0),
            MarkupPart::Start if tags.next() == Some(&true) => {
                // What holds only a little text stands on one line with it.
                match short(&parts, &place) {
                    Some((end, after)) => {
                        parts = after;
                        tags.next();
                        writer.push(place.start..end, 0);
                    }
                    None => writer.opens(place),
                }
            }
            MarkupPart::End if tags.next() == Some(&true) => writer.closes(place),
            MarkupPart::Start | MarkupPart::End => writer.push(place, 0),
        }
    }
    Some(Ok(()))
}

/// For each start and end tag in turn, whether it has its partner.
fn paired(body: &[u8], is_html: bool, watch: Watch) -> Option<Result<Vec<bool>, Broken>> {
    let mut paired = Vec::new();
    let mut open: Vec<(usize, &[u8], usize)> = Vec::new();
    let mut look = LOOK;
    for part in Parts::new(body, is_html) {
        let (part, place) = match part {
            Ok(found) => found,
            Err(broken) => return Some(Err(broken)),
        };
        if place.start >= look {
            look = place.start + LOOK;
            if !watch(place.start) {
                return None;
            }
        }
        match part {
            MarkupPart::Start => {
                open.push((paired.len(), name(&body[place.clone()]), place.start));
                paired.push(false);
            }
            MarkupPart::End => {
                let name = name(&body[place.clone()]);
                // Tags that are never closed would be gone through again and again.
                let near = open.iter().rev().take(MOST_LEFT_OPEN);
                let found = near
                    .clone()
                    .position(|(_, other, _)| same(other, name, is_html));
                match found {
                    Some(0) => {}
                    Some(_) if is_html => {}
                    _ if is_html => {
                        paired.push(false);
                        continue;
                    }
                    _ => {
                        let what = "an end tag has no start tag";
                        let at = place.start;
                        return Some(Err(Broken { at, what }));
                    }
                }
                open.truncate(open.len() - found.unwrap_or(0));
                if let Some((start, ..)) = open.pop() {
                    paired[start] = true;
                }
                paired.push(true);
            }
            MarkupPart::Text | MarkupPart::Empty | MarkupPart::Other => {}
        }
        if open.len() > MOST_OPEN {
            let what = "it nests too deep to be indented";
            let at = place.start;
            return Some(Err(Broken { at, what }));
        }
    }
    match open.first() {
        Some((_, _, at)) if !is_html => {
            let what = "an element is not closed";
            Some(Err(Broken { at: *at, what }))
        }
        _ => Some(Ok(paired)),
    }
}

/// How far back a start tag is looked for.
const MOST_LEFT_OPEN: usize = 500;

/// Elements that HTML leaves open count too.
const MOST_OPEN: usize = 1_000_000;

fn same(one: &[u8], other: &[u8], is_html: bool) -> bool {
    if is_html {
        one.eq_ignore_ascii_case(other)
    } else {
        one == other
    }
}

/// The name in a tag.
fn name(tag: &[u8]) -> &[u8] {
    let start = tag.iter().position(|b| !matches!(b, b'<' | b'/'));
    let rest = &tag[start.unwrap_or(tag.len())..];
    let end = rest
        .iter()
        .position(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'));
    &rest[..end.unwrap_or(rest.len())]
}

/// The name of the element that begins on this line, if one does.
pub fn element(line: &[u8]) -> Option<&[u8]> {
    let begins = matches!(line, [b'<', next, ..] if !b"!?/".contains(next));
    begins.then(|| name(line)).filter(|name| !name.is_empty())
}

/// Where the element ends that begins with this tag, if it holds nothing but a little text.
fn short<'a>(parts: &Parts<'a>, start: &Range<usize>) -> Option<(usize, Parts<'a>)> {
    let mut after = parts.clone();
    let mut next = after.next()?.ok()?;
    if next.0 == MarkupPart::Text {
        next = after.next()?.ok()?;
    }
    let (part, place) = next;
    let whole = &parts.body[start.start..place.end];
    let fits = whole.len() <= ON_ONE_LINE && memchr(b'\n', whole).is_none();
    (part == MarkupPart::End && fits).then_some((place.end, after))
}

/// Bytes of an element with nothing but text in it that stands on one line.
const ON_ONE_LINE: usize = 200;

/// The parts of a text, one after the other.
#[derive(Clone)]
struct Parts<'a> {
    body: &'a [u8],
    is_html: bool,
    at: usize,
    /// The element whose text is no markup.
    raw: Option<&'a [u8]>,
    is_broken: bool,
}

impl<'a> Parts<'a> {
    fn new(body: &'a [u8], is_html: bool) -> Parts<'a> {
        Parts {
            body,
            is_html,
            at: 0,
            raw: None,
            is_broken: false,
        }
    }

    fn tag(&mut self, at: usize) -> Result<(MarkupPart, usize), Broken> {
        let rest = &self.body[at..];
        let broken = |what| Err(Broken { at, what });
        let until = |word: &str, what| match memmem::find(rest, word.as_bytes()) {
            Some(end) => Ok((MarkupPart::Other, at + end + word.len())),
            None => broken(what),
        };
        if rest.starts_with(b"<!--") {
            return until("-->", "a comment is not closed");
        }
        if rest.starts_with(b"<![CDATA[") {
            return until("]]>", "raw characters are not closed");
        }
        if rest.starts_with(b"<?") {
            return until(">", "an instruction is not closed");
        }
        let Some(end) = tag_end(self.body, at) else {
            return broken("a tag is not closed");
        };
        let part = match (rest.get(1), self.body[end - 2]) {
            (Some(b'!'), _) => MarkupPart::Other,
            (Some(b'/'), _) => MarkupPart::End,
            (_, b'/') => MarkupPart::Empty,
            _ => MarkupPart::Start,
        };
        if part == MarkupPart::Start && self.is_html {
            let name = name(&self.body[at..end]);
            let is_raw = |raw: &&&[u8]| raw.eq_ignore_ascii_case(name);
            self.raw = RAW.iter().find(is_raw).map(|_| name);
        }
        Ok((part, end))
    }

    /// The end of the text that begins here.
    fn text_end(&self) -> usize {
        let body = self.body;
        let mut at = self.at;
        while let Some(step) = memchr(b'<', &body[at..]) {
            at += step;
            let begins_tag = match self.raw {
                Some(raw) => {
                    let name = body.get(at + 2..at + 2 + raw.len()).unwrap_or_default();
                    body.get(at + 1) == Some(&b'/') && name.eq_ignore_ascii_case(raw)
                }
                None => {
                    let next = body.get(at + 1);
                    !self.is_html
                        || next.is_some_and(|b| {
                            b.is_ascii_alphabetic() || matches!(b, b'/' | b'!' | b'?')
                        })
                }
            };
            if begins_tag {
                return at;
            }
            at += 1;
        }
        body.len()
    }
}

/// Elements of HTML whose text is no markup.
const RAW: &[&[u8]] = &[b"script", b"style", b"textarea", b"title"];

impl Iterator for Parts<'_> {
    type Item = Result<(MarkupPart, Range<usize>), Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_broken || self.at >= self.body.len() {
            return None;
        }
        let start = self.at;
        let end = self.text_end();
        self.raw = None;
        if end > start {
            self.at = end;
            return Some(Ok((MarkupPart::Text, start..end)));
        }
        match self.tag(start) {
            Ok((part, end)) => {
                self.at = end;
                Some(Ok((part, start..end)))
            }
            Err(broken) => {
                self.is_broken = true;
                Some(Err(broken))
            }
        }
    }
}

/// The end of a tag; what stands in quotes does not end it.
fn tag_end(body: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        at += memchr3(b'>', b'"', b'\'', body.get(at..)?)?;
        match body[at] {
            b'>' => return Some(at + 1),
            quote => at += memchr(quote, &body[at + 1..])? + 2,
        }
    }
}

struct Writer<'a> {
    body: &'a [u8],
    lines: &'a mut Lines,
    depth: usize,
}

impl Writer<'_> {
    fn opens(&mut self, place: Range<usize>) {
        self.lines.seat();
        self.lines.open();
        self.push(place, OPENS);
        self.depth += 1;
    }

    fn closes(&mut self, place: Range<usize>) {
        self.depth = self.depth.saturating_sub(1);
        self.lines.close();
        self.push(place, CLOSES);
    }

    /// Each of its lines that is not blank, without what indents it.
    fn text(&mut self, place: Range<usize>) {
        let mut start = place.start;
        while start < place.end {
            let rest = &self.body[start..place.end];
            let length = memchr(b'\n', rest).unwrap_or(rest.len());
            let line = &rest[..length];
            let words = line.trim_ascii_start();
            let first = start + line.len() - words.len();
            let words = words.trim_ascii_end();
            if !words.is_empty() {
                self.push(first..first + words.len(), 0);
            }
            start += length + 1;
        }
    }

    fn push(&mut self, place: Range<usize>, what: u16) {
        if what == 0 {
            self.lines.seat();
        }
        // What nests deeper is not moved any further to the right.
        let depth = self.depth.min(limits::INDENTED_DEPTH) as u16 & DEPTH;
        let (mut start, mut shape) = (place.start, depth | what);
        loop {
            let end = piece_end(self.body, start, place.end);
            self.lines.push(start..end, shape);
            (start, shape) = (end, depth | LATER);
            if start >= place.end {
                break;
            }
        }
    }
}

/// The text of a line, with one blank where a tag goes on in the next line of the source.
pub fn tidy(bytes: &[u8], text: &mut Vec<u8>, mut place: impl FnMut(usize, usize)) {
    let mut at = 0;
    while at < bytes.len() {
        place(at, text.len());
        let blanks = bytes[at..].iter().take_while(|b| b.is_ascii_whitespace());
        let blanks = blanks.count();
        if memchr(b'\n', &bytes[at..at + blanks]).is_some() {
            text.push(b' ');
            at += blanks;
        } else {
            text.push(bytes[at]);
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BodyText, View};
    use proptest::prelude::*;
    use std::time::{Duration, Instant};

    fn shown(body: &str, media_type: &str) -> Vec<String> {
        let text = BodyText::new(body.as_bytes(), Some(media_type));
        let lines = (0..text.len()).map(|line| text.line(body.as_bytes(), line));
        lines.map(|line| line.into_owned()).collect()
    }

    fn fault(body: &str, media_type: &str) -> Option<(usize, usize, &'static str)> {
        let text = BodyText::new(body.as_bytes(), Some(media_type));
        text.fault()
            .map(|fault| (fault.line, fault.column, fault.what))
    }

    #[test]
    fn xml_is_indented_by_its_elements() {
        let body = "<?xml version=\"1.0\"?><!-- c --><a\n   x='1>2'><b>t &amp; u</b><c/><d><e>1</e> tail\n  more </d></a>";
        assert_eq!(
            shown(body, "application/xml"),
            [
                "<?xml version=\"1.0\"?>",
                "<!-- c -->",
                "<a x='1>2'>",
                "  <b>t &amp; u</b>",
                "  <c/>",
                "  <d>",
                "    <e>1</e>",
                "    tail",
                "    more",
                "  </d>",
                "</a>"
            ]
        );
        let text = BodyText::new(body.as_bytes(), Some("application/problem+xml"));
        assert_eq!((text.closing(2), text.closing(5)), (Some(10), Some(9)));
        assert_eq!((text.count(2), text.view()), (3, View::Pretty));
        let crumbs = |line| text.path(body.as_bytes(), line).unwrap().crumbs(" ");
        assert_eq!((crumbs(1), crumbs(2)), (String::new(), "a".to_owned()));
        assert_eq!(
            (crumbs(6), crumbs(7)),
            ("a d e".to_owned(), "a d".to_owned())
        );
        assert_eq!((crumbs(9), crumbs(10)), ("a d".to_owned(), "a".to_owned()));
    }

    #[test]
    fn html_may_leave_elements_open_and_scripts_are_no_markup() {
        let body = "<!DOCTYPE html><html><body><p>one<p>two<br>three<ul><li>a<li>b</ul><script>if (a<b) {\"</p>\"}</script></BODY></html>";
        assert_eq!(
            shown(body, "text/html"),
            [
                "<!DOCTYPE html>",
                "<html>",
                "  <body>",
                "    <p>",
                "    one",
                "    <p>",
                "    two",
                "    <br>",
                "    three",
                "    <ul>",
                "      <li>",
                "      a",
                "      <li>",
                "      b",
                "    </ul>",
                "    <script>if (a<b) {\"</p>\"}</script>",
                "  </BODY>",
                "</html>"
            ]
        );
        // By what it is, whatever it is called.
        assert_eq!(shown(body, "application/json").len(), 1);
        assert_eq!(shown(body, "text/plain").len(), 18);
    }

    #[test]
    fn broken_xml_is_shown_as_it_came_with_its_place() {
        for (body, place) in [
            ("<a>\n<b></a>", (2, 4, "an end tag has no start tag")),
            ("<a>\n <b>", (1, 1, "an element is not closed")),
            ("<a><!-- ", (1, 4, "a comment is not closed")),
            ("<a x=\"1></a>", (1, 1, "a tag is not closed")),
            ("<a><![CDATA[ ", (1, 4, "raw characters are not closed")),
        ] {
            assert_eq!(fault(body, "application/xml"), Some(place), "{body}");
            assert_eq!(
                shown(body, "application/xml").concat(),
                body.replace('\n', "")
            );
        }
        assert_eq!(fault("plain words", "text/html"), None);
    }

    #[test]
    fn a_match_is_marked_where_it_is_shown() {
        let body = b"<a><b\n   x=\"find\">y</b><c>z</c></a>";
        let text = BodyText::new(body, Some("text/xml"));
        let pattern = super::super::Pattern::new("find", View::Pretty).unwrap();
        let found = super::super::Found::new(body, pattern, &mut |_| true).unwrap();
        let (line, marks) = text.marked_line(body, 1, &found);
        assert_eq!(&line[marks[0].at.clone()], "find");
        assert_eq!(line, "  <b x=\"find\">");
    }

    #[test]
    fn deep_wide_and_endless_markup_takes_no_time() {
        let before = Instant::now();
        let deep = "<a>".repeat(100_000);
        let closed = format!("{deep}{}", "</a>".repeat(100_000));
        assert_eq!(shown(&closed, "application/xml").len(), 199_999);
        assert_eq!(shown(&deep, "text/html").len(), 100_000);
        let wide = format!("<r {}/>", "a=\"1\" ".repeat(200_000));
        assert!(shown(&wide, "application/xml").len() > 1_000);
        let ends = format!("<html>{}{}", "<p>".repeat(100_000), "</b>".repeat(100_000));
        assert_eq!(shown(&ends, "text/html").len(), 200_001);
        // Much more than a busy machine needs, much less than the square of the text would take.
        assert!(before.elapsed() < Duration::from_secs(60));
    }

    proptest! {
        #[test]
        fn nothing_of_any_markup_is_lost_but_blanks(body in "([<>/!?\"'a-c =\\n&-]|<a>|</a>|<b/>|\\PC){0,60}") {
            let solid = |text: &str| text.split_whitespace().collect::<String>();
            for media_type in ["text/html", "application/xml"] {
                prop_assert_eq!(solid(&shown(&body, media_type).concat()), solid(&body));
            }
        }
    }
}
