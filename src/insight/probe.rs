//! The planner of an investigation: which safe call would tell most, given what is known. It
//! sends nothing, and it knows the rules that its calls keep: GET, HEAD or OPTIONS, the
//! environment's own origin, one made-up token at most and none after a limit.

use super::explain::{Standing, rank};
use super::facts::{Bearer, Case, CredentialPlace, Facts, Page, Probe, Purpose};
use super::json::Json;
use super::route::{Part, Route, looks_plural};
use super::rules::{self, lists_filters, lists_is_steering, request_dates, request_is_template};
use super::words::Sense;
use crate::model::{Cause, Origin};
use url::Url;

/// Other tokens that are asked, at most; a person names few.
const OTHERS: usize = 3;

/// Lists that are asked for since records name them, at most.
const NEIGHBOURS: usize = 2;

/// A value that nothing has.
const NOTHING: &str = "httriage-no-such-value";

/// The one date version that the vendor ever named.
const VERSION: &str = "2022-02-22";

/// The next probe, or `None` where nothing more would tell.
pub fn next(case: &Case) -> Option<Probe> {
    if case.budget == 0 {
        return None;
    }
    let mut plan = Plan::new(case)?;
    plan.questions();
    let settled = is_settled(&rank(&rules::look(case)));
    let open = plan
        .open
        .into_iter()
        .filter(|question| question.must || !settled);
    open.map(|question| question.probe).next()
}

/// Sure enough, with nothing close behind.
fn is_settled(standings: &[Standing]) -> bool {
    standings.first().is_some_and(|s| s.confidence >= 0.93)
}

struct Question {
    probe: Probe,
    /// Asked even where the verdict seems clear: it could still turn it.
    must: bool,
}

struct Plan<'a> {
    case: &'a Case,
    /// The call's place, seen from the origin that probes go to.
    route: Route,
    at_home: bool,
    open: Vec<Question>,
}

impl<'a> Plan<'a> {
    fn new(case: &'a Case) -> Option<Plan<'a>> {
        let call = case.call.route.clone()?;
        let base = Url::parse(&case.environment.base_url).ok();
        let here = Origin::of(&call.url);
        let (route, at_home) = match base {
            Some(base) if Origin::of(&base) != here => {
                let mut url = base.clone();
                url.set_path(call.url.path());
                url.set_query(call.url.query());
                (Route::of(&url, base.path()), false)
            }
            _ => (call, true),
        };
        Some(Plan {
            case,
            route,
            at_home,
            open: Vec::new(),
        })
    }

    fn questions(&mut self) {
        let call = &self.case.call;
        if call.status() == 0 {
            return;
        }
        if call.is_limited() {
            self.limits();
        } else if call.is_fine() {
            self.fine();
        } else if call.page == Page::Html
            && matches!(call.status(), 200..=299 | 401 | 403 | 406 | 451)
        {
            self.who_am_i(true);
            self.root_list(false);
        } else {
            self.variants();
            if call.is_refusal() {
                self.refused();
            } else if call.is_denial() {
                self.denied();
            } else if call.is_missing() {
                self.missing();
            } else if call.status() >= 500 || call.status() == 405 {
                self.server();
            } else {
                self.request();
            }
        }
    }

    /// Adds a question, unless it was asked before or may not be asked.
    fn ask(&mut self, must: bool, purpose: Purpose, bearer: Bearer, url: Url, about: &str) {
        self.ask_with(must, purpose, bearer, url, about, Vec::new());
    }

    fn ask_with(
        &mut self,
        must: bool,
        purpose: Purpose,
        bearer: Bearer,
        url: Url,
        about: &str,
        headers: Vec<(String, Option<String>)>,
    ) {
        let method = match (purpose, self.case.call.exchange.sent.method.as_str()) {
            (Purpose::Allowed, _) => "OPTIONS",
            (Purpose::Again, "HEAD") => "HEAD",
            (Purpose::Again, "OPTIONS") => "OPTIONS",
            _ => "GET",
        };
        let case = self.case;
        let answered = case.answers().any(Facts::is_limited);
        if bearer == Bearer::Wrong && (answered || case.environment.protected) {
            return;
        }
        if case.limited.contains(&bearer) {
            return;
        }
        let probe = Probe {
            purpose,
            method,
            url,
            bearer,
            headers,
            about: about.to_owned(),
        };
        let same = |p: &Probe| {
            p.method == probe.method
                && p.url == probe.url
                && p.bearer == probe.bearer
                && p.headers == probe.headers
        };
        let is_call = self.at_home
            && probe.bearer == Bearer::Own
            && probe.headers.is_empty()
            && probe.method == case.call.exchange.sent.method
            && probe.url == self.route.url;
        let repeats = matches!(purpose, Purpose::Again | Purpose::Target | Purpose::Placed);
        let asked = case
            .probes
            .iter()
            .any(|p| same(&p.probe) && (!repeats || p.probe.about == probe.about));
        let wrong_twice =
            bearer == Bearer::Wrong && case.probes.iter().any(|p| p.probe.bearer == Bearer::Wrong);
        if asked || wrong_twice || is_call && !repeats {
            return;
        }
        self.open.push(Question { probe, must });
    }

    fn at(&self, path: &str) -> Url {
        self.route.at(path)
    }

    /// Whether a URL is one that a probe may go to.
    fn is_home(&self, url: &Url) -> bool {
        Origin::of(url) == Origin::of(&self.route.url) && url.path() != self.route.url.path()
    }

    fn has_token(&self) -> bool {
        self.case.credential.place != CredentialPlace::Nowhere
    }

    /// The URL of the call, or of what a write acts upon.
    fn same_place(&self) -> Url {
        if self.case.is_safe() {
            let mut url = self.route.url.clone();
            url.set_fragment(None);
            return url;
        }
        self.at(&self.route.target())
    }

    /// Again with the same token; a write is never made again.
    fn again(&mut self, must: bool, times: usize) {
        if !self.case.is_safe() || !self.at_home {
            return;
        }
        for time in 1..=times {
            let url = self.same_place();
            self.ask(must, Purpose::Again, Bearer::Own, url, &time.to_string());
        }
    }

    fn target(&mut self, must: bool, times: usize) {
        if self.case.is_safe() {
            return;
        }
        for time in 1..=times {
            let url = self.same_place();
            self.ask(must, Purpose::Target, Bearer::Own, url, &time.to_string());
        }
    }

    fn who_am_i(&mut self, must: bool) {
        let prefix = self.route.prefix_path();
        let url = self.at(&format!("{prefix}/users/me"));
        self.ask(must, Purpose::WhoAmI, Bearer::Own, url, "");
        // An API with other nouns may have another place for it.
        let lost = self
            .case
            .first(Purpose::WhoAmI)
            .is_some_and(|p| p.facts.is_missing());
        if lost && !self.is_familiar() && self.case.works().is_none() {
            let url = self.at(&format!("{prefix}/me"));
            self.ask(must, Purpose::WhoAmI, Bearer::Own, url, "");
        }
    }

    /// An address that this token is told does not exist, without a token: an API that wants to
    /// know first who asks refuses here, and so has accepted the token before.
    fn stranger(&mut self, must: bool) {
        let lost = self.case.own().find(|p| p.facts.is_missing());
        if let Some(lost) = lost.filter(|_| self.case.works().is_none()) {
            let url = lost.probe.url.clone();
            self.ask(must, Purpose::Stranger, Bearer::Nobody, url, "");
        }
    }

    /// Whether the call's own collection is one of the catalogue.
    fn is_familiar(&self) -> bool {
        let root = self.route.parts.get(self.route.prefix);
        root.is_some_and(|part| super::route::is_known_collection(part))
    }

    /// The first collection of the call's own path, which the API surely has.
    fn root_list(&mut self, must: bool) {
        if let Some(root) = self.route.root() {
            let url = self.at(&root);
            let own = self.route.collection().as_deref() == Some(root.as_str());
            let purpose = if own {
                Purpose::List
            } else {
                Purpose::Elsewhere
            };
            self.ask(must, purpose, Bearer::Own, url, "");
        }
    }

    /// Other lists of the API, as far as they are known.
    fn elsewhere(&mut self, must: bool) {
        let root = self.route.root().unwrap_or_default();
        // Where the nouns are others, guessing at them is a waste of probes.
        let most = if self.is_familiar() { 3 } else { 1 };
        for name in ["workspaces", "runbooks", "users"].into_iter().take(most) {
            let path = format!("{}/{name}", self.route.prefix_path());
            if path != root {
                let url = self.at(&path);
                self.ask(must, Purpose::Elsewhere, Bearer::Own, url, "");
            }
        }
    }

    /// Lists that records which were seen name by their members: whoever has a `line_id` belongs
    /// to an API that has lines.
    fn neighbours(&mut self, must: bool) {
        let mut names: Vec<String> = Vec::new();
        for facts in self.case.answers() {
            let list = facts.list().and_then(<[Json]>::first);
            if let Some(record) = list.or_else(|| facts.record()) {
                let inner = record.get("attributes").unwrap_or(record);
                let members = inner.as_object().unwrap_or_default().iter();
                let related = record.get("relationships").and_then(Json::as_object);
                let related = related.unwrap_or_default().iter();
                names.extend(members.filter_map(|(name, _)| noun_of(name)));
                names.extend(related.map(|(name, _)| name.clone()));
            }
        }
        let root = self.route.root().unwrap_or_default();
        let plain = |name: &String| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        for name in names.into_iter().filter(plain).take(NEIGHBOURS) {
            let path = format!("{}/{}", self.route.prefix_path(), self.many(&name));
            if path != root {
                let url = self.at(&path);
                self.ask(must, Purpose::Elsewhere, Bearer::Own, url, "");
            }
        }
    }

    fn others(&mut self, must: bool) {
        let url = self.same_place();
        for place in 0..self.case.others.len().min(OTHERS) {
            self.ask(must, Purpose::Other, Bearer::Other(place), url.clone(), "");
        }
    }

    fn wrong(&mut self, must: bool) {
        if self.has_token() {
            let url = self.same_place();
            self.ask(must, Purpose::Wrong, Bearer::Wrong, url, "");
        }
    }

    fn without(&mut self, must: bool) {
        if self.has_token() {
            let url = self.same_place();
            self.ask(must, Purpose::Without, Bearer::Nobody, url, "");
        }
    }

    /// The headers that choose a version and a tenant, left out or changed.
    fn variants(&mut self) {
        let call = &self.case.call;
        let url = self.same_place();
        let given = self.case.header("api-version");
        self.target(given.is_some(), 1);
        if given.is_some() {
            let change = vec![("Api-Version".to_owned(), None)];
            self.ask_with(
                true,
                Purpose::VersionDropped,
                Bearer::Own,
                url.clone(),
                "",
                change,
            );
        }
        let speaks = call.says(Sense::Version) || call.hints(Sense::Version);
        if speaks
            || given.is_none()
                && matches!(call.status(), 404 | 405 | 406 | 410 | 501)
                && !request_dates(call).is_empty()
        {
            let mut dates = request_dates(call);
            dates.retain(|date| Some(date) != given.as_ref());
            dates.truncate(2);
            if dates.is_empty() && given.is_none() {
                dates.push(VERSION.to_owned());
            }
            for date in dates {
                let change = vec![("Api-Version".to_owned(), Some(date))];
                self.ask_with(
                    true,
                    Purpose::VersionAsked,
                    Bearer::Own,
                    url.clone(),
                    "",
                    change,
                );
            }
        }
        if self.case.header("core-url").is_some() && call.status() < 500 {
            let must = !call.is_denial();
            let change = vec![("Core-Url".to_owned(), None)];
            self.ask_with(must, Purpose::CoreUrlDropped, Bearer::Own, url, "", change);
        }
    }

    fn refused(&mut self) {
        let case = self.case;
        match &case.credential.place {
            CredentialPlace::Nowhere => return,
            CredentialPlace::Elsewhere(_) if case.credential.token.is_some() => {
                let url = self.same_place();
                self.ask(true, Purpose::Placed, Bearer::Own, url, "");
                return;
            }
            CredentialPlace::Elsewhere(_) => return,
            _ => {}
        }
        let odd_scheme = case.credential.scheme.as_deref() != Some("Bearer");
        if odd_scheme && case.credential.token.is_some() {
            let url = self.same_place();
            self.ask(true, Purpose::Placed, Bearer::Own, url, "");
            if case
                .first(Purpose::Placed)
                .is_some_and(|p| p.facts.is_fine())
            {
                return;
            }
        }
        let report = case.credential.report.as_ref();
        let sure = report.is_some_and(|r| r.sure_problem().is_some())
            || case
                .credential
                .scheme
                .as_deref()
                .is_none_or(|s| !s.eq_ignore_ascii_case("bearer"));
        if let Some(url) = case.known_good.clone().filter(|url| self.is_home(url)) {
            self.ask(!sure, Purpose::KnownGood, Bearer::Own, url, "");
        }
        self.who_am_i(!sure);
        self.root_list(!sure);
        self.stranger(!sure);
        if case.works().is_some() {
            self.denied();
            return;
        }
        self.others(!sure);
        self.wrong(!sure);
        self.elsewhere(false);
        self.without(false);
        self.again(!sure, 1);
    }

    fn denied(&mut self) {
        let case = self.case;
        if !self.has_token() {
            return;
        }
        self.target(true, 1);
        self.who_am_i(true);
        if let Some(collection) = self.route.collection() {
            let url = self.at(&collection);
            self.ask(!rules::has_reach(case), Purpose::List, Bearer::Own, url, "");
        }
        if !rules::has_reach(case) {
            self.root_list(true);
            self.neighbours(true);
            self.elsewhere(true);
        }
        // Words of its own for a refusal are the API's; without them a gateway may have said it,
        // and a gateway refuses those without a token just the same.
        let own_words = [Sense::Denied, Sense::Role, Sense::Scope];
        let own_words = own_words.iter().any(|sense| case.call.says(*sense));
        if case.works().is_some() && (!own_words || rules::is_foreign(case)) {
            self.without(true);
        }
        if case.is_recognised().is_none() {
            self.wrong(true);
            if case
                .first(Purpose::Wrong)
                .is_some_and(|p| p.facts.is_like(&case.call))
            {
                self.without(true);
            }
        }
        if case.is_safe() {
            self.others(false);
            self.again(true, 1);
        }
    }

    fn limits(&mut self) {
        if self.at_home {
            self.others(true);
            self.without(
                !self
                    .case
                    .with(Purpose::Other)
                    .any(|p| p.facts.status() != 0),
            );
        }
    }

    fn server(&mut self) {
        let call = &self.case.call;
        if call.status() == 405 {
            if call.header("allow").is_none() {
                let url = self.at(self.route.url.path());
                self.ask(true, Purpose::Allowed, Bearer::Own, url, "");
            }
            self.again(false, 1);
            return;
        }
        self.again(true, 3);
        self.target(true, 2);
        self.who_am_i(false);
    }

    fn request(&mut self) {
        let call = &self.case.call;
        let named = call
            .errors
            .entries
            .iter()
            .any(|e| e.parameter.is_some() || e.pointer.is_some());
        if self.case.is_safe() && matches!(call.status(), 400 | 422) && !named {
            self.fewer(true);
            if let Some(collection) = self.route.collection() {
                let url = self.at(&collection);
                self.ask(true, Purpose::List, Bearer::Own, url, "");
            }
        }
        if call.status() == 400 && self.has_token() && !named {
            self.who_am_i(false);
        }
        self.again(true, 1);
        self.target(false, 1);
    }

    /// The call without one of its parameters, each in turn.
    fn fewer(&mut self, must: bool) {
        let mut names: Vec<String> = self
            .route
            .url
            .query_pairs()
            .map(|(key, _)| key.into_owned())
            .collect();
        names.dedup();
        for name in names.iter().take(4) {
            let url = with_parameter(&self.route.url, name, None);
            self.ask(must, Purpose::Fewer, Bearer::Own, url, name);
        }
    }

    fn fine(&mut self) {
        let case = self.case;
        let Some(records) = case.call.list() else {
            return;
        };
        if !case.is_safe() {
            return;
        }
        if records.is_empty() {
            self.emptied();
            return;
        }
        for (name, _) in lists_filters(&case.call) {
            let told = rules::lists_judged(records, &case.call, &name);
            if told.is_none() {
                let url = with_parameter(&self.route.url, &name, Some(NOTHING));
                self.ask(true, Purpose::Nonsense, Bearer::Own, url, &name);
            }
        }
        let steering: Vec<String> = self
            .route
            .url
            .query_pairs()
            .map(|(name, _)| name.into_owned())
            .filter(|name| lists_is_steering(name))
            .filter(|name| {
                ["sort", "order", "include", "fields"]
                    .iter()
                    .any(|s| name.starts_with(s))
            })
            .collect();
        for name in steering {
            let without = with_parameter(&self.route.url, &name, None);
            let nonsense = with_parameter(&self.route.url, &name, Some(NOTHING));
            self.ask(true, Purpose::Fewer, Bearer::Own, without, &name);
            self.ask(true, Purpose::Nonsense, Bearer::Own, nonsense, &name);
        }
    }

    fn emptied(&mut self) {
        let case = self.case;
        if !self.has_token() {
            return;
        }
        self.others(true);
        let filters = lists_filters(&case.call);
        for (name, value) in &filters {
            if let Some(path) = self.named_by(name, value) {
                let url = self.at(&path);
                self.ask(true, Purpose::Named, Bearer::Own, url, name);
            }
        }
        if !filters.is_empty() {
            let mut url = self.route.url.clone();
            url.set_query(None);
            self.ask(true, Purpose::Elsewhere, Bearer::Own, url, "");
        }
        if !rules::has_reach(case) {
            self.root_list(true);
            self.neighbours(true);
            self.elsewhere(true);
            self.who_am_i(true);
        }
    }

    /// `workspace_id=2` names `/core/workspaces/2`.
    fn named_by(&self, name: &str, value: &str) -> Option<String> {
        let inner = name
            .rsplit('[')
            .next()
            .unwrap_or(name)
            .trim_end_matches(']');
        let noun = noun_of(inner)?;
        if value.contains([',', '/', '?', '#']) {
            return None;
        }
        let many = self.many(&noun);
        Some(format!("{}/{many}/{value}", self.route.prefix_path()))
    }

    /// The collection of such things, named as this API names its own: by the word for many,
    /// or by the word for one.
    fn many(&self, noun: &str) -> String {
        let root = self.route.root().unwrap_or_default();
        let own = root.rsplit('/').next().unwrap_or_default();
        match noun.strip_suffix('y') {
            _ if noun.ends_with('s') || !looks_plural(own) => noun.to_owned(),
            Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
            _ => format!("{noun}s"),
        }
    }

    fn missing(&mut self) {
        let case = self.case;
        if case.call.route.as_ref().is_some_and(|r| {
            r.parts
                .iter()
                .any(|p| request_is_template(&super::route::decoded(p)))
        }) {
            return;
        }
        if !self.at_home {
            self.who_am_i(true);
            self.root_list(true);
            return;
        }
        let slips = self.slips();
        for (path, about) in &slips {
            let url = self.at(path);
            self.ask(true, Purpose::Corrected, Bearer::Own, url, about);
        }
        let squeezed = self.route.parts.iter().rev().skip(1).any(String::is_empty);
        if squeezed && case.first(Purpose::Corrected).is_some()
            || case.with(Purpose::Corrected).any(|p| p.facts.is_fine())
        {
            return;
        }
        self.target(true, 1);
        self.others(true);
        let exists = case.with(Purpose::Other).any(|p| p.facts.is_fine());
        if let Some(collection) = self.route.collection() {
            // Whatever the path was taken for, what stands right before its end tells most.
            let url = self.at(&collection);
            self.ask(true, Purpose::List, Bearer::Own, url, "");
        }
        if let Some(above) = self.route.item_above() {
            self.below(&above, exists);
        } else if let Some(collection) = self.route.collection()
            && !self.collection_is_lost(Purpose::List)
        {
            self.archived(&collection);
        }
        let lost =
            self.collection_is_lost(Purpose::List) || self.collection_is_lost(Purpose::ListAbove);
        let is_root =
            self.route.last() == Some(Part::Collection) && self.route.item_above().is_none();
        if (lost || is_root || self.route.parts.len() <= self.route.prefix) && !exists {
            let known: Vec<String> = slips.into_iter().map(|(path, _)| path).collect();
            let more: Vec<String> = self
                .route
                .corrections()
                .into_iter()
                .filter(|p| !known.contains(p))
                .take(3)
                .collect();
            for path in more {
                let url = self.at(&path);
                self.ask(true, Purpose::Corrected, Bearer::Own, url, "");
            }
            let found = case.with(Purpose::Corrected).any(|p| p.facts.is_fine());
            if is_root && !found {
                let path = format!("{}/{NOTHING}", self.route.prefix_path());
                let url = self.at(&path);
                self.ask(true, Purpose::MadeUp, Bearer::Own, url, "");
            }
        }
        if self.has_token() && !rules::has_reach(case) {
            self.who_am_i(case.works().is_none());
            self.neighbours(true);
            self.elsewhere(true);
        } else if !self.has_token() {
            self.root_list(true);
        }
        self.again(false, 1);
        if !case.is_safe() {
            let url = self.at(self.route.url.path());
            self.ask(false, Purpose::Allowed, Bearer::Own, url, "");
        }
    }

    fn collection_is_lost(&self, purpose: Purpose) -> bool {
        self.case
            .first(purpose)
            .is_some_and(|p| p.facts.is_missing())
    }

    /// Mistakes of typing that stand out by themselves.
    fn slips(&self) -> Vec<(String, &'static str)> {
        let route = &self.route;
        let own = route.url.path().to_owned();
        let Some(first) = route.corrections().into_iter().next() else {
            return Vec::new();
        };
        let squeezed: String = route
            .parts
            .iter()
            .filter(|p| !p.is_empty())
            .cloned()
            .collect::<Vec<_>>()
            .join("/");
        let odd_slashes = format!("/{squeezed}") != own;
        let odd_case = route.parts[..route.parts.len()].iter().any(|p| {
            p.bytes().any(|b| b.is_ascii_uppercase())
                && !super::route::is_id(p)
                && p.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_')
        });
        let blanks = own.contains("%20")
            || own.contains("%09")
            || own.contains("%0A")
            || own.contains("%C2%A0")
            || own.contains('+');
        if blanks && !odd_slashes {
            return vec![(first, "blanks")];
        }
        if odd_slashes || odd_case || blanks {
            return vec![(first, "")];
        }
        Vec::new()
    }

    /// What belongs to another thing: is that thing there, and for whom?
    fn below(&mut self, above: &str, exists: bool) {
        let case = self.case;
        let url = self.at(above);
        self.ask(true, Purpose::Above, Bearer::Own, url.clone(), "");
        let found = case.first(Purpose::Above).map(|p| p.facts.is_fine());
        match found {
            Some(true) => {
                if let Some(collection) = self.route.collection()
                    && !self.collection_is_lost(Purpose::List)
                {
                    self.archived(&collection);
                }
            }
            Some(false) => {
                if !exists {
                    for place in 0..case.others.len().min(OTHERS) {
                        self.ask(
                            true,
                            Purpose::OtherAbove,
                            Bearer::Other(place),
                            url.clone(),
                            "",
                        );
                    }
                }
                if let Some(collection) = self.route.collection_above() {
                    let url = self.at(&collection);
                    self.ask(true, Purpose::ListAbove, Bearer::Own, url, "");
                    if self.collection_is_lost(Purpose::ListAbove) {
                        self.climb(above);
                    } else {
                        self.archived(&collection);
                    }
                }
            }
            None => {}
        }
    }

    /// Up from an item that is not found in a collection that is not found: where does it begin?
    fn climb(&mut self, item: &str) {
        let rungs = self.route.rungs();
        let below = rungs.iter().position(|(path, _)| path == item);
        for (path, part) in rungs[..below.unwrap_or(0)].iter().rev().skip(1) {
            let purpose = match part {
                Part::Id => Purpose::Above,
                Part::Collection => Purpose::ListAbove,
                _ => continue,
            };
            let url = self.at(path);
            let known = self.case.own().find(|p| p.probe.url == url);
            if known.is_some_and(|p| !p.facts.is_missing()) {
                return;
            }
            self.ask(true, purpose, Bearer::Own, url, "");
        }
    }

    /// Whether it stands among what was put away, for the token and for the others.
    fn archived(&mut self, collection: &str) {
        let seen = self
            .case
            .probes
            .iter()
            .any(|p| p.facts.record().is_some_and(super::facts::is_archived));
        if seen || !self.has_token() {
            return;
        }
        let mut url = self.at(collection);
        url.set_query(Some("archived=true"));
        self.ask(true, Purpose::Archived, Bearer::Own, url.clone(), "");
        let found_nothing = self.case.with(Purpose::Archived).all(|p| {
            p.facts.list().is_none_or(<[Json]>::is_empty) || p.probe.bearer == Bearer::Own
        });
        if found_nothing && !self.case.with(Purpose::Other).any(|p| p.facts.is_fine()) {
            for place in 0..self.case.others.len().min(1) {
                self.ask(
                    true,
                    Purpose::Archived,
                    Bearer::Other(place),
                    url.clone(),
                    "",
                );
            }
        }
    }
}

/// The thing that a member or a parameter names by its id.
fn noun_of(name: &str) -> Option<String> {
    let noun = name
        .strip_suffix("_id")
        .or_else(|| name.strip_suffix("Id"))?;
    let noun = noun.rsplit_once("source_").map_or(noun, |(_, noun)| noun);
    (!noun.is_empty()).then(|| noun.to_owned())
}

/// The URL with another value of a parameter, or without it.
fn with_parameter(url: &Url, name: &str, value: Option<&str>) -> Url {
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let mut changed = url.clone();
    changed.set_fragment(None);
    changed.set_query(None);
    let mut rest = Vec::new();
    for (key, old) in pairs {
        if key != name {
            rest.push((key, old));
        } else if let Some(value) = value {
            rest.push((key, value.to_owned()));
        }
    }
    if !rest.is_empty() {
        changed.query_pairs_mut().extend_pairs(rest);
    }
    changed
}

/// The causes that a person may still hold for possible, for a caption.
pub fn open_causes(case: &Case) -> Vec<Cause> {
    let standings = rank(&rules::look(case));
    standings
        .iter()
        .filter(|s| s.confidence >= 0.1)
        .map(|s| s.cause)
        .collect()
}
