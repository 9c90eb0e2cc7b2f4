//! What can be told of a single text: whether it is a code, a status, a mere marker, a heading of
//! HTTP's own, and which code or link stands inside a sentence.

/// The phrases of HTTP's statuses, and old ones that servers still write (RFC 9110, 15; the
/// registry of status codes).
const PHRASES: &str = "ok|created|accepted|non-authoritative information|no content|reset content|\
partial content|multi-status|already reported|im used|multiple choices|moved permanently|\
moved temporarily|found|see other|not modified|use proxy|temporary redirect|permanent redirect|\
bad request|unauthorized|unauthorised|payment required|forbidden|not found|method not allowed|\
not acceptable|proxy authentication required|request timeout|request time-out|conflict|gone|\
length required|precondition failed|content too large|payload too large|request entity too large|\
uri too long|request-uri too long|request-uri too large|unsupported media type|\
range not satisfiable|requested range not satisfiable|expectation failed|im a teapot|i'm a teapot|\
misdirected request|unprocessable content|unprocessable entity|locked|failed dependency|too early|\
upgrade required|precondition required|too many requests|request header fields too large|\
unavailable for legal reasons|client closed request|internal server error|not implemented|\
bad gateway|service unavailable|service temporarily unavailable|gateway timeout|gateway time-out|\
http version not supported|variant also negotiates|insufficient storage|loop detected|\
not extended|network authentication required|error|unknown|unknown status|none|<none>|\
client error|server error";

/// Words that say that something went wrong, and not what.
const MARKERS: &str = "error|errors|err|fail|failed|failure|fault|exception|ko|nok|notok|not ok|ng|no|false|true|\
ok|okay|success|successful|succeeded|none|null|undefined|unknown|status|error.list|errorresponse|\
object|list|yes|problem|warning|fatal|hard|soft|default|n/a|server|client|sender|receiver|field|body|\
active|inactive|done|complete|completed|message|api|http|json|string|apierror";

/// HTTP's own words for a status: they add nothing to it.
pub fn is_phrase(text: &str) -> bool {
    let text = text
        .trim()
        .trim_end_matches(['.', '!'])
        .to_ascii_lowercase();
    PHRASES.split('|').any(|phrase| phrase == text)
}

/// Whether a text only says that something went wrong, or well, and not what; a blank text too.
pub fn is_marker(text: &str) -> bool {
    let text = text.trim().to_ascii_lowercase();
    text.is_empty() || MARKERS.split('|').any(|marker| marker == text)
}

/// A number that can be an HTTP status, also as `403 Forbidden`.
pub fn as_status(text: &str) -> Option<u16> {
    let first = text.split(' ').next().unwrap_or_default();
    let number: u16 = first.parse().ok()?;
    (first.len() == 3 && (100..=599).contains(&number)).then_some(number)
}

/// Digits and dots, with or without a minus before them.
pub fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// `unauthorized`, `invalid_grant`, `auth.token-expired`: a word for programs, not for people.
pub fn is_machine_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.len() <= 100
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-.".contains(&b))
}

/// `MISSING_SCOPES`, `AccessDenied`, `invalid_grant`, `oauth.v2.Invalid`, `Forbidden`: one word,
/// made of letters, that is no marker, no address and no random id.
pub fn is_code_word(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_-.:/#*$".contains(&b);
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    (2..=120).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && (letters >= 2 || text.len() >= 3)
        && text.bytes().all(allowed)
        && !text.ends_with([':', '.'])
        && !text.contains("//")
        && !is_marker(text)
        && !is_random(text)
}

/// A code word that no sentence would hold: joined by signs, shouted, or with humps.
pub fn is_plain_code(text: &str) -> bool {
    let inner_capital = text
        .as_bytes()
        .windows(2)
        .any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    let joined = text.contains(['_', ':', '#']) || text.trim_end_matches('.').contains('.');
    let shouted = text.len() > 3 && !text.bytes().any(|b| b.is_ascii_lowercase());
    is_code_word(text) && (inner_capital || joined || shouted || is_machine_word(text))
}

/// Ids of requests and records: letters and digits in turns, or nothing but hexadecimals.
fn is_random(text: &str) -> bool {
    let hex = text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if hex && digits >= 2 && text.len() >= 12 {
        return true;
    }
    let turns = text
        .as_bytes()
        .windows(2)
        .filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit())
        .filter(|pair| pair[0].is_ascii_alphanumeric() && pair[1].is_ascii_alphanumeric())
        .count();
    text.len() >= 12 && (turns >= 4 || digits >= 10 && !text.contains(['_', '.']))
}

/// A code in front of a sentence, as in `TF400813: The user …` or `INVALID_NAME : …`.
pub fn leading_code(text: &str) -> Option<&str> {
    let end = text.char_indices().take(60).find(|(_, c)| *c == ':')?.0;
    let code = text[..end].trim();
    let behind = text[end + 1..].starts_with(|c: char| c.is_whitespace());
    let shouted = code.len() > 3 && !code.bytes().any(|b| b.is_ascii_lowercase());
    let telling = code.contains('_') || code.bytes().any(|b| b.is_ascii_digit());
    (behind && shouted && telling && is_code_word(code)).then_some(code)
}

/// A code that a sentence or a page names: `error code: 1010`, `getaddrinfo ENOTFOUND`,
/// `SSLV3_ALERT_BAD_CERTIFICATE`.
pub fn code_within(text: &str) -> Option<&str> {
    let start = match text.char_indices().nth(4_000) {
        Some((end, _)) => &text[..end],
        None => text,
    };
    let lower = start.to_ascii_lowercase();
    for sign in ["error code", "errorcode", "error_code"] {
        for (at, _) in lower.match_indices(sign) {
            let rest = start[at + sign.len()..].trim_start_matches([':', '=', ' ', '#', '"']);
            let word = word_of(rest);
            let has_digit = word.bytes().any(|b| b.is_ascii_digit());
            if has_digit && word.len() <= 40 || is_plain_code(word) && word.contains('_') {
                return Some(word);
            }
        }
    }
    let mut words = start
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty());
    words.find(|word| is_errno(word) || is_shouted_code(word))
}

fn word_of(text: &str) -> &str {
    let inside = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let end = text.find(|c| !inside(c)).unwrap_or(text.len());
    text[..end].trim_end_matches(['.', '-'])
}

/// `CERT_HAS_EXPIRED`: shouted, with a joint, and longer than a name of a variable or header.
pub fn is_shouted_code(word: &str) -> bool {
    word.len() >= 8
        && word.contains('_')
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        && is_code_word(word)
}

/// Whether a shouted word is one of a refusal.
pub fn is_denial(text: &str) -> bool {
    const PARTS: [&str; 12] = [
        "DENIED",
        "LIMIT",
        "INVALID",
        "UNAUTH",
        "FORBIDDEN",
        "ERROR",
        "FAILED",
        "FAILURE",
        "EXCEEDED",
        "EXPIRED",
        "NOT_ALLOWED",
        "NOT_AUTH",
    ];
    PARTS.iter().any(|part| text.contains(part))
}

/// The names of POSIX and of c-ares for what went wrong on the way.
fn is_errno(word: &str) -> bool {
    const NAMES: &str = "ECONNREFUSED ECONNRESET ECONNABORTED ENOTFOUND EAI_AGAIN EAI_NONAME \
        EAI_NODATA ETIMEDOUT ESOCKETTIMEDOUT EHOSTUNREACH ENETUNREACH ENETDOWN EPIPE EPROTO \
        EADDRNOTAVAIL EACCES ENOENT ECANCELED EHOSTDOWN";
    word.starts_with('E') && NAMES.split_whitespace().any(|name| name == word)
}

/// The first web address in a text, without the signs of the sentence behind it.
pub fn url_in(text: &str) -> Option<&str> {
    let at = ["https://", "http://"]
        .iter()
        .filter_map(|s| text.find(s))
        .min()?;
    let rest = &text[at..];
    let ends = |c: char| c.is_whitespace() || "\"'<>()[]{}|\\^`,;".contains(c);
    let end = rest.find(ends).unwrap_or(rest.len());
    let url = rest[..end].trim_end_matches(['.', ':', '!', '?', '*']);
    (url.len() > "https://".len()).then_some(url)
}

/// A link in a sentence that is there to be followed: `Enable it by visiting https://…`.
pub fn link_to_follow(text: &str) -> Option<&str> {
    const BEFORE: &str = "visit visiting at see via using here by to from go open follow through \
        enable authorize authorise link check read about more docs documentation in";
    let url = url_in(text)?;
    let at = text.find(url)?;
    let before = text[..at]
        .trim_end()
        .trim_end_matches([':', '(', '[', '"', '<', '\'']);
    let word = before.rsplit(|c: char| !c.is_alphanumeric()).next()?;
    let word = word.to_ascii_lowercase();
    BEFORE
        .split_whitespace()
        .any(|known| known == word)
        .then_some(url)
}

/// The names in a text or list of scopes and rights.
pub fn names_in(text: &str) -> Vec<String> {
    let parts: Vec<&str> = if text.contains(',') {
        text.split(',').collect()
    } else {
        text.split_whitespace().collect()
    };
    let parts = parts
        .into_iter()
        .map(|part| part.trim().trim_matches(['"', '\'']));
    parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_from_markers_sentences_and_ids() {
        for code in [
            "MISSING_SCOPES",
            "Forbidden",
            "oauth.v2.Invalid",
            "E0000001",
            "a:b",
            "no_auth",
        ] {
            assert!(is_code_word(code), "{code}");
        }
        for other in [
            "error",
            "Failure",
            "two words",
            "https://a.example",
            "4f2071b3-bf52-4e77-8dbe-6f80ad4f3a5f",
            "oaej1XXQlk6SbCEFIkBzAgeA",
            "Sentence.",
            "42",
            "",
        ] {
            assert!(!is_code_word(other), "{other}");
        }
        assert!(is_plain_code("RecordInvalid") && is_plain_code("not_found"));
        assert!(!is_plain_code("Forbidden") && !is_plain_code("Expired"));
    }

    #[test]
    fn a_code_in_front_of_a_sentence_is_found() {
        assert_eq!(leading_code("XY400813: The user is gone"), Some("XY400813"));
        assert_eq!(leading_code("BAD_NAME : no"), Some("BAD_NAME"));
        assert_eq!(leading_code("HTTP 401: no"), None);
        assert_eq!(leading_code("Note: no"), None);
        assert_eq!(leading_code("HTTPS://a"), None);
    }

    #[test]
    fn a_code_inside_a_sentence_is_found() {
        assert_eq!(code_within("Access denied. Error code: 1010"), Some("1010"));
        assert_eq!(
            code_within("getaddrinfo ENOTFOUND a.example"),
            Some("ENOTFOUND")
        );
        assert_eq!(
            code_within("error:10000412:lib:BAD_CERT_NOW"),
            Some("BAD_CERT_NOW")
        );
        assert_eq!(code_within("[ERROR] the error code is unknown"), None);
        assert_eq!(code_within("Set MY_KEY"), None);
    }

    #[test]
    fn a_link_is_followed_only_where_the_sentence_leads_to_it() {
        let text = "Turn it on by visiting https://a.example/on?x=1. Then retry.";
        assert_eq!(link_to_follow(text), Some("https://a.example/on?x=1"));
        assert_eq!(link_to_follow("GET https://a.example failed"), None);
        assert_eq!(url_in("(https://a.example/b)"), Some("https://a.example/b"));
    }
}
