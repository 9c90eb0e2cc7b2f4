//! A call as it travels to the team and back: its columns, its record and its bodies, packed.
//! What comes back is from somebody else: it is unpacked within limits, and masked anew.

use super::error::Trouble;
use super::insert::codes;
use crate::format::record::{self, Bodies};
use crate::insight::{self, Exchange};
use crate::model::{ExchangeSummary, RawExchange};
use std::io::Read;

/// The most bytes of one body that go: answers that explain a refusal are short, and a database
/// for many people is no place for downloads.
pub const BODY_BYTES: usize = 1 << 20;
/// The longest record that is read; headers and notes fit many times.
const RECORD_BYTES: u64 = 16 << 20;
const LEVEL: i32 = 3;
/// What the first byte says of those behind it.
const PLAIN: u8 = 0;
const PACKED: u8 = 1;

/// A call of one's own, ready to go.
#[derive(Debug)]
pub struct Parcel {
    pub summary: ExchangeSummary,
    /// The summary as a line of JSON.
    pub line: String,
    /// Lower case, with its port.
    pub host: String,
    /// In lower case.
    pub codes: Vec<String>,
    pub record: Vec<u8>,
    pub bodies: Bodies<Option<Vec<u8>>>,
    /// Bytes of bodies that are too long to go.
    pub left_out: u64,
}

impl Parcel {
    /// Packs a masked call.
    pub fn of(exchange: &Exchange) -> Parcel {
        let summary = insight::summary(exchange);
        let bodies = record::bodies(exchange);
        let mut left_out = 0;
        let mut keep = |body: &[u8]| {
            if body.len() > BODY_BYTES {
                left_out += body.len() as u64;
                return None;
            }
            (!body.is_empty()).then(|| packed(body))
        };
        let bodies = Bodies {
            typed: keep(bodies.typed),
            sent: keep(bodies.sent),
            received: keep(bodies.received),
        };
        let lines = codes(&summary);
        let codes = lines.split('\n').filter(|code| !code.is_empty());
        Parcel {
            line: record::write_summary(&summary),
            host: insight::host(&summary.url),
            codes: codes.map(str::to_owned).collect(),
            record: packed(record::write(exchange).as_bytes()),
            bodies,
            left_out,
            summary,
        }
    }

    /// Bytes on the way.
    pub fn weight(&self) -> usize {
        let bodies = [&self.bodies.typed, &self.bodies.sent, &self.bodies.received];
        let bodies: usize = bodies.into_iter().flatten().map(Vec::len).sum();
        self.line.len() + self.record.len() + bodies
    }
}

/// The call of somebody else; it is not masked by what this side knows.
pub(super) fn unpack(
    record: &[u8],
    bodies: &Bodies<Option<Vec<u8>>>,
) -> Result<RawExchange, Trouble> {
    let body = |packed: &Option<Vec<u8>>| match packed {
        Some(packed) => unpacked(packed, BODY_BYTES as u64),
        None => Ok(Vec::new()),
    };
    let bodies = Bodies {
        typed: body(&bodies.typed)?,
        sent: body(&bodies.sent)?,
        received: body(&bodies.received)?,
    };
    let text = String::from_utf8(unpacked(record, RECORD_BYTES)?).map_err(|_| unreadable())?;
    Ok(record::read(&text, bodies)?)
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let small = zstd::bulk::compress(bytes, LEVEL);
    let (kind, content) = match &small {
        Ok(small) if small.len() < bytes.len() => (PACKED, small.as_slice()),
        _ => (PLAIN, bytes),
    };
    let mut packed = Vec::with_capacity(content.len() + 1);
    packed.push(kind);
    packed.extend_from_slice(content);
    packed
}

fn unpacked(bytes: &[u8], most: u64) -> Result<Vec<u8>, Trouble> {
    let (kind, content) = bytes.split_first().ok_or_else(unreadable)?;
    let mut all = Vec::new();
    match *kind {
        PLAIN => all.extend_from_slice(content),
        PACKED => {
            let decoder = zstd::stream::read::Decoder::new(content).map_err(|_| unreadable())?;
            let read = decoder.take(most + 1).read_to_end(&mut all);
            read.map_err(|_| unreadable())?;
        }
        _ => return Err(unreadable()),
    }
    if all.len() as u64 > most {
        return Err(unreadable());
    }
    Ok(all)
}

fn unreadable() -> Trouble {
    Trouble::Other("a call of a colleague cannot be unpacked".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back_and_no_more_than_allowed() {
        for text in [&b""[..], b"a", &[b'a'; 5_000], &[0, 255, 1]] {
            assert_eq!(unpacked(&packed(text), 5_000).unwrap(), text);
        }
        assert!(packed(&[b'a'; 5_000]).len() < 100);
        assert!(unpacked(&packed(&[b'a'; 5_000]), 4_999).is_err());
        for bad in [&b""[..], &[7, 1], &[PACKED, 1, 2, 3]] {
            assert!(unpacked(bad, 10).is_err(), "{bad:?}");
        }
    }
}
