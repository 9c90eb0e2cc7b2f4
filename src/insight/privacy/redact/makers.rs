//! Credentials that are told by how their maker begins them, whatever stands around them. Which
//! beginnings there are is data: it comes from the packs of knowledge.

use super::beginnings::{Beginnings, number};
use super::views::{LONGEST_ESCAPE, escape};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

/// A row for each beginning: the least and the most characters of a whole credential, of which
/// alphabet it is, and whether it is `secret`, `public`, or a name `beside` which a secret of so
/// many characters stands. Made from the packs.
const ROWS: &str = include_str!("../../../../assets/beginnings.txt");

/// Behind a beginning that ends with a sign, so many characters are no word of a text.
const ENOUGH: usize = 16;
/// How far behind a name its secret is looked for.
const BESIDE: usize = 120;

struct Maker {
    beginning: String,
    length: Option<(usize, usize)>,
    alphabet: String,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Secret,
    Public,
    /// So many characters has the secret beside it.
    Beside(usize),
}

pub(super) struct Makers {
    pub beginnings: Beginnings,
    rows: Vec<Maker>,
    /// By the number of three bytes: which group of rows, from one on.
    numbers: Box<[u16; 1 << 15]>,
    /// The rows, and how far behind their start those three bytes stand.
    groups: Vec<Vec<(usize, usize)>>,
    /// Those that begin with the same two bytes, the longest first.
    alike: HashMap<[u8; 2], Vec<usize>>,
}

pub(super) static ALL: LazyLock<Makers> = LazyLock::new(|| Makers::read(ROWS));

/// Those of a person's own packs.
static OWN: OnceLock<Makers> = OnceLock::new();

/// From now on what begins so is looked for too: rows like those of the built-in packs, made from
/// a person's own. Only the first call counts, since a program reads its packs once.
pub fn add_beginnings(rows: &str) {
    let _ = OWN.set(Makers::read(rows));
}

pub(super) fn own() -> Option<&'static Makers> {
    OWN.get()
}

fn row(line: &str) -> Option<Maker> {
    let mut fields = line.split(' ');
    let beginning = fields.next().filter(|text| !text.starts_with('#'))?;
    let (least, most) = (fields.next()?.parse().ok(), fields.next()?.parse().ok());
    let alphabet = fields.next()?;
    let kind = match (fields.next()?, fields.next()) {
        ("secret", None) => Kind::Secret,
        ("public", None) => Kind::Public,
        ("beside", Some(length)) => Kind::Beside(length.parse().ok()?),
        _ => return None,
    };
    Some(Maker {
        beginning: beginning.to_owned(),
        length: least.zip(most),
        alphabet: alphabet.to_owned(),
        kind,
    })
}

/// What one walk over a text has seen of them.
pub(super) struct Seen {
    /// Behind the characters that were looked at.
    end: usize,
    /// The bytes that may still be looked at in vain.
    budget: usize,
}

impl Seen {
    /// For a walk that has not begun. Its budget grows with the text, so that no text makes the
    /// walk slow.
    pub fn of(text: &[u8]) -> Seen {
        Seen {
            end: 0,
            budget: 4 * text.len() + (64 << 10),
        }
    }
}

impl Makers {
    fn read(rows: &str) -> Makers {
        let mut makers = Makers {
            beginnings: Beginnings::default(),
            rows: rows.lines().filter_map(row).collect(),
            numbers: Box::new([0; 1 << 15]),
            groups: Vec::new(),
            alike: HashMap::new(),
        };
        for (index, row) in makers.rows.iter().enumerate() {
            // Its end tells most, and four bytes are told from others far better than three.
            let bytes = row.beginning.as_bytes();
            let from = bytes.len().saturating_sub(4);
            if let Some(three) = bytes[from..].first_chunk::<3>() {
                makers.beginnings.add(&bytes[from..]);
                let number = &mut makers.numbers[number(*three)];
                if *number == 0 {
                    makers.groups.push(Vec::new());
                    *number = makers.groups.len() as u16;
                }
                makers.groups[usize::from(*number) - 1].push((index, from));
            }
            if let Some(two) = bytes.first_chunk::<2>() {
                makers.alike.entry(*two).or_default().push(index);
            }
        }
        for alike in makers.alike.values_mut() {
            alike.sort_by_key(|index| std::cmp::Reverse(makers.rows[*index].beginning.len()));
        }
        makers
    }

    /// The credential whose beginning has its telling bytes at this place.
    pub fn at(&self, text: &[u8], at: usize, seen: &mut Seen) -> Option<Range<usize>> {
        let three = text.get(at..)?.first_chunk::<3>()?;
        let group = usize::from(self.numbers[number(*three)]).checked_sub(1)?;
        let group = &self.groups[group];
        let starts = group.iter().filter_map(|(index, from)| {
            let start = at.checked_sub(*from)?;
            let beginning = self.rows[*index].beginning.as_bytes();
            let stands = text[start..].starts_with(beginning) && begins_word(text, start);
            (stands && start >= seen.end).then_some(start)
        });
        let start = starts.min().filter(|_| seen.budget > 0)?;
        let found = self.credential(text, start, seen);
        if let Some(range) = &found {
            seen.end = range.end;
        }
        found
    }

    fn credential(&self, text: &[u8], start: usize, seen: &mut Seen) -> Option<Range<usize>> {
        let rest = &text[start..];
        let alike = self.alike.get(rest.first_chunk::<2>()?)?.iter();
        let rows = alike.map(|index| &self.rows[*index]);
        let mut rows = rows.filter(|row| rest.starts_with(row.beginning.as_bytes()));
        let (row, length) = rows.find_map(|row| {
            let length = length(rest, row.beginning.len());
            seen.budget = seen.budget.saturating_sub(length);
            // What begins as a public one is public, however long.
            let is_one = row.kind == Kind::Public || row.is_of(&rest[..length]);
            is_one.then_some((row, length))
        })?;
        match row.kind {
            Kind::Secret => Some(start..start + length),
            Kind::Public => None,
            Kind::Beside(size) => beside(text, start + length, size),
        }
    }
}

impl Maker {
    fn is_of(&self, credential: &[u8]) -> bool {
        let rest = &credential[self.beginning.len()..];
        let size = credential.len();
        if is_of_one_letter(rest) {
            return false;
        }
        if self.is_strong() {
            // Some are shorter than is documented.
            let enough = self.beginning.len() + ENOUGH;
            let least = self
                .length
                .map(|(least, _)| least.min(enough.max(least / 2)));
            return size >= least.unwrap_or(enough) && is_made_up(rest);
        }
        let fits = self
            .length
            .is_some_and(|(least, most)| (least..=most).contains(&size));
        // Where there are capitals and digits alone, they change less.
        let is_one =
            is_mixed(rest) || self.alphabet == "upper" && rest.iter().any(u8::is_ascii_digit);
        fits && is_one && rest.iter().all(|b| holds(&self.alphabet, *b))
    }

    /// Whether it ends with a sign that no word goes on behind.
    fn is_strong(&self) -> bool {
        self.beginning.len() > 2
            && self
                .beginning
                .ends_with(|c: char| !c.is_ascii_alphanumeric())
    }
}

/// Whether no word goes on here; an escape may end just before.
fn begins_word(text: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| text[before]);
    if before.is_none_or(|b| !b.is_ascii_alphanumeric() && b != b'+') {
        return true;
    }
    (at.saturating_sub(LONGEST_ESCAPE)..at)
        .any(|start| escape(text, start).is_some_and(|change| start + change.length == at))
}

/// How long a credential is that begins so: the characters of tokens, and others between parts of
/// it that are made up.
fn length(rest: &[u8], beginning: usize) -> usize {
    const LONGEST: usize = 8_000;
    let rest = &rest[..rest.len().min(LONGEST)];
    let part = |from: usize| {
        let fits = |b: &&u8| b.is_ascii_alphanumeric() || b"-_".contains(b);
        rest[from..].iter().take_while(fits).count()
    };
    let mut end = beginning + part(beginning);
    loop {
        let sign = match &rest[end..] {
            [b'.' | b'~' | b'!' | b'+' | b'/' | b'|' | b':' | b'#', ..] => 1,
            [b'%', b'2', b'B' | b'F' | b'b' | b'f', ..] => 3,
            _ => break,
        };
        let next = part(end + sign);
        let is_one = match rest[end] {
            b'.' | b'~' | b'!' | b'+' => next >= 4,
            _ => next >= 8 && is_mixed(&rest[end + sign..end + sign + next]),
        };
        if !is_one {
            break;
        }
        end += sign + next;
    }
    let fill = rest[end..].iter().take(2).take_while(|b| **b == b'=');
    end + fill.count()
}

fn holds(alphabet: &str, b: u8) -> bool {
    match alphabet {
        "alnum" => b.is_ascii_alphanumeric(),
        "hex" => b.is_ascii_digit() || (b'a'..=b'f').contains(&b),
        "hex_upper" => b.is_ascii_digit() || (b'A'..=b'F').contains(&b),
        "base64" => b.is_ascii_alphanumeric() || b"+/=".contains(&b),
        "base64url" => b.is_ascii_alphanumeric() || b"-_=".contains(&b),
        "digits" => b.is_ascii_digit(),
        "upper" => b.is_ascii_uppercase() || b.is_ascii_digit(),
        _ => true,
    }
}

/// `xxxx…` and `****…`, as pages write it.
fn is_of_one_letter(rest: &[u8]) -> bool {
    let first = rest.first();
    rest.iter().all(|b| Some(b) == first || b"-_.".contains(b))
}

/// Whether a part of it is no word.
fn is_made_up(rest: &[u8]) -> bool {
    let mut parts = rest.split(|b| !b.is_ascii_alphanumeric());
    parts.any(|part| {
        let digits = part.iter().filter(|b| b.is_ascii_digit()).count();
        part.len() >= 20 || part.len() >= 8 && digits > 1 && digits < part.len()
    })
}

/// Whether letters and digits, small and capital, change as often as by chance.
fn is_mixed(rest: &[u8]) -> bool {
    let kind = |b: &u8| match b {
        b'0'..=b'9' => Some(0),
        b'a'..=b'z' => Some(1),
        b'A'..=b'Z' => Some(2),
        _ => None,
    };
    // A sign between words is no change.
    let changes = rest.windows(2).filter(|two| {
        let kinds = kind(&two[0]).zip(kind(&two[1]));
        kinds.is_some_and(|(a, b)| a != b)
    });
    rest.iter().any(u8::is_ascii_digit) && changes.count() * 5 >= rest.len()
}

/// A secret of that length, which begins no further behind.
fn beside(text: &[u8], from: usize, size: usize) -> Option<Range<usize>> {
    let fits = |b: &u8| b.is_ascii_alphanumeric() || b"+/".contains(b);
    let limit = text.len().min(from + BESIDE);
    let mut at = from;
    while at < limit {
        let run = text[at..].iter().take(size + 1).take_while(|b| fits(b));
        let run = run.count();
        let word = &text[at..at + run];
        let has = |kind: fn(&u8) -> bool| word.iter().any(kind);
        if run == size && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) {
            return Some(at..at + size);
        }
        at += run.max(1);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let mut seen = Seen::of(text.as_bytes());
        let places = 0..text.len();
        let hits = places.filter_map(|at| ALL.at(text.as_bytes(), at, &mut seen));
        hits.map(|range| &text[range]).collect()
    }

    #[test]
    fn every_row_can_be_read() {
        let rows = ROWS.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(rows.clone().count(), ALL.rows.len());
        assert!(ALL.rows.len() > 150);
    }

    #[test]
    fn what_a_maker_began_is_found_wherever_it_stands() {
        let random = "aB3dE5gH1jK2mN3pQ4rS5tU6vW7xY8zA9bC0";
        for (begins, whole) in [
            ("ghp_", 40),
            ("glpat-", 26),
            ("sk_live_", 32),
            ("xoxb-", 40),
            ("AIza", 39),
            ("hvs.", 30),
        ] {
            let token = &format!("{begins}{random}")[..whole.min(begins.len() + random.len())];
            for text in [
                token.to_owned(),
                format!("you sent {token}."),
                format!("{{\"x\":\"a\\n{token}\"}}"),
                format!("https://h/x/{token}/y?a=1"),
            ] {
                assert_eq!(found(&text), [token], "{text}");
            }
        }
        let pair = format!(
            "AKIA{} wJalrXUtnFEMIK7MDENGbPxRfiCYzEXAMPLEKEYa",
            "Q3EGRIKHTZ7XJ2M5"
        );
        assert_eq!(found(&pair), ["wJalrXUtnFEMIK7MDENGbPxRfiCYzEXAMPLEKEYa"]);
    }

    #[test]
    fn what_packs_of_ones_own_say_is_found_too() {
        let own = Makers::read("acmekey- 20 40 alnum secret\nacmepub- 20 40 alnum public\n");
        let text = b"a acmekey-aB3dE5gH1jK2mN3pQ4rS and acmepub-aB3dE5gH1jK2mN3pQ4rS";
        let mut seen = Seen::of(text);
        let hits = (0..text.len()).filter_map(|at| own.at(text, at, &mut seen));
        assert_eq!(hits.collect::<Vec<_>>(), vec![2..30]);
    }

    #[test]
    fn what_only_begins_so_is_left() {
        for text in [
            "tokens start with ghp_ or github_pat_",
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "key-value-store-of-the-service and pat-management-and-more",
            "permissions_of_groups and public_key_of_the_service",
            "pk_live_aB3dE5gH1jK2mN3pQ4rS5tU6vW7x",
            "AKIAQ3EGRIKHTZ7XJ2M5 has no rights to do that on this resource at all",
            "patternMatchingOfTheService2024AndMore",
            "https://h/guides/permissions-and-errors-744",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}
