//! Values under secret names that are no secrets: what tells about one, a name in its place, words
//! that say that there is none or what is wrong with it.

use super::looks::{
    is_duration, is_kind, is_label, is_moment, is_sentence, is_span, is_struck_out, is_time,
};
use super::names::{is_link, is_scheme, is_secret_name, is_weak, words};
use super::paths::holds_made_up;
use crate::model::{MASK, Piece, TokenName, pieces};

/// Last words of names that tell something about a secret: of what kind it is, until when it
/// holds, how many there are, and where one is to be had.
const KINDS: [&str; 14] = [
    "version",
    "policy",
    "strength",
    "type",
    "types",
    "hint",
    "method",
    "methods",
    "supported",
    "alg",
    "algorithm",
    "format",
    "scheme",
    "status",
];
const TIMES: [&str; 30] = [
    "changed",
    "used",
    "modified",
    "rotated",
    "refreshed",
    "revoked",
    "deleted",
    "accessed",
    "seen",
    "since",
    "until",
    "date",
    "time",
    "at",
    "in",
    "on",
    "expires",
    "expiry",
    "expiration",
    "expire",
    "exp",
    "iat",
    "nbf",
    "ttl",
    "lifetime",
    "age",
    "created",
    "updated",
    "issued",
    "seconds",
];
const COUNTS: [&str; 19] = [
    "budget",
    "estimate",
    "threshold",
    "capacity",
    "cost",
    "minute",
    "hour",
    "day",
    "month",
    "index",
    "count",
    "limit",
    "length",
    "size",
    "remaining",
    "total",
    "quota",
    "tokens",
    "usage",
];
const PLACES: [&str; 4] = ["url", "uri", "endpoint", "link"];
/// What is said of one that is not told itself: how it is called, and where it lies.
const LABELS: [&str; 15] = [
    "path",
    "file",
    "filename",
    "location",
    "name",
    "names",
    "arn",
    "ref",
    "reference",
    "label",
    "title",
    "description",
    "owner",
    "issuer",
    "placeholder",
];
/// Under which things stand that are no secrets as a whole: what is said of one, or many of which
/// each tells itself.
const ABOUT: [&str; 21] = [
    "refs",
    "metadata",
    "list",
    "info",
    "rules",
    "requirements",
    "settings",
    "config",
    "configuration",
    "options",
    "policies",
    "permissions",
    "scopes",
    "limits",
    "stats",
    "schema",
    "selector",
    "errors",
    "messages",
    "stages",
    "versions",
];

/// Whether a value under a secret name is none by its look: the kind, time, number or place that
/// the name speaks of, or a word for yes, no and nothing.
pub(super) fn is_spared(name: &str, value: &str) -> bool {
    let value = value.trim();
    let nothing = [
        "",
        "true",
        "false",
        "null",
        "none",
        "nil",
        "undefined",
        "~",
        "string",
    ];
    if nothing.iter().any(|word| word.eq_ignore_ascii_case(value)) {
        return true;
    }
    if is_moment(value) || is_duration(value) || is_struck_out(value) {
        return true;
    }
    let words = words(name);
    let last = words.last().map_or("", String::as_str);
    // A dish and a coin have these names too; no secret but a phrase is made of words.
    if is_sentence(value) && words.iter().any(|word| is_token_or_cookie(word)) {
        return true;
    }
    let is_number = value.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if KINDS.contains(&last) {
        return is_kind(value);
    }
    if TIMES.contains(&last) {
        return is_number || is_time(value) || is_span(value);
    }
    if COUNTS.contains(&last) {
        let is_plain = value.len() <= 12 && value.bytes().all(|b| b.is_ascii_alphabetic());
        return is_number || is_plain && words.len() > 1;
    }
    let first = words.first().map_or("", String::as_str);
    if LABELS.contains(&last) || first == "existing" {
        return is_label(value);
    }
    if is_link(&words) {
        return !holds_made_up(value);
    }
    if PLACES.contains(&last) {
        return value.starts_with("https://") || value.starts_with("http://");
    }
    // What is signed, as RFC 9421 writes it.
    if value.starts_with("(\"@") || value.starts_with("()") {
        return true;
    }
    if is_weak(&words) && !is_secret_name(name) {
        // Most of these are the ids of rows.
        let of_rows = matches!(first, "primary" | "secondary") && words.len() == 2;
        if of_rows && (value.len() < 24 || is_label(value) && !value.ends_with('=')) {
            return true;
        }
        let digits = words.iter().find_map(|word| match word.as_str() {
            "pin" => Some(4),
            word if word.ends_with("otp") || word == "pass" => Some(6),
            _ => None,
        });
        return !(looks_made_up(value, digits) || last == "seed" && is_phrase(value));
    }
    // Ids of sessions are long; short ones are numbers of conversations and the like.
    let of_session = words.ends_with(&["session".to_owned(), "id".to_owned()]);
    of_session && (value.len() < 16 || !value.bytes().any(|b| b.is_ascii_digit()))
}

fn is_token_or_cookie(word: &str) -> bool {
    word.contains("token") || word.contains("cookie")
}

/// Whether what stands in brackets under that name only tells about secrets.
pub(super) fn is_about(name: &str) -> bool {
    let words = words(name);
    let last = words.last().map_or("", String::as_str);
    let tables: [&[&str]; 5] = [&KINDS, &TIMES, &COUNTS, &LABELS, &ABOUT];
    // Many tokens stand under this name as often as their number.
    last != "tokens" && words.len() > 1 && tables.iter().any(|known| known.contains(&last))
}

/// `abandon ability able …`: as many plain words as a wallet is made anew from.
fn is_phrase(value: &str) -> bool {
    let plain =
        |word: &str| (3..=8).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase());
    let words = value.split_whitespace();
    matches!(words.clone().count(), 12 | 15 | 18 | 21 | 24) && words.into_iter().all(plain)
}

/// `HMAC-SHA256`, `bcrypt`, `ES256K`, `base64url`
pub(super) fn is_algorithm(value: &str) -> bool {
    const BEGIN: [&str; 14] = [
        "sha", "hmac", "md5", "aes", "rsa", "ecdsa", "ed25519", "pbkdf2", "bcrypt", "argon2",
        "base64", "base32", "oauth", "rfc",
    ];
    let lower = value.to_ascii_lowercase();
    let is_of_jws = ["hs", "rs", "es", "ps"].iter().any(|kind| {
        let size = lower.strip_prefix(kind).unwrap_or_default();
        ["256", "384", "512"]
            .iter()
            .any(|known| size.starts_with(known))
    });
    value.len() <= 20
        && (is_of_jws && value.len() <= 6 || BEGIN.iter().any(|begin| lower.starts_with(begin)))
}

/// Whether a value is no word, no time and no place; a code of so many digits is as short as a
/// person can type it.
fn looks_made_up(value: &str, code: Option<usize>) -> bool {
    let is_code = code.is_some();
    let value = match value.split_once(' ') {
        Some((scheme, rest)) if is_scheme(scheme) => rest.trim(),
        _ => value,
    };
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let is_plain = value.contains(char::is_whitespace)
        || value.starts_with('/')
        || value.contains("://")
        || is_algorithm(value)
        || is_time(value) && !is_code;
    let shortest = if is_code { 6 } else { 8 };
    let fits = digits > 0 && letters > 0 && value.len() >= shortest
        || code.is_some_and(|least| digits >= least && letters == 0)
        || digits + letters >= 32;
    fits && !is_plain
}

/// Whether words behind a name say that there is no value, or none that holds.
pub(super) fn says_nothing(value: &str) -> bool {
    const FIRST: [&str; 24] = [
        "none",
        "no",
        "not",
        "missing",
        "absent",
        "required",
        "invalid",
        "unset",
        "empty",
        "expired",
        "optional",
        "header",
        "is",
        "was",
        "are",
        "must",
        "should",
        "denied",
        "failed",
        "unknown",
        "wrong",
        "incorrect",
        "mismatch",
        "needed",
    ];
    let mut words = value
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    let first = words
        .clone()
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    FIRST.contains(&&*first)
        && words.all(|word| word.chars().all(|c| c.is_alphabetic() || "'-".contains(c)))
}

/// Whether a value is nothing but a name in the place of a secret: a slot or a mask.
pub(super) fn is_kept(value: &str) -> bool {
    // Nearly always there is no sign of either.
    if !value.contains(['‹', '{', '%']) {
        return false;
    }
    let value = value.trim();
    let value = match value.split_once([' ', '\t']) {
        Some((scheme, rest)) if is_scheme(scheme) => rest.trim_start(),
        _ => value,
    };
    if value == MASK {
        return true;
    }
    if let Some(inside) = value
        .strip_prefix("‹token:")
        .and_then(|v| v.strip_suffix('›'))
    {
        let (name, print) = inside.split_once('·').unwrap_or((inside, "0000"));
        let is_print = print.len() == 4 && print.bytes().all(|b| b.is_ascii_hexdigit());
        return is_print && TokenName::new(name).is_some();
    }
    let plain = value
        .replace("%7B", "{")
        .replace("%7D", "}")
        .replace("%3A", ":");
    let mut pieces = pieces(&plain);
    let is_name = matches!(pieces.next(), Some(Piece::Name(_) | Piece::Token(_)));
    is_name && pieces.next().is_none()
}

/// Whether a text says what is wrong with a value instead of being one.
pub(super) fn is_complaint(value: &str) -> bool {
    const WORDS: [&str; 22] = [
        "must",
        "should",
        "cannot",
        "can't",
        "required",
        "invalid",
        "blank",
        "empty",
        "short",
        "long",
        "least",
        "characters",
        "expired",
        "match",
        "missing",
        "allowed",
        "unknown",
        "wrong",
        "incorrect",
        "not",
        "weak",
        "common",
    ];
    let mut words = value.split(|c: char| !c.is_alphanumeric() && c != '\'');
    value.trim().contains(' ')
        && value.len() < 300
        && words.any(|word| WORDS.iter().any(|known| known.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::super::names::may_be_secret_name;
    use super::*;

    #[test]
    fn under_some_names_only_what_looks_made_up_is_secret() {
        for (name, value, is_one) in [
            ("auth", "0f1e2d3c4b5a", true),
            ("auth", "basic", false),
            ("auth", "oauth2", false),
            ("session", "2026-03-14T02:07:00Z", false),
            ("csrf", "disabled", false),
            ("csrf", "0f1e2d3c", true),
            ("X-CSRF", "0f1e2d3c", true),
            ("otp", "471147", true),
            ("otp", "sms", false),
            ("pass", "hunter2x", true),
            ("pass", "12 of 14", false),
            ("db_pass", "hunter2x", true),
            ("boarding_pass", "0f1e2d3c", false),
            ("credentials", "same-origin", false),
            ("refresh", "3600", false),
            ("hmac", "HMAC-SHA256", false),
            ("X-Acme-Hmac", "0f1e2d3c4b5a6978", true),
            ("salt", "himalayan", false),
            ("pin", "4711", true),
            ("pin", "47", false),
            ("CB-ACCESS-SIGN", "0f1e2d3c4b5a6978", true),
            ("star_sign", "aquarius", false),
            ("seed", "4711", false),
            (
                "seed",
                "abandon ability able about above absent absorb abstract absurd abuse access actor",
                true,
            ),
            ("app_key", "crm", false),
            ("magic_link", "https://h/in/0f1e2d3c4b5a69788796", true),
            ("reset_url", "https://h/reset", false),
        ] {
            assert_eq!(
                may_be_secret_name(name) && !is_spared(name, value),
                is_one,
                "{name} {value}"
            );
        }
    }

    #[test]
    fn what_is_said_about_a_token_is_no_token() {
        for (name, value) in [
            ("token_type", "Bearer"),
            ("tokenType", "bearer"),
            (
                "subject_token_type",
                "urn:ietf:params:oauth:token-type:access_token",
            ),
            ("oauth_signature_method", "HMAC-SHA256"),
            ("access_token_expires_at", "1735689600"),
            ("token_expires_at", "2026-03-14T02:07:00Z"),
            ("token_count", "1000000"),
            ("total_tokens", "123456"),
            ("token_endpoint", "https://login.acme.example/token"),
            ("has_token", "true"),
            ("X-Password-Expires", "30 days"),
            ("X-Password-Expires", "Sat, 14 Mar 2026 02:07:00 GMT"),
            ("password_expires", "never"),
            ("password_expires_in", "P30D"),
            ("token_version", "v2"),
            ("password_policy", "strong"),
            ("sig", "(\"@method\" \"@path\")"),
            ("password", ""),
            ("session_id", "4711"),
        ] {
            assert!(is_secret_name(name), "{name}");
            assert!(is_spared(name, value), "{name} {value}");
        }
        for (name, value) in [
            ("token_type", "0f1e2d3c4b5a6978"),
            ("token_expires_at", "hunter2"),
            ("token_count", "4711a"),
            ("token_url", "0f1e2d3c"),
            ("token", "Bearer"),
            ("session_id", "0f1e2d3c4b5a6978"),
            ("next_page_token", "CAUQAA"),
        ] {
            assert!(!is_spared(name, value), "{name} {value}");
        }
    }
}
