//! Takes the terminal over and gives it back: exactly once, however the program ends.

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

/// Whether we have the terminal now. A panic in any thread gives it back by this.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Whether Ctrl-C arrives as a signal while we have the terminal.
static INTERRUPT: AtomicBool = AtomicBool::new(false);

/// Whether we have the mouse while we have the terminal.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// The screen to draw on, by the drawing library.
pub type Screen = Terminal<Pen>;

/// Holds the terminal; dropping it gives the terminal back.
pub struct Taken;

impl Taken {
    /// Takes the terminal over, and gives a blank screen; fails if there is no terminal.
    pub fn new() -> io::Result<(Taken, Screen)> {
        end_on_panic();
        take()?;
        let taken = Taken;
        Ok((taken, blank()?))
    }
}

/// A blank screen.
fn blank() -> io::Result<Screen> {
    // A whole picture goes out in one write, so that nobody sees half of one.
    let out = BufWriter::with_capacity(64 * 1024, io::stdout());
    Terminal::new(Pen(CrosstermBackend::new(out)))
}

/// Columns and rows of the terminal, if there is one. The library's own `size` may start the
/// program `tput`, and hand it every token that is in a variable.
#[cfg(unix)]
pub fn size() -> io::Result<(u16, u16)> {
    let size = crossterm::terminal::window_size()?;
    Ok((size.columns, size.rows))
}

/// Columns and rows of the terminal; fails if there is none.
#[cfg(not(unix))]
pub fn size() -> io::Result<(u16, u16)> {
    crossterm::terminal::size()
}

/// Whether there is no terminal, or it is gone.
pub fn is_gone() -> bool {
    size().is_err()
}

/// Draws the pictures with the library's own code, but starts no program and does not panic when
/// the terminal is gone.
pub struct Pen(CrosstermBackend<BufWriter<Stdout>>);

impl Backend for Pen {
    type Error = io::Error;

    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, cells: I) -> io::Result<()> {
        self.0.draw(cells)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.0.hide_cursor()
    }

    /// The library calls this last. It would print a failure, and printing to a terminal that is
    /// gone panics.
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

/// Calls `act` once when the other end of the terminal closes. The library never reports that: it
/// keeps reading at the end of input.
pub fn when_gone(act: impl FnOnce() + Send + 'static) {
    #[cfg(unix)]
    {
        use rustix::event::{PollFd, PollFlags, poll};
        // Open it now: once the other end is closed, nothing shows that this was a terminal.
        let input = input();
        let wait = move || {
            let terminal = input?;
            let mut waited = [PollFd::new(&terminal, PollFlags::empty())];
            while poll(&mut waited, None) == Err(rustix::io::Errno::INTR) {}
            // A system that cannot wait for terminals says that this is not one.
            let is_gone = waited[0]
                .revents()
                .intersects(PollFlags::HUP | PollFlags::ERR);
            io::Result::Ok(is_gone)
        };
        let thread = std::thread::Builder::new().name("hang-up".to_owned());
        // Without the thread there is still the signal, and the next picture that cannot be drawn.
        let _ = thread.spawn(move || {
            // If there is nothing to read keys from, the terminal is already gone.
            if wait().unwrap_or(true) {
                act();
            }
        });
    }
    #[cfg(not(unix))]
    drop(act);
}

/// The file that keys come from.
#[cfg(unix)]
fn input() -> io::Result<std::os::fd::OwnedFd> {
    use std::io::IsTerminal;
    use std::os::fd::AsFd;
    if io::stdin().is_terminal() {
        io::stdin().as_fd().try_clone_to_owned()
    } else {
        std::fs::File::open("/dev/tty").map(Into::into)
    }
}

/// Some terminals cut or refuse longer texts, counted in encoded bytes.
const LONGEST_COPY: usize = 74_994;

/// Hands a text to the terminal for its clipboard (OSC 52). Terminals do not answer; the error
/// names those known to refuse. Call it between two pictures.
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
            // tmux may pass on what it does not take for itself, if it is allowed to.
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

/// Presses, drags and the wheel, in cells of any number. The library's own command also reports
/// every move, and moving the mouse must not wake the program.
struct Mouse(bool);

impl Command for Mouse {
    fn write_ansi(&self, f: &mut impl fmt::Write) -> fmt::Result {
        f.write_str(if self.0 {
            "\u{1b}[?1000h\u{1b}[?1002h\u{1b}[?1006h"
        } else {
            "\u{1b}[?1006l\u{1b}[?1002l\u{1b}[?1000l"
        })
    }

    #[cfg(windows)]
    fn execute_winapi(&self) -> io::Result<()> {
        use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
        if self.0 {
            EnableMouseCapture.execute_winapi()
        } else {
            DisableMouseCapture.execute_winapi()
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
    // We had the mouse before the program went to the background.
    if MOUSE.load(Ordering::SeqCst) {
        crossterm::execute!(io::stdout(), Mouse(true))?;
    }
    Ok(())
}

/// Makes Ctrl-C a signal from now on, which arrives whatever is being read: after the beginning of
/// a paste without an end, every other key is text. Call it once someone listens.
pub fn hear_interrupt() {
    INTERRUPT.store(true, Ordering::SeqCst);
    #[cfg(unix)]
    {
        use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex};
        use rustix::termios::{tcgetattr, tcsetattr};
        /// The value that stands for no key.
        const NONE: u8 = if cfg!(target_os = "linux") { 0 } else { 0xff };
        let set = || -> io::Result<()> {
            let input = input()?;
            let mut modes = tcgetattr(&input)?;
            // Keeps what was typed before.
            modes.local_modes |= LocalModes::ISIG | LocalModes::NOFLSH;
            modes.special_codes[SpecialCodeIndex::VINTR] = 3;
            modes.special_codes[SpecialCodeIndex::VQUIT] = NONE;
            modes.special_codes[SpecialCodeIndex::VSUSP] = NONE;
            Ok(tcsetattr(&input, OptionalActions::Now, &modes)?)
        };
        // Without this, Ctrl-C is a key like others.
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

/// Gives the terminal back while another program uses it.
pub fn hand_over() {
    give_back();
}

/// Takes the terminal again, with a blank screen.
pub fn take_again(screen: &mut Screen) -> io::Result<()> {
    take()?;
    *screen = blank()?;
    Ok(())
}

/// Gives the terminal back and stops; returns once the shell brings the program to the front, with
/// the terminal taken and a blank screen. A person's key stops the whole group, like Ctrl-Z
/// elsewhere, since a shell waits for all of it; a signal stops only the program it reached.
#[cfg(unix)]
pub fn suspend(screen: &mut Screen, whole_group: bool) -> io::Result<()> {
    use rustix::process::{Signal, kill_current_process_group};
    hand_over();
    // We catch TSTP ourselves, so it would not stop anything.
    if whole_group {
        kill_current_process_group(Signal::STOP)?
    } else {
        stop()?
    }
    take_again(screen)
}

/// Stops this program alone until it is told to go on.
#[cfg(unix)]
pub fn stop() -> io::Result<()> {
    use rustix::process::{Signal, getpid, kill_process};
    Ok(kill_process(getpid(), Signal::STOP)?)
}

/// Does nothing: this system cannot stop a program.
#[cfg(not(unix))]
pub fn stop() -> io::Result<()> {
    Ok(())
}

/// Does nothing: this system cannot stop a program.
#[cfg(not(unix))]
pub fn suspend(_: &mut Screen, _: bool) -> io::Result<()> {
    Ok(())
}

/// Controls whether the terminal shows what is typed; dropping it shows it again.
#[derive(Default)]
pub struct Echo {
    off: bool,
}

impl Echo {
    /// Whether typed text is hidden now.
    pub fn is_off(&self) -> bool {
        self.off
    }

    /// Shows typed text or hides it; a terminal that cannot hide it goes on showing it.
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
                // A terminal that cannot hide text shows it as usual.
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

/// After a panic in any thread nothing is reliable: gives the terminal back before the panic's text
/// is printed, and ends the program.
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

/// The exit code of Rust itself after a panic.
const PANICKED: i32 = 101;

/// Where the program is built to end at once on a panic, it ends with the code of one all the same,
/// and not with a signal.
pub fn keep_code_of_panics() {
    if cfg!(panic = "abort") {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            usual(panic);
            std::process::exit(PANICKED);
        }));
    }
}
