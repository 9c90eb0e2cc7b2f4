//! Work on large bodies and on the history goes on behind a person's back, and gives way to what
//! the person waits for.

use std::time::{Duration, Instant};

/// From now on the calling thread gets the processor where no other wants it as much.
pub fn give_way() {
    // Where threads have no order of their own, it would be the whole program's.
    #[cfg(target_os = "linux")]
    {
        const STEPS: i32 = 10;
        // If it cannot be, the work is done all the same.
        let _ = rustix::process::nice(STEPS);
    }
}

/// Whoever waits for the processor of a thread that gave way may have to wait until the slice of
/// that thread is used up: several milliseconds, for the one that draws and again for the
/// terminal. So long work is done in short stretches. To yield is not enough, since Linux may
/// let the same thread go on; only one that sleeps is off its processor for certain.
pub struct Stretches {
    began: Instant,
}

const STRETCH: Duration = Duration::from_millis(1);
/// The system's own rounding makes some fifty microseconds of it.
const PAUSE: Duration = Duration::from_micros(1);

impl Stretches {
    pub fn begin() -> Stretches {
        Stretches {
            began: Instant::now(),
        }
    }

    /// To be called often; pauses where the stretch was long enough.
    pub fn rest(&mut self) {
        if self.began.elapsed() >= STRETCH {
            std::thread::sleep(PAUSE);
            self.began = Instant::now();
        }
    }
}
