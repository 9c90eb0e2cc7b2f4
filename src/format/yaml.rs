//! Reads YAML as a tree of values, and keeps what that loses: how a number or boolean was written,
//! repeated names, and further documents.

use crate::insight::redact::without_jwts;
use crate::model::{Note, cut};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use serde_saphyr::options::{DuplicateKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{Options, Spanned};
use std::collections::{HashMap, HashSet};
use std::fmt;

/// The deepest nesting; the JSON reader has its own limit, 128.
const DEEPEST: usize = 100;
/// How many nodes the aliases of a text may add.
const MOST_REPEATED: usize = 200_000;
/// How many bytes they may add.
const MOST_REPEATED_BYTES: usize = 8_000_000;

/// A YAML text as a tree, with the names that are repeated in it.
pub struct Yaml {
    pub root: Value,
    /// How a value was written, where writing it back would differ; by the value's address, which
    /// is stable while the tree does not change.
    written: HashMap<usize, String>,
    pub doubled: Vec<Doubled>,
}

/// A name that is repeated in one object.
pub struct Doubled {
    pub name: String,
    pub line: usize,
    pub column: usize,
}

/// Why a text cannot be read, and where.
pub struct Wrong {
    pub line: usize,
    pub column: usize,
    pub problem: String,
}

impl Yaml {
    /// Reads a text; fails where it is not YAML, nests deeper than 100 levels or grows too large.
    pub fn parse(text: &str) -> Result<Yaml, Wrong> {
        let tree: Tree = serde_saphyr::from_str_with_options(text, options(text))
            .map_err(|error| wrong(&error))?;
        let mut doubled = Vec::new();
        let tree = tree.without_doubles(&mut doubled);
        let mut yaml = Yaml {
            root: tree.value(),
            written: HashMap::new(),
            doubled,
        };
        let mut written = HashMap::new();
        tree.note_written(&yaml.root, text, &mut written);
        yaml.written = written;
        Ok(yaml)
    }

    /// Turns all numbers and booleans into text, as they were written.
    pub fn write_texts(&mut self) {
        let written = std::mem::take(&mut self.written);
        as_texts(&mut self.root, &written);
    }

    /// How a number or boolean of this tree was written; `None` for other values.
    pub fn written(&self, value: &Value) -> Option<String> {
        match value {
            Value::Number(_) | Value::Bool(_) => {
                let own = self.written.get(&address(value)).cloned();
                Some(own.unwrap_or_else(|| value.to_string()))
            }
            _ => None,
        }
    }
}

fn as_texts(value: &mut Value, written: &HashMap<usize, String>) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| as_texts(value, written)),
        Value::Object(members) => {
            let values = members.values_mut();
            values.for_each(|value| as_texts(value, written));
        }
        Value::Number(_) | Value::Bool(_) => {
            let own = written.get(&address(value)).cloned();
            *value = Value::String(own.unwrap_or_else(|| value.to_string()));
        }
        Value::String(_) | Value::Null => {}
    }
}

fn address(value: &Value) -> usize {
    std::ptr::from_ref(value) as usize
}

/// The first meant document of a text, the line it begins in (from zero), and how many others there
/// are.
pub fn document(text: &str, is_meant: impl Fn(&str) -> bool) -> (&str, usize, usize) {
    let mut documents = Vec::new();
    let (mut start, mut at, mut line, mut first_line) = (0, 0, 0, 0);
    for whole in text.split_inclusive('\n') {
        if is_border(whole) {
            documents.push((&text[start..at], first_line));
            (start, first_line) = (at, line);
        }
        at += whole.len();
        line += 1;
    }
    documents.push((&text[start..], first_line));
    let is_empty = |document: &str| {
        document
            .lines()
            .all(|line| line.trim().is_empty() || line.starts_with(['#', '%']) || is_border(line))
    };
    let count = documents.iter().filter(|(text, _)| !is_empty(text)).count();
    let mut meant = documents.iter().filter(|(text, _)| is_meant(text));
    match meant.next() {
        // Lines before the first `---` may belong to the document.
        Some((_, _)) | None if count < 2 => (text, 0, 0),
        Some((document, line)) => (document, *line, count - 1),
        None => (text, 0, 0),
    }
}

fn is_border(line: &str) -> bool {
    let rest = line.strip_prefix("---");
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

/// The options of the parser. Repeated members are common in files that people write; the last one
/// counts, as in JSON.
pub fn options(text: &str) -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEEPEST,
            flow_nesting_limit: DEEPEST,
            max_documents: 2,
            // A text has no more nodes than characters, plus what its aliases add.
            max_nodes: text.len() + MOST_REPEATED,
            max_events: 2 * text.len() + 2 * MOST_REPEATED,
            max_total_scalar_bytes: text.len() + MOST_REPEATED_BYTES,
            max_recorded_anchor_bytes: MOST_REPEATED_BYTES,
            simple_key_max_lookahead: 4_096,
            enforce_alias_anchor_ratio: false,
        },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MOST_REPEATED,
        },
        // What a person did not mean as a number, boolean or null stays text.
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        null_as_string: true,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        ignore_binary_tag_for_string: true,
    }
}

fn wrong(error: &serde_saphyr::Error) -> Wrong {
    let (line, column) = error
        .location()
        .map_or((1, 1), |place| (place.line(), place.column()));
    Wrong {
        line: line as usize,
        column: column as usize,
        problem: trouble(error),
    }
}

/// Puts an error into our words; the library's run over many lines and mention its limits.
fn trouble(error: &serde_saphyr::Error) -> String {
    let text = error.without_snippet().to_string();
    let says = |words: &str| text.contains(words);
    if says("budget breached") || says("limit exceeded: total") {
        return "with its aliases this YAML comes to too much".to_owned();
    }
    if says("recursion limit") {
        return "this YAML is nested too deeply".to_owned();
    }
    let first = text.lines().next().unwrap_or_default();
    let first = first.split(" at line ").next().unwrap_or_default();
    let first = first.split(" (").next().unwrap_or_default();
    format!(
        "this is no YAML that can be read: {}",
        cut(&without_jwts(first), 120)
    )
}

/// A node, and where it stands in the text.
struct Tree {
    node: Node,
    line: usize,
    column: usize,
    /// Its bytes in the text.
    span: Option<(usize, usize)>,
}

enum Node {
    Plain(Value),
    List(Vec<Tree>),
    Members(Vec<(String, Tree)>),
}

impl Tree {
    fn without_doubles(self, doubled: &mut Vec<Doubled>) -> Tree {
        let node = match self.node {
            Node::Plain(value) => Node::Plain(value),
            Node::List(trees) => {
                let trees = trees.into_iter();
                Node::List(trees.map(|tree| tree.without_doubles(doubled)).collect())
            }
            Node::Members(members) => {
                let mut places: HashMap<String, usize> = HashMap::new();
                let mut kept: Vec<(String, Tree)> = Vec::new();
                for (name, tree) in members {
                    let tree = tree.without_doubles(doubled);
                    match places.get(&name) {
                        Some(place) => {
                            doubled.push(Doubled {
                                name,
                                line: tree.line,
                                column: tree.column,
                            });
                            kept[*place].1 = tree;
                        }
                        None => {
                            places.insert(name.clone(), kept.len());
                            kept.push((name, tree));
                        }
                    }
                }
                Node::Members(kept)
            }
        };
        Tree { node, ..self }
    }

    fn value(&self) -> Value {
        match &self.node {
            Node::Plain(value) => value.clone(),
            Node::List(trees) => trees.iter().map(Tree::value).collect(),
            Node::Members(members) => {
                let members = members.iter();
                let members = members.map(|(name, tree)| (name.clone(), tree.value()));
                Value::Object(members.collect::<Map<String, Value>>())
            }
        }
    }

    fn note_written(&self, value: &Value, text: &str, written: &mut HashMap<usize, String>) {
        match (&self.node, value) {
            (Node::List(trees), Value::Array(values)) => {
                for (tree, value) in trees.iter().zip(values) {
                    tree.note_written(value, text, written);
                }
            }
            (Node::Members(members), Value::Object(values)) => {
                for ((_, tree), value) in members.iter().zip(values.values()) {
                    tree.note_written(value, text, written);
                }
            }
            (Node::Plain(_), Value::Number(_) | Value::Bool(_)) => {
                let own = self.span.and_then(|(at, length)| text.get(at..at + length));
                let own = own.map_or("", str::trim);
                // With a tag or quotes it means something else.
                let is_bare = |b: u8| b.is_ascii_alphanumeric() || b"+-.".contains(&b);
                if !own.is_empty() && own.bytes().all(is_bare) && own != *value {
                    written.insert(address(value), own.to_owned());
                }
            }
            _ => {}
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Node>::deserialize(deserializer)?;
        let place = &spanned.defined;
        let span = place.span();
        let bytes = span.byte_offset().zip(span.byte_len());
        Ok(Tree {
            line: place.line() as usize,
            column: place.column() as usize,
            span: bytes.map(|(at, length)| (at as usize, length as usize)),
            node: spanned.value,
        })
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ToNode)
    }
}

struct ToNode;

impl<'de> Visitor<'de> for ToNode {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Plain(Value::Null))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Node, E> {
        Ok(Node::Plain(Value::Bool(truth)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Plain(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(Node::Plain(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(Node::Plain(number.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Plain(text.into()))
    }

    fn visit_string<E>(self, text: String) -> Result<Node, E> {
        Ok(Node::Plain(Value::String(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut trees = Vec::new();
        while let Some(tree) = seq.next_element()? {
            trees.push(tree);
        }
        Ok(Node::List(trees))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Node::Members(members))
    }
}

/// The note about repeated names; `line` is the place of the first in the whole text.
pub fn note_of(doubled: &[Doubled], line: usize) -> Note {
    Note {
        message: format!(
            "Names stand twice in one place, and the last counts: {}.",
            listed(doubled)
        ),
        line: Some(line),
        column: doubled.first().map(|first| first.column),
    }
}

/// A few names for a sentence, each once.
fn listed(doubled: &[Doubled]) -> String {
    let mut seen = HashSet::new();
    let names = doubled.iter().map(|double| double.name.as_str());
    let names = names.filter(|name| seen.insert(*name));
    let names: Vec<String> = names
        .take(4)
        .map(|name| cut(&without_jwts(name), 40))
        .collect();
    names.join(", ")
}
