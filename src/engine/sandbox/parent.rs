//! The process that started this one: a sandbox alone ends with it.

#[cfg(unix)]
pub use on_unix::Parent;

/// Where it cannot be told whether the parent has ended, none is known.
#[cfg(not(unix))]
pub struct Parent;

#[cfg(not(unix))]
impl Parent {
    /// Always `None`: a sandbox here ends when it is stopped.
    pub fn of_this() -> Option<Parent> {
        None
    }

    /// Waits for ever.
    pub async fn ends(self) {
        std::future::pending().await
    }
}

#[cfg(unix)]
mod on_unix {
    use rustix::process::{Pid, getppid};
    use std::time::Duration;

    /// How often it is looked for where the system does not tell of its end.
    const LOOK: Duration = Duration::from_millis(250);

    /// The process by its id, as it was when this one asked.
    pub struct Parent(Pid);

    impl Parent {
        /// `None` where it is the system's first process, or outside of what can be seen here.
        pub fn of_this() -> Option<Parent> {
            let parent = getppid().filter(|parent| !parent.is_init())?;
            Some(Parent(parent))
        }

        /// Whoever lost its parent has another one.
        fn is_there(&self) -> bool {
            getppid() == Some(self.0)
        }

        /// Returns when it has ended.
        pub async fn ends(self) {
            #[cfg(target_os = "linux")]
            self.wait_on_handle().await;
            while self.is_there() {
                tokio::time::sleep(LOOK).await;
            }
        }

        /// Waits on a handle of the process, where the system has such: on a thread, which costs
        /// nothing while it waits.
        #[cfg(target_os = "linux")]
        async fn wait_on_handle(&self) {
            use rustix::event::{PollFd, PollFlags, poll};
            use rustix::process::{PidfdFlags, pidfd_open};
            let Ok(handle) = pidfd_open(self.0, PidfdFlags::empty()) else {
                return;
            };
            // Its number may be another's by now; then it is not there any more.
            if !self.is_there() {
                return;
            }
            let (ended, told) = tokio::sync::oneshot::channel::<()>();
            let thread = std::thread::Builder::new().name("parent".to_owned());
            let waiting = thread.spawn(move || {
                // It can be read from its end on.
                let mut waited = [PollFd::new(&handle, PollFlags::IN)];
                while poll(&mut waited, None) == Err(rustix::io::Errno::INTR) {}
                drop(ended);
            });
            if waiting.is_ok() {
                let _ = told.await;
            }
        }
    }
}
