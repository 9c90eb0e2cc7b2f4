//! Names that a script gives a value before its commands use them: `HOST=https://a.example`, and
//! then `curl "$HOST/x"`. What stands in the text is known, and filled in as the shell would.

use super::find::leads_to_curl;
use super::word::is_name_byte;
use std::collections::HashMap;

/// Names that are held, and bytes of a value; nobody writes more by hand.
const MOST: usize = 500;
const LONGEST: usize = 4_000;

/// A text with the names filled in that it gives values itself, and those names with their
/// values; `None` where there are none.
pub(super) fn filled(text: &str) -> Option<(String, Vec<(String, String)>)> {
    // What a here-document holds is not looked into.
    if !text.contains('$') || !text.contains('=') || text.contains("<<") {
        return None;
    }
    let mut names: HashMap<&str, String> = HashMap::new();
    let mut out = String::with_capacity(text.len());
    let mut command = Quotes::default();
    let (mut is_inside, mut is_changed) = (false, false);
    for line in text.split_inclusive('\n') {
        if !is_inside {
            if let Some(rest) = take(line, &mut names) {
                out.push_str(&line[..line.len() - rest.len()]);
                // A command may stand behind it in the same line.
                is_inside = leads_to_curl(rest).is_some();
                if is_inside {
                    is_changed |= command.fill(rest, &names, &mut out)
                } else {
                    out.push_str(rest)
                }
            } else {
                is_inside = leads_to_curl(line).is_some();
                if is_inside {
                    is_changed |= command.fill(line, &names, &mut out)
                } else {
                    out.push_str(line)
                }
            }
        } else {
            is_changed |= command.fill(line, &names, &mut out);
        }
        let goes_on = line.trim_end().ends_with('\\') || command.quote.is_some();
        if !goes_on {
            (is_inside, command) = (false, Quotes::default());
        }
    }
    let mut given: Vec<(String, String)> = names
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    given.sort();
    is_changed.then_some((out, given))
}

/// Takes the names that a line gives values, and nothing else; what stands behind them.
fn take<'t>(line: &'t str, names: &mut HashMap<&'t str, String>) -> Option<&'t str> {
    let mut rest = line.trim_start();
    if !begins_with_name(rest) {
        return None;
    }
    let mut known = names.clone();
    let mut has_one = false;
    loop {
        let bare = rest.trim_start();
        let bare = ["export ", "readonly ", "local ", "$ "]
            .iter()
            .find_map(|word| bare.strip_prefix(word))
            .unwrap_or(bare)
            .trim_start();
        let length = bare.bytes().take_while(|b| is_name_byte(*b)).count();
        let name = &bare[..length];
        let is_name = length > 0 && !name.as_bytes()[0].is_ascii_digit();
        let Some(value) = bare[length..].strip_prefix('=').filter(|_| is_name) else {
            // Before a command, the shell fills it in too late to count.
            let ends = rest.trim().is_empty() || rest.trim_start().starts_with([';', '&', '#']);
            if !(has_one && ends) {
                return None;
            }
            *names = known;
            return Some(rest.trim_start_matches([' ', '\t', ';', '&']));
        };
        let (value, behind) = value_of(value, &known)?;
        if known.len() < MOST {
            known.insert(name, value);
        }
        has_one = true;
        rest = behind;
        if rest.trim_start().starts_with(';') || rest.trim_start().starts_with("&&") {
            let after = rest.trim_start().trim_start_matches([';', '&']);
            let next = after.trim_start();
            let length = next.bytes().take_while(|b| is_name_byte(*b)).count();
            if !next[length..].starts_with('=') {
                *names = known;
                return Some(after);
            }
            rest = after;
        }
    }
}

/// A line of prose is most often told by its beginning.
fn begins_with_name(line: &str) -> bool {
    let word = line.split_whitespace().find(|word| {
        let leads = ["export", "readonly", "local", "$"];
        !leads.contains(word)
    });
    word.is_some_and(|word| word.contains('='))
}

/// A value as it stands, with the names that were given before it, and what follows. One that a
/// command would have to make is not known.
fn value_of<'t>(text: &'t str, names: &HashMap<&str, String>) -> Option<(String, &'t str)> {
    let (inside, behind, fills) = match text.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let (inside, behind) = text[1..].split_once(quote)?;
            (inside, behind, quote == '"')
        }
        _ => {
            let end = text.find(|c: char| c.is_whitespace() || ";&|()<>".contains(c));
            let (inside, behind) = text.split_at(end.unwrap_or(text.len()));
            (inside, behind, true)
        }
    };
    let ends = |c: char| c.is_whitespace() || ";&#".contains(c);
    if inside.len() > LONGEST || !behind.chars().next().is_none_or(ends) {
        return None;
    }
    let mut value = String::new();
    if fills {
        Quotes { quote: Some('"') }.fill(inside, names, &mut value);
    } else {
        value.push_str(inside)
    }
    let is_plain = |c: char| !c.is_control() && !"\"`$\\".contains(c);
    (value.len() <= LONGEST && value.chars().all(is_plain)).then_some((value, behind))
}

/// Inside of which quotation marks a place of a command is.
#[derive(Default)]
struct Quotes {
    quote: Option<char>,
}

impl Quotes {
    /// Writes a line with its names filled in; whether there were any.
    fn fill(&mut self, line: &str, names: &HashMap<&str, String>, out: &mut String) -> bool {
        let mut is_changed = false;
        let mut rest = line;
        while let Some(c) = rest.chars().next() {
            let mut length = c.len_utf8();
            match (self.quote, c) {
                (Some('\''), '\'') | (Some('"'), '"') => self.quote = None,
                (Some('\''), _) => {}
                (_, '\\') => length += rest[1..].chars().next().map_or(0, char::len_utf8),
                (None, '\'' | '"') => self.quote = Some(c),
                (_, '$') => {
                    if let Some((name, taken)) = named(&rest[1..])
                        && let Some(value) = names.get(name)
                    {
                        match self.quote {
                            Some(_) => out.push_str(value),
                            None => out.extend(["\"", value, "\""]),
                        }
                        is_changed = true;
                        rest = &rest[1 + taken..];
                        continue;
                    }
                }
                _ => {}
            }
            out.push_str(&rest[..length]);
            rest = &rest[length..];
        }
        is_changed
    }
}

/// `NAME` or `{NAME}`, and how long it is.
fn named(text: &str) -> Option<(&str, usize)> {
    let (inside, around) = match text.strip_prefix('{') {
        Some(inside) => (inside, 2),
        None => (text, 0),
    };
    let length = inside.bytes().take_while(|b| is_name_byte(*b)).count();
    let is_closed = around == 0 || inside[length..].starts_with('}');
    (length > 0 && is_closed).then(|| (&inside[..length], length + around))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_filled_in_as_the_shell_would() {
        for (given, meant) in [
            (
                "HOST=https://a.example\ncurl \"$HOST/x\" -d '$HOST'",
                "curl \"https://a.example/x\" -d '$HOST'",
            ),
            (
                "export A='b c' B=\"$A/d\"; curl $B -H \"X: ${A}\" \\\n  -d \\$A",
                "curl \"b c/d\" -H \"X: b c\" \\\n  -d \\$A",
            ),
            ("A=1\nA=2\ncurl x/$A\nA=3\n", "curl x/\"2\""),
            ("A=1 && curl x/$A/$B", "curl x/\"1\"/$B"),
        ] {
            let read = filled(given).unwrap().0;
            assert!(read.contains(meant), "{read}");
        }
    }

    #[test]
    fn what_is_not_known_stays() {
        for text in [
            "A=$(date)\ncurl x/$A",
            "A=`date`\ncurl x/$A",
            "A=1 curl x/$A",
            "it's A=1\ncurl x/$A",
            "A=1\ncurl x/$B '$A'",
            "A=1\ncat <<EOF | curl -d @- $A\n$A\nEOF",
            "the value A=1\n$A curly",
        ] {
            assert_eq!(filled(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(A=|curl |\\$A|'|\"|\\\\|;|&&|\n|export |[a-zü{} ]{0,4}){0,20}") {
            let _ = filled(&text);
        }
    }
}
