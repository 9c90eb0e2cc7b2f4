//! All that an investigation knows so far: the call, whose credential it carried, the probes.

use super::Facts;
use crate::insight::api::calls::{Assumptions, HeaderSays};
use crate::insight::api::knowledge::Knowledge;
use crate::insight::back_off::{its_clock, retry_after};
use crate::insight::learned::Past;
use crate::insight::named::{Named, named};
use crate::insight::quota::quotas;
use crate::insight::route::{Part, Route};
use crate::insight::token::TokenReport;
use crate::model::{Cause, Environment, Timestamp, TokenName};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Where the credential of a call stands, and what can be told of it. No value is held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credential {
    pub place: CredentialPlace,
    /// The word before the value, as written.
    pub scheme: Option<String>,
    pub token: Option<TokenName>,
    pub report: Option<TokenReport>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CredentialPlace {
    #[default]
    Nowhere,
    /// Nobody knows: the answer was pasted without its request. Unknown is no evidence.
    Unknown,
    Authorization,
    /// `Authorization` stands there more than once.
    Repeated,
    /// Anywhere else: `header X-Api-Key`, `parameter access_token`.
    Elsewhere(String),
}

/// A token that the person named, beside the one in question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownToken {
    pub name: TokenName,
    pub report: Option<TokenReport>,
}

/// Whose credential a probe carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bearer {
    /// As the call in question.
    Own,
    /// That of `Case::others`.
    Other(usize),
    Nobody,
    /// One that cannot be right.
    Wrong,
}

/// What a probe wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Whether it is a passing fault.
    Again,
    /// Whether the thing that a write acts upon can be read.
    Target,
    WhoAmI,
    /// A call that any accepted credential may make; some of them anybody may.
    Anybody,
    /// Whether the token still does what it did before.
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
    /// What a filter names.
    Named,
    /// The path with a likely mistake undone.
    Corrected,
    /// A path that cannot exist.
    MadeUp,
    /// The token where it belongs.
    Placed,
    /// An address that the token is told does not exist, without any token.
    Stranger,
}

/// One safe call that would tell something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    pub purpose: Purpose,
    /// GET, HEAD or OPTIONS.
    pub method: &'static str,
    pub url: Url,
    pub bearer: Bearer,
    /// Headers that are set, or left out where there is no value.
    pub headers: Vec<(String, Option<String>)>,
    /// What it is about, where one purpose can have several: a parameter's name.
    pub about: String,
}

#[derive(Clone, Debug)]
pub struct Probed {
    pub probe: Probe,
    pub facts: Facts,
}

/// A verdict whose refuting call was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested {
    pub cause: Cause,
    /// The probe that put it to the test, by its place.
    pub probe: usize,
    /// What came proves it wrong.
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
    /// A call that this token was answered with success before.
    pub known_good: Option<Url>,
    /// That this very call once worked, by the history.
    pub past: Option<Past>,
    /// When the same call worked right after it, with another value of its token.
    pub renewed: Option<Timestamp>,
    /// The verdicts that were put to the test.
    pub tested: Vec<Tested>,
    /// Whose calls are limited for longer than is waited.
    pub limited: Vec<Bearer>,
    pub now: Timestamp,
}

impl Case {
    /// A call alone, with nothing sent around it.
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
            tested: Vec::new(),
            limited: Vec::new(),
            now,
        }
    }

    /// With what is known of the API that was called.
    #[must_use]
    pub fn knowing(mut self, knowledge: Knowledge) -> Case {
        self.call.know(&knowledge);
        let base = self.environment.base_path();
        if let Some(route) = self.call.route.take() {
            let known = Arc::new(knowledge.paths(route.url.host_str()));
            self.call.route = Some(route.knowing(known, &base));
        }
        // Of an address with a credential in it a pack knows the place, whatever the look.
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

    /// Whether the call carried no credential for sure: one may stand in the body of a call that
    /// signs in, where nobody looks.
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
        // A transcript rarely shows the body; then the words of the answer tell what it was about.
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

    /// What the answer names: rights, remedy, limits, the end of the call.
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

    /// How long the answer asks to wait: as it says, or until a limit that is used up is full
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

    /// Takes a probe's answer in, with what it says of how the API's paths are built.
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

    /// The header by which the call chooses a version or a tenant, and its value where it has
    /// one. Of an API that nobody knows, a version is what the call itself names so.
    pub fn chosen_by(&self, says: HeaderSays) -> Option<(String, Option<String>)> {
        if let Some(row) = self.knowledge.header_that(says) {
            return Some((row.name.clone(), self.header(&row.name)));
        }
        let is_version = |name: &str| name.to_ascii_lowercase().ends_with("version");
        let mut sent = self.call.exchange.sent.headers.iter();
        let own = sent.find(|header| says == HeaderSays::Version && is_version(&header.name))?;
        Some((own.name.clone(), Some(own.text().into_owned())))
    }

    /// Where the API's first collection stands in the call's path, if it stands elsewhere than
    /// the path alone made it look: what lists is no single thing, and what is above the first
    /// list is not found.
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

    pub fn with(&self, purpose: Purpose) -> impl Iterator<Item = &Probed> {
        self.probes
            .iter()
            .filter(move |p| p.probe.purpose == purpose)
    }

    pub fn first(&self, purpose: Purpose) -> Option<&Probed> {
        self.with(purpose).next()
    }

    /// The number of a probe, as evidence names it.
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

    pub fn own_name(&self) -> String {
        match &self.credential.token {
            Some(name) => name.to_string(),
            None if self.credential.place == CredentialPlace::Nowhere => "no token".to_owned(),
            None => "the same token".to_owned(),
        }
    }

    /// The probes that carried the token in question as it is, and changed nothing else.
    pub fn own(&self) -> impl Iterator<Item = &Probed> {
        self.probes
            .iter()
            .filter(|p| p.probe.bearer == Bearer::Own && p.probe.headers.is_empty())
    }

    /// Whether the API answers anyone here, so that an answer proves nothing of a token.
    pub fn is_open(&self) -> bool {
        self.with(Purpose::Without).any(|p| p.facts.is_fine())
    }

    /// A probe by which the token was accepted.
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

    /// A place that does not exist for the token, and that those without a token are not told so
    /// much about: it was accepted before the place was looked for.
    fn is_told_more(&self) -> Option<&Probed> {
        let refused = |p: &&Probed| p.facts.is_refusal() || p.facts.is_denial();
        let stranger = self.first(Purpose::Stranger).filter(refused)?;
        let mut own = self.own().filter(|p| p.facts.is_missing());
        own.find(|p| p.probe.url == stranger.probe.url)
    }

    /// In a sentence how a probe shows that the token is accepted.
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

    /// The token is known to the API: another answer than a made-up one gets, and no refusal.
    pub fn is_recognised(&self) -> Option<&Probed> {
        if let Some(works) = self.works() {
            return Some(works);
        }
        let wrong = self.first(Purpose::Wrong)?;
        (wrong.facts.is_refusal() && !self.call.is_refusal() && !wrong.facts.is_like(&self.call))
            .then_some(wrong)
    }

    /// Whether the probes that any good token passes were refused.
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
        // Who one is, any accepted token may ask; one that is told there what it is told here is
        // not accepted, whatever the status.
        let same_as_call = |p: &Probed| p.facts.is_denial() && p.facts.is_like(&self.call);
        let who = self.first(Purpose::WhoAmI);
        let root = self.call.route.as_ref().and_then(|route| route.root());
        let apart = |p: &&Probed| {
            // Where it belongs to the collection in question, it tells of that collection.
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

    /// Lists that were asked for with the token in question, who-am-I left out.
    pub fn lists(&self) -> Vec<&Probed> {
        let asked = [Purpose::List, Purpose::ListAbove, Purpose::Elsewhere];
        self.own()
            .filter(|p| asked.contains(&p.probe.purpose))
            .collect()
    }

    /// The clock of the server by the call, or else by a probe.
    pub fn server_time(&self) -> Option<Timestamp> {
        self.call
            .server_time()
            .or_else(|| self.probes.iter().find_map(|p| p.facts.server_time()))
    }

    /// When the call was made, by the clock that decides over a token's times.
    pub fn deciding_time(&self) -> Timestamp {
        self.server_time().unwrap_or(self.call.exchange.started_at)
    }

    pub fn header(&self, name: &str) -> Option<String> {
        let value = self.call.exchange.sent.headers.get(name)?;
        Some(value.into_owned())
    }

    pub fn is_safe(&self) -> bool {
        matches!(
            self.call.exchange.sent.method.as_str(),
            "GET" | "HEAD" | "OPTIONS"
        )
    }

    /// Whether it is known to write: what is unknown is no evidence.
    pub fn writes(&self) -> bool {
        !self.call.exchange.sent.method.is_empty() && !self.is_safe()
    }

    /// The call and all of its probes.
    pub fn answers(&self) -> impl Iterator<Item = &Facts> {
        std::iter::once(&self.call).chain(self.probes.iter().map(|p| &p.facts))
    }
}
