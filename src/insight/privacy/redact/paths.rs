//! Credentials that stand in the path of a URL. Whoever has such an address may use it: an id and a
//! secret beside each other in one part, or a part that was made up behind the word for a hook.

use std::ops::Range;

/// Parts behind which an address that calls into a service goes on with its secret.
const HOOKS: [&str; 6] = [
    "hook",
    "hooks",
    "webhook",
    "webhooks",
    "webhookb2",
    "incomingwebhook",
];
/// Beginnings of words behind which a link goes on with what lets its reader in.
const LINKS: [&str; 4] = ["reset", "magic", "password", "passwordless"];
/// The same, where ids of the usual form stand as often.
const WEAK_LINKS: [&str; 8] = [
    "verify",
    "confirm",
    "activat",
    "invit",
    "recover",
    "unlock",
    "unsubscrib",
    "onetime",
];
/// Fewer characters are an id or a name.
const SHORTEST: usize = 20;

/// Where the credential stands in the path of this URL, if one does.
pub fn credential_in_path(url: &str) -> Option<Range<usize>> {
    let start = path_start(url)?;
    let end = url[start..]
        .find(['?', '#'])
        .map_or(url.len(), |at| start + at);
    let mut is_hook = false;
    let mut is_link = false;
    let mut at = start;
    let mut last = None;
    for part in url[start..end].split('/') {
        let range = at..at + part.len();
        at = range.end + 1;
        if let Some(found) = id_and_secret(part) {
            return Some(range.start + found.start..range.start + found.end);
        }
        if is_hook && is_made_up(part) || is_link && is_made_up(part) && !is_id(part) {
            last = Some(range);
        }
        let lower = part.to_ascii_lowercase();
        let mut words = lower.split(['-', '_', '.']);
        is_hook |= HOOKS.contains(&&*lower)
            || words
                .clone()
                .any(|word| LINKS.iter().any(|known| word.starts_with(known)));
        is_link |= words.any(|word| WEAK_LINKS.iter().any(|known| word.starts_with(known)));
    }
    let three = || three_parts(&url[start..end]).map(|r| start + r.start..start + r.end);
    last.or_else(three)
        .or_else(|| value_of_link(url, end).filter(|_| is_hook || is_link))
}

/// What was made up in the query of a link, under whatever name.
fn value_of_link(url: &str, end: usize) -> Option<Range<usize>> {
    let query = url[end..].strip_prefix('?')?;
    let query = query.split('#').next().unwrap_or_default();
    let mut at = end + 1;
    for pair in query.split('&') {
        let name = pair.find('=').map_or(pair.len(), |sign| sign + 1);
        let value = &pair[name..];
        if is_made_up(value) && !is_id(value) {
            return Some(at + name..at + pair.len());
        }
        at += pair.len() + 1;
    }
    None
}

/// Whether an address holds a part of its path, or a value of its query, that was made up.
pub(super) fn holds_made_up(url: &str) -> bool {
    let behind = url.find("://").map_or(0, |at| at + 3);
    let start = url[behind..].find('/').map_or(behind, |at| behind + at);
    let mut parts = url[start..].split(['/', '?', '&', '=', '#']);
    parts.any(|part| part.len() >= 16 && is_of_secrets(part))
}

fn is_of_secrets(part: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| part.as_bytes().iter().any(kind);
    has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic) && !is_id(part)
}

/// `0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0`
fn is_id(part: &str) -> bool {
    let sizes = part.split('-').map(str::len);
    sizes.eq([8, 4, 4, 4, 12]) && part.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

/// Behind the authority; a path alone begins with its slash.
fn path_start(url: &str) -> Option<usize> {
    if url.starts_with('/') {
        return Some(0);
    }
    let host = url.find("://")? + 3;
    Some(host + url[host..].find('/')?)
}

/// `bot123456:AA…`: digits, a colon, and 30 characters or more. Whole, since neither half is of
/// use alone.
fn id_and_secret(part: &str) -> Option<Range<usize>> {
    let (before, secret) = part.split_once(':')?;
    let digits = before.bytes().rev().take_while(u8::is_ascii_digit).count();
    let is_secret = secret.len() >= 30 && secret.bytes().all(is_of_secret);
    (digits >= 6 && is_secret).then(|| before.len() - digits..part.len())
}

/// `/services/T0000/B0000/xxxx`: two ids in capitals and what was made up, at the end.
fn three_parts(path: &str) -> Option<Range<usize>> {
    let mut parts = path.rsplit('/');
    let (secret, second, first) = (parts.next()?, parts.next()?, parts.next()?);
    let is_id = |part: &str| {
        part.len() >= 8
            && part
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            && part.bytes().any(|b| b.is_ascii_digit())
    };
    let is_mixed = secret.bytes().any(|b| b.is_ascii_lowercase())
        && secret.bytes().any(|b| b.is_ascii_uppercase());
    (is_id(first) && is_id(second) && is_mixed && is_made_up(secret))
        .then(|| path.len() - secret.len()..path.len())
}

fn is_made_up(part: &str) -> bool {
    part.len() >= SHORTEST
        && part.bytes().all(is_of_secret)
        && part.bytes().any(|b| b.is_ascii_digit())
}

fn is_of_secret(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(url: &str) -> Option<&str> {
        credential_in_path(url).map(|range| &url[range])
    }

    #[test]
    fn what_whoever_has_the_address_may_use_is_found() {
        let secret = "AAE3hT-9_bcd0123456789abcdefghijklm";
        let id = format!("https://api.acme.example/bot123456:{secret}/getMe");
        assert_eq!(found(&id), Some(&*format!("123456:{secret}")));
        let hook = format!("https://acme.example/api/webhooks/998877/{secret}?wait=true");
        assert_eq!(found(&hook), Some(secret));
        let three =
            "https://hooks.acme.example/services/T01234567/B01234567/aB3dE5gH1jK2mN3pQ4rS5tU6";
        assert_eq!(found(three), Some("aB3dE5gH1jK2mN3pQ4rS5tU6"));
        assert_eq!(
            found("/hooks/k3j5h2g4f6d7s8a9q1w2e3r4t5"),
            Some("k3j5h2g4f6d7s8a9q1w2e3r4t5")
        );
    }

    #[test]
    fn what_a_link_lets_in_with_is_found() {
        for path in [
            "/reset/",
            "/password/reset/MQ/",
            "/magic-link/",
            "/verify-email/",
            "/invitations/",
            "/users/7/activate/",
        ] {
            let url = format!("https://acme.example{path}k3j5h2g4f6d7s8a9q1w2e3r4t5?a=1");
            assert_eq!(found(&url), Some("k3j5h2g4f6d7s8a9q1w2e3r4t5"), "{url}");
        }
    }

    #[test]
    fn what_a_link_lets_in_with_may_stand_in_its_query() {
        let url = "https://acme.example/auth/magic?n=1&t=k3j5h2g4f6d7s8a9q1w2e3r4t5#x";
        assert_eq!(found(url), Some("k3j5h2g4f6d7s8a9q1w2e3r4t5"));
    }

    #[test]
    fn ids_and_names_are_left() {
        for url in [
            "https://acme.example/invitations/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
            "https://acme.example/password/reset",
            "https://acme.example/password/reset?page=2&id=0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
            "https://acme.example/webhooks/1234/deliveries",
            "https://acme.example/repos/kim/app/hooks/12345678",
            "https://acme.example/webhooks/{{token:hook}}",
            "https://acme.example/services/data/v58.0/sobjects/Account/0015g00000XyZabAAB",
            "https://acme.example/orders/2026-01-02T03:04:05",
            "https://acme.example:8443/orders/7",
            "https://acme.example/things/8f14e45fceea167a5a36dedd4bea2543",
            "not a url",
        ] {
            assert_eq!(found(url), None, "{url}");
        }
    }
}
