//! The mistakes that happen when a value is copied, and what kind of value it is. Each is a
//! sentence that does not repeat the value.

use super::problem::{TokenKind, TokenProblem, sure};
use crate::model::Cause;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Fewer are a number or a word.
const LEAST_HEX: usize = 20;

/// Characters that came along with the value.
pub(super) fn strays(text: &str, problems: &mut Vec<TokenProblem>) {
    let mut add = |says: String| problems.push(sure(Cause::TokenStrayCharacters, says));
    if text.contains(['\n', '\r']) {
        add("it holds a line break".into());
    }
    let inner = text.trim();
    if inner.len() < text.len() && !text.ends_with(['\n', '\r']) {
        let side = match (
            text.starts_with(char::is_whitespace),
            text.ends_with(char::is_whitespace),
        ) {
            (true, true) => "before and behind",
            (true, false) => "before",
            _ => "behind",
        };
        add(format!("a blank stands {side} it"));
    }
    if inner.contains('\t') {
        add("it holds a tab".into());
    }
    let quotes = ['"', '\'', '`', '“', '”', '‘', '’', '«', '»'];
    if inner.starts_with(quotes) || inner.ends_with(quotes) {
        add("quotation marks stand around it".into());
    }
    let brackets = [('{', '}'), ('<', '>'), ('[', ']'), ('(', ')')];
    let stand_around =
        |(open, close): &(char, char)| inner.starts_with(*open) && inner.ends_with(*close);
    // A name in braces is a placeholder; what holds digits and is long was put between them.
    let is_value = inner.len() >= LEAST_HEX && inner.bytes().any(|b| b.is_ascii_digit());
    if is_value && brackets.iter().any(stand_around) {
        add("brackets stand around it, as in an example".into());
    }
    if let Some(sign) = inner.chars().last().filter(|c| ",;".contains(*c)) {
        add(format!("a {sign} stands behind it"));
    }
    if let Some(dash) = text.chars().find(|c| ('\u{2010}'..='\u{2015}').contains(c)) {
        add(format!(
            "it holds a dash that is not the plain one (U+{:04X})",
            dash as u32
        ));
    } else if let Some(odd) = text.chars().find(|c| is_invisible(*c)) {
        add(format!(
            "it holds an invisible character (U+{:04X})",
            odd as u32
        ));
    } else if let Some(odd) = text
        .chars()
        .find(|c| !c.is_ascii() && !quotes.contains(c) && !"…•●".contains(*c))
    {
        add(format!(
            "it holds a character beyond ASCII (U+{:04X})",
            odd as u32
        ));
    }
    let lower = inner.to_ascii_lowercase();
    if ["%0a", "%0d", "%20", "\\n", "\\r"]
        .iter()
        .any(|end| lower.ends_with(end))
    {
        add("an escaped line break or blank stands behind it".into());
    }
    let words = without_scheme(bare(text));
    if words.contains(' ') && !is_placeholder(words) {
        add("a blank stands inside it".into());
    }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{a0}' | '\u{ad}')
}

/// The value without what stands around it.
pub(super) fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c) || "\"'`“”‘’«»,;".contains(c))
}

const SCHEMES: [&str; 6] = ["bearer", "basic", "token", "apikey", "digest", "jwt"];

/// A scheme inside of the value, where ours already stands before it.
pub(super) fn scheme(text: &str, problems: &mut Vec<TokenProblem>) {
    let lower = text.to_ascii_lowercase();
    let found = if lower.starts_with("authorization:") {
        Some("the whole header line was copied, with its name")
    } else if lower.starts_with("bearer ") || lower == "bearer" || lower.starts_with("bearer:") {
        Some("the value begins with the word Bearer, which then stands there twice")
    } else if let Some(word) = SCHEMES[1..]
        .iter()
        .find(|word| lower.starts_with(&format!("{word} ")))
    {
        let says = format!("the value begins with the scheme {word}, and Bearer stands before it");
        problems.push(sure(Cause::TokenScheme, says));
        None
    } else {
        None
    };
    problems.extend(found.map(|says| sure(Cause::TokenScheme, says)));
}

/// The value behind the schemes and header names that were copied with it.
pub(super) fn without_scheme(text: &str) -> &str {
    let mut rest = text;
    loop {
        let lower = rest.to_ascii_lowercase();
        let length = if lower.starts_with("authorization:") {
            "authorization:".len()
        } else if let Some(word) = SCHEMES.iter().find(|word| {
            lower.strip_prefix(**word).is_some_and(|rest| {
                rest.starts_with(' ') || (rest.starts_with(':') && **word == "bearer")
            })
        }) {
            word.len() + 1
        } else {
            return rest;
        };
        rest = rest[length..].trim_start();
    }
}

pub(super) fn kind(text: &str) -> TokenKind {
    if text.is_empty() {
        return TokenKind::Empty;
    }
    if is_placeholder(text) {
        return TokenKind::Placeholder;
    }
    if text.len() >= LEAST_HEX && is_hex(text) {
        return TokenKind::Hex;
    }
    if is_uuid(text) {
        return TokenKind::Uuid;
    }
    if text.starts_with("eyJ") && text.contains('.') {
        return match text.matches('.').count() {
            4 => TokenKind::Encrypted,
            _ => TokenKind::Jwt,
        };
    }
    if is_pair(text) {
        return TokenKind::Pair;
    }
    TokenKind::Opaque
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|g| g.len()).collect();
    lengths == [8, 4, 4, 4, 12] && groups.iter().all(|g| is_hex(g))
}

/// Words for people, a variable that nobody filled in, or dots that hide a value.
fn is_placeholder(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    const WORDS: [&str; 16] = [
        "undefined",
        "null",
        "none",
        "nil",
        "nan",
        "changeme",
        "change-me",
        "todo",
        "token",
        "secret",
        "example",
        "test",
        "placeholder",
        "redacted",
        "[object object]",
        "false",
    ];
    let wrapped = [
        ("{{", "}}"),
        ("${", "}"),
        ("<", ">"),
        ("[", "]"),
        ("%", "%"),
        ("{", "}"),
    ]
    .iter()
    .any(|(open, close)| {
        text.len() > open.len() + close.len() && text.starts_with(open) && text.ends_with(close)
    });
    let variable = text.strip_prefix('$').is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    });
    let hides = text.chars().filter(|c| "*•●…".contains(*c)).count();
    let first = text.chars().next();
    let repeated = text.chars().count() >= 3 && text.chars().all(|c| Some(c) == first);
    let speaks = [
        "your_",
        "your-",
        "yourtoken",
        "my_token",
        "my-token",
        "insert_",
        "insert-",
    ]
    .iter()
    .any(|begin| lower.starts_with(begin))
        || [
            "token_here",
            "token-here",
            "tokenhere",
            "_goes_here",
            "your_token",
            "your-token",
        ]
        .iter()
        .any(|part| lower.contains(part));
    WORDS.contains(&lower.as_str())
        || wrapped
        || variable
        || hides >= 2
        || repeated
        || speaks
        || looks_like_words(text)
}

/// `paste the token here`: three words of letters or more.
fn looks_like_words(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let plain = |word: &&str| {
        word.chars()
            .all(|c| c.is_alphabetic() || ".,!?'".contains(c))
    };
    words.len() >= 3 && words.iter().all(plain)
}

fn is_pair(text: &str) -> bool {
    if let Some((name, password)) = text.split_once(':') {
        return !name.is_empty() && !password.is_empty() && !text.contains("://");
    }
    let decoded = STANDARD.decode(text).ok();
    let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.is_some_and(|text| {
        let printable = text.chars().all(|c| !c.is_control());
        printable
            && text
                .split_once(':')
                .is_some_and(|(name, password)| !name.is_empty() && !password.is_empty())
    })
}

/// What the length says of any token. What one API gives out has lengths of its own.
pub(super) fn lengths(text: &str, problems: &mut Vec<TokenProblem>) {
    let count = text.chars().count();
    let mut add = |is_sure: bool, says: String| {
        problems.push(TokenProblem {
            cause: Cause::TokenWrongShape,
            says,
            is_sure,
        });
    };
    let twice = count.is_multiple_of(2) && text.is_char_boundary(text.len() / 2);
    let halves = twice.then(|| text.split_at(text.len() / 2));
    if text.ends_with("...") || text.ends_with('…') {
        add(true, "it ends in dots: a display cut it off".into());
    } else if count >= 2 * LEAST_HEX && halves.is_some_and(|(one, other)| one == other) {
        let says = "the same token stands there twice, one behind the other";
        add(true, says.into());
    } else if count > 0 && count < 16 {
        add(false, format!("it has only {count} characters"));
    }
}
