//! The terminal, taken and given back. Whatever ends the program, it is given back once.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crossterm::Command;
use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use std::fmt;
use std::io::{self, BufWriter, Stdout, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the terminal is ours now. A panic in any thread gives it back through this.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Whether the mouse is ours while the terminal is.
static MOUSE: AtomicBool = AtomicBool::new(false);

pub type Screen = Terminal<CrosstermBackend<BufWriter<Stdout>>>;

/// Holds the terminal; dropping it gives the terminal back.
pub struct Taken;

impl Taken {
    pub fn new() -> io::Result<(Taken, Screen)> {
        end_on_panic();
        take()?;
        let taken = Taken;
        Ok((taken, blank()?))
    }
}

/// A screen on which nothing stands yet.
fn blank() -> io::Result<Screen> {
    // A whole picture goes out in one write, so that no half of one is seen.
    let out = BufWriter::with_capacity(64 * 1024, io::stdout());
    Terminal::new(CrosstermBackend::new(out))
}

/// Longer texts are cut or refused by some terminals, counted as they are sent.
const LONGEST_COPY: usize = 74_994;

/// Hands a text to the terminal for its clipboard (OSC 52). Terminals do not answer to that;
/// those known to refuse are named. It is written between two pictures.
pub fn copy(text: &str) -> Result<(), String> {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let term = variable("TERM");
    if term.is_empty() || term == "dumb" || term == "linux" {
        return Err("this terminal has no clipboard".to_owned());
    }
    if variable("TERM_PROGRAM") == "Apple_Terminal" {
        return Err("this terminal keeps programs from its clipboard".to_owned());
    }
    let coded = STANDARD.encode(text);
    if coded.len() > LONGEST_COPY {
        return Err("it is too long for a terminal's clipboard".to_owned());
    }
    let plain = format!("\u{1b}]52;c;{coded}\u{7}");
    let inside_tmux = !variable("TMUX").is_empty();
    let mut out = io::stdout();
    let mut write = || {
        if inside_tmux {
            // What tmux does not take for itself it may pass on, where that is allowed.
            let passed = plain.replace('\u{1b}', "\u{1b}\u{1b}");
            write!(out, "\u{1b}Ptmux;{passed}\u{1b}\\")?;
        }
        write!(out, "{plain}")?;
        out.flush()
    };
    write().map_err(|error| format!("the terminal could not be written to ({error})"))
}

/// Takes the mouse, or gives it back while the screen stays ours.
pub fn use_mouse(on: bool) -> io::Result<()> {
    MOUSE.store(on, Ordering::SeqCst);
    crossterm::execute!(io::stdout(), Mouse(on))
}

/// Presses, drags and the wheel, in cells of any number. The library's own command asks for
/// every move too, and a mouse that is only moved must wake nobody.
struct Mouse(bool);

impl Command for Mouse {
    fn write_ansi(&self, f: &mut impl fmt::Write) -> fmt::Result {
        f.write_str(match self.0 {
            true => "\u{1b}[?1000h\u{1b}[?1002h\u{1b}[?1006h",
            false => "\u{1b}[?1006l\u{1b}[?1002l\u{1b}[?1000l",
        })
    }

    #[cfg(windows)]
    fn execute_winapi(&self) -> io::Result<()> {
        use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
        match self.0 {
            true => EnableMouseCapture.execute_winapi(),
            false => DisableMouseCapture.execute_winapi(),
        }
    }

    #[cfg(windows)]
    fn is_ansi_code_supported(&self) -> bool {
        false
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        give_back();
    }
}

fn take() -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    crossterm::execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
    // It was ours before the program went to the background.
    if MOUSE.load(Ordering::SeqCst) {
        crossterm::execute!(io::stdout(), Mouse(true))?;
    }
    Ok(())
}

fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout();
        let _ = crossterm::execute!(
            out,
            Mouse(false),
            DisableBracketedPaste,
            LeaveAlternateScreen,
            Show
        );
        let _ = out.flush();
        let _ = disable_raw_mode();
    }
}

/// Gives the terminal back for as long as another program has it.
pub fn hand_over() {
    give_back();
}

/// Takes the terminal again, with nothing on it.
pub fn take_again(screen: &mut Screen) -> io::Result<()> {
    take()?;
    *screen = blank()?;
    Ok(())
}

/// Gives the terminal back and stops; returns when the shell brings the program to the front
/// again, with the terminal taken and nothing on it. A person's key stops the whole group, as
/// Ctrl-Z does elsewhere, since a shell waits for all of it; a signal was for whom it reached.
#[cfg(unix)]
pub fn suspend(screen: &mut Screen, whole_group: bool) -> io::Result<()> {
    use rustix::process::{Signal, kill_current_process_group};
    hand_over();
    // TSTP itself is ours to catch, and would not stop anything.
    match whole_group {
        true => kill_current_process_group(Signal::STOP)?,
        false => stop()?,
    }
    take_again(screen)
}

/// Stops this program alone until it is told to go on.
#[cfg(unix)]
pub fn stop() -> io::Result<()> {
    use rustix::process::{Signal, getpid, kill_process};
    Ok(kill_process(getpid(), Signal::STOP)?)
}

#[cfg(not(unix))]
pub fn stop() -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
pub fn suspend(_: &mut Screen, _: bool) -> io::Result<()> {
    Ok(())
}

/// After a panic in whatever thread nothing can be relied on any more: the terminal is given
/// back before its text is printed, and the program ends.
fn end_on_panic() {
    let usual = std::panic::take_hook();
    let ours = std::thread::current().id();
    std::panic::set_hook(Box::new(move |panic| {
        give_back();
        usual(panic);
        // The main thread ends the program by itself, and closes what is open on the way.
        if std::thread::current().id() != ours {
            std::process::exit(PANICKED);
        }
    }));
}

/// What Rust itself exits with after a panic.
const PANICKED: i32 = 101;
