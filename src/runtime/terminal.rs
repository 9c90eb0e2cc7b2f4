//! The terminal, taken and given back. Whatever ends the program, it is given back once.

use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use std::io::{self, BufWriter, Stdout, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the terminal is ours now. A panic in any thread gives it back through this.
static TAKEN: AtomicBool = AtomicBool::new(false);

pub type Screen = Terminal<CrosstermBackend<BufWriter<Stdout>>>;

/// Holds the terminal; dropping it gives the terminal back.
pub struct Taken;

impl Taken {
    pub fn new() -> io::Result<(Taken, Screen)> {
        give_back_on_panic();
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        let taken = Taken;
        crossterm::execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
        // A whole picture goes out in one write, so that no half of one is seen.
        let out = BufWriter::with_capacity(64 * 1024, io::stdout());
        let screen = Terminal::new(CrosstermBackend::new(out))?;
        Ok((taken, screen))
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        give_back();
    }
}

fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout();
        let _ = crossterm::execute!(out, DisableBracketedPaste, LeaveAlternateScreen, Show);
        let _ = out.flush();
        let _ = disable_raw_mode();
    }
}

fn give_back_on_panic() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        give_back();
        usual(panic);
    }));
}
