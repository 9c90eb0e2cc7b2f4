//! `httriage history list -404`: words of a filter that begin with a dash, which would otherwise be
//! read as options.

use super::args;
use std::ffi::OsString;

const TAKE_FILTERS: [&str; 3] = ["list", "export", "save"];

/// The same command line, with such words moved behind `--`.
pub fn filters_behind_options(typed: Vec<OsString>) -> Vec<OsString> {
    let Some(begin) = filter_begins(&typed) else {
        return typed;
    };
    let known = shorts(&typed[begin - 1]);
    let mut kept: Vec<OsString> = typed[..begin].to_vec();
    let mut moved = Vec::new();
    let mut rest = typed[begin..].iter();
    for word in rest.by_ref() {
        if word == "--" {
            break;
        }
        if word.to_str().is_some_and(|word| is_negated(word, &known)) {
            moved.push(word.clone())
        } else {
            kept.push(word.clone())
        }
    }
    moved.extend(rest.cloned());
    if moved.is_empty() {
        return typed;
    }
    kept.push("--".into());
    kept.extend(moved);
    kept
}

fn is_negated(word: &str, known: &[char]) -> bool {
    let Some(rest) = word.strip_prefix('-') else {
        return false;
    };
    let mut letters = rest.chars();
    match (letters.next(), letters.next()) {
        (None | Some('-'), _) => false,
        (Some(letter), None) => !known.contains(&letter),
        _ => true,
    }
}

/// The position of the first word after `history list` and similar commands.
fn filter_begins(typed: &[OsString]) -> Option<usize> {
    let mut in_history = false;
    let mut is_value = false;
    for (place, word) in typed.iter().enumerate().skip(1) {
        let word = word.to_str()?;
        if is_value {
            is_value = false;
        } else if word.starts_with('-') {
            is_value = word == "--color";
        } else if in_history {
            return TAKE_FILTERS.contains(&word).then_some(place + 1);
        } else if word == "history" {
            in_history = true;
        } else {
            return None;
        }
    }
    None
}

/// The one-letter options of the command.
fn shorts(command: &OsString) -> Vec<char> {
    let mut whole = args::command();
    whole.build();
    let history = whole.find_subcommand("history");
    let command = history.and_then(|history| history.find_subcommand(command));
    let options = command
        .into_iter()
        .flat_map(|command| command.get_arguments());
    options.filter_map(|option| option.get_short()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> String {
        let words = line.split(' ').map(OsString::from).collect();
        let read = filters_behind_options(words);
        read.join(" ".as_ref()).into_string().unwrap()
    }

    #[test]
    fn words_with_a_dash_are_moved_behind_the_options_of_commands_that_filter() {
        for (typed, expected) in [
            (
                "x history list -404 --json",
                "x history list --json -- -404",
            ),
            (
                "x --color never history list 4xx -code:a -x",
                "x --color never history list 4xx -- -code:a -x",
            ),
            (
                "x history save a -404 --out f -- -b",
                "x history save a --out f -- -404 -b",
            ),
        ] {
            assert_eq!(read(typed), expected);
        }
        for same in [
            "x history list 404 --json",
            "x history list -h",
            "x history list - --limit 3",
            "x history forget -404",
            "x history",
            "x send GET history list -404",
            "x history list -- -404",
        ] {
            assert_eq!(read(same), same);
        }
    }
}
