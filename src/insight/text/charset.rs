//! The encoding of a body's text: as its bytes begin, as the header says, or as the text says of
//! itself. It is read once, where an answer comes in; its bytes are kept beside the text.

use crate::model::{AsSent, Headers, Response};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Bytes in which a text says what it is written in (HTML, 13.2.3.2).
const HEAD: usize = 1_024;

/// Makes UTF-8 of a body that is a text in another encoding.
pub fn decode(response: &mut Response) {
    if response.as_sent.is_some() {
        return;
    }
    if let Some(encoding) = encoding_of(&response.headers, &response.body) {
        decode_from(response, encoding);
    }
}

/// The same for a body that was kept, whose encoding is known by its name.
pub fn decode_as(response: &mut Response, charset: &str) {
    if let Some(encoding) = Encoding::for_label_no_replacement(charset.as_bytes()) {
        decode_from(response, encoding);
    }
}

fn decode_from(response: &mut Response, encoding: &'static Encoding) {
    let (text, encoding, _) = encoding.decode(&response.body);
    if encoding == UTF_8 || text.as_bytes() == response.body {
        return;
    }
    let text = text.into_owned().into_bytes();
    response.received = Some(response.body_bytes());
    response.as_sent = Some(AsSent {
        charset: encoding.name().to_ascii_lowercase(),
        bytes: std::mem::replace(&mut response.body, text),
    });
}

/// The encoding of a text that is not UTF-8, as far as anything says so.
fn encoding_of(headers: &Headers, body: &[u8]) -> Option<&'static Encoding> {
    let media_type = headers.media_type().unwrap_or_default();
    let named = headers.get("content-type").and_then(|value| label(&value));
    if !is_text(&media_type, named.is_some()) {
        return None;
    }
    // A mark at the beginning outdoes every other word.
    if let Some((encoding, _)) = Encoding::for_bom(body) {
        // Bytes of no type may begin so by chance.
        let is_broken = || encoding.decode(body).2;
        let is_chance = media_type.is_empty() && is_broken();
        return (!is_chance).then_some(encoding);
    }
    if let Some(encoding) = named {
        // RFC 8259, 8.1: JSON is UTF-8, whatever is said of it.
        let is_utf8 = || std::str::from_utf8(body).is_ok();
        if is_json(&media_type) && encoding.is_ascii_compatible() && is_utf8() {
            return None;
        }
        // RFC 2781, 4.3: without a mark the order is told by the text.
        return Some(match (encoding == UTF_16LE, body) {
            (true, [0, second, ..]) if *second != 0 => UTF_16BE,
            _ => encoding,
        });
    }
    let head = &body[..body.len().min(HEAD)];
    match head {
        // So begin markup and, by RFC 4627, 3, JSON; four bytes a letter are another encoding.
        [b'<' | b'{' | b'[', 0, third, ..] if *third != 0 => return Some(UTF_16LE),
        [0, b'<' | b'{' | b'[', ..] => return Some(UTF_16BE),
        _ => {}
    }
    let said = declared_in_xml(head).or_else(|| declared_in_html(head))?;
    let encoding = Encoding::for_label_no_replacement(said.trim_ascii())?;
    // What could be read as a label in ASCII is no UTF-16.
    encoding.is_ascii_compatible().then_some(encoding)
}

/// Whether a body of that type is a text; one of no type is looked at.
fn is_text(media_type: &str, is_named: bool) -> bool {
    const OTHERS: [&str; 8] = [
        "json",
        "xml",
        "javascript",
        "x-www-form-urlencoded",
        "yaml",
        "csv",
        "ndjson",
        "html",
    ];
    let (kind, name) = media_type.split_once('/').unwrap_or((media_type, ""));
    match kind {
        "" | "text" => true,
        "image" | "audio" | "video" | "font" => name == "svg+xml",
        "multipart" => false,
        _ => is_named || OTHERS.iter().any(|other| name.ends_with(other)),
    }
}

fn is_json(media_type: &str) -> bool {
    media_type.ends_with("/json") || media_type.ends_with("+json")
}

/// The encoding that a `Content-Type` names (RFC 9110, 8.3.2).
fn label(content_type: &str) -> Option<&'static Encoding> {
    let named = content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']);
        name.trim().eq_ignore_ascii_case("charset").then_some(value)
    });
    Encoding::for_label_no_replacement(named?.trim().as_bytes())
}

/// `<?xml version="1.0" encoding="…"?>`
fn declared_in_xml(head: &[u8]) -> Option<&[u8]> {
    let rest = head.trim_ascii_start().strip_prefix(b"<?xml")?;
    let end = rest.windows(2).position(|pair| pair == b"?>")?;
    value_of(&rest[..end], b"encoding")
}

/// `<meta charset="…">`, and the same inside of a `content`.
fn declared_in_html(head: &[u8]) -> Option<&[u8]> {
    let lower = head.to_ascii_lowercase();
    let mut at = 0;
    while let Some(found) = find(&lower[at..], b"<meta") {
        let start = at + found;
        let end = find(&lower[start..], b">").map_or(lower.len(), |length| start + length);
        if let Some(value) = value_of(&head[start..end], b"charset") {
            return Some(value);
        }
        at = end;
    }
    None
}

/// What stands behind `name=`, in quotes or up to where it ends.
fn value_of<'h>(text: &'h [u8], name: &[u8]) -> Option<&'h [u8]> {
    let lower = text.to_ascii_lowercase();
    let behind = find(&lower, name)? + name.len();
    let rest = text[behind..].trim_ascii_start().strip_prefix(b"=")?;
    let rest = rest.trim_ascii_start();
    let rest = rest.strip_prefix(b"\"").unwrap_or(rest);
    let rest = rest.strip_prefix(b"'").unwrap_or(rest);
    let ends = |byte: &u8| b"\"'; />".contains(byte);
    let end = rest.iter().position(ends).unwrap_or(rest.len());
    Some(&rest[..end]).filter(|value| !value.is_empty())
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|part| part == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content_type: &str, body: &[u8]) -> (String, String) {
        let mut response = Response {
            body: body.to_vec(),
            ..Response::default()
        };
        if !content_type.is_empty() {
            response.headers.push("content-type", content_type);
        }
        decode(&mut response);
        assert_eq!(response.bytes(), body);
        assert_eq!(response.body_bytes(), body.len() as u64);
        let charset = response.as_sent.as_ref().map(|sent| sent.charset.clone());
        let text = String::from_utf8_lossy(&response.body).into_owned();
        (charset.unwrap_or_default(), text)
    }

    fn written(label: &str, text: &str) -> Vec<u8> {
        let encoding = Encoding::for_label(label.as_bytes()).unwrap();
        let (bytes, _, failed) = encoding.encode(text);
        assert!(!failed, "{label}");
        bytes.into_owned()
    }

    fn utf16(text: &str, is_big: bool) -> Vec<u8> {
        let units = text.encode_utf16();
        let pairs = units.map(|unit| {
            if is_big {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        });
        pairs.flatten().collect()
    }

    #[test]
    fn a_header_names_the_encoding_of_a_text() {
        for (label, text, name) in [
            ("iso-8859-1", "Größe: März", "windows-1252"),
            ("ISO-8859-2", "Zażółć", "iso-8859-2"),
            ("iso-8859-15", "50 €", "iso-8859-15"),
            ("windows-1251", "Ошибка доступа", "windows-1251"),
            ("koi8-r", "Ошибка", "koi8-r"),
            ("windows-1252", "“so” – 5 €", "windows-1252"),
            ("shift_jis", "日本語の説明", "shift_jis"),
            ("euc-jp", "日本語", "euc-jp"),
            ("iso-2022-jp", "日本語", "iso-2022-jp"),
            ("euc-kr", "오류", "euc-kr"),
            ("gbk", "错误", "gbk"),
            ("gb18030", "错误", "gb18030"),
            ("big5", "錯誤", "big5"),
        ] {
            let bytes = written(label, text);
            for header in [
                format!("text/plain; charset={label}"),
                format!("application/json;charset=\"{}\"", label.to_uppercase()),
                format!("application/vnd.odd; x=1; Charset={label}"),
            ] {
                let wanted = (name.to_owned(), text.to_owned());
                assert_eq!(read(&header, &bytes), wanted, "{header}");
            }
        }
    }

    #[test]
    fn sixteen_bits_are_read_by_their_mark_or_their_order() {
        let text = "{\"a\":\"Größe é 日\"}";
        for is_big in [false, true] {
            let name = ["utf-16le", "utf-16be"][usize::from(is_big)];
            let wanted = (name.to_owned(), text.to_owned());
            let plain = utf16(text, is_big);
            let marked = [utf16("\u{feff}", is_big), plain.clone()].concat();
            for header in ["", "text/plain", "application/json; charset=utf-16"] {
                assert_eq!(read(header, &marked), wanted, "{header}");
            }
            assert_eq!(read("text/plain; charset=utf-16", &plain), wanted);
            assert_eq!(read("application/json", &plain), wanted);
            let named = format!("text/plain; charset={name}");
            assert_eq!(read(&named, &plain), wanted);
            let page = utf16("<?xml version='1.0'?><ä/>", is_big);
            assert_eq!(
                read("application/xml", &page).1,
                "<?xml version='1.0'?><ä/>"
            );
        }
    }

    #[test]
    fn a_page_and_a_document_say_it_of_themselves() {
        for (header, label, text) in [
            (
                "text/html",
                "windows-1252",
                "<html><META charset=ISO-8859-1><p>Größe</p>",
            ),
            (
                "text/html",
                "windows-1251",
                "<meta name=x><meta http-equiv='Content-Type' content='text/html; charset=windows-1251'>Ошибка",
            ),
            ("", "shift_jis", "<meta charset = \"Shift_JIS\">日本語"),
            (
                "application/xml",
                "windows-1252",
                "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><f>Größe</f>",
            ),
            (
                "application/soap+xml",
                "gbk",
                "<?xml version='1.0' encoding='GB2312' ?><f>错误</f>",
            ),
        ] {
            let wanted = (label.to_owned(), text.to_owned());
            assert_eq!(read(header, &written(label, text)), wanted, "{header}");
        }
        // The header outdoes the page, and a mark both.
        let page = "<meta charset=gbk>ä";
        let bytes = written("iso-8859-1", page);
        assert_eq!(read("text/html; charset=latin1", &bytes).1, page);
        let marked = utf16("\u{feff}<meta charset=gbk>ä", false);
        assert_eq!(read("text/html; charset=gbk", &marked).1, page);
    }

    #[test]
    fn what_is_utf_8_or_no_text_stays_as_it_is() {
        let text = "Größe";
        let latin = written("iso-8859-1", text);
        for (header, body) in [
            ("text/plain; charset=utf-8", text.as_bytes()),
            ("application/json; charset=ISO-8859-1", text.as_bytes()),
            ("text/plain; charset=iso-8859-1", b"plain".as_slice()),
            ("text/plain; charset=nobody-knows", &latin),
            ("text/plain", &latin),
            ("", &latin),
            ("image/png; charset=latin1", &latin),
            ("application/octet-stream", b"\xff\xfea\0"),
            ("text/html", b"<meta charset=utf-16>plain"),
            ("text/plain; charset=latin1", b""),
        ] {
            assert_eq!(read(header, body).0, "", "{header}");
        }
    }
}
