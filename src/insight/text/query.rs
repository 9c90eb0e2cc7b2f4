//! The filter grammar, one for the screen, the shell and the database. A word without a known key
//! is searched as text. A value without a meaning is an error with its place, because an empty list
//! would wrongly say that no such call exists.

mod moment;
mod spelling;

pub use super::searched::Where;
use super::searched::texts;
use crate::model::{CallOrigin, ExchangeSummary, RawExchange, StatusClass};
use jiff::{Timestamp, Zoned};
use moment::{Moment, moment};
pub use spelling::{Sought, with_spellings};
use std::fmt;

/// A filter: terms that must all hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    terms: Vec<Term>,
    told: Vec<String>,
}

/// Why a filter cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError {
    /// Where in the filter the word begins, in characters from 1.
    pub column: usize,
    pub word: String,
    problem: String,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let QueryError {
            column,
            word,
            problem,
        } = self;
        write!(
            f,
            "The filter cannot be read at column {column}: {word} {problem} In quotation marks it is looked for as text."
        )
    }
}

/// One condition of a filter; `negated` is the minus before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    pub negated: bool,
    pub want: Want,
}

/// What one term asks for. Texts are in lower case, to be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    Status(u16),
    Class(StatusClass),
    Method(String),
    /// Part of the host with its port, in each spelling (Unicode and Punycode).
    Host(Vec<String>),
    Environment(String),
    Token(String),
    /// A whole error code.
    Code(String),
    Case(String),
    /// Whether the body refuses the call though the status is a success.
    Refused(bool),
    /// What the call was made for.
    From(CallOrigin),
    /// Whose the call is.
    Team(Team),
    /// Started at this millisecond or later.
    Since(i64),
    /// Started before this millisecond.
    Until(i64),
    /// A part of a text of the call, in this place.
    Word(Where, Sought),
}

/// Whose calls a filter asks for. Without such a word it is one's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Team {
    All,
    Me,
    Others,
    /// A colleague, by name in lower case.
    Named(String),
}

impl Team {
    fn of(word: &str) -> Team {
        match word {
            "all" => Team::All,
            "me" => Team::Me,
            "others" => Team::Others,
            name => Team::Named(name.to_owned()),
        }
    }

    /// Whether a call of this colleague, or one's own for `None`, is meant.
    fn means(&self, by: Option<&str>) -> bool {
        match self {
            Team::All => true,
            Team::Me => by.is_none(),
            Team::Others => by.is_some(),
            Team::Named(name) => by.is_some_and(|by| by.to_lowercase() == *name),
        }
    }
}

impl Query {
    /// Reads a filter. `since:2d` counts back from `now`, and days begin in its zone.
    pub fn parse(text: &str, now: &Zoned) -> Result<Query, QueryError> {
        match Query::readable(text, now) {
            (query, None) => Ok(query),
            (_, Some(error)) => Err(error),
        }
    }

    /// Reads what it can of a filter that is still being typed, with the error of the first bad
    /// word.
    pub fn readable(text: &str, now: &Zoned) -> (Query, Option<QueryError>) {
        let mut query = Query::default();
        let mut unreadable = None;
        for word in with_times(words(text), now) {
            match word.term(now) {
                Ok(term) => {
                    query.told.extend(word.told(&term, now));
                    query.terms.push(term);
                }
                Err(error) => unreadable = unreadable.or(Some(error)),
            }
        }
        (query, unreadable)
    }

    /// A filter that the program itself puts together, without parsing.
    pub fn of(wants: impl IntoIterator<Item = Want>) -> Query {
        let terms = wants.into_iter().map(|want| Term {
            negated: false,
            want,
        });
        Query {
            terms: terms.collect(),
            told: Vec::new(),
        }
    }

    /// Sentences that say which moments the times without a zone mean.
    pub fn told(&self) -> &[String] {
        &self.told
    }

    /// Whether the filter asks for nothing, so that every call matches.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether it looks for words in the texts of calls.
    pub fn has_words(&self) -> bool {
        let mut terms = self.terms.iter();
        terms.any(|term| matches!(term.want, Want::Word(..)))
    }

    /// The conditions, in the order typed; the history builds its SQL from them.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Whether the calls of others are asked for, too.
    pub fn is_of_team(&self) -> bool {
        let mut terms = self.terms.iter();
        terms.any(|term| matches!(term.want, Want::Team(_)))
    }

    /// What is left to ask of one's own calls; `None` where none of them can be meant.
    pub fn of_own(&self) -> Option<Query> {
        let mut own = self.clone();
        let means = |term: &Term| match &term.want {
            Want::Team(team) => Some(team.means(None) != term.negated),
            _ => None,
        };
        if own.terms.iter().any(|term| means(term) == Some(false)) {
            return None;
        }
        own.terms.retain(|term| means(term).is_none());
        Some(own)
    }

    /// Whether a call meets every condition, as far as its line tells; words are not looked for in
    /// its headers and bodies.
    pub fn matches(&self, summary: &ExchangeSummary) -> bool {
        self.holds(summary, |_, _| false)
    }

    /// Whether a call meets every condition.
    pub fn fits(&self, summary: &ExchangeSummary, call: &RawExchange) -> bool {
        self.holds(summary, |place, word| {
            // A short word stands in every body.
            !word.is_short() && texts(call, place).iter().any(|text| word.is_in(text))
        })
    }

    fn holds(
        &self,
        summary: &ExchangeSummary,
        mut is_deep: impl FnMut(Where, &Sought) -> bool,
    ) -> bool {
        // Most filters never look at the text, which costs the most.
        let mut text = None;
        self.terms.iter().all(|term| {
            let found = match &term.want {
                Want::Word(place, word) => {
                    let is_in_line = *place == Where::Anywhere
                        && word.is_in(text.get_or_insert_with(|| search_text(summary)));
                    is_in_line || is_deep(*place, word)
                }
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
            Want::Host(spellings) => {
                let host = host(&summary.url);
                spellings.iter().any(|part| host.contains(part))
            }
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
            Want::From(origin) => summary.origin == *origin,
            Want::Team(team) => team.means(summary.by.as_deref()),
            Want::Since(ms) => summary.started_at.as_millisecond() >= *ms,
            Want::Until(ms) => summary.started_at.as_millisecond() < *ms,
            Want::Word(place, word) => {
                *place == Where::Anywhere && word.is_in(&search_text(summary))
            }
        }
    }

    /// Calls to this environment, whatever the case of its letters.
    pub fn environment(name: &str) -> Want {
        Want::Environment(name.to_lowercase())
    }

    /// Calls that are kept under this customer case.
    pub fn case(name: &str) -> Want {
        Want::Case(name.to_lowercase())
    }

    /// Calls that carried this token.
    pub fn token(name: &str) -> Want {
        Want::Token(name.to_lowercase())
    }

    /// Calls with this method.
    pub fn method(method: &str) -> Want {
        Want::Method(method.to_lowercase())
    }
}

/// The text that bare words are searched in, in lower case: method, path, codes, titles, details,
/// notes, and the message of a failed call.
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
        // A word never holds a line break, so no match crosses two parts.
        text.push('\n');
        text.push_str(part);
    }
    text.to_lowercase()
}

/// Host and port of a URL in lower case; empty where it names none, as after `{{base}}`.
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

/// One piece of a filter between spaces.
struct Word {
    /// Its first character, counted from 1.
    column: usize,
    negated: bool,
    /// It began with a quote, so it is text whatever it says.
    quoted: bool,
    text: String,
}

fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let column = text[..text.len() - rest.len()].chars().count() + 1;
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
                column,
                negated,
                quoted,
                text: said,
            });
        }
    }
    words
}

/// Joins `since:2026-05-12 14:30`, which is one term in spite of its space.
fn with_times(words: Vec<Word>, now: &Zoned) -> Vec<Word> {
    let mut joined: Vec<Word> = Vec::with_capacity(words.len());
    for word in words {
        let is_time = !word.quoted && !word.negated && moment::is_time_of_day(&word.text);
        let day = joined.last_mut().filter(|before| {
            let value = before.time();
            is_time && value.is_some_and(|value| moment::is_day(value, now))
        });
        match day {
            Some(day) => {
                day.text.push(' ');
                day.text.push_str(&word.text);
            }
            None => joined.push(word),
        }
    }
    joined
}

impl Word {
    fn term(&self, now: &Zoned) -> Result<Term, QueryError> {
        let want = if self.quoted { None } else { self.want(now)? };
        Ok(Term {
            negated: self.negated,
            want: want.unwrap_or_else(|| Want::Word(Where::Anywhere, Sought::new(&self.text))),
        })
    }

    /// The value of `since:` or `until:`.
    fn time(&self) -> Option<&str> {
        let (key, value) = self.text.split_once(':').filter(|_| !self.quoted)?;
        let is_time = ["since", "until"]
            .iter()
            .any(|name| key.eq_ignore_ascii_case(name));
        is_time.then_some(value)
    }

    /// What the word asks for by the key before its colon; `None` where it is text.
    fn want(&self, now: &Zoned) -> Result<Option<Want>, QueryError> {
        let Some((key, value)) = self.text.split_once(':') else {
            return Ok(status(&self.text));
        };
        let key = key.to_ascii_lowercase();
        if !NAMES.contains(&key.as_str()) {
            return Ok(None);
        }
        if value.is_empty() {
            return Err(self.error(format!("has nothing after its colon. {}", remedy(&key))));
        }
        let lower = value.to_lowercase();
        let want = match key.as_str() {
            "status" => status(value),
            "class" => class(&lower).map(Want::Class),
            "method" => is_method(&lower).then_some(Want::Method(lower)),
            "host" => is_of_host(value).then(|| Want::Host(spelling::hosts(value))),
            "env" | "environment" => Some(Want::Environment(lower)),
            "token" => Some(Want::Token(lower)),
            "code" => Some(Want::Code(lower)),
            "case" => Some(Want::Case(lower)),
            "refused" => yes_or_no(&lower).map(Want::Refused),
            "from" => origin(&lower).map(Want::From),
            "team" => Some(Want::Team(Team::of(&lower))),
            "body" => sought(value).map(|word| Want::Word(Where::Body, word)),
            "header" => sought(value).map(|word| Want::Word(Where::Header, word)),
            "id" => sought(value).map(|word| Want::Word(Where::Id, word)),
            "since" => moment(value, now).map(|moment| Want::Since(moment.first)),
            _ => moment(value, now).map(|moment| Want::Until(moment.after)),
        };
        let names_none = || self.error(format!("{}. {}", problem(&key), remedy(&key)));
        want.map(Some).ok_or_else(names_none)
    }

    fn error(&self, problem: String) -> QueryError {
        QueryError {
            column: self.column,
            word: self.text.clone(),
            problem,
        }
    }

    /// A sentence that says which moment is meant, where it depends on the zone.
    fn told(&self, term: &Term, now: &Zoned) -> Option<String> {
        let Moment { local: true, .. } = moment(self.time()?, now)? else {
            return None;
        };
        let (word, ms) = match term.want {
            Want::Since(ms) => ("from", ms),
            Want::Until(ms) => ("before", ms),
            _ => return None,
        };
        let zone = now.time_zone();
        let at = Timestamp::from_millisecond(ms).ok()?.to_zoned(zone.clone());
        let zone = match zone.iana_name() {
            Some(name) if !zone.is_unknown() => name.to_owned(),
            _ => format!("UTC{}", at.strftime("%:z")),
        };
        let seconds = if at.second() == 0 { "" } else { ":%S" };
        let at = at.strftime(&format!("%Y-%m-%d %H:%M{seconds}")).to_string();
        Some(format!("{} is {word} {at} in {zone}.", self.text))
    }
}

const NAMES: [&str; 17] = [
    "status",
    "class",
    "method",
    "host",
    "env",
    "environment",
    "token",
    "code",
    "case",
    "refused",
    "from",
    "team",
    "body",
    "header",
    "id",
    "since",
    "until",
];

fn problem(key: &str) -> &'static str {
    match key {
        "status" => "names no status",
        "class" => "names no class",
        "method" => "names no method",
        "host" => "names no part of a host",
        "refused" => "is neither yes nor no",
        "from" => "names nothing that makes calls",
        "body" | "header" | "id" => "is too short",
        _ => "names no time",
    }
}

fn remedy(key: &str) -> String {
    match key {
        "status" => "A status is written as 403 or 4xx.".to_owned(),
        "class" => {
            let ids = StatusClass::ALL.map(StatusClass::id).join(", ");
            format!("The classes are {ids}.")
        }
        "host" => "It is written as host:acme or host:api.acme.example:8443.".to_owned(),
        "from" => format!("Calls are from {}.", MAKERS.map(CallOrigin::id).join(", ")),
        "body" | "header" | "id" => {
            format!("It is written as {key}:WORD, with three letters or more.")
        }
        "refused" => "It is written as refused:yes or refused:no.".to_owned(),
        "team" => "It is written as team:all, team:others, team:me or team:NAME.".to_owned(),
        "since" | "until" => format!("A time is {}.", moment::FORMS),
        key => format!("It is written as {key}:WORD."),
    }
}

/// What calls are made for, as a filter names it.
const MAKERS: [CallOrigin; 7] = [
    CallOrigin::Person,
    CallOrigin::Probe,
    CallOrigin::Matrix,
    CallOrigin::Replay,
    CallOrigin::Survey,
    CallOrigin::Agent,
    CallOrigin::Grant,
];

fn origin(text: &str) -> Option<CallOrigin> {
    MAKERS.into_iter().find(|origin| origin.id() == text)
}

/// A word that is long enough to be looked for in whole calls.
fn sought(text: &str) -> Option<Sought> {
    Some(Sought::new(text)).filter(|word| !word.is_short())
}

/// RFC 9110, 9.1 and 5.6.2.
fn is_method(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c))
}

fn is_of_host(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_alphanumeric() || !c.is_ascii() || ".-_:[]%".contains(c))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Cause, ErrorLine, ExchangeId, TokenName, TokenRef};
    use proptest::prelude::*;
    use std::time::Duration;

    fn now() -> Zoned {
        let now: Timestamp = "2026-05-12T12:00:00Z".parse().unwrap();
        now.to_zoned(jiff::tz::TimeZone::UTC)
    }

    fn parsed(text: &str) -> Query {
        Query::parse(text, &now()).unwrap()
    }

    fn refused() -> ExchangeSummary {
        ExchangeSummary {
            id: ExchangeId::new(now().timestamp(), 1),
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
            origin: Default::default(),
            run: None,
            notes: String::new(),
            by: None,
            errors: vec![ErrorLine {
                title: Some("Zugriff verweigert".into()),
                detail: Some("The role ÜBERSICHT is missing".into()),
                code: Some("not_allowed".into()),
                field: None,
            }],
        }
    }

    fn holds(text: &str) -> bool {
        parsed(text).matches(&refused())
    }

    #[test]
    fn calls_of_colleagues_are_there_where_they_are_asked_for() {
        let mut theirs = refused();
        theirs.by = Some("Kim".into());
        for (text, own, kims) in [
            ("team:all", true, true),
            ("team:others", false, true),
            ("-team:others", true, false),
            ("team:me", true, false),
            ("TEAM:KIM", false, true),
            ("team:bob", false, false),
            ("-team:kim", true, false),
            ("team:all -team:kim", true, false),
        ] {
            let query = parsed(text);
            assert!(query.is_of_team());
            assert_eq!(query.matches(&refused()), own, "{text}");
            assert_eq!(query.matches(&theirs), kims, "{text}");
            let left = query.of_own();
            assert_eq!(left.is_some(), own, "{text}");
            assert!(left.is_none_or(|left| left.is_empty()), "{text}");
        }
        assert!(!parsed("403").is_of_team());
        assert_eq!(parsed("403").of_own(), Some(parsed("403")));
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
            "from:person",
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
            "from:probe",
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
        assert!(parsed("").is_empty());
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
    fn what_has_no_known_name_before_it_is_looked_for_as_text() {
        for text in [
            "weather:fine",
            "http://a",
            "6xx",
            "40",
            "-",
            "14:30",
            "\"status:403\"",
            "\"since:soon\"",
        ] {
            let query = parsed(text);
            let word = text.replace('"', "");
            let terms = [Term {
                negated: false,
                want: Want::Word(Where::Anywhere, Sought::new(&word)),
            }];
            assert_eq!(query.terms(), terms, "{text}");
        }
        let query = parsed("-code:\"two words\" \"open end");
        assert_eq!(query.terms()[0].want, Want::Code("two words".into()));
        assert!(query.terms()[0].negated);
        assert_eq!(
            query.terms()[1].want,
            Want::Word(Where::Anywhere, Sought::new("open end"))
        );
    }

    #[test]
    fn a_value_that_means_nothing_is_an_error_with_its_place() {
        for (text, column, says) in [
            (
                "status:abc",
                1,
                "status:abc names no status. A status is written as 403 or 4xx.",
            ),
            ("403 status:6xx", 5, "names no status"),
            (
                "é -class:odd",
                3,
                "class:odd names no class. The classes are informational, ",
            ),
            ("refused:perhaps", 1, "neither yes nor no"),
            ("method:get,post", 1, "names no method"),
            ("host:api.*", 1, "names no part of a host"),
            ("host:https://a.example", 1, "names no part of a host"),
            (
                "since:soon",
                1,
                "since:soon names no time. A time is a date such as",
            ),
            ("since:-1d", 1, "names no time"),
            ("a  until:2026-02-30", 4, "names no time"),
            (
                "since:\"2026-05-12 25:00\"",
                1,
                "since:2026-05-12 25:00 names no time",
            ),
            (
                "method:",
                1,
                "method: has nothing after its colon. It is written as method:WORD.",
            ),
            ("host:\"\"", 1, "nothing after its colon"),
        ] {
            let error = Query::parse(text, &now()).unwrap_err();
            assert_eq!(error.column, column, "{text}");
            let said = error.to_string();
            assert!(said.contains(says), "{said}");
            assert!(said.contains(&format!("at column {column}: ")), "{said}");
        }
    }

    #[test]
    fn a_time_of_day_may_stand_behind_its_date() {
        for hit in [
            "since:2026-05-12 10:00 zugriff",
            "until:2026-05-12 10:00",
            "since:\"2026-05-12 09:59:59\"",
            "since:today 9:00 until:yesterday -x",
        ] {
            assert_eq!(holds(hit), !hit.contains("yesterday"), "{hit}");
        }
        assert!(!holds("since:2026-05-12 10:01"));
        assert_eq!(parsed("since:2026-05-12 10:01 403").terms().len(), 2);
        // A time behind anything else is a word.
        assert_eq!(parsed("since:2h 10:01").terms().len(), 2);
        assert_eq!(parsed("since:today \"10:01\"").terms().len(), 2);
    }

    #[test]
    fn a_word_for_whole_calls_has_three_letters_or_more() {
        for text in ["body:ab", "header:x", "id:é1"] {
            let error = Query::parse(text, &now()).unwrap_err();
            assert!(error.to_string().contains("is too short"), "{error}");
            assert!(error.to_string().contains("three letters"), "{error}");
        }
        for text in ["body:", "header:", "id:"] {
            let error = Query::parse(text, &now()).unwrap_err();
            assert!(error.to_string().contains("nothing after its colon"));
        }
        let places = parsed("body:abc header:\"x y\" id:1-2 word");
        let places: Vec<Where> = places
            .terms()
            .iter()
            .map(|term| match &term.want {
                Want::Word(place, _) => *place,
                want => panic!("{want:?}"),
            })
            .collect();
        let all = [Where::Body, Where::Header, Where::Id, Where::Anywhere];
        assert_eq!(places, all);
    }

    #[test]
    fn which_moment_is_meant_is_told_where_it_hangs_on_the_zone() {
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(2));
        let now = now().with_time_zone(zone);
        let told = |text: &str| Query::parse(text, &now).unwrap().told().join(" ");
        assert_eq!(
            told("since:yesterday -until:2026-05-12 10:00 403"),
            "since:yesterday is from 2026-05-11 00:00 in UTC+02:00. until:2026-05-12 10:00 is before 2026-05-12 10:01 in UTC+02:00."
        );
        assert_eq!(told("since:2d until:2026-05-12T10:00Z 403"), "");
    }

    #[test]
    fn a_call_is_found_by_words_as_typed_whatever_their_encoding() {
        let call = ExchangeSummary {
            url: "https://xn--mller-kva.example/stra%C3%9Fe?city=K%C3%B6ln+S%C3%BCd".into(),
            errors: vec![ErrorLine {
                field: None,
                title: None,
                detail: Some("no \\u0055mlaut in {\"a\":\"\\u00e4\"}, cafe\u{301}".into()),
                code: None,
            }],
            ..refused()
        };
        for hit in [
            "straße",
            "STRAßE",
            "Köln",
            "\"köln süd\"",
            "ko\u{308}ln",
            "k%c3%b6ln",
            "umlaut",
            "ä",
            "café",
            "host:müller",
            "host:Müller.example",
            "-straßen",
            "-host:möller",
        ] {
            assert!(parsed(hit).matches(&call), "{hit}");
        }
    }

    #[test]
    fn a_call_is_found_by_what_was_noted_beside_it() {
        let noted = ExchangeSummary {
            notes: "asked Olga\nsince the Release of May".into(),
            ..refused()
        };
        for hit in ["olga", "\"release of may\"", "403 olga"] {
            assert!(parsed(hit).matches(&noted), "{hit}");
            assert!(!parsed(hit).matches(&refused()), "{hit}");
        }
        assert!(!parsed("\"olga since\"").matches(&noted));
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
            assert!(parsed(hit).matches(&failed), "{hit}");
        }
        for miss in ["403", "token:support", "host:base"] {
            assert!(!parsed(miss).matches(&failed), "{miss}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_query_or_an_error(text in any::<String>()) {
            let Ok(query) = Query::parse(&text, &now()) else {
                prop_assert!(text.contains(':'));
                return Ok(());
            };
            query.matches(&refused());
            let is_blank = text.chars().all(|c| c.is_whitespace() || c == '"');
            prop_assert!(is_blank || !query.is_empty() || text.contains('"'));
        }
    }
}
