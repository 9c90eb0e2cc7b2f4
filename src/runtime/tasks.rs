//! What tasks run on.

use std::io;
use tokio::runtime::{Builder, Runtime};

/// How many files it takes to run tasks at all, some to spare. A library that gets none for the
/// signals it listens to panics.
const FILES: usize = 8;
/// The same beside a screen: the library that reads keys panics too.
const FILES_WITH_KEYS: usize = 16;

/// For what runs beside the screen.
pub fn threads(count: usize) -> io::Result<Runtime> {
    has_files(FILES_WITH_KEYS)?;
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(count).enable_all().build()
}

/// For a command's own calls, one after another on the calling thread.
pub fn one_by_one() -> io::Result<Runtime> {
    has_files(FILES)?;
    Builder::new_current_thread().enable_all().build()
}

/// Whether that many files can be opened.
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
