//! The commands of a text that call one program: found at the starts of lines, behind prompts and
//! pipes, and cut into words.

use super::FormatError;
use super::collection::{CollectionBuilder, MOST};
use super::curl::{Command, Givers, Unclosed, command, dialect, leads_to, take_input};
use crate::model::Collection;

/// Every command of a text whose program is meant; each begins with the name of it.
pub fn of(
    text: &str,
    file: &str,
    is_program: impl Fn(&str) -> bool,
) -> Result<Vec<Command>, FormatError> {
    let dialect = dialect(text);
    let leads = |line: &str| leads_to(line, &is_program);
    let mut commands = Vec::new();
    let (mut at, mut inside_line) = (0, true);
    let mut givers = Givers::new(text, dialect, &leads);
    while let Some(start) = givers.next_command(at, inside_line) {
        let given = givers.before(start, at);
        let mut found =
            command(text, start, dialect).map_err(|open| unclosed(text, file, &open))?;
        if let Some((_, giver)) = &given {
            take_input(&mut found, giver);
        }
        at = found.end;
        inside_line = !matches!(found.ended_by, None | Some(b'\n'));
        commands.push(found);
        if commands.len() == MOST {
            break;
        }
    }
    Ok(commands)
}

/// One of the programs whose commands are read.
pub struct Program {
    pub kind: &'static str,
    /// As a sentence names one of its commands.
    pub what: &'static str,
    pub remedy: &'static str,
    pub is_it: fn(&str) -> bool,
}

/// Every command of a program as requests; at least one must be there.
pub fn read(
    text: &str,
    file: &str,
    program: &Program,
    mut gathered: CollectionBuilder,
    read_one: fn(&mut CollectionBuilder, &Command),
) -> Result<Collection, FormatError> {
    let found = of(text, file, program.is_it)?;
    if found.is_empty() {
        return Err(none(text, file, program.what, program.remedy));
    }
    for command in found {
        note_lost(&mut gathered, &command);
        read_one(&mut gathered, &command);
    }
    Ok(gathered.finish(program.kind, ""))
}

fn unclosed(text: &str, file: &str, open: &Unclosed) -> FormatError {
    FormatError::at(
        file,
        text,
        open.at,
        format!("{} is opened here and never closed", open.what),
        "Copy the whole command, or take the sign out.",
    )
}

/// The first line that is not empty and no remark, where a command would stand.
pub fn first_line(text: &str) -> &str {
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let found = lines.find(|line| !line.trim().is_empty() && !line.trim().starts_with('#'));
    found.unwrap_or_default()
}

/// What the shell would have given a command, which cannot be known here.
pub fn note_lost(gathered: &mut CollectionBuilder, command: &Command) {
    for (at, why) in &command.lost {
        gathered.notes.add(*at, why);
    }
}

/// Where a program stands in a line that begins with it, or with what is piped into it.
pub fn leads_in(line: &str, is_program: fn(&str) -> bool) -> Option<usize> {
    let is_giver = |name: &str| ["echo", "printf", "cat"].contains(&name);
    leads_to(line, is_program).or_else(|| {
        leads_to(line, is_giver)?;
        let behind = line.rfind('|')? + 1;
        Some(behind + leads_to(&line[behind..], is_program)?)
    })
}

/// An error for a text in which no such command stands.
pub fn none(text: &str, file: &str, what: &str, remedy: &str) -> FormatError {
    let start = text.len() - text.trim_start().len();
    FormatError::at(file, text, start, format!("there is no {what}"), remedy)
}
