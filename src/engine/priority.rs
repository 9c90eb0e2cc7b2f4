//! Background work on large bodies and on the history gives way to what the person waits for.

use std::time::{Duration, Instant};

/// Lowers the priority of the calling thread (Linux only).
pub fn give_way() {
    // Elsewhere the priority is the whole program's.
    #[cfg(target_os = "linux")]
    {
        const STEPS: i32 = 10;
        // Without it the work is done all the same.
        let _ = rustix::process::nice(STEPS);
    }
}

/// Does long work in short stretches. Even a thread of low priority may keep a processor for its
/// whole slice, several milliseconds that drawing and the terminal each wait for. Yielding is not
/// enough, because Linux may continue the same thread; only sleep frees the processor for certain.
pub struct Stretches {
    began: Instant,
}

const STRETCH: Duration = Duration::from_millis(1);
/// The system rounds it up to some fifty microseconds.
const PAUSE: Duration = Duration::from_micros(1);

impl Stretches {
    /// Starts the first stretch.
    pub fn begin() -> Stretches {
        Stretches {
            began: Instant::now(),
        }
    }

    /// Call it often; it pauses when the stretch has lasted long enough.
    pub fn rest(&mut self) {
        if self.began.elapsed() >= STRETCH {
            std::thread::sleep(PAUSE);
            self.began = Instant::now();
        }
    }
}
