//! A token that nobody was given, in the shape of one that was: an API that looks at shapes must
//! have to look further.

use super::{TokenKind, TokenReport};

/// Long enough to be taken for a token anywhere.
const USUAL: usize = 48;

/// Made of chance, which comes from above.
pub fn made_up(chance: &[u8], like: Option<&TokenReport>) -> String {
    let hex: String = chance.iter().map(|byte| format!("{byte:02x}")).collect();
    match like.map(|report| (report.kind, report.length)) {
        Some((TokenKind::Jwt, _)) => {
            // {"alg":"HS256","typ":"JWT"} and {"sub":"nobody","exp":4102444800}
            let parts = [
                "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
                "eyJzdWIiOiJub2JvZHkiLCJleHAiOjQxMDI0NDQ4MDB9",
            ];
            format!("{}.{}.{:A<43}", parts[0], parts[1], cut(&hex, 43))
        }
        Some((TokenKind::Opaque | TokenKind::Uuid | TokenKind::Marked, length)) if length >= 16 => {
            like.map(|report| imitated(chance, report))
                .unwrap_or_default()
        }
        Some((_, length)) => cut(&hex, length.clamp(16, 64)),
        None => cut(&hex, USUAL),
    }
}

/// The sketch of a real one, its blots filled with chance.
fn imitated(chance: &[u8], like: &TokenReport) -> String {
    let is_hex = !like.shape.upper && !like.shape.lower_beyond_hex;
    // What the sketch begins with is words, and no blots.
    let blotted = |c: char| matches!(c, 'x' | 'X' | '0');
    let mark = like
        .sketch
        .find(|c: char| !c.is_ascii_lowercase() && !"_-.".contains(c));
    let words = like.sketch[..mark.unwrap_or(0)].rfind(['_', '-', '.']);
    let words = words.map_or(0, |end| end + 1);
    let (words, value) = like.sketch.split_at(words);
    let filled = value.chars().enumerate().map(|(place, blot)| {
        let byte = chance
            .get(place % chance.len().max(1))
            .copied()
            .unwrap_or(7);
        let number = usize::from(byte) + place * 7;
        let of = |signs: &[u8]| char::from(signs[number % signs.len()]);
        match (blot, is_hex) {
            // The places by which a UUID says what kind it is.
            _ if like.kind == TokenKind::Uuid && place == 14 => '4',
            _ if like.kind == TokenKind::Uuid && place == 19 => 'a',
            (c, true) if blotted(c) => of(b"0123456789abcdef"),
            ('x', _) => of(b"abcdefghijkmnopqrstuvwxyz"),
            ('X', _) => of(b"ABCDEFGHJKLMNPQRSTUVWXYZ"),
            ('0', _) => of(b"0123456789"),
            (sign, _) => sign,
        }
    });
    words.chars().chain(filled).collect()
}

fn cut(text: &str, length: usize) -> String {
    text.chars().take(length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::api::marks::Marks;
    use crate::insight::token::inspect;
    use crate::model::Timestamp;

    #[test]
    fn what_is_made_up_has_the_shape_of_what_it_stands_for() {
        let chance: Vec<u8> = (0..32).collect();
        for real in [
            "0123456789abcdef".repeat(3),
            "0123456789abcdef".repeat(2),
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl".to_owned(),
        ] {
            let report = inspect(&real, Timestamp::UNIX_EPOCH, &Marks::default());
            let made = made_up(&chance, Some(&report));
            assert_ne!(made, real);
            let again = inspect(&made, Timestamp::UNIX_EPOCH, &Marks::default());
            assert_eq!(again.kind, report.kind, "{made}");
        }
        assert_eq!(made_up(&chance, None).len(), 48);
    }

    #[test]
    fn the_words_and_signs_of_a_token_are_kept_and_nothing_of_its_value() {
        let chance: Vec<u8> = (40..72).collect();
        for (real, begins) in [
            ("hk_live_Zm9vYmFyYmF6cXV4cXV1eA99", "hk_live_"),
            ("wh.AbCdEfGh.0123456789abcdefXYZ", "wh."),
            ("3f2504e0-4f89-41d3-9a0c-0305e82c3301", ""),
            ("abc-def-ghi-jkl-mno-pqr-stu", "abc-"),
        ] {
            let report = inspect(real, Timestamp::UNIX_EPOCH, &Marks::default());
            let made = made_up(&chance, Some(&report));
            assert!(made.starts_with(begins), "{made}");
            assert_eq!(made.len(), real.len(), "{made}");
            let again = inspect(&made, Timestamp::UNIX_EPOCH, &Marks::default());
            assert_eq!(
                (again.kind, again.shape.dots),
                (report.kind, report.shape.dots)
            );
            let rest = &real[begins.len()..];
            assert!(
                !made.contains(&rest[..4]) && !report.sketch.contains(&rest[..4]),
                "{made}"
            );
        }
    }
}
