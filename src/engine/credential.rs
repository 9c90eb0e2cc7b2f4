//! Where the credential of a request stands, and what can be told by looking at it. No value is
//! held.

use super::clock;
use super::vault::Vault;
use crate::insight::Exchange;
use crate::insight::api::marks::Marks;
use crate::insight::facts::{Credential, CredentialPlace};
use crate::insight::redact::{credential_in_path, is_secret_name};
use crate::insight::token::{TokenReport, inspect};
use crate::model::{MASK, SentRequest, Slot, Timestamp, TokenName};
use std::collections::HashMap;
use std::ops::Range;
use url::Url;

/// How a request carries its credential, before any value of ours is put in.
pub fn carried(sent: &SentRequest, vault: &Vault, sandbox: bool) -> Credential {
    let mut reports: HashMap<TokenName, TokenReport> = HashMap::new();
    for name in sent.tokens() {
        if let Some(report) = vault.report_at_rest(&name, sandbox) {
            reports.insert(name, report);
        }
    }
    let now = clock::now();
    let headers = sent.headers.iter().enumerate();
    let mut authorizations =
        headers.filter(|(_, header)| header.name.eq_ignore_ascii_case("authorization"));
    match (authorizations.next(), authorizations.next()) {
        (Some((number, _)), None) => authorization(
            &Carried::in_header(sent, number),
            &reports,
            now,
            vault.marks(),
        ),
        (Some(_), Some(_)) => Credential {
            place: CredentialPlace::Repeated,
            ..Credential::default()
        },
        (None, _) => elsewhere(sent, &reports, now, vault.marks()).unwrap_or_default(),
    }
}

/// The same of a call as it was made: cookies may have gone along that nobody typed.
pub fn with_cookies(credential: Credential, exchange: &Exchange) -> Credential {
    let went = exchange.sent.headers.has("cookie");
    match credential.place {
        CredentialPlace::Nowhere if went => Credential {
            place: CredentialPlace::Elsewhere("header cookie".to_owned()),
            ..credential
        },
        _ => credential,
    }
}

/// A text that may be a credential, and the tokens in it.
struct Carried {
    text: String,
    slots: Vec<(Range<usize>, TokenName)>,
}

impl Carried {
    fn in_header(sent: &SentRequest, number: usize) -> Carried {
        let header = sent.headers.iter().nth(number);
        Carried {
            text: header.map_or_else(String::new, |header| header.text().into_owned()),
            slots: placed(sent.slots_of_header(number), 0),
        }
    }

    /// What stands from a byte on.
    fn from(&self, start: usize) -> Carried {
        let text = self.text.get(start..).unwrap_or_default();
        let blanks = text.len() - text.trim_start().len();
        let slots = self.slots.iter();
        let slots = slots.filter_map(|(range, name)| {
            let start = range.start.checked_sub(start + blanks)?;
            Some((start..start + range.len(), name.clone()))
        });
        Carried {
            slots: slots.collect(),
            text: text.trim().to_owned(),
        }
    }
}

/// Slots in a part of a text that begins at this byte of it.
fn placed<'s>(
    slots: impl Iterator<Item = &'s Slot>,
    start: usize,
) -> Vec<(Range<usize>, TokenName)> {
    let placed = slots.filter_map(|slot| {
        let start = slot.range.start.checked_sub(start)?;
        Some((start..start + slot.range.len(), slot.name.clone()))
    });
    placed.collect()
}

fn authorization(
    value: &Carried,
    reports: &HashMap<TokenName, TokenReport>,
    now: Timestamp,
    marks: &Marks,
) -> Credential {
    let mut credential = Credential {
        place: CredentialPlace::Authorization,
        ..Credential::default()
    };
    let trimmed = value.from(0);
    let text = trimmed.text.as_str();
    if text.is_empty() || is_scheme_alone(text) {
        credential.place = CredentialPlace::Nowhere;
        return credential;
    }
    let mut start = 0;
    if let Some((scheme, _)) = text.split_once(' ')
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    {
        credential.scheme = Some(scheme.to_owned());
        start = scheme.len() + 1;
    }
    fill(&mut credential, &trimmed, start, reports, now, marks);
    credential
}

/// Whether nothing stands behind the word for it: `Bearer`, `Token token=`, and `Og==`, which is
/// Basic for no user and no password.
fn is_scheme_alone(text: &str) -> bool {
    const SCHEMES: &[&str] = &[
        "bearer",
        "basic",
        "token",
        "bot",
        "apikey",
        "api-key",
        "key",
        "jwt",
        "oauth",
        "basic og==",
    ];
    let is_word = |text: &str| SCHEMES.iter().any(|word| text.eq_ignore_ascii_case(word));
    let named = text.trim_end_matches(['"', '\'']).strip_suffix('=');
    is_word(text) || named.is_some_and(|named| named.split(' ').all(is_word))
}

/// What is told of the text behind the scheme: of the token it names, or of itself.
fn fill(
    credential: &mut Credential,
    carried: &Carried,
    start: usize,
    reports: &HashMap<TokenName, TokenReport>,
    now: Timestamp,
    marks: &Marks,
) {
    let text = carried.text.get(start..).unwrap_or_default();
    let inside = carried
        .slots
        .iter()
        .filter(|(range, _)| range.start >= start);
    let inside: Vec<&(Range<usize>, TokenName)> = inside.collect();
    credential.token = inside.first().map(|(_, name)| name.clone());
    credential.report = match &inside[..] {
        [(range, name)] if *range == (start..carried.text.len()) => reports.get(name).cloned(),
        // What was masked cannot be judged.
        [] if text.contains(MASK) || text.contains('‹') => None,
        [] => Some(inspect(text, now, marks)),
        // Something stands around the slot: the text as a whole is what counts.
        slots => {
            let mut whole = String::new();
            let mut from = start;
            for (range, _) in slots {
                whole.push_str(carried.text.get(from..range.start).unwrap_or_default());
                whole.push_str(&"0123456789abcdef".repeat(3));
                from = range.end;
            }
            whole.push_str(carried.text.get(from..).unwrap_or_default());
            Some(inspect(&whole, now, marks))
        }
    };
}

/// A token in a place where the API does not look.
fn elsewhere(
    sent: &SentRequest,
    reports: &HashMap<TokenName, TokenReport>,
    now: Timestamp,
    marks: &Marks,
) -> Option<Credential> {
    let mut headers = sent.headers.iter().enumerate();
    let header = headers.find(|(number, header)| {
        is_secret_name(&header.name) || sent.slots_of_header(*number).next().is_some()
    });
    let url = Url::parse(&sent.url).ok()?;
    let (place, carried) = if let Some((number, header)) = header {
        (
            format!("header {}", header.name),
            Carried::in_header(sent, number),
        )
    } else if let Some((name, value)) = parameter(sent) {
        (format!("parameter {name}"), value)
    } else if let Some(carried) = in_path(sent) {
        ("path".to_owned(), carried)
    } else if let Some(place) = likely(sent) {
        return Some(Credential {
            place: CredentialPlace::Elsewhere(place),
            ..Credential::default()
        });
    } else if url.password().is_some() || !url.username().is_empty() {
        // The HTTP library makes Basic of it.
        return Some(Credential {
            place: CredentialPlace::Authorization,
            scheme: Some("Basic".to_owned()),
            ..Credential::default()
        });
    } else {
        return None;
    };
    let mut credential = Credential {
        place: CredentialPlace::Elsewhere(place),
        ..Credential::default()
    };
    let start = if carried.text.starts_with("Bearer ") {
        "Bearer ".len()
    } else {
        0
    };
    fill(&mut credential, &carried, start, reports, now, marks);
    Some(credential)
}

/// A header or a parameter that holds a credential by all that is usual, whatever its name keeps
/// from being sure.
fn likely(sent: &SentRequest) -> Option<String> {
    const IN_HEADERS: &[&str] = &["auth", "credential", "signature", "session", "-key"];
    const IN_QUERY: &[&str] = &[
        "key",
        "appid",
        "app_id",
        "appkey",
        "app_key",
        "sig",
        "signature",
        "sign",
        "code",
        "x-amz-signature",
        "x-goog-signature",
        "sessionid",
        "session_id",
    ];
    let is_value = |text: &str| {
        let is_part = |b: u8| b.is_ascii_alphanumeric() || b"-_.=+/~%:".contains(&b);
        text.len() >= 16 && text.bytes().all(is_part) && text.bytes().any(|b| b.is_ascii_digit())
    };
    for header in sent.headers.iter() {
        let name = header.name.to_ascii_lowercase();
        let is_named = IN_HEADERS.iter().any(|part| name.contains(part));
        if is_named && !name.contains("idempotency") && is_value(header.text().trim()) {
            return Some(format!("header {}", header.name));
        }
    }
    let (_, query) = sent.url.split_once('?')?;
    let query = query.split('#').next().unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let (name, _) = pairs.find(|(name, value)| {
        IN_QUERY.contains(&name.to_ascii_lowercase().as_str()) && is_value(value)
    })?;
    Some(format!("parameter {name}"))
}

/// A credential in the path: a token of ours, what was masked there, or what looks like one.
fn in_path(sent: &SentRequest) -> Option<Carried> {
    let end = sent.url.find(['?', '#']).unwrap_or(sent.url.len());
    let path = &sent.url[..end];
    let start = path.find("://").map_or(0, |at| at + 3);
    let start = start + path[start..].find('/')?;
    let slot = sent
        .slots_of_url()
        .find(|slot| slot.range.start >= start && slot.range.end <= end);
    if let Some(slot) = slot {
        return Some(Carried {
            text: sent.url[slot.range.clone()].to_owned(),
            slots: vec![(0..slot.range.len(), slot.name.clone())],
        });
    }
    let masked = path[start..].split('/').find(|part| part.contains('‹'));
    let text = masked.or_else(|| Some(&sent.url[credential_in_path(&sent.url)?]))?;
    Some(Carried {
        text: text.to_owned(),
        slots: Vec::new(),
    })
}

/// The first parameter of the URL that holds a secret.
fn parameter(sent: &SentRequest) -> Option<(String, Carried)> {
    let (before, query) = sent.url.split_once('?')?;
    let query = query.split('#').next().unwrap_or_default();
    let mut start = before.len() + 1;
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let begin = start + name.len() + 1;
        let within = |slot: &&Slot| (begin..=start + pair.len()).contains(&slot.range.end);
        let slots = placed(sent.slots_of_url().filter(within), begin);
        let read = url::form_urlencoded::parse(pair.as_bytes()).next();
        if let Some((shown, plain)) = read
            && (is_secret_name(&shown) || !slots.is_empty())
        {
            let text = if slots.is_empty() {
                plain.into_owned()
            } else {
                value.to_owned()
            };
            return Some((shown.into_owned(), Carried { text, slots }));
        }
        start += pair.len() + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::is_scheme_alone;

    #[test]
    fn a_word_with_nothing_behind_it_is_no_credential() {
        for text in [
            "Bearer",
            "bearer",
            "Token",
            "Token token=",
            "Token token=\"\"",
            "key=",
            "Basic Og==",
        ] {
            assert!(is_scheme_alone(text), "{text}");
        }
        for text in [
            "Bearer abc",
            "abc",
            "Token token=abc",
            "key=abc",
            "dG9rZW4=",
            "Basic YTpi",
        ] {
            assert!(!is_scheme_alone(text), "{text}");
        }
    }
}
