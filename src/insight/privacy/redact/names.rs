//! Names that say that a secret stands under them, and values that are none in spite of it.

/// Parts that make any name a secret one.
const PARTS: [&str; 8] = [
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "api-key",
    "apikey",
    "api_key",
];

/// Words of a name that do; no part of a longer word does, since a design is no sig.
const WORDS: [&str; 11] = [
    "pwd",
    "jwt",
    "sig",
    "signature",
    "accesskey",
    "privatekey",
    "samlresponse",
    "sessionid",
    "jsessionid",
    "phpsessid",
    "sessid",
];

/// Two words of a name that do so together.
const PAIRS: [[&str; 2]; 8] = [
    ["api", "key"],
    ["access", "key"],
    ["private", "key"],
    ["client", "assertion"],
    ["code", "verifier"],
    ["device", "code"],
    ["session", "id"],
    ["saml", "response"],
];

/// Last words of names that tell something about a secret: of what kind it is, until when it
/// holds, how many there are, and where one is to be had.
const KINDS: [&str; 11] = [
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
const TIMES: [&str; 17] = [
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
const COUNTS: [&str; 10] = [
    "count",
    "limit",
    "length",
    "size",
    "used",
    "remaining",
    "total",
    "quota",
    "tokens",
    "usage",
];
const PLACES: [&str; 4] = ["url", "uri", "endpoint", "link"];

/// Whether a header, parameter or member of that name holds a secret.
pub fn is_secret_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    if PARTS.iter().any(|part| lower.contains(part)) {
        return true;
    }
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.iter().any(|word| WORDS.contains(word))
        || words.windows(2).any(|pair| PAIRS.iter().any(|p| p == pair))
        || matches!(words[..], [.., "authorization" | "cookie"] | ["assertion"])
        || matches!(words[..], ["x", first, ..] if first.starts_with("auth"))
        || words.ends_with(&["connect", "sid"])
        || name.contains('-') && is_secret_header(&words)
}

/// What stands before `key` in the name of a header that holds no secret.
const OTHER_KEYS: [&str; 23] = [
    "idempotency",
    "cache",
    "partition",
    "public",
    "publishable",
    "routing",
    "sort",
    "surrogate",
    "websocket",
    "socket",
    "primary",
    "foreign",
    "group",
    "object",
    "order",
    "project",
    "issue",
    "row",
    "resource",
    "entity",
    "dedup",
    "deduplication",
    "host",
];

/// Names as headers have them, which many APIs make for their own keys: `Acme-Key`,
/// `X-Acme-Auth`. Members of JSON are not written so.
fn is_secret_header(words: &[&str]) -> bool {
    match words {
        [.., before, "key"] => !OTHER_KEYS.contains(before),
        ["x", _, "auth" | "credential" | "credentials"] => true,
        // As an old kind of key is named that is still in use.
        [.., "art", "api"] => true,
        _ => false,
    }
}

/// The words of a name in small letters: `X-AuthKey` is `x`, `auth`, `key`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = [' '; 2];
    let mut chars = name.chars().peekable();
    let mut is_open = false;
    while let Some(c) = chars.next() {
        if !c.is_alphanumeric() {
            is_open = false;
        } else {
            let [_, last] = before;
            let hump = c.is_uppercase()
                && (last.is_lowercase()
                    || last.is_numeric()
                    || last.is_uppercase() && chars.peek().is_some_and(|next| next.is_lowercase()));
            match words.last_mut().filter(|_| is_open && !hump) {
                Some(word) => word.extend(c.to_lowercase()),
                None => words.push(c.to_lowercase().collect()),
            }
            is_open = true;
        }
        before = [before[1], c];
    }
    words
}

/// Whether a value under a secret name is none by its look: the kind, time, number or place that
/// the name speaks of, or a word for yes, no and nothing.
pub(super) fn is_spared(name: &str, value: &str) -> bool {
    let value = value.trim();
    let nothing = ["", "true", "false", "null", "none", "nil", "undefined", "~"];
    if nothing.iter().any(|word| word.eq_ignore_ascii_case(value)) {
        return true;
    }
    let words = words(name);
    let last = words.last().map_or("", String::as_str);
    let is_number = value.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if KINDS.contains(&last) {
        return is_kind(value);
    }
    if TIMES.contains(&last) {
        return is_number || is_time(value);
    }
    if COUNTS.contains(&last) {
        return is_number;
    }
    if PLACES.contains(&last) {
        return value.starts_with("https://") || value.starts_with("http://");
    }
    // Ids of sessions are long; short ones are numbers of conversations and the like.
    let of_session = words.ends_with(&["session".to_owned(), "id".to_owned()]);
    of_session && (value.len() < 16 || !value.bytes().any(|b| b.is_ascii_digit()))
}

/// `Bearer`, `HMAC-SHA256`, `urn:ietf:params:oauth:token-type:jwt`: words with few digits.
fn is_kind(value: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b" _-:./+".contains(&b);
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    value.len() <= 80 && digits <= 4 && value.bytes().all(fits)
}

/// `2026-03-14T02:07:00Z`, `Sat, 14 Mar 2026 02:07:00 GMT`
fn is_time(value: &str) -> bool {
    let fits = |b: u8| b.is_ascii_digit() || b"-:.+TZ ".contains(&b);
    let is_day = |text: &str| {
        ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
            .iter()
            .any(|day| text.starts_with(day))
    };
    value.len() <= 40 && (value.bytes().all(fits) || is_day(value) && value.contains(':'))
}

/// Words before a credential that are no part of it.
const SCHEMES: [&str; 14] = [
    "Bearer",
    "Basic",
    "Token",
    "Digest",
    "ApiKey",
    "Negotiate",
    "NTLM",
    "JWT",
    "DPoP",
    "Bot",
    "MAC",
    "OAuth",
    "Hawk",
    "Key",
];

/// Whether a word is one that stands before a credential, as `Bearer` does.
pub fn is_scheme(word: &str) -> bool {
    SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_secret_by_a_part_a_word_or_two_words() {
        for name in [
            "token",
            "X-Token-2",
            "mytokens",
            "client_secret",
            "Password",
            "userPassword",
            "passwd",
            "PWD",
            "db_pwd",
            "userPwd",
            "passphrase",
            "private_key",
            "privateKey",
            "PRIVATE-KEY",
            "access_key",
            "AWSAccessKeyId",
            "apiKey",
            "X-Api-Key",
            "x api key",
            "client_assertion",
            "clientAssertion",
            "device_code",
            "code_verifier",
            "jwt",
            "idJWT",
            "sig",
            "X-Sig",
            "signature",
            "X-Hub-Signature-256",
            "Authorization",
            "Proxy-Authorization",
            "x-original-authorization",
            "Cookie",
            "Set-Cookie",
            "X-Auth",
            "X-Auth-Key",
            "X-AuthUser",
            "x_auth_id",
            "JSESSIONID",
            "PHPSESSID",
            "ASP.NET_SessionId",
            "connect.sid",
            "sessionId",
            "SAMLResponse",
            "Acme-Key",
            "ACME-APPLICATION-KEY",
            "X-Acme-Auth",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "design",
            "signal",
            "assignee",
            "assigned_to",
            "signed",
            "author",
            "authorized",
            "authorization_endpoint",
            "expires_in",
            "key",
            "monkey",
            "keyboard",
            "primary_key",
            "acme_key",
            "access",
            "access_level",
            "public_key",
            "cookies_accepted",
            "Idempotency-Key",
            "Sec-WebSocket-Key",
            "X-Cache-Key",
            "session",
            "sid",
            "jwks_uri",
            "user_code",
            "code",
            "assertion_count",
            "accept",
            "x-request-id",
            "path",
            "pass",
            "",
        ] {
            assert!(!is_secret_name(name), "{name}");
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
