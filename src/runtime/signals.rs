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
}

#[cfg(unix)]
pub struct Signals {
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    stop: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    pub fn new() -> io::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};
        let stop = rustix::process::Signal::TSTP.as_raw();
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            stop: signal(SignalKind::from_raw(stop))?,
        })
    }

    pub async fn wait(&mut self) -> Sign {
        tokio::select! {
            _ = self.terminate.recv() => Sign::End,
            _ = self.hang_up.recv() => Sign::End,
            _ = self.interrupt.recv() => Sign::Interrupt,
            _ = self.stop.recv() => Sign::Stop,
        }
    }
}

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
