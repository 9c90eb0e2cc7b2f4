//! Answers that are not the API's own: pages of gateways, firewalls, logins, and of the web
//! application itself.

use super::{Findings, Rule, Tier};
use crate::insight::facts::{Case, CredentialPlace, Facts, Page, Purpose};
use crate::insight::json::Json;
use crate::insight::words::Sense;
use crate::model::{Body, Cause, RequestSpec};

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
    Rule {
        id: "pages.foreign_words",
        look: foreign_words,
    },
    Rule {
        id: "pages.foreign_form",
        look: foreign_form,
    },
    Rule {
        id: "pages.everyone",
        look: everyone,
    },
];

/// Wrong where the API itself refuses by a page.
fn refusal(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let refuses = matches!(call.status(), 401 | 403 | 405 | 406 | 418 | 451);
    if call.page != Page::Html || !refuses {
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
        findings.add(Cause::PermissionEdgeBlock, 6.0, Tier::Seen, says);
    } else {
        let says = "A web page came where the API would answer in JSON.";
        findings.add(Cause::PathBrowserUrl, 4.5, Tier::Seen, says);
        if let Some(speaks) = case.probes.iter().find(|p| p.facts.page == Page::Json) {
            let says = format!("The API itself speaks JSON: {}.", case.cite(speaks));
            findings.add(Cause::PathBrowserUrl, 1.5, Tier::Seen, says);
        }
    }
}

fn is_login(location: &str) -> bool {
    let path = location
        .split_once("://")
        .map_or(location, |(_, rest)| rest)
        .to_ascii_lowercase();
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
    let path = call
        .route
        .as_ref()
        .map(|r| r.url.path().to_ascii_lowercase())
        .unwrap_or_default();
    let starts = ["/app/", "/ui/", "/web/", "/dashboard", "/#"]
        .iter()
        .any(|start| path.starts_with(start));
    if starts && plain && matches!(call.status(), 200..=299 | 404) {
        findings.add(Cause::PathBrowserUrl, 4.0, Tier::Said, says);
    }
}

/// Marks that gateways leave, compared with what the API's own answers look like.
fn foreign_words(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    if !matches!(call.status(), 401 | 403 | 406 | 451) || call.page == Page::Html {
        return;
    }
    let own: Vec<&Facts> = case
        .probes
        .iter()
        .map(|p| &p.facts)
        .filter(|f| f.page == Page::Json && !f.is_like(call))
        .collect();
    if call.page != Page::Json
        && !own.is_empty()
        && call.errors.entries.iter().all(|e| e.code.is_none())
    {
        let says = "The refusal is not in the API's own form: elsewhere it answers in JSON.";
        let weight = match call.page {
            Page::Text => 6.0,
            _ => 1.0,
        };
        findings.add(Cause::PermissionEdgeBlock, weight, Tier::Seen, says);
    }
    if let Some(mark) = edge_mark(call) {
        let everywhere = own.iter().any(|f| edge_mark(f).is_some());
        let own_words = call.page == Page::Json && call.says(Sense::Denied);
        if !everywhere && !own.is_empty() && !own_words && !call.is_refusal() {
            let says =
                format!("The header {mark} is of a gateway, and the API's other answers lack it.");
            let weight = if call.page == Page::Json { 6.5 } else { 10.0 };
            findings.add(Cause::PermissionEdgeBlock, weight, Tier::Seen, says);
        }
    }
}

/// Whether the refusal could be somebody's before the API, by its status and its words.
fn may_be_foreign(call: &Facts) -> bool {
    let asks = call.challenges.iter().any(|c| !c.scheme.is_empty());
    let of_token = asks || call.says(Sense::Invalid);
    matches!(call.status(), 403 | 406 | 451) && call.page != Page::Html && !of_token
}

/// The members by which an API says its errors, or what kind of text it says them in.
fn form(facts: &Facts) -> Vec<String> {
    let body = facts.json.as_ref();
    let Some(members) = body.and_then(Json::as_object) else {
        return vec![format!("{:?}", facts.page)];
    };
    let mut names: Vec<String> = members.iter().map(|(name, _)| name.clone()).collect();
    names.sort();
    names
}

/// Names of headers that say who wrote an answer, and not what it is about.
fn hand(facts: &Facts) -> Vec<String> {
    const OF_THE_ANSWER: [&str; 12] = [
        "date",
        "content-length",
        "content-encoding",
        "transfer-encoding",
        "connection",
        "keep-alive",
        "www-authenticate",
        "allow",
        "retry-after",
        "etag",
        "link",
        "location",
    ];
    let headers = facts.response().into_iter().flat_map(|r| r.headers.iter());
    let mut names: Vec<String> = headers
        .map(|header| header.name.to_ascii_lowercase())
        .filter(|name| !OF_THE_ANSWER.contains(&name.as_str()) && !name.contains("limit"))
        .collect();
    names.extend(facts.header("content-type"));
    names
}

/// Whether the refusal looks like nothing that the API says elsewhere.
pub fn is_foreign(case: &Case) -> bool {
    let mut findings = Findings::default();
    foreign_form(case, &mut findings);
    !findings.list.is_empty()
}

/// Wrong where one API says its refusals in several forms.
fn foreign_form(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    if !may_be_foreign(call) {
        return;
    }
    let mut own = case
        .probes
        .iter()
        .filter(|p| p.facts.page == Page::Json && !p.facts.is_like(call));
    let mut errors = own
        .clone()
        .filter(|p| (400..500).contains(&p.facts.status()));
    if let Some(first) = errors.next()
        && form(&first.facts) != form(call)
        && errors.all(|p| form(&p.facts) != form(call))
    {
        let says = format!(
            "The API says its own errors in another form: {}.",
            case.cite(first)
        );
        findings.add(Cause::PermissionEdgeBlock, 4.0, Tier::Seen, says);
    }
    let Some(first) = own.next() else {
        return;
    };
    let mine = hand(call);
    let rest: Vec<_> = std::iter::once(first).chain(own).collect();
    let always = hand(&first.facts)
        .into_iter()
        .filter(|name| rest.iter().all(|p| hand(&p.facts).contains(name)));
    let lacks = always.into_iter().find(|name| !mine.contains(name));
    let brings = mine
        .iter()
        .find(|name| rest.iter().all(|p| !hand(&p.facts).contains(name)));
    match (lacks, brings) {
        (Some(lacks), Some(brings)) => {
            let says = format!(
                "It comes with {brings}, which no answer of the API has, and without {lacks}, which all of them have."
            );
            findings.add(Cause::PermissionEdgeBlock, 2.5, Tier::Seen, says);
        }
        (Some(lacks), None) => {
            let says = format!("It lacks {lacks}, which every other answer of the API has.");
            findings.add(Cause::PermissionEdgeBlock, 1.0, Tier::Seen, says);
        }
        _ => {}
    }
}

/// Nobody gets past, whoever they are: the API would tell those it knows from the others. Wrong
/// where an API has one answer for all that it refuses.
fn everyone(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    if case.credential.place == CredentialPlace::Nowhere || !may_be_foreign(call) {
        return;
    }
    let like = |purpose| {
        let found = case.first(purpose);
        found.filter(|p| p.facts.is_like(call))
    };
    let without = like(Purpose::Without);
    if without.is_none()
        && case
            .first(Purpose::Without)
            .is_some_and(|p| p.facts.is_refusal() || p.facts.is_denial())
    {
        // Whoever refused has looked at the token.
        findings.against(&[Cause::PermissionEdgeBlock], 4.0);
    }
    if let (Some(without), true) = (without, case.works().is_some()) {
        let says = format!(
            "The token works elsewhere, and here those without any are told the same: {}.",
            case.cite(without)
        );
        findings.add(Cause::PermissionEdgeBlock, 4.0, Tier::Seen, says);
        return;
    }
    let nothing_else = case.probes.iter().all(|p| p.facts.is_like(call));
    if let (Some(without), Some(_)) = (without, like(Purpose::Wrong)) {
        // Who asks without a token is asked for one; that one may not is said to those it knows.
        let coded = call.errors.entries.iter().any(|e| e.code.is_some());
        let coded = coded && !call.says(Sense::Denied);
        let strange = call.page != Page::Json || edge_mark(call).is_some();
        let weight = match (strange, nothing_else && !coded) {
            (true, _) => 6.0,
            // The API itself was never heard, so its own words for a bad token are not known.
            (false, true) => 4.5,
            (false, false) => return,
        };
        let says = format!(
            "Without a token and with a made-up one the answer is the same: {}.",
            case.cite(without)
        );
        findings.add(Cause::PermissionEdgeBlock, weight, Tier::Seen, says);
        findings.against(&[Cause::TokenRejected], weight - 2.0);
    }
}

pub fn edge_mark(facts: &Facts) -> Option<String> {
    let named = [
        "cf-ray",
        "cf-mitigated",
        "x-amzn-waf-action",
        // Of a managed gateway, which sends it with errors of its own only.
        "x-amzn-errortype",
        "x-iinfo",
        "x-sucuri-id",
        "x-akamai-request-id",
        "x-azure-ref",
        "x-waf",
        "x-denied-reason",
        "x-squid-error",
        "x-blocked-by",
    ];
    if let Some(name) = named.iter().find(|name| facts.header(name).is_some()) {
        return Some((*name).to_owned());
    }
    let server = facts.header("server")?.to_ascii_lowercase();
    let makers = [
        "cloudflare",
        "akamai",
        "awselb",
        "cloudfront",
        "imperva",
        "incapsula",
        "sucuri",
        "bigip",
        "big-ip",
        "barracuda",
        "fortiweb",
        "zscaler",
        "squid",
        "waf",
        "envoy-edge",
    ];
    makers
        .iter()
        .any(|maker| server.contains(maker))
        .then(|| format!("Server: {server}"))
}
