//! How a token fits what an API gives out, by the pack that knows the API. Without one there is
//! nothing to compare with: every API has credentials of its own.

use super::TokenReport;
use super::problem::{TokenKind, TokenProblem, doubt, sure};
use crate::insight::api::knowledge::{Alphabet, CredentialKind, Pack};
use crate::insight::api::marks::{Marked, is_telling};
use crate::model::Cause;

/// How much it says that a token looks otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// The API may well take it, in a form that its pack does not know.
    Faint,
    /// What it gives out has one form, and this is another one.
    Fair,
}

/// What does not fit, and how much it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    pub problem: TokenProblem,
    pub weight: Weight,
}

/// So many digits more or less are a slip; beyond it is something else.
const SLIP: usize = 16;

impl TokenReport {
    /// What of a token does not fit an API. `place` and `scheme` say where it was sent, where that
    /// is known.
    pub fn misfits(&self, pack: &Pack, place: Option<(&str, &str)>) -> Vec<Misfit> {
        if self.samples.contains(&pack.id) {
            let says = "it is the sample of the documentation";
            return vec![fair(sure(Cause::TokenWrongShape, says))];
        }
        if matches!(self.kind, TokenKind::Placeholder | TokenKind::Empty) {
            return Vec::new();
        }
        let is_own = |id: &str| id == pack.id || pack.uses.iter().any(|used| used == id);
        let mut own = self
            .marks
            .iter()
            .filter(|marked| is_own(&marked.pack))
            .peekable();
        if own.peek().is_some() {
            return own
                .flat_map(|marked| self.of_its_maker(pack, marked, place))
                .collect();
        }
        if let Some(other) = self.marks.first() {
            let says = format!(
                "it begins like a {} of {}, and this is {}",
                other.kind, other.maker, pack.title
            );
            return vec![fair(doubt(Cause::TokenWrongInstance, says))];
        }
        self.without_a_mark(pack, place)
    }

    /// The kind of credential that a token has the form of, where the API has one alone.
    pub fn kind_at<'p>(&self, pack: &'p Pack) -> Option<&'p CredentialKind> {
        let mut kinds = pack
            .credentials
            .iter()
            .filter(|kind| is_definite(kind) && self.fits(kind));
        let first = kinds.next()?;
        kinds.next().is_none().then_some(first)
    }

    /// Of a value of this very maker: the kind, and whether it is whole.
    fn of_its_maker(
        &self,
        pack: &Pack,
        marked: &Marked,
        place: Option<(&str, &str)>,
    ) -> Vec<Misfit> {
        let mut found = Vec::new();
        if let Some((least, most)) = marked.misses {
            let usual = if least == most {
                least.to_string()
            } else {
                format!("{least} to {most}")
            };
            let says = format!(
                "it has {} characters, and a {} has {usual}",
                self.length, marked.kind
            );
            found.push(fair(doubt(Cause::TokenWrongShape, says)));
        }
        if marked.sum_holds == Some(false) {
            // Nobody gave it out; yet an API can only say that it does not know it.
            let says = "the checksum inside it does not hold: a character was changed";
            found.push(fair(doubt(Cause::TokenRejected, says)));
        }
        let kinds = pack
            .credentials
            .iter()
            .filter(|kind| kind.kind == marked.kind);
        let mut kinds = kinds.filter(|kind| !kind.places.is_empty()).peekable();
        if let Some((place, scheme)) = place
            && kinds.peek().is_some()
            && pack.takes(place, scheme) == Some(true)
            && !kinds.any(|kind| kind.stands_at(place, scheme))
        {
            let says = format!("it is a {}, and another kind belongs there", marked.kind);
            found.push(Misfit {
                problem: doubt(Cause::TokenWrongKind, says),
                weight: Weight::Faint,
            });
        }
        found
    }

    fn without_a_mark(&self, pack: &Pack, place: Option<(&str, &str)>) -> Vec<Misfit> {
        let here = |kind: &&CredentialKind| {
            place.is_none_or(|(place, scheme)| kind.stands_at(place, scheme))
        };
        let kinds: Vec<&CredentialKind> = pack.credentials.iter().filter(here).collect();
        let is_known = |kind: &&CredentialKind| is_definite(kind);
        if kinds.is_empty() || !kinds.iter().all(is_known) || kinds.iter().any(|k| self.fits(k)) {
            return Vec::new();
        }
        let mut others = pack.credentials.iter().filter(|kind| !kinds.contains(kind));
        if let Some(other) = others.find(|kind| self.is_exactly(kind)) {
            let says = format!("it has the form of a {}, which goes elsewhere", other.kind);
            return vec![fair(doubt(Cause::TokenWrongKind, says))];
        }
        match kinds.as_slice() {
            [one] => self.beside_the_only(one),
            _ => {
                let names: Vec<&str> = kinds.iter().map(|kind| kind.kind.as_str()).collect();
                let says = format!("it looks like none of these: {}", names.join(", "));
                vec![Misfit {
                    problem: doubt(Cause::TokenWrongShape, says),
                    weight: Weight::Faint,
                }]
            }
        }
    }

    fn fits(&self, kind: &CredentialKind) -> bool {
        let long = kind
            .length
            .is_none_or(|(least, most)| (least..=most).contains(&self.length));
        let made = kind
            .alphabet
            .is_none_or(|set| self.alphabets.contains(&set));
        let begins = match kind.prefix.as_str() {
            "" => true,
            "eyJ" => matches!(self.kind, TokenKind::Jwt | TokenKind::Encrypted),
            // Where it told its maker it would have been marked.
            _ => !is_telling(kind),
        };
        long && made && begins
    }

    /// Whether it has the very length of this kind, and its letters.
    fn is_exactly(&self, kind: &CredentialKind) -> bool {
        let is_narrow = kind.alphabet.is_some_and(|set| set != Alphabet::Any);
        let is_one_length = kind.length.is_some_and(|(least, most)| least == most);
        is_narrow && is_one_length && self.fits(kind)
    }

    /// The API has one kind of credential, and this is another one.
    fn beside_the_only(&self, kind: &CredentialKind) -> Vec<Misfit> {
        let name = &kind.kind;
        let Some((least, most)) = kind.length else {
            let says = format!("its characters are not those of a {name}");
            return vec![fair(doubt(Cause::TokenWrongShape, says))];
        };
        let is_hex = matches!(kind.alphabet, Some(Alphabet::Hex | Alphabet::HexUpper));
        let in_hex = self.kind == TokenKind::Hex;
        let fits = (least..=most).contains(&self.length);
        let (says, weight) = match (is_hex, in_hex, fits) {
            // Makers change how theirs begin, and older ones stay good.
            _ if is_telling(kind) => (
                format!("it does not begin with {}, as a {name} does", kind.prefix),
                Weight::Faint,
            ),
            (true, true, true) => (
                "its letters are capitals, which is unusual".to_owned(),
                Weight::Faint,
            ),
            (true, true, false) if least == most && self.length == 2 * least => (
                format!("two of {least} hexadecimal digits stand there, one behind the other"),
                Weight::Fair,
            ),
            (true, true, false) if self.length.abs_diff(least) < SLIP => {
                let what = if self.length < least {
                    "some are missing"
                } else {
                    "some are too many"
                };
                let says = format!(
                    "it has {} hexadecimal digits where {least} are usual: {what}",
                    self.length
                );
                (says, Weight::Fair)
            }
            (true, false, true) => (
                "some of its characters are no hexadecimal digits".to_owned(),
                Weight::Fair,
            ),
            _ if self.kind == TokenKind::Uuid => (
                "it is a UUID: an id perhaps, and no token".to_owned(),
                Weight::Faint,
            ),
            (_, _, false) if least == most => (
                format!(
                    "it has {} characters, and a {name} has {least}",
                    self.length
                ),
                Weight::Fair,
            ),
            (_, _, false) => (
                format!(
                    "it has {} characters, and a {name} has {least} to {most}",
                    self.length
                ),
                Weight::Fair,
            ),
            _ => (
                format!("its characters are not those of a {name}"),
                Weight::Fair,
            ),
        };
        vec![Misfit {
            problem: doubt(Cause::TokenWrongShape, says),
            weight,
        }]
    }
}

fn fair(problem: TokenProblem) -> Misfit {
    Misfit {
        problem,
        weight: Weight::Fair,
    }
}

/// Whether enough is known of a kind to say that a value is none of it.
fn is_definite(kind: &CredentialKind) -> bool {
    kind.length.is_some() || kind.prefix == "eyJ" || is_telling(kind)
}

#[cfg(test)]
mod tests {
    use super::super::inspect;
    use super::*;
    use crate::insight::api::checksum::Checksum;
    use crate::insight::api::marks::{Mark, Marks};
    use crate::model::Timestamp;

    fn kind(id: &str, prefix: &str, length: (usize, usize), place: &str) -> CredentialKind {
        CredentialKind {
            id: id.into(),
            kind: format!("{id} key"),
            prefix: prefix.into(),
            length: Some(length),
            alphabet: Some(Alphabet::Hex),
            places: vec![place.into()],
            ..CredentialKind::default()
        }
    }

    fn home() -> Pack {
        Pack {
            id: "home".into(),
            title: "Home".into(),
            credentials: vec![kind("home", "", (48, 48), "header authorization bearer")],
            ..Pack::default()
        }
    }

    fn acme() -> Pack {
        let bearer = "header authorization bearer";
        Pack {
            id: "acme".into(),
            title: "Acme".into(),
            credentials: vec![
                kind("bot", "acb-", (20, 20), bearer),
                kind("app", "aca-", (20, 20), "header x-acme-app"),
            ],
            ..Pack::default()
        }
    }

    fn found(text: &str, pack: &Pack, place: Option<(&str, &str)>) -> Vec<(Cause, bool, Weight)> {
        let acme = acme();
        let marks = acme.credentials.iter().map(|kind| Mark {
            pack: acme.id.clone(),
            maker: acme.title.clone(),
            kind: kind.kind.clone(),
            prefix: kind.prefix.clone(),
            length: kind.length,
            alphabet: kind.alphabet,
            checksum: kind.checksum,
            live: None,
        });
        let marks = Marks {
            marks: marks.collect(),
            samples: vec![("home".into(), "56115e8b".into())],
        };
        let misfits = inspect(text, Timestamp::UNIX_EPOCH, &marks).misfits(pack, place);
        let told = misfits
            .iter()
            .map(|m| (m.problem.cause, m.problem.is_sure, m.weight));
        told.collect()
    }

    #[test]
    fn what_an_api_with_one_kind_of_token_would_not_give_out_is_told() {
        let hex = "0123456789abcdef".repeat(3);
        let home = home();
        let shape = Cause::TokenWrongShape;
        assert!(found(&hex, &home, None).is_empty());
        assert_eq!(
            found(&hex[1..], &home, None),
            [(shape, false, Weight::Fair)]
        );
        assert_eq!(
            found(&hex.to_uppercase(), &home, None),
            [(shape, false, Weight::Faint)]
        );
        let letter = format!("{}z", &hex[1..]);
        assert_eq!(found(&letter, &home, None), [(shape, false, Weight::Fair)]);
        let uuid = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
        assert_eq!(found(uuid, &home, None), [(shape, false, Weight::Faint)]);
        let sample = format!("56115e8b{}", &hex[8..]);
        assert_eq!(found(&sample, &home, None), [(shape, true, Weight::Fair)]);
        // The same value is as good as any where its form is not known.
        assert!(found(&hex[1..], &Pack::default(), None).is_empty());
    }

    #[test]
    fn a_token_whose_checksum_does_not_hold_was_changed_on_its_way() {
        let mut acme = acme();
        for kind in &mut acme.credentials {
            kind.length = Some((40, 40));
            kind.alphabet = Some(Alphabet::Alnum);
            kind.checksum = Some(Checksum::Crc32Base62);
        }
        let mut marks = Marks::default();
        marks.add(&acme);
        let of = |text: &str| {
            let report = inspect(text, Timestamp::UNIX_EPOCH, &marks);
            let misfits = report.misfits(&acme, None);
            misfits.iter().map(|m| m.problem.cause).collect::<Vec<_>>()
        };
        let own = "acb-0123456789abcdefghijABCDEFGHIJ";
        let whole = format!("{own}3mpbCX");
        assert!(of(&whole).is_empty(), "{:?}", of(&whole));
        let changed = whole.replacen('7', "1", 1);
        assert_eq!(of(&changed), [Cause::TokenRejected]);
        // Of one that is cut off its length says more.
        assert_eq!(of(own), [Cause::TokenWrongShape]);
    }

    #[test]
    fn a_token_of_another_maker_is_named_so_and_at_its_own_its_beginning_is_no_fault() {
        let bot = "acb-0123456789abcdef";
        let wrong = Cause::TokenWrongInstance;
        assert_eq!(found(bot, &home(), None), [(wrong, false, Weight::Fair)]);
        let bearer = Some(("header authorization", "bearer"));
        assert!(found(bot, &acme(), bearer).is_empty());
        // Cut off, and one of another kind than is read there.
        assert_eq!(
            found(&bot[..12], &acme(), bearer)[0].0,
            Cause::TokenWrongShape
        );
        let app = "aca-0123456789abcdef";
        assert_eq!(found(app, &acme(), bearer)[0].0, Cause::TokenWrongKind);
        assert!(found(app, &acme(), Some(("header x-acme-app", ""))).is_empty());
        let other = found("0123456789abcdef0123", &acme(), bearer);
        assert_eq!(other, [(Cause::TokenWrongShape, false, Weight::Faint)]);
    }
}
