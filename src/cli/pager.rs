//! Shows a text longer than the terminal page by page. It starts another program only if PAGER
//! names one.

use super::print::Out;
use crate::engine::sandbox::token_value;
use crate::engine::{Home, Vault};
use crate::format::manual::{Kind, Line};
use crate::model::{cut, visible};
use crate::runtime::{take_over_sizes, terminal_size, when_terminal_is_gone};
use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::style::Print;
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::Stdio;

/// The widest line that is easy to read.
const WIDEST: usize = 100;
/// The exit code for work that could not be done.
const NOBODY_LEFT: i32 = 1;

/// Shows the text; `lines` builds it for a width, `raw` goes into a pipe.
pub fn show(raw: &str, lines: impl Fn(usize) -> Vec<Line>, out: &mut Out) {
    let size = out.is_terminal().then(terminal_size).and_then(Result::ok);
    let Some((columns, rows)) = size else {
        return out.text(raw);
    };
    let whole = lines(width(columns));
    let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    let fits = whole.len() < rows as usize;
    let can_page = io::stdin().is_terminal() && !is_dumb && !fits;
    if can_page && by_program(&whole) {
        return;
    }
    let is_done = can_page && by_keys(&lines, &|text, codes| out.styled(text, codes)).is_ok();
    if !is_done {
        for line in &whole {
            let shown = in_colour(line, "", &|text, codes| out.styled(text, codes));
            out.finished(&shown);
        }
    }
}

fn width(columns: u16) -> usize {
    (columns as usize).min(WIDEST)
}

/// Gives the text to the program that PAGER names; `true` if one took it.
fn by_program(lines: &[Line]) -> bool {
    let named = std::env::var("PAGER").unwrap_or_default();
    let words = shlex::split(&named).unwrap_or_default();
    let Some((program, arguments)) = words.split_first() else {
        return false;
    };
    let settings = Home::find().and_then(|home| home.settings());
    // The program gets no variable that defines a token.
    let vault = Vault::new(&settings.unwrap_or_default(), token_value);
    let mut command = vault.starter().command(program);
    let Ok(mut child) = command.args(arguments).stdin(Stdio::piped()).spawn() else {
        return false;
    };
    if let Some(input) = child.stdin.take() {
        let mut input = BufWriter::new(input);
        // A person who leaves early has read enough.
        let _ = lines
            .iter()
            .try_for_each(|line| writeln!(input, "{}", visible(&line.text)));
    }
    child.wait().is_ok()
}

type Style<'a> = &'a dyn Fn(&str, &str) -> String;

/// A styled line, reversed if it contains a search word.
fn in_colour(line: &Line, sought: &str, styled: Style) -> String {
    match line.kind {
        _ if !sought.is_empty() && line.has(sought) => styled(&line.text, "7"),
        Kind::Heading => styled(&line.text, "1"),
        Kind::Code => styled(&line.text, "36"),
        Kind::Text => visible(&line.text).into_owned(),
    }
}

/// The place in the text, and the search.
#[derive(Debug, Default, PartialEq, Eq)]
struct Place {
    top: usize,
    sought: String,
    is_typing: bool,
}

impl Place {
    /// Does what a key says; `false` if the key leaves.
    fn press(&mut self, key: KeyEvent, lines: &[Line], rows: usize) -> bool {
        let last = lines.len().saturating_sub(rows);
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        if ctrl && matches!(key.code, KeyCode::Char('c' | 'd')) {
            return false;
        }
        if self.is_typing {
            match key.code {
                KeyCode::Enter => self.is_typing = false,
                KeyCode::Esc => {
                    self.is_typing = false;
                    self.sought.clear();
                }
                KeyCode::Backspace => drop(self.sought.pop()),
                KeyCode::Char(letter) if !ctrl => self.sought.push(letter),
                _ => {}
            }
            if !self.sought.is_empty() && !lines.get(self.top).is_some_and(|l| l.has(&self.sought))
            {
                self.find(true, lines, last);
            }
            return true;
        }
        let page = rows.saturating_sub(1).max(1);
        match key.code {
            KeyCode::Char('q') | KeyCode::Esc => return false,
            KeyCode::Char(' ' | 'f') | KeyCode::PageDown if self.top >= last => {}
            KeyCode::Char(' ' | 'f') | KeyCode::PageDown => self.top = (self.top + page).min(last),
            KeyCode::Char('b') | KeyCode::PageUp => self.top = self.top.saturating_sub(page),
            KeyCode::Char('j') | KeyCode::Down | KeyCode::Enter => {
                self.top = (self.top + 1).min(last);
            }
            KeyCode::Char('k') | KeyCode::Up => self.top = self.top.saturating_sub(1),
            KeyCode::Char('g') | KeyCode::Home => self.top = 0,
            KeyCode::Char('G') | KeyCode::End => self.top = last,
            KeyCode::Char('/') => {
                self.is_typing = true;
                self.sought.clear();
            }
            KeyCode::Char('n') => self.find(true, lines, last),
            KeyCode::Char('N') => self.find(false, lines, last),
            _ => {}
        }
        true
    }

    /// Moves to the next line with the search text, or the one before, wrapping at the end.
    fn find(&mut self, forward: bool, lines: &[Line], last: usize) {
        let found = lines.iter().enumerate();
        let found = found.filter(|(_, line)| line.has(&self.sought));
        let found: Vec<usize> = found.map(|(place, _)| place.min(last)).collect();
        let next = if forward {
            found
                .iter()
                .find(|place| **place > self.top)
                .or(found.first())
        } else {
            let before = found.iter().rev().find(|place| **place < self.top);
            before.or(found.last())
        };
        if let Some(place) = next {
            self.top = *place;
        }
    }

    fn foot(&self, lines: &[Line], rows: usize) -> String {
        if self.is_typing {
            return format!("/{}", self.sought);
        }
        let seen = (self.top + rows).min(lines.len());
        let part = (seen * 100).checked_div(lines.len()).unwrap_or(100);
        format!("{part} %   Space on   b back   / search   n next   q leave")
    }
}

/// The terminal as a separate screen, until it is dropped.
struct Taken;

impl Taken {
    fn begin() -> io::Result<Taken> {
        enable_raw_mode()?;
        let taken = Taken;
        take_over_sizes();
        when_terminal_is_gone(|| std::process::exit(NOBODY_LEFT));
        execute!(io::stdout(), EnterAlternateScreen, Hide)?;
        Ok(taken)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let _ = execute!(io::stdout(), Show, LeaveAlternateScreen);
        let _ = disable_raw_mode();
    }
}

fn by_keys(make: &dyn Fn(usize) -> Vec<Line>, styled: Style) -> io::Result<()> {
    let _taken = Taken::begin()?;
    let mut place = Place::default();
    loop {
        let (columns, height) = terminal_size()?;
        let lines = make(width(columns));
        let rows = height.saturating_sub(1).max(1) as usize;
        place.top = place.top.min(lines.len().saturating_sub(rows));
        let mut out = BufWriter::new(io::stdout());
        queue!(out, MoveTo(0, 0), Clear(ClearType::All))?;
        let shown = lines.iter().skip(place.top).take(rows);
        for (row, line) in (0..height).zip(shown) {
            queue!(
                out,
                MoveTo(0, row),
                Print(in_colour(line, &place.sought, styled))
            )?;
        }
        let foot = cut(
            &place.foot(&lines, rows),
            (columns as usize).saturating_sub(1),
        );
        let foot = styled(&foot, "7");
        queue!(out, MoveTo(0, height.saturating_sub(1)), Print(foot))?;
        out.flush()?;
        drop(out);
        match event::read()? {
            Event::Key(key)
                if key.kind != KeyEventKind::Release && !place.press(key, &lines, rows) =>
            {
                return Ok(());
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> Vec<Line> {
        let words = (0..40).map(|number| match number {
            30 => "a pear".to_owned(),
            number => format!("line {number}"),
        });
        let line = |text| Line {
            kind: Kind::Text,
            text,
        };
        words.map(line).collect()
    }

    fn pressed(place: &mut Place, keys: &str) -> bool {
        let code = |letter| match letter {
            '\n' => KeyCode::Enter,
            letter => KeyCode::Char(letter),
        };
        keys.chars()
            .all(|key| place.press(KeyEvent::from(code(key)), &text(), 10))
    }

    #[test]
    fn one_turns_pages_and_stays_in_the_text() {
        let mut place = Place::default();
        for (keys, top) in [
            (" ", 9),
            ("b", 0),
            ("b", 0),
            ("jj", 2),
            ("k", 1),
            ("G", 30),
            (" ", 30),
            ("g", 0),
        ] {
            assert!(pressed(&mut place, keys));
            assert_eq!(place.top, top, "{keys}");
        }
        assert!(!pressed(&mut place, "q"));
    }

    #[test]
    fn what_is_typed_after_a_slash_is_gone_to() {
        let mut place = Place::default();
        assert!(pressed(&mut place, "/pear\n"));
        assert_eq!(place.top, 30);
        assert!(pressed(&mut place, "g/line 7\nq") || place.sought == "line 7");
        assert_eq!(place.sought, "line 7");
    }
}
