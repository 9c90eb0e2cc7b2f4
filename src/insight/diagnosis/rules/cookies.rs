//! What cookies tell: one that had expired did not go along, and one that an answer takes back is
//! good no more.

use super::{Findings, Rule, Tier};
use crate::insight::facts::Case;
use crate::model::{Cause, CookieNews};

pub const RULES: &[Rule] = &[
    Rule {
        id: "cookies.expired",
        look: expired,
    },
    Rule {
        id: "cookies.taken_back",
        look: taken_back,
    },
];

fn news(case: &Case) -> Option<&CookieNews> {
    let response = case.call.exchange.outcome.response()?;
    (!case.call.is_fine()).then_some(&response.cookies)
}

/// Wrong where another cookie is the one that counts.
fn expired(case: &Case, findings: &mut Findings) {
    let Some(name) = news(case).and_then(|news| news.expired.first()) else {
        return;
    };
    if case.call.is_refusal() || case.call.is_denial() {
        let says = format!("Cookie {name} had expired before this call, so it did not go along.");
        findings.add(Cause::TokenExpired, 6.5, Tier::Seen, says);
        // It is missing because it had expired.
        findings.against(&[Cause::TokenMissing], 4.0);
    }
}

/// Wrong where an answer takes back what has nothing to do with the session.
fn taken_back(case: &Case, findings: &mut Findings) {
    let Some(name) = news(case).and_then(|news| news.taken_back.first()) else {
        return;
    };
    let says = format!(
        "The answer takes back cookie {name}, which went along: the session behind it is over."
    );
    findings.add(Cause::TokenExpired, 2.5, Tier::Said, says.clone());
    findings.add(Cause::TokenRejected, 2.5, Tier::Said, says);
}

#[cfg(test)]
mod tests {
    use crate::insight::rules::example::{call, coded, fires, shown, silent};
    use crate::model::{Cause, CookieNews};

    fn named(name: &str) -> Vec<String> {
        vec![name.to_owned()]
    }

    #[test]
    fn a_cookie_that_had_expired_is_why_it_did_not_go_along() {
        let news = || CookieNews {
            expired: named("sid"),
            ..CookieNews::default()
        };
        let refused = || call("GET /core/users", coded(401, "unauthorized"));
        fires(
            "cookies.expired",
            Cause::TokenExpired,
            &refused().cookies(news()),
        );
        silent("cookies.expired", Cause::TokenExpired, &refused());
        silent(
            "cookies.expired",
            Cause::TokenExpired,
            &call("GET /core/users", shown()).cookies(news()),
        );
    }

    #[test]
    fn a_cookie_that_is_taken_back_is_good_no_more() {
        let news = || CookieNews {
            taken_back: named("sid"),
            ..CookieNews::default()
        };
        let refused = || call("GET /core/users", coded(401, "unauthorized"));
        let back = refused().cookies(news());
        fires("cookies.taken_back", Cause::TokenRejected, &back);
        fires("cookies.taken_back", Cause::TokenExpired, &back);
        silent("cookies.taken_back", Cause::TokenRejected, &refused());
        silent(
            "cookies.taken_back",
            Cause::TokenRejected,
            &call("POST /core/logout", shown()).cookies(news()),
        );
    }
}
