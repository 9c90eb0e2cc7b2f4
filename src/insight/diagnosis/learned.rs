//! What the history teaches about who may do what: for each call and token the last result and
//! since when, and for a failing call until when it worked. A result is a status and a first code;
//! wording does not count.

use crate::insight::matrix::Caller;
use crate::insight::route::{path_of as path, pattern};
use crate::model::{ExchangeId, ExchangeSummary, StatusClass, Timestamp, TokenName, TokenRef};
use std::collections::HashMap;

/// The last result of a call with one token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub last: ExchangeSummary,
    /// When this result first came, without another in between.
    pub since: Timestamp,
    /// How often the result came in a row.
    pub times: usize,
    settled: bool,
}

impl Known {
    /// `403 forbidden`, or why no answer came.
    pub fn said(&self) -> String {
        let (status, code) = result(&self.last);
        match status {
            Some(status) => format!("{status:03} {}", code.unwrap_or_default())
                .trim_end()
                .to_owned(),
            None => self
                .last
                .cause
                .map_or("no answer", |cause| cause.id())
                .to_owned(),
        }
    }
}

/// Method, path and token; the path may have stars for its ids.
type Key = (String, String, Option<TokenName>);

/// The last result of each call for each token, for hints beside the matrix and in the tokens pane.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Learned {
    calls: HashMap<Key, Known>,
    /// For each token name and each value it had, the last call that tells whether it works.
    tokens: HashMap<TokenName, Vec<ExchangeSummary>>,
}

/// What one call says about its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Worked,
    Refused,
    /// The answer says nothing about the token.
    Answered,
}

impl Standing {
    /// Reads a call: a 401, 403 or a body that refuses counts as refused.
    pub fn of(call: &ExchangeSummary) -> Standing {
        match (call.looks(), call.status) {
            (StatusClass::Success | StatusClass::Redirection, _) => Standing::Worked,
            (_, Some(401 | 403)) => Standing::Refused,
            _ if call.refused => Standing::Refused,
            _ => Standing::Answered,
        }
    }
}

/// Among calls, newest first, the one that tells whether a token works: the last that worked or was
/// refused, else the last with an answer. Calls with another value under the same name do not
/// count.
pub fn last_word<'a>(
    calls: impl IntoIterator<Item = &'a ExchangeSummary>,
    token: &TokenRef,
) -> Option<&'a ExchangeSummary> {
    let mut answered = None;
    for call in calls {
        let Some(own) = call.token.as_ref().filter(|own| own.name == token.name) else {
            continue;
        };
        if call.status.is_none() || is_other_value(own, token) {
            continue;
        }
        if Standing::of(call) != Standing::Answered {
            return Some(call);
        }
        answered = answered.or(Some(call));
    }
    answered
}

fn is_other_value(one: &TokenRef, other: &TokenRef) -> bool {
    let prints = one.fingerprint.as_ref().zip(other.fingerprint.as_ref());
    prints.is_some_and(|(one, other)| one != other)
}

impl Learned {
    /// Learns from calls, newest first. Calls without an answer teach nothing.
    pub fn of(calls: impl IntoIterator<Item = ExchangeSummary>) -> Learned {
        let mut learned = Learned::default();
        for call in calls {
            if call.status.is_none() {
                continue;
            }
            if let Some(token) = &call.token {
                learned.stood(token, &call);
            }
            let token = call.token.as_ref().map(|token| token.name.clone());
            let path = path(&call.url).to_owned();
            let pattern = pattern(&path);
            for place in std::iter::once(path).chain(pattern) {
                let key = (call.method.clone(), place, token.clone());
                learned.add(key, &call);
            }
        }
        learned
    }

    fn stood(&mut self, token: &TokenRef, call: &ExchangeSummary) {
        let words = self.tokens.entry(token.name.clone()).or_default();
        let own = |known: &ExchangeSummary| known.token.as_ref() == Some(token);
        match words.iter_mut().find(|known| own(known)) {
            None => words.push(call.clone()),
            Some(known) if Standing::of(known) == Standing::Answered => {
                if Standing::of(call) != Standing::Answered {
                    *known = call.clone();
                }
            }
            Some(_) => {}
        }
    }

    /// The last call that tells whether a token works; `None` for a token without calls.
    pub fn last_word(&self, token: &TokenRef) -> Option<&ExchangeSummary> {
        last_word(self.tokens.get(&token.name)?, token)
    }

    /// The calls that two tokens got different results for, each with both results, and how many
    /// calls gave the same.
    pub fn apart(
        &self,
        one: &TokenName,
        other: &TokenName,
    ) -> (Vec<(String, String, String)>, usize) {
        let (mut apart, mut alike) = (Vec::new(), 0);
        for ((method, place, token), known) in &self.calls {
            if token.as_ref() != Some(one) || place.contains('*') {
                continue;
            }
            let key = (method.clone(), place.clone(), Some(other.clone()));
            match self.calls.get(&key) {
                Some(same) if same.said() == known.said() => alike += 1,
                Some(beside) => {
                    apart.push((format!("{method} {place}"), known.said(), beside.said()));
                }
                None => {}
            }
        }
        apart.sort();
        (apart, alike)
    }

    fn add(&mut self, key: Key, call: &ExchangeSummary) {
        match self.calls.get_mut(&key) {
            None => {
                let known = Known {
                    last: call.clone(),
                    since: call.started_at,
                    times: 1,
                    settled: false,
                };
                self.calls.insert(key, known);
            }
            Some(known) if known.settled => {}
            Some(known) if result(&known.last) == result(call) => {
                known.since = call.started_at;
                known.times += 1;
            }
            Some(known) => known.settled = true,
        }
    }

    /// The last result of a call as typed. A path with variables matches any path of its pattern.
    pub fn at(&self, method: &str, url: &str, caller: &Caller) -> Option<&Known> {
        let token = match caller {
            Caller::Token(name) => Some(name.clone()),
            Caller::Nobody => None,
            Caller::Wrong => return None,
        };
        let url = url.strip_prefix("{{base}}").unwrap_or(url);
        let path = path(url);
        let place = if path.contains("{{") {
            pattern(path)?
        } else {
            path.to_owned()
        };
        self.calls.get(&(method.to_owned(), place, token))
    }

    /// Whether the history holds no call with an answer.
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }
}

/// When a call that fails now last worked with the same token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    /// When it worked last.
    pub worked_at: Timestamp,
    /// When it first failed after that.
    pub failed_since: Option<Timestamp>,
    /// The token had another value under the same name then.
    pub other_value: bool,
}

/// Looks for the last time that a call worked with a token, among calls with the newest first;
/// only those made before `until` count.
pub fn past<'a>(
    calls: impl IntoIterator<Item = &'a ExchangeSummary>,
    method: &str,
    url: &str,
    token: &TokenRef,
    until: Option<&ExchangeId>,
) -> Option<Past> {
    let url = url.strip_prefix("{{base}}").unwrap_or(url);
    let mut failed_since = None;
    for call in calls {
        let same_token = call.token.as_ref().filter(|known| known.name == token.name);
        let Some(known) = same_token else {
            continue;
        };
        let earlier = until.is_none_or(|until| call.id < *until);
        if !earlier || call.method != method || path(&call.url) != path(url) {
            continue;
        }
        let Some(status) = call.status else {
            continue;
        };
        if call.looks() == StatusClass::Success && call.errors.is_empty() {
            let prints = known.fingerprint.as_ref().zip(token.fingerprint.as_ref());
            return Some(Past {
                worked_at: call.started_at,
                failed_since,
                other_value: prints.is_some_and(|(then, now)| then != now),
            });
        }
        if status >= 400 {
            failed_since = Some(call.started_at);
        }
    }
    None
}

/// A call that was answered right after a refused one is the same call with another value.
const RENEWAL: i64 = 120;

/// Of a call that was refused: when the same call worked soon after with another value of its
/// token. Calls come in any order.
pub fn renewed<'a>(
    calls: impl IntoIterator<Item = &'a ExchangeSummary>,
    refused: &ExchangeSummary,
) -> Option<Timestamp> {
    let token = refused.token.as_ref()?;
    let since = refused.started_at.as_second();
    let is_it = |call: &&ExchangeSummary| {
        let has_other_value = call
            .token
            .as_ref()
            .is_some_and(|known| known.name == token.name && is_other_value(known, token));
        let after = call.started_at.as_second() - since;
        has_other_value
            && call.id > refused.id
            && (0..=RENEWAL).contains(&after)
            && call.method == refused.method
            && path(&call.url) == path(&refused.url)
            && call.looks() == StatusClass::Success
            && call.errors.is_empty()
    };
    let calls = calls.into_iter().filter(is_it);
    calls.map(|call| call.started_at).min()
}

fn result(call: &ExchangeSummary) -> (Option<u16>, Option<&str>) {
    let first = call.errors.first();
    (call.status, first.and_then(|error| error.code.as_deref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ErrorLine, ExchangeId, TokenRef};
    use std::time::Duration;

    fn call(at: i64, token: &str, url: &str, status: u16, code: Option<&str>) -> ExchangeSummary {
        ExchangeSummary {
            id: ExchangeId::from_number(at as u64),
            started_at: Timestamp::from_second(at).unwrap(),
            took: Duration::ZERO,
            environment: "acme".into(),
            case: None,
            token: Some(TokenRef {
                name: TokenName::new(token).unwrap(),
                fingerprint: None,
            }),
            method: "GET".into(),
            url: url.into(),
            status: Some(status),
            cause: None,
            message: None,
            refused: false,
            is_probe: false,
            origin: Default::default(),
            run: None,
            notes: String::new(),
            by: None,
            errors: code
                .map(|code| ErrorLine {
                    code: Some(code.to_owned()),
                    ..ErrorLine::default()
                })
                .into_iter()
                .collect(),
        }
    }

    fn support() -> Caller {
        Caller::Token(TokenName::new("support").unwrap())
    }

    #[test]
    fn a_token_stands_as_the_last_call_says_that_says_anything_of_it() {
        let support = TokenRef {
            name: TokenName::new("support").unwrap(),
            fingerprint: None,
        };
        let calls = [
            call(5, "support", "/a", 404, None),
            call(4, "support", "/a", 401, Some("token_expired")),
            call(3, "support", "/a", 200, None),
        ];
        let learned = Learned::of(calls.clone());
        let word = learned.last_word(&support).unwrap();
        assert_eq!(
            (word.status, Standing::of(word)),
            (Some(401), Standing::Refused)
        );
        let only = Learned::of(calls[..1].to_vec());
        let word = only.last_word(&support).unwrap();
        assert_eq!(
            (word.status, Standing::of(word)),
            (Some(404), Standing::Answered)
        );
        // Another value of that name is another token.
        let valued = |print: &str| TokenRef {
            fingerprint: Some(print.to_owned()),
            ..support.clone()
        };
        let mut old = calls[1].clone();
        old.token = Some(valued("aaaa"));
        let learned = Learned::of([old]);
        assert!(learned.last_word(&valued("aaaa")).is_some());
        assert_eq!(learned.last_word(&valued("bbbb")), None);
    }

    #[test]
    fn two_tokens_are_told_apart_by_what_each_got() {
        let learned = Learned::of([
            call(3, "admin", "/users", 200, None),
            call(2, "support", "/users", 403, Some("forbidden")),
            call(1, "admin", "/me", 200, None),
            call(0, "support", "/me", 200, None),
        ]);
        let name = |text| TokenName::new(text).unwrap();
        let (apart, alike) = learned.apart(&name("admin"), &name("support"));
        let row = ("GET /users", "200", "403 forbidden");
        assert_eq!(
            apart,
            [(row.0.to_owned(), row.1.to_owned(), row.2.to_owned())]
        );
        assert_eq!(alike, 1);
    }

    #[test]
    fn the_last_result_stands_with_the_time_since_when_it_is_so() {
        let url = "http://127.0.0.1:9/core/runbooks/7?page=2";
        let learned = Learned::of([
            call(40, "support", url, 403, Some("forbidden")),
            call(30, "support", url, 403, Some("forbidden")),
            call(20, "support", url, 200, None),
            call(10, "support", url, 403, Some("forbidden")),
            call(5, "admin", url, 200, None),
        ]);
        let known = learned
            .at("GET", "{{base}}/core/runbooks/7", &support())
            .unwrap();
        assert_eq!(known.said(), "403 forbidden");
        assert_eq!((known.since.as_second(), known.times), (30, 2));
        // Another id of the same endpoint is not known; a variable stands for any.
        assert!(
            learned
                .at("GET", "{{base}}/core/runbooks/8", &support())
                .is_none()
        );
        assert!(
            learned
                .at("GET", "/core/runbooks/{{runbook}}", &support())
                .is_some()
        );
        assert!(
            learned
                .at("DELETE", "/core/runbooks/7", &support())
                .is_none()
        );
        assert!(
            learned
                .at("GET", "/core/runbooks/7", &Caller::Nobody)
                .is_none()
        );
        assert!(
            learned
                .at("GET", "/core/runbooks/7", &Caller::Wrong)
                .is_none()
        );
    }

    #[test]
    fn a_call_without_an_answer_teaches_nothing() {
        let mut lost = call(50, "support", "https://a.example/core/users", 200, None);
        lost.status = None;
        assert!(Learned::of([lost]).is_empty());
    }

    #[test]
    fn the_same_call_with_another_value_right_after_is_a_renewal() {
        let valued = |at: i64, status: u16, print: &str| {
            let mut call = call(at, "support", "https://a.example/orders", status, None);
            call.token.as_mut().unwrap().fingerprint = Some(print.to_owned());
            call
        };
        let refused = valued(100, 401, "aaaa");
        let renewed =
            |other: &ExchangeSummary| renewed([other, &refused], &refused).map(|at| at.as_second());
        assert_eq!(renewed(&valued(101, 200, "bbbb")), Some(101));
        assert_eq!(renewed(&valued(101, 200, "aaaa")), None);
        assert_eq!(renewed(&valued(101, 401, "bbbb")), None);
        assert_eq!(renewed(&valued(99, 200, "bbbb")), None);
        assert_eq!(renewed(&valued(900, 200, "bbbb")), None);
        let mut other = valued(101, 200, "bbbb");
        other.url = "https://a.example/users".to_owned();
        assert_eq!(renewed(&other), None);
    }

    #[test]
    fn what_worked_before_is_found_with_the_time_since_when_it_does_not() {
        let url = "https://a.example/core/runbooks/7";
        let calls = [
            call(50, "support", url, 403, Some("forbidden")),
            call(40, "support", url, 403, Some("forbidden")),
            call(30, "admin", url, 200, None),
            call(20, "support", url, 200, None),
            call(
                10,
                "support",
                "https://a.example/core/runbooks/8",
                200,
                None,
            ),
        ];
        let token = |print: Option<&str>| TokenRef {
            name: TokenName::new("support").unwrap(),
            fingerprint: print.map(str::to_owned),
        };
        let seen = |token: &TokenRef, path: &str, until: i64| {
            let until = ExchangeId::from_number(until as u64);
            past(&calls, "GET", path, token, Some(&until))
        };
        let found = seen(&token(None), "/core/runbooks/7", 50).unwrap();
        assert_eq!(found.worked_at.as_second(), 20);
        assert_eq!(found.failed_since.unwrap().as_second(), 40);
        assert!(!found.other_value);
        assert_eq!(seen(&token(None), "/core/runbooks/7", 20), None);
        assert_eq!(seen(&token(None), "/core/runbooks/9", 50), None);
    }
}
