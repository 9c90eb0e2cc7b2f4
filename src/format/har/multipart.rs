//! A multipart body that was recorded as one text, taken apart: only so can the credentials in it
//! be found by the names of its parts.

use crate::model::Part;

/// The parts between the boundaries that the media type names; `None` where they cannot be told.
pub fn parts(text: &str, media_type: &str) -> Option<Vec<Part>> {
    let boundary = parameter(media_type, "boundary").filter(|name| !name.is_empty())?;
    let boundary = format!("--{boundary}");
    let mut chunks = text.split(&boundary).skip(1).peekable();
    let mut parts = Vec::new();
    while let Some(chunk) = chunks.next() {
        if chunks.peek().is_none() && chunk.starts_with("--") {
            return Some(parts);
        }
        parts.push(part(chunk)?);
    }
    None
}

fn part(chunk: &str) -> Option<Part> {
    let chunk = without_break(chunk)?;
    let (head, body) = chunk
        .split_once("\r\n\r\n")
        .or_else(|| chunk.split_once("\n\n"))?;
    let value = body.strip_suffix('\n')?;
    let mut part = Part {
        value: value.strip_suffix('\r').unwrap_or(value).to_owned(),
        ..Part::default()
    };
    let mut named = false;
    for line in head.lines() {
        let (name, value) = line.split_once(':')?;
        if name.eq_ignore_ascii_case("content-disposition") {
            part.name = parameter(value, "name")?;
            part.file_name = parameter(value, "filename");
            named = true;
        } else if name.eq_ignore_ascii_case("content-type") {
            part.media_type = Some(value.trim().to_owned());
        }
    }
    named.then_some(part)
}

fn without_break(text: &str) -> Option<&str> {
    text.strip_prefix("\r\n")
        .or_else(|| text.strip_prefix('\n'))
}

/// `name` of `form-data; name="a"; filename="b"`
fn parameter(text: &str, name: &str) -> Option<String> {
    let mut rest = text.split_once(';')?.1;
    loop {
        let (key, behind) = rest.split_once('=')?;
        let behind = behind.trim_start();
        // Within quotes a semicolon is one.
        let (value, next) = match behind.strip_prefix('"') {
            Some(inside) => {
                let (value, behind) = inside.split_once('"')?;
                (value, behind.split_once(';').map(|(_, next)| next))
            }
            None => match behind.split_once(';') {
                Some((value, next)) => (value.trim(), Some(next)),
                None => (behind.trim(), None),
            },
        };
        if key.trim().eq_ignore_ascii_case(name) {
            return Some(as_named(value));
        }
        rest = next?;
    }
}

/// What browsers escape in a name, so that it stays within its quotes.
fn as_named(text: &str) -> String {
    let escapes = [("%22", "\""), ("%0D", "\r"), ("%0A", "\n")];
    let mut text = text.to_owned();
    for (escape, sign) in escapes {
        text = text.replace(escape, sign);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_what_stands_between_names() {
        let text = "form-data; name=\"a; filename=x; b=%22\"; filename=plain; other=\"z\"";
        assert_eq!(
            parameter(text, "name").as_deref(),
            Some("a; filename=x; b=\"")
        );
        assert_eq!(parameter(text, "FileName").as_deref(), Some("plain"));
        assert_eq!(parameter(text, "other").as_deref(), Some("z"));
        assert_eq!(parameter(text, "b"), None);
        assert_eq!(parameter("form-data; name=\"a", "name"), None);
    }

    #[test]
    fn parts_are_told_by_the_boundary_and_a_cut_body_is_none() {
        let kind = "multipart/form-data; boundary=\"x y\"";
        let text = "--x y\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n2\r\n--x y\r\ncontent-disposition: form-data; name=\"b\"; filename=\"f.json\"\r\nContent-Type: application/json\r\n\r\n{}\r\n--x y--\r\n";
        let read = parts(text, kind).unwrap();
        assert_eq!(
            (read[0].name.as_str(), read[0].value.as_str()),
            ("a", "1\r\n2")
        );
        assert_eq!(read[1].file_name.as_deref(), Some("f.json"));
        assert_eq!(read[1].media_type.as_deref(), Some("application/json"));
        for broken in [&text[..60], "", "--x y--", "--x y\r\n\r\n--x y--"] {
            assert!(parts(broken, kind).is_none_or(|parts| parts.is_empty()));
        }
        assert_eq!(parts(text, "multipart/form-data"), None);
    }
}
