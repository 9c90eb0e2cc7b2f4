//! Packed data in a body: what is secret in it is found only once it is unpacked.

use crate::model::Headers;
use flate2::{Decompress, FlushDecompress, Status};
use memchr::memmem;
use zstd::stream::raw::{DParameter, Decoder, Operation};

/// So many bytes are unpacked of one body; one that holds more cannot be looked through.
const MOST: usize = 16 << 20;
/// Bytes that are unpacked at once.
const PIECE: usize = 16 << 10;
/// So many beginnings of packed data are looked for in one body.
const MOST_PARTS: usize = 2_000;
/// Packed data in packed data is unpacked so often.
const DEEPEST: u8 = 4;
/// A larger window is asked for by nobody (RFC 9659); as a power of two.
const ZSTD_WINDOW: u32 = 23;
/// Fewer packed bytes hold no value that would be masked.
pub(super) const SHORTEST: usize = 8;

/// What was found in the packed data of a body.
#[derive(Default)]
pub(super) struct Inside {
    /// The texts that were packed.
    pub texts: Vec<Vec<u8>>,
    /// Whether there is more than is unpacked here.
    pub is_over: bool,
    /// Whether the body as a whole is packed in a way that could be read, as far as it goes.
    pub is_read: bool,
    made: usize,
}

#[derive(Clone, Copy)]
enum Kind {
    Gzip,
    Zlib,
    Zstd,
    Zip,
}

const MAGIC: [(&[u8], Kind); 3] = [
    (b"\x1f\x8b\x08", Kind::Gzip),
    (b"\x28\xb5\x2f\xfd", Kind::Zstd),
    (b"PK\x03\x04", Kind::Zip),
];

/// How packed data ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Whole,
    /// It goes on, and nothing more came.
    Short,
    Broken,
    /// There is more than is unpacked here.
    Over,
}

/// Whether the headers say that a body is packed (RFC 9110, 8.4; RFC 9112, 7).
pub(super) fn is_said(headers: &Headers) -> bool {
    let fields = ["content-encoding", "transfer-encoding"];
    let mut values = fields.iter().flat_map(|field| headers.all(field));
    values.any(|value| names_coding(&value))
}

/// Whether the value of such a header names a coding that packs.
pub(super) fn names_coding(value: &str) -> bool {
    const NONE: [&str; 4] = ["", "identity", "none", "chunked"];
    let mut names = value.split(',').map(str::trim);
    names.any(|name| !NONE.iter().any(|none| name.eq_ignore_ascii_case(none)))
}

/// Unpacks what is packed in a body, wherever it begins there.
pub(super) fn inside(body: &[u8]) -> Inside {
    let mut inside = Inside::default();
    inside.look(body, 0);
    inside
}

impl Inside {
    fn look(&mut self, bytes: &[u8], depth: u8) {
        let beginnings = beginnings(bytes);
        if depth == DEEPEST {
            self.is_over |= !beginnings.is_empty();
            return;
        }
        self.is_over |= beginnings.len() > MOST_PARTS;
        for (at, kind) in beginnings.into_iter().take(MOST_PARTS) {
            let room = MOST.saturating_sub(self.made);
            let (text, end) = unpacked(kind, &bytes[at..], room);
            self.is_over |= end == End::Over;
            self.is_read |= depth == 0 && at == 0 && end != End::Broken;
            self.made += text.len();
            if !text.is_empty() {
                self.look(&text, depth + 1);
                self.texts.push(text);
            }
        }
    }
}

/// Where packed data may begin.
fn beginnings(bytes: &[u8]) -> Vec<(usize, Kind)> {
    let mut found = Vec::new();
    for (magic, kind) in MAGIC {
        let places = memmem::find_iter(bytes, magic).take(MOST_PARTS + 1);
        found.extend(places.map(|at| (at, kind)));
    }
    // Its two bytes stand anywhere by chance: they count where a body begins, or a part of one.
    let parts = memmem::find_iter(bytes, b"\r\n\r\n").map(|at| at + 4);
    let starts = std::iter::once(0).chain(parts.take(MOST_PARTS));
    let zlib = starts.filter(|at| is_zlib(&bytes[*at..]));
    found.extend(zlib.map(|at| (at, Kind::Zlib)));
    found
}

/// RFC 1950, 2.2: the method is 8, the window at most 32 KB, and both bytes have a check.
fn is_zlib(bytes: &[u8]) -> bool {
    match bytes {
        [first, second, ..] => {
            let check = u16::from_be_bytes([*first, *second]);
            first & 15 == 8 && first >> 4 <= 7 && check % 31 == 0
        }
        _ => false,
    }
}

fn unpacked(kind: Kind, bytes: &[u8], room: usize) -> (Vec<u8>, End) {
    // A checksum that is wrong, and a length, are no reason not to look.
    let data = match kind {
        Kind::Zstd => return frame(bytes, room),
        Kind::Zlib => bytes.get(2..),
        Kind::Gzip => gzip_head(bytes).and_then(|head| bytes.get(head..)),
        Kind::Zip => match zip_head(bytes) {
            // What is stored as it is was looked through as it stands.
            Some((0, _)) => return (Vec::new(), End::Whole),
            Some((8, head)) => bytes.get(head..),
            _ => None,
        },
    };
    match data {
        Some(data) => inflated(data, room),
        None => (Vec::new(), End::Broken),
    }
}

/// How long the head of gzip data is (RFC 1952, 2.3).
fn gzip_head(bytes: &[u8]) -> Option<usize> {
    let flags = *bytes.get(3)?;
    let mut end = 10;
    if flags & 4 != 0 {
        let length = u16::from_le_bytes([*bytes.get(end)?, *bytes.get(end + 1)?]);
        end += 2 + usize::from(length);
    }
    // A file's name, then a comment, each ended by a zero.
    for flag in [8, 16] {
        if flags & flag != 0 {
            end += memchr::memchr(0, bytes.get(end..)?)? + 1;
        }
    }
    Some(end + usize::from(flags & 2))
}

/// How the first file of a zip archive is packed, and where its data begins (APPNOTE, 4.3.7).
fn zip_head(bytes: &[u8]) -> Option<(u16, usize)> {
    let number = |at: usize| Some(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
    let (method, name, extra) = (number(8)?, number(26)?, number(28)?);
    Some((method, 30 + usize::from(name) + usize::from(extra)))
}

fn inflated(mut input: &[u8], room: usize) -> (Vec<u8>, End) {
    let mut inflater = Decompress::new(false);
    let mut text = Vec::new();
    let mut piece = [0; PIECE];
    loop {
        let (read, made) = (inflater.total_in(), inflater.total_out());
        let status = inflater.decompress(input, &mut piece, FlushDecompress::None);
        let read = (inflater.total_in() - read) as usize;
        let made = (inflater.total_out() - made) as usize;
        input = input.get(read..).unwrap_or_default();
        text.extend_from_slice(&piece[..made.min(PIECE)]);
        match status {
            Err(_) => return (text, End::Broken),
            Ok(Status::StreamEnd) => return (text, End::Whole),
            Ok(_) if text.len() > room => return (text, End::Over),
            Ok(_) if read + made == 0 => return (text, End::Short),
            Ok(_) => {}
        }
    }
}

fn frame(mut input: &[u8], room: usize) -> (Vec<u8>, End) {
    let mut text = Vec::new();
    let Ok(mut decoder) = Decoder::new() else {
        return (text, End::Over);
    };
    let window = DParameter::WindowLogMax(ZSTD_WINDOW);
    if decoder.set_parameter(window).is_err() {
        return (text, End::Over);
    }
    let mut piece = [0; PIECE];
    loop {
        let Ok(status) = decoder.run_on_buffers(input, &mut piece) else {
            return (text, End::Broken);
        };
        let (read, made) = (status.bytes_read, status.bytes_written);
        input = input.get(read..).unwrap_or_default();
        text.extend_from_slice(&piece[..made.min(PIECE)]);
        if status.remaining == 0 {
            return (text, End::Whole);
        }
        if text.len() > room {
            return (text, End::Over);
        }
        if read + made == 0 {
            return (text, End::Short);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};
    use std::io::Write;

    const TEXT: &[u8] = b"{\"password\":\"planted-0123456789\"}";

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(text).unwrap();
        packed.finish().unwrap()
    }

    fn holds(body: &[u8]) -> bool {
        inside(body).texts.iter().any(|text| text == TEXT)
    }

    #[test]
    fn packed_data_is_read_wherever_it_begins_and_however_it_ends() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(TEXT).unwrap();
        let zlib = zlib.finish().unwrap();
        let zstd = zstd::encode_all(TEXT, 1).unwrap();
        let mut wrong = gzip(TEXT);
        let sum = wrong.len() - 6;
        wrong[sum] ^= 0x55;
        for packed in [&gzip(TEXT), &zlib, &zstd, &wrong, &gzip(&gzip(&zstd))] {
            assert!(holds(packed));
            let part = [
                &b"--b\r\nContent-Disposition: form-data\r\n\r\n"[..],
                &packed[..],
            ]
            .concat();
            assert!(holds(&part));
            assert!(inside(packed).is_read && !inside(&part).is_read);
        }
        assert!(inside(TEXT).texts.is_empty() && !inside(TEXT).is_read);
    }

    #[test]
    fn a_file_in_an_archive_is_read() {
        let mut raw = flate2::write::DeflateEncoder::new(Vec::new(), Compression::fast());
        raw.write_all(TEXT).unwrap();
        let mut archive = b"PK\x03\x04\x14\0\0\0\x08\0".to_vec();
        archive.extend([0; 16]);
        archive.extend([1, 0, 0, 0, b'a']);
        archive.extend(raw.finish().unwrap());
        archive.extend(b"PK\x01\x02");
        assert!(holds(&archive));
    }

    #[test]
    fn what_unpacks_to_too_much_or_too_deep_is_said_to() {
        assert!(inside(&gzip(&vec![b' '; MOST + 4 * PIECE])).is_over);
        let mut deep = TEXT.to_vec();
        for _ in 0..=DEEPEST {
            deep = gzip(&deep);
        }
        assert!(inside(&deep).is_over);
        assert!(!inside(&gzip(TEXT)).is_over);
    }
}
