//! The variables of another program's file: makes its names valid here, fills its values into each
//! other, and decides what a session keeps. Credentials become tokens, and the variable that begins
//! the URLs becomes the base.

use super::extract::{Extractor, user_of};
use crate::model::{Piece, Step, TokenName, as_data, names_in, token_names_in, with_names};
use std::collections::{HashMap, HashSet};

/// The most bytes of a value that is filled into another one.
const MOST_FILLED: usize = 4_096;
/// How deep values are filled into each other.
const MOST_DEEP: usize = 20;
/// How many bytes filling may add to a whole file.
const MOST_ADDED: usize = 32_000_000;

/// Words that name a source of values, unlike those that make new ones.
const FROM_OUTSIDE: [&str; 4] = ["processEnv", "dotenv", "env", "shared"];

/// The variables of one file while it is read; `settle` ends that.
#[derive(Default)]
pub struct Variables {
    rows: Vec<VariableRow>,
    /// The index of each in `rows`.
    places: HashMap<String, usize>,
    /// The name here, by the name in the file.
    names: HashMap<String, String>,
    /// The name in the file, by the name here.
    raws: HashMap<String, String>,
    /// The next number for a name that is in use.
    next: HashMap<String, u32>,
    /// Variables that the other program makes for each call, with the words that make them.
    made: Vec<(String, String)>,
    /// Variables that are captured from answers.
    captured: HashSet<String>,
    /// Variables that were filled into others.
    filled: HashSet<String>,
    added: usize,
}

struct VariableRow {
    name: String,
    value: String,
    is_secret: bool,
    state: State,
    /// It refers to itself, or grows too large.
    is_endless: bool,
    at: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Plain,
    Filling,
    Filled,
}

/// What the variables have become once every request is read.
#[derive(Default)]
pub struct Settled {
    pub variables: Vec<(String, String)>,
    pub base: Option<Base>,
    /// Variables that requests use and the file gives no value.
    pub open: Vec<String>,
    /// Where variables stand that refer to themselves or grow too large.
    pub endless: Vec<usize>,
    /// Variables that the other program makes for each call, with the words that make them.
    pub made: Vec<(String, String)>,
    /// Where variables stand that no request uses.
    pub unused: Vec<usize>,
}

/// The common beginning of the URLs.
pub struct Base {
    /// As the file writes it: `{{baseUrl}}`, `https://{{host}}`.
    pub key: String,
    /// Its value, where the file gives one.
    pub value: Option<String>,
    pub at: Option<usize>,
}

impl Variables {
    /// Sets a variable. Returns its name here, and whether it had another value before.
    pub fn set(&mut self, raw: &str, value: &str, is_secret: bool, at: usize) -> (String, bool) {
        let name = self.name(raw);
        let value = self.plain(value);
        if only_variable(&value) == Some(&name) {
            return (name, false);
        }
        let row = VariableRow {
            name: name.clone(),
            value,
            is_secret,
            state: State::Plain,
            is_endless: false,
            at,
        };
        match self.places.get(&name) {
            Some(&place) => {
                let differs = self.rows[place].value != row.value;
                self.rows[place] = row;
                (name, differs)
            }
            None => {
                self.places.insert(name.clone(), self.rows.len());
                self.rows.push(row);
                (name, false)
            }
        }
    }

    /// Whether the file gave this variable a value, by the name in the file.
    pub fn has(&self, raw: &str) -> bool {
        let name = self.names.get(raw.trim());
        name.is_some_and(|name| self.places.contains_key(name))
    }

    /// The value of a variable that was set.
    pub fn value(&self, name: &str) -> Option<&str> {
        let place = self.places.get(name)?;
        Some(self.rows[*place].value.as_str())
    }

    /// The name in the file for a name here.
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.raws.get(name).map(String::as_str)
    }

    /// Every name in the file with its name here, sorted.
    pub fn all_names(&self) -> Vec<(String, String)> {
        let names = self.names.iter();
        let mut names: Vec<_> = names
            .map(|(raw, name)| (raw.clone(), name.clone()))
            .collect();
        names.sort();
        names
    }

    /// Notes that a variable is captured from an answer, so it needs no value.
    pub fn captured_as(&mut self, name: &str) {
        self.captured.insert(name.to_owned());
    }

    /// Fills the values into each other, and tells the lifter the complete ones.
    pub fn fill(&mut self, lifter: &mut Extractor) {
        for place in 0..self.rows.len() {
            if self.rows[place].state == State::Filled {
                continue;
            }
            self.fill_one(place, 0);
            let row = &self.rows[place];
            if !row.value.is_empty() && as_data(&row.value).is_some() {
                lifter.define(&row.name, &row.value);
            }
        }
    }

    fn fill_one(&mut self, place: usize, depth: usize) {
        if self.rows[place].state == State::Filled {
            return;
        }
        self.rows[place].state = State::Filling;
        let value = self.rows[place].value.clone();
        let others: Vec<usize> = names_in(&value)
            .into_iter()
            .filter_map(|name| self.places.get(name).copied())
            .collect();
        if others.is_empty() {
            self.rows[place].state = State::Filled;
            return;
        }
        let mut is_endless = depth == MOST_DEEP || value.len() > MOST_FILLED;
        for other in others {
            if is_endless {
                break;
            }
            if self.rows[other].state == State::Filling {
                is_endless = true;
                break;
            }
            self.fill_one(other, depth + 1);
            let row = &self.rows[other];
            is_endless |= row.is_endless || row.value.len() > MOST_FILLED;
        }
        for name in names_in(&value) {
            self.filled.insert(name.to_owned());
        }
        let mut room = MOST_FILLED.min(MOST_ADDED.saturating_sub(self.added));
        let mut is_full = false;
        let filled = with_names(&value, |name| {
            if is_endless {
                return None;
            }
            let row = &self.rows[*self.places.get(name)?];
            is_full |= row.value.len() > room;
            room = room.saturating_sub(row.value.len());
            (!is_full).then(|| row.value.clone())
        });
        self.added += filled.len();
        let row = &mut self.rows[place];
        row.state = State::Filled;
        row.is_endless = is_endless || is_full;
        row.value = if row.is_endless {
            String::new()
        } else {
            filled
        };
    }

    /// A text with its names replaced by those used here.
    pub fn plain(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(open) = rest.find("{{") {
            let inside = &rest[open + 2..];
            let length = inside.find(['{', '}', '\n', '"']).unwrap_or(inside.len());
            let is_closed = inside[length..].starts_with("}}") && length <= 200;
            let name = inside[..length].trim();
            if !is_closed || name.is_empty() {
                // Of three braces, the last two may begin a name.
                out.push_str(&rest[..open]);
                Piece::Brace.push_to(&mut out);
                rest = &rest[open + 1..];
                continue;
            }
            let name = match name.strip_prefix('$') {
                Some(made) => self.made(made),
                None => self.name(name.strip_prefix('%').unwrap_or(name)),
            };
            // A variable that is only a token is that token.
            let name = match self.value(&name).and_then(only_variable) {
                Some(other) if other.starts_with("token:") => other.to_owned(),
                _ => name,
            };
            out.push_str(&rest[..open]);
            out.extend(["{{", &name, "}}"]);
            rest = &inside[length + 2..];
        }
        out + rest
    }

    /// The name here for `$guid`, `$randomInt 1 5`, `$processEnv KEY`, `$env.KEY`.
    fn made(&mut self, text: &str) -> String {
        let words = text.split([' ', '.']).filter(|word| !word.is_empty());
        let words: Vec<&str> = words.collect();
        let first = words.first().copied().unwrap_or("made");
        if FROM_OUTSIDE.contains(&first)
            && let Some(name) = words.get(1)
        {
            return self.outside(name.trim_start_matches('%'));
        }
        // The whole text counts: other arguments make another value.
        let whole = format!("${}", words.join(" "));
        let name = self.name_like(&whole, &format!("${first}"));
        let is_known = self.made.iter().any(|(known, _)| *known == name);
        if !is_known && self.made.len() < 100 {
            self.made.push((name.clone(), whole));
        }
        name
    }

    /// The name here for an environment variable; ours become tokens and variables again.
    fn outside(&mut self, name: &str) -> String {
        let ours = |rest: &str, sign: &str| rest.to_ascii_lowercase().replace('_', sign);
        if let Some(rest) = name.strip_prefix("HTTRIAGE_TOKEN_") {
            return format!("token:{}", TokenName::nearest(&ours(rest, "-")));
        }
        match name.strip_prefix("HTTRIAGE_VAR_") {
            Some(rest) => self.name(&ours(rest, "_")),
            None => self.name(name),
        }
    }

    /// A valid name here for a name in the file.
    fn name(&mut self, raw: &str) -> String {
        self.name_like(raw, raw)
    }

    /// A valid name here for `raw`, made from the letters of `like`.
    fn name_like(&mut self, raw: &str, like: &str) -> String {
        let raw = raw.trim();
        if let Some(name) = self.names.get(raw) {
            return name.clone();
        }
        let fits = |c: char| c.is_alphanumeric() || "_-.".contains(c);
        // `login.response.body.$.id` is longer than it needs to be.
        let short = like
            .trim()
            .replace(".response.body.", ".")
            .replace(".$.", ".");
        let letters = short.trim_start_matches('$').chars().take(80);
        let letters = letters.filter(|c| *c != ']');
        let mut stem: String = letters.map(|c| if fits(c) { c } else { '-' }).collect();
        if stem.is_empty() {
            stem = "variable".to_owned();
        }
        let mut name = stem.clone();
        while self.raws.contains_key(&name) {
            let number = self.next.entry(stem.clone()).or_insert(1);
            *number += 1;
            name = format!("{stem}-{number}");
        }
        self.raws.insert(name.clone(), raw.to_owned());
        self.names.insert(raw.to_owned(), name.clone());
        name
    }

    /// Replaces the variables in the steps by what they are here.
    pub fn settle(mut self, steps: &mut [Step], lifter: &mut Extractor) -> Settled {
        let key = base_of(steps);
        let mut settled = Settled {
            endless: self.endless(),
            made: std::mem::take(&mut self.made),
            ..Settled::default()
        };
        let single = key.as_deref().and_then(only_variable).map(str::to_owned);
        if let Some(key) = &key {
            settled.base = Some(self.base(key, lifter));
        }
        // `{{base}}` is taken, so another variable of that name gets a new one.
        let own_base = (0..)
            .map(|n| format!("base-{}", n + 2))
            .find(|name| !self.raws.contains_key(name))
            .unwrap_or_default();
        let mut used: HashMap<String, Option<String>> = HashMap::new();
        let mut room = MOST_ADDED;
        let mut look = |name: &str| -> Option<String> {
            if self.captured.contains(name) {
                return None;
            }
            if single.as_deref() == Some(name) {
                return Some("{{base}}".to_owned());
            }
            if let Some(found) = used.get(name) {
                let found = found.clone();
                let length = found.as_ref().map_or(0, String::len);
                room = room.saturating_sub(length);
                return found.filter(|_| room > 0);
            }
            let ours = if name == "base" { &own_base } else { name };
            let row = self.places.get(name).map(|&place| &mut self.rows[place]);
            let row = row.filter(|row| !row.is_endless && !row.value.is_empty());
            let found = match row {
                None => {
                    settled.open.push(ours.to_owned());
                    (ours != name).then(|| format!("{{{{{ours}}}}}"))
                }
                Some(row) => {
                    let (value, _) = match row.value.contains("://") {
                        true => user_of(&row.value),
                        false => (row.value.clone(), None),
                    };
                    let clean = lifter.variable(name, &value, row.is_secret);
                    if clean.contains("{{") {
                        for inside in names_in(&clean) {
                            let has_value =
                                self.captured.contains(inside) || used.contains_key(inside);
                            if !has_value {
                                used.insert(inside.to_owned(), None);
                                settled.open.push(inside.to_owned());
                            }
                        }
                        // A value is filled in only once, so fill in its own names right here.
                        Some(clean)
                    } else {
                        settled.variables.push((ours.to_owned(), clean));
                        (ours != name).then(|| format!("{{{{{ours}}}}}"))
                    }
                }
            };
            used.insert(name.to_owned(), found.clone());
            found
        };
        for step in steps {
            let behind = key.as_ref().and_then(|key| step.spec.url.strip_prefix(key));
            let (before, rest) = match behind {
                None => ("", step.spec.url.as_str()),
                Some(rest) if rest.is_empty() || rest.starts_with(['/', '?', '#']) => {
                    ("{{base}}", rest)
                }
                Some(rest) => ("{{base}}/", rest),
            };
            step.spec.url = format!("{before}{}", with_names(rest, &mut look));
            let url = std::mem::take(&mut step.spec.url);
            step.spec
                .change_templates(|text| *text = with_names(text, &mut look));
            step.spec.url = url;
        }
        let in_key: Vec<&str> = key.as_deref().map(names_in).unwrap_or_default();
        let is_unused = |row: &&VariableRow| {
            !used.contains_key(&row.name)
                && !self.filled.contains(&row.name)
                && !in_key.contains(&row.name.as_str())
                && !row.value.is_empty()
                && !lifter.is_inside(&row.name)
        };
        settled.unused = self
            .rows
            .iter()
            .filter(is_unused)
            .map(|row| row.at)
            .collect();
        // In the order of the file.
        let place = |name: &str| self.places.get(name).copied().unwrap_or(usize::MAX);
        settled.variables.sort_by_key(|(name, _)| place(name));
        settled
    }

    fn endless(&self) -> Vec<usize> {
        let rows = self.rows.iter().filter(|row| row.is_endless);
        rows.map(|row| row.at).collect()
    }

    fn base(&self, key: &str, lifter: &mut Extractor) -> Base {
        let row = |name: &str| self.places.get(name).map(|&place| &self.rows[place]);
        let whole = with_names(key, |name| row(name).map(|row| row.value.clone()));
        let is_known = !whole.contains("{{") && !whole.is_empty();
        let value = is_known.then(|| {
            let (url, _) = user_of(&with_scheme(&whole));
            lifter.url(url.trim_end_matches('/'))
        });
        let at = names_in(key).first().and_then(|name| Some(row(name)?.at));
        Base {
            key: key.to_owned(),
            value: value.filter(|value| !value.contains("{{")),
            at,
        }
    }
}

/// Adds `http://` to a URL without a scheme, as these programs do.
pub fn with_scheme(url: &str) -> String {
    match url.contains("://") {
        true => url.to_owned(),
        false => format!("http://{url}"),
    }
}

/// The beginning of most URLs, where it is a variable.
fn base_of(steps: &[Step]) -> Option<String> {
    let mut counts: HashMap<&str, (usize, bool)> = HashMap::new();
    let mut best: Option<(&str, usize)> = None;
    for step in steps {
        let Some(key) = beginning(&step.spec.url) else {
            continue;
        };
        let (count, goes_on) = counts.entry(key).or_insert((0, false));
        *count += 1;
        // A variable that is always the whole URL may hold a query.
        *goes_on |= key.len() < step.spec.url.len();
        if *goes_on && best.is_none_or(|(_, most)| *count > most) {
            best = Some((key, *count));
        }
    }
    let (key, count) = best?;
    (count * 2 >= steps.len()).then(|| key.to_owned())
}

/// The beginning of a URL: `{{baseUrl}}` of `{{baseUrl}}/x`, `https://{{host}}` of
/// `https://{{host}}/x`.
fn beginning(url: &str) -> Option<&str> {
    let start = url.find("://").map_or(0, |scheme| scheme + 3);
    let end = url[start..].find(['/', '?', '#']);
    let end = end.map_or(url.len(), |length| start + length);
    let mut key = &url[..end];
    // `{{baseUrl}}api/x`, with the slash in the value.
    if let Some(close) = key.find("}}")
        && key.starts_with("{{")
        && !key[close + 2..].starts_with([':', '.', '{'])
    {
        key = &key[..close + 2];
    }
    let names = names_in(key);
    (!names.is_empty() && token_names_in(key).is_empty()).then_some(key)
}

fn only_variable(key: &str) -> Option<&str> {
    let name = key.strip_prefix("{{")?.strip_suffix("}}")?;
    (!name.contains(['{', '}'])).then_some(name)
}
