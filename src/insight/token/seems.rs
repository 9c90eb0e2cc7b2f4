//! Whether a text that was pasted is a token, and not a word, an id of a row or a URL.

use super::{TokenKind, TokenReport};

/// Shorter values are words and numbers.
const SHORTEST: usize = 20;
const SHORTEST_HEX: usize = 32;
const SHORTEST_OPAQUE: usize = 24;

/// How much a text looks like a token and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seems {
    /// It can be nothing else.
    Certainly,
    /// It may be an id as well.
    Likely,
}

/// Judges a text by what was told of the value in it; `is_mended` says that a scheme, quotes or the
/// like had to be taken off.
pub fn seems_token(text: &str, report: &TokenReport, is_mended: bool) -> Option<Seems> {
    let words = text.split_whitespace().count();
    let is_alone = words == 1 || is_mended && words <= 3;
    if !is_alone || text.contains("://") || report.length < SHORTEST {
        return None;
    }
    let last = text.split_whitespace().last().unwrap_or_default();
    let has = |fits: fn(char) -> bool| last.chars().any(fits);
    let is_mixed = has(|c| c.is_ascii_digit())
        && has(|c| c.is_ascii_lowercase())
        && has(|c| c.is_ascii_uppercase());
    let is_path = last.starts_with('/') || last.starts_with("{{");
    match report.kind {
        TokenKind::Jwt | TokenKind::Encrypted | TokenKind::Marked => Some(Seems::Certainly),
        _ if is_path => None,
        TokenKind::Hex if report.length >= SHORTEST_HEX => Some(Seems::Likely),
        TokenKind::Uuid => Some(Seems::Likely),
        TokenKind::Opaque if words > 1 => Some(Seems::Certainly),
        TokenKind::Opaque if report.length >= SHORTEST_OPAQUE && is_mixed => Some(Seems::Likely),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{inspect, repair};
    use super::*;
    use crate::insight::api::marks::Marks;

    fn seems(text: &str) -> Option<Seems> {
        let now = "2026-03-14T02:07:00Z".parse().unwrap();
        let mended = repair(text);
        let value = match &mended {
            Some(mended) => mended.value.reveal().to_owned(),
            None => text.to_owned(),
        };
        let report = inspect(&value, now, &Marks::default());
        seems_token(text, &report, mended.is_some())
    }

    #[test]
    fn a_token_is_told_from_words_ids_and_addresses() {
        let jwt = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlc2lnbmF0dXJl";
        assert_eq!(seems(jwt), Some(Seems::Certainly));
        assert_eq!(seems(&format!("Bearer {jwt}\n")), Some(Seems::Certainly));
        assert_eq!(
            seems("Authorization: Bearer zq8Kd0f7Lm2Ns4PqXy3a"),
            Some(Seems::Certainly)
        );
        let hex = "7b62f0a19c3d4e5f60718293a4b5c6d7e8f9012345678abc";
        assert_eq!(seems(hex), Some(Seems::Likely));
        assert_eq!(seems("zq8Kd0f7Lm2Ns4Pqzq8Kd0f7"), Some(Seems::Likely));
        for other in [
            "runbook",
            "404 token:support since:2d",
            "https://api.acme.example/x?access_token=zq8Kd0f7Lm2Ns4Pqzq8Kd0f7",
            "/core/runbooks/7/tasks/with-a-long-name-of-2024",
            "a-branch-with-a-very-long-name-2024",
            "we sent zq8Kd0f7Lm2Ns4Pqzq8Kd0f7 and nothing came",
            "12345678901234567890",
        ] {
            assert_eq!(seems(other), None, "{other}");
        }
    }
}
