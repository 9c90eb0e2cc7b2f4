//! Keys in our own terms, and what each means where. The terminal library's key types stay outside.

use super::action::{Action, Place};
use crate::format::FormatError;
use crate::format::keys_file::{self, Word};
use std::fmt;

/// The keys that an action can have, whatever the terminal library calls them.
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

const NAMES: [(&str, &str, KeyCode); 17] = [
    ("enter", "Enter", KeyCode::Enter),
    ("esc", "Esc", KeyCode::Esc),
    ("tab", "Tab", KeyCode::Tab),
    ("shift-tab", "Shift-Tab", KeyCode::BackTab),
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

/// One key press with its modifiers; Shift is part of the character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub code: KeyCode,
    pub ctrl: bool,
    pub alt: bool,
}

impl Key {
    /// Whether it types a character.
    pub fn is_text(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && !self.ctrl && !self.alt
    }

    /// The key without Ctrl or Alt.
    pub fn plain(code: KeyCode) -> Key {
        Key {
            code,
            ctrl: false,
            alt: false,
        }
    }

    /// Reads a spelling such as `ctrl-r`, `f5`, `esc`, `G` or `?`; `None` for any other word.
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

    /// Whether it acts even while the person types: Ctrl, Alt and function keys are no text.
    pub fn acts_anywhere(self) -> bool {
        self.ctrl || self.alt || matches!(self.code, KeyCode::Function(_))
    }

    /// The spelling that `parse` reads.
    pub fn spelling(self) -> String {
        let ctrl = if self.ctrl { "ctrl-" } else { "" };
        let alt = if self.alt { "alt-" } else { "" };
        let named = NAMES.iter().find(|(_, _, code)| *code == self.code);
        let code = match (self.code, named) {
            (_, Some((word, _, _))) => (*word).to_owned(),
            (KeyCode::Char(c), None) => c.to_string(),
            (KeyCode::Function(number), _) => format!("f{number}"),
            _ => String::new(),
        };
        format!("{ctrl}{alt}{code}")
    }

    /// The key that a terminal sends instead, because it cannot tell the two apart.
    fn sent_as(self) -> Option<&'static str> {
        match self.code {
            KeyCode::Char('i') if self.ctrl => Some("tab"),
            KeyCode::Char('m') if self.ctrl => Some("enter"),
            KeyCode::Char('[') if self.ctrl => Some("esc"),
            KeyCode::Char('h') if self.ctrl => Some("ctrl-backspace"),
            KeyCode::Char(c) if self.ctrl && c.is_uppercase() => Some("the small letter"),
            _ => None,
        }
    }
}

/// Writes a key as the screen shows it: `^R`, `F5`, `Esc`.
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
    /// The default keys, with those of `keys.toml` replacing theirs. Reports every mistake in the
    /// file at once.
    pub fn read(text: &str, file: &str) -> Result<Keymap, Vec<FormatError>> {
        let rows = keys_file::read(text, file).map_err(|error| vec![error])?;
        let wrong = |word: &Word, problem: String, remedy: &str| {
            FormatError::at(file, text, word.at, problem, remedy)
        };
        let mut keymap = Keymap::default();
        let mut chosen: Vec<(Action, Key, &Word)> = Vec::new();
        let mut errors = Vec::new();
        for row in &rows {
            let id = &row.action.text;
            let Some(action) = Action::ALL.iter().copied().find(|a| a.id() == id) else {
                let remedy = "httriage keys lists the ids.";
                errors.push(wrong(
                    &row.action,
                    format!("there is no action \"{id}\""),
                    remedy,
                ));
                continue;
            };
            if action == Action::Quit && row.keys.is_empty() {
                let problem = "quit has no key left".to_owned();
                errors.push(wrong(&row.action, problem, "Leave it one."));
                continue;
            }
            keymap.bindings.retain(|(bound, _)| *bound != action);
            for word in &row.keys {
                match key_for(action, &word.text) {
                    Ok(key) => chosen.push((action, key, word)),
                    Err((problem, remedy)) => errors.push(wrong(word, problem, remedy)),
                }
            }
        }
        for (action, key, word) in chosen {
            let taken = |(other, bound): &&(Action, Key)| {
                *bound == key && meet(other.place(), action.place())
            };
            match keymap.bindings.iter().find(taken) {
                Some((other, _)) if *other == action => {}
                Some((other, _)) => {
                    let problem = format!(
                        "{} is wanted by {} and by {}",
                        key.spelling(),
                        action.id(),
                        other.id()
                    );
                    let remedy = "Give one of them another key, in this file.";
                    errors.push(wrong(word, problem, remedy));
                }
                None => keymap.bindings.push((action, key)),
            }
        }
        if errors.is_empty() {
            Ok(keymap)
        } else {
            Err(errors)
        }
    }

    /// The action of a key in one place; `None` if it has none there.
    pub fn lookup(&self, place: Place, key: Key) -> Option<Action> {
        let found = |(action, bound): &&(Action, Key)| action.place() == place && *bound == key;
        self.bindings.iter().find(found).map(|(action, _)| *action)
    }

    /// All keys of an action, the one to show first.
    pub fn keys(&self, action: Action) -> impl Iterator<Item = Key> + '_ {
        let bound = self.bindings.iter();
        bound
            .filter(move |(a, _)| *a == action)
            .map(|(_, key)| *key)
    }

    /// The first key of an action that is no letter, as shown: one that works while typing.
    pub fn hint_while_typing(&self, action: Action) -> Option<String> {
        let mut keys = self.keys(action).filter(|key| !key.is_text());
        keys.next().map(|key| key.to_string())
    }

    /// The first key of an action, as shown.
    pub fn hint(&self, action: Action) -> Option<String> {
        self.keys(action).next().map(|key| key.to_string())
    }
}

/// The key that a word means, if the action may have it.
fn key_for(action: Action, word: &str) -> Result<Key, (String, &'static str)> {
    let Some(key) = Key::parse(word) else {
        let problem = format!("\"{word}\" is no key");
        return Err((
            problem,
            "Write keys as a, G, ?, enter, f6, ctrl-r, alt-1 or shift-tab.",
        ));
    };
    if let Some(instead) = key.sent_as() {
        let problem = format!("terminals send {word} as {instead}");
        return Err((problem, "Choose another key."));
    }
    // Where a person types text, a letter must stay a letter.
    let typing = matches!(
        action.place(),
        Place::Anywhere
            | Place::Field
            | Place::Palette
            | Place::Completion
            | Place::TextSearch
            | Place::Setup
    );
    if typing && matches!(key.code, KeyCode::Char(_)) && !key.acts_anywhere() {
        let problem = format!("{} acts while typing, and {word} is typed", action.id());
        return Err((problem, "Choose a key with ctrl or alt, or a function key."));
    }
    Ok(key)
}

/// Whether one key press can be looked up in both places at once.
fn meet(one: Place, other: Place) -> bool {
    let inside = |a, b| a == Place::Anywhere || (a == Place::Panes && matches!(b, Place::Pane(_)));
    one == other || inside(one, other) || inside(other, one)
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
            ("alt-1", "Alt-1"),
            ("shift-tab", "Shift-Tab"),
        ];
        for (typed, shown) in cases {
            assert_eq!(Key::parse(typed).unwrap().to_string(), shown);
            assert_eq!(Key::parse(typed).unwrap().spelling(), typed);
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

    #[test]
    fn no_two_usual_keys_meet() {
        let bindings = Keymap::default().bindings;
        for (place, (action, key)) in bindings.iter().enumerate() {
            for (other, bound) in &bindings[..place] {
                let both = key == bound && meet(action.place(), other.place());
                assert!(!both, "{} {} {key}", action.id(), other.id());
            }
            assert_eq!(key_for(*action, &key.spelling()), Ok(*key));
        }
    }

    fn refused(text: &str) -> String {
        let errors = Keymap::read(text, "keys.toml").unwrap_err();
        let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
        errors.join("\n")
    }

    #[test]
    fn chosen_keys_take_the_place_of_the_usual_ones() {
        let text = "send = [\"f6\", \"ctrl-g\"]\nquit-pane = []\nmark = \"q\"\n";
        let keymap = Keymap::read(text, "keys.toml").unwrap();
        let key = |word| Key::parse(word).unwrap();
        assert_eq!(keymap.hint(Action::Send).unwrap(), "F6");
        assert_eq!(keymap.lookup(Place::Anywhere, key("ctrl-r")), None);
        assert_eq!(
            keymap.lookup(Place::Anywhere, key("ctrl-g")),
            Some(Action::Send)
        );
        assert_eq!(keymap.hint(Action::QuitPane), None);
        assert_eq!(keymap.hint(Action::OpenHelp).unwrap(), "?");
    }

    #[test]
    fn two_actions_may_swap_their_keys() {
        let keymap = Keymap::read("mark = \"r\"\nsend-again = \"x\"\n", "keys.toml").unwrap();
        assert_eq!(keymap.hint(Action::Mark).unwrap(), "r");
        assert_eq!(keymap.hint(Action::SendAgain).unwrap(), "x");
    }

    #[test]
    fn a_clash_is_told_with_both_names_and_its_place() {
        let cases = [
            // With a usual key, with another row, and across places that meet.
            ("mark = \"r\"\n", ["keys.toml:1:8", "mark", "send-again"]),
            (
                "send = \"f6\"\nset-case = \"f6\"\n",
                ["keys.toml:2:12", "set-case", "send"],
            ),
            ("mark = \"q\"\n", ["keys.toml:1:8", "mark", "quit-pane"]),
            (
                "field-undo = \"ctrl-r\"\n",
                ["keys.toml:1:14", "field-undo", "send"],
            ),
        ];
        for (text, says) in cases {
            let error = refused(text);
            for word in says {
                assert!(error.contains(word), "{word}: {error}");
            }
        }
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let error = refused(
            "sned = \"f6\"\nmark = \"hyper-x\"\nsend = \"s\"\nquit = []\nset-case = \"ctrl-i\"\n",
        );
        for words in [
            "keys.toml:1:1: there is no action \"sned\"",
            "keys.toml:2:8: \"hyper-x\" is no key",
            "keys.toml:3:8: send acts while typing",
            "keys.toml:4:1: quit has no key left",
            "keys.toml:5:12: terminals send ctrl-i as tab",
        ] {
            assert!(error.contains(words), "{words}: {error}");
        }
    }
}
