//! The async runtimes that tasks run on.

use std::io;
use tokio::runtime::{Builder, Runtime};

/// Open files that a runtime needs, with some to spare. A library panics if it cannot get one for
/// the signals it listens to.
const FILES: usize = 8;
/// The same with a screen: the library that reads keys panics too.
const FILES_WITH_KEYS: usize = 16;

/// A runtime with `count` threads, for work beside the screen.
pub fn threads(count: usize) -> io::Result<Runtime> {
    has_files(FILES_WITH_KEYS)?;
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(count).enable_all().build()
}

/// A runtime on the calling thread, for a command's own calls, one after another.
pub fn one_by_one() -> io::Result<Runtime> {
    has_files(FILES)?;
    Builder::new_current_thread().enable_all().build()
}

/// Fails if that many files cannot be opened.
fn has_files(count: usize) -> io::Result<()> {
    #[cfg(unix)]
    {
        let (one, _other) = std::os::unix::net::UnixStream::pair()?;
        let held: io::Result<Vec<_>> = (2..count).map(|_| one.try_clone()).collect();
        drop(held?);
    }
    #[cfg(not(unix))]
    let _ = count;
    Ok(())
}
