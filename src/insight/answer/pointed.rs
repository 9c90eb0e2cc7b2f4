//! Where in a JSON text the part stands that an error points to: by a JSON Pointer, a path with
//! dots or a name alone, whatever an API writes.

/// Longer texts are not looked through.
const LONGEST: usize = 1 << 20;
/// Deeper ones neither.
const DEEPEST: usize = 128;

/// Line and column, in characters from nought, of what an error points to in a JSON text. Where a
/// member is missing, it is the place that should have it.
pub fn pointed(text: &str, place: &str) -> Option<(usize, usize)> {
    let steps = steps(place);
    if steps.is_empty() || text.len() > LONGEST {
        return None;
    }
    let all = places(text);
    // The whole path, then without what an API puts before it, as in body.amount.
    for from in 0..steps.len() {
        let wanted = &steps[from..];
        let ends = |at: &&At| at.path.len() >= wanted.len() && alike(&at.path, wanted);
        let mut found: Vec<&At> = all.iter().filter(ends).collect();
        found.sort_by_key(|at| at.path.len());
        if let Some(at) = found.first() {
            return Some((at.line, at.column));
        }
    }
    let (_, parent) = steps.split_last()?;
    let is_whole = |at: &&At| !parent.is_empty() && at.path.len() == parent.len();
    let at = all
        .iter()
        .find(|at| is_whole(at) && alike(&at.path, parent))?;
    Some((at.line, at.column))
}

/// The steps of a path: of several paths those of the first.
fn steps(place: &str) -> Vec<String> {
    let first = place.split(", ").next().unwrap_or(place);
    let parts = first.split(['/', '.', '[', ']', '#', '$']);
    let parts = parts.map(|part| part.trim_matches(['"', '\'', ' ']));
    let parts = parts.filter(|part| !part.is_empty());
    parts
        .map(|part| part.replace("~1", "/").replace("~0", "~"))
        .collect()
}

/// Whether the path ends in these steps, however their words are joined.
fn alike(path: &[String], wanted: &[String]) -> bool {
    let bare = |text: &str| -> String {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    let mut pairs = path.iter().rev().zip(wanted.iter().rev());
    pairs.all(|(own, wanted)| own == wanted || bare(own) == bare(wanted) && !bare(own).is_empty())
}

/// A member or an item, by its path and where it begins.
struct At {
    path: Vec<String>,
    line: usize,
    column: usize,
}

/// What is open while one reads: an object with the name of its member, or a list with its count.
enum Open {
    Object(String),
    List(usize),
}

/// Every member and every item. A text that breaks off is read as far as it goes.
fn places(text: &str) -> Vec<At> {
    let mut all = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let (mut line, mut column) = (0, 0);
    let mut letters = text.chars().peekable();
    let mut wants_name = false;
    // A value is about to begin.
    let mut begins = true;
    while let Some(c) = letters.next() {
        let (here, at) = (line, column);
        column += 1;
        match c {
            '\n' => (line, column) = (line + 1, 0),
            c if c.is_whitespace() => {}
            '"' => {
                let mut word = String::new();
                while let Some(c) = letters.next() {
                    column += 1;
                    match c {
                        '"' => break,
                        '\\' => {
                            column += 1;
                            word.extend(letters.next());
                        }
                        '\n' => (line, column) = (line + 1, 0),
                        c => word.push(c),
                    }
                }
                if wants_name && let Some(Open::Object(name)) = open.last_mut() {
                    *name = word;
                    wants_name = false;
                    all.push(here_in(&open, here, at));
                } else {
                    item(&mut all, &open, &mut begins, here, at);
                }
            }
            '{' | '[' => {
                item(&mut all, &open, &mut begins, here, at);
                if open.len() >= DEEPEST {
                    break;
                }
                wants_name = c == '{';
                begins = c == '[';
                open.push(match c {
                    '{' => Open::Object(String::new()),
                    _ => Open::List(0),
                });
            }
            '}' | ']' => {
                open.pop();
                (wants_name, begins) = (false, false);
            }
            ',' => match open.last_mut() {
                Some(Open::Object(_)) => wants_name = true,
                Some(Open::List(count)) => {
                    *count += 1;
                    begins = true;
                }
                None => {}
            },
            ':' => {}
            _ => item(&mut all, &open, &mut begins, here, at),
        }
    }
    all
}

/// An item of a list has its place where it begins; a member has it at its name.
fn item(all: &mut Vec<At>, open: &[Open], begins: &mut bool, line: usize, column: usize) {
    let in_list = matches!(open.last(), Some(Open::List(_)));
    if std::mem::replace(begins, false) && in_list {
        all.push(here_in(open, line, column));
    }
}

fn here_in(open: &[Open], line: usize, column: usize) -> At {
    let path = open.iter().map(|open| match open {
        Open::Object(name) => name.clone(),
        Open::List(count) => count.to_string(),
    });
    At {
        path: path.collect(),
        line,
        column,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "{\n  \"data\": {\n    \"attributes\": { \"name\": \"\", \"due_date\": 3 }\n  },\n  \"items\": [\n    { \"qty\": 1 },\n    { \"qty\": -1 }\n  ],\n  \"tags\": [\"a\", \"b\"]\n}";

    #[test]
    fn a_pointer_a_path_or_a_name_leads_to_its_line() {
        let cases = [
            ("/data/attributes/name", (2, 20)),
            ("data.attributes.name", (2, 20)),
            ("#/data/attributes/dueDate", (2, 32)),
            ("$.items[1].qty", (6, 6)),
            ("items[1].qty", (6, 6)),
            ("/body/items/0/qty", (5, 6)),
            ("name", (2, 20)),
            ("tags.1", (8, 16)),
            ("items", (4, 2)),
            ("name, qty", (2, 20)),
        ];
        for (place, expected) in cases {
            assert_eq!(pointed(BODY, place), Some(expected), "{place}");
        }
    }

    #[test]
    fn of_a_member_that_is_missing_it_is_what_should_have_it() {
        assert_eq!(pointed(BODY, "/data/attributes/owner"), Some((2, 4)));
        assert_eq!(pointed(BODY, "owner"), None);
        assert_eq!(pointed(BODY, ""), None);
    }

    #[test]
    fn a_text_that_breaks_off_is_read_as_far_as_it_goes() {
        assert_eq!(pointed("{\"a\": [1, {\"b\"", "b"), Some((0, 11)));
        assert_eq!(pointed("no JSON", "b"), None);
        let deep = "[".repeat(4_000);
        assert_eq!(pointed(&deep, "b"), None);
    }
}
