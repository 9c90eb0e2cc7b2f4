//! Reads commands that get their data through a pipe from `echo`, `printf` or `cat`.

use super::find::{leads_to, next_of};
use super::word::{Command, Word};
use super::words::{self, Dialect};

/// Finds the wanted program in a line; gives the byte where it begins.
pub type Leads<'t> = &'t dyn Fn(&str) -> Option<usize>;

/// The commands of a text whose output is piped to the wanted program.
pub struct Givers<'t> {
    text: &'t str,
    leads: Leads<'t>,
    /// Each command with its start and the start of the program it feeds; last first.
    list: Vec<(usize, usize, Command)>,
}

impl<'t> Givers<'t> {
    /// Finds the `echo`, `printf` and `cat` commands whose output is piped to the program.
    pub fn new(text: &'t str, dialect: Dialect, leads: Leads<'t>) -> Givers<'t> {
        let mut list = Vec::new();
        let is_giver = |name: &str| ["echo", "printf", "cat"].contains(&name);
        let gives = |line: &str| leads_to(line, is_giver);
        let mut at = 0;
        let mut inside_line = true;
        // Without a pipe there is nothing to find.
        let mut text_left = text.contains('|') && dialect == Dialect::Posix;
        while text_left && let Some(start) = next_of(text, at, inside_line, gives) {
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
                if let Some(found) = leads(line) {
                    list.push((start, at + blanks + found, command));
                }
            }
            text_left = list.len() < 10_000;
        }
        list.reverse();
        Givers { text, leads, list }
    }

    /// The byte where the next command of the program begins, piped or not.
    pub fn next_command(&mut self, at: usize, inside_line: bool) -> Option<usize> {
        while self.list.last().is_some_and(|(start, _, _)| *start < at) {
            self.list.pop();
        }
        let plain = next_of(self.text, at, inside_line, self.leads);
        let piped = self.list.last().map(|(_, curl, _)| *curl);
        match (plain, piped) {
            (Some(plain), Some(piped)) => Some(plain.min(piped)),
            (plain, piped) => plain.or(piped),
        }
    }

    /// The command that feeds the one beginning at `place`, and where it begins.
    pub fn before(&mut self, place: usize, from: usize) -> Option<(usize, Command)> {
        let (start, at, _) = self.list.last()?;
        if *at != place || *start < from {
            return None;
        }
        let (start, _, command) = self.list.pop()?;
        Some((start, command))
    }
}

/// Makes the output of one command the input of another; does nothing where that is unknown.
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
    let Some((first, arguments)) = printed.split_first() else {
        return;
    };
    let bytes = if name.ends_with("printf") {
        let Some(bytes) = formatted(&first.bytes, arguments) else {
            return;
        };
        bytes
    } else {
        let mut bytes = first.bytes.clone();
        for word in arguments {
            bytes.push(b' ');
            bytes.extend(&word.bytes);
        }
        if !all[..options].iter().any(|word| word.text() == "-n") {
            bytes.push(b'\n');
        }
        bytes
    };
    command.input = Some(Word {
        bytes,
        at: printed[0].at,
        ..Word::default()
    });
}

/// The output of `printf` for a format with escapes and `%s`; `None` for other formats.
fn formatted(format: &[u8], arguments: &[&Word]) -> Option<Vec<u8>> {
    let mut arguments = arguments.iter();
    let mut out = Vec::new();
    loop {
        let left = arguments.len();
        let mut rest = format;
        while let [first, behind @ ..] = rest {
            rest = behind;
            match (first, rest) {
                (b'%', [b'%', behind @ ..]) => {
                    out.push(b'%');
                    rest = behind;
                }
                (b'%', [b's', behind @ ..]) => {
                    out.extend(arguments.next().map_or(&[][..], |word| &word.bytes));
                    rest = behind;
                }
                (b'%', _) => return None,
                (b'\\', [digit, ..]) if (b'0'..=b'7').contains(digit) => {
                    let digits = rest.iter().take(3);
                    let digits = digits.take_while(|digit| (b'0'..=b'7').contains(digit));
                    let digits: Vec<u16> = digits.map(|digit| u16::from(digit - b'0')).collect();
                    let code = digits.iter().fold(0, |code, digit| code * 8 + digit);
                    out.push((code & 0xff) as u8);
                    rest = &rest[digits.len()..];
                }
                (b'\\', [letter, behind @ ..]) => {
                    out.push(match letter {
                        b'n' => b'\n',
                        b'r' => b'\r',
                        b't' => b'\t',
                        b'a' => 7,
                        b'b' => 8,
                        b'f' => 12,
                        b'v' => 11,
                        b'\\' | b'"' | b'\'' => *letter,
                        _ => return None,
                    });
                    rest = behind;
                }
                (other, _) => out.push(*other),
            }
        }
        // `printf` repeats the format while arguments are left and it takes some.
        if arguments.len() == 0 || arguments.len() == left {
            return Some(out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printf_is_read_as_the_shell_prints() {
        let word = |text: &str| Word {
            bytes: text.as_bytes().to_vec(),
            ..Word::default()
        };
        let printed = |format: &str, arguments: &[&str]| {
            let words: Vec<Word> = arguments.iter().map(|text| word(text)).collect();
            let words: Vec<&Word> = words.iter().collect();
            let bytes = formatted(format.as_bytes(), &words)?;
            String::from_utf8(bytes).ok()
        };
        for (format, arguments, out) in [
            ("a\\000b\\n", &[][..], "a\0b\n"),
            ("%s", &["{\"a\": 1}"], "{\"a\": 1}"),
            ("%s\\n", &["a", "b"], "a\nb\n"),
            ("50%%", &["left over"], "50%"),
            ("%s", &[], ""),
        ] {
            assert_eq!(printed(format, arguments).as_deref(), Some(out), "{format}");
        }
        assert_eq!(printed("%d", &["7"]), None);
        assert_eq!(printed("\\xff", &[]), None);
    }
}
