//! JSON Web Tokens, which are credentials wherever they stand.

use crate::model::MASK;
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
