//! Finds a word as typed, however the searched text spells it: percent-encoded, JSON-escaped,
//! composed or decomposed.

use icu_normalizer::ComposingNormalizerBorrowed;
use memchr::memmem;
use std::borrow::Cow;

/// A word to search for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    /// In lower case, as it was typed.
    typed: String,
    /// The same in one normal spelling (NFC, without escapes).
    plain: String,
}

impl Sought {
    /// Prepares a word for many searches.
    pub fn new(word: &str) -> Sought {
        let typed = word.to_lowercase();
        // An escaped ASCII sign such as `%2f` was typed on purpose and stays.
        let plain = composed(&unescaped(&typed, |c| !c.is_ascii())).into_owned();
        Sought { typed, plain }
    }

    /// Whether it has too few letters to be looked for in whole calls, where it stands everywhere.
    pub fn is_short(&self) -> bool {
        self.typed.chars().count() < 3
    }

    /// The runs of three letters that stand in every text with this word: for each spelling those
    /// that all have to be there. `None` where a spelling has none.
    pub fn trigrams(&self) -> Option<Vec<Vec<String>>> {
        let mut spellings = vec![trigrams(&self.typed, |_| true)];
        if self.plain != self.typed {
            spellings.push(trigrams(&self.plain, |_| true));
        }
        if self.plain.contains(' ') {
            // A form writes a blank as a plus.
            spellings.push(trigrams(&self.plain, |sign| sign != ' ' && sign != '+'));
        }
        let is_told = spellings.iter().all(|spelling| !spelling.is_empty());
        is_told.then_some(spellings)
    }

    /// Whether the word is in this text, which must be in lower case.
    pub fn is_in(&self, text: &str) -> bool {
        if memmem::find(text.as_bytes(), self.typed.as_bytes()).is_some() {
            return true;
        }
        // Most texts have no escapes, and then there is nothing more to search.
        let blank = self.plain.contains(' ') && text.contains('+');
        if !blank && self.typed == self.plain && is_plain(text) {
            return false;
        }
        let read = plain(text);
        read.contains(&self.plain) || (blank && read.replace('+', " ").contains(&self.plain))
    }
}

/// A text, which must be in lower case, with its plain spelling where that differs: whatever a
/// word may be found in.
pub fn with_spellings(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let plain = plain(text);
    if plain == text {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(format!("{text}\n{plain}"))
    }
}

/// More of a long word tells little more.
const TRIGRAMS: usize = 24;

/// Every run of three letters that holds wanted ones only.
fn trigrams(text: &str, is_wanted: impl Fn(char) -> bool) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut found: Vec<String> = Vec::new();
    for three in letters.windows(3) {
        let run: String = three.iter().collect();
        if three.iter().all(|letter| is_wanted(*letter)) && !found.contains(&run) {
            found.push(run);
        }
        if found.len() == TRIGRAMS {
            break;
        }
    }
    found
}

/// The spellings in which part of a host may stand in a URL.
pub fn hosts(part: &str) -> Vec<String> {
    let typed = part.to_lowercase();
    let ascii = match url::Host::parse(&typed) {
        Ok(url::Host::Domain(ascii)) if ascii != typed => Some(ascii),
        _ => None,
    };
    std::iter::once(typed).chain(ascii).collect()
}

fn is_plain(text: &str) -> bool {
    text.is_ascii() && memchr::memchr2(b'%', b'\\', text.as_bytes()).is_none()
}

fn plain(text: &str) -> String {
    let read = unescaped(text, |c| !c.is_control());
    composed(&read.to_lowercase()).into_owned()
}

fn composed(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfc().normalize(text)
}

/// Decodes percent and JSON escapes of `wanted` characters; all else stays.
fn unescaped(text: &str, wanted: impl Fn(char) -> bool) -> String {
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = memchr::memchr2(b'%', b'\\', rest.as_bytes()) {
        read.push_str(&rest[..place]);
        rest = &rest[place..];
        let (decoded, length) = if rest.starts_with('%') {
            percent(rest, &wanted)
        } else {
            escape(rest, &wanted)
        };
        read.push_str(&decoded);
        rest = &rest[length..];
    }
    read.push_str(rest);
    read
}

/// A run of percent escapes at the beginning, and its length.
fn percent(text: &str, wanted: &impl Fn(char) -> bool) -> (String, usize) {
    let mut bytes = Vec::new();
    let mut escapes = text.as_bytes().chunks_exact(3);
    while let Some(&[b'%', high, low]) = escapes.next().map(|three| three as &[u8]) {
        match (digit(high), digit(low)) {
            (Some(high), Some(low)) => bytes.push(high << 4 | low),
            _ => break,
        }
    }
    let mut read = String::new();
    let mut at = 0;
    let keep = |read: &mut String, from: usize, count: usize| {
        read.push_str(&text[from * 3..(from + count) * 3]);
    };
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if wanted(character) {
                read.push(character)
            } else {
                keep(&mut read, at, character.len_utf8())
            }
            at += character.len_utf8();
        }
        keep(&mut read, at, chunk.invalid().len());
        at += chunk.invalid().len();
    }
    match bytes.len() {
        0 => ("%".to_owned(), 1),
        count => (read, count * 3),
    }
}

fn digit(byte: u8) -> Option<u8> {
    let value = char::from(byte).to_digit(16)?;
    u8::try_from(value).ok()
}

/// A JSON escape at the beginning, and its length.
fn escape(text: &str, wanted: &impl Fn(char) -> bool) -> (String, usize) {
    let unit = |from: usize| -> Option<u16> {
        let escape = text.get(from..from + 6)?;
        let digits = escape.strip_prefix("\\u")?;
        let hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
        hex.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
    };
    let short = text.as_bytes().get(1);
    let (found, length) = match (unit(0), unit(6)) {
        (Some(first), second) => {
            let pair = char::decode_utf16([first].into_iter().chain(second)).next();
            let character = pair.and_then(Result::ok);
            (character, if character > Some('\u{ffff}') { 12 } else { 6 })
        }
        _ if matches!(short, Some(b'"' | b'/' | b'\\')) => (short.map(|byte| char::from(*byte)), 2),
        _ => (None, 1),
    };
    match found.filter(|c| wanted(*c)) {
        Some(character) => (character.to_string(), length),
        None => ("\\".to_owned(), 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn finds(word: &str, text: &str) -> bool {
        Sought::new(word).is_in(&text.to_lowercase())
    }

    #[test]
    fn a_word_is_found_however_it_is_spelled() {
        for text in [
            "/müller",
            "/M%C3%BCller",
            "/m%c3%bcller?x",
            "{\"name\":\"M\\u00fcller\"}",
            "{\"name\":\"M\\u00FCller\"}",
            "mu\u{308}ller",
            "/mu%CC%88ller",
        ] {
            for word in [
                "Müller",
                "mu\u{308}ller",
                "MÜLLER",
                "m%C3%BCller",
                "m\\u00fcller",
            ] {
                assert!(finds(word, text), "{word} in {text}");
            }
            assert!(!finds("Möller", text), "{text}");
        }
        assert!(finds("/a b", "/a%20b"));
        assert!(finds("köln süd", "?city=K%C3%B6ln+S%C3%BCd"));
        assert!(finds("a/b", "x=a%2Fb"));
        assert!(finds("\"id\"", "{\\\"id\\\":1}"));
        assert!(finds("😀", "%F0%9F%98%80 "));
        assert!(finds("😀", "\\ud83d\\ude00"));
        assert!(finds("100%", "at 100% of it"));
    }

    #[test]
    fn an_escape_that_was_typed_is_that_escape() {
        assert!(finds("%2f", "/a%2Fb"));
        assert!(!finds("%2f", "/a/b"));
        assert!(!finds("%41", "/a"));
        assert!(!finds("a+b", "a b"));
    }

    #[test]
    fn what_is_no_escape_stays_and_no_line_break_is_made() {
        assert!(finds("%c3x", "%c3x"));
        assert!(finds("ü%ff", "%c3%bc%ff"));
        assert!(finds("%zz", "a%zz"));
        assert!(finds("\\q", "\\q"));
        assert!(!finds("a\nb", "a%0ab"));
        assert!(!finds("a\nb", "a\\u000ab"));
    }

    #[test]
    fn a_host_has_two_spellings_at_most() {
        assert_eq!(hosts("Acme.example"), ["acme.example"]);
        assert_eq!(hosts("MÜLLER"), ["müller", "xn--mller-kva"]);
        assert_eq!(hosts("[::1]:80"), ["[::1]:80"]);
    }

    proptest! {
        #[test]
        fn any_text_is_found_in_itself_and_in_its_encodings(text in any::<String>()) {
            prop_assert!(finds(&text, &text));
            let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
            if !text.contains(char::is_control) && !text.contains(['%', '\\']) {
                prop_assert!(finds(&text, &encoded), "{encoded}");
            }
        }

        #[test]
        fn texts_of_such_signs_may_be_asked(text in "[%\\\\u0-9a-fü\"/]{0,24}", word in "[%\\\\u0-9ü]{0,6}") {
            finds(&word, &text);
        }
    }
}
