//! Credentials amid words: logs, stack traces and dumps of objects hold them where nobody looks.
//! They are taken out before anything of such a text is quoted.

use super::text::first;
use crate::insight::redact::is_secret_name;
use crate::model::{MASK, SentRequest};
use std::borrow::Cow;

/// Shorter words behind `Bearer` are words.
const SHORTEST: usize = 16;

/// No header is longer at any server.
const LONGEST: usize = 20_000;

/// The text without the credentials in it, and the first of them.
pub fn taken_out(text: &str) -> (Cow<'_, str>, Option<String>) {
    let mut found = None;
    let mut out = String::new();
    let mut from = 0;
    for (start, end) in places(text) {
        // One that was found by its name has a scheme inside.
        if start < from {
            continue;
        }
        let value = &text[start..end];
        out.push_str(&text[from..start]);
        if value.contains(MASK) {
            out.push_str(value);
        } else {
            found.get_or_insert_with(|| value.to_owned());
            out.push_str(&masked(value));
        }
        from = end;
    }
    match from {
        0 => (Cow::Borrowed(text), None),
        _ => {
            out.push_str(&text[from..]);
            (Cow::Owned(out), found)
        }
    }
}

/// The scheme stays, for it says much.
fn masked(value: &str) -> String {
    match value.split_once(' ') {
        Some((scheme, _)) if scheme.len() <= 20 => format!("{scheme} {MASK}"),
        _ => MASK.to_owned(),
    }
}

/// Where they stand: behind `Authorization:`, or as `Bearer …` by themselves.
fn places(text: &str) -> Vec<(usize, usize)> {
    const NAME: &str = "authorization";
    let lower = text.to_ascii_lowercase();
    let named = lower.match_indices(NAME);
    let named = named.filter_map(|(at, _)| behind_name(text, at + NAME.len()));
    let bare = lower
        .match_indices("bearer ")
        .filter_map(|(at, _)| bearer(text, at));
    let mut places: Vec<(usize, usize)> = named.chain(bare).collect();
    places.sort_unstable();
    places
}

/// `: value`, `=value`, `': 'value'`, `" => "value"`
fn behind_name(text: &str, at: usize) -> Option<(usize, usize)> {
    let rest = &text[at..];
    let sign = rest.trim_start_matches(['"', '\'', ' ', ']']);
    let sign = sign
        .strip_prefix("=>")
        .or_else(|| sign.strip_prefix([':', '=']))?;
    let value = sign.trim_start_matches([' ', '[']);
    let quote = value
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\'' | '`'));
    let value = quote.map_or(value, |quote| &value[quote.len_utf8()..]);
    let near = first(value, LONGEST);
    let length = match quote {
        Some(quote) => near.find(quote),
        None => near.find(['\n', '\r', ',', ';', '}', '"', '\'']),
    };
    let length = length.unwrap_or(near.len());
    let start = text.len() - value.len();
    (length >= 4).then_some((start, start + length))
}

fn bearer(text: &str, at: usize) -> Option<(usize, usize)> {
    let value = &text[at + "bearer ".len()..];
    let fits = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
    let near = first(value, LONGEST);
    let length = near.find(|c: char| !fits(c)).unwrap_or(near.len());
    (length >= SHORTEST).then_some((at, at + "bearer ".len() + length))
}

/// Logs and browsers leave credentials out of what they save. A head without any is not known as
/// a whole then, and does not name its host, by which whole heads are told.
pub fn perhaps_left_out(mut sent: SentRequest) -> SentRequest {
    if !sent
        .headers
        .iter()
        .any(|header| is_secret_name(&header.name))
    {
        let tells = |name: &str| {
            name.eq_ignore_ascii_case("host") || name.eq_ignore_ascii_case("authority")
        };
        let kept = sent.headers.iter().filter(|header| !tells(&header.name));
        sent.headers = kept
            .map(|header| (header.name.clone(), header.value.clone()))
            .collect();
    }
    sent
}

/// The request with a credential that was found beside it, to be looked at.
pub fn given_back(sent: Option<SentRequest>, value: String) -> SentRequest {
    let mut sent = sent.unwrap_or_default();
    let is_other = |name: &str| !name.eq_ignore_ascii_case("authorization");
    let kept = sent.headers.iter().filter(|header| is_other(&header.name));
    sent.headers = kept
        .map(|header| (header.name.clone(), header.value.clone()))
        .collect();
    sent.headers.push("Authorization", value);
    sent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_amid_words_are_found_however_they_are_written() {
        for text in [
            "Authorization: Bearer zq8Kd0f7Lm2Ns4Pq\nnext",
            "headers: { 'Authorization': 'Bearer zq8Kd0f7Lm2Ns4Pq' }",
            "{\"authorization\" => \"Bearer zq8Kd0f7Lm2Ns4Pq\"}",
            "authorization=Bearer zq8Kd0f7Lm2Ns4Pq, x=1",
            "sent Bearer zq8Kd0f7Lm2Ns4Pq and got 401",
        ] {
            let (shown, value) = taken_out(text);
            assert_eq!(value.as_deref(), Some("Bearer zq8Kd0f7Lm2Ns4Pq"), "{text}");
            assert!(
                !shown.contains("zq8K") && shown.contains("Bearer ‹"),
                "{shown}"
            );
        }
        for text in [
            "Authorization failed",
            "the bearer token is bad",
            "authorization: no",
        ] {
            assert_eq!(taken_out(text), (Cow::Borrowed(text), None), "{text}");
        }
    }
}
