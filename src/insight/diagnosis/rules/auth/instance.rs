//! Whether the token belongs to this instance: audience and issuer against what is known of it.

use super::about::{accepted, is_about_token, is_at_home};
use crate::insight::api::calls::HeaderSays;
use crate::insight::facts::{Case, Facts, Page, Purpose};
use crate::insight::rules::finding::{Findings, Tier};
use crate::insight::token::Validity;
use crate::insight::words::Sense;
use crate::model::Cause;
use url::Url;

/// Wrong where audience and issuer are only labels, and nobody checks them.
pub(super) fn instance(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let failed = !call.is_fine() && call.page != Page::Html;
    if !is_at_home(case)
        && failed
        && let Some(works) = case.works()
    {
        let says = format!(
            "The same token works at another place: {}.",
            case.cite(works)
        );
        let denied = call.is_denial() && !own_words(call);
        let weight = match (call.is_refusal(), denied) {
            (true, _) => 7.0,
            (_, true) => 5.0,
            _ => 2.0,
        };
        findings.add(Cause::TokenWrongInstance, weight, Tier::Seen, says);
    }
    if let Some(dropped) = case
        .first(Purpose::TenantDropped)
        .filter(|p| p.facts.is_fine())
        && failed
        && call.status() < 500
        && let Some(row) = case.knowledge.header_that(HeaderSays::Tenant)
        && case
            .header(&row.name)
            .is_some_and(|value| row.is_well_formed(&value))
        && !case.with(Purpose::Again).any(|p| p.facts.is_fine())
    {
        let says = format!("{} names another tenant: {}.", row.name, case.cite(dropped));
        findings.add(Cause::TokenWrongInstance, 7.0, Tier::Seen, says);
    }
    let Some(report) = case
        .credential
        .report
        .as_ref()
        .filter(|_| is_about_token(case))
    else {
        return;
    };
    let Some(claims) = &report.claims else {
        return;
    };
    if report.at(case.deciding_time()) == Validity::Expired {
        return;
    }
    let mut compared = false;
    for (name, other) in accepted(case) {
        let Some(theirs) = &other.claims else {
            continue;
        };
        compared = true;
        let apart = !claims.audience.is_empty()
            && !theirs.audience.is_empty()
            && !claims.audience.iter().any(|a| theirs.audience.contains(a));
        if apart {
            let says = format!(
                "Its audience is {}, that of {name}, which is accepted, is {}.",
                claims.audience.join(", "),
                theirs.audience.join(", ")
            );
            findings.add(Cause::TokenWrongInstance, 7.5, Tier::Seen, says);
        } else if claims.issuer.is_some()
            && theirs.issuer.is_some()
            && claims.issuer != theirs.issuer
        {
            let says = format!(
                "Its issuer is {}, that of {name}, which is accepted, is {}.",
                claims.issuer.clone().unwrap_or_default(),
                theirs.issuer.clone().unwrap_or_default()
            );
            findings.add(Cause::TokenWrongInstance, 7.0, Tier::Seen, says);
        } else {
            findings.against(&[Cause::TokenWrongInstance], 2.0);
        }
    }
    if compared {
        return;
    }
    let theirs: Vec<String> = claims
        .audience
        .iter()
        .filter_map(|a| number_of(a))
        .collect();
    if let (Some(first), Some(ours)) = (theirs.first(), number_of(&case.call.exchange.sent.url)) {
        // Two instances of one machine differ in the port alone.
        if theirs.contains(&ours) {
            findings.against(&[Cause::TokenWrongInstance], 2.0);
        } else {
            let says = format!("It is meant for {first}, and this is {ours}.");
            findings.add(Cause::TokenWrongInstance, 5.0, Tier::Said, says);
        }
        return;
    }
    let (said, host) = references(case);
    let hosts = |texts: &[String]| -> Vec<String> { texts.iter().map(|t| host_of(t)).collect() };
    let audience = hosts(&claims.audience);
    let issuer = hosts(claims.issuer.as_slice());
    // Names that belong to nobody in particular cannot be compared.
    let telling = |names: &[String]| names.iter().any(|name| !words_of(name).is_empty());
    let known: Vec<String> = said.iter().chain(&host).cloned().collect();
    let kin = |names: &[String]| {
        let is_known = |name: &String| known.iter().any(|own| are_kin(name, own));
        names.iter().any(is_known)
    };
    if known.is_empty() {
        if telling(&audience) {
            let says = format!(
                "It is meant for {}; whether that is this API cannot be told from here.",
                claims.audience.join(", ")
            );
            findings.add(Cause::TokenWrongInstance, 1.2, Tier::Words, says);
        }
        return;
    }
    // Whom it is for decides; who made it only counts where it says nothing of the first.
    let names = if telling(&audience) {
        &audience
    } else {
        &issuer
    };
    if kin(names) {
        findings.against(&[Cause::TokenWrongInstance], 2.0);
    } else if telling(names) {
        let says = format!(
            "It names {}, and this is {}.",
            names.join(", "),
            known.join(", ")
        );
        let weight = match case.knowledge.api {
            // Few call an API by its host, and nobody its sign-in service.
            None if said.is_empty() && !telling(&audience) => 0.8,
            None if said.is_empty() => 2.5,
            _ if kin(&issuer) => 3.0,
            _ => 5.0,
        };
        // What the API calls itself is compared; its host often has another name.
        let tier = if said.is_empty() {
            Tier::Said
        } else {
            Tier::Seen
        };
        findings.add(Cause::TokenWrongInstance, weight, tier, says);
    }
}

/// Whether a code says that it is about what one may.
fn own_words(call: &Facts) -> bool {
    let words = [Sense::Role, Sense::Scope, Sense::Denied];
    words.iter().any(|sense| call.says(*sense))
}

/// Names by which this API is known: what it calls itself in its challenges and by its tenant,
/// and its host.
fn references(case: &Case) -> (Vec<String>, Vec<String>) {
    let mut host = Vec::new();
    let url = Url::parse(&case.call.exchange.sent.url).ok();
    let name = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    let is_number = name.starts_with('[') || name.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if !is_number && name != "localhost" {
        host.push(name.to_ascii_lowercase());
    }
    host.extend(case.header("host").map(|text| host_of(&text)));
    let mut said = Vec::new();
    let tenant = case.chosen_by(HeaderSays::Tenant);
    said.extend(
        tenant
            .and_then(|(_, value)| value)
            .map(|text| host_of(&text)),
    );
    let challenges = case.answers().flat_map(|facts| &facts.challenges);
    for challenge in challenges {
        let names = [
            "realm",
            "audience",
            "issuer",
            "resource",
            "resource_metadata",
        ];
        said.extend(
            names
                .iter()
                .filter_map(|name| challenge.parameter(name).map(host_of)),
        );
    }
    for found in [&mut said, &mut host] {
        // Names that any API has.
        found.retain(|text| !words_of(text).is_empty());
        found.dedup();
    }
    (said, host)
}

/// Host and port of a URL whose host is no name.
fn number_of(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let host = url.host_str()?;
    let number = host.starts_with('[') || host.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let port = url.port_or_known_default()?;
    (number || host == "localhost").then(|| format!("{host}:{port}"))
}

fn host_of(text: &str) -> String {
    let inner = text.split_once("://").map_or(text, |(_, rest)| rest);
    let end = inner.find(['/', ':', '?']).unwrap_or(inner.len());
    inner[..end].to_ascii_lowercase()
}

/// One names the other, or says all that the other says: `acme` and `acme-prod`. Two names that
/// share a word and differ in another each are siblings, as two instances of one product are.
fn are_kin(one: &str, other: &str) -> bool {
    let (mine, theirs) = (words_of(one), words_of(other));
    let within = |few: &[String], many: &[String]| {
        !few.is_empty() && few.iter().all(|word| many.contains(word))
    };
    one == other || within(&mine, &theirs) || within(&theirs, &mine)
}

/// The parts of a name that tell one tenant from another.
fn words_of(name: &str) -> Vec<String> {
    const COMMON: [&str; 18] = [
        "api",
        "www",
        "auth",
        "login",
        "id",
        "sso",
        "core",
        "app",
        "com",
        "net",
        "org",
        "io",
        "example",
        "cloud",
        "test",
        "public",
        "protected",
        "restricted",
    ];
    name.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.len() > 1 && !COMMON.contains(word))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::insight::rules::example::{Example, call, coded, fires, silent};
    use crate::model::Cause;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    fn meant_for(place: &str, audience: &str) -> Example {
        let part = |text: String| URL_SAFE_NO_PAD.encode(text);
        let head = part("{\"alg\":\"HS256\"}".to_owned());
        let claims = part(format!("{{\"aud\":\"{audience}\"}}"));
        let token = format!("{head}.{claims}.{}", "s".repeat(43));
        call(
            &format!("GET {place}/core/runbooks"),
            coded(401, "unauthorized"),
        )
        .token(&token)
    }

    #[test]
    fn an_audience_that_names_another_instance_is_told_from_one_that_names_this() {
        let wrong = Cause::TokenWrongInstance;
        let host = "https://api.acme.example";
        fires(
            "auth.instance",
            wrong,
            &meant_for(host, "https://api.globex.example"),
        );
        silent("auth.instance", wrong, &meant_for(host, "acme-production"));
        // Two instances of one machine differ in the port alone.
        let local = "http://127.0.0.1:4100";
        fires(
            "auth.instance",
            wrong,
            &meant_for(local, "http://127.0.0.1:4200"),
        );
        silent(
            "auth.instance",
            wrong,
            &meant_for(local, "http://127.0.0.1:4100"),
        );
    }

    #[test]
    fn siblings_share_a_word_and_are_not_the_same() {
        assert!(!super::are_kin("lims-oslo", "lims-genf"));
        assert!(super::are_kin("acme", "acme-prod") && super::are_kin("acme", "api.acme.example"));
    }
}
