//! A question in the message line.

use crate::app::pane::Question;
use crate::app::{Action, State};
use crate::model::wrap;
use crate::ui::theme::Theme;
use ratatui::text::Line;

/// The full question; with the keys that answer it if they have no line of their own.
pub fn lines(question: &Question, state: &State, theme: &Theme, width: u16) -> Vec<Line<'static>> {
    let margin = if width >= 60 { "  " } else { " " };
    let room = (width as usize).saturating_sub(2 * margin.len());
    let (whole, short) = question.says();
    let sign = match (question, theme.ascii) {
        (Question::Page { .. } | Question::Host { .. } | Question::Issuer { .. }, _) => "",
        (Question::Write { .. } | Question::Files { .. }, false) => "▲ ",
        (Question::Write { .. } | Question::Files { .. }, true) => "! ",
    };
    let key = |action: Action| {
        let key = state.keymap.hint(action).unwrap_or_default();
        theme.key_name(&key)
    };
    let style = match question {
        Question::Write { .. } | Question::Files { .. } => theme.trouble(),
        Question::Page { .. } | Question::Host { .. } | Question::Issuer { .. } => theme.strong(),
    };
    let text = match (width >= 60, question) {
        (true, _) => format!("{sign}{whole}"),
        (false, Question::Write { .. } | Question::Files { .. }) => format!(
            "{sign}{short}  {} sends once  {} no",
            key(Action::WriteOnce),
            key(Action::WriteLeave)
        ),
        (false, Question::Page { .. }) => format!(
            "{short}  {} opens it  {} copies  {} no",
            key(Action::PageOpen),
            key(Action::PageCopy),
            key(Action::PageLeave)
        ),
        (false, Question::Host { .. } | Question::Issuer { .. }) => format!(
            "{short}  {} asks  {} no",
            key(Action::HostAsk),
            key(Action::HostLeave)
        ),
    };
    let lines = wrap(&text, room).into_iter();
    lines
        .map(|line| Line::styled(format!("{margin}{line}"), style))
        .collect()
}
