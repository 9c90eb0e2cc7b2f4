//! Our own sentences for wrong command lines: what is wrong, what may have been meant, and where
//! the choices are listed.

use super::args;
use crate::model::nearest;
use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::ffi::OsString;

/// Longer words may be values of tokens, and are not repeated.
const LONGEST_WORD: usize = 24;

/// What to say if the first word looks like a mistyped command; `None` if it may be a URL or a
/// session.
pub fn mistyped_command(typed: &[OsString]) -> Option<String> {
    let word = |place: usize| typed.get(place).and_then(|word| word.to_str());
    let (first, second) = (word(1)?, word(2)?);
    let is_option = |word: &str| word.starts_with('-');
    let is_more = first.contains(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_'));
    if is_option(first) || is_option(second) || is_more || names().iter().any(|n| n == first) {
        return None;
    }
    let meant = match command_near(first) {
        Some(near) => format!("Did you mean httriage {near}? "),
        None => String::new(),
    };
    Some(format!(
        "There is no command {}. {meant}httriage --help lists them.",
        shown(first)
    ))
}

/// The command that a word is close to.
pub fn command_near(word: &str) -> Option<String> {
    nearest(word, names().iter().map(String::as_str)).map(str::to_owned)
}

/// Every word that can come first.
fn names() -> Vec<String> {
    let command = args::command();
    let inner = command.get_subcommands();
    let names = inner.map(|inner| inner.get_name().to_owned());
    names.collect()
}

fn shown(word: &str) -> String {
    if word.chars().count() > LONGEST_WORD {
        "of that name".to_owned()
    } else {
        format!("\"{word}\"")
    }
}

/// The sentence for an error of the command line parser.
pub fn words(error: &Error, typed: &[OsString]) -> String {
    let command = command_of(typed);
    let argument = text(error, ContextKind::InvalidArg).unwrap_or_default();
    let value = text(error, ContextKind::InvalidValue).unwrap_or_default();
    let help = format!("{command} --help shows what it takes.");
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let word = text(error, ContextKind::InvalidSubcommand).unwrap_or_default();
            let near = list(error, ContextKind::SuggestedSubcommand);
            let meant = near.first().map_or_else(String::new, |near| {
                format!("Did you mean {command} {near}? ")
            });
            format!("{command} has no command {}. {meant}{help}", shown(&word))
        }
        ErrorKind::UnknownArgument if argument.starts_with('-') => {
            let near = list(error, ContextKind::SuggestedArg);
            let meant = near
                .first()
                .map_or_else(String::new, |near| format!("Did you mean {near}? "));
            format!("{command} has no option {argument}. {meant}{help}")
        }
        ErrorKind::UnknownArgument => {
            format!(
                "{command} does not know what to do with the word {}. {help}",
                if argument.chars().count() > LONGEST_WORD {
                    "behind the others".to_owned()
                } else {
                    format!("\"{argument}\"")
                }
            )
        }
        ErrorKind::MissingRequiredArgument => {
            let missing = list(error, ContextKind::InvalidArg);
            let one_of: Vec<String> = missing
                .iter()
                .filter_map(|arg| takes(&command, arg))
                .collect();
            let missing = missing.join(" and ");
            format!("{command} needs {missing}{}. {help}", one_of.join(""))
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let inner = inner_commands(&command);
            format!("{command} needs to be told what to do: {inner}. {help}")
        }
        ErrorKind::InvalidValue if value.is_empty() => {
            format!(
                "{argument} needs a value{}. {help}",
                choices(error, ", one of ")
            )
        }
        ErrorKind::InvalidValue => {
            let meant = text(error, ContextKind::SuggestedValue)
                .map_or_else(String::new, |near| format!("Did you mean {near}? "));
            let choices = choices(error, "It takes ");
            let choices = if choices.is_empty() {
                String::new()
            } else {
                format!("{choices}. ")
            };
            format!(
                "{argument} does not take {}. {meant}{choices}{help}",
                quoted(&value)
            )
        }
        ErrorKind::ValueValidation => {
            let why =
                std::error::Error::source(error).map_or_else(String::new, |why| format!(": {why}"));
            format!("{argument} does not take {}{why}. {help}", quoted(&value))
        }
        ErrorKind::ArgumentConflict => {
            let other = list(error, ContextKind::PriorArg).join(" and ");
            if other.is_empty() || other == argument {
                format!("{argument} can be given once only. {help}")
            } else {
                format!("{argument} and {other} exclude each other. Leave one out. {help}")
            }
        }
        ErrorKind::NoEquals => format!("{argument} needs its value behind an equals sign. {help}"),
        ErrorKind::TooManyValues => format!("{argument} takes fewer values. {help}"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("{argument} takes another number of values. {help}")
        }
        ErrorKind::InvalidUtf8 => {
            format!("One of the words typed is no text in UTF-8. {help}")
        }
        _ => {
            let text = error.render().to_string();
            text.trim_start_matches("error: ").trim_end().to_owned()
        }
    }
}

fn quoted(value: &str) -> String {
    if value.chars().count() > LONGEST_WORD {
        "that value".to_owned()
    } else {
        format!("\"{value}\"")
    }
}

fn choices(error: &Error, before: &str) -> String {
    let known = list(error, ContextKind::ValidValue);
    if known.is_empty() {
        String::new()
    } else {
        format!("{before}{}", known.join(", "))
    }
}

/// The command in the typed words, such as `httriage token add`.
fn command_of(typed: &[OsString]) -> String {
    let whole = args::command();
    let mut found = &whole;
    let mut named = "httriage".to_owned();
    for word in typed.iter().skip(1).filter_map(|word| word.to_str()) {
        if let Some(inner) = found.find_subcommand(word) {
            named = format!("{named} {}", inner.get_name());
            found = inner;
        }
    }
    named
}

/// The subcommands of a command, as `list, add, remove`.
fn inner_commands(command: &str) -> String {
    let whole = args::command();
    let mut found = &whole;
    for word in command.split(' ').skip(1) {
        let Some(inner) = found.find_subcommand(word) else {
            break;
        };
        found = inner;
    }
    let inner = found.get_subcommands().filter(|inner| !inner.is_hide_set());
    let names: Vec<&str> = inner.map(clap::Command::get_name).collect();
    names.join(", ")
}

/// The choices of an option written as `--as <FORM>`, as `, one of curl, har`.
fn takes(command: &str, written: &str) -> Option<String> {
    let long = written.strip_prefix("--")?.split(' ').next()?;
    let whole = args::command();
    let found = command
        .split(' ')
        .skip(1)
        .try_fold(&whole, |found, word| found.find_subcommand(word))?;
    let mut all = found.get_arguments();
    let arg = all.find(|arg| arg.get_long() == Some(long))?;
    let values = arg.get_possible_values();
    let names: Vec<&str> = values.iter().map(|value| value.get_name()).collect();
    (!names.is_empty()).then(|| format!(", one of {}", names.join(", ")))
}

fn text(error: &Error, kind: ContextKind) -> Option<String> {
    list(error, kind).into_iter().next()
}

fn list(error: &Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        Some(ContextValue::StyledStr(text)) => vec![text.to_string()],
        Some(ContextValue::Number(number)) => vec![number.to_string()],
        _ => Vec::new(),
    }
}
