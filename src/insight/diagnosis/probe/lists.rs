//! What is asked where an answer looks fine: was the filter read, and what was held back?

use super::asks::noun_of;
use super::plan::Plan;
use super::{NOTHING, with_parameter};
use crate::insight::facts::{Bearer, Purpose};
use crate::insight::rules::{self, lists_filters, lists_is_steering};

impl Plan<'_> {
    pub(super) fn fine(&mut self) {
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

    pub(super) fn emptied(&mut self) {
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

    /// `shelf_id=2` names `/shelves/2`, where the API names things so.
    pub(super) fn named_by(&self, name: &str, value: &str) -> Option<String> {
        if !self.case.assumptions().relations {
            return None;
        }
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
}
