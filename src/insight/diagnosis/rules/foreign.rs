//! Refusals that are not the API's own, by comparison with what it says elsewhere: their form,
//! their headers, and to whom they are said.

use super::finding::{Findings, Rule, Tier};
use crate::insight::api::knowledge::Layer;
use crate::insight::facts::{Case, CredentialPlace, Facts, Page, Purpose};
use crate::insight::json::Json;
use crate::insight::words::Sense;
use crate::model::Cause;

/// By the words, by the form, and by whether everybody is told the same.
pub const RULES: &[Rule] = &[
    Rule {
        id: "foreign.words",
        look: foreign_words,
    },
    Rule {
        id: "foreign.form",
        look: foreign_form,
    },
    Rule {
        id: "foreign.everyone",
        look: everyone,
    },
];

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
    // An API may say its errors in plain words and all else in JSON.
    let mut errors = own.iter().filter(|f| f.status() >= 400).peekable();
    let coded = call.errors.entries.iter().any(|e| e.code.is_some());
    let said_so = case.probes.iter().any(|p| {
        let says_no = (400..500).contains(&p.facts.status());
        says_no && p.facts.page == call.page && !p.facts.is_like(call)
    });
    if call.page != Page::Json && !own.is_empty() && !coded && !said_so {
        let says = "The refusal is not in the API's own form: elsewhere it answers in JSON.";
        let weight = match (call.page, errors.peek().is_some()) {
            (Page::Text, true) => 6.0,
            (Page::Text, false) => 2.5,
            _ => 1.0,
        };
        findings.add(Cause::PermissionEdgeBlock, weight, Tier::Seen, says);
    }
    if let Some(mark) = edge_mark(case, call) {
        let everywhere = own.iter().any(|f| edge_mark(case, f).is_some());
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

/// Whether one of the two forms is the other with more in it. A single member in common is what
/// any two programs may have.
fn is_of_one_form(one: &[String], other: &[String]) -> bool {
    let common = one.iter().filter(|name| other.contains(name)).count();
    one == other || common >= 2 && common == one.len().min(other.len())
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
        && !is_of_one_form(&form(&first.facts), &form(call))
        && errors.all(|p| !is_of_one_form(&form(&p.facts), &form(call)))
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
        // Some APIs tell everybody the same, others ask first who it is.
        let asks_first = case.assumptions().asks_first;
        let weight = if asks_first { 4.0 } else { 1.5 };
        findings.add(Cause::PermissionEdgeBlock, weight, Tier::Seen, says);
        if asks_first {
            let of_rights = [Cause::PermissionMissingRole, Cause::PermissionMissingScope];
            findings.against(&of_rights, 3.0);
        }
        return;
    }
    let nothing_else = case.probes.iter().all(|p| p.facts.is_like(call));
    if let (Some(without), Some(_)) = (without, like(Purpose::Wrong)) {
        // Who asks without a token is asked for one; that one may not is said to those it knows.
        let coded = call.errors.entries.iter().any(|e| e.code.is_some());
        let coded = coded && !call.says(Sense::Denied);
        let strange = call.page != Page::Json || edge_mark(case, call).is_some();
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

/// By what an answer shows that something before the API wrote it or passed it on: a header that
/// the packs of gateways know, or one that firewalls in general leave.
fn edge_mark(case: &Case, facts: &Facts) -> Option<String> {
    let gateways = case
        .knowledge
        .packs
        .iter()
        .filter(|pack| pack.layer == Layer::Gateway);
    let mut known = gateways.flat_map(|pack| &pack.recognise.headers);
    let stands = |name: &str, part: &str| {
        let value = facts.header(name);
        value.is_some_and(|value| value.to_ascii_lowercase().contains(part))
    };
    if let Some((name, part)) = known.find(|(name, part)| stands(name, &part.to_ascii_lowercase()))
    {
        return Some(if part.is_empty() {
            name.clone()
        } else {
            format!("{name}: {part}")
        });
    }
    let named = [
        "x-iinfo",
        "x-sucuri-id",
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
    ];
    makers
        .iter()
        .any(|maker| server.contains(maker))
        .then(|| format!("Server: {server}"))
}

#[cfg(test)]
mod tests {
    use crate::insight::facts::{Bearer, Purpose};
    use crate::insight::rules::example::{call, coded, fires, listing, says, silent};
    use crate::model::Cause;

    const HERE: &str = "/core/runbooks/7";
    const BLOCK: Cause = Cause::PermissionEdgeBlock;

    fn refused(said: super::super::example::Said) -> super::super::example::Example {
        call(&format!("GET {HERE}"), said).own(Purpose::List, "/core/runbooks", listing(&["7"]))
    }

    #[test]
    fn a_mark_of_a_gateway_counts_where_the_api_s_other_answers_lack_it() {
        let marked = says(403, "{\"message\":\"no\"}").with("x-sucuri-id", "8f-OSL");
        fires("foreign.words", BLOCK, &refused(marked.clone()));
        let always = call("GET /core/runbooks/7", marked);
        let list = listing(&["7"]).with("x-sucuri-id", "8e-OSL");
        silent(
            "foreign.words",
            BLOCK,
            &always.own(Purpose::List, "/core/runbooks", list),
        );
    }

    #[test]
    fn a_refusal_in_another_form_than_the_api_s_errors_is_somebody_else_s() {
        let other_form = says(403, "{\"outcome\":\"denied\"}");
        let missing = coded(404, "not_found");
        let foreign = refused(other_form).own(Purpose::WhoAmI, "/core/users/me", missing.clone());
        fires("foreign.form", BLOCK, &foreign);
        let own = refused(coded(403, "no")).own(Purpose::WhoAmI, "/core/users/me", missing);
        silent("foreign.form", BLOCK, &own);
        // What is said besides makes no other form; one member in common makes no form.
        let plain = says(401, "{\"error\":\"unauthorized\",\"message\":\"who?\"}");
        let among = |body| {
            let call = refused(says(403, body));
            call.probe(Purpose::Wrong, Bearer::Wrong, HERE, plain.clone())
        };
        let more = among("{\"error\":\"no\",\"message\":\"no\",\"required\":[\"a\"]}");
        silent("foreign.form", BLOCK, &more);
        let one = among("{\"message\":\"Forbidden\"}");
        fires("foreign.form", BLOCK, &one);
    }

    #[test]
    fn what_those_without_a_token_are_told_too_was_said_before_the_token_was_looked_at() {
        let plain = || refused(says(403, "{\"message\":\"no\"}"));
        let nobody = |said| plain().probe(Purpose::Without, Bearer::Nobody, HERE, said);
        fires(
            "foreign.everyone",
            BLOCK,
            &nobody(says(403, "{\"message\":\"no\"}")),
        );
        silent(
            "foreign.everyone",
            BLOCK,
            &nobody(says(401, "{\"message\":\"who?\"}")),
        );
    }
}
