//! Floor 6: the roof. Joins the two towers: the engine carries out effects, and their results go
//! back as messages. Tasks and the terminal live only here.

mod begun;
mod editor;
mod grant;
mod input;
mod known;
mod new_token;
mod page;
mod paste;
mod pasted_token;
mod perform;
mod plain;
mod proof;
mod proving;
mod reading;
mod run;
mod runs;
mod secret;
mod secret_keys;
mod seen;
mod sessions;
mod setup;
mod signals;
mod story;
mod stream;
mod tasks;
mod team;
mod terminal;
mod tmux;

pub use perform::Means;
pub use plain::run as run_plain;
pub use run::{Looks, RunError, run};
pub use signals::{survive_limits, take_over_sizes};
pub use tasks::one_by_one as tasks;
pub use terminal::{
    Taken, keep_code_of_panics, size as terminal_size, when_gone as when_terminal_is_gone,
};
