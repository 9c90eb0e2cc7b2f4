//! Members of an object that tells about a secret: which of them may hold it, and which only say
//! whose it is, how it is called, and until when it holds.

use super::looks::{is_label, is_public, is_sentence, is_word};
use super::names::words;
use super::spared::is_complaint;

/// Last words of names under which the secret itself stands.
const HOLDING: [&str; 23] = [
    // As a database of keys and values gives the types of its values.
    "s",
    "b",
    "ss",
    "value",
    "val",
    "values",
    "key",
    "data",
    "hash",
    "raw",
    "content",
    "plain",
    "plaintext",
    "cleartext",
    "text",
    "access",
    "refresh",
    "bearer",
    "salt",
    "string",
    "current",
    "previous",
    "body",
];
/// First and last words of names that tell about it.
const TELLING_FIRST: [&str; 16] = [
    "id", "uuid", "last", "created", "updated", "modified", "expires", "issued", "revoked", "is",
    "has", "num", "max", "min", "user", "owner",
];
const TELLING_LAST: [&str; 80] = [
    "id",
    "ids",
    "uid",
    "uuid",
    "arn",
    "name",
    "names",
    "title",
    "label",
    "labels",
    "description",
    "note",
    "notes",
    "comment",
    "at",
    "on",
    "by",
    "date",
    "time",
    "timestamp",
    "created",
    "updated",
    "modified",
    "expires",
    "expiry",
    "expiration",
    "exp",
    "iat",
    "nbf",
    "scope",
    "scopes",
    "permission",
    "permissions",
    "role",
    "roles",
    "type",
    "typ",
    "kind",
    "status",
    "state",
    "url",
    "uri",
    "href",
    "link",
    "links",
    "prefix",
    "suffix",
    "four",
    "4",
    "login",
    "email",
    "ip",
    "env",
    "environment",
    "region",
    "version",
    "algorithm",
    "alg",
    "kid",
    "iss",
    "sub",
    "aud",
    "issuer",
    "audience",
    "subject",
    "user",
    "username",
    "owner",
    "account",
    "visibility",
    "tag",
    "tags",
    "provider",
    "namespace",
    "reason",
    "hint",
    "format",
    "policies",
    "used",
    "group",
];
/// Under which errors stand.
const ERRORS: [&str; 12] = [
    "message", "code", "error", "errors", "detail", "details", "msg", "kind", "rule", "reason",
    "key", "type",
];

/// Whether a member of that name holds what its object is about.
pub(super) fn holds(name: &str) -> bool {
    let words = words(name);
    words.last().is_some_and(|last| HOLDING.contains(&&**last))
}

/// Whether a member of that name tells about the secret that its object is about.
pub(super) fn tells(name: &str) -> bool {
    let words = words(name);
    let is_last = words
        .last()
        .is_some_and(|last| TELLING_LAST.contains(&&**last));
    let is_first = words
        .first()
        .is_some_and(|first| TELLING_FIRST.contains(&&**first));
    is_last || is_first
}

/// Whether a member that tells about a secret does so, and is no secret by its look.
pub(super) fn is_telling(name: &str, value: &str) -> bool {
    const LONGEST_ID: usize = 64;
    let words = words(name);
    let is_id = |word: &String| matches!(&**word, "id" | "ids" | "uid" | "uuid");
    tells(name)
        && (is_label(value)
            || is_public(value)
            || words.last().is_some_and(is_id)
                && value.len() <= LONGEST_ID
                && !value.contains(char::is_whitespace))
}

/// Whether a member of an error says what is wrong: in words, or by a code for it.
pub(super) fn is_error(name: &str, value: &str) -> bool {
    let words = words(name);
    let is_one = words.last().is_some_and(|last| ERRORS.contains(&&**last));
    is_one && (is_complaint(value) || is_code(value))
}

/// `too_short`, `validation.required`
pub(super) fn is_code(value: &str) -> bool {
    is_word(value) && !value.bytes().any(|b| b.is_ascii_digit())
}

/// Whether a value is none that anybody made up.
pub(super) fn is_ordinary(value: &str) -> bool {
    is_public(value) || is_sentence(value) || is_word(value) && is_label(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_that_tell_about_a_secret_hold_none() {
        for (name, value) in [
            ("name", "deploy 2"),
            ("created_at", "2026-01-01T00:00:00Z"),
            ("id", "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"),
            ("user_id", "tok_1N2b3C4d5E6f7G8h"),
            ("scopes", "read:user"),
            ("last_used_ip", "10.0.0.1"),
        ] {
            assert!(is_telling(name, value), "{name} {value}");
        }
        for (name, value) in [
            ("value", "x"),
            ("name", "0f1e2d3c4b5a69788796"),
            ("jti", "x"),
            ("owner", "0f1e2d3c4b5a69788796"),
        ] {
            assert!(!is_telling(name, value), "{name} {value}");
        }
        assert!(holds("value") && holds("secretKey") && !holds("name"));
        assert!(is_error("code", "too_short") && !is_error("value", "too_short"));
        assert!(is_ordinary("read write") && !is_ordinary("0f1e2d3c4b5a"));
    }
}
