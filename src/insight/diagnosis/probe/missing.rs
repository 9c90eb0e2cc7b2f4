//! What is asked around a 404: slips of the finger, what stands above, what was put away.

use super::NOTHING;
use super::asks::OTHERS;
use super::plan::Plan;
use crate::insight::facts::{Bearer, Purpose, is_archived};
use crate::insight::json::Json;
use crate::insight::route::{Part, decoded, is_id};
use crate::insight::rules::{self, request_is_template};

impl Plan<'_> {
    pub(super) fn missing(&mut self) {
        let case = self.case;
        if case
            .call
            .route
            .as_ref()
            .is_some_and(|r| r.parts.iter().any(|p| request_is_template(&decoded(p))))
        {
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
                .corrections(&case.environment.base_path())
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

    pub(super) fn collection_is_lost(&self, purpose: Purpose) -> bool {
        self.case
            .first(purpose)
            .is_some_and(|p| p.facts.is_missing())
    }

    /// Mistakes of typing that stand out by themselves.
    pub(super) fn slips(&self) -> Vec<(String, &'static str)> {
        let route = &self.route;
        let own = route.url.path().to_owned();
        let base = self.case.environment.base_path();
        let Some(first) = route.corrections(&base).into_iter().next() else {
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
                && !is_id(p)
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
    pub(super) fn below(&mut self, above: &str, exists: bool) {
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
    pub(super) fn climb(&mut self, item: &str) {
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
    pub(super) fn archived(&mut self, collection: &str) {
        let seen = self
            .case
            .probes
            .iter()
            .any(|p| p.facts.record().is_some_and(is_archived));
        if seen || !self.has_token() {
            return;
        }
        let Some(query) = self.case.assumptions().archived else {
            return;
        };
        let mut url = self.at(collection);
        url.set_query(Some(&query));
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
