//! A command with what it brought beneath it: one call and its answer. The words around them are
//! counted, so that it can be said what was left out.

use super::{command, fetch};
use crate::model::SentRequest;

/// Lines of one command.
const LONGEST: usize = 400;

/// A command, and the lines beneath it.
pub struct Beneath<'a> {
    pub sent: SentRequest,
    pub rest: Vec<&'a str>,
    /// Lines of words above the command.
    before: usize,
}

/// Parts a text at its only command; `None` where nothing stands beneath it.
pub fn split(text: &str) -> Option<Beneath<'_>> {
    let lines: Vec<&str> = text.lines().collect();
    let is_command = |line: &str| command::command(line).is_some();
    let start = lines.iter().position(|line| is_command(line))?;
    let end = end_of(&lines, start);
    let (asked, rest) = (&lines[start..end], &lines[end..]);
    // What stands behind `<<` belongs to the command.
    let is_whole = !asked.iter().any(|line| line.contains("<<"));
    // PowerShell begins what it says of an error with the name of the command.
    let says = |line: &str| line.trim_start().starts_with("Invoke-") && line.contains(" : ");
    let is_one = !rest.iter().any(|line| is_command(line) && !says(line));
    let has_rest = rest.iter().any(|line| !line.trim().is_empty());
    if !is_whole || !is_one || !has_rest {
        return None;
    }
    Some(Beneath {
        sent: command::read(&joined(asked))?,
        rest: rest.to_vec(),
        before: words(&lines[..start]),
    })
}

fn words(lines: &[&str]) -> usize {
    lines.iter().filter(|line| !line.trim().is_empty()).count()
}

impl Beneath<'_> {
    /// The first line that is not blank.
    pub fn first(&self) -> usize {
        let first = self.rest.iter().position(|line| !line.trim().is_empty());
        first.unwrap_or(0)
    }

    /// The lines of the rest from `first` up to and without `end`, as one text.
    pub fn text(&self, first: usize, end: usize) -> String {
        self.rest.get(first..end).unwrap_or_default().join("\n")
    }

    /// Lines of words that are no part of the command nor of these.
    pub fn left_out(&self, first: usize, end: usize) -> usize {
        self.before + words(&self.rest[..first]) + words(&self.rest[end..])
    }

    /// Where the JSON or the page ends that begins with a line; the end of all where it is cut off.
    pub fn document(&self, start: usize, is_document: fn(&str) -> bool) -> Option<usize> {
        let lines = &self.rest;
        let first = lines.get(start)?.trim_start();
        if !first.starts_with(['{', '[', '<']) || !is_document(first) {
            return None;
        }
        if first.starts_with('<') {
            let ends = |line: &&str| line.trim_end().to_ascii_lowercase().ends_with("</html>");
            let end = lines[start..].iter().position(ends);
            return Some(end.map_or(lines.len(), |at| start + at + 1));
        }
        let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
        for (at, line) in lines.iter().enumerate().skip(start) {
            for c in line.chars() {
                match c {
                    _ if escaped => escaped = false,
                    '\\' if in_text => escaped = true,
                    '"' => in_text = !in_text,
                    '{' | '[' if !in_text => depth += 1,
                    '}' | ']' if !in_text => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            if depth == 0 && !in_text {
                return Some(at + 1);
            }
        }
        Some(lines.len())
    }
}

/// The line behind a command: it goes on where a line says so, and where a quotation is open.
fn end_of(lines: &[&str], start: usize) -> usize {
    let most = lines.len().min(start + LONGEST);
    if lines[start].contains("fetch(") {
        return end_of_script(&lines[..most], start);
    }
    let mut quote: Option<char> = None;
    let mut by_signs = None;
    for (at, line) in lines.iter().enumerate().take(most).skip(start) {
        let mut letters = line.chars();
        while let Some(c) = letters.next() {
            match (quote, c) {
                (None | Some('"'), '\\') => drop(letters.next()),
                (None, '\'' | '"') => quote = Some(c),
                (Some(open), c) if open == c => quote = None,
                _ => {}
            }
        }
        let goes_on = goes_on(line);
        if !goes_on && by_signs.is_none() {
            by_signs = Some(at + 1);
        }
        if !goes_on && quote.is_none() {
            return at + 1;
        }
    }
    // A quotation that never ends was none.
    by_signs.unwrap_or(most)
}

/// The line behind a call in a script: its last bracket ends it, and what is done with the answer
/// (`.then(…)`) belongs to it.
fn end_of_script(lines: &[&str], start: usize) -> usize {
    let mut end = start + 1;
    while end < lines.len() && fetch::is_open(&lines[start..end].join("\n")) {
        end += 1;
    }
    let follows = |line: &&str| {
        line.trim_start().starts_with(".then(") || line.trim_start().starts_with(".catch(")
    };
    while lines.get(end).is_some_and(follows) {
        end += 1;
    }
    end
}

fn goes_on(line: &str) -> bool {
    line.trim_end().ends_with(['\\', '^', '`'])
}

fn joined(lines: &[&str]) -> String {
    let first = lines
        .first()
        .and_then(|line| command::command(line))
        .unwrap_or_default();
    let rest = lines.iter().skip(1).copied();
    let mut text = String::new();
    for line in std::iter::once(first).chain(rest) {
        let line = line.trim_end();
        if goes_on(line) {
            text.push_str(line[..line.len() - 1].trim_end())
        } else {
            text.push_str(line)
        }
        text.push(if goes_on(line) { ' ' } else { '\n' });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(line: &str) -> bool {
        line.starts_with(['{', '['])
    }

    #[test]
    fn a_command_ends_where_its_last_quotation_does() {
        let text = "Hi,\n$ curl -X PUT https://a.example/x \\\n  -d '{\n  \"a\": \"it''s\"\n}'\nand get\n{\"b\": [\n  \"}\"\n]}\nKim\n";
        let parts = split(text).unwrap();
        assert_eq!(parts.sent.method, "PUT");
        assert_eq!(parts.sent.url, "https://a.example/x");
        assert_eq!(parts.rest[0], "and get");
        assert_eq!(parts.document(0, json), None);
        assert_eq!(parts.document(1, json), Some(4));
        assert_eq!(parts.left_out(1, 4), 3);
        assert_eq!(parts.text(1, 4), "{\"b\": [\n  \"}\"\n]}");
    }

    #[test]
    fn a_command_alone_several_of_them_or_a_here_document_have_no_answer() {
        for text in [
            "await fetch('https://a.example/x', {\n  method: 'PUT'\n});",
            "curl https://a.example/x",
            "curl https://a.example/x\n\n",
            "curl https://a.example/x\ncurl https://a.example/y\n{}",
            "curl https://a.example/x -d @- <<EOF\n{}\nEOF",
            "words\n{}",
        ] {
            assert!(split(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_call_of_a_script_ends_with_its_last_bracket() {
        let text = "const r = await fetch(\"https://a.example/x\", {\n  \"method\": \"PUT\",\n  \"headers\": { \"X-A\": \"b\" }\n});\nHTTP/1.1 403 Forbidden\n\n{\"b\": 1}";
        let parts = split(text).unwrap();
        assert_eq!(parts.sent.method, "PUT");
        assert_eq!(parts.sent.headers.get("x-a").unwrap(), "b");
        assert_eq!(parts.rest[0], "HTTP/1.1 403 Forbidden");
    }

    #[test]
    fn what_powershell_says_is_no_other_command() {
        let text = "PS> Invoke-RestMethod -Uri https://a.example/x\nInvoke-RestMethod : The remote server returned an error: (403) Forbidden.";
        let parts = split(text).unwrap();
        assert_eq!(parts.sent.url, "https://a.example/x");
        assert_eq!(parts.first(), 0);
    }

    #[test]
    fn a_quotation_that_never_ends_takes_no_more_than_its_line() {
        let parts = split("curl https://a.example/x -d 'oops\n{\"a\": 1}").unwrap();
        assert_eq!(parts.document(0, json), Some(1));
    }
}
