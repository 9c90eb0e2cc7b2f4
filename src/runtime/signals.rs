//! What the system asks of a running program.

use std::io;

/// What a signal asks for.
pub enum Sign {
    End,
    /// To end, by a key of the terminal; while another program has the terminal, it is meant for
    /// that one.
    Interrupt,
    /// To go to the background.
    Stop,
    /// Nothing: the terminal has another size.
    Resized,
}

#[cfg(unix)]
pub struct Signals {
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    stop: tokio::signal::unix::Signal,
    resized: tokio::signal::unix::Signal,
    /// Notified when the terminal has gone, which a signal does not always say.
    gone: std::sync::Arc<tokio::sync::Notify>,
}

#[cfg(unix)]
impl Signals {
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

/// The library that reads keys hears of new sizes too, and starts the program `tput` where the
/// terminal has gone meanwhile. What it hears by is taken away before anything else listens.
#[cfg(unix)]
pub fn take_over_sizes() {
    // It begins to listen when it is first asked.
    let _ = crossterm::event::poll(std::time::Duration::ZERO);
    let resized = rustix::process::Signal::WINCH.as_raw();
    // Deprecated because it takes away what others set up; here that is what is wanted.
    #[expect(deprecated)]
    signal_hook_registry::unregister_signal(resized);
}

#[cfg(not(unix))]
pub fn take_over_sizes() {}

#[cfg(not(unix))]
pub struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub fn new() -> io::Result<Signals> {
        Ok(Signals)
    }

    pub async fn wait(&mut self) -> Sign {
        let _ = tokio::signal::ctrl_c().await;
        Sign::Interrupt
    }
}

/// A file that may not grow any more ends a program, unless it hears the signal: then the write
/// fails, and the failure can be told.
pub fn survive_limits() {
    #[cfg(unix)]
    {
        let heard = std::sync::Arc::default();
        let signal = rustix::process::Signal::XFSZ.as_raw();
        // Where it cannot be set up, the system's own way stands.
        let _ = signal_hook::flag::register(signal, heard);
    }
}
