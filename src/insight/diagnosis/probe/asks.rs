//! Single questions, each with the call that answers it.

use super::plan::Plan;
use crate::insight::api::calls::HeaderSays;
use crate::insight::facts::{Bearer, Purpose};
use crate::insight::json::Json;
use crate::insight::route::looks_plural;
use crate::insight::rules::request_dates;
use crate::insight::words::Sense;
use url::Url;

/// Other tokens that are asked, at most; a person names few.
pub(super) const OTHERS: usize = 3;

/// Lists that are asked for since records name them, at most.
const NEIGHBOURS: usize = 2;

/// Lists of the pack that are asked for, at most.
const LISTS: usize = 3;

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

    /// Who the token is, by the call that the API's pack has for it; else one that any accepted
    /// credential may make.
    pub(super) fn who_am_i(&mut self, must: bool) {
        let Some(calls) = self.case.knowledge.calls().cloned() else {
            return;
        };
        let who = calls.who_am_i.map(|who| (Purpose::WhoAmI, who.path));
        let anybody = calls
            .anybody
            .into_iter()
            .map(|path| (Purpose::Anybody, path));
        if let Some((purpose, path)) = who.into_iter().chain(anybody).next()
            && let Some(url) = self.of_pack(&path)
        {
            self.ask(must, purpose, Bearer::Own, url, "");
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

    /// Other lists of the API, as its pack names them.
    pub(super) fn elsewhere(&mut self, must: bool) {
        let root = self.route.root().unwrap_or_default();
        let lists = self.case.knowledge.calls().map(|calls| calls.lists.clone());
        let whole = lists.unwrap_or_default().into_iter();
        let whole = whole.filter(|list| !list.path.contains('{')).take(LISTS);
        for url in whole
            .filter_map(|list| self.of_pack(&list.path))
            .collect::<Vec<_>>()
        {
            if url.path() != root {
                self.ask(must, Purpose::Elsewhere, Bearer::Own, url, "");
            }
        }
    }

    /// Asks for lists that the members of seen records point to: a record with a `line_id` belongs
    /// to an API that has lines.
    pub(super) fn neighbours(&mut self, must: bool) {
        if !self.case.assumptions().relations {
            return;
        }
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
        let version = self.case.chosen_by(HeaderSays::Version);
        let given = version.as_ref().and_then(|(_, value)| value.clone());
        self.target(given.is_some(), 1);
        if let Some((name, given)) = version {
            self.versions(name, given, &url);
        }
        if let Some((name, Some(_))) = self.case.chosen_by(HeaderSays::Tenant)
            && call.status() < 500
        {
            let must = !call.is_denial();
            let change = vec![(name, None)];
            self.ask_with(must, Purpose::TenantDropped, Bearer::Own, url, "", change);
        }
    }

    fn versions(&mut self, name: String, given: Option<String>, url: &Url) {
        let call = &self.case.call;
        let mut ask = |purpose, value| {
            let change = vec![(name.clone(), value)];
            self.ask_with(true, purpose, Bearer::Own, url.clone(), "", change);
        };
        if given.is_some() {
            ask(Purpose::VersionDropped, None);
        }
        let speaks = call.says(Sense::Version) || call.hints(Sense::Version);
        let may_lack = matches!(call.status(), 404 | 405 | 406 | 410 | 501);
        let mut dates = request_dates(call);
        if !speaks && (given.is_some() || !may_lack || dates.is_empty()) {
            return;
        }
        dates.retain(|date| Some(date) != given.as_ref());
        dates.truncate(2);
        if dates.is_empty() && given.is_none() {
            let row = self.case.knowledge.header_that(HeaderSays::Version);
            dates.extend(row.and_then(|row| row.known.first().cloned()));
        }
        let mut ask = |purpose, value| {
            let change = vec![(name.clone(), value)];
            self.ask_with(true, purpose, Bearer::Own, url.clone(), "", change);
        };
        for date in dates {
            ask(Purpose::VersionAsked, Some(date));
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
