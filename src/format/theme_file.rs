//! A theme as TOML: a role on the left, its look in words on the right, as in
//! `success = "#8cc265 bold"` or `ground = "white on black"`.

use super::{FormatError, toml_error};
use crate::model::{Ink, Look, Role, Scheme};
use toml::de::{DeTable, DeValue};

const BUILT_IN: [(&str, &str); 5] = [
    ("dark", include_str!("../../assets/themes/dark.toml")),
    ("light", include_str!("../../assets/themes/light.toml")),
    (
        "colour-blind",
        include_str!("../../assets/themes/colour-blind.toml"),
    ),
    (
        "colour-blind-light",
        include_str!("../../assets/themes/colour-blind-light.toml"),
    ),
    ("mono", include_str!("../../assets/themes/mono.toml")),
];

const INKS: [&str; 8] = [
    "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
];

const REMEDY: &str = "Write a look as \"#8cc265 bold\", \"bright-red on black\" or \"reversed\".";

/// What comes with the program, the usual one first. A test proves that all can be read.
pub fn built_in() -> Vec<Scheme> {
    let mut schemes = vec![Scheme::default()];
    let read = BUILT_IN.iter();
    let read = read.filter_map(|(name, text)| read_on(text, name, name, &Scheme::default()).ok());
    schemes.extend(read);
    schemes
}

/// Reads a theme; what it leaves out is as in the theme it names as `like`.
pub fn read(text: &str, name: &str, file: &str) -> Result<Scheme, FormatError> {
    read_on(text, name, file, &Scheme::default())
}

fn read_on(text: &str, name: &str, file: &str, usual: &Scheme) -> Result<Scheme, FormatError> {
    let refuse = |at: usize, problem: String, remedy: &str| {
        FormatError::at(file, text, at, problem.replace('\n', ", "), remedy)
    };
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        refuse(at, toml_error::told(error.message(), ", "), REMEDY)
    })?;
    let mut rows = Vec::new();
    let (mut note, mut scheme) = (String::new(), usual.clone());
    for (key, value) in table.get_ref() {
        let at = value.span().start;
        let DeValue::String(words) = value.get_ref() else {
            let problem = format!("{} is not a text", key.get_ref());
            return Err(refuse(at, problem, REMEDY));
        };
        match (&**key.get_ref(), &**words) {
            ("note", words) => note = words.to_owned(),
            ("like", wanted) => {
                let mut known = built_in().into_iter();
                scheme = known.find(|known| known.name == wanted).ok_or_else(|| {
                    let problem = format!("there is no theme \"{wanted}\" to be like");
                    refuse(at, problem, "Name one that comes with the program.")
                })?;
            }
            (id, words) => match Role::ALL.into_iter().find(|role| role.id() == id) {
                Some(role) => rows.push((role, words.to_owned(), at)),
                None => {
                    let ids: Vec<_> = Role::ALL.iter().map(|role| role.id()).collect();
                    let remedy = format!("Use note, like, {}.", ids.join(", "));
                    let problem = format!("there is no role \"{id}\"");
                    return Err(refuse(key.span().start, problem, &remedy));
                }
            },
        }
    }
    for (role, words, at) in rows {
        let look = look(&words).map_err(|word| {
            let problem = format!("\"{word}\" in the look of {} means nothing", role.id());
            refuse(at, problem, REMEDY)
        })?;
        scheme.set(role, look);
    }
    (scheme.name, scheme.note) = (name.to_owned(), note);
    Ok(scheme)
}

/// `"#8cc265 on black bold"`; the word that is not understood comes back.
fn look(words: &str) -> Result<Look, &str> {
    let mut look = Look::default();
    let mut words = words.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            "bold" => look.bold = true,
            "dim" => look.dim = true,
            "underlined" => look.underlined = true,
            "reversed" => look.reversed = true,
            "on" => {
                let ground = words.next().unwrap_or(word);
                look.ground = Some(ink(ground).ok_or(ground)?);
            }
            word => look.ink = Some(ink(word).ok_or(word)?),
        }
    }
    Ok(look)
}

fn ink(word: &str) -> Option<Ink> {
    if let Some(digits) = word.strip_prefix('#') {
        let whole = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let number = u32::from_str_radix(digits, 16).ok().filter(|_| whole)?;
        let [_, red, green, blue] = number.to_be_bytes();
        return Some(Ink::Rgb(red, green, blue));
    }
    if let Ok(number) = word.parse() {
        return Some(Ink::Shared(number));
    }
    let (name, bright) = match word.strip_prefix("bright-") {
        Some(name) => (name, 8),
        None => (word, 0),
    };
    let place = INKS.iter().position(|ink| *ink == name)?;
    Some(Ink::Own(place as u8 + bright))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_in_can_be_read_and_says_for_whom_it_is() {
        let schemes = built_in();
        assert_eq!(schemes.len(), BUILT_IN.len() + 1);
        for scheme in &schemes {
            assert!(!scheme.note.is_empty(), "{}", scheme.name);
        }
    }

    #[test]
    fn a_theme_says_what_is_other_than_in_the_one_it_is_like() {
        let text = "note = \"mine\"\nlike = \"light\"\nsuccess = \"#0a0B0c on 17 bold\"\n\
                    dim = \"bright-blue underlined\"\nkey = \"\"\n";
        let scheme = read(text, "mine", "mine.toml").unwrap();
        let success = scheme.look(Role::Success);
        assert_eq!(success.ink, Some(Ink::Rgb(10, 11, 12)));
        assert_eq!(success.ground, Some(Ink::Shared(17)));
        assert!(success.bold && !success.reversed);
        assert_eq!(scheme.look(Role::Dim).ink, Some(Ink::Own(12)));
        assert_eq!(scheme.look(Role::Key), Look::default());
        let light = built_in().into_iter().find(|s| s.name == "light").unwrap();
        assert_eq!(scheme.look(Role::Ground), light.look(Role::Ground));
        assert_eq!(
            (scheme.name.as_str(), scheme.note.as_str()),
            ("mine", "mine")
        );
    }

    #[test]
    fn mistakes_are_named_with_line_and_column() {
        let cases = [
            (
                "sucess = \"red\"\n",
                "a.toml:1:1: there is no role \"sucess\"",
            ),
            (
                "\nsuccess = \"rde\"\n",
                "a.toml:2:11: \"rde\" in the look of success",
            ),
            ("success = \"#12\"\n", "\"#12\""),
            ("success = \"#+12345\"\n", "\"#+12345\""),
            ("success = \"red on\"\n", "\"on\""),
            ("success = \"256\"\n", "\"256\""),
            ("success = 1\n", "a.toml:1:11: success is not a text"),
            (
                "like = \"nobody\"\n",
                "a.toml:1:8: there is no theme \"nobody\"",
            ),
            ("success = \n", "a.toml:1:"),
        ];
        for (text, says) in cases {
            let error = read(text, "a", "a.toml").unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
