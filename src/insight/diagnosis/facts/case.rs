//! All that an investigation knows so far: the call, its credential, the probes.

use super::Facts;
use crate::insight::api::calls::{Assumptions, HeaderSays};
use crate::insight::api::knowledge::Knowledge;
use crate::insight::back_off::{its_clock, retry_after};
use crate::insight::learned::Past;
use crate::insight::named::{Named, named};
use crate::insight::quota::quotas;
use crate::insight::route::{Part, Route};
use crate::insight::seen::Seen;
use crate::insight::token::TokenReport;
use crate::model::{
    Cause, Environment, Timestamp, TokenName, is_safe_method, rows_ask_to_write, url_asks_to_write,
};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Where the credential of a call stands, and what is known of it. It never holds the value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credential {
    pub place: CredentialPlace,
    /// The word before the value, as written.
    pub scheme: Option<String>,
    pub token: Option<TokenName>,
    pub report: Option<TokenReport>,
}

/// Where the call carries its credential.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CredentialPlace {
    #[default]
    Nowhere,
    /// Unknown, because the answer was pasted without its request. The unknown is no evidence.
    Unknown,
    Authorization,
    /// In `Authorization`, which was sent more than once.
    Repeated,
    /// Anywhere else: `header X-Api-Key`, `parameter access_token`.
    Elsewhere(String),
}

/// Another token that the person offered for comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownToken {
    pub name: TokenName,
    pub report: Option<TokenReport>,
}

/// Whose credential a probe carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bearer {
    /// The same as the call in question.
    Own,
    /// The token at this index in `Case::others`.
    Other(usize),
    Nobody,
    /// A made-up token.
    Wrong,
}

/// What a probe is sent to find out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Whether the fault passes: the same call again.
    Again,
    /// Whether the resource that a write changes can be read.
    Target,
    WhoAmI,
    /// A call that every accepted credential may make; some of them are open to anybody.
    Anybody,
    /// Whether a call that worked before with this token still works.
    KnownGood,
    /// Whether the item above is there.
    Above,
    /// What the collection of the resource lists.
    List,
    /// What the collection of the item above lists.
    ListAbove,
    /// What another list of the API shows.
    Elsewhere,
    /// The same with another token.
    Other,
    /// The item above with another token.
    OtherAbove,
    Without,
    Wrong,
    Archived,
    Allowed,
    VersionDropped,
    VersionAsked,
    /// The same without the header that names a tenant.
    TenantDropped,
    /// The same without a parameter.
    Fewer,
    /// The same with a value that nothing can have.
    Nonsense,
    /// The resource that a filter names.
    Named,
    /// The path with a likely mistake undone.
    Corrected,
    /// A path that cannot exist.
    MadeUp,
    /// The token where it belongs.
    Placed,
    /// Without a token: a URL that the token gets a 404 for.
    Stranger,
}

/// One call that only reads, made to tell causes apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    pub purpose: Purpose,
    /// GET, HEAD or OPTIONS.
    pub method: &'static str,
    pub url: Url,
    pub bearer: Bearer,
    /// Headers to set; `None` leaves the header out.
    pub headers: Vec<(String, Option<String>)>,
    /// Tells probes of one purpose apart: a parameter's name.
    pub about: String,
}

/// A probe that was sent, with the answer as read.
#[derive(Clone, Debug)]
pub struct Probed {
    pub probe: Probe,
    pub facts: Facts,
}

/// A verdict that was tested by its refuting call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested {
    pub cause: Cause,
    /// The index of the probe that tested it.
    pub probe: usize,
    /// The answer proved it wrong.
    pub fell: bool,
}

/// All that an investigation knows so far.
#[derive(Clone, Debug)]
pub struct Case {
    pub call: Facts,
    pub credential: Credential,
    pub others: Vec<KnownToken>,
    pub environment: Environment,
    /// The packs that fit this call.
    pub knowledge: Knowledge,
    pub probes: Vec<Probed>,
    /// How many more probes may be sent.
    pub budget: usize,
    /// A call that worked with this token before.
    pub known_good: Option<Url>,
    /// When this very call last worked, by the history.
    pub past: Option<Past>,
    /// When the same call worked right after it, with another value of its token.
    pub renewed: Option<Timestamp>,
    /// The same refusal before, and what it was in the end.
    pub seen: Option<Seen>,
    /// The verdicts that were tested so far.
    pub tested: Vec<Tested>,
    /// Callers whose rate limit lasts longer than an investigation waits.
    pub limited: Vec<Bearer>,
    pub now: Timestamp,
}

impl Case {
    /// A case of one call, before any probe.
    pub fn of(
        call: Facts,
        credential: Credential,
        environment: Environment,
        now: Timestamp,
    ) -> Case {
        Case {
            call,
            credential,
            others: Vec::new(),
            environment,
            knowledge: Knowledge::default(),
            probes: Vec::new(),
            budget: 0,
            known_good: None,
            past: None,
            renewed: None,
            seen: None,
            tested: Vec::new(),
            limited: Vec::new(),
            now,
        }
    }

    /// The call as it stands, without anything that was asked or remembered of others.
    pub fn alone(&self) -> Case {
        let (call, credential) = (self.call.clone(), self.credential.clone());
        // A token is judged by the time of its call, not by today's.
        let now = if call.exchange.is_received() {
            self.now
        } else {
            call.exchange.answered_at()
        };
        Case {
            knowledge: self.knowledge.clone(),
            ..Case::of(call, credential, self.environment.clone(), now)
        }
    }

    /// Adds the knowledge of the API, and reads errors and path again with it.
    #[must_use]
    pub fn knowing(mut self, knowledge: Knowledge) -> Case {
        self.call.know(&knowledge);
        let base = self.environment.base_path();
        if let Some(route) = self.call.route.take() {
            let known = Arc::new(knowledge.paths(route.url.host_str()));
            self.call.route = Some(route.knowing(known, &base));
        }
        // Only a pack knows that a credential stands in the path of a URL.
        let url = &self.call.exchange.sent.url;
        let path = url.split(['?', '#']).next().unwrap_or_default();
        let api = knowledge.api.as_ref();
        if self.credential.place == CredentialPlace::Nowhere
            && api.is_some_and(|pack| pack.takes_in_path(path))
        {
            self.credential.place = CredentialPlace::Elsewhere("path".to_owned());
        }
        self.knowledge = knowledge;
        self
    }

    /// Whether the call surely carried no credential. A call that signs in may carry one in its
    /// body.
    pub fn sends_nothing(&self) -> bool {
        self.credential.place == CredentialPlace::Nowhere && !self.may_sign_in()
    }

    fn may_sign_in(&self) -> bool {
        const PATHS: &[&str] = &[
            "token", "login", "signin", "sign-in", "auth", "session", "logon",
        ];
        const MEMBERS: &[&str] = &[
            "password",
            "passwd",
            "secret",
            "grant_type",
            "assertion",
            "access_token",
            "api_key",
            "apikey",
            "credential",
            "\"token\"",
            "signature",
        ];
        const WORDS: &[&str] = &["password", "credential", "username", "user name"];
        let sent = &self.call.exchange.sent;
        if !matches!(sent.method.as_str(), "POST" | "PUT" | "PATCH") {
            return false;
        }
        let path = sent.url.split(['?', '#']).next().unwrap_or_default();
        let mut last = path.rsplit('/').take(2).map(str::to_ascii_lowercase);
        if last.any(|part| PATHS.iter().any(|name| part.contains(name))) {
            return true;
        }
        let body = String::from_utf8_lossy(&sent.body).to_ascii_lowercase();
        if MEMBERS.iter().any(|name| body.contains(name)) {
            return true;
        }
        // A transcript rarely shows the body; then the words of the answer are the only sign.
        let entries = self.call.errors.first().iter();
        let said = entries.flat_map(|e| [e.title.as_deref(), e.detail.as_deref()]);
        let mut said = said.flatten().map(str::to_ascii_lowercase);
        let asks = |text: &str| {
            let asked = [
                "missing",
                "required",
                "not provided",
                "must provide",
                "please provide",
                "not found",
            ];
            asked.iter().any(|word| text.contains(word))
        };
        said.any(|text| WORDS.iter().any(|word| text.contains(word)) && !asks(&text))
    }

    /// What the answer names: rights, remedy, limits, deprecation.
    pub fn named(&self) -> Named {
        let of = |response| {
            named(
                response,
                &self.call.errors,
                &self.knowledge,
                self.call.exchange.answered_at(),
            )
        };
        self.call.response().map(of).unwrap_or_default()
    }

    /// How long to wait before the next call: by `Retry-After`, or until a used-up limit is full
    /// again.
    pub fn wait(&self) -> Option<Duration> {
        let response = self.call.response()?;
        let answered_at = self.call.exchange.answered_at();
        let asked = retry_after(&response.headers, answered_at);
        let full_again = || {
            let now = its_clock(&response.headers, answered_at);
            let known = self.knowledge.api.as_ref().map(|pack| &pack.headers);
            let found = quotas(&response.headers, known, answered_at);
            let used_up = found.iter().filter(|quota| quota.is_used_up());
            let waits = used_up.filter_map(|quota| {
                let left = quota.resets_at?.duration_since(now);
                Duration::try_from(left).ok()
            });
            waits.max()
        };
        asked.or_else(full_again)
    }

    /// Adds a probe's answer, and corrects the path's prefix where the answer shows it.
    pub fn take(&mut self, probed: Probed) {
        self.probes.push(probed);
        let is_told = |route: &Route| !route.known.endpoints.is_empty();
        if self.call.route.as_ref().is_some_and(is_told) {
            return;
        }
        if let (Some(prefix), Some(route)) = (self.first_list(), self.call.route.as_mut()) {
            route.prefix = prefix;
        }
    }

    /// What may be assumed of this API.
    pub fn assumptions(&self) -> Assumptions {
        self.knowledge.assumptions()
    }

    /// The header that chooses a version or a tenant, and its value where it was sent. Without a
    /// pack, a header whose name ends with `version` counts.
    pub fn chosen_by(&self, says: HeaderSays) -> Option<(String, Option<String>)> {
        if let Some(row) = self.knowledge.header_that(says) {
            return Some((row.name.clone(), self.header(&row.name)));
        }
        let is_version = |name: &str| name.to_ascii_lowercase().ends_with("version");
        let mut sent = self.call.exchange.sent.headers.iter();
        let own = sent.find(|header| says == HeaderSays::Version && is_version(&header.name))?;
        Some((own.name.clone(), Some(own.text().into_owned())))
    }

    /// The index of the API's first collection in the path, if answers show that the guess from the
    /// path alone was wrong: a list where an item was expected, or nothing found above it.
    fn first_list(&self) -> Option<usize> {
        let route = self.call.route.as_ref()?;
        let mut above_is_lost = false;
        for place in route.prefix..route.parts.len() {
            let path = route.path(place + 1);
            let plain = |facts: &Facts| {
                let url = Url::parse(&facts.exchange.sent.url).ok();
                facts.exchange.sent.method == "GET" && url.is_some_and(|url| url.path() == path)
            };
            let probe = self.own().map(|p| &p.facts).find(|facts| plain(facts));
            let call = Some(&self.call).filter(|facts| plain(facts));
            let Some(facts) = probe.or(call) else {
                continue;
            };
            let odd = probe.is_some() && route.kind(place) == Part::Id;
            if facts.list().is_some() {
                return (place > route.prefix && (odd || above_is_lost)).then_some(place);
            }
            if facts.is_fine() {
                return None;
            }
            above_is_lost |= facts.is_missing();
        }
        None
    }

    /// The probes of one purpose, in the order they were sent.
    pub fn with(&self, purpose: Purpose) -> impl Iterator<Item = &Probed> {
        self.probes
            .iter()
            .filter(move |p| p.probe.purpose == purpose)
    }

    /// The first probe of a purpose; `None` where none was sent.
    pub fn first(&self, purpose: Purpose) -> Option<&Probed> {
        self.with(purpose).next()
    }

    /// The number of a probe in evidence, from 1.
    pub fn number(&self, probed: &Probed) -> usize {
        let place = self.probes.iter().position(|p| std::ptr::eq(p, probed));
        place.map_or(0, |place| place + 1)
    }

    /// `GET /core/runbooks with support: 200 (probe 2)`
    pub fn cite(&self, probed: &Probed) -> String {
        let who = match probed.probe.bearer {
            Bearer::Own => self.own_name(),
            Bearer::Other(place) => self
                .others
                .get(place)
                .map_or_else(String::new, |t| t.name.to_string()),
            Bearer::Nobody => "no token".to_owned(),
            Bearer::Wrong => "a made-up token".to_owned(),
        };
        let line = probed.facts.line();
        let (before, answer) = line.rsplit_once(": ").unwrap_or((&line, ""));
        let changed: Vec<String> = probed
            .probe
            .headers
            .iter()
            .map(|(name, value)| match value {
                Some(value) => format!(" and {name}: {value}"),
                None => format!(" and no {name}"),
            })
            .collect();
        format!(
            "{before} with {who}{}: {answer} (probe {})",
            changed.join(""),
            self.number(probed)
        )
    }

    /// How evidence names the caller: the token's name, `no token` or `the same token`.
    pub fn own_name(&self) -> String {
        match &self.credential.token {
            Some(name) => name.to_string(),
            None if self.credential.place == CredentialPlace::Nowhere => "no token".to_owned(),
            None => "the same token".to_owned(),
        }
    }

    /// The probes with the call's own token and without changed headers.
    pub fn own(&self) -> impl Iterator<Item = &Probed> {
        self.probes
            .iter()
            .filter(|p| p.probe.bearer == Bearer::Own && p.probe.headers.is_empty())
    }

    /// Whether the call works without a token, so that a success proves nothing about one.
    pub fn is_open(&self) -> bool {
        self.with(Purpose::Without).any(|p| p.facts.is_fine())
    }

    /// A probe that proves that the API accepts the token; `None` without proof.
    pub fn works(&self) -> Option<&Probed> {
        if self.is_open() || self.credential.place == CredentialPlace::Nowhere {
            return None;
        }
        let asked = |p: &&Probed| {
            !matches!(
                p.probe.purpose,
                Purpose::Again | Purpose::Allowed | Purpose::Placed | Purpose::Anybody
            ) && p.facts.is_fine()
                && p.facts.exchange.redirects.is_empty()
        };
        self.own().find(asked).or_else(|| self.is_told_more())
    }

    /// A probe that got a 404 where a call without a token is refused: the API accepted the token
    /// before it looked for the resource.
    fn is_told_more(&self) -> Option<&Probed> {
        let refused = |p: &&Probed| p.facts.is_refusal() || p.facts.is_denial();
        let stranger = self.first(Purpose::Stranger).filter(refused)?;
        let mut own = self.own().filter(|p| p.facts.is_missing());
        own.find(|p| p.probe.url == stranger.probe.url)
    }

    /// The evidence, in a sentence, that the token is accepted.
    pub fn proof(&self, works: &Probed) -> String {
        let stranger = self.first(Purpose::Stranger);
        match stranger.filter(|_| works.facts.is_missing()) {
            Some(stranger) => format!(
                "The token is accepted, or it would be told as little as one without: {}; {}.",
                self.cite(works),
                self.cite(stranger)
            ),
            None => format!("The token itself works: {}.", self.cite(works)),
        }
    }

    /// A probe that shows that the API knows the token: it was not refused and answers differ from
    /// those to a made-up one.
    pub fn is_recognised(&self) -> Option<&Probed> {
        if let Some(works) = self.works() {
            return Some(works);
        }
        let wrong = self.first(Purpose::Wrong)?;
        (wrong.facts.is_refusal() && !self.call.is_refusal() && !wrong.facts.is_like(&self.call))
            .then_some(wrong)
    }

    /// Whether the API refused the probes that every good token passes.
    pub fn is_refused_everywhere(&self) -> bool {
        let mut checks = self
            .own()
            .filter(|p| {
                matches!(
                    p.probe.purpose,
                    Purpose::WhoAmI
                        | Purpose::Anybody
                        | Purpose::KnownGood
                        | Purpose::List
                        | Purpose::Elsewhere
                        | Purpose::ListAbove
                )
            })
            .filter(|p| !p.facts.is_missing())
            .peekable();
        let wrong = self.first(Purpose::Wrong);
        // Any accepted token may ask who it belongs to. A token that gets the same denial there is
        // not accepted, whatever the status.
        let same_as_call = |p: &Probed| p.facts.is_denial() && p.facts.is_like(&self.call);
        let who = self.first(Purpose::WhoAmI);
        let root = self.call.route.as_ref().and_then(|route| route.root());
        let apart = |p: &&Probed| {
            // Under the collection in question, the denial may be about the collection.
            let path = p.probe.url.path();
            root.as_ref().is_none_or(|root| !path.starts_with(root))
        };
        let unknown = self.call.is_denial() && who.filter(apart).is_some_and(same_as_call);
        checks.peek().is_some()
            && checks.all(|p| {
                if unknown && same_as_call(p) {
                    return true;
                }
                let like_wrong =
                    wrong.is_some_and(|w| w.facts.is_like(&p.facts) && !w.facts.is_fine());
                p.facts.is_refusal() || like_wrong
            })
    }

    /// The probes for lists with the call's own token; who-am-I calls are left out.
    pub fn lists(&self) -> Vec<&Probed> {
        let asked = [Purpose::List, Purpose::ListAbove, Purpose::Elsewhere];
        self.own()
            .filter(|p| asked.contains(&p.probe.purpose))
            .collect()
    }

    /// The server's clock by the answer to the call, or else by a probe.
    pub fn server_time(&self) -> Option<Timestamp> {
        self.call
            .server_time()
            .or_else(|| self.probes.iter().find_map(|p| p.facts.server_time()))
    }

    /// The time to judge a token's expiry by: the server's clock, or else the start of the call.
    pub fn deciding_time(&self) -> Timestamp {
        self.server_time().unwrap_or(self.call.exchange.started_at)
    }

    /// A header of the request as sent; `None` where it has none of that name.
    pub fn header(&self, name: &str) -> Option<String> {
        let value = self.call.exchange.sent.headers.get(name)?;
        Some(value.into_owned())
    }

    /// Whether the call only reads (GET, HEAD, OPTIONS), so that it may be sent again.
    pub fn is_safe(&self) -> bool {
        let sent = &self.call.exchange.sent;
        let headers = sent.headers.iter();
        let headers: Vec<_> = headers.map(|h| (h.name.as_str(), h.text())).collect();
        let headers = headers.iter().map(|(name, value)| (*name, &**value));
        is_safe_method(&sent.method) && !url_asks_to_write(&sent.url) && !rows_ask_to_write(headers)
    }

    /// Whether the call is known to write; an unknown method does not count.
    pub fn writes(&self) -> bool {
        !self.call.exchange.sent.method.is_empty() && !self.is_safe()
    }

    /// The call and all of its probes.
    pub fn answers(&self) -> impl Iterator<Item = &Facts> {
        std::iter::once(&self.call).chain(self.probes.iter().map(|p| &p.facts))
    }
}
