//! Asks the person at the terminal. A hidden value is not shown and goes only into memory that is
//! wiped.

use super::print::{complain, prompt};
use crate::model::{Masked, Secret, TokenName};
use crate::runtime::{take_over_sizes, when_terminal_is_gone};
use crossterm::event::{
    self, DisableBracketedPaste, EnableBracketedPaste, Event, KeyCode, KeyEventKind, KeyModifiers,
};
use crossterm::execute;
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use std::io::{self, BufRead, IsTerminal};
use std::time::Duration;

/// Keys that follow an Enter this fast were pasted, not typed.
const TYPED: Duration = Duration::from_millis(30);

/// Whether there is a person who sees a question and can answer it.
pub fn is_possible() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for the value of a token for this run; `None` if the person gives none.
pub fn value(name: &TokenName) -> Option<Secret> {
    hidden(&format!("Value of token {name}: "))
}

/// Reads a value without showing it; Enter ends it, Esc gives up.
pub fn hidden(question: &str) -> Option<Secret> {
    if !io::stderr().is_terminal() {
        return None;
    }
    let raw = Raw::begin()?;
    prompt(&format!(
        "{question}(it is not shown; Enter ends, Esc gives up) "
    ));
    let mut typed = Masked::new();
    let done = take(&mut typed);
    drop(raw);
    let count = typed.count();
    complain(match (done, count) {
        (false, _) => "given up",
        (true, 0) => "nothing was given",
        (true, _) => "",
    });
    if !done || count == 0 {
        return None;
    }
    complain(&match count {
        1 => "1 character was taken.".to_owned(),
        _ => format!("{count} characters were taken."),
    });
    Some(typed.take())
}

/// Whether Enter ended it.
fn take(typed: &mut Masked) -> bool {
    loop {
        let key = match event::read() {
            Ok(Event::Paste(text)) => {
                typed.paste(&text);
                continue;
            }
            Ok(Event::Key(key)) if key.kind != KeyEventKind::Release => key,
            Ok(_) => continue,
            Err(_) => return false,
        };
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            // A terminal that does not mark pastes sends their line breaks as Enter.
            KeyCode::Enter if event::poll(TYPED).unwrap_or(false) => typed.push('\n'),
            KeyCode::Enter => return true,
            KeyCode::Char('c' | 'd') if ctrl => return false,
            KeyCode::Char('u') if ctrl => typed.clear(),
            KeyCode::Char(c) if !ctrl => typed.push(c),
            KeyCode::Tab => typed.push('\t'),
            KeyCode::Backspace => typed.pop(),
            KeyCode::Esc => return false,
            _ => {}
        }
    }
}

/// The exit code for work that could not be done.
const NOBODY_LEFT: i32 = 1;

/// The terminal without echo, until it is dropped.
struct Raw;

impl Raw {
    fn begin() -> Option<Raw> {
        enable_raw_mode().ok()?;
        let raw = Raw;
        take_over_sizes();
        // Reading keys does not end by itself when the terminal is gone.
        when_terminal_is_gone(|| std::process::exit(NOBODY_LEFT));
        // Without it a paste arrives as typed keys, which works too.
        let _ = execute!(io::stderr(), EnableBracketedPaste);
        Some(raw)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        let _ = execute!(io::stderr(), DisableBracketedPaste);
        let _ = disable_raw_mode();
    }
}

/// Reads a line that is shown while it is typed; `None` at the end of the input.
pub fn line(question: &str) -> Option<String> {
    if !is_possible() {
        return None;
    }
    prompt(question);
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line).ok()?;
    (read > 0).then(|| line.trim().to_owned())
}

/// Whether the person typed yes; anything else means no.
pub fn agrees(question: &str) -> bool {
    let answer = line(&format!("{question} y or n: "));
    matches!(answer.as_deref(), Some("y" | "Y" | "yes"))
}
