//! The built-in manual: its topics, and its pages laid out for a width.

use crate::model::{cut, width as columns, wrap};

/// A page of the manual.
#[derive(Clone, Copy, Debug)]
pub struct Topic {
    pub name: &'static str,
    pub page: &'static str,
}

macro_rules! topics {
    ($($name:literal)*) => {
        &[$(Topic {
            name: $name,
            page: include_str!(concat!("../../assets/manual/", $name, ".md")),
        },)*]
    };
}

/// All topics, in the order of reading.
pub const TOPICS: &[Topic] = topics! {
    "tour" "send" "why" "prove" "capsule" "knowledge" "tokens" "matrix" "sessions" "history" "team" "import" "agents" "config"
    "keys" "plain" "signs" "safety"
};

impl Topic {
    /// The page with this name; `None` for an unknown topic.
    pub fn of(name: &str) -> Option<&'static Topic> {
        TOPICS.iter().find(|topic| topic.name == name)
    }

    /// The first line of the page.
    pub fn title(&self) -> &'static str {
        let first = self.page.lines().next().unwrap_or_default();
        first.trim_start_matches("# ")
    }

    /// Whether every word is somewhere in the page or in its name.
    pub fn has(&self, words: &str) -> bool {
        let page = self.page.to_lowercase();
        let words = words.to_lowercase();
        let mut words = words.split_whitespace();
        words.all(|word| page.contains(word) || self.name.contains(word))
    }
}

/// What a line of a page is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Heading,
    Text,
    /// To be typed into a terminal or a file as it is.
    Code,
}

/// One shown line of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub kind: Kind,
    pub text: String,
}

impl Line {
    /// Whether the line contains one of the words.
    pub fn has(&self, words: &str) -> bool {
        let text = self.text.to_lowercase();
        let words = words.to_lowercase();
        words.split_whitespace().any(|word| text.contains(word))
    }
}

/// How many columns separate the cells of a table.
const GAP: usize = 2;
/// The fewest columns for the last cell beside the others.
const LAST: usize = 16;

/// Lays a page out in lines of at most `width` columns.
pub fn lines(page: &str, width: usize) -> Vec<Line> {
    let width = width.max(1);
    let mut lines: Vec<Line> = Vec::new();
    let mut in_code = false;
    let mut table: Vec<Vec<String>> = Vec::new();
    for text in page.lines() {
        let is_row = !in_code && text.starts_with('|');
        if !is_row {
            put_table(&std::mem::take(&mut table), width, &mut lines);
        }
        let mut put = |kind, text: String| lines.push(Line { kind, text });
        if text.starts_with("```") {
            in_code = !in_code;
        } else if in_code {
            for part in wrap(text, width.saturating_sub(2)) {
                put(Kind::Code, format!("  {part}"));
            }
        } else if is_row {
            let is_rule = text.chars().all(|c| matches!(c, '|' | '-' | ' ' | ':'));
            if !is_rule {
                table.push(cells(text));
            }
        } else if text.starts_with("<!--") {
            // A comment is for authors of the page.
        } else if text.starts_with('#') {
            for part in wrap(text.trim_start_matches('#').trim(), width) {
                put(Kind::Heading, part);
            }
        } else {
            let inside = text.len() - text.trim_start().len() + mark(text.trim_start());
            for (number, part) in wrap(&plain(text), width.saturating_sub(inside))
                .into_iter()
                .enumerate()
            {
                let before = if number == 0 { 0 } else { inside };
                put(Kind::Text, format!("{}{part}", " ".repeat(before)));
            }
        }
    }
    put_table(&table, width, &mut lines);
    // What was left out must not leave two blank lines.
    lines.dedup_by(|next, before| next.text.is_empty() && before.text.is_empty());
    lines
}

/// The text without the stars of emphasis.
fn plain(text: &str) -> String {
    let mut in_code = false;
    let weightless = |letter: &char| {
        in_code ^= *letter == '`';
        in_code || *letter != '*'
    };
    text.chars().filter(weightless).collect()
}

/// How many columns the mark of a list item takes.
fn mark(text: &str) -> usize {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    match &text[digits..] {
        rest if digits > 0 && rest.starts_with(". ") => digits + 2,
        rest if digits == 0 && rest.starts_with("- ") => 2,
        _ => 0,
    }
}

fn cells(row: &str) -> Vec<String> {
    let inner = row.trim().trim_start_matches('|');
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    let mut cells = vec![String::new()];
    let mut letters = inner.chars().peekable();
    while let Some(letter) = letters.next() {
        let last = cells.len() - 1;
        match letter {
            '\\' if letters.peek() == Some(&'|') => {}
            // A bar separates cells, except inside code and after a backslash.
            '|' if !cells[last].ends_with('\\') && cells[last].matches('`').count() % 2 == 0 => {
                cells.push(String::new());
            }
            letter => cells[last].push(letter),
        }
    }
    let trimmed = cells.iter().map(|cell| plain(cell.trim()));
    trimmed.collect()
}

/// Lays a table out in columns and wraps the last one; without room, each row becomes text.
fn put_table(rows: &[Vec<String>], width: usize, lines: &mut Vec<Line>) {
    let Some(number) = rows.iter().map(Vec::len).max() else {
        return;
    };
    let widest = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| columns(cell)).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..number).map(widest).collect();
    let before: usize = widths[..number - 1].iter().map(|wide| wide + GAP).sum();
    let fits = before + LAST.min(widths[number - 1]) <= width;
    for (place, row) in rows.iter().enumerate() {
        let kind = match place {
            0 => Kind::Heading,
            _ => Kind::Text,
        };
        let mut put = |text: String| lines.push(Line { kind, text });
        if !fits {
            let full: Vec<&str> = row.iter().map(String::as_str).collect();
            let text = full.join("  ");
            for (number, part) in wrap(&text, width.saturating_sub(2)).into_iter().enumerate() {
                let before = if number == 0 { "" } else { "  " };
                put(format!("{before}{part}"));
            }
            continue;
        }
        let mut start = String::new();
        for (cell, wide) in row.iter().zip(&widths).take(number - 1) {
            let cell = cut(cell, *wide);
            let gap = wide.saturating_sub(columns(&cell)) + GAP;
            start.push_str(&cell);
            start.push_str(&" ".repeat(gap));
        }
        let last = row.get(number - 1).map_or("", String::as_str);
        for (line, part) in wrap(last, width - before).into_iter().enumerate() {
            match line {
                0 => put(format!("{start}{part}").trim_end().to_owned()),
                _ => put(format!("{}{part}", " ".repeat(before))),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_fits_every_width_and_loses_no_word() {
        for topic in TOPICS {
            assert!(topic.page.starts_with("# "), "{}", topic.name);
            for width in [20, 38, 76, 100] {
                for line in lines(topic.page, width) {
                    assert!(
                        columns(&line.text) <= width,
                        "{} {width}: {}",
                        topic.name,
                        line.text
                    );
                }
            }
            let shown: Vec<String> = lines(topic.page, 200).into_iter().map(|l| l.text).collect();
            let shown = shown.join("\n");
            for word in topic.title().split_whitespace() {
                assert!(shown.contains(word));
            }
        }
    }

    #[test]
    fn a_page_is_headings_paragraphs_lists_code_and_tables() {
        let page = "# One\n\nFirst **words** *here*, `*.x`.\n\n- a point that is long\n\n```sh\nls -l\n```\n\n<!-- no -->\n\n| key | what |\n| --- | --- |\n| `|` | filter |\n";
        let shown: Vec<(Kind, String)> = lines(page, 14)
            .into_iter()
            .map(|l| (l.kind, l.text))
            .collect();
        let expected = [
            (Kind::Heading, "One"),
            (Kind::Text, ""),
            (Kind::Text, "First words"),
            (Kind::Text, "here, `*.x`."),
            (Kind::Text, ""),
            (Kind::Text, "- a point"),
            (Kind::Text, "  that is long"),
            (Kind::Text, ""),
            (Kind::Code, "  ls -l"),
            (Kind::Text, ""),
            (Kind::Heading, "key  what"),
            (Kind::Text, "`|`  filter"),
        ];
        let expected: Vec<_> = expected
            .map(|(kind, text)| (kind, text.to_owned()))
            .to_vec();
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_topic_is_found_by_words_of_its_page() {
        let named: Vec<&str> = TOPICS
            .iter()
            .filter(|t| t.has("keyring command"))
            .map(|t| t.name)
            .collect();
        assert!(named.contains(&"tokens"), "{named:?}");
        assert!(
            !TOPICS
                .iter()
                .any(|topic| topic.has("no-such-word-anywhere"))
        );
        assert_eq!(Topic::of("why").map(|t| t.name), Some("why"));
    }
}
