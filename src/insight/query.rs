//! The one filter grammar: the screen, the shell and the database read the same words the same
//! way. What is not understood is looked for as text, so that no filter is ever refused.

use crate::model::{ExchangeSummary, StatusClass, Timestamp};
use jiff::{SignedDuration, civil};

/// Terms that must all hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    terms: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    pub negated: bool,
    pub want: Want,
}

/// What one term asks for. Texts are in lower case, as they are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    Status(u16),
    Class(StatusClass),
    Method(String),
    /// A part of the host, with its port where the URL names one.
    Host(String),
    Environment(String),
    Token(String),
    /// A whole error code.
    Code(String),
    Case(String),
    /// Refused under a status that says that it worked, or not.
    Refused(bool),
    /// Started at this millisecond or later.
    Since(i64),
    /// Started before this millisecond.
    Until(i64),
    /// A part of what `search_text` gives.
    Word(String),
}

impl Query {
    /// `now` is what `since:2d` counts back from.
    pub fn parse(text: &str, now: Timestamp) -> Query {
        Query {
            terms: words(text).iter().map(|word| word.term(now)).collect(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    pub fn matches(&self, summary: &ExchangeSummary) -> bool {
        // Most filters never look at the text, which is the dear part.
        let mut text = None;
        self.terms.iter().all(|term| {
            let found = match &term.want {
                Want::Word(word) => text
                    .get_or_insert_with(|| search_text(summary))
                    .contains(word),
                want => want.holds(summary),
            };
            found != term.negated
        })
    }
}

impl Want {
    fn holds(&self, summary: &ExchangeSummary) -> bool {
        let same = |text: &str, word: &String| text.to_lowercase() == *word;
        match self {
            Want::Status(status) => summary.status == Some(*status),
            Want::Class(class) => summary.class() == *class,
            Want::Method(word) => same(&summary.method, word),
            Want::Host(word) => host(&summary.url).contains(word),
            Want::Environment(word) => same(&summary.environment, word),
            Want::Token(word) => summary
                .token
                .as_ref()
                .is_some_and(|token| same(token.name.as_str(), word)),
            Want::Code(word) => summary
                .errors
                .iter()
                .any(|error| error.code.as_ref().is_some_and(|code| same(code, word))),
            Want::Case(word) => summary.case.as_ref().is_some_and(|case| same(case, word)),
            Want::Refused(refused) => summary.refused == *refused,
            Want::Since(ms) => summary.started_at.as_millisecond() >= *ms,
            Want::Until(ms) => summary.started_at.as_millisecond() < *ms,
            Want::Word(word) => search_text(summary).contains(word),
        }
    }
}

/// What bare words are looked for in, in lower case: method, path, codes, titles, details, notes,
/// and what is said of a call that failed.
pub fn search_text(summary: &ExchangeSummary) -> String {
    let mut text = format!("{} {}", summary.method, path(&summary.url));
    let cause = summary.cause.map(|cause| cause.id());
    let lines = summary
        .errors
        .iter()
        .flat_map(|error| [&error.code, &error.title, &error.detail])
        .filter_map(|part| part.as_deref());
    for part in cause
        .into_iter()
        .chain(summary.message.as_deref())
        .chain(lines)
        .chain(summary.notes.lines())
    {
        // A word never holds a line break, so none is found across two parts.
        text.push('\n');
        text.push_str(part);
    }
    text.to_lowercase()
}

/// Host and port of a URL in lower case; empty where none is named, as in one that begins with a
/// variable.
pub fn host(url: &str) -> String {
    let authority = url.find("://").map_or("", |scheme| {
        let rest = &url[scheme + 3..];
        &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())]
    });
    let host = authority.rsplit('@').next().unwrap_or(authority);
    host.to_lowercase()
}

/// Path and query of a URL; the whole text where it names no host.
fn path(url: &str) -> &str {
    match url.find("://") {
        Some(scheme) => {
            let rest = &url[scheme + 3..];
            &rest[rest.find(['/', '?', '#']).unwrap_or(rest.len())..]
        }
        None => url,
    }
}

/// One piece between blanks.
struct Word {
    negated: bool,
    /// Began with a quote, and so is text whatever it says.
    quoted: bool,
    text: String,
}

fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let negated = rest.starts_with('-') && rest[1..].starts_with(|c: char| !c.is_whitespace());
        if negated {
            rest = &rest[1..];
        }
        let quoted = rest.starts_with('"');
        let mut said = String::new();
        let mut inside = false;
        let mut end = rest.len();
        for (place, character) in rest.char_indices() {
            match character {
                '"' => inside = !inside,
                c if c.is_whitespace() && !inside => {
                    end = place;
                    break;
                }
                c => said.push(c),
            }
        }
        rest = rest[end..].trim_start();
        if !said.is_empty() {
            words.push(Word {
                negated,
                quoted,
                text: said,
            });
        }
    }
    words
}

impl Word {
    fn term(&self, now: Timestamp) -> Term {
        let want = if self.quoted { None } else { self.want(now) };
        Term {
            negated: self.negated,
            want: want.unwrap_or_else(|| Want::Word(self.text.to_lowercase())),
        }
    }

    fn want(&self, now: Timestamp) -> Option<Want> {
        let Some((key, value)) = self.text.split_once(':') else {
            return status(&self.text);
        };
        if value.is_empty() {
            return None;
        }
        let lower = value.to_lowercase();
        Some(match key.to_ascii_lowercase().as_str() {
            "status" => status(value)?,
            "class" => Want::Class(class(&lower)?),
            "method" => Want::Method(lower),
            "host" => Want::Host(lower),
            "env" | "environment" => Want::Environment(lower),
            "token" => Want::Token(lower),
            "code" => Want::Code(lower),
            "case" => Want::Case(lower),
            "refused" => Want::Refused(yes_or_no(&lower)?),
            "since" => Want::Since(moment(value, now)?.0),
            "until" => Want::Until(moment(value, now)?.1),
            _ => return None,
        })
    }
}

fn yes_or_no(text: &str) -> Option<bool> {
    match text {
        "yes" | "true" => Some(true),
        "no" | "false" => Some(false),
        _ => None,
    }
}

/// `403`, `4xx`
fn status(text: &str) -> Option<Want> {
    let three = <[u8; 3]>::try_from(text.as_bytes()).ok()?;
    if three.iter().all(u8::is_ascii_digit) {
        return text.parse().ok().map(Want::Status);
    }
    let [first @ b'1'..=b'5', b'x' | b'X', b'x' | b'X'] = three else {
        return None;
    };
    Some(Want::Class(StatusClass::of(u16::from(first - b'0') * 100)))
}

fn class(id: &str) -> Option<StatusClass> {
    StatusClass::ALL
        .into_iter()
        .find(|class| class.id() == id.replace('-', "_"))
}

/// The first millisecond of what is named, and the first one after it.
fn moment(text: &str, now: Timestamp) -> Option<(i64, i64)> {
    let span = |from: Timestamp, length: i64| {
        let ms = from.as_millisecond();
        Some((ms, ms.checked_add(length)?))
    };
    if let Some(ago) = ago(text) {
        return span(now.checked_sub(ago).ok()?, 1);
    }
    if let Ok(day) = text.parse::<civil::Date>()
        && text.len() == 10
    {
        let midnight = day.to_datetime(civil::Time::midnight());
        let begin = jiff::tz::TimeZone::UTC.to_timestamp(midnight).ok()?;
        return span(begin, 24 * 60 * 60 * 1_000);
    }
    // Typed by hand, `t` and `z` are small.
    span(text.to_ascii_uppercase().parse().ok()?, 1)
}

/// `30m`, `2h`, `2d`, `1w`
fn ago(text: &str) -> Option<SignedDuration> {
    let seconds = match text.as_bytes().last()?.to_ascii_lowercase() {
        b's' => 1,
        b'm' => 60,
        b'h' => 60 * 60,
        b'd' => 24 * 60 * 60,
        b'w' => 7 * 24 * 60 * 60,
        _ => return None,
    };
    let digits = &text[..text.len() - 1];
    let plain = digits.bytes().all(|b| b.is_ascii_digit());
    let count: i64 = plain.then(|| digits.parse().ok()).flatten()?;
    Some(SignedDuration::from_secs(count.checked_mul(seconds)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Cause, ErrorLine, ExchangeId, TokenName, TokenRef};
    use proptest::prelude::*;
    use std::time::Duration;

    fn now() -> Timestamp {
        "2026-05-12T12:00:00Z".parse().unwrap()
    }

    fn refused() -> ExchangeSummary {
        ExchangeSummary {
            id: ExchangeId::new(now(), 1),
            started_at: "2026-05-12T10:00:00Z".parse().unwrap(),
            took: Duration::from_millis(80),
            environment: "Sandbox".into(),
            case: Some("ACME-1".into()),
            token: Some(TokenRef {
                name: TokenName::new("support").unwrap(),
                fingerprint: Some("a361".into()),
            }),
            method: "GET".into(),
            url: "https://api.acme.example:8443/core/Runbooks/7?page=2".into(),
            status: Some(403),
            cause: None,
            message: None,
            refused: false,
            is_probe: false,
            notes: String::new(),
            errors: vec![ErrorLine {
                title: Some("Zugriff verweigert".into()),
                detail: Some("The role ÜBERSICHT is missing".into()),
                code: Some("not_allowed".into()),
                field: None,
            }],
        }
    }

    fn holds(text: &str) -> bool {
        Query::parse(text, now()).matches(&refused())
    }

    #[test]
    fn every_field_is_compared_without_case_and_every_term_may_be_turned_round() {
        for hit in [
            "status:403",
            "403",
            "4xx",
            "status:4XX",
            "class:client_error",
            "class:client-error",
            "method:get",
            "host:ACME",
            "host:acme.example:8443",
            "env:sandbox",
            "token:support",
            "code:NOT_ALLOWED",
            "case:acme-1",
            "runbooks/7",
            "page=2",
            "zugriff",
            "übersicht",
            "\"zugriff verweigert\"",
        ] {
            assert!(holds(hit), "{hit}");
            assert!(!holds(&format!("-{hit}")), "-{hit}");
        }
        for miss in [
            "404",
            "5xx",
            "class:success",
            "method:GE",
            "host:core",
            "env:sand",
            "token:supp",
            "code:not",
            "case:ACME-11",
            "acme.example",
            "\"get core\"",
        ] {
            assert!(!holds(miss), "{miss}");
            assert!(holds(&format!("-{miss}")), "-{miss}");
        }
    }

    #[test]
    fn all_terms_must_hold_and_no_terms_hold_for_everything() {
        assert!(holds("403 method:GET zugriff -code:other"));
        assert!(!holds("403 method:GET zugriff -code:not_allowed"));
        assert!(holds("  "));
        assert!(Query::parse("", now()).is_empty());
    }

    #[test]
    fn times_count_back_from_now_or_name_a_moment_or_a_day() {
        for hit in [
            "since:2h",
            "since:1d",
            "since:1w",
            "until:30m",
            "until:2h",
            "since:2026-05-12",
            "until:2026-05-12",
            "since:2026-05-12T10:00:00Z",
            "until:2026-05-12T10:00:00Z",
            "since:2026-05-12t09:59:59.999z",
            "since:2026-05-12T12:00:00+02:00",
        ] {
            assert!(holds(hit), "{hit}");
        }
        for miss in [
            "since:119m",
            "until:3h",
            "since:2026-05-13",
            "until:2026-05-11",
            "until:2026-05-12T09:59:59Z",
        ] {
            assert!(!holds(miss), "{miss}");
        }
    }

    #[test]
    fn what_is_not_understood_is_looked_for_as_text() {
        for text in [
            "status:abc",
            "class:odd",
            "since:soon",
            "since:99999999999999999999d",
            "since:9999999999999w",
            "since:-1d",
            "method:",
            "weather:fine",
            "6xx",
            "40",
            "-",
            "\"status:403\"",
        ] {
            let query = Query::parse(text, now());
            let word = text.replace('"', "");
            let terms = [Term {
                negated: false,
                want: Want::Word(word),
            }];
            assert_eq!(query.terms(), terms, "{text}");
        }
        let query = Query::parse("-code:\"two words\" \"open end", now());
        assert_eq!(query.terms()[0].want, Want::Code("two words".into()));
        assert!(query.terms()[0].negated);
        assert_eq!(query.terms()[1].want, Want::Word("open end".into()));
    }

    #[test]
    fn a_call_is_found_by_what_was_noted_beside_it() {
        let noted = ExchangeSummary {
            notes: "asked Olga\nsince the Release of May".into(),
            ..refused()
        };
        for hit in ["olga", "\"release of may\"", "403 olga"] {
            assert!(Query::parse(hit, now()).matches(&noted), "{hit}");
            assert!(!Query::parse(hit, now()).matches(&refused()), "{hit}");
        }
        assert!(!Query::parse("\"olga since\"", now()).matches(&noted));
    }

    #[test]
    fn a_call_without_an_answer_is_found_by_what_is_said_of_it() {
        let failed = ExchangeSummary {
            status: None,
            cause: Some(Cause::DnsUnresolved),
            message: Some("No such host.".into()),
            url: "{{base}}/core".into(),
            token: None,
            ..refused()
        };
        for hit in [
            "class:no_answer",
            "dns.unresolved",
            "\"such host\"",
            "{{base}}",
            "-4xx",
        ] {
            assert!(Query::parse(hit, now()).matches(&failed), "{hit}");
        }
        for miss in ["403", "token:support", "host:base"] {
            assert!(!Query::parse(miss, now()).matches(&failed), "{miss}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_query(text in any::<String>()) {
            let query = Query::parse(&text, now());
            query.matches(&refused());
            let is_blank = text.chars().all(|c| c.is_whitespace() || c == '"');
            prop_assert!(is_blank || !query.is_empty() || text.contains('"'));
        }
    }
}
