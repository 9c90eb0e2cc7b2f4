//! Reads a text with curl commands as a collection. An option is done here as curl would do it, or
//! a note says that it is not.

use super::assigned;
use super::find::{dialect, leads_to_curl, may_precede};
use super::mended::mended;
use super::piped::{Givers, take_input};
use super::words::{self, Dialect};
use crate::format::FormatError;
use crate::format::extract::{Extractor, holds_secret};
use crate::model::{Collection, Note, Secret, Step, TokenName};
use std::ops::Range;

/// The most commands, and requests, that are read from one text.
pub(super) const MOST: usize = 10_000;
/// The most notes that are kept; nobody reads more.
const MOST_NOTES: usize = 200;

/// Reads every curl command of a text; `file` is named in the error. Found tokens get names that
/// are not `taken`, or their own name where `known` knows the value.
pub fn read(
    text: &str,
    file: &str,
    taken: &[TokenName],
    known: &dyn Fn(&Secret) -> Option<TokenName>,
) -> Result<Collection, FormatError> {
    let dialect = dialect(text);
    let mended = mended(text, dialect);
    let (text, said) = match &mended {
        Some((text, said)) => (text.as_str(), said.as_slice()),
        None => (text, [].as_slice()),
    };
    let filled = match dialect {
        Dialect::Posix => assigned::filled(text),
        _ => None,
    };
    let (text, given) = match &filled {
        Some((text, given)) => (text.as_str(), given.as_slice()),
        None => (text, [].as_slice()),
    };
    let mut reader = CurlReader {
        text,
        lifter: Extractor::new(taken, known),
        requests: Vec::new(),
        notes: Vec::new(),
    };
    for (at, what) in said {
        reader.note(*at, (*what).to_owned());
    }
    let mut at = 0;
    let mut inside_line = true;
    let mut count = 0;
    let mut givers = Givers::new(text, dialect, &leads_to_curl);
    let mut skipped_lines: Vec<Range<usize>> = Vec::new();
    while let Some(start) = givers.next_command(at, inside_line) {
        if let Some(lines) = skipped_lines.iter().find(|lines| lines.contains(&start)) {
            (at, inside_line) = (lines.end, true);
            continue;
        }
        let given = givers.before(start, at);
        let skipped = given.as_ref().map_or(start, |(at, _)| *at);
        reader.note_skipped(at, skipped, count > 0 && inside_line);
        let mut command = words::command(text, start, dialect).map_err(|open| {
            FormatError::at(
                file,
                text,
                open.at,
                format!("{} is opened here and never closed", open.what),
                "Copy the whole command, or take the sign out.",
            )
        })?;
        at = command.end;
        inside_line = !matches!(command.ended_by, None | Some(b'\n'));
        skipped_lines.extend(command.skipped.clone());
        if let Some((_, giver)) = &given {
            take_input(&mut command, giver);
            skipped_lines.extend(giver.skipped.clone());
        }
        if let Some(lines) = skipped_lines.iter().find(|lines| lines.contains(&at)) {
            (at, inside_line) = (lines.end, true);
        }
        reader.command(&command);
        count += 1;
        if count == MOST {
            reader.note(
                at,
                "further commands were left out, for there are too many".to_owned(),
            );
            break;
        }
    }
    if count == 0 {
        return Err(FormatError::at(
            file,
            text,
            text.len() - text.trim_start().len(),
            "there is no curl command",
            "Begin with curl, as the shell would read it.",
        ));
    }
    reader.note_skipped(at, text.len(), inside_line);
    // A secret that the script gives a name is a secret everywhere in it.
    for (name, value) in given
        .iter()
        .filter(|(name, value)| holds_secret(name, value))
    {
        reader.lifter.lift(name, &format!("variable {name}"), value);
    }
    Ok(reader.finish())
}

/// Reads a command inside another file, where braces hold variables; it shares that file's tokens.
pub fn read_within<'a>(text: &str, lifter: Extractor<'a>) -> (Vec<Step>, Vec<Note>, Extractor<'a>) {
    let dialect = dialect(text);
    let mut reader = CurlReader {
        text,
        lifter,
        requests: Vec::new(),
        notes: Vec::new(),
    };
    match words::command_with_names(text, 0, dialect) {
        Ok(command) => reader.command(&command),
        Err(open) => reader.note(open.at, format!("{} is opened and never closed", open.what)),
    }
    (reader.requests, reader.notes, reader.lifter)
}

/// Collects the requests and notes of curl commands.
pub struct CurlReader<'t, 'a> {
    text: &'t str,
    pub(super) lifter: Extractor<'a>,
    pub(super) requests: Vec<Step>,
    notes: Vec<Note>,
}

impl CurlReader<'_, '_> {
    fn finish(mut self) -> Collection {
        let steps = self.requests.iter();
        let named: Vec<TokenName> = steps.flat_map(|step| step.spec.tokens()).collect();
        for name in named {
            self.lifter.refer(name.as_str(), "by name");
        }
        for step in &mut self.requests {
            step.spec.keep_untyped();
            step.spec.settle();
        }
        self.notes.sort_by_key(|note| (note.line, note.column));
        Collection {
            kind: "curl",
            title: self
                .requests
                .first()
                .map_or_else(String::new, |step| step.name.clone()),
            requests: self.requests,
            tokens: self.lifter.into_tokens(),
            notes: self.notes,
            ..Collection::default()
        }
    }

    /// Adds a note about a place; `message` has no full stop.
    pub(super) fn note(&mut self, at: usize, message: String) {
        if self.notes.len() == MOST_NOTES {
            self.notes.push(Note::new(
                "There is more that could be said; further notes were left out.",
            ));
        }
        if self.notes.len() > MOST_NOTES {
            return;
        }
        let mut message = format!("{message}.");
        if let Some(first) = message.get(..1).map(str::to_ascii_uppercase) {
            message.replace_range(..1, &first);
        }
        self.notes.push(Note::at(self.text, at, message));
    }

    /// Notes skipped text without repeating it, because it may hold anything.
    fn note_skipped(&mut self, from: usize, to: usize, cut_off: bool) {
        let Some(skipped) = self.text.get(from..to) else {
            return;
        };
        let mut at = from;
        for (number, line) in skipped.split_inclusive('\n').enumerate() {
            let shown = line.trim();
            let is_last = at + line.len() == to && to < self.text.len();
            // After an unquoted `&` the rest of the URL follows.
            let cut_url = number == 0
                && cut_off
                && self.text[..from].ends_with('&')
                && line.starts_with(|c: char| c.is_ascii_alphanumeric());
            let is_plain = shown.is_empty()
                || shown.starts_with(['#', ':'])
                || shown.starts_with("```")
                || shown.split_whitespace().all(may_precede);
            if cut_url || (!is_plain && !is_last) {
                let start = at + line.len() - line.trim_start().len();
                if cut_url {
                    self.note(start, "the shell ends the command at &, since the URL has no quotes; what stands behind it was left out".to_owned());
                } else if number == 0 && cut_off {
                    self.note(
                        start,
                        "what stands behind the command is not curl and was left out".to_owned(),
                    );
                } else {
                    self.note(start, "this is no curl command and was left out".to_owned());
                    break;
                }
            }
            at += line.len();
        }
    }
}
