//! By what a token's maker is told: fixed beginnings, with the length and the characters behind
//! them. They come from the packs of knowledge, so that a pasted value is named without reading
//! all of those.

use super::checksum::Checksum;
use super::knowledge::{Alphabet, CredentialKind, Pack};

/// One fixed beginning, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The id of the pack.
    pub pack: String,
    /// As people call the maker.
    pub maker: String,
    /// As people call this kind of credential.
    pub kind: String,
    pub prefix: String,
    pub length: Option<(usize, usize)>,
    pub alphabet: Option<Alphabet>,
    pub checksum: Option<Checksum>,
    /// `live` or `test`, where the form tells.
    pub live: Option<String>,
}

/// Every beginning that tells its maker, and how values of documentations begin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    pub marks: Vec<Mark>,
    /// The id of the pack, and the beginning.
    pub samples: Vec<(String, String)>,
}

/// A maker that was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    pub pack: String,
    pub maker: String,
    pub kind: String,
    /// The fixed beginning.
    pub prefix: String,
    pub live: Option<String>,
    /// The least and the most characters, where the value has fewer or more.
    pub misses: Option<(usize, usize)>,
    /// Whether the checksum inside holds, where it carries one and is whole.
    pub sum_holds: Option<bool>,
}

/// Whether a beginning tells its maker at all: of few letters many values begin so by chance,
/// and `eyJ` is how any JWT begins.
pub fn is_telling(kind: &CredentialKind) -> bool {
    let prefix = kind.prefix.as_str();
    is_strong(prefix) || prefix.len() >= 3 && prefix != "eyJ" && kind.length.is_some()
}

/// Whether it tells even where the length does not fit.
fn is_strong(prefix: &str) -> bool {
    prefix.len() >= 4 && prefix.ends_with(['_', '-', '.'])
}

impl Mark {
    fn is_of(&self, text: &str) -> Option<Marked> {
        let rest = text.strip_prefix(self.prefix.as_str())?;
        let length = text.chars().count();
        let fits = self
            .length
            .is_none_or(|(least, most)| (least..=most).contains(&length));
        // Behind the beginning only: the beginning itself often holds other signs.
        let holds = self
            .alphabet
            .is_none_or(|set| rest.chars().all(|c| set.holds(c) || c == '_'));
        (is_strong(&self.prefix) || fits && holds).then(|| Marked {
            pack: self.pack.clone(),
            maker: self.maker.clone(),
            kind: self.kind.clone(),
            prefix: self.prefix.clone(),
            live: self.live.clone(),
            misses: self.length.filter(|_| !fits),
            sum_holds: self
                .checksum
                .filter(|_| fits)
                .map(|checksum| checksum.holds(rest)),
        })
    }
}

impl Marks {
    /// Takes in what a pack says of its credentials.
    pub fn add(&mut self, pack: &Pack) {
        for kind in &pack.credentials {
            if is_telling(kind) {
                self.marks.push(Mark {
                    pack: pack.id.clone(),
                    maker: pack.title.clone(),
                    kind: kind.kind.clone(),
                    prefix: kind.prefix.clone(),
                    length: kind.length,
                    alphabet: kind.alphabet,
                    checksum: kind.checksum,
                    live: kind.live.clone(),
                });
            }
            let samples = kind.samples.iter();
            self.samples
                .extend(samples.map(|begin| (pack.id.clone(), begin.clone())));
        }
    }

    /// Those that made a value, by the longest beginning that fits; several where they share it.
    pub fn of(&self, text: &str) -> Vec<Marked> {
        let fits = self
            .marks
            .iter()
            .filter_map(|mark| Some((mark.prefix.len(), mark.is_of(text)?)));
        let fits: Vec<(usize, Marked)> = fits.collect();
        let longest = fits.iter().map(|(length, _)| *length).max().unwrap_or(0);
        let best = fits.into_iter().filter(|(length, _)| *length == longest);
        let mut found: Vec<Marked> = best.map(|(_, marked)| marked).collect();
        // Of one maker that uses a beginning for several kinds, the one whose length fits.
        if found.iter().any(|marked| marked.misses.is_none()) {
            found.retain(|marked| marked.misses.is_none());
        }
        found
    }

    /// The packs whose documentation shows a value that begins so.
    pub fn samples_of(&self, text: &str) -> Vec<String> {
        let samples = self
            .samples
            .iter()
            .filter(|(_, begin)| text.starts_with(begin.as_str()));
        samples.map(|(pack, _)| pack.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks() -> Marks {
        let mark = |pack: &str, prefix: &str, length| Mark {
            pack: pack.into(),
            maker: pack.to_uppercase(),
            kind: format!("{prefix} key"),
            prefix: prefix.into(),
            length,
            alphabet: Some(Alphabet::Alnum),
            checksum: None,
            live: None,
        };
        Marks {
            marks: vec![
                mark("acme", "ac_", Some((10, 10))),
                mark("acme", "acme_live_", Some((20, 30))),
                mark("globex", "acme_", Some((20, 30))),
                mark("globex", "GLBX", Some((12, 12))),
            ],
            samples: vec![("acme".into(), "ac_sample".into())],
        }
    }

    fn makers(text: &str) -> Vec<String> {
        marks()
            .of(text)
            .into_iter()
            .map(|marked| marked.kind)
            .collect()
    }

    #[test]
    fn the_longest_beginning_names_the_maker_and_a_short_one_only_with_its_length() {
        assert_eq!(makers("acme_live_0123456789"), ["acme_live_ key"]);
        assert_eq!(makers("acme_0123456789012345"), ["acme_ key"]);
        assert_eq!(makers("ac_0123456"), ["ac_ key"]);
        assert!(makers("ac_01234567").is_empty());
        assert_eq!(makers("GLBX01234567"), ["GLBX key"]);
        assert!(makers("GLBX0123-567").is_empty());
        assert!(makers("0123456789").is_empty());
        // Cut off, it is still its maker's.
        let cut = &marks().of("acme_live_01")[0];
        assert_eq!((cut.pack.as_str(), cut.misses), ("acme", Some((20, 30))));
        assert_eq!(marks().samples_of("ac_sample-1"), ["acme"]);
    }

    #[test]
    fn what_begins_like_anything_tells_no_maker() {
        let kind = |prefix: &str, length| CredentialKind {
            prefix: prefix.into(),
            length,
            ..CredentialKind::default()
        };
        assert!(is_telling(&kind("acme_", None)));
        assert!(is_telling(&kind("AKI", Some((20, 20)))));
        assert!(!is_telling(&kind("AKI", None)) && !is_telling(&kind("C", Some((60, 400)))));
        assert!(!is_telling(&kind("eyJ", Some((60, 400)))) && !is_telling(&kind("", None)));
    }
}
