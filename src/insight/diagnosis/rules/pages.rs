//! Answers that are web pages: of gateways and firewalls, of a login, and of the web application
//! itself.

use super::finding::{Findings, Rule, Tier};
use super::known::{Beside, beside};
use crate::insight::api::pattern::path_fits;
use crate::insight::facts::{Case, Facts, Page};
use crate::model::{Body, Cause, RequestSpec};

/// A page that refuses, a page in place of data, and an address meant for a browser.
pub const RULES: &[Rule] = &[
    Rule {
        id: "pages.refusal",
        look: refusal,
    },
    Rule {
        id: "pages.instead",
        look: instead,
    },
    Rule {
        id: "pages.browser_address",
        look: browser_address,
    },
];

/// Wrong where the API itself refuses by a page.
fn refusal(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let refuses = matches!(call.status(), 401 | 403 | 405 | 406 | 418 | 451);
    if call.page != Page::Html || !refuses || gives_own_reason(call) {
        return;
    }
    let says = "The refusal is a web page, and the API answers in JSON.";
    findings.add(Cause::PermissionEdgeBlock, 4.0, Tier::Said, says);
    if call
        .challenges
        .iter()
        .any(|c| c.scheme.eq_ignore_ascii_case("bearer"))
    {
        findings.against(&[Cause::PermissionEdgeBlock], 2.0);
    }
    if let Some(speaks) = case.probes.iter().find(|p| p.facts.page == Page::Json) {
        let says = format!("The API itself speaks JSON: {}.", case.cite(speaks));
        findings.add(Cause::PermissionEdgeBlock, 2.5, Tier::Seen, says);
    }
}

/// Whether a sentence stands in the status line: that is written by the application itself.
fn gives_own_reason(call: &Facts) -> bool {
    let reason = call.response().map_or("", |response| &response.reason);
    reason.split_whitespace().count() >= 5
}

/// Wrong where a page is what was asked for.
fn instead(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    if call.page != Page::Html || !matches!(call.status(), 200..=299) {
        return;
    }
    let led = call
        .exchange
        .redirects
        .iter()
        .any(|hop| is_login(&hop.location));
    if led || is_login_page(call) {
        let says = "A login page came instead of the API's answer.";
        // Some APIs answer a credential that they do not take so, and their pack knows it.
        let left = Beside::of(case).left_against(Cause::PermissionEdgeBlock);
        let (weight, tier) = beside(6.0, left);
        findings.add(Cause::PermissionEdgeBlock, weight, tier, says);
    } else if is_block_page(call) {
        let says = "The page of a firewall came instead of the API's answer.";
        findings.add(Cause::PermissionEdgeBlock, 6.0, Tier::Said, says);
    } else {
        let says = "A web page came where the API would answer in JSON.";
        let left = Beside::of(case).left_against(Cause::PathBrowserUrl);
        let (weight, tier) = beside(4.5, left);
        findings.add(Cause::PathBrowserUrl, weight, tier, says);
        if let Some(speaks) = case.probes.iter().find(|p| p.facts.page == Page::Json) {
            let says = format!("The API itself speaks JSON: {}.", case.cite(speaks));
            findings.add(Cause::PathBrowserUrl, 1.5, Tier::Seen, says);
        }
    }
}

/// A short page that says that it blocks: some firewalls send theirs as a success.
fn is_block_page(call: &Facts) -> bool {
    const LONGEST: usize = 20_000;
    const SAID: [&str; 8] = [
        "requested url was rejected",
        "your support id",
        "incident id",
        "request has been blocked",
        "request was blocked",
        "you have been blocked",
        "web application firewall",
        "request unsuccessful",
    ];
    let Some(response) = call.response().filter(|r| r.body.len() <= LONGEST) else {
        return false;
    };
    let text = String::from_utf8_lossy(&response.body).to_lowercase();
    SAID.iter().any(|words| text.contains(words))
}

/// Whether an address is one of a sign-in.
pub fn is_login(location: &str) -> bool {
    let path = location
        .split_once("://")
        .map_or(location, |(_, rest)| rest)
        .to_ascii_lowercase();
    let mut parts = path.split(['/', '?', '&', '=']);
    if parts.any(|part| matches!(part, "sign_in" | "sign-in" | "log_in" | "log-in")) {
        return true;
    }
    let mut words = path.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| {
        matches!(
            word,
            "login"
                | "signin"
                | "logon"
                | "sso"
                | "saml"
                | "saml2"
                | "oauth"
                | "oauth2"
                | "authorize"
                | "idp"
                | "adfs"
                | "cas"
                | "auth"
                | "sessions"
        )
    })
}

fn is_login_page(call: &Facts) -> bool {
    let body = call
        .response()
        .map(|r| String::from_utf8_lossy(&r.body).to_lowercase())
        .unwrap_or_default();
    let title = call
        .errors
        .entries
        .first()
        .and_then(|e| e.title.clone())
        .unwrap_or_else(|| between(&body, "<title", "</title").to_owned())
        .to_lowercase();
    let named = [
        "sign in",
        "signin",
        "log in",
        "login",
        "log on",
        "single sign",
        "anmeld",
        "connexion",
        "iniciar sesión",
        "accedi",
        "entrar",
        "inloggen",
        "authentication required",
    ];
    body.contains("type=\"password\"")
        || body.contains("type='password'")
        || body.contains("type=password")
        || body.contains("samlrequest")
        || named.iter().any(|word| title.contains(word))
}

fn between<'a>(text: &'a str, open: &str, close: &str) -> &'a str {
    let Some(start) = text.find(open) else {
        return "";
    };
    let rest = &text[start..];
    &rest[..rest.find(close).unwrap_or(rest.len())]
}

/// What a browser shows behind `#` never reaches the server, so it is looked for as typed.
fn browser_address(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    if call.is_fine() {
        return;
    }
    let RequestSpec { url, body, .. } = &call.exchange.typed;
    let plain = matches!(body, Body::Empty);
    let says = "The address is the one a browser shows, not one of the API.";
    if url.contains("#/") || url.contains("#!") {
        findings.add(Cause::PathBrowserUrl, 9.0, Tier::Seen, says);
        return;
    }
    let path = call.route.as_ref().map(|route| route.url.path());
    let forms = case.knowledge.api.iter().flat_map(|pack| &pack.web_paths);
    let mut forms = forms.filter(|form| path.is_some_and(|path| path_fits(path, form)));
    if forms.next().is_some() && plain && matches!(call.status(), 200..=299 | 404) {
        findings.add(Cause::PathBrowserUrl, 4.0, Tier::Said, says);
    }
}

#[cfg(test)]
mod tests {
    use crate::insight::rules::example::{call, coded, fires, says, silent};
    use crate::model::Cause;

    const PAGE: &str = "<html><head><title>Portal</title></head><body></body></html>";

    #[test]
    fn a_refusal_as_a_page_is_not_the_api_s() {
        let page = call("GET /core/runbooks", says(403, PAGE));
        fires("pages.refusal", Cause::PermissionEdgeBlock, &page);
        let own = call("GET /core/runbooks", coded(403, "forbidden"));
        silent("pages.refusal", Cause::PermissionEdgeBlock, &own);
    }

    #[test]
    fn a_page_instead_of_an_answer_is_a_login_or_the_application() {
        let form = "<html><body><form><input type=password></form></body></html>";
        let login = call("GET /core/runbooks", says(200, form));
        fires("pages.instead", Cause::PermissionEdgeBlock, &login);
        silent("pages.instead", Cause::PathBrowserUrl, &login);
        let blocked = "<html><title>Request Rejected</title>Your support ID is: 1</html>";
        let firewall = call("GET /core/runbooks", says(200, blocked));
        fires("pages.instead", Cause::PermissionEdgeBlock, &firewall);
        silent("pages.instead", Cause::PathBrowserUrl, &firewall);
        let application = call("GET /plans/7", says(200, PAGE));
        fires("pages.instead", Cause::PathBrowserUrl, &application);
    }

    #[test]
    fn an_address_of_a_sign_in_is_known_however_it_is_spelled() {
        for known in [
            "http://a.example/oauth2/sign_in?rd=x",
            "/Sign-In",
            "/login/x",
        ] {
            assert!(super::is_login(known), "{known}");
        }
        assert!(!super::is_login("https://a.example/design_inputs/7"));
    }

    #[test]
    fn what_stands_behind_a_hash_is_of_a_browser() {
        let missing = || call("GET /", coded(404, "not_found"));
        let typed = missing().typed_url("https://acme.example/#/app/runbooks/7");
        fires("pages.browser_address", Cause::PathBrowserUrl, &typed);
        silent("pages.browser_address", Cause::PathBrowserUrl, &missing());
    }
}
