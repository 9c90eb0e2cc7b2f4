//! Commands that get their data through a pipe: what `echo`, `printf` and `cat` give is known.

use super::find::{leads_to, leads_to_curl, next_command, next_of};
use super::word::{Command, Word};
use super::words::{self, Dialect};

/// The commands of a text that give what they print to curl.
pub struct Givers<'t> {
    text: &'t str,
    /// Each with where it begins, and where the curl behind it does; the last first.
    list: Vec<(usize, usize, Command)>,
}

impl<'t> Givers<'t> {
    pub fn new(text: &'t str, dialect: Dialect) -> Givers<'t> {
        let mut list = Vec::new();
        let is_giver = |name: &str| ["echo", "printf", "cat"].contains(&name);
        let leads = |line: &str| leads_to(line, is_giver);
        let mut at = 0;
        let mut inside_line = true;
        // Nothing is looked for where nothing is piped.
        let mut text_left = text.contains('|') && dialect == Dialect::Posix;
        while text_left && let Some(start) = next_of(text, at, inside_line, leads) {
            let Ok(command) = words::command(text, start, dialect) else {
                break;
            };
            at = command.end;
            inside_line = !matches!(command.ended_by, None | Some(b'\n'));
            if command.ended_by == Some(b'|') {
                // The pipe may stand at the end of a line.
                let rest = &text[at..];
                let blanks = rest.len() - rest.trim_start().len();
                let line = rest[blanks..].lines().next().unwrap_or_default();
                if let Some(found) = leads_to_curl(line) {
                    list.push((start, at + blanks + found, command));
                }
            }
            text_left = list.len() < 10_000;
        }
        list.reverse();
        Givers { text, list }
    }

    /// Where the next curl begins, behind a pipe or not.
    pub fn next_command(&mut self, at: usize, inside_line: bool) -> Option<usize> {
        while self.list.last().is_some_and(|(start, _, _)| *start < at) {
            self.list.pop();
        }
        let plain = next_command(self.text, at, inside_line);
        let piped = self.list.last().map(|(_, curl, _)| *curl);
        match (plain, piped) {
            (Some(plain), Some(piped)) => Some(plain.min(piped)),
            (plain, piped) => plain.or(piped),
        }
    }

    /// What gives its output to the curl that begins here.
    pub fn before(&mut self, curl: usize, from: usize) -> Option<(usize, Command)> {
        let (start, at, _) = self.list.last()?;
        if *at != curl || *start < from {
            return None;
        }
        let (start, _, command) = self.list.pop()?;
        Some((start, command))
    }
}

/// Makes the output of one command the input of another.
pub fn take_input(command: &mut Command, giver: &Command) {
    if command.input.is_some() || command.input_file.is_some() {
        return;
    }
    let mut words = giver.words.iter();
    let name = words.next().map(Word::text).unwrap_or_default();
    let is_option = |word: &&Word| {
        let text = word.text();
        text.len() == 2 && ["-n", "-e", "-E"].contains(&text.as_str())
    };
    if name.ends_with("cat") {
        let mut files = words.filter(|word| !word.text().starts_with('-'));
        match (files.next(), files.next()) {
            (Some(file), None) => command.input_file = Some(file.clone()),
            (None, _) if giver.input.is_some() => command.input.clone_from(&giver.input),
            (None, _) => command.input_file.clone_from(&giver.input_file),
            _ => {}
        }
        return;
    }
    let all: Vec<&Word> = words.collect();
    let options = all.iter().take_while(|word| is_option(word)).count();
    let printed = &all[options..];
    // What a format or an escape would make of it is not known.
    let is_format = name.ends_with("printf");
    let is_plain = |word: &&Word| !is_format || !word.bytes.iter().any(|b| b"%\\".contains(b));
    if printed.is_empty() || !printed.iter().all(is_plain) {
        return;
    }
    let mut bytes = Vec::new();
    for (number, word) in printed.iter().enumerate() {
        if number > 0 {
            bytes.push(b' ');
        }
        bytes.extend(&word.bytes);
    }
    let no_break = is_format || all[..options].iter().any(|word| word.text() == "-n");
    if !no_break {
        bytes.push(b'\n');
    }
    command.input = Some(Word {
        bytes,
        at: printed[0].at,
        ..Word::default()
    });
}
