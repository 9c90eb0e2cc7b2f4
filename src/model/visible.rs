//! The one function for text from outside. A server, a file or a paste may contain characters that
//! control a terminal, reorder a line or cannot be seen; a visible mark replaces each. Everything
//! drawn, printed, copied or put in a title goes through here.

use std::borrow::Cow;
use unicode_width::UnicodeWidthChar;

/// Zero-width characters allowed on one base character; scripts need up to three.
const MARKS_ON_ONE_CHARACTER: usize = 4;

/// Makes text of several lines safe: line feeds stay, anything else that is unsafe becomes a mark.
pub fn visible(text: &str) -> Cow<'_, str> {
    neutralise(text, false)
}

/// Makes text for one line safe: line feeds become marks too.
pub fn visible_line(text: &str) -> Cow<'_, str> {
    neutralise(text, true)
}

/// Text for the clipboard, from where it may be pasted into a terminal. Tabs become blanks and line
/// ends line feeds; anything else that is unsafe becomes a mark.
pub fn for_clipboard(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\t', "    ");
    visible(&text).into_owned()
}

/// How many characters of the text would become a mark.
pub fn unsafe_count(text: &str) -> usize {
    text.chars().filter(|&c| is_unsafe(c)).count()
}

/// Whether a character never leaves the program as it is: controls except the line feed, characters
/// that change direction or have no width of their own, line and paragraph separators, tags and
/// noncharacters.
pub fn is_unsafe(c: char) -> bool {
    match c {
        '\n' => false,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => true,
        ' '..='~' => false,
        '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' => true,
        '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => true,
        '\u{fdd0}'..='\u{fdef}' | '\u{fff9}'..='\u{fffb}' => true,
        '\u{e0000}'..='\u{e007f}' => true,
        _ => (c as u32) & 0xfffe == 0xfffe,
    }
}

fn neutralise(text: &str, one_line: bool) -> Cow<'_, str> {
    let plain = |b: u8| (b' '..=b'~').contains(&b) || (b == b'\n' && !one_line);
    if text.bytes().all(plain) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    let mut before = ' ';
    let mut marks = 0;
    let mut dropped = 0;
    for c in text.chars() {
        let joiner = c == '\u{200d}';
        let zero_width = joiner || (!is_unsafe(c) && c != '\n' && c.width() == Some(0));
        if zero_width && (!joiner || is_pictograph(before)) {
            marks += 1;
            if marks > MARKS_ON_ONE_CHARACTER {
                dropped += 1;
            } else {
                safe.push(c);
            }
            // A joiner binds the next pictograph; a selector before it does not end the picture.
            if !(c == '\u{fe0f}' && is_pictograph(before)) {
                before = c;
            }
            continue;
        }
        if dropped > 0 {
            safe.push_str(&format!("⟨+{dropped}⟩"));
        }
        (marks, dropped) = (0, 0);
        before = c;
        match c {
            '\n' if one_line => safe.push('␊'),
            '\t' => safe.push('→'),
            '\0'..='\u{1f}' if c != '\n' => {
                safe.push(char::from_u32(0x2400 + c as u32).unwrap_or('␀'));
            }
            '\u{7f}' => safe.push('␡'),
            _ if joiner || is_unsafe(c) => safe.push_str(&format!("⟨U+{:04X}⟩", c as u32)),
            _ => safe.push(c),
        }
    }
    if dropped > 0 {
        safe.push_str(&format!("⟨+{dropped}⟩"));
    }
    Cow::Owned(safe)
}

/// Whether a zero-width joiner after this character may belong to an emoji.
fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escape_sequences_become_marks() {
        assert_eq!(visible("\u{1b}]52;c;x\u{7}"), "␛]52;c;x␇");
        assert_eq!(visible("a\tb\r\nc"), "a→b␍\nc");
        assert_eq!(visible_line("a\nb"), "a␊b");
        assert_eq!(visible("\u{9b}31m"), "⟨U+009B⟩31m");
    }

    #[test]
    fn what_goes_to_the_clipboard_holds_no_control_but_line_feeds() {
        assert_eq!(for_clipboard("a\tb\r\nc\rd\u{1b}e"), "a    b\nc␍d␛e");
    }

    #[test]
    fn direction_and_invisible_characters_become_marks() {
        assert_eq!(visible("a\u{202e}b"), "a⟨U+202E⟩b");
        assert_eq!(visible("\u{feff}{}"), "⟨U+FEFF⟩{}");
        assert_eq!(visible("x\u{e0041}"), "x⟨U+E0041⟩");
        assert_eq!(visible("x\u{2028}y"), "x⟨U+2028⟩y");
        assert_eq!(unsafe_count("a\u{200b}\u{202e}b"), 2);
    }

    #[test]
    fn emoji_and_accents_stay_whole() {
        let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}";
        assert_eq!(visible(family), family);
        assert_eq!(
            visible("re\u{301}sume\u{301} ไม่"),
            "re\u{301}sume\u{301} ไม่"
        );
        assert_eq!(visible("a\u{200d}b"), "a⟨U+200D⟩b");
    }

    #[test]
    fn a_tower_of_marks_is_cut_and_counted() {
        let tower = format!("a{}b", "\u{301}".repeat(50));
        assert_eq!(visible(&tower), "a\u{301}\u{301}\u{301}\u{301}⟨+46⟩b");
    }

    proptest! {
        #[test]
        fn nothing_unsafe_is_left_of_any_text(text in any::<String>()) {
            prop_assert_eq!(unsafe_count(&visible(&text)), 0);
            prop_assert!(!visible_line(&text).contains('\n'));
        }

        #[test]
        fn safe_ascii_is_left_alone(text in "[ -~\n]*") {
            prop_assert_eq!(visible(&text), text.as_str());
        }
    }
}
