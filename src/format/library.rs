//! The built-in packs of knowledge, and the index by which they are recognised.

use super::FormatError;
use super::knowledge_file::{self, RecogniseRows};
use crate::insight::api::checksum::Checksum;
use crate::insight::api::knowledge::{Alphabet, Layer, Pack, Recognise};
use crate::insight::api::library::{Library, Volume};
use crate::insight::api::marks::{Mark, Marks, is_telling};
use flate2::read::DeflateDecoder;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read;
use std::sync::OnceLock;

const INDEX: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/index.quick"));
const CODES_OF_PACKS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/codes.quick"));

/// Every built-in pack, by its id.
static SOURCES: &[Source] = include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// What comes with the program. A test proves that all of it can be read; were something not,
/// the program would know less, and still run.
pub fn built_in() -> Library {
    let index: Index = rmp_serde::from_slice(INDEX).unwrap_or_default();
    let mut marks = Marks::default();
    for row in &index.pack {
        row.mark(&mut marks);
    }
    let volumes = index.pack.into_iter().filter_map(|row| {
        let source = Source::named(&row.id)?;
        let layer = row.layer.as_deref().unwrap_or("api");
        let (_, layer) = Layer::NAMES.iter().find(|(name, _)| *name == layer)?;
        Some(Volume {
            id: row.id,
            layer: *layer,
            title: row.title,
            recognise: row.recognise.into(),
            read: Box::new(|| source.read()),
            explains,
            pack: OnceLock::new(),
        })
    });
    Library::new(volumes.collect(), marks)
}

/// One built-in pack by its id, without a look at the others.
pub fn pack(id: &str) -> Option<Pack> {
    Source::named(id)?.read()
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    #[serde(default)]
    pack: Vec<IndexRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IndexRow {
    id: String,
    layer: Option<String>,
    title: String,
    #[serde(default)]
    recognise: RecogniseRows,
    /// Fixed beginnings of credentials that tell whose they are.
    #[serde(default)]
    marks: Vec<MarkRow>,
    /// How values begin that stand in the documentation.
    #[serde(default)]
    samples: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MarkRow {
    prefix: String,
    kind: String,
    length: Option<(usize, usize)>,
    alphabet: Option<String>,
    checksum: Option<String>,
    live: Option<String>,
}

/// What has that name in the index, which was made from packs that could be read.
fn named<T: Copy>(names: &[(&str, T)], name: Option<&str>) -> Option<T> {
    let known = names.iter().find(|(known, _)| Some(*known) == name);
    known.map(|(_, value)| *value)
}

impl IndexRow {
    fn mark(&self, marks: &mut Marks) {
        marks.marks.extend(self.marks.iter().map(|row| Mark {
            pack: self.id.clone(),
            maker: self.title.clone(),
            kind: row.kind.clone(),
            prefix: row.prefix.clone(),
            length: row.length,
            alphabet: named(Alphabet::NAMES, row.alphabet.as_deref()),
            checksum: named(Checksum::NAMES, row.checksum.as_deref()),
            live: row.live.clone(),
        }));
        let samples = self.samples.iter();
        marks
            .samples
            .extend(samples.map(|begin| (self.id.clone(), begin.clone())));
    }
}

/// The index as it has to be, from the packs themselves.
///
/// # Errors
/// The first pack that cannot be read.
pub fn index() -> Result<String, FormatError> {
    let mut text = String::from(
        "# How every built-in pack and its credentials are recognised, so that only those in use are\n\
         # read. Made from the packs: `cargo test` compares it, and `UPDATE=1 cargo test the_index_is`\n\
         # writes it anew.\n",
    );
    for id in ids() {
        let pack = knowledge_file::read(&text_of(id).unwrap_or_default(), id)?;
        let layer = Layer::NAMES.iter().find(|(_, layer)| *layer == pack.layer);
        let texts = |texts: &[String]| {
            let quoted: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
            format!("[{}]", quoted.join(", "))
        };
        text.push_str(&format!(
            "\n[[pack]]\nid = {id:?}\nlayer = {:?}\ntitle = {:?}\n",
            layer.map_or("api", |(name, _)| *name),
            pack.title
        ));
        let Recognise {
            hosts,
            headers,
            body,
            paths,
        } = &pack.recognise;
        if !hosts.is_empty() {
            text.push_str(&format!("recognise.hosts = {}\n", texts(hosts)));
        }
        if !headers.is_empty() {
            let rows = headers
                .iter()
                .map(|(name, part)| format!("[{name:?}, {part:?}]"));
            let rows: Vec<String> = rows.collect();
            text.push_str(&format!("recognise.headers = [{}]\n", rows.join(", ")));
        }
        if !body.is_empty() {
            let rows = body.iter().map(|form| {
                let contains = form.contains.as_ref();
                let contains = contains.map(|part| format!(", contains = {part:?}"));
                format!(
                    "{{ has = {}{} }}",
                    texts(&form.has),
                    contains.unwrap_or_default()
                )
            });
            let rows: Vec<String> = rows.collect();
            text.push_str(&format!("recognise.body = [{}]\n", rows.join(", ")));
        }
        if !paths.is_empty() {
            text.push_str(&format!("recognise.paths = {}\n", texts(paths)));
        }
        text.push_str(&marks_of(&pack));
    }
    Ok(text)
}

/// The beginnings of credentials, as the masks read them, from the packs themselves: the least and
/// the most characters, the alphabet, and what it is.
///
/// # Errors
/// The first pack that cannot be read.
pub fn beginnings() -> Result<String, FormatError> {
    let packs = ids().map(|id| knowledge_file::read(&text_of(id).unwrap_or_default(), id));
    let packs: Vec<Pack> = packs.collect::<Result<_, _>>()?;
    let head = "# How credentials begin: least, most, alphabet, what. Made from the packs:\n\
                # `UPDATE=1 cargo test the_beginnings_are` writes it anew.\n";
    Ok(head.to_owned() + &beginnings_of(&packs))
}

/// The same rows for some packs, without a head.
pub fn beginnings_of(packs: &[Pack]) -> String {
    let mut rows = std::collections::BTreeSet::new();
    let kinds = packs.iter().flat_map(|pack| &pack.credentials);
    for kind in kinds.filter(|kind| is_telling(kind)) {
        let size = |size: Option<usize>| size.map_or("-".to_owned(), |size| size.to_string());
        let (least, most) = kind.length.unzip();
        let alphabet = Alphabet::NAMES
            .iter()
            .find(|(_, own)| Some(*own) == kind.alphabet);
        let what = match (kind.secret_beside, kind.is_public) {
            (Some(length), _) => format!("beside {length}"),
            (None, true) => "public".to_owned(),
            (None, false) => "secret".to_owned(),
        };
        rows.insert(format!(
            "{} {} {} {} {what}\n",
            kind.prefix,
            size(least),
            size(most),
            alphabet.map_or("any", |(name, _)| *name),
        ));
    }
    rows.into_iter().collect()
}

/// The rows by which its credentials are told from those of others.
fn marks_of(pack: &Pack) -> String {
    let mut text = String::new();
    let telling = pack.credentials.iter().filter(|kind| is_telling(kind));
    let rows = telling.map(|kind| {
        let mut row = format!("  {{ prefix = {:?}, kind = {:?}", kind.prefix, kind.kind);
        if let Some((least, most)) = kind.length {
            row.push_str(&format!(", length = [{least}, {most}]"));
        }
        let alphabet = kind.alphabet;
        let name = Alphabet::NAMES
            .iter()
            .find(|(_, own)| Some(*own) == alphabet);
        if let Some((name, _)) = name {
            row.push_str(&format!(", alphabet = {name:?}"));
        }
        if let Some(checksum) = kind.checksum {
            row.push_str(&format!(", checksum = {:?}", checksum.name()));
        }
        if let Some(live) = &kind.live {
            row.push_str(&format!(", live = {live:?}"));
        }
        format!("{row} }},\n")
    });
    let rows: String = rows.collect();
    if !rows.is_empty() {
        text.push_str(&format!("marks = [\n{rows}]\n"));
    }
    let samples: Vec<&String> = pack
        .credentials
        .iter()
        .flat_map(|kind| &kind.samples)
        .collect();
    if !samples.is_empty() {
        text.push_str(&format!("samples = {samples:?}\n"));
    }
    text
}

/// A built-in pack as the build left it.
struct Source {
    id: &'static str,
    /// Whether the quick form is packed too.
    is_packed: bool,
    quick: &'static [u8],
    /// The text, packed.
    text: &'static [u8],
}

impl Source {
    fn named(id: &str) -> Option<&'static Source> {
        SOURCES.iter().find(|source| source.id == id)
    }

    fn read(&self) -> Option<Pack> {
        let quick = match self.is_packed {
            true => Cow::Owned(unpacked(self.quick)),
            false => Cow::Borrowed(self.quick),
        };
        knowledge_file::read_quick(&quick, self.id).ok()
    }
}

/// Nothing for bytes that the build did not pack.
fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::with_capacity(bytes.len() * 6);
    let read = DeflateDecoder::new(bytes).read_to_end(&mut whole);
    read.map(|_| whole).unwrap_or_default()
}

/// Ids of the built-in packs.
pub fn ids() -> impl Iterator<Item = &'static str> {
    SOURCES.iter().map(|source| source.id)
}

/// The text of a built-in pack, as it was written.
pub fn text_of(id: &str) -> Option<String> {
    let text = unpacked(Source::named(id)?.text);
    String::from_utf8(text).ok()
}

/// Whether a built-in pack explains a code, without a look into the pack.
fn explains(id: &str, code: &str) -> bool {
    static CODES: OnceLock<HashMap<String, Vec<String>>> = OnceLock::new();
    let read = || rmp_serde::from_slice(&unpacked(CODES_OF_PACKS)).unwrap_or_default();
    let codes = CODES.get_or_init(read).get(id);
    codes.is_some_and(|codes| codes.iter().any(|known| known == code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_is_what_the_packs_say() {
        let now = index().unwrap();
        if std::env::var_os("UPDATE").is_some() {
            let place = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/knowledge/index.toml");
            std::fs::write(place, &now).unwrap();
        } else {
            let said = include_str!("../../assets/knowledge/index.toml");
            assert!(
                now == said,
                "assets/knowledge/index.toml is not what the packs say"
            );
        }
    }

    #[test]
    fn the_beginnings_are_what_the_packs_say() {
        let now = beginnings().unwrap();
        if std::env::var_os("UPDATE").is_some() {
            let place = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/beginnings.txt");
            std::fs::write(place, &now).unwrap();
        } else {
            let said = include_str!("../../assets/beginnings.txt");
            assert!(
                now == said,
                "assets/beginnings.txt is not what the packs say"
            );
        }
    }

    #[test]
    fn the_quick_form_of_a_pack_says_what_its_text_says() {
        for source in SOURCES {
            let text = text_of(source.id).unwrap();
            let read = knowledge_file::read(&text, source.id).unwrap();
            let quick = source.read().unwrap_or_else(|| panic!("{}", source.id));
            assert!(read == quick, "{}", source.id);
            for row in &read.codes {
                assert!(explains(source.id, &row.note.code), "{}", row.note.code);
            }
            assert!(!explains(source.id, "no such code"));
        }
    }

    #[test]
    fn every_built_in_pack_can_be_read_and_carries_examples() {
        for id in ids() {
            let text = text_of(id).unwrap();
            let pack = knowledge_file::read(&text, id).unwrap();
            assert_eq!(pack.id, id);
            let examples = knowledge_file::examples(&text, id).unwrap();
            assert!(examples.len() >= 4, "{id} has {} examples", examples.len());
            let misses = examples
                .iter()
                .filter(|example| example.is_near_miss)
                .count();
            assert!(
                2 * misses + 1 >= examples.len(),
                "{id} has {misses} near misses"
            );
        }
    }
}
