//! What kind of picture a body is, and how large, by its first bytes alone.

/// As its header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    pub kind: &'static str,
    /// How files of that kind end.
    pub ending: &'static str,
    /// Columns and rows of its points, where they are told.
    pub size: Option<(u32, u32)>,
}

/// `None` for what is no PNG, JPEG, GIF or WebP.
pub fn picture(body: &[u8]) -> Option<Picture> {
    let picture = |kind, ending, size| Picture { kind, ending, size };
    if body.starts_with(b"\x89PNG\r\n\x1a\n") {
        let size = wide(body, 16).zip(wide(body, 20));
        return Some(picture("PNG", "png", size));
    }
    if body.starts_with(b"GIF87a") || body.starts_with(b"GIF89a") {
        let size = little(body, 6, 2).zip(little(body, 8, 2));
        return Some(picture("GIF", "gif", size));
    }
    if body.starts_with(b"\xff\xd8\xff") {
        return Some(picture("JPEG", "jpg", jpeg_size(body)));
    }
    if body.starts_with(b"RIFF") && body.get(8..12) == Some(b"WEBP") {
        return Some(picture("WebP", "webp", webp_size(body)));
    }
    None
}

fn wide(body: &[u8], at: usize) -> Option<u32> {
    let bytes = body.get(at..at + 4)?;
    Some(
        bytes
            .iter()
            .fold(0, |sum, byte| sum << 8 | u32::from(*byte)),
    )
}

fn little(body: &[u8], at: usize, length: usize) -> Option<u32> {
    let bytes = body.get(at..at + length)?;
    let bytes = bytes.iter().rev();
    Some(bytes.fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
}

/// Segments are stepped over up to the one that begins the picture.
fn jpeg_size(body: &[u8]) -> Option<(u32, u32)> {
    let pair = |at: usize| {
        let bytes = body.get(at..at + 2)?;
        Some(u32::from(bytes[0]) << 8 | u32::from(bytes[1]))
    };
    let mut at = 2;
    loop {
        if *body.get(at)? != 0xff {
            return None;
        }
        let marker = *body.get(at + 1)?;
        match marker {
            // Markers may be filled up, and some stand alone.
            0xff => at += 1,
            0x01 | 0xd0..=0xd8 => at += 2,
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                return pair(at + 7).zip(pair(at + 5));
            }
            0xd9 | 0xda => return None,
            _ => at += 2 + pair(at + 2)?.max(2) as usize,
        }
    }
}

fn webp_size(body: &[u8]) -> Option<(u32, u32)> {
    match body.get(12..16)? {
        b"VP8 " => {
            let side = |at| little(body, at, 2).map(|side| side & 0x3fff);
            side(26).zip(side(28))
        }
        b"VP8L" => {
            let bits = little(body, 21, 4)?;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8X" => {
            let side = |at| little(body, at, 3).map(|side| side + 1);
            side(24).zip(side(27))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(body: &[u8]) -> (&'static str, Option<(u32, u32)>) {
        let picture = picture(body).unwrap();
        (picture.kind, picture.size)
    }

    #[test]
    fn the_four_usual_kinds_tell_their_size() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x40\0\0\0\xc8\x08\x02";
        assert_eq!(told(png), ("PNG", Some((320, 200))));
        assert_eq!(told(b"GIF89a\x0a\0\x14\0"), ("GIF", Some((10, 20))));
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc2\0\x11\x08\0\x30\0\x40\x03";
        assert_eq!(told(jpeg), ("JPEG", Some((64, 48))));
        let lossy = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x40\x01\xc8\0";
        assert_eq!(told(lossy), ("WebP", Some((320, 200))));
        let lossless = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x3f\xc1\x31\0";
        assert_eq!(told(lossless), ("WebP", Some((320, 200))));
        let extended = b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x3f\x01\0\xc7\0\0";
        assert_eq!(told(extended), ("WebP", Some((320, 200))));
    }

    #[test]
    fn a_picture_that_is_cut_off_keeps_its_kind() {
        assert_eq!(told(b"\x89PNG\r\n\x1a\n\0\0"), ("PNG", None));
        assert_eq!(told(b"\xff\xd8\xff\xe0\xff"), ("JPEG", None));
        assert_eq!(told(b"RIFF\0\0\0\0WEBPVP8X"), ("WebP", None));
        assert_eq!(picture(b"{\"a\":1}"), None);
        assert_eq!(picture(b""), None);
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(
            start in prop::sample::select(vec![&b"\xff\xd8\xff"[..], b"RIFF\0\0\0\0WEBP", b"GIF89a", b"\x89PNG\r\n\x1a\n", b""]),
            rest in prop::collection::vec(any::<u8>(), 0..80),
        ) {
            let _ = picture(&[start, &rest].concat());
        }
    }
}
