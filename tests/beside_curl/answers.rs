//! Answers as no textbook has them: status lines, header lines, framings, encodings.

use super::{By, Differs, No};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use std::io::Write;

const REFUSED: &str =
    "the HTTP library refuses such an answer, and the failure names its true reason";
const AS_IT_CAME: &str = "what is no HTTP/1.1 is shown as it came, with what it may be";
const TAKEN: &str = "curl gives the answer up here, and we show it";
const KEPT: &str = "curl gives the body up, and we keep the bytes that came";
const BEYOND: &str = "a status outside of 100 to 599 has an exit code of its own here";

pub struct Answer {
    pub name: String,
    pub bytes: Vec<u8>,
    pub differs: Differs,
}

pub const BODY: &[u8] = b"{\"errors\":[{\"code\":\"forbidden\",\"title\":\"Role X needed\"}]}";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// Status lines, each before a body of two bytes.
const LINES: &[(&[u8], Differs)] = &[
    (b"HTTP/1.1 200 OK", No),
    (b"HTTP/1.1 200", No),
    (b"HTTP/1.1 200 ", No),
    (b"HTTP/1.1 403 Verb\xc3\xb6ten", No),
    (b"HTTP/1.1 403 Verb\xf6ten", No),
    (b"HTTP/1.1 403 a\tb", No),
    (b"HTTP/1.1 403 a\x01b", By(REFUSED)),
    (b"HTTP/1.0 403 No", No),
    (b"HTTP/1.1 201 Created", No),
    (b"HTTP/1.1 205 Reset", No),
    (b"HTTP/1.1 206 Part", No),
    (b"HTTP/1.1 299 Odd", No),
    (b"HTTP/1.1 400 Bad", No),
    (b"HTTP/1.1 401 Who", No),
    (b"HTTP/1.1 418 Teapot", No),
    (b"HTTP/1.1 429 Slow", No),
    (b"HTTP/1.1 451 Law", No),
    (b"HTTP/1.1 499 Gone", No),
    (b"HTTP/1.1 500 Broken", No),
    (b"HTTP/1.1 503 Busy", No),
    (b"HTTP/1.1 599 Odd", No),
    (b"HTTP/1.1 600 Odd", By(BEYOND)),
    (b"HTTP/1.1 999 Odd", By(BEYOND)),
    (b"HTTP/1.1 204 None", No),
    (b"HTTP/1.1 304 Same", No),
    (b"HTTP/1.1  403 No", By(REFUSED)),
    (b"HTTP/1.1 099 No", No),
    (b"http/1.1 403 No", By(AS_IT_CAME)),
    (b"HTTP/2 403 No", By(AS_IT_CAME)),
    (b"ICY 200 OK", By(AS_IT_CAME)),
    (b"HTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 403 No", No),
    (
        b"HTTP/1.1 103 Early\r\nLink: </a>\r\n\r\nHTTP/1.1 403 No",
        No,
    ),
    (
        b"HTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 200 OK",
        No,
    ),
    (b"\r\nHTTP/1.1 403 No", By(TAKEN)),
];

/// Header lines of a 403, each before a body of two bytes.
const FIELDS: &[(&[u8], Differs)] = &[
    (b"A: b\r\n c", No),
    (b"A: b\r\n\tc", No),
    (b"A:\r\n c", No),
    (b"A : b", No),
    (b"A:b", No),
    (b"A:", No),
    (b"A: x\x01y", No),
    (b"A: x\x1b[31my", No),
    (b"A: caf\xe9", No),
    (b"A: caf\xc3\xa9", No),
    (b"A B: x", No),
    (b"\xc3\x84: x", No),
    (b"A(b): x", No),
    (b": x", No),
    (b"Set-Cookie: a=b\r\nSet-Cookie: c=d", No),
    (b"Link: </a>; rel=\"next\", </b>; rel=x", No),
    (b"Content-Type: text/plain; charset=nonsense", No),
    (b"Content-Type:", No),
    (b"Date: yesterday", No),
    (b"no colon", By(TAKEN)),
    (b"A: x\0y", By(REFUSED)),
    (b"A: x\ry", By(REFUSED)),
    (b"Content-Length: 5", By(REFUSED)),
];

/// What a head and a body are, whole.
const FRAMES: &[(&str, &[u8], Differs)] = &[
    ("until it closes", b"\r\n\r\nhi", No),
    ("closing", b"\r\nConnection: close\r\n\r\nhi", No),
    ("too long", b"\r\nContent-Length: 1\r\n\r\nhi", No),
    ("too short", b"\r\nContent-Length: 50\r\n\r\nhi", No),
    (
        "a length twice",
        b"\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
        No,
    ),
    (
        "a length in a list",
        b"\r\nContent-Length: 2, 2\r\n\r\nhi",
        No,
    ),
    (
        "a length with noughts",
        b"\r\nContent-Length: 002\r\n\r\nhi",
        No,
    ),
    (
        "a length with a blank before its colon",
        b"\r\nContent-Length : 2\r\n\r\nhi",
        No,
    ),
    (
        "a length with a sign",
        b"\r\nContent-Length: +2\r\n\r\nhi",
        By(REFUSED),
    ),
    (
        "a length below nought",
        b"\r\nContent-Length: -1\r\n\r\nhi",
        By(REFUSED),
    ),
    (
        "a length in letters",
        b"\r\nContent-Length: abc\r\n\r\nhi",
        By(REFUSED),
    ),
    ("lines that end in LF", b"\nContent-Length: 2\n\nhi", No),
    (
        "chunks",
        b"\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nh\r\n1\r\ni\r\n0\r\n\r\n",
        No,
    ),
    (
        "chunks with extensions",
        b"\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nhi\r\n0;x\r\n\r\n",
        No,
    ),
    (
        "trailers",
        b"\r\nTrailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-T: 1\r\n\r\n",
        No,
    ),
    (
        "a size in capitals",
        b"\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n",
        No,
    ),
    (
        "a size with noughts",
        b"\r\nTransfer-Encoding: chunked\r\n\r\n0002\r\nhi\r\n000\r\n\r\n",
        No,
    ),
    (
        "a size with a blank",
        b"\r\nTransfer-Encoding: chunked\r\n\r\n2 \r\nhi\r\n0\r\n\r\n",
        No,
    ),
    (
        "no last chunk",
        b"\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n",
        No,
    ),
    (
        "a cut chunk",
        b"\r\nTransfer-Encoding: chunked\r\n\r\n50\r\nhi",
        No,
    ),
    (
        "no size",
        b"\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhi\r\n0\r\n\r\n",
        No,
    ),
    (
        "chunks and a length",
        b"\r\nContent-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        No,
    ),
    (
        "chunks in capitals",
        b"\r\nTransfer-Encoding: CHUNKED\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        No,
    ),
    (
        "chunks that end in LF",
        b"\r\nTransfer-Encoding: chunked\r\n\r\n2\nhi\n0\n\n",
        By(REFUSED),
    ),
    (
        "an unknown transfer",
        b"\r\nTransfer-Encoding: xyz\r\n\r\nhi",
        By(KEPT),
    ),
    (
        "a head that is cut",
        b"\r\nContent-Le",
        By("a head that breaks off is no answer here"),
    ),
];

/// Encodings that are named, with what the body is in truth.
fn encodings() -> Vec<(&'static str, Vec<u8>, Differs)> {
    let packed = gzip(BODY);
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(BODY).unwrap();
    let mut raw = DeflateEncoder::new(Vec::new(), Compression::default());
    raw.write_all(BODY).unwrap();
    let mut wrong = packed.clone();
    let sum = wrong.len() - 6;
    wrong[sum] ^= 0x55;
    let two = [gzip(&BODY[..10]), gzip(&BODY[10..])].concat();
    let cut = packed[..20].to_vec();
    vec![
        ("gzip", packed.clone(), No),
        ("x-gzip", packed.clone(), No),
        ("GZIP", packed.clone(), No),
        ("gzip, identity", packed.clone(), No),
        ("gzip, gzip", gzip(&packed), No),
        ("deflate", zlib.finish().unwrap(), No),
        ("deflate", raw.finish().unwrap(), No),
        ("zstd", zstd::encode_all(BODY, 0).unwrap(), No),
        ("identity", BODY.to_vec(), No),
        ("", BODY.to_vec(), No),
        ("none", BODY.to_vec(), No),
        ("gzip", Vec::new(), No),
        ("gzip", two, By(TAKEN)),
        ("gzip", wrong, By(KEPT)),
        (
            "gzip",
            cut,
            By("curl takes a part for the whole; here it is said to be cut"),
        ),
        ("gzip", BODY.to_vec(), By(KEPT)),
        ("deflate", BODY.to_vec(), By(KEPT)),
        ("br", BODY.to_vec(), By(KEPT)),
        ("zstd", BODY.to_vec(), By(KEPT)),
        ("sdch", BODY.to_vec(), By(KEPT)),
        ("utf-8", BODY.to_vec(), By(KEPT)),
    ]
}

pub fn answers() -> Vec<Answer> {
    let mut answers = Vec::new();
    let mut add = |name: String, bytes: Vec<u8>, differs| {
        answers.push(Answer {
            name,
            bytes,
            differs,
        });
    };
    for (line, differs) in LINES {
        let bytes = [line, &b"\r\nContent-Length: 2\r\n\r\nhi"[..]].concat();
        add(line.escape_ascii().to_string(), bytes, *differs);
    }
    for (field, differs) in FIELDS {
        let parts = [
            &b"HTTP/1.1 403 No\r\n"[..],
            field,
            b"\r\nContent-Length: 2\r\n\r\nhi",
        ];
        add(field.escape_ascii().to_string(), parts.concat(), *differs);
    }
    for (name, rest, differs) in FRAMES {
        let bytes = [&b"HTTP/1.1 403 No"[..], rest].concat();
        add((*name).to_owned(), bytes, *differs);
    }
    for (coding, body, differs) in encodings() {
        let head = format!(
            "HTTP/1.1 403 No\r\nContent-Type: application/json\r\nContent-Encoding: {coding}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let name = format!("{coding} of {} bytes", body.len());
        add(name, [head.as_bytes(), &body].concat(), differs);
    }
    add("nothing".to_owned(), Vec::new(), No);
    add(
        "no HTTP".to_owned(),
        b"hello there\n".to_vec(),
        By(AS_IT_CAME),
    );
    answers
}
