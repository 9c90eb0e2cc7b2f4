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
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use std::fmt;
use std::io::{self, BufWriter, Stdout, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the terminal is ours now. A panic in any thread gives it back through this.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Whether Ctrl-C is heard as a signal while the terminal is ours.
static INTERRUPT: AtomicBool = AtomicBool::new(false);

/// Whether the mouse is ours while the terminal is.
static MOUSE: AtomicBool = AtomicBool::new(false);

pub type Screen = Terminal<Pen>;

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
    Terminal::new(Pen(CrosstermBackend::new(out)))
}

/// Columns and rows of the terminal, if there is one. The library's own `size` starts the
/// program `tput` where it cannot tell, with every token that stands in a variable.
#[cfg(unix)]
pub fn size() -> io::Result<(u16, u16)> {
    let size = crossterm::terminal::window_size()?;
    Ok((size.columns, size.rows))
}

#[cfg(not(unix))]
pub fn size() -> io::Result<(u16, u16)> {
    crossterm::terminal::size()
}

/// Whether there is no terminal, or none any more.
pub fn is_gone() -> bool {
    size().is_err()
}

/// What draws the pictures: the library's own hand, which neither starts a program nor panics
/// when the terminal has gone.
pub struct Pen(CrosstermBackend<BufWriter<Stdout>>);

impl Backend for Pen {
    type Error = io::Error;

    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, cells: I) -> io::Result<()> {
        self.0.draw(cells)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.0.hide_cursor()
    }

    /// The last thing that is asked of it. A failure would be printed, and printing to a
    /// terminal that has gone is a panic.
    fn show_cursor(&mut self) -> io::Result<()> {
        let _ = self.0.show_cursor();
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.0.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.0.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.0.clear()
    }

    fn clear_region(&mut self, part: ClearType) -> io::Result<()> {
        self.0.clear_region(part)
    }

    fn size(&self) -> io::Result<Size> {
        size().map(Size::from)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.0.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.0)
    }
}

/// Does something once when the other end of the terminal is closed. The library never tells:
/// it goes on reading what has come to its end.
pub fn when_gone(act: impl FnOnce() + Send + 'static) {
    #[cfg(unix)]
    {
        use rustix::event::{PollFd, PollFlags, poll};
        // Taken here: once the other end is closed, nothing says any more that it is a terminal.
        let input = input();
        let wait = move || {
            let terminal = input?;
            let mut waited = [PollFd::new(&terminal, PollFlags::empty())];
            while poll(&mut waited, None) == Err(rustix::io::Errno::INTR) {}
            // Where the system cannot wait for terminals, it says that this is none.
            let is_gone = waited[0]
                .revents()
                .intersects(PollFlags::HUP | PollFlags::ERR);
            io::Result::Ok(is_gone)
        };
        let thread = std::thread::Builder::new().name("hang-up".to_owned());
        // Without it there are still the signal, and the next picture that cannot be drawn.
        let _ = thread.spawn(move || {
            // Where there is nothing to read keys from, it has gone already.
            if wait().unwrap_or(true) {
                act();
            }
        });
    }
    #[cfg(not(unix))]
    drop(act);
}

/// Where keys come from.
#[cfg(unix)]
fn input() -> io::Result<std::os::fd::OwnedFd> {
    use std::io::IsTerminal;
    use std::os::fd::AsFd;
    match io::stdin().is_terminal() {
        true => io::stdin().as_fd().try_clone_to_owned(),
        false => std::fs::File::open("/dev/tty").map(Into::into),
    }
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
    if INTERRUPT.load(Ordering::SeqCst) {
        hear_interrupt();
    }
    // It was ours before the program went to the background.
    if MOUSE.load(Ordering::SeqCst) {
        crossterm::execute!(io::stdout(), Mouse(true))?;
    }
    Ok(())
}

/// From now on Ctrl-C is a signal, which is heard whatever is being read: behind the beginning of
/// a paste whose end never comes, every other key is text. To be called when someone listens.
pub fn hear_interrupt() {
    INTERRUPT.store(true, Ordering::SeqCst);
    #[cfg(unix)]
    {
        use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex};
        use rustix::termios::{tcgetattr, tcsetattr};
        /// What stands for no key.
        const NONE: u8 = if cfg!(target_os = "linux") { 0 } else { 0xff };
        let set = || -> io::Result<()> {
            let input = input()?;
            let mut modes = tcgetattr(&input)?;
            // Nothing that was typed before is lost by it.
            modes.local_modes |= LocalModes::ISIG | LocalModes::NOFLSH;
            modes.special_codes[SpecialCodeIndex::VINTR] = 3;
            modes.special_codes[SpecialCodeIndex::VQUIT] = NONE;
            modes.special_codes[SpecialCodeIndex::VSUSP] = NONE;
            Ok(tcsetattr(&input, OptionalActions::Now, &modes)?)
        };
        // Without it Ctrl-C is a key like others.
        let _ = set();
    }
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

/// Whether the terminal shows what is typed; dropping it shows it again.
#[derive(Default)]
pub struct Echo {
    off: bool,
}

impl Echo {
    pub fn is_off(&self) -> bool {
        self.off
    }

    pub fn show(&mut self, on: bool) {
        if self.off != on {
            return;
        }
        self.off = !on;
        #[cfg(unix)]
        {
            use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
            let input = io::stdin();
            if let Ok(mut modes) = tcgetattr(&input) {
                modes.local_modes.set(LocalModes::ECHO, on);
                // A terminal that cannot do it shows what is typed, as it does everywhere.
                let _ = tcsetattr(&input, OptionalActions::Now, &modes);
            }
        }
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        self.show(true);
    }
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
