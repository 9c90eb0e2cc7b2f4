//! What cookies tell: one that had expired did not go along, and one that an answer takes back is
//! good no more.

use super::{Findings, Rule, Tier};
use crate::insight::facts::Case;
use crate::model::{Cause, CookieNews};

/// What was sent or left out, what the answer takes back, and a missing mark against forged calls.
pub const RULES: &[Rule] = &[
    Rule {
        id: "cookies.expired",
        look: expired,
    },
    Rule {
        id: "cookies.taken_back",
        look: taken_back,
    },
    Rule {
        id: "cookies.forgery",
        look: forgery,
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

/// Wrong where an API hands such a token to every caller, whatever it refuses.
fn forgery(case: &Case, findings: &mut Findings) {
    const NAMES: [&str; 3] = ["x-csrf-token", "x-xsrf-token", "csrf-token"];
    let call = &case.call;
    if !matches!(call.sent_status(), 403 | 419) || !case.writes() {
        return;
    }
    let brought = |name: &&&str| call.header(name).is_some_and(|value| !value.is_empty());
    let sent = || NAMES.iter().any(|name| case.header(name).is_some());
    if let Some(name) = NAMES.iter().find(brought)
        && !sent()
    {
        let says = format!(
            "The answer brings {name}, and the call sent none: it wants its own token back."
        );
        findings.add(Cause::RequestCsrf, 6.0, Tier::Said, says);
    }
}

#[cfg(test)]
mod tests {
    use crate::insight::rules::example::{call, coded, fires, shown, silent};
    use crate::model::{Cause, CookieNews};

    #[test]
    fn a_token_against_forgery_that_comes_with_a_refusal_is_what_is_wanted() {
        let refused = || coded(403, "0").with("x-csrf-token", "fG7hI");
        let write = call("POST /core/users", refused());
        fires("cookies.forgery", Cause::RequestCsrf, &write);
        let read = call("GET /core/users", refused());
        silent("cookies.forgery", Cause::RequestCsrf, &read);
        let sent = call("POST /core/users", refused()).header("x-csrf-token", "a");
        silent("cookies.forgery", Cause::RequestCsrf, &sent);
    }

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
