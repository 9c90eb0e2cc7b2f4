//! Unpacks bodies as they come, in small pieces, so that a small body that unpacks to a huge one is
//! noticed before it fills the memory. The HTTP library could unpack too, but would lose the bytes
//! of a body that is broken.

use crate::model::Headers;
use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};
use flate2::{Crc, Decompress, FlushDecompress, Status};
use zstd::stream::raw::{DParameter, Decoder, Operation};

/// How many bytes are unpacked at once.
const PIECE: usize = 16 * 1024;
/// More codings on top of each other only serve to keep a reader busy.
const MOST_CODINGS: usize = 4;
/// RFC 9659: no answer may ask for a larger window than 8 MB; as a power of two.
const ZSTD_WINDOW: u32 = 23;
/// The longest gzip header that is read, in bytes.
const LONGEST_GZIP_HEAD: usize = 64 * 1024;

/// Why unpacking ended early.
#[derive(Debug, PartialEq, Eq)]
pub enum Halt {
    TooLarge,
    Broken(String),
    /// The packed data ended too early.
    Short,
    /// A coding that this program does not know; why, in words.
    Unknown(String),
    /// More bytes came after the end of the packed data.
    Trailing,
}

/// Unpacks a body as it arrives, up to a limit in bytes.
pub struct Unpacker {
    layers: Vec<Layer>,
    limit: u64,
}

struct Layer {
    codec: Codec,
    /// Bytes unpacked so far.
    made: u64,
    is_fed: bool,
}

enum Codec {
    Gzip(Gzip),
    Deflate(Deflate),
    Brotli {
        state: Box<BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>>,
        is_whole: bool,
    },
    Zstd {
        decoder: Decoder<'static>,
        is_whole: bool,
    },
}

struct Step {
    read: usize,
    made: usize,
    /// There is more to do, even if nothing was read or made.
    goes_on: bool,
}

impl Step {
    fn of(read: usize, made: usize) -> Step {
        Step {
            read,
            made,
            goes_on: read + made > 0,
        }
    }
}

impl Unpacker {
    /// An unpacker for the codings that an answer names; `None` where it names none. Fails for
    /// unknown codings, or too many.
    pub fn new(headers: &Headers, limit: u64) -> Result<Option<Unpacker>, Halt> {
        let mut layers = Vec::new();
        for name in codings(headers) {
            let codec = Codec::by_name(&name);
            let codec = codec.ok_or_else(|| Halt::Unknown(unknown(&name)))?;
            // The coding that was applied last comes off first.
            let layer = Layer {
                codec,
                made: 0,
                is_fed: false,
            };
            layers.insert(0, layer);
            if layers.len() > MOST_CODINGS {
                let why = format!("it is packed more than {MOST_CODINGS} times over");
                return Err(Halt::Unknown(why));
            }
        }
        Ok((!layers.is_empty()).then_some(Unpacker { layers, limit }))
    }

    /// Unpacks a chunk and appends it to the body.
    pub fn push(&mut self, chunk: &[u8], body: &mut Vec<u8>) -> Result<(), Halt> {
        feed(&mut self.layers, chunk, self.limit, body)
    }

    /// Fails with `Short` where the packed data is not complete; no data at all is an empty body.
    pub fn finish(&self) -> Result<(), Halt> {
        if self.layers.iter().all(|l| !l.is_fed || l.codec.is_whole()) {
            Ok(())
        } else {
            Err(Halt::Short)
        }
    }
}

fn feed(
    layers: &mut [Layer],
    mut input: &[u8],
    limit: u64,
    body: &mut Vec<u8>,
) -> Result<(), Halt> {
    let Some((layer, inner)) = layers.split_first_mut() else {
        body.extend_from_slice(input);
        return Ok(());
    };
    layer.is_fed |= !input.is_empty();
    let mut piece = [0; PIECE];
    loop {
        let step = layer.codec.step(input, &mut piece)?;
        input = &input[step.read..];
        let room = limit - layer.made;
        let made = step.made.min(usize::try_from(room).unwrap_or(usize::MAX));
        feed(inner, &piece[..made], limit, body)?;
        if made < step.made {
            return Err(Halt::TooLarge);
        }
        layer.made += made as u64;
        if !step.goes_on {
            return match input.is_empty() {
                true => Ok(()),
                false if layer.codec.is_whole() => Err(Halt::Trailing),
                false => Err(Halt::Broken("the packed data makes no sense".into())),
            };
        }
    }
}

/// The codings in the order applied: those of the content (RFC 9110, 8.4), then those of the
/// transfer (RFC 9112, 7), of which the library only removes `chunked`.
fn codings(headers: &Headers) -> Vec<String> {
    let mut found = Vec::new();
    // Some servers name a coding that means none; curl accepts that too.
    let none = ["", "identity", "none"];
    for (field, taken_off) in [("content-encoding", ""), ("transfer-encoding", "chunked")] {
        for value in headers.all(field) {
            let names = value
                .split(',')
                .map(|name| name.trim().to_ascii_lowercase());
            found.extend(names.filter(|name| !none.contains(&name.as_str()) && name != taken_off));
        }
    }
    found
}

fn unknown(name: &str) -> String {
    let name: String = name.chars().take(40).collect();
    format!("it is packed by {name}, which this program does not know")
}

fn zstd_decoder() -> Option<Decoder<'static>> {
    let mut decoder = Decoder::new().ok()?;
    let window = DParameter::WindowLogMax(ZSTD_WINDOW);
    decoder.set_parameter(window).ok()?;
    Some(decoder)
}

impl Codec {
    fn by_name(name: &str) -> Option<Codec> {
        Some(match name {
            "gzip" | "x-gzip" => Codec::Gzip(Gzip::new()),
            "deflate" => Codec::Deflate(Deflate::Unknown(Vec::new())),
            "br" => Codec::Brotli {
                state: Box::new(BrotliState::new_strict(
                    StandardAlloc::default(),
                    StandardAlloc::default(),
                    StandardAlloc::default(),
                )),
                is_whole: false,
            },
            "zstd" => Codec::Zstd {
                decoder: zstd_decoder()?,
                is_whole: false,
            },
            _ => return None,
        })
    }

    fn is_whole(&self) -> bool {
        match self {
            Codec::Gzip(gzip) => matches!(gzip.part, ChunkPart::Done),
            Codec::Deflate(deflate) => matches!(deflate, Deflate::Known { is_whole: true, .. }),
            Codec::Brotli { is_whole, .. } | Codec::Zstd { is_whole, .. } => *is_whole,
        }
    }

    /// Reads some input and makes some output.
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Halt> {
        match self {
            Codec::Gzip(gzip) => gzip.step(input, output),
            Codec::Deflate(deflate) => deflate.step(input, output),
            Codec::Brotli { state, is_whole } => {
                let (mut read, mut made, mut total) = (0, 0, 0);
                if *is_whole {
                    return Ok(Step::of(0, 0));
                }
                let (mut left, mut room) = (input.len(), output.len());
                let result = BrotliDecompressStream(
                    &mut left, &mut read, input, &mut room, &mut made, output, &mut total, state,
                );
                match result {
                    BrotliResult::ResultFailure => return Err(not("brotli")),
                    BrotliResult::ResultSuccess => *is_whole = true,
                    BrotliResult::NeedsMoreInput | BrotliResult::NeedsMoreOutput => {}
                }
                Ok(Step::of(read, made))
            }
            Codec::Zstd { decoder, is_whole } => {
                let magic = input
                    .first()
                    .is_some_and(|b| matches!(b, 0x28 | 0x50..=0x5f));
                // Another frame may follow.
                if *is_whole && !magic {
                    return Ok(Step::of(0, 0));
                }
                let status = decoder
                    .run_on_buffers(input, output)
                    .map_err(|_| not("zstd"))?;
                let step = Step::of(status.bytes_read, status.bytes_written);
                if step.goes_on {
                    *is_whole = status.remaining == 0;
                }
                Ok(step)
            }
        }
    }
}

/// Both formats called deflate: with the zlib wrapper, as it should be, and without.
enum Deflate {
    /// The first two bytes tell.
    Unknown(Vec<u8>),
    Known {
        inflater: Decompress,
        is_whole: bool,
    },
}

impl Deflate {
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Halt> {
        match self {
            Deflate::Unknown(head) => {
                let read = input.len().min(2 - head.len());
                head.extend_from_slice(&input[..read]);
                let [first, second] = head[..] else {
                    return Ok(Step::of(read, 0));
                };
                let check = u16::from_be_bytes([first, second]);
                let is_zlib = first & 15 == 8 && check % 31 == 0;
                let mut inflater = Decompress::new(is_zlib);
                let (step, is_whole) = inflate(&mut inflater, &[first, second], output)?;
                *self = Deflate::Known { inflater, is_whole };
                Ok(Step::of(read, step.made))
            }
            Deflate::Known { is_whole: true, .. } => Ok(Step::of(0, 0)),
            Deflate::Known { inflater, is_whole } => {
                let (step, ended) = inflate(inflater, input, output)?;
                *is_whole = ended;
                Ok(step)
            }
        }
    }
}

fn inflate(
    inflater: &mut Decompress,
    input: &[u8],
    output: &mut [u8],
) -> Result<(Step, bool), Halt> {
    let (read, made) = (inflater.total_in(), inflater.total_out());
    let status = inflater
        .decompress(input, output, FlushDecompress::None)
        .map_err(|_| not("deflate"))?;
    let read = (inflater.total_in() - read) as usize;
    let made = (inflater.total_out() - made) as usize;
    Ok((Step::of(read, made), status == Status::StreamEnd))
}

/// RFC 1952: a header, deflated data, and a trailer with checksum and length; members may repeat.
struct Gzip {
    part: ChunkPart,
    held: Vec<u8>,
    sum: Crc,
    inflater: Decompress,
}

enum ChunkPart {
    Head,
    Data,
    Tail,
    Done,
}

impl Gzip {
    fn new() -> Gzip {
        Gzip {
            part: ChunkPart::Head,
            held: Vec::new(),
            sum: Crc::new(),
            inflater: Decompress::new(false),
        }
    }

    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Halt> {
        let mut read = 0;
        match self.part {
            ChunkPart::Done if input.first() == Some(&0x1f) => {
                *self = Gzip::new();
                return self.step(input, output);
            }
            ChunkPart::Done => {}
            ChunkPart::Head => {
                for byte in input {
                    self.held.push(*byte);
                    read += 1;
                    if head_ends(&self.held)? {
                        self.held.clear();
                        self.part = ChunkPart::Data;
                        break;
                    }
                }
            }
            ChunkPart::Data => {
                let (mut step, ended) = inflate(&mut self.inflater, input, output)?;
                self.sum.update(&output[..step.made]);
                if ended {
                    self.part = ChunkPart::Tail;
                    step.goes_on = true;
                }
                return Ok(step);
            }
            ChunkPart::Tail => {
                read = input.len().min(8 - self.held.len());
                self.held.extend_from_slice(&input[..read]);
                if self.held.len() == 8 {
                    let own = [
                        self.sum.sum().to_le_bytes(),
                        self.sum.amount().to_le_bytes(),
                    ];
                    if self.held != own.concat() {
                        return Err(Halt::Broken(
                            "the checksum of its gzip data is wrong".into(),
                        ));
                    }
                    self.held.clear();
                    self.part = ChunkPart::Done;
                }
            }
        }
        Ok(Step::of(read, 0))
    }
}

/// Whether these bytes are a complete gzip header.
fn head_ends(head: &[u8]) -> Result<bool, Halt> {
    const MAGIC: [u8; 3] = [0x1f, 0x8b, 8];
    let known = head.len().min(MAGIC.len());
    if head[..known] != MAGIC[..known] || head.len() > LONGEST_GZIP_HEAD {
        return Err(not("gzip"));
    }
    if head.len() < 10 {
        return Ok(false);
    }
    let (flags, mut end) = (head[3], 10);
    if flags & 4 != 0 {
        let Some(length) = head.get(end..end + 2) else {
            return Ok(false);
        };
        end += 2 + usize::from(u16::from_le_bytes([length[0], length[1]]));
    }
    // A file's name, then a comment, each ended by a zero.
    for flag in [8, 16] {
        if flags & flag != 0 {
            let text = head.get(end..).unwrap_or_default();
            let Some(length) = text.iter().position(|b| *b == 0) else {
                return Ok(false);
            };
            end += length + 1;
        }
    }
    end += usize::from(flags & 2);
    Ok(head.len() >= end)
}

fn not(coding: &str) -> Halt {
    Halt::Broken(format!("its data is not {coding}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use proptest::prelude::*;
    use std::io::Write;

    /// Every coding by the name it goes by.
    fn packed(text: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(text).unwrap();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(text).unwrap();
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::fast());
        raw.write_all(text).unwrap();
        vec![
            ("gzip", gzip.finish().unwrap()),
            ("deflate", zlib.finish().unwrap()),
            ("Deflate", raw.finish().unwrap()),
            ("br", brotli(text)),
            ("zstd", zstd::encode_all(text, 1).unwrap()),
        ]
    }

    /// RFC 7932, 9.2: a window of 16 bits, blocks that are stored as they are, and an empty last.
    fn brotli(text: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let (mut bits, mut held) = (0_u32, 1);
        for block in text.chunks(1 << 16) {
            bits |= (((block.len() as u32 - 1) << 3) | (1 << 19)) << held;
            let whole = (held + 20_u32).div_ceil(8) as usize;
            out.extend_from_slice(&bits.to_le_bytes()[..whole]);
            out.extend_from_slice(block);
            (bits, held) = (0, 0);
        }
        out.push((bits | (3 << held)) as u8);
        out
    }

    fn unpack(coding: &str, bytes: &[u8], piece: usize, limit: u64) -> (Vec<u8>, Result<(), Halt>) {
        let headers = Headers::from_iter([("content-encoding", coding)]);
        let mut unpacker = Unpacker::new(&headers, limit).unwrap().unwrap();
        let mut body = Vec::new();
        for chunk in bytes.chunks(piece) {
            if let Err(halt) = unpacker.push(chunk, &mut body) {
                return (body, Err(halt));
            }
        }
        (body, unpacker.finish())
    }

    const PLENTY: u64 = 10_000_000;

    #[test]
    fn every_coding_is_unpacked_whatever_the_pieces() {
        let long = "words and words, ".repeat(20_000);
        for text in ["", "x", long.as_str()] {
            for (coding, bytes) in packed(text.as_bytes()) {
                for piece in [1, 2, 7, 5_000, 10_000_000] {
                    let (body, end) = unpack(coding, &bytes, piece, PLENTY);
                    assert_eq!(end, Ok(()), "{coding} in pieces of {piece}");
                    assert!(body == text.as_bytes(), "{coding} in pieces of {piece}");
                }
            }
        }
    }

    #[test]
    fn what_is_cut_or_followed_or_another_thing_is_noticed() {
        for (coding, bytes) in packed(b"some words, some words, some words") {
            for length in 1..bytes.len() {
                let (_, end) = unpack(coding, &bytes[..length], 10, PLENTY);
                assert!(end.is_err(), "{coding} cut at {length}");
            }
            let (body, end) = unpack(coding, &[&bytes[..], b"more"].concat(), 10, PLENTY);
            assert_eq!(end, Err(Halt::Trailing), "{coding}");
            assert_eq!(body, b"some words, some words, some words");
            let (_, end) = unpack(coding, b"{\"plain\": \"as can be\"}", 10, PLENTY);
            assert!(
                matches!(end, Err(Halt::Broken(_) | Halt::Short)),
                "{coding}: {end:?}"
            );
        }
        let (_, mut bytes) = packed(b"some words").remove(0);
        let sum = bytes.len() - 8;
        bytes[sum] ^= 1;
        let (_, end) = unpack("gzip", &bytes, 10, PLENTY);
        assert!(matches!(end, Err(Halt::Broken(why)) if why.contains("checksum")));
    }

    #[test]
    fn members_follow_each_other_and_heads_may_be_long() {
        for (coding, bytes) in packed(b"one") {
            if ["gzip", "zstd"].contains(&coding) {
                let (body, end) = unpack(coding, &bytes.repeat(3), 5, PLENTY);
                assert_eq!((body.as_slice(), end), (&b"oneoneone"[..], Ok(())));
            }
        }
        let mut gzip = flate2::GzBuilder::new()
            .filename("a name")
            .comment("a comment")
            .extra(vec![7; 300])
            .write(Vec::new(), Compression::fast());
        gzip.write_all(b"text").unwrap();
        let (body, end) = unpack("x-gzip", &gzip.finish().unwrap(), 3, PLENTY);
        assert_eq!((body.as_slice(), end), (&b"text"[..], Ok(())));
    }

    #[test]
    fn codings_come_off_in_the_order_of_their_names() {
        let [gzip, _, _, br, zstd]: [_; 5] = packed(b"text").try_into().unwrap();
        for (first, second) in [(&gzip, "zstd"), (&br, "gzip"), (&zstd, "br")] {
            let again = packed(&first.1).into_iter().find(|p| p.0 == second);
            let names = format!("identity, {}, {second}", first.0);
            let (body, end) = unpack(&names, &again.unwrap().1, 3, PLENTY);
            assert_eq!((body.as_slice(), end), (&b"text"[..], Ok(())), "{names}");
        }
        let of = |pairs: &[(&str, &str)]| {
            Unpacker::new(&Headers::from_iter(pairs.iter().copied()), PLENTY)
        };
        for none in ["", "identity", " , Identity", "None"] {
            assert!(
                of(&[("content-encoding", none)]).unwrap().is_none(),
                "{none}"
            );
        }
        for (unknown, says) in [
            ("gzip, compress", "compress"),
            ("gzip,gzip,gzip,gzip,gzip", "more than 4"),
            ("utf-8", "utf-8"),
        ] {
            match of(&[("content-encoding", unknown)]).err() {
                Some(Halt::Unknown(why)) => assert!(why.contains(says), "{why}"),
                other => panic!("{unknown}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_was_packed_for_the_way_comes_off_before_what_the_content_is() {
        let [gzip, _, _, br, _]: [_; 5] = packed(b"text").try_into().unwrap();
        let over = packed(&br.1).remove(0).1;
        for (pairs, bytes) in [
            (vec![("transfer-encoding", "gzip, chunked")], &gzip.1),
            (
                vec![
                    ("transfer-encoding", "GZIP"),
                    ("transfer-encoding", "chunked"),
                ],
                &gzip.1,
            ),
            (
                vec![
                    ("transfer-encoding", "gzip, chunked"),
                    ("content-encoding", "br"),
                ],
                &over,
            ),
        ] {
            let headers = Headers::from_iter(pairs);
            let mut unpacker = Unpacker::new(&headers, PLENTY).unwrap().unwrap();
            let mut body = Vec::new();
            assert_eq!(unpacker.push(bytes, &mut body), Ok(()));
            assert_eq!((body.as_slice(), unpacker.finish()), (&b"text"[..], Ok(())));
        }
        for plain in ["chunked", "identity", "Identity, Chunked"] {
            let headers = Headers::from_iter([("transfer-encoding", plain)]);
            assert!(Unpacker::new(&headers, PLENTY).unwrap().is_none());
        }
    }

    #[test]
    fn a_body_ends_at_the_limit_exactly() {
        let text = [b'x'; 50_000];
        for (coding, bytes) in packed(&text) {
            for piece in [1, 100_000] {
                let (body, end) = unpack(coding, &bytes, piece, 49_999);
                assert_eq!((body.len(), end), (49_999, Err(Halt::TooLarge)), "{coding}");
                let (body, end) = unpack(coding, &bytes, piece, 50_000);
                assert_eq!((body.len(), end), (50_000, Ok(())), "{coding}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_bytes_do_harm(bytes in proptest::collection::vec(any::<u8>(), 0..300), piece in 1..40_usize) {
            for coding in ["gzip", "deflate", "br", "zstd", "zstd, gzip"] {
                let (body, _) = unpack(coding, &bytes, piece, 1_000);
                prop_assert!(body.len() <= 1_000);
            }
        }
    }
}
