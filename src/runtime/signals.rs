//! What the system asks of a running program.

use std::io;

/// What a signal asks for.
pub enum Sign {
    End,
    /// To end, by a key of the terminal; if another program has the terminal, the key was meant for
    /// that one.
    Interrupt,
    /// To go to the background.
    Stop,
    /// Nothing, but the terminal has another size.
    Resized,
}

/// The signals that the program listens to, and the end of the terminal.
#[cfg(unix)]
pub struct Signals {
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    stop: tokio::signal::unix::Signal,
    resized: tokio::signal::unix::Signal,
    /// Notified when the terminal is gone, which a signal does not always tell.
    gone: std::sync::Arc<tokio::sync::Notify>,
}

#[cfg(unix)]
impl Signals {
    /// Starts listening; fails if the system refuses a handler.
    pub fn new() -> io::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};
        let stop = rustix::process::Signal::TSTP.as_raw();
        take_over_sizes();
        let gone = std::sync::Arc::new(tokio::sync::Notify::new());
        let told = gone.clone();
        super::terminal::when_gone(move || told.notify_one());
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            stop: signal(SignalKind::from_raw(stop))?,
            resized: signal(SignalKind::window_change())?,
            gone,
        })
    }

    /// Waits for the next signal.
    pub async fn wait(&mut self) -> Sign {
        tokio::select! {
            _ = self.terminate.recv() => Sign::End,
            _ = self.hang_up.recv() => Sign::End,
            _ = self.interrupt.recv() => Sign::Interrupt,
            _ = self.stop.recv() => Sign::Stop,
            _ = self.resized.recv() => Sign::Resized,
            _ = self.gone.notified() => Sign::End,
        }
    }
}

/// The library that reads keys also listens for new sizes, and starts the program `tput` if the
/// terminal is gone by then. This removes its handler before anything else listens.
#[cfg(unix)]
pub fn take_over_sizes() {
    // It starts to listen when first polled.
    let _ = crossterm::event::poll(std::time::Duration::ZERO);
    let resized = rustix::process::Signal::WINCH.as_raw();
    // Deprecated because it removes handlers of others, which is the purpose here.
    #[expect(deprecated)]
    signal_hook_registry::unregister_signal(resized);
}

/// Nothing to do: this system has no signal for a new size.
#[cfg(not(unix))]
pub fn take_over_sizes() {}

/// Stands in for signals on systems without them: only Ctrl-C.
#[cfg(not(unix))]
pub struct Signals;

#[cfg(not(unix))]
impl Signals {
    /// Needs no preparation here.
    pub fn new() -> io::Result<Signals> {
        Ok(Signals)
    }

    /// Waits for Ctrl-C.
    pub async fn wait(&mut self) -> Sign {
        let _ = tokio::signal::ctrl_c().await;
        Sign::Interrupt
    }
}

/// Hears the signal for a file that may not grow any more, which would end the program otherwise:
/// so the write fails, and the failure can be reported.
pub fn survive_limits() {
    #[cfg(unix)]
    {
        let heard = std::sync::Arc::default();
        let signal = rustix::process::Signal::XFSZ.as_raw();
        // If this fails, the system's default stays.
        let _ = signal_hook::flag::register(signal, heard);
    }
}
