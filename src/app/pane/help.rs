//! The sheet of all keys, made from the table of actions.

use crate::app::action::{Action, Pane, Place, Screen};
use crate::app::keymap::Keymap;

#[derive(Clone, Copy, Debug, Default)]
pub struct Help {
    pub top: usize,
}

impl Help {
    /// Each place with its actions: the keys, and what they do.
    pub fn sections(keymap: &Keymap) -> Vec<(&'static str, Vec<(String, &'static str)>)> {
        let places = [
            Place::Anywhere,
            Place::Panes,
            Place::Pane(Pane::Request),
            Place::Pane(Pane::Response),
            Place::Body,
            Place::Pane(Pane::History),
            Place::Screen(Screen::Matrix),
            Place::Screen(Screen::Sessions),
            Place::Screen(Screen::Tokens),
            Place::Field,
            Place::Dialog,
            Place::Setup,
            Place::Palette,
        ];
        let section = |place: Place| {
            let here = Action::ALL.iter().filter(|action| action.place() == place);
            let rows = here.map(|action| {
                let keys: Vec<_> = keymap.keys(*action).map(|key| key.to_string()).collect();
                (keys.join(" "), action.title())
            });
            (place.title(), rows.collect())
        };
        places.into_iter().map(section).collect()
    }

    pub fn scroll(&mut self, lines: isize, content: usize, height: usize) {
        let last = content.saturating_sub(height);
        self.top = self.top.min(last).saturating_add_signed(lines).min(last);
    }
}
