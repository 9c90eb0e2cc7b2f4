//! What is asked where the call was refused, limited, failed or not understood.

use super::plan::Plan;
use super::with_parameter;
use crate::insight::facts::{Bearer, CredentialPlace, Probed, Purpose};
use crate::insight::rules;
use crate::insight::words::Sense;

impl Plan<'_> {
    pub(super) fn refused(&mut self) {
        let case = self.case;
        if case.credential.place == CredentialPlace::Nowhere {
            return;
        }
        let misplaced = rules::belongs_as_bearer(case);
        if misplaced && case.credential.token.is_some() {
            let url = self.same_place();
            self.ask(true, Purpose::Placed, Bearer::Own, url, "");
            let mended = |p: &Probed| p.facts.is_fine();
            let is_elsewhere = matches!(case.credential.place, CredentialPlace::Elsewhere(_));
            if is_elsewhere || case.first(Purpose::Placed).is_some_and(mended) {
                return;
            }
        }
        let report = case.credential.report.as_ref();
        let sure = report.is_some_and(|r| r.sure_problem().is_some()) || misplaced;
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

    pub(super) fn denied(&mut self) {
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
        if case.is_refused_everywhere() {
            // Then it is the token after all, and another one shows what a good one looks like.
            self.others(true);
            self.wrong(true);
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

    pub(super) fn limits(&mut self) {
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

    pub(super) fn server(&mut self) {
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

    pub(super) fn request(&mut self) {
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
    pub(super) fn fewer(&mut self, must: bool) {
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
}
