//! What a value under a secret name looks like, if it is none: a time, a span, a kind, a label,
//! words, a text in which the secret was struck out already.

use super::names::{is_scheme, words};

/// Letters and digits of a value that look made up where they stand in one piece.
const LONG_PIECE: usize = 16;

/// `30 days`, `P30D`, `never`, `in 3600 seconds`
pub(super) fn is_span(value: &str) -> bool {
    const WORDS: [&str; 20] = [
        "never", "in", "ago", "about", "a", "an", "day", "days", "hour", "hours", "minute",
        "minutes", "second", "seconds", "month", "months", "year", "years", "week", "weeks",
    ];
    let mut words = value
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty());
    let is_short = |word: &str| {
        let unit = word
            .trim_start_matches(['P', 'T'])
            .trim_start_matches(|c: char| c.is_ascii_digit());
        word.len() <= 10 && (unit.is_empty() || unit.len() <= 2 && unit != word)
    };
    value.len() <= 40
        && words.all(|word| is_short(word) || WORDS.contains(&&*word.to_ascii_lowercase()))
}

/// `5m30s`, `1h30m15s`, `250ms`: digits and units by turns.
pub(super) fn is_duration(value: &str) -> bool {
    let mut rest = value;
    let mut pairs = 0;
    while !rest.is_empty() {
        let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let units = ["ms", "us", "ns", "d", "h", "m", "s"];
        let unit = units.iter().find_map(|unit| digits.strip_prefix(unit));
        match unit.filter(|_| digits.len() < rest.len()) {
            Some(behind) => rest = behind,
            None => return false,
        }
        pairs += 1;
    }
    pairs > 0
}

/// `Bearer`, `HMAC-SHA256`, `urn:ietf:params:oauth:token-type:jwt`: words with few digits.
pub(super) fn is_kind(value: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b" _-:./+".contains(&b);
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    value.len() <= 80 && digits <= 4 && value.bytes().all(fits)
}

/// `2026-03-14T02:07:00Z`, `Sat, 14 Mar 2026 02:07:00 GMT`
pub(super) fn is_time(value: &str) -> bool {
    let fits = |b: u8| b.is_ascii_digit() || b"-:.+TZ /".contains(&b);
    value.len() <= 40 && (value.bytes().all(fits) || is_of_week(value) && value.contains(':'))
}

fn is_of_week(value: &str) -> bool {
    let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    days.iter().any(|day| value.starts_with(day))
}

/// Whether a value is nothing but a day and a time of it, as no secret is written:
/// `20260314T020700Z`, `2026-03-14 02:07:00.5+01:00`, `Sat, 14 Mar 2026 02:07:00 GMT`.
pub(super) fn is_moment(value: &str) -> bool {
    if is_of_week(value) {
        return value.len() <= 40 && value.contains(':') && value.contains(" 20");
    }
    let mut rest = value.as_bytes();
    let is_day = part(&mut rest, 4, b"") && part(&mut rest, 2, b"-/") && part(&mut rest, 2, b"-/");
    let has_time = matches!(rest.first(), Some(b'T' | b't' | b' '))
        && part(&mut rest, 2, b"Tt ")
        && part(&mut rest, 2, b":");
    if !is_day || !has_time {
        return false;
    }
    part(&mut rest, 2, b":");
    let zone = match rest.first() {
        Some(b'.' | b',') => {
            let digits = rest[1..].iter().take_while(|b| b.is_ascii_digit()).count();
            &rest[1 + digits..]
        }
        _ => rest,
    };
    match zone {
        [] | [b'Z' | b'z'] | b" UTC" | b" GMT" => true,
        [b'+' | b'-', offset @ ..] => {
            matches!(offset.len(), 2 | 4 | 5)
                && offset.iter().all(|b| b.is_ascii_digit() || *b == b':')
        }
        _ => false,
    }
}

/// Takes so many digits from the text, with one of the signs before them or none.
fn part(rest: &mut &[u8], digits: usize, signs: &[u8]) -> bool {
    let from = usize::from(rest.first().is_some_and(|b| signs.contains(b)));
    let found = rest.get(from..from + digits);
    let is_one = found.is_some_and(|found| found.iter().all(u8::is_ascii_digit));
    if is_one {
        *rest = &rest[from + digits..];
    }
    is_one
}

/// Whether a name that a person gave to something stands there, or an address of it: no piece of
/// it is made up.
pub(super) fn is_label(value: &str) -> bool {
    let mut pieces = value.split(|c: char| !c.is_alphanumeric());
    value.len() <= 200 && !pieces.any(is_made_up_piece)
}

fn is_made_up_piece(piece: &str) -> bool {
    piece.len() >= LONG_PIECE && has_both(piece)
}

pub(super) fn has_both(value: &str) -> bool {
    value.bytes().any(|b| b.is_ascii_digit()) && value.bytes().any(|b| b.is_ascii_alphabetic())
}

/// Two words or more with blanks between them, and nothing else.
pub(super) fn is_sentence(value: &str) -> bool {
    const LONGEST_WORD: usize = 20;
    let fits = |word: &str| {
        let word = word.trim_matches(|c: char| c.is_ascii_punctuation());
        word.chars().count() <= LONGEST_WORD
            && word.chars().all(|c| c.is_alphabetic() || "'’-".contains(c))
    };
    let mut words = value.split_whitespace();
    let first = words.clone().next().unwrap_or_default();
    value.trim().contains(' ') && !is_scheme(first) && !value.contains('=') && words.all(fits)
}

/// One word, or words joined as programs join them: `read:user`, `authorization_code`, `isActive`.
pub(super) fn is_word(value: &str) -> bool {
    const LONGEST: usize = 60;
    const MOST_DIGITS: usize = 4;
    const LONGEST_WORD: usize = 16;
    let fits = |c: char| c.is_alphanumeric() || "_-:./+#* ".contains(c);
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let words = words(value);
    let letters: usize = words.iter().map(|word| word.chars().count()).sum();
    value.len() <= LONGEST
        && digits <= MOST_DIGITS
        && value.chars().all(fits)
        && words.iter().all(|word| word.chars().count() <= LONGEST_WORD)
        // In what is made up, capital letters stand anywhere.
        && (words.len() < 2 || letters >= words.len() * 3)
        && !has_digit_within(value)
}

/// Whether digits stand between letters: `a1b`.
fn has_digit_within(value: &str) -> bool {
    let bytes = value.as_bytes();
    bytes
        .windows(2)
        .any(|pair| pair[0].is_ascii_digit() && pair[1].is_ascii_alphabetic())
}

/// A piece of a text that was cut into pieces, as search engines and language models do.
pub(super) fn is_piece_of_text(value: &str) -> bool {
    const LONGEST: usize = 40;
    value.len() <= LONGEST && (!has_both(value) || value.len() < 12)
}

/// What is told in public: an address, a place, a number with a sign, an id of the usual form.
pub(super) fn is_public(value: &str) -> bool {
    let is_address = (value.starts_with("https://") || value.starts_with("http://"))
        && !value.contains(['?', '#', '@'])
        && is_label(value);
    let is_mail = value.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty()
            && host.contains('.')
            && !value.contains(char::is_whitespace)
            && is_label(value)
    });
    let is_figure = value
        .bytes()
        .all(|b| b.is_ascii_digit() || b" .:,%+-/".contains(&b));
    is_address || is_mail || is_figure || is_moment(value) || is_duration(value) || is_uuid(value)
}

fn is_uuid(value: &str) -> bool {
    let is_part = |part: &str| part.bytes().all(|b| b.is_ascii_hexdigit());
    value.len() == 36
        && value.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && value.split('-').all(is_part)
}

/// Whether a secret was struck out already, or a name stands in its place: `********`,
/// `[REDACTED]`, `<your token>`, `${TOKEN}`, `sk-****wxyz`.
pub(super) fn is_struck_out(value: &str) -> bool {
    let value = match value.split_once([' ', '\t']) {
        Some((scheme, rest)) if is_scheme(scheme) => rest.trim(),
        _ => value.trim(),
    };
    is_struck_out_by_signs(value) || is_struck_out_by_words(value)
}

fn is_struck_out_by_signs(value: &str) -> bool {
    /// Of one that is struck out in part, so much may be left.
    const MOST_LEFT: usize = 12;
    const SIGNS: [char; 9] = ['*', '•', '●', '∙', '·', '█', '▪', '■', '…'];
    if value.chars().count() >= 3
        && (value.chars().all(|c| "xX-".contains(c))
            || value.chars().all(|c| c == '.' || SIGNS.contains(&c)))
    {
        return true;
    }
    let signs = value.chars().filter(|c| SIGNS.contains(c)).count();
    let letters = value.chars().filter(|c| c.is_alphanumeric()).count();
    let in_a_row = |many: usize| {
        let mut run = 0;
        value.chars().any(|c| {
            run = if SIGNS.contains(&c) { run + 1 } else { 0 };
            run >= many
        })
    };
    signs >= letters.min(4) && letters <= MOST_LEFT && in_a_row(4)
}

fn is_struck_out_by_words(value: &str) -> bool {
    const WORDS: [&str; 19] = [
        "redacted",
        "filtered",
        "masked",
        "hidden",
        "removed",
        "secret",
        "sensitive",
        "omitted",
        "scrubbed",
        "concealed",
        "private",
        "obfuscated",
        "sanitized",
        "censored",
        "protected",
        "encrypted",
        "stripped",
        "withheld",
        "suppressed",
    ];
    const LONGEST: usize = 60;
    if value.len() > LONGEST {
        return false;
    }
    let name = |text: &str| {
        !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_ascii_alphabetic() || "_-. ".contains(c))
    };
    let between = |open: &str, close: &str| {
        let inside = value.strip_prefix(open)?.strip_suffix(close)?;
        Some(inside.trim()).filter(|inside| name(inside))
    };
    // What a person has to put in place.
    if between("<", ">").or(between("${", "}")).is_some() {
        return true;
    }
    let lower = value.to_ascii_lowercase();
    if let Some(rest) = lower.strip_prefix("your")
        && rest.starts_with(['_', '-', ' '])
    {
        return name(rest);
    }
    let bare = lower.trim_matches(|c: char| !c.is_ascii_alphabetic());
    let is_bracketed = bare.len() + 2 <= lower.len();
    // Without a sign around it, the word might be the secret.
    if is_bracketed {
        name(bare) && words(bare).iter().any(|word| WORDS.contains(&&**word))
    } else {
        WORDS[..3].contains(&bare)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_from_what_is_made_up() {
        for value in [
            "20260101T000000Z",
            "2026-03-14T02:07:00Z",
            "2026-03-14 02:07:00.123+01:00",
            "2026-03-14T02:07",
            "Sat, 14 Mar 2026 02:07:00 GMT",
        ] {
            assert!(is_moment(value), "{value}");
        }
        for value in [
            "20260101",
            "2026-03-14",
            "20260101T000000Zx1",
            "20260101hunter2",
            "Satchel:x",
            "2026-03-14T02",
            "",
        ] {
            assert!(!is_moment(value), "{value}");
        }
    }

    #[test]
    fn what_was_struck_out_is_told_from_what_was_not() {
        for value in [
            "********",
            "***",
            "••••••",
            "xxxxxxxx",
            "[REDACTED]",
            "<hidden>",
            "(hidden)",
            "[FILTERED]",
            "**redacted**",
            "REDACTED",
            "<YOUR_TOKEN>",
            "your-api-key",
            "${SECRET}",
            "sk-****************wxyz",
            "Bearer ********",
            "Bearer <token>",
        ] {
            assert!(is_struck_out(value), "{value}");
        }
        for value in [
            "hunter*2",
            "p***s1",
            "secret",
            "hidden-gem",
            "[a1b2c3]",
            "abcdefgh12345****",
            "yourself1",
            "<a1b2>",
            "",
        ] {
            assert!(!is_struck_out(value), "{value}");
        }
    }

    #[test]
    fn a_word_is_told_from_what_is_made_up() {
        for value in [
            "active",
            "read:user",
            "authorization_code",
            "isActive",
            "RS256",
            "v2",
        ] {
            assert!(is_word(value), "{value}");
        }
        for value in [
            "aBcDeFgHi",
            "a1b2c3",
            "hunter2x9",
            "0f1e2d3c4b5a",
            "abcdefghijklmnopqrstu",
        ] {
            assert!(!is_word(value), "{value}");
        }
        assert!(is_sentence("chocolate chip") && is_sentence("It's over, Ann."));
        assert!(!is_sentence("Bearer abc") && !is_sentence("one") && !is_sentence("a b1"));
    }
}
