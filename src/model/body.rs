//! Turns a typed body into the bytes to send: fills text in, encodes forms and parts. Files stay as
//! names, since this floor reads nothing.

use super::fill::{fill, fill_with};
use super::template::{FilledText, Piece, as_text, is_plain, pieces};
use super::{Body, Cause, Environment, Failure, Headers, Param, Part, Slot, SlotPlace};
use std::borrow::Cow;
use std::fmt::Write;

/// A body ready to be sent, apart from its tokens and files.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Filling {
    pub body: Vec<u8>,
    pub slots: Vec<Slot>,
    /// The files to insert, each with its byte position, in order.
    pub files: Vec<(usize, String)>,
    /// The media type, if this kind of body has one of its own.
    pub media_type: Option<String>,
}

/// The kinds of body that a person can choose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BodyKind {
    #[default]
    None,
    Text,
    Form,
    Multipart,
    File,
}

impl BodyKind {
    /// Every kind, in the order of the list.
    pub const ALL: [BodyKind; 5] = [
        BodyKind::None,
        BodyKind::Text,
        BodyKind::Form,
        BodyKind::Multipart,
        BodyKind::File,
    ];

    /// The name of the kind in the list.
    pub fn title(self) -> &'static str {
        match self {
            BodyKind::None => "none",
            BodyKind::Text => "text or JSON",
            BodyKind::Form => "form",
            BodyKind::Multipart => "multipart form",
            BodyKind::File => "file",
        }
    }

    /// What the list says about the kind.
    pub fn note(self) -> &'static str {
        match self {
            BodyKind::None => "nothing is sent along",
            BodyKind::Text => "as it is typed",
            BodyKind::Form => "rows, name = value",
            BodyKind::Multipart => "rows, name = text or name @ file",
            BodyKind::File => "a file, byte for byte",
        }
    }
}

/// The media type of a form, from the URL Standard of the WHATWG.
pub const FORM: &str = "application/x-www-form-urlencoded";

impl Filling {
    fn of(place: SlotPlace, filled: FilledText) -> Filling {
        Filling {
            slots: filled.slots_at(place).collect(),
            body: filled.text.into_bytes(),
            ..Filling::default()
        }
    }
}

/// Whether the headers declare the body a form.
pub fn is_form(headers: &Headers) -> bool {
    headers.media_type().as_deref() == Some(FORM)
}

/// Fills a body in. In a text declared a form, tokens are encoded, since a value with `&` or `=` in
/// it would make several pairs.
pub fn body(body: &Body, environment: &Environment, headers: &Headers) -> Result<Filling, Failure> {
    let fill = |text: &str, literal: bool| {
        if literal {
            Ok(FilledText::from(text.to_owned()))
        } else {
            fill(text, environment, "body", Cause::RequestMalformedBody)
        }
    };
    Ok(match body {
        Body::Empty => Filling::default(),
        Body::Bytes(bytes) => Filling {
            body: bytes.clone(),
            ..Filling::default()
        },
        Body::Text(text) => {
            let place = if is_form(headers) {
                SlotPlace::Form
            } else {
                SlotPlace::Body
            };
            Filling::of(
                place,
                match place {
                    SlotPlace::Form => form_text(text, environment)?,
                    _ => fill(text, false)?,
                },
            )
        }
        Body::File(path) => Filling {
            files: vec![(0, fill(path, false)?.text)],
            ..Filling::default()
        },
        Body::Form(rows) => {
            let mut form = FilledText::default();
            for row in rows.iter().filter(|row| row.enabled) {
                if !form.text.is_empty() {
                    form.text.push('&');
                }
                let encode = |value| Cow::Owned(encoded(value));
                let (place, cause) = ("body", Cause::RequestMalformedBody);
                form.push(fill_with(
                    &row.form_pair(),
                    environment,
                    place,
                    cause,
                    encode,
                )?);
            }
            Filling {
                media_type: Some(FORM.to_owned()),
                ..Filling::of(SlotPlace::Form, form)
            }
        }
        Body::Multipart(parts) => {
            let mut filled = Vec::with_capacity(parts.len());
            for part in parts.iter().filter(|part| !part.is_off) {
                filled.push((part, fill(&part.value, part.literal)?));
            }
            multipart(&filled, named_boundary(headers).as_deref())
        }
    })
}

/// A form given as text: a value put into one of its pairs is encoded; a name that stands alone may
/// expand to several pairs.
fn form_text(text: &str, environment: &Environment) -> Result<FilledText, Failure> {
    let mut form = FilledText::default();
    for (number, pair) in text.split('&').enumerate() {
        if number > 0 {
            form.text.push('&');
        }
        let is_pair = pair.contains('=');
        form.push(fill_with(
            pair,
            environment,
            "body",
            Cause::RequestMalformedBody,
            |value| {
                if is_pair {
                    Cow::Owned(encoded(value))
                } else {
                    Cow::Borrowed(value)
                }
            },
        )?);
    }
    Ok(form)
}

/// The boundary that a header asks for, if it is a valid one (RFC 2046, 5.1.1).
fn named_boundary(headers: &Headers) -> Option<String> {
    let value = headers.get("content-type")?;
    let mut parameters = value.split(';').skip(1);
    let boundary = parameters.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let is_it = name.trim().eq_ignore_ascii_case("boundary");
        is_it.then(|| value.trim().trim_matches('"').to_owned())
    })?;
    let is_one = |c: char| c.is_ascii_alphanumeric() || "'()+_,-./:=? ".contains(c);
    let is_whole = (1..=70).contains(&boundary.len()) && boundary.chars().all(is_one);
    is_whole.then_some(boundary)
}

/// The media type of a file by its ending, as curl sends it for a part.
pub fn file_type(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    match ending.map(str::to_ascii_lowercase).as_deref() {
        Some("gif") => "image/gif",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain",
        Some("htm" | "html") => "text/html",
        Some("pdf") => "application/pdf",
        Some("xml") => "application/xml",
        _ => "application/octet-stream",
    }
}

/// Percent-encodes every byte but the unreserved characters (RFC 3986, 2.3).
pub fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte as char);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The rows of a form that gives the same bytes when it is encoded again; `None` for any other
/// text.
pub fn form_rows(text: &str) -> Option<Vec<Param>> {
    let mut rows = Vec::new();
    for pair in text.split('&') {
        let (name, value) = pair.split_once('=')?;
        let (name, value) = (decoded(name)?, decoded(value)?);
        // A row with an empty name would be dropped, and `{{braces}}` would be filled in.
        if name.is_empty() || name.contains("{{") || value.contains("{{") {
            return None;
        }
        rows.push(Param::new(name, value));
    }
    let pairs: Vec<_> = rows.iter().map(|r| (&r.name, &r.value)).collect();
    let again: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    (again.join("&") == text).then_some(rows)
}

/// Undoes percent escapes; a plus stays a plus. `None` if the result is not UTF-8.
pub fn decoded(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = (bytes[at] == b'%')
            .then(|| bytes.get(at + 1..at + 3))
            .flatten();
        let number = escape
            .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match number {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).ok()
}

/// A multipart body (RFC 7578); its boundary occurs in none of the texts, unless a header names it.
fn multipart(parts: &[(&Part, FilledText)], named: Option<&str>) -> Filling {
    let taken = |boundary: &String| {
        named != Some(boundary) && parts.iter().any(|(_, value)| value.text.contains(boundary))
    };
    let ours = (0_u32..).map(|number| format!("----httriage-part-{number:08x}"));
    let boundaries = named.map(str::to_owned).into_iter().chain(ours);
    let mut boundaries = boundaries.skip_while(taken);
    let boundary = boundaries.next().unwrap_or_default();
    let mut files = Vec::new();
    let mut out = FilledText::default();
    for (part, value) in parts {
        out.text.push_str(&format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"",
            quoted(&part.name)
        ));
        let base = value.text.rsplit(['/', '\\']).next().unwrap_or_default();
        let file_name = match &part.file_name {
            Some(name) => Some(name.as_str()),
            None => part.is_file.then_some(base),
        };
        if let Some(name) = file_name {
            out.text
                .push_str(&format!("; filename=\"{}\"", quoted(name)));
        }
        out.text.push_str("\r\n");
        let usual = file_name.filter(|_| part.is_file).map(file_type);
        if let Some(media_type) = part.media_type.as_deref().or(usual) {
            let line: String = media_type.chars().filter(|c| !c.is_control()).collect();
            out.text.push_str(&format!("Content-Type: {line}\r\n"));
        }
        out.text.push_str("\r\n");
        if part.is_file {
            files.push((out.text.len(), value.text.clone()));
        } else {
            out.push(value.clone());
        }
        out.text.push_str("\r\n");
    }
    out.text.push_str(&format!("--{boundary}--\r\n"));
    Filling {
        files,
        media_type: Some(format!("multipart/form-data; boundary={boundary}")),
        ..Filling::of(SlotPlace::Body, out)
    }
}
/// A name as browsers quote it: characters that would end the quotes or the line are escaped.
fn quoted(text: &str) -> String {
    let escape = |c: char| match c {
        '"' => "%22".to_owned(),
        '\r' => "%0D".to_owned(),
        '\n' => "%0A".to_owned(),
        other => other.to_string(),
    };
    text.chars().map(escape).collect()
}

/// A body as one text of the same meaning, with its variables and tokens still as names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub text: String,
    pub media_type: Option<String>,
    /// Whether the text is data, with nothing in it to fill in.
    pub literal: bool,
    /// Files that belong in the body and are missing from the text.
    pub files: Vec<String>,
}

/// Writes a form or a multipart body out as text; `None` for bytes that are not text.
pub fn written(body: &Body) -> Option<Written> {
    let plain = |text: String| Written {
        text,
        ..Written::default()
    };
    Some(match body {
        Body::Empty => Written::default(),
        Body::Text(text) => plain(text.clone()),
        Body::Bytes(bytes) => {
            let text = std::str::from_utf8(bytes).ok()?;
            Written {
                literal: !is_plain(text),
                ..plain(text.to_owned())
            }
        }
        Body::File(path) => Written {
            files: vec![path.clone()],
            ..Written::default()
        },
        Body::Form(rows) => {
            let rows = rows.iter().filter(|row| row.enabled);
            let pairs = rows.map(Param::form_pair);
            Written {
                text: pairs.collect::<Vec<_>>().join("&"),
                media_type: Some(FORM.to_owned()),
                ..Written::default()
            }
        }
        Body::Multipart(parts) => {
            let sent = parts.iter().filter(|part| !part.is_off);
            let texts = sent.map(|part| {
                let text = if part.literal {
                    as_text(&part.value)
                } else {
                    part.value.clone()
                };
                (part, FilledText::from(text))
            });
            let filling = multipart(&texts.collect::<Vec<_>>(), None);
            Written {
                text: String::from_utf8_lossy(&filling.body).into_owned(),
                media_type: filling.media_type,
                files: filling.files.into_iter().map(|(_, path)| path).collect(),
                ..Written::default()
            }
        }
    })
}

/// Encodes like `encoded`, but leaves `{{names}}` as they are.
pub fn encoded_around_names(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Plain(plain) => written.push_str(&encoded(plain)),
            Piece::Brace => written.push_str(&encoded("{")),
            named => named.push_to(&mut written),
        }
    }
    written
}

/// Decodes like `decoded`, but leaves `{{names}}` as they are and creates none.
pub fn decoded_around_names(text: &str) -> Option<String> {
    let mut written = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Plain(plain) => written.push_str(&as_text(&decoded(plain)?)),
            named => named.push_to(&mut written),
        }
    }
    Some(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(typed: &Body) -> Filling {
        body(typed, &Environment::default(), &Headers::default()).unwrap()
    }

    #[test]
    fn a_form_is_encoded_and_switched_off_rows_stay_home() {
        let rows = vec![
            Param::new("a b", "c&d=ä"),
            Param {
                enabled: false,
                ..Param::new("off", "1")
            },
            Param::new("e", ""),
        ];
        let out = filled(&Body::Form(rows));
        assert_eq!(out.body, b"a%20b=c%26d%3D%C3%A4&e=");
        assert_eq!(out.media_type.as_deref(), Some(FORM));
    }

    #[test]
    fn only_a_text_that_comes_out_the_same_is_a_form() {
        for text in ["a=1", "a=1&b=", "q=a%20b", "a%5B%5D=%C3%A4"] {
            let rows = form_rows(text).unwrap();
            assert_eq!(filled(&Body::Form(rows)).body, text.as_bytes());
        }
        for text in [
            "",
            "a",
            "a=1&",
            "q=a+b",
            "q=%c3%a4",
            "{\"a\":1}",
            "=1",
            "a=%7B%7Bb%7D%7D",
            "a=%ff",
        ] {
            assert_eq!(form_rows(text), None, "{text}");
        }
    }

    #[test]
    fn a_part_that_is_switched_off_stays_home() {
        let part = |name: &str, is_off| Part {
            name: name.into(),
            value: "x".into(),
            is_file: is_off,
            is_off,
            ..Part::default()
        };
        let typed = Body::Multipart(vec![part("off", true), part("on", false)]);
        let out = filled(&typed);
        let text = String::from_utf8(out.body).unwrap();
        assert!(
            text.contains("name=\"on\"") && !text.contains("off"),
            "{text}"
        );
        assert!(out.files.is_empty());
        assert_eq!(written(&typed).unwrap().text, text);
    }

    #[test]
    fn parts_have_a_boundary_that_stands_in_none_of_them() {
        let text = |value: &str| Part {
            name: "note\"\r\n".into(),
            value: value.into(),
            ..Part::default()
        };
        let file = Part {
            name: "upload".into(),
            value: "logs/today.txt".into(),
            is_file: true,
            ..Part::default()
        };
        let out = filled(&Body::Multipart(vec![
            text("----httriage-part-00000000"),
            file,
        ]));
        let body = String::from_utf8(out.body).unwrap();
        assert_eq!(
            body,
            "------httriage-part-00000001\r\nContent-Disposition: form-data; name=\"note%22%0D%0A\"\r\n\r\n\
             ----httriage-part-00000000\r\n------httriage-part-00000001\r\n\
             Content-Disposition: form-data; name=\"upload\"; filename=\"today.txt\"\r\n\
             Content-Type: text/plain\r\n\r\n\r\n------httriage-part-00000001--\r\n"
        );
        let (at, path) = &out.files[0];
        assert_eq!(path, "logs/today.txt");
        assert!(body[..*at].ends_with("text/plain\r\n\r\n"));
    }

    #[test]
    fn a_header_may_name_the_boundary_and_one_that_does_not_is_told_it() {
        let sent = |content_type: &str| {
            let spec = super::super::RequestSpec {
                headers: vec![Param::new("Content-Type", content_type)],
                body: Body::Multipart(vec![Part {
                    name: "a".into(),
                    value: "own".into(),
                    ..Part::default()
                }]),
                ..super::super::RequestSpec::new("POST", "http://a.example/")
            };
            let sent = super::super::resolve(&spec, &Environment::default()).unwrap();
            let said = sent.headers.get("content-type").unwrap().into_owned();
            (said, String::from_utf8(sent.body).unwrap())
        };
        let (said, body) = sent("multipart/form-data");
        assert_eq!(
            said,
            "multipart/form-data; boundary=----httriage-part-00000000"
        );
        assert!(body.starts_with("------httriage-part-00000000\r\n"));
        for named in ["own", "\"own\"; charset=x"] {
            let typed = format!("multipart/mixed; boundary={named}");
            let (said, body) = sent(&typed);
            assert_eq!(said, typed);
            assert!(body.starts_with("--own\r\n"), "{body}");
            assert!(body.ends_with("--own--\r\n"), "{body}");
        }
        let (said, _) = sent("text/plain");
        assert_eq!(said, "text/plain");
    }
}
