//! Keys in our own words, and what they mean where. The terminal library's keys stay outside.

use super::action::{Action, Place};
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyCode {
    Char(char),
    Function(u8),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Insert,
    Left,
    Right,
    Up,
    Down,
    Home,
    End,
    PageUp,
    PageDown,
}

const NAMES: [(&str, &str, KeyCode); 16] = [
    ("enter", "Enter", KeyCode::Enter),
    ("esc", "Esc", KeyCode::Esc),
    ("tab", "Tab", KeyCode::Tab),
    ("backtab", "Shift-Tab", KeyCode::BackTab),
    ("backspace", "Backspace", KeyCode::Backspace),
    ("delete", "Del", KeyCode::Delete),
    ("insert", "Ins", KeyCode::Insert),
    ("left", "←", KeyCode::Left),
    ("right", "→", KeyCode::Right),
    ("up", "↑", KeyCode::Up),
    ("down", "↓", KeyCode::Down),
    ("home", "Home", KeyCode::Home),
    ("end", "End", KeyCode::End),
    ("pageup", "PgUp", KeyCode::PageUp),
    ("pagedown", "PgDn", KeyCode::PageDown),
    ("space", "Space", KeyCode::Char(' ')),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub code: KeyCode,
    pub ctrl: bool,
    pub alt: bool,
}

impl Key {
    pub fn plain(code: KeyCode) -> Key {
        Key {
            code,
            ctrl: false,
            alt: false,
        }
    }

    /// `ctrl-r`, `f5`, `esc`, `G`, `?`.
    pub fn parse(text: &str) -> Option<Key> {
        let (ctrl, rest) = match text.strip_prefix("ctrl-") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (alt, rest) = match rest.strip_prefix("alt-") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let mut characters = rest.chars();
        let named = NAMES.iter().find(|(name, _, _)| *name == rest);
        let code = match (named, characters.next(), characters.as_str()) {
            (Some((_, _, code)), _, _) => *code,
            (None, Some(c), "") => KeyCode::Char(c),
            (None, Some('f'), number) => match number.parse() {
                Ok(number @ 1..=12) => KeyCode::Function(number),
                _ => return None,
            },
            _ => return None,
        };
        Some(Key { code, ctrl, alt })
    }

    /// Ctrl and function keys act while typing too.
    pub fn acts_anywhere(self) -> bool {
        self.ctrl || matches!(self.code, KeyCode::Function(_))
    }
}

/// As keys are written on screens: `^R`, `F5`, `Esc`.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        if self.alt {
            f.write_str("Alt-")?;
        }
        let named = NAMES.iter().find(|(_, _, code)| *code == self.code);
        match (self.code, named) {
            (_, Some((_, shown, _))) if self.ctrl => write!(f, "Ctrl-{shown}"),
            (_, Some((_, shown, _))) => f.write_str(shown),
            (KeyCode::Char(c), None) if self.ctrl => write!(f, "^{}", c.to_ascii_uppercase()),
            (KeyCode::Char(c), None) => write!(f, "{c}"),
            (KeyCode::Function(number), _) => write!(f, "F{number}"),
            _ => Ok(()),
        }
    }
}

/// Which keys mean which actions.
#[derive(Clone, Debug)]
pub struct Keymap {
    bindings: Vec<(Action, Key)>,
}

impl Default for Keymap {
    fn default() -> Keymap {
        let keys = |action: &Action| {
            let action = *action;
            let keys = action.default_keys().iter();
            keys.filter_map(|key| Key::parse(key))
                .map(move |key| (action, key))
        };
        Keymap {
            bindings: Action::ALL.iter().flat_map(keys).collect(),
        }
    }
}

impl Keymap {
    pub fn lookup(&self, place: Place, key: Key) -> Option<Action> {
        let found = |(action, bound): &&(Action, Key)| action.place() == place && *bound == key;
        self.bindings.iter().find(found).map(|(action, _)| *action)
    }

    pub fn keys(&self, action: Action) -> impl Iterator<Item = Key> + '_ {
        let bound = self.bindings.iter();
        bound
            .filter(move |(a, _)| *a == action)
            .map(|(_, key)| *key)
    }

    /// The first key of an action, as it is shown.
    pub fn hint(&self, action: Action) -> Option<String> {
        self.keys(action).next().map(|key| key.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_and_written() {
        let cases = [
            ("ctrl-r", "^R"),
            ("f5", "F5"),
            ("esc", "Esc"),
            ("G", "G"),
            ("?", "?"),
            ("alt-left", "Alt-←"),
            ("space", "Space"),
            ("f", "f"),
        ];
        for (typed, shown) in cases {
            assert_eq!(Key::parse(typed).unwrap().to_string(), shown);
        }
        for wrong in ["", "ctrl-", "f13", "word"] {
            assert_eq!(Key::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_default_key_is_readable_and_means_one_thing_in_its_place() {
        let mut seen: Vec<(Place, Key)> = Vec::new();
        for action in Action::ALL {
            assert!(!action.default_keys().is_empty());
            for key in action.default_keys() {
                let key = Key::parse(key).unwrap();
                let pair = (action.place(), key);
                assert!(!seen.contains(&pair), "{} {key}", action.id());
                seen.push(pair);
            }
        }
    }

    #[test]
    fn keys_that_act_anywhere_are_not_taken_by_typing() {
        for action in Action::ALL.iter().filter(|a| a.place() == Place::Anywhere) {
            for key in action.default_keys() {
                let key = Key::parse(key).unwrap();
                assert!(key.acts_anywhere());
                assert_eq!(Keymap::default().lookup(Place::Field, key), None);
            }
        }
    }
}
