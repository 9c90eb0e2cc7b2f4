//! The sheet of all keys, made from the table of actions. It opens on the keys for what is in
//! front.

use crate::app::action::{Action, Place};
use crate::app::field::Field;
use crate::app::keymap::Keymap;

/// The open sheet of keys: what it starts with, its search and its scroll position.
#[derive(Clone, Debug, Default)]
pub struct Help {
    pub top: usize,
    /// The places whose keys come first.
    pub first: Vec<Place>,
    /// Words that a row must contain to be shown.
    pub search: Option<Box<Field>>,
}

impl Help {
    /// Opens on the keys of these places.
    pub fn new(first: Vec<Place>) -> Help {
        Help {
            first,
            ..Help::default()
        }
    }

    /// The place it was opened over, whose keys come first.
    pub fn over(&self) -> Option<Place> {
        self.first.first().copied()
    }

    /// Starts a search; the sheet scrolls back to its top.
    pub fn start_search(&mut self) {
        self.search = Some(Box::new(Field::line("")));
        self.top = 0;
    }

    /// Shows every row again; `true` if there was a search.
    pub fn stop_search(&mut self) -> bool {
        self.top = 0;
        self.search.take().is_some()
    }

    /// Each place with its actions: their keys and what they do. During a search, only those that
    /// have every typed word in their keys, their description or the name of their place.
    pub fn sections(&self, keymap: &Keymap) -> Vec<(&'static str, Vec<(String, &'static str)>)> {
        let mut places = self.first.clone();
        places.extend(
            Place::all()
                .iter()
                .filter(|place| !self.first.contains(place)),
        );
        let sought = self.search.as_deref().map(Field::text).unwrap_or_default();
        let sought = sought.to_lowercase();
        let fits = |place: Place, (keys, what): &(String, &str)| {
            let row = format!("{keys} {what} {}", place.title()).to_lowercase();
            sought.split_whitespace().all(|word| row.contains(word))
        };
        let section = |place: Place| {
            let here = Action::ALL.iter().filter(|action| action.place() == place);
            let rows = here.map(|action| {
                let keys: Vec<_> = keymap.keys(*action).map(|key| key.to_string()).collect();
                (keys.join(" "), action.title())
            });
            let rows: Vec<_> = rows.filter(|row| fits(place, row)).collect();
            (place.title(), rows)
        };
        let sections = places.into_iter().map(section);
        sections.filter(|(_, rows)| !rows.is_empty()).collect()
    }

    /// Scrolls by `lines`, no further than `content` lines in a window of `height` allow.
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
