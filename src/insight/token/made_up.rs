//! A token that nobody was given, in the shape of one that was: an API that looks at shapes must
//! have to look further.

use super::{TokenKind, TokenReport};

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
        Some((TokenKind::Hex, length)) => cut(&hex, length.clamp(16, 64)),
        Some((_, length)) if length != 48 => cut(&hex, length.clamp(16, 64)),
        _ => cut(&hex, 48),
    }
}

fn cut(text: &str, length: usize) -> String {
    text.chars().take(length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
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
            let report = inspect(&real, Timestamp::UNIX_EPOCH);
            let made = made_up(&chance, Some(&report));
            assert_ne!(made, real);
            let again = inspect(&made, Timestamp::UNIX_EPOCH);
            assert_eq!(again.kind, report.kind, "{made}");
        }
        assert_eq!(made_up(&chance, None).len(), 48);
    }
}
