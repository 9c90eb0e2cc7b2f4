//! The questions that are worth asking, and the rules that each of them keeps.

use crate::insight::facts::{Bearer, Case, CredentialPlace, Facts, Page, Probe, Purpose};
use crate::insight::route::Route;
use crate::model::Origin;
use std::sync::Arc;
use url::Url;

pub(super) struct Question {
    pub(super) probe: Probe,
    /// Asked even where the verdict seems clear: it could still turn it.
    pub(super) must: bool,
}

pub(super) struct Plan<'a> {
    pub(super) case: &'a Case,
    /// The call's place, seen from the origin that probes go to.
    pub(super) route: Route,
    pub(super) at_home: bool,
    pub(super) open: Vec<Question>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(case: &'a Case) -> Option<Plan<'a>> {
        let call = case.call.route.clone()?;
        let base = Url::parse(&case.environment.base_url).ok();
        let here = Origin::of(&call.url);
        let (route, at_home) = match base {
            Some(base) if Origin::of(&base) != here => {
                let mut url = base.clone();
                url.set_path(call.url.path());
                url.set_query(call.url.query());
                let known = Arc::new(case.knowledge.paths(url.host_str()));
                (
                    Route::of(&url, base.path()).knowing(known, base.path()),
                    false,
                )
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

    pub(super) fn questions(&mut self) {
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
    pub(super) fn ask(
        &mut self,
        must: bool,
        purpose: Purpose,
        bearer: Bearer,
        url: Url,
        about: &str,
    ) {
        self.ask_with(must, purpose, bearer, url, about, Vec::new());
    }

    pub(super) fn ask_with(
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

    pub(super) fn at(&self, path: &str) -> Url {
        self.route.at(path)
    }

    /// A call that the API's pack names; `None` where no pack knows it.
    pub(super) fn of_pack(&self, path: &str) -> Option<Url> {
        let home = self.route.home(&self.case.environment.base_path())?;
        Some(self.route.below(&home, path))
    }

    /// Whether a URL is one that a probe may go to.
    pub(super) fn is_home(&self, url: &Url) -> bool {
        Origin::of(url) == Origin::of(&self.route.url) && url.path() != self.route.url.path()
    }

    pub(super) fn has_token(&self) -> bool {
        self.case.credential.place != CredentialPlace::Nowhere
    }

    /// The URL of the call, or of what a write acts upon.
    pub(super) fn same_place(&self) -> Url {
        if self.case.is_safe() {
            let mut url = self.route.url.clone();
            url.set_fragment(None);
            return url;
        }
        self.at(&self.route.target())
    }
}
