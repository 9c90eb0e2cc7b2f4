//! Where the credential of a request stands, and what can be told by looking at it. No value is
//! held.

use super::vault::{Vault, slots};
use crate::insight::facts::{Credential, CredentialPlace};
use crate::insight::redact::is_secret_name;
use crate::insight::token::{TokenReport, inspect};
use crate::model::{MASK, SentRequest, Timestamp, TokenName, token_names_in};
use std::collections::HashMap;
use url::Url;

/// How a request carries its credential, before any value of ours is put in.
pub fn carried(sent: &SentRequest, vault: &Vault, sandbox: bool) -> Credential {
    let mut reports: HashMap<TokenName, TokenReport> = HashMap::new();
    for name in slots(sent) {
        if let Some(report) = vault.report_at_rest(&name, sandbox) {
            reports.insert(name, report);
        }
    }
    let now = Timestamp::now();
    let authorizations: Vec<String> = sent
        .headers
        .all("authorization")
        .map(|v| v.into_owned())
        .collect();
    if let [value] = authorizations.as_slice() {
        return authorization(value, &reports, now);
    }
    if authorizations.len() > 1 {
        return Credential {
            place: CredentialPlace::Repeated,
            ..Credential::default()
        };
    }
    elsewhere(sent, &reports, now).unwrap_or_default()
}

fn authorization(
    value: &str,
    reports: &HashMap<TokenName, TokenReport>,
    now: Timestamp,
) -> Credential {
    let mut credential = Credential {
        place: CredentialPlace::Authorization,
        ..Credential::default()
    };
    let trimmed = value.trim();
    if trimmed.is_empty() || trimmed.eq_ignore_ascii_case("bearer") {
        credential.place = CredentialPlace::Nowhere;
        return credential;
    }
    let rest = match trimmed.split_once(' ') {
        Some((scheme, rest))
            if scheme
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-') =>
        {
            credential.scheme = Some(scheme.to_owned());
            rest
        }
        _ => trimmed,
    };
    fill(&mut credential, rest, reports, now);
    credential
}

/// What is told of the text behind the scheme: of the token it names, or of itself.
fn fill(
    credential: &mut Credential,
    text: &str,
    reports: &HashMap<TokenName, TokenReport>,
    now: Timestamp,
) {
    credential.token = token_names_in(text).into_iter().next();
    let whole = credential
        .token
        .as_ref()
        .is_some_and(|name| text == format!("{{{{token:{name}}}}}"));
    credential.report = match &credential.token {
        Some(name) if whole => reports.get(name).cloned(),
        // Something stands around the slot: the text as a whole is what counts.
        Some(_) => {
            let stripped = token_names_in(text)
                .iter()
                .fold(text.to_owned(), |text, name| {
                    text.replace(
                        &format!("{{{{token:{name}}}}}"),
                        &"0123456789abcdef".repeat(3),
                    )
                });
            Some(inspect(&stripped, now))
        }
        // What was masked cannot be judged.
        None if text.contains(MASK) || text.contains('‹') => None,
        None => Some(inspect(text, now)),
    };
}

/// A token in a place where the API does not look.
fn elsewhere(
    sent: &SentRequest,
    reports: &HashMap<TokenName, TokenReport>,
    now: Timestamp,
) -> Option<Credential> {
    let holds = |name: &str, text: &str| is_secret_name(name) || !token_names_in(text).is_empty();
    let header = sent.headers.iter().find(|h| holds(&h.name, &h.text()));
    let url = Url::parse(&sent.url).ok()?;
    let (place, text) = if let Some(header) = header {
        (
            format!("header {}", header.name),
            header.text().into_owned(),
        )
    } else if let Some((name, value)) = url.query_pairs().find(|(name, value)| holds(name, value)) {
        (format!("parameter {name}"), value.into_owned())
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
    let bare = text.strip_prefix("Bearer ").unwrap_or(&text);
    fill(&mut credential, bare, reports, now);
    Some(credential)
}
