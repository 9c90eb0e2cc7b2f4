//! JSON Web Tokens, which are credentials wherever they stand.

use crate::model::MASK;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::ops::Range;

/// A text with a mask where one stood.
pub fn without_jwts(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for span in jwts(text) {
        out.push_str(&text[from..span.start]);
        out.push_str(MASK);
        from = span.end;
    }
    out.push_str(&text[from..]);
    out
}

/// How long one is that begins here: three parts, or five if it is encrypted, of which the first
/// says how it is signed.
pub(super) fn jwt_length(text: &[u8]) -> Option<usize> {
    const LONGEST_HEAD: usize = 4_000;
    let part = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        rest.iter()
            .take_while(|b| b.is_ascii_alphanumeric() || b"-_".contains(b))
            .count()
    };
    let head = part(0);
    let mut end = head;
    let mut parts = 1;
    while parts < 5 && text.get(end) == Some(&b'.') {
        let next = part(end + 1);
        // Without a signature the third part is empty.
        if next == 0 && parts != 2 {
            break;
        }
        end += 1 + next;
        parts += 1;
    }
    if parts < 3 || head > LONGEST_HEAD {
        return None;
    }
    let said = URL_SAFE_NO_PAD.decode(&text[..head]).ok()?;
    memchr::memmem::find(&said, b"\"alg\"").map(|_| end)
}

/// Where they stand: three parts of base64url, the first of which begins as JSON does.
pub fn jwts(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    let is_part = |b: &u8| b.is_ascii_alphanumeric() || b"-_".contains(b);
    while let Some(start) = text[from..].find("eyJ").map(|at| from + at) {
        let bytes = &text.as_bytes()[start..];
        let end = bytes
            .iter()
            .take_while(|b| is_part(b) || **b == b'.')
            .count();
        let parts: Vec<&str> = text[start..start + end].split('.').collect();
        let before = text[..start].bytes().next_back();
        let begins = before.is_none_or(|b| !is_part(&b) && b != b'.');
        if begins && parts.len() == 3 && parts[0].len() > 8 && parts[1].len() > 8 {
            found.push(start..start + end);
        }
        from = start + end.max(3);
    }
    found
}
