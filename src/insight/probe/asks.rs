//! Single questions, each with the call that answers it.

use super::plan::Plan;
use crate::insight::facts::{Bearer, Purpose};
use crate::insight::json::Json;
use crate::insight::route::{is_known_collection, looks_plural};
use crate::insight::rules::request_dates;
use crate::insight::words::Sense;

/// Other tokens that are asked, at most; a person names few.
pub(super) const OTHERS: usize = 3;

/// Lists that are asked for since records name them, at most.
const NEIGHBOURS: usize = 2;

/// The one date version that the vendor ever named.
const VERSION: &str = "2022-02-22";

impl Plan<'_> {
    /// Again with the same token; a write is never made again.
    pub(super) fn again(&mut self, must: bool, times: usize) {
        if !self.case.is_safe() || !self.at_home {
            return;
        }
        for time in 1..=times {
            let url = self.same_place();
            self.ask(must, Purpose::Again, Bearer::Own, url, &time.to_string());
        }
    }

    pub(super) fn target(&mut self, must: bool, times: usize) {
        if self.case.is_safe() {
            return;
        }
        for time in 1..=times {
            let url = self.same_place();
            self.ask(must, Purpose::Target, Bearer::Own, url, &time.to_string());
        }
    }

    pub(super) fn who_am_i(&mut self, must: bool) {
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
    pub(super) fn stranger(&mut self, must: bool) {
        let lost = self.case.own().find(|p| p.facts.is_missing());
        if let Some(lost) = lost.filter(|_| self.case.works().is_none()) {
            let url = lost.probe.url.clone();
            self.ask(must, Purpose::Stranger, Bearer::Nobody, url, "");
        }
    }

    /// Whether the call's own collection is one of the catalogue.
    pub(super) fn is_familiar(&self) -> bool {
        let root = self.route.parts.get(self.route.prefix);
        root.is_some_and(|part| is_known_collection(part))
    }

    /// The first collection of the call's own path, which the API surely has.
    pub(super) fn root_list(&mut self, must: bool) {
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
    pub(super) fn elsewhere(&mut self, must: bool) {
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
    pub(super) fn neighbours(&mut self, must: bool) {
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

    /// The collection of such things, named as this API names its own: by the word for many,
    /// or by the word for one.
    pub(super) fn many(&self, noun: &str) -> String {
        let root = self.route.root().unwrap_or_default();
        let own = root.rsplit('/').next().unwrap_or_default();
        match noun.strip_suffix('y') {
            _ if noun.ends_with('s') || !looks_plural(own) => noun.to_owned(),
            Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
            _ => format!("{noun}s"),
        }
    }

    pub(super) fn others(&mut self, must: bool) {
        let url = self.same_place();
        for place in 0..self.case.others.len().min(OTHERS) {
            self.ask(must, Purpose::Other, Bearer::Other(place), url.clone(), "");
        }
    }

    pub(super) fn wrong(&mut self, must: bool) {
        if self.has_token() {
            let url = self.same_place();
            self.ask(must, Purpose::Wrong, Bearer::Wrong, url, "");
        }
    }

    pub(super) fn without(&mut self, must: bool) {
        if self.has_token() {
            let url = self.same_place();
            self.ask(must, Purpose::Without, Bearer::Nobody, url, "");
        }
    }

    /// The headers that choose a version and a tenant, left out or changed.
    pub(super) fn variants(&mut self) {
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
}

/// The thing that a member or a parameter names by its id.
pub(super) fn noun_of(name: &str) -> Option<String> {
    let noun = name
        .strip_suffix("_id")
        .or_else(|| name.strip_suffix("Id"))?;
    let noun = noun.rsplit_once("source_").map_or(noun, |(_, noun)| noun);
    (!noun.is_empty()).then(|| noun.to_owned())
}
