//! The sheet of all keys, made from the table of actions. It opens on the keys of what is in front.

use crate::app::action::{Action, Place};
use crate::app::keymap::Keymap;

#[derive(Clone, Debug, Default)]
pub struct Help {
    pub top: usize,
    /// The places whose keys come first.
    pub first: Vec<Place>,
}

impl Help {
    pub fn new(first: Vec<Place>) -> Help {
        Help { top: 0, first }
    }

    /// Each place with its actions: the keys, and what they do.
    pub fn sections(&self, keymap: &Keymap) -> Vec<(&'static str, Vec<(String, &'static str)>)> {
        let mut places = self.first.clone();
        places.extend(
            Place::all()
                .iter()
                .filter(|place| !self.first.contains(place)),
        );
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sheet_has_every_action_once_and_begins_with_what_is_in_front() {
        let help = Help::new(vec![Place::Investigation, Place::Anywhere]);
        let sections = help.sections(&Keymap::default());
        assert_eq!(sections[0].0, Place::Investigation.title());
        assert_eq!(sections[1].0, Place::Anywhere.title());
        let mut shown: Vec<&str> = Vec::new();
        for (_, rows) in &sections {
            shown.extend(rows.iter().map(|(_, what)| *what));
        }
        let mut all: Vec<&str> = Action::ALL.iter().map(|action| action.title()).collect();
        shown.sort_unstable();
        all.sort_unstable();
        assert_eq!(shown, all);
    }
}
