//! Text from outside as Markdown shows it: as itself, and as nothing else. CommonMark lets
//! any sign of punctuation be escaped; what some readers make links of goes as a reference.

use crate::model::visible_line;
use std::fmt::Write;

/// One line of text, in which no sign means anything: no emphasis, code, link, picture, markup,
/// end of a table's cell or beginning of a list.
pub fn text(text: &str) -> String {
    let line = visible_line(text);
    let line = line.trim();
    let mut escaped = String::with_capacity(line.len());
    for (at, c) in line.char_indices() {
        let before = line[..at].chars().next_back();
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '[' | ']' | '{' | '}' | '|' | '#' | '~' | '!' | '^' | '$' => {
                escaped.push('\\');
                escaped.push(c);
            }
            // Within a word it means nothing, and most names have some.
            '_' if !before.is_some_and(char::is_alphanumeric) => escaped.push_str("\\_"),
            // Addresses become links, and a name somebody who is called.
            '@' => escaped.push_str("&#64;"),
            ':' if opens_address(&line[..at], &line[at..]) => escaped.push_str("&#58;"),
            '.' if line[..at].to_ascii_lowercase().ends_with("www") => escaped.push_str("&#46;"),
            // At the beginning of a line these make a list, a rule or a heading.
            '-' | '+' | '=' if at == 0 => {
                escaped.push('\\');
                escaped.push(c);
            }
            '.' | ')' if numbers(&line[..at], &line[at + 1..]) => {
                escaped.push('\\');
                escaped.push(c);
            }
            _ => escaped.push(c),
        }
    }
    escaped
}

/// `https://`, `mailto:`, `xmpp:`
fn opens_address(before: &str, rest: &str) -> bool {
    let before = before.to_ascii_lowercase();
    rest.starts_with("://") || before.ends_with("mailto") || before.ends_with("xmpp")
}

/// `1. `, `1) `
fn numbers(before: &str, behind: &str) -> bool {
    let is_number = !before.is_empty() && before.bytes().all(|b| b.is_ascii_digit());
    is_number && (behind.is_empty() || behind.starts_with(' '))
}

/// One line of text as code.
pub fn code(text: &str) -> String {
    let line = visible_line(text).replace('`', "'");
    if line.trim().is_empty() {
        "`\u{2423}`".to_owned()
    } else {
        format!("`{line}`")
    }
}

/// Lines as they are, within a fence that none of them ends.
pub fn fenced(language: &str, lines: &str) -> String {
    let longest = lines.split(|c| c != '`').map(str::len).max();
    let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", lines.trim_end())
}

/// Text of several lines, each within the quotation.
pub fn quotation(lines: &str) -> String {
    let mut quoted = String::new();
    for line in lines.lines() {
        let _ = writeln!(quoted, "> {}", text(line));
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_markdown_in_foreign_text_mean_nothing() {
        assert_eq!(
            text("<img src=x> [a](http://b.example) *c* `d` @team www.e.example"),
            "&lt;img src=x&gt; \\[a\\](http&#58;//b.example) \\*c\\* \\`d\\` &#64;team www&#46;e.example"
        );
        assert_eq!(text("missing_scope _x_ a|b"), "missing_scope \\_x_ a\\|b");
        assert_eq!(text("mailto:a@b.example"), "mailto&#58;a&#64;b.example");
        assert_eq!(text("at 10: it"), "at 10: it");
        for (line, escaped) in [
            ("- a", "\\- a"),
            ("+ a", "\\+ a"),
            ("---", "\\---"),
            ("===", "\\==="),
            ("1. a", "1\\. a"),
            ("12) a", "12\\) a"),
            ("# a", "\\# a"),
            ("    a", "a"),
            ("1.5 s", "1.5 s"),
            ("12:30", "12:30"),
        ] {
            assert_eq!(text(line), escaped);
        }
        assert!(!text("a\n# b\u{2028}c").contains(['\n', '\u{2028}']));
    }

    #[test]
    fn code_and_fences_cannot_be_left() {
        assert_eq!(code("a`b\n"), "`a'b␊`");
        assert_eq!(code(" "), "`␣`");
        assert_eq!(fenced("sh", "a\n```\nb\n"), "````sh\na\n```\nb\n````\n");
        assert_eq!(fenced("sh", ""), "```sh\n\n```\n");
        assert_eq!(quotation("a\n# b\n\n> c"), "> a\n> \\# b\n> \n> &gt; c\n");
    }
}
