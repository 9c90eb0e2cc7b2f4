//! Fits text to a number of columns: cuts, pads or wraps it. All of it passes through `visible`, so
//! that fitted text is safe to draw and to print.

use super::visible::{visible, visible_line};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The text on one line, cut at its end.
pub fn cut(text: &str, width: usize) -> String {
    let text = visible_line(text);
    if text.width() <= width {
        return text.into_owned();
    }
    let mut kept = String::new();
    let mut room = width.saturating_sub(1);
    for grapheme in text.graphemes(true) {
        if grapheme.width() > room {
            break;
        }
        room -= grapheme.width();
        kept.push_str(grapheme);
    }
    if width > 0 {
        kept.push('…');
    }
    kept
}

/// The text on one line, cut at its beginning: the end of a path says more.
pub fn cut_front(text: &str, width: usize) -> String {
    let text = visible_line(text);
    if text.width() <= width {
        return text.into_owned();
    }
    let mut kept = Vec::new();
    let mut room = width.saturating_sub(1);
    for grapheme in text.graphemes(true).rev() {
        if grapheme.width() > room {
            break;
        }
        room -= grapheme.width();
        kept.push(grapheme);
    }
    let tail: String = kept.into_iter().rev().collect();
    if width > 0 {
        format!("…{tail}")
    } else {
        tail
    }
}

/// The columns that the text takes on one line.
pub fn width(text: &str) -> usize {
    visible_line(text).width()
}

/// The text padded or cut to exactly that many columns.
pub fn fit(text: &str, width: usize) -> String {
    let text = cut(text, width);
    let pad = width.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(pad))
}

/// Breaks text into lines of at most that many columns, between words if possible. Only the blanks
/// at a break are left out.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    for paragraph in visible(text).split('\n') {
        let mut line = String::new();
        let mut used = 0;
        for word in words(paragraph) {
            let room = width.saturating_sub(used);
            if word.width() <= room {
                line.push_str(word);
                used += word.width();
                continue;
            }
            if used > 0 {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
                used = 0;
                if word.trim().is_empty() {
                    continue;
                }
            }
            for grapheme in word.graphemes(true) {
                // A cluster too wide for any line is shown in parts.
                let whole = grapheme.width() <= width;
                let parts = if whole { 1 } else { grapheme.chars().count() };
                let mut rest = grapheme;
                for _ in 0..parts {
                    let first = rest.chars().next().map_or(0, char::len_utf8);
                    let (part, after) = rest.split_at(if whole { rest.len() } else { first });
                    rest = after;
                    if used > 0 && used + part.width() > width {
                        lines.push(std::mem::take(&mut line));
                        used = 0;
                    }
                    line.push_str(part);
                    used += part.width();
                }
            }
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// Runs of blanks and of everything else in turn: a line may break between them, and so never
/// before a comma.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let blank = rest.starts_with(' ');
        let end = rest
            .find(|c: char| (c == ' ') != blank)
            .unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        (!word.is_empty()).then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_kept_whole_where_they_fit() {
        assert_eq!(
            wrap("You need a role here.", 10),
            ["You need a", "role here."]
        );
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("a firewall, not", 11), ["a firewall,", "not"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("Σ𑧜ਾ", 2).concat(), "Σ𑧜ਾ");
        assert_eq!(wrap("日本語テキスト", 6), ["日本語", "テキス", "ト"]);
    }

    #[test]
    fn cutting_shows_that_something_is_missing() {
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut_front("/core/runbooks/7", 8), "…books/7");
        assert_eq!(cut("a\u{1b}[31m", 9), "a␛[31m");
        assert_eq!(cut("abc", 0), "");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_asked(text in "\\PC{0,200}", width in 2usize..40) {
            for line in wrap(&text, width) {
                prop_assert!(line.width() <= width, "{line:?}");
            }
            prop_assert!(cut(&text, width).width() <= width);
            prop_assert!(cut_front(&text, width).width() <= width);
        }
    }
}
