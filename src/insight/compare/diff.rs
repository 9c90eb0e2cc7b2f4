//! What differs between two bodies: by JSON Pointer where both are JSON, by line where they are
//! other text. Works on the raw bytes: no tree is built, numbers keep their digits, and equal parts
//! cost one comparison. Values that change with every call are counted and left out.

mod answers;
mod skim;
mod volatile;

pub use answers::{AnswerDiff, answer_diff};

use crate::model::size_text;
use serde::de::IgnoredAny;
use similar::{Algorithm, ChangeTag};
use skim::{Kind, Value};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// More differences than this are counted but not listed: no person reads them.
const LISTED: usize = 1_000;

/// How long texts are compared line by line; the rest then shows as replaced.
const PATIENCE: Duration = Duration::from_millis(500);

/// A place where two bodies differ; a side that has nothing there is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// A JSON Pointer (RFC 6901); for other text the line number.
    pub place: String,
    pub was: Option<String>,
    pub is: Option<String>,
}

/// Everything that differs between two bodies, ready to be listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BodyDiff {
    /// In the order of the newer body; removed parts where they stood.
    pub differences: Vec<Difference>,
    /// How many more differences there are than `differences` lists.
    pub unlisted: usize,
    /// How many were left out because they change with every call: dates, ids, links with ids.
    pub volatile: usize,
    /// Whether both bodies are JSON, so that places are pointers.
    pub is_json: bool,
}

impl BodyDiff {
    /// Nothing differs but what changes with every call; `volatile` does not count.
    pub fn is_same(&self) -> bool {
        self.differences.is_empty()
    }
}

/// Compares two bodies. Places that begin with one of the `ignored` pointers are left out.
pub fn body_diff(was: &[u8], is: &[u8], ignored: &[String]) -> BodyDiff {
    let mut diff = BodyDiff::default();
    if was == is {
        diff.is_json = is_json(is);
        return diff;
    }
    if was.is_empty() != is.is_empty() {
        let size = |body: &[u8]| (!body.is_empty()).then(|| size_text(body.len() as u64));
        add(&mut diff, String::new(), size(was), size(is));
    } else if is_json(was) && is_json(is) {
        diff.is_json = true;
        let mut walk = Walk {
            was,
            is,
            ignored,
            diff: &mut diff,
        };
        walk.values("", "", skim::value(was, 0), skim::value(is, 0));
    } else {
        lines(was, is, &mut diff);
    }
    diff
}

fn is_json(body: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(body).is_ok()
}

struct Walk<'a> {
    was: &'a [u8],
    is: &'a [u8],
    ignored: &'a [String],
    diff: &'a mut BodyDiff,
}

impl Walk<'_> {
    fn values(&mut self, place: &str, name: &str, was: Value, is: Value) {
        if self.was[was.range()] == self.is[is.range()] || is_ignored(place, self.ignored) {
            return;
        }
        match (was.kind, is.kind) {
            (Kind::Object, Kind::Object) => self.objects(place, was, is),
            (Kind::List, Kind::List) => self.lists(place, name, was, is),
            _ => {
                let (was, is) = (&self.was[was.range()], &self.is[is.range()]);
                // Different bytes may spell the same value.
                if scalar(was) == scalar(is) {
                    return;
                }
                if volatile::is_volatile(name, &text(was), &text(is)) {
                    self.diff.volatile += 1;
                } else {
                    self.push(place, Some(was), Some(is));
                }
            }
        }
    }

    fn objects(&mut self, place: &str, was: Value, is: Value) {
        let olds = skim::members(self.was, was);
        let news = skim::members(self.is, is);
        // Repeated names are compared in their order.
        let mut left: HashMap<&str, Vec<Value>> = HashMap::new();
        for (name, value) in olds.iter().rev() {
            left.entry(name).or_default().push(*value);
        }
        for (name, value) in &news {
            let inner = format!("{place}/{}", escaped(name));
            match left.get_mut(name.as_str()).and_then(Vec::pop) {
                Some(old) => self.values(&inner, name, old, *value),
                None => self.added(&inner, *value),
            }
        }
        for (name, value) in &olds {
            let turns = left.get_mut(name.as_str());
            if let Some(at) = turns.and_then(|turns| {
                turns
                    .iter()
                    .position(|v| v == value)
                    .map(|at| turns.remove(at))
            }) {
                let inner = format!("{place}/{}", escaped(name));
                self.removed(&inner, at);
            }
        }
    }

    /// Pairs elements by type and id where all have them, else by place.
    fn lists(&mut self, place: &str, name: &str, was: Value, is: Value) {
        let olds = skim::elements(self.was, was);
        let news = skim::elements(self.is, is);
        let identities = |body: &[u8], values: &[Value]| -> Option<Vec<String>> {
            values
                .iter()
                .map(|value| skim::identity(body, *value))
                .collect()
        };
        let named = identities(self.was, &olds).zip(identities(self.is, &news));
        let Some((old_names, new_names)) = named else {
            for (at, new) in news.iter().enumerate() {
                let inner = format!("{place}/{at}");
                match olds.get(at) {
                    Some(old) => self.values(&inner, name, *old, *new),
                    None => self.added(&inner, *new),
                }
            }
            for (at, old) in olds.iter().enumerate().skip(news.len()) {
                self.removed(&format!("{place}/{at}"), *old);
            }
            return;
        };
        let mut left: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, name) in old_names.iter().enumerate().rev() {
            left.entry(name).or_default().push(at);
        }
        for (at, (new, identity)) in news.iter().zip(&new_names).enumerate() {
            let inner = format!("{place}/{at}");
            match left.get_mut(identity.as_str()).and_then(Vec::pop) {
                Some(old) => self.values(&inner, name, olds[old], *new),
                None => self.added(&inner, *new),
            }
        }
        let mut gone: Vec<usize> = left.into_values().flatten().collect();
        gone.sort_unstable();
        for at in gone {
            self.removed(&format!("{place}/{at}"), olds[at]);
        }
    }

    fn added(&mut self, place: &str, value: Value) {
        if !is_ignored(place, self.ignored) {
            self.push(place, None, Some(&self.is[value.range()]));
        }
    }

    fn removed(&mut self, place: &str, value: Value) {
        if !is_ignored(place, self.ignored) {
            self.push(place, Some(&self.was[value.range()]), None);
        }
    }

    fn push(&mut self, place: &str, was: Option<&[u8]>, is: Option<&[u8]>) {
        add(self.diff, place.to_owned(), was.map(text), is.map(text));
    }
}

/// Whether a place is ignored or lies inside an ignored one. A pointer names an element by its
/// number, or all elements by `[]`.
fn is_ignored(place: &str, ignored: &[String]) -> bool {
    ignored.iter().any(|pointer| {
        let mut parts = place.split('/');
        pointer.split('/').all(|wanted| {
            let is_element = |part: &str| part == "[]" || part.bytes().all(|b| b.is_ascii_digit());
            parts.next().is_some_and(|part| {
                part == wanted
                    || (wanted == "[]" || part == "[]") && is_element(part) && is_element(wanted)
            })
        })
    })
}

fn add(diff: &mut BodyDiff, place: String, was: Option<String>, is: Option<String>) {
    if diff.differences.len() < LISTED {
        diff.differences.push(Difference { place, was, is });
    } else {
        diff.unlisted += 1;
    }
}

/// The source of a value, cut where it gets too long to read.
fn text(source: &[u8]) -> String {
    const LONGEST: usize = 2_000;
    let head = &source[..source.len().min(LONGEST)];
    let mut text = String::from_utf8_lossy(head).into_owned();
    if source.len() > LONGEST {
        text.push('…');
    }
    text
}

/// A text with its escapes undone, so that two spellings compare equal; else the source.
fn scalar(source: &[u8]) -> String {
    match serde_json::from_slice::<String>(source) {
        Ok(text) => format!("\"{text}"),
        Err(_) => String::from_utf8_lossy(source).into_owned(),
    }
}

/// RFC 6901, 3.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn lines(was: &[u8], is: &[u8], diff: &mut BodyDiff) {
    let (was, is) = (String::from_utf8_lossy(was), String::from_utf8_lossy(is));
    let deadline = similar::TextDiff::configure()
        .algorithm(Algorithm::Myers)
        .timeout(PATIENCE)
        .diff_lines(was.as_ref(), is.as_ref());
    for change in deadline.iter_all_changes() {
        let line = change.value().trim_end_matches(['\n', '\r']).to_owned();
        let number = |at: Option<usize>| at.map_or_else(String::new, |at| (at + 1).to_string());
        match change.tag() {
            ChangeTag::Equal => {}
            ChangeTag::Delete => add(diff, number(change.old_index()), Some(line), None),
            ChangeTag::Insert => add(diff, number(change.new_index()), None, Some(line)),
        }
    }
}

/// The types at each path of a JSON text; all elements of a list share one path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape(BTreeMap<String, u8>);

impl Shape {
    /// The most paths that are kept: in a body with more, the names themselves are data.
    const PATHS: usize = 5_000;

    /// `None` for what is not JSON.
    pub fn of(body: &[u8]) -> Option<Shape> {
        if !is_json(body) {
            return None;
        }
        let mut shape = Shape::default();
        shape.take(body, String::new(), skim::value(body, 0));
        Some(shape)
    }

    fn take(&mut self, body: &[u8], path: String, value: Value) {
        if self.0.len() >= Shape::PATHS && !self.0.contains_key(&path) {
            return;
        }
        *self.0.entry(path.clone()).or_default() |= value.kind.bit();
        match value.kind {
            Kind::Object => {
                for (name, inner) in skim::members(body, value) {
                    self.take(body, format!("{path}/{}", escaped(&name)), inner);
                }
            }
            Kind::List => {
                for inner in skim::elements(body, value) {
                    self.take(body, format!("{path}/[]"), inner);
                }
            }
            _ => {}
        }
    }

    /// What the newer shape lost or changed, in words. Null fits every type, because an unset value
    /// has none; additions do not count, because they break no client.
    pub fn breaks(&self, is: &Shape, ignored: &[String]) -> Vec<String> {
        let mut broken = Vec::new();
        let mut inside_of: Option<String> = None;
        for (path, old) in &self.0 {
            // Report a lost part once, not everything inside it.
            if inside_of
                .as_ref()
                .is_some_and(|gone| path.starts_with(gone))
            {
                continue;
            }
            inside_of = None;
            if is_ignored(path, ignored) {
                continue;
            }
            let shown = if path.is_empty() { "the whole" } else { path };
            match is.0.get(path) {
                None if path.ends_with("/[]") => {
                    let list = path.trim_end_matches("/[]");
                    let list = if list.is_empty() { "the whole" } else { list };
                    broken.push(format!("the list at {list} was not empty, and is"));
                }
                None => broken.push(format!("{shown} is gone")),
                Some(new) if old & new == 0 && !is_null(*old) && !is_null(*new) => {
                    broken.push(format!("{shown} was {}, is {}", kinds(*old), kinds(*new)));
                }
                Some(_) => continue,
            }
            inside_of = Some(format!("{path}/"));
        }
        broken
    }
}

fn is_null(bits: u8) -> bool {
    bits == Kind::Null.bit()
}

fn kinds(bits: u8) -> String {
    let named = Kind::ALL.iter().filter(|kind| bits & kind.bit() != 0);
    named
        .map(|kind| kind.words())
        .collect::<Vec<_>>()
        .join(" or ")
}

#[cfg(test)]
mod tests;
