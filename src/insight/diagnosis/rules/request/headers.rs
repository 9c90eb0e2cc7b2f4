//! A header that the words of an answer ask for.

use crate::insight::facts::{Case, CredentialPlace};
use crate::insight::redact::is_secret_name;
use crate::insight::rules::finding::{Findings, Tier};
use crate::model::Cause;

/// The header that a sentence asks for, and whether the call sent it; `None` where none is named
/// or the request is not known.
pub fn asked_header(case: &Case) -> Option<(String, bool)> {
    if case.credential.place == CredentialPlace::Unknown {
        return None;
    }
    let entries = case.call.errors.first().iter();
    let mut texts = entries
        .flat_map(|e| [e.detail.as_deref(), e.title.as_deref()])
        .flatten();
    let name = texts.find_map(named_in)?;
    let is_sent = case.header(&name).is_some();
    Some((name, is_sent))
}

/// `… must be set in the 'tenant-id' header`: a quoted name with a hyphen, or one that begins with
/// `x-`, before or behind the word, in a sentence that asks for it.
fn named_in(text: &str) -> Option<String> {
    const ASKS: &str = "must should set missing required require requires send include provide \
        specify pass add needs need mandatory";
    let words: Vec<&str> = text.split_whitespace().take(300).collect();
    let plain = |word: &str| {
        let letters = word.chars().filter(|c| c.is_ascii_alphabetic());
        letters.collect::<String>().to_ascii_lowercase()
    };
    let asks = |word: &&str| ASKS.split_whitespace().any(|own| own == plain(word));
    if !words.iter().any(asks) {
        return None;
    }
    let places = words.iter().enumerate();
    let mut heads = places.filter(|(_, word)| matches!(plain(word).as_str(), "header" | "headers"));
    heads.find_map(|(at, _)| {
        let before = at.checked_sub(1).and_then(|at| words.get(at));
        let both = before.into_iter().chain(words.get(at + 1));
        both.copied().find_map(name_of)
    })
}

fn name_of(word: &str) -> Option<String> {
    let quote = |c: char| "'\"`\u{201c}\u{201d}\u{2018}\u{2019}".contains(c);
    let is_quoted = word.starts_with(quote);
    let name = word.trim_matches(|c: char| quote(c) || ".,:;()[]".contains(c));
    let is_name = name.contains('-')
        && (3..60).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && name.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_own = is_quoted || name.to_ascii_lowercase().starts_with("x-");
    // A credential is weighed with the token, a type with the body.
    let is_other = is_secret_name(name) || name.eq_ignore_ascii_case("content-type");
    (is_name && is_own && !is_other).then(|| name.to_owned())
}

/// Wrong where the header is asked for only in some cases, and this is none.
pub(super) fn asked(case: &Case, findings: &mut Findings) {
    let status = case.call.status();
    if !matches!(status, 400 | 401 | 403 | 404 | 406 | 412 | 422 | 428) {
        return;
    }
    if let Some((name, false)) = asked_header(case) {
        let says = format!("The answer asks for header {name}, and the call sent none.");
        findings.add(Cause::RequestMissingHeader, 5.5, Tier::Said, says);
    }
}

#[cfg(test)]
mod tests {
    use super::named_in;
    use crate::insight::rules::example::{call, fires, says, silent};
    use crate::model::Cause;

    const ASKED: &str = r#"{"error":{"message":"The id must be set in the 'tenant-id' header."}}"#;

    #[test]
    fn a_header_that_is_asked_for_is_missing_where_it_was_not_sent() {
        let refused = || call("GET /core/users", says(403, ASKED)).unknown();
        let missing = Cause::RequestMissingHeader;
        fires("request.asked_header", missing, &refused());
        let sent = refused().header("tenant-id", "7");
        silent("request.asked_header", missing, &sent);
        silent("known.says", missing, &sent);
    }

    #[test]
    fn a_header_is_named_by_quotes_or_as_makers_name_theirs() {
        let named = |text| named_in(text);
        assert_eq!(
            named("Please send header X-Tenant."),
            Some("X-Tenant".into())
        );
        assert_eq!(
            named("the `app-id` header is required"),
            Some("app-id".into())
        );
        assert_eq!(named("a well-formed header is required"), None);
        assert_eq!(named("The 'app-id' header is not of yours"), None);
    }
}
