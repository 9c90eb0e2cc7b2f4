//! Bodies as rows: found by digest, packed where that helps.

use super::error::Trouble;
use crate::engine::Stretches;
use rusqlite::{Connection, OptionalExtension};
use std::borrow::Cow;
use std::io::{Read as _, Write as _};

/// Below this, packing saves less than its own frame costs.
const SHORTEST_PACKED: usize = 128;
const LEVEL: i32 = 3;
/// Bytes that are worked on at once: a part of a millisecond.
const PIECE: usize = 1 << 16;

/// A body ready to be written; made outside any transaction, since packing takes time.
pub(super) struct Packed<'a> {
    digest: [u8; 32],
    size: usize,
    packed: bool,
    bytes: Cow<'a, [u8]>,
}

/// `None` for an empty body, which needs no row.
pub(super) fn pack(body: &[u8]) -> Option<Packed<'_>> {
    if body.is_empty() {
        return None;
    }
    let bytes = shrink(body);
    Some(Packed {
        digest: digest(body),
        size: body.len(),
        packed: matches!(bytes, Cow::Owned(_)),
        bytes,
    })
}

/// The bytes in fewer bytes, if there is such a way.
pub(super) fn shrink(bytes: &[u8]) -> Cow<'_, [u8]> {
    if bytes.len() < SHORTEST_PACKED {
        return Cow::Borrowed(bytes);
    }
    match compress(bytes) {
        Ok(packed) if packed.len() < bytes.len() => Cow::Owned(packed),
        _ => Cow::Borrowed(bytes),
    }
}

fn compress(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = zstd::stream::Encoder::new(Vec::new(), LEVEL)?;
    encoder.set_pledged_src_size(Some(bytes.len() as u64))?;
    for piece in pieces(bytes) {
        encoder.write_all(piece)?;
    }
    encoder.finish()
}

/// Cuts bytes into pieces, so that other threads get this processor soon.
fn pieces(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut stretches = Stretches::begin();
    bytes.chunks(PIECE).inspect(move |_| stretches.rest())
}

fn digest(body: &[u8]) -> [u8; 32] {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    pieces(body).for_each(|piece| context.update(piece));
    let digest = context.finish();
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest.as_ref());
    bytes
}

impl Packed<'_> {
    /// The id of the row that holds this body, new or known.
    pub fn keep(&self, conn: &Connection) -> Result<i64, Trouble> {
        let known = conn
            .prepare_cached("SELECT id FROM bodies WHERE digest = ?1")?
            .query_row([&self.digest[..]], |row| row.get(0))
            .optional()?;
        if let Some(id) = known {
            return Ok(id);
        }
        conn.prepare_cached("INSERT INTO bodies (digest, size, uses) VALUES (?1, ?2, 0)")?
            .execute((&self.digest[..], self.size as i64))?;
        let id = conn.last_insert_rowid();
        conn.prepare_cached("INSERT INTO contents (id, packed, bytes) VALUES (?1, ?2, ?3)")?
            .execute((id, self.packed, &*self.bytes))?;
        Ok(id)
    }
}

/// The body of that row, checked against its digest.
pub(super) fn unpack(conn: &Connection, id: Option<i64>) -> Result<Vec<u8>, Trouble> {
    let Some(id) = id else {
        return Ok(Vec::new());
    };
    let (known, size, packed, bytes) = conn
        .prepare_cached(
            "SELECT digest, size, packed, bytes FROM bodies JOIN contents USING (id) WHERE id = ?1",
        )?
        .query_row([id], |row| {
            Ok((
                row.get::<_, Vec<u8>>(0)?,
                row.get::<_, i64>(1)?,
                row.get::<_, bool>(2)?,
                row.get::<_, Vec<u8>>(3)?,
            ))
        })?;
    let body = if packed {
        zstd::bulk::decompress(&bytes, usize::try_from(size).unwrap_or(0)).unwrap_or_default()
    } else {
        bytes
    };
    if digest(&body)[..] != known[..] {
        return Err(altered());
    }
    Ok(body)
}

/// The beginning of a body, at most so many bytes; empty where it cannot be read.
pub(super) fn head(conn: &Connection, id: Option<i64>, most: usize) -> Result<Vec<u8>, Trouble> {
    let Some(id) = id else {
        return Ok(Vec::new());
    };
    let found = conn
        .prepare_cached("SELECT packed, bytes FROM contents WHERE id = ?1")?
        .query_row([id], |row| {
            let bytes = row.get_ref(1)?.as_blob()?;
            let head = if row.get(0)? {
                let mut head = Vec::new();
                let decoder = zstd::stream::read::Decoder::new(bytes);
                // What is broken is not searched.
                let _ = decoder.map(|text| text.take(most as u64).read_to_end(&mut head));
                head
            } else {
                bytes[..bytes.len().min(most)].to_vec()
            };
            Ok(head)
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// A record, packed or not: its first byte tells, since JSON never begins like a frame.
pub(super) fn unpack_text(bytes: Vec<u8>) -> Result<String, Trouble> {
    let bytes = if bytes.first() == Some(&b'{') {
        bytes
    } else {
        zstd::stream::decode_all(&bytes[..]).map_err(|_| altered())?
    };
    String::from_utf8(bytes).map_err(|_| altered())
}

fn altered() -> Trouble {
    Trouble::Other("what is kept of this call is no longer what was written".to_owned())
}
