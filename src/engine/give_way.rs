//! Work on large bodies and on the history goes on behind a person's back, and gives way to what
//! the person waits for.

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
