//! What can be told of a token by looking at its text, without sending it: what kind it is, what
//! it claims, and the mistakes that happen when a value is copied. The report never holds the
//! value nor a part of it that could be used; the text itself is handed in where the value is.

mod call;
mod claims;
pub mod described;
pub mod digest;
mod fitting;
pub mod grant;
mod made_up;
mod md5;
mod mistakes;
pub mod passport;
mod problem;
pub mod proof;
mod repair;
mod seems;
pub mod signature;
pub mod sigv4;
pub mod step_up;
pub mod survey;
pub mod testimony;
mod words;

use crate::insight::api::knowledge::Alphabet;
use crate::insight::api::marks::{Marked, Marks};
use crate::model::{Cause, Timestamp};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mistakes::{bare, kind, lengths, scheme, strays, without_scheme};
use problem::sure;

pub use call::beside;
pub use claims::{Bound, Claims, bound_key};
pub use fitting::{Misfit, Weight};
pub use made_up::made_up;
pub use problem::{TokenKind, TokenProblem};
pub use repair::{Repair, repair};
pub use seems::{Seems, seems_token};
pub use words::{How, Line, Tone, claim_text, differences, lines, relative};

/// What a look at a token's text tells; safe to show, to keep and to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenReport {
    pub kind: TokenKind,
    /// In characters.
    pub length: usize,
    /// Which characters it is made of, and how it begins up to its first separator where that
    /// is a common word; tokens of one API are alike in it.
    pub shape: Shape,
    /// The value with its signs and the words it begins with, all else blotted out: what one
    /// that is made up has to look like. Nothing of a secret is left in it.
    pub sketch: String,
    /// Who makes such tokens, by how it begins.
    pub marks: Vec<Marked>,
    /// The packs whose documentation shows this value.
    pub samples: Vec<String>,
    /// Those that all of its characters belong to.
    pub alphabets: Vec<Alphabet>,
    pub problems: Vec<TokenProblem>,
    pub claims: Option<Claims>,
    /// When it was looked at.
    pub now: Timestamp,
}

/// The outer form of a value, to be compared with that of one that works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    pub length: usize,
    pub upper: bool,
    pub lower_beyond_hex: bool,
    pub signs: bool,
    pub dots: usize,
}

/// Where a moment stands against a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    Valid,
    Expired,
    NotYet,
    /// The token says nothing about times.
    Unsaid,
}

impl TokenReport {
    /// How the claims stand at that moment: the server's own, where its answer tells it.
    pub fn at(&self, moment: Timestamp) -> Validity {
        let Some(claims) = &self.claims else {
            return Validity::Unsaid;
        };
        if claims.expires_at.is_some_and(|end| end <= moment) {
            return Validity::Expired;
        }
        if claims.not_before.is_some_and(|start| start > moment) {
            return Validity::NotYet;
        }
        if claims.expires_at.is_none() && claims.not_before.is_none() {
            return Validity::Unsaid;
        }
        Validity::Valid
    }

    /// The mistake that no API would overlook.
    pub fn sure_problem(&self) -> Option<&TokenProblem> {
        self.problems.iter().find(|problem| problem.is_sure)
    }
}

/// Looks at the text of a value, as found: everything that stands in it counts. Whether it fits
/// an API is for `misfits`.
pub fn inspect(text: &str, now: Timestamp, marks: &Marks) -> TokenReport {
    let mut problems = Vec::new();
    if text.is_empty() {
        problems.push(sure(Cause::TokenMissing, "the value is empty"));
    } else {
        strays(text, &mut problems);
    }
    let bare = bare(text);
    scheme(bare, &mut problems);
    let core = without_scheme(bare);
    let marked = marks.of(core);
    let kind = match kind(core) {
        TokenKind::Hex | TokenKind::Pair | TokenKind::Opaque if !marked.is_empty() => {
            TokenKind::Marked
        }
        kind => kind,
    };
    let mut claims = None;
    match kind {
        TokenKind::Placeholder => problems.push(sure(
            Cause::TokenWrongShape,
            "a placeholder stands where the token belongs",
        )),
        TokenKind::Pair => problems.push(sure(
            Cause::TokenWrongShape,
            "it is a pair of name and password, as Basic takes it, and no token",
        )),
        TokenKind::Jwt => claims = claims::read(core, &mut problems),
        // Nothing can be read, and nothing is wrong with that.
        TokenKind::Encrypted => {}
        TokenKind::Hex
        | TokenKind::Uuid
        | TokenKind::Marked
        | TokenKind::Opaque
        | TokenKind::Empty => lengths(core, &mut problems),
    }
    let alphabets = Alphabet::NAMES.iter().map(|(_, alphabet)| *alphabet);
    TokenReport {
        kind,
        length: text.chars().count(),
        shape: shape(core),
        sketch: sketch(core),
        marks: marked,
        samples: marks.samples_of(core),
        alphabets: alphabets
            .filter(|alphabet| core.chars().all(|c| alphabet.holds(c)))
            .collect(),
        problems,
        claims,
        now,
    }
}

/// No token that is worth imitating is longer.
const SKETCHED: usize = 128;

/// `hk_live_x0Xx0`: capitals as X, letters as x, digits as 0, signs as they are.
fn sketch(text: &str) -> String {
    // At most two short words before the value itself, and never much of it.
    let most = (text.len() / 4).min(12);
    let mut kept = 0;
    for _ in 0..2 {
        let word = text[kept..]
            .bytes()
            .take_while(u8::is_ascii_lowercase)
            .count();
        let ends = text.as_bytes().get(kept + word);
        let is_mark = (1..=6).contains(&word) && ends.is_some_and(|b| b"_-.".contains(b));
        if !is_mark || kept + word + 1 > most {
            break;
        }
        kept += word + 1;
    }
    let (mark, rest) = text.split_at(kept);
    let blots = rest.chars().take(SKETCHED - kept).map(|c| match c {
        c if c.is_ascii_uppercase() => 'X',
        c if c.is_ascii_digit() => '0',
        c if c.is_ascii_punctuation() => c,
        _ => 'x',
    });
    mark.chars().chain(blots).collect()
}

fn shape(text: &str) -> Shape {
    Shape {
        length: text.chars().count(),
        upper: text.bytes().any(|b| b.is_ascii_uppercase()),
        lower_beyond_hex: text.bytes().any(|b| b.is_ascii_lowercase() && b > b'f'),
        signs: text
            .bytes()
            .any(|b| !b.is_ascii_alphanumeric() && b != b'.'),
        dots: text.matches('.').count(),
    }
}

/// What stands behind `Basic` (RFC 7617, 2).
pub fn basic_pair(user: &str, password: &str) -> String {
    STANDARD.encode(format!("{user}:{password}"))
}

#[cfg(test)]
mod tests {
    use super::claims::LOOSE;
    use super::*;
    use base64::Engine;
    use proptest::prelude::*;

    /// Not a value of anyone: digits in a row.
    fn hex() -> String {
        "0123456789abcdef".repeat(3)
    }

    fn now() -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap()
    }

    fn jwt(claims: &str) -> String {
        let part = |text: &str| LOOSE.encode(text).trim_end_matches('=').to_owned();
        let header = part("{\"alg\":\"HS256\",\"typ\":\"JWT\"}");
        format!("{header}.{}.{}", part(claims), "s".repeat(43))
    }

    fn causes(text: &str) -> Vec<(Cause, bool)> {
        let report = inspect(text, now(), &Marks::default());
        report
            .problems
            .iter()
            .map(|p| (p.cause, p.is_sure))
            .collect()
    }

    #[test]
    fn a_token_of_the_documented_form_has_no_problem() {
        let report = inspect(&hex(), now(), &Marks::default());
        assert_eq!(report.kind, TokenKind::Hex);
        assert_eq!(report.length, 48);
        assert!(report.problems.is_empty());
    }

    #[test]
    fn every_paste_mistake_is_named_by_its_cause() {
        let hex = hex();
        let stray = [
            format!("{hex} "),
            format!(" {hex}"),
            format!("{hex}\n"),
            format!("\"{hex}\""),
            format!("'{hex}"),
            format!("{{{hex}}}"),
            format!("<{hex}>"),
            format!("{hex},"),
            format!("{hex};"),
            format!("\u{200b}{hex}"),
            format!("{}\u{2013}{}", &hex[..20], &hex[21..]),
            format!("{} {}", &hex[..20], &hex[20..]),
            format!("{hex}%0A"),
            format!("{hex}\\n"),
        ];
        for text in stray {
            assert_eq!(
                causes(&text)[0],
                (Cause::TokenStrayCharacters, true),
                "{text:?}"
            );
        }
        let schemes = [
            "Bearer ",
            "bearer ",
            "Token ",
            "Basic ",
            "Authorization: Bearer ",
            "Bearer: ",
        ];
        for scheme in schemes {
            let found = causes(&format!("{scheme}{hex}"));
            assert_eq!(found[0], (Cause::TokenScheme, true), "{scheme}");
        }
        let shapes = [
            "undefined",
            "null",
            "{{token}}",
            "${TOKEN}",
            "$TOKEN",
            "<your token>",
            "YOUR_TOKEN_HERE",
            "****************",
            "xxxxxxxxxxxx",
            "changeme",
            "paste the token here",
            "support:hunter22",
            "c3VwcG9ydDpodW50ZXIyMg==",
        ];
        for text in shapes {
            assert_eq!(causes(text)[0], (Cause::TokenWrongShape, true), "{text}");
        }
        assert_eq!(causes(""), [(Cause::TokenMissing, true)]);
        assert_eq!(
            causes(&format!("{hex}{hex}")),
            [(Cause::TokenWrongShape, true)]
        );
        assert_eq!(
            causes(&format!("{}...", &hex[..12])),
            [(Cause::TokenWrongShape, true)]
        );
    }

    #[test]
    fn what_is_only_short_is_not_called_sure_and_any_form_may_be_right_somewhere() {
        let hex = hex();
        assert_eq!(causes("short-key-7"), [(Cause::TokenWrongShape, false)]);
        for text in [
            &hex[..47],
            &hex.to_uppercase(),
            "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
            "tk-live-Zm9vYmFyYmF6cXV4cXV1eA-99",
        ] {
            assert!(causes(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_jwt_is_read_and_its_times_are_judged_at_a_given_moment() {
        let text = jwt(
            "{\"iss\":\"https://acme.example\",\"aud\":[\"core\"],\"scope\":\"read write\",\
             \"nbf\":1800000000,\"exp\":1800000100,\"refresh_token\":\"hidden\"}",
        );
        let report = inspect(&text, now(), &Marks::default());
        let claims = report.claims.clone().unwrap();
        assert_eq!(claims.audience, ["core"]);
        assert_eq!(claims.scopes, ["read", "write"]);
        assert_eq!(claims.issuer.as_deref(), Some("https://acme.example"));
        assert!(!format!("{report:?}").contains("hidden"));
        let at = |offset: i64| report.at(Timestamp::from_second(1_800_000_000 + offset).unwrap());
        assert_eq!(at(-1), Validity::NotYet);
        assert_eq!(at(1), Validity::Valid);
        assert_eq!(at(100), Validity::Expired);
        assert_eq!(
            inspect(&hex(), now(), &Marks::default()).at(now()),
            Validity::Unsaid
        );
        assert_eq!(
            inspect(&jwt("{\"sub\":\"1\"}"), now(), &Marks::default()).at(now()),
            Validity::Unsaid
        );
    }

    #[test]
    fn times_that_are_no_number_of_seconds_are_read_and_named() {
        let read = |claims: &str| {
            let report = inspect(&jwt(claims), now(), &Marks::default());
            let says: Vec<_> = report.problems.iter().map(|p| p.says.clone()).collect();
            assert!(report.sure_problem().is_none(), "{says:?}");
            let expires = report.claims.unwrap().expires_at;
            (expires.map(|at| at.to_string()), says.join("; "))
        };
        let at = Some("2024-12-18T14:03:30Z".to_owned());
        let (expires, says) = read("{\"exp\":1734530610991,\"iat\":1734444210991}");
        assert_eq!(expires, at);
        assert_eq!(
            says,
            "iat and exp are in milliseconds instead of seconds: a server that reads seconds sees the year 56935"
        );
        let (expires, says) = read("{\"exp\":1734530610991000}");
        assert_eq!(expires, at);
        assert!(says.starts_with("exp is in microseconds"), "{says}");
        for text in [
            "1734530610",
            "2024-12-18T14:03:30Z",
            "2024-12-18T15:03:30+01:00",
        ] {
            let (expires, says) = read(&format!("{{\"exp\":\"{text}\"}}"));
            assert_eq!(expires, at, "{text}");
            assert!(says.starts_with("exp is as text, where"), "{says}");
        }
        let (_, says) = read("{\"exp\":\"1734530610991\"}");
        assert!(
            says.contains("milliseconds") && says.contains("as text"),
            "{says}"
        );
        assert_eq!(read("{\"exp\":1734530610.5}"), (at, String::new()));
        assert!(read("{\"exp\":\"soon\"}").1.contains("as text"));
    }

    #[test]
    fn a_jwt_that_was_cut_is_told_from_a_whole_one() {
        let text = jwt("{\"exp\":1900000000}");
        assert!(causes(&text).is_empty());
        assert_eq!(
            causes(&text[..text.len() - 5]),
            [(Cause::TokenWrongShape, true)]
        );
        let last = text.rfind('.').unwrap();
        for cut in [&text[..last], &text[..=last], &text[..last - 9]] {
            assert_eq!(causes(cut)[0], (Cause::TokenWrongShape, true), "{cut}");
        }
    }

    #[test]
    fn five_parts_are_named_as_encrypted_and_not_as_wrong() {
        let text = format!("{}.a.b.c.d", jwt("{}").split('.').next().unwrap());
        let report = inspect(&text, now(), &Marks::default());
        assert_eq!(report.kind, TokenKind::Encrypted);
        assert!(report.problems.is_empty() && report.claims.is_none());
    }

    proptest! {
        #[test]
        fn any_text_is_looked_at_without_harm(text in any::<String>()) {
            let report = inspect(&text, now(), &Marks::default());
            prop_assert!(report.problems.len() < 12);
        }

        #[test]
        fn no_report_repeats_the_value(text in "[a-z0-9]{24,60}") {
            let report = inspect(&text, now(), &Marks::default());
            let shown = format!("{report:?}");
            prop_assert!(!shown.contains(&text));
        }
    }
}
