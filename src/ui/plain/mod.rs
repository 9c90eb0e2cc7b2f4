//! The explorer as lines of text, for screen readers and slow lines: every part in reading order,
//! choices with their numbers, no frames, and nothing that must be drawn twice.

mod answer;
mod overlay;
mod parts;
mod screens;

pub use overlay::{asks, choices, overlay};
pub use parts::possible;

use crate::app::{Reading, State};
use crate::model::visible_line;

/// Reads a part of the explorer. `rest` is what was typed after its name.
pub fn read(reading: Reading, rest: &str, state: &State) -> Vec<String> {
    let lines = match reading {
        Reading::Place => parts::place(state),
        Reading::Request => parts::request(state),
        Reading::Answer => answer::whole(state),
        Reading::Errors => answer::errors(state),
        Reading::Body => answer::body(state, rest),
        Reading::Headers => answer::headers(state),
        Reading::Why => answer::why(state),
        Reading::Timing => answer::timing(state),
        Reading::Compare => answer::compared(state),
        Reading::History => parts::history(state, rest),
        Reading::Screen => screens::list(state),
        Reading::Detail => screens::detail(state),
        Reading::Actions => parts::actions(state),
        Reading::Everything => {
            let mut lines = parts::place(state);
            lines.extend(parts::request(state));
            lines.extend(answer::whole(state));
            lines.extend(answer::body(state, ""));
            lines.extend(parts::history(state, ""));
            lines
        }
        Reading::Help => parts::help(state),
    };
    let safe = |line: String| visible_line(&line).into_owned();
    lines.into_iter().map(safe).collect()
}

/// What the program says unasked: one sentence, and what to do.
pub fn notice(state: &State) -> Option<String> {
    let notice = state.notice.as_ref()?;
    let words = format!("{} {}", notice.what, notice.remedy);
    Some(visible_line(words.trim_end()).into_owned())
}

/// What is under way.
pub fn running(state: &State) -> Vec<String> {
    let calls = state.running.iter();
    let says = |call: &crate::app::Running| {
        visible_line(&format!("Under way: {} {}", call.method, call.url)).into_owned()
    };
    calls.map(says).collect()
}
