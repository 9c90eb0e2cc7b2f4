//! The token and the way it was sent. A refusal alone says little: the token's own text, its
//! times by the server's clock, and what the same token does elsewhere say more.

use super::{Findings, Rule, Tier, moment};
use crate::insight::facts::{Bearer, Case, CredentialPlace, Facts, Page, Purpose};
use crate::insight::token::{TokenKind, TokenReport, Validity};
use crate::insight::words::Sense;
use crate::model::{Cause, Hop, Origin};
use url::Url;

pub const RULES: &[Rule] = &[
    Rule {
        id: "auth.absent",
        look: absent,
    },
    Rule {
        id: "auth.scheme",
        look: scheme,
    },
    Rule {
        id: "auth.text",
        look: text,
    },
    Rule {
        id: "auth.shape",
        look: shape,
    },
    Rule {
        id: "auth.times",
        look: times,
    },
    Rule {
        id: "auth.refused",
        look: refused,
    },
    Rule {
        id: "auth.works",
        look: works,
    },
    Rule {
        id: "auth.instance",
        look: instance,
    },
    Rule {
        id: "auth.redirect",
        look: redirect,
    },
];

/// The causes that a token which works somewhere cannot have.
const OF_TOKEN: &[Cause] = &[
    Cause::TokenRejected,
    Cause::TokenExpired,
    Cause::TokenNotYetValid,
    Cause::TokenWrongShape,
    Cause::TokenStrayCharacters,
    Cause::TokenScheme,
    Cause::TokenMissing,
];

/// The call itself, or everything around it, was refused for its token.
fn is_about_token(case: &Case) -> bool {
    case.call.is_refusal() || case.is_refused_everywhere() && !case.call.is_fine()
}

fn may_be_about_token(case: &Case) -> bool {
    is_about_token(case) || matches!(case.call.status(), 400 | 403) && case.works().is_none()
}

/// Wrong where the API needs no token and refuses for another reason.
fn absent(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let place = match &case.credential.place {
        CredentialPlace::Nowhere => "No Authorization header was sent.".to_owned(),
        CredentialPlace::Elsewhere(place) => {
            format!("The token went out in the {place}, and the API reads Authorization only.")
        }
        _ => return,
    };
    let seen = is_about_token(case) || call.status() == 403 && call.page != Page::Html;
    if seen {
        let weight = if call.page == Page::Html { 3.0 } else { 6.5 };
        findings.add(Cause::TokenMissing, weight, Tier::Seen, place);
    }
    if let Some(placed) = case.first(Purpose::Placed).filter(|p| p.facts.is_fine()) {
        findings.add(Cause::TokenMissing, 7.0, Tier::Seen, case.cite(placed));
    }
}

/// Wrong where an API takes another scheme than the documented one.
fn scheme(case: &Case, findings: &mut Findings) {
    if !may_be_about_token(case) {
        return;
    }
    if case.credential.place == CredentialPlace::Repeated {
        let says = "Authorization stands in the request more than once.";
        findings.add(Cause::TokenScheme, 5.5, Tier::Seen, says);
    }
    if case.credential.place != CredentialPlace::Authorization {
        return;
    }
    if let Some(placed) = case.first(Purpose::Placed).filter(|p| p.facts.is_fine()) {
        let says = format!(
            "Sent as Bearer, the same token works: {}.",
            case.cite(placed)
        );
        findings.add(Cause::TokenScheme, 7.0, Tier::Seen, says);
    }
    match case.credential.scheme.as_deref() {
        Some("Bearer") => {}
        Some(word) if word.eq_ignore_ascii_case("bearer") => {
            let says = "Bearer is written in an unusual case.";
            findings.add(Cause::TokenScheme, 1.0, Tier::Said, says);
        }
        Some(word) => {
            let says = format!("The header begins with {word}, and the API wants Bearer.");
            findings.add(Cause::TokenScheme, 6.5, Tier::Seen, says);
        }
        None => {
            let says = "The Authorization header holds no scheme: the word Bearer is missing.";
            findings.add(Cause::TokenScheme, 6.5, Tier::Seen, says);
        }
    }
}

/// Wrong where an API strips what does not belong to the token.
fn text(case: &Case, findings: &mut Findings) {
    let Some(report) = case
        .credential
        .report
        .as_ref()
        .filter(|_| may_be_about_token(case))
    else {
        return;
    };
    let scheme = case.credential.scheme.as_deref();
    if scheme.is_some_and(|word| !word.eq_ignore_ascii_case("bearer")) {
        // Under another scheme its value has another form.
        return;
    }
    // The first mistake is the outermost one: what stands around the value, then its scheme.
    if let Some(problem) = report.sure_problem() {
        let says = format!("Looking at the token's text: {}.", problem.says);
        let weight = if is_about_token(case) { 9.0 } else { 3.5 };
        findings.add(problem.cause, weight, Tier::Seen, says);
    }
}

/// Other tokens that the API did not refuse.
fn accepted(case: &Case) -> Vec<(&str, &TokenReport)> {
    let mut found = Vec::new();
    for (place, other) in case.others.iter().enumerate() {
        let mut asked = case
            .probes
            .iter()
            .filter(|p| p.probe.bearer == Bearer::Other(place) && p.probe.headers.is_empty());
        let taken = |facts: &Facts| {
            facts.status() != 0
                && facts.status() < 500
                && !facts.is_refusal()
                && !facts.is_limited()
                && facts.status() != 400
        };
        if asked.any(|p| taken(&p.facts))
            && let Some(report) = &other.report
        {
            found.push((other.name.as_str(), report));
        }
    }
    found
}

/// Wrong where an API hands out tokens of several forms.
fn shape(case: &Case, findings: &mut Findings) {
    let Some(report) = case
        .credential
        .report
        .as_ref()
        .filter(|_| is_about_token(case))
    else {
        return;
    };
    if case.works().is_some() || report.sure_problem().is_some() {
        return;
    }
    let doubt = report
        .problems
        .iter()
        .find(|p| p.cause == Cause::TokenWrongShape);
    let others = accepted(case);
    let alike = others.iter().find(|(_, other)| other.shape == report.shape);
    if let Some((name, _)) = alike {
        if doubt.is_some() {
            let says = format!("Token {name} has the same form and is accepted.");
            findings.add(Cause::TokenWrongShape, -3.0, Tier::Seen, says);
        }
        return;
    }
    if let Some(doubt) = doubt {
        let says = format!("Looking at the token's text: {}.", doubt.says);
        let unusual = report.kind == TokenKind::Hex;
        findings.add(
            Cause::TokenWrongShape,
            if unusual { 1.0 } else { 3.8 },
            Tier::Said,
            says,
        );
    }
    let jwt = |r: &TokenReport| r.kind == TokenKind::Jwt;
    let unlike = others.iter().find(|(_, other)| {
        jwt(other) != jwt(report) || !jwt(other) && other.length != report.length
    });
    if let Some((name, other)) = unlike {
        let says = format!(
            "Token {name} is accepted and has another form: {} characters against {}.",
            other.length, report.length
        );
        let weight = if jwt(other) == jwt(report) { 3.5 } else { 1.5 };
        findings.add(Cause::TokenWrongShape, weight, Tier::Seen, says);
    }
}

/// Wrong where the server allows for clocks that differ.
fn times(case: &Case, findings: &mut Findings) {
    let Some(report) = &case.credential.report else {
        return;
    };
    let Some(claims) = report.claims.as_ref().filter(|_| is_about_token(case)) else {
        return;
    };
    let now = case.deciding_time();
    let whose = match case.server_time() {
        Some(_) => "the server's clock",
        None => "our clock, as the server tells no time",
    };
    let local = case.call.exchange.started_at;
    let skew = now.as_second() - local.as_second();
    let skewed = match report.at(local) != report.at(now) {
        true => format!(
            " By our own clock, {} s apart, it would look different.",
            skew.abs()
        ),
        false => String::new(),
    };
    match report.at(now) {
        Validity::Expired => {
            let at = claims.expires_at.map(moment).unwrap_or_default();
            let says = format!(
                "Its exp is {at}, and it is {} by {whose}.{skewed}",
                moment(now)
            );
            findings.add(Cause::TokenExpired, 9.0, Tier::Seen, says);
        }
        Validity::NotYet => {
            let at = claims.not_before.map(moment).unwrap_or_default();
            let says = format!(
                "Its nbf is {at}, and it is {} by {whose}.{skewed}",
                moment(now)
            );
            findings.add(Cause::TokenNotYetValid, 9.0, Tier::Seen, says);
        }
        Validity::Valid | Validity::Unsaid => {
            let early = claims
                .issued_at
                .filter(|at| at.as_second() > now.as_second() + 1);
            if let Some(at) = early {
                let says = format!(
                    "It was issued at {}, which is ahead of {whose} ({}).",
                    moment(at),
                    moment(now)
                );
                findings.add(Cause::TokenNotYetValid, 6.0, Tier::Seen, says);
            }
            if claims.expires_at.is_some() {
                findings.against(&[Cause::TokenExpired], 2.5);
            }
        }
    }
}

/// Wrong where a sound token meets an API that refuses everyone.
fn refused(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    if call.is_refusal() {
        let says = format!("{}.", call.line());
        findings.add(Cause::TokenRejected, 1.2, Tier::Status, says);
    }
    if matches!(case.credential.place, CredentialPlace::Nowhere) || call.is_fine() {
        return;
    }
    if case.is_refused_everywhere() && (call.is_refusal() || call.is_denial() || call.is_missing())
    {
        let asked: Vec<String> = case
            .own()
            .filter(|p| {
                matches!(
                    p.probe.purpose,
                    Purpose::WhoAmI | Purpose::KnownGood | Purpose::List | Purpose::Elsewhere
                )
            })
            .map(|p| case.cite(p))
            .collect();
        let says = format!("It is refused elsewhere too: {}.", asked.join("; "));
        // It shuts out what the token may do; which fault of the token it is, it does not tell.
        let weight = if call.is_refusal() { 1.2 } else { 5.0 };
        findings.add(Cause::TokenRejected, weight, Tier::Seen, says);
        if !call.is_refusal() {
            findings.against(
                &[
                    Cause::ResourceAbsent,
                    Cause::ResourceHiddenByPermission,
                    Cause::ResourceParentAbsent,
                    Cause::PermissionMissingRole,
                    Cause::PermissionNoRoles,
                    Cause::PathUnknown,
                ],
                3.0,
            );
        }
    }
    let wrong = case
        .first(Purpose::Wrong)
        .filter(|p| call.is_refusal() && p.facts.is_refusal());
    if let Some(wrong) = wrong {
        let cited = case.cite(wrong);
        if wrong.facts.is_like(call) {
            let says = format!("A made-up token gets the same answer: {cited}.");
            findings.add(Cause::TokenRejected, 0.6, Tier::Seen, says);
        } else if !call.errors.entries.is_empty() {
            // The API knows the token and refuses it all the same, so its time is the likeliest.
            let says =
                format!("A made-up token gets another answer, so this one is known: {cited}.");
            findings.add(Cause::TokenExpired, 2.6, Tier::Seen, says.clone());
            findings.add(Cause::TokenRejected, 0.3, Tier::Seen, says);
        }
    }
}

/// Wrong where the API answers anyone, which the control without a token would show.
fn works(case: &Case, findings: &mut Findings) {
    let Some(works) = case.works() else {
        return;
    };
    findings.against(OF_TOKEN, 7.0);
    let call = &case.call;
    if call.is_refusal() && is_at_home(case) && lost_on_the_way(case).is_none() {
        let says = case.proof(works);
        // Whatever its status says, a refusal of a working token is about what it may do.
        if call.says(Sense::Scope) {
            findings.add(Cause::PermissionMissingScope, 3.0, Tier::Seen, says);
        } else {
            findings.add(Cause::PermissionMissingRole, 6.0, Tier::Seen, says);
        }
        findings.against(&[Cause::TokenWrongInstance], 3.0);
    }
}

/// Whether the call went to the place that probes go to.
fn is_at_home(case: &Case) -> bool {
    let base = case.environment.origin();
    base.is_none() || base == Origin::parse(&case.call.exchange.sent.url)
}

/// Wrong where audience and issuer are only labels, and nobody checks them.
fn instance(case: &Case, findings: &mut Findings) {
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
        let weight = if call.is_refusal() { 7.0 } else { 2.0 };
        findings.add(Cause::TokenWrongInstance, weight, Tier::Seen, says);
    }
    if let Some(dropped) = case
        .first(Purpose::CoreUrlDropped)
        .filter(|p| p.facts.is_fine())
        && failed
        && call.status() < 500
        && well_formed_core_url(case)
        && !case.with(Purpose::Again).any(|p| p.facts.is_fine())
    {
        let says = format!("Core-Url names another tenant: {}.", case.cite(dropped));
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
    let references = references(case);
    let hosts = |texts: &[String]| -> Vec<String> { texts.iter().map(|t| host_of(t)).collect() };
    let audience = hosts(&claims.audience);
    let issuer = hosts(claims.issuer.as_slice());
    // Names that belong to nobody in particular cannot be compared.
    let telling = |names: &[String]| names.iter().any(|name| !words_of(name).is_empty());
    let kin = |names: &[String]| {
        let known = |name: &String| references.iter().any(|r| are_kin(name, r));
        names.iter().any(known)
    };
    if references.is_empty() {
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
            references.join(", ")
        );
        let both = !kin(&issuer);
        findings.add(
            Cause::TokenWrongInstance,
            if both { 5.0 } else { 3.0 },
            Tier::Said,
            says,
        );
    }
}

/// Names by which this API is known: its hosts, its Core, and the realm of its challenges.
fn references(case: &Case) -> Vec<String> {
    let mut found = Vec::new();
    let url = Url::parse(&case.call.exchange.sent.url).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    let is_number = host.starts_with('[') || host.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if !is_number && host != "localhost" {
        found.push(host.to_ascii_lowercase());
    }
    found.extend(case.header("core-url").map(|text| host_of(&text)));
    found.extend(case.header("host").map(|text| host_of(&text)));
    for facts in case.answers() {
        for challenge in &facts.challenges {
            for name in [
                "realm",
                "audience",
                "issuer",
                "resource",
                "resource_metadata",
            ] {
                found.extend(challenge.parameter(name).map(host_of));
            }
        }
    }
    found.retain(|text| {
        !matches!(
            text.as_str(),
            "" | "api" | "core" | "public-api" | "protected" | "restricted" | "example"
        )
    });
    found.dedup();
    found
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
    const COMMON: [&str; 17] = [
        "api", "www", "auth", "login", "id", "sso", "core", "app", "com", "net", "org", "io",
        "example", "cloud", "test", "public", "cutover",
    ];
    name.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.len() > 1 && !COMMON.contains(word))
        .map(str::to_owned)
        .collect()
}

pub fn well_formed_core_url(case: &Case) -> bool {
    case.header("core-url").is_some_and(|text| {
        let url = Url::parse(&text).ok();
        let fits = url.filter(|url| matches!(url.scheme(), "http" | "https"));
        fits.is_some_and(|url| {
            url.host_str()
                .is_some_and(|host| !host.contains(['{', '%', '<']))
        }) && text.trim() == text
            && text.contains("://")
    })
}

/// The redirect that took no credential along.
pub fn lost_on_the_way(case: &Case) -> Option<&Hop> {
    let mut hops = case.call.exchange.redirects.iter();
    let lost =
        hops.find(|hop| !hop.token_sent && hop.dropped.iter().any(|name| is_credential(name)));
    lost.filter(|_| case.credential.place != CredentialPlace::Nowhere)
}

/// Wrong where the place that the redirect led to needs no token.
fn redirect(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let Some(hop) = lost_on_the_way(case) else {
        return;
    };
    let failed = matches!(call.status(), 400..=499) || call.is_refusal();
    if failed {
        let says = format!("The redirect to {} took no token along.", hop.location);
        let weight = if call.page == Page::Html { 2.0 } else { 8.5 };
        findings.add(Cause::TokenDroppedOnRedirect, weight, Tier::Seen, says);
    }
}

fn is_credential(name: &str) -> bool {
    let name = name.trim_start_matches("parameter ");
    crate::insight::redact::is_secret_name(name)
}
