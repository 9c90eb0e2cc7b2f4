//! The request as it was made: its address, method, body, parameters and version.

use super::auth::well_formed_core_url;
use super::{Findings, Rule, Tier};
use crate::insight::facts::{Case, Facts, Page, Purpose, id_of};
use crate::insight::json;
use crate::insight::route::decoded;
use crate::insight::words::Sense;
use crate::model::{Cause, StatusClass};
use url::Url;

pub const RULES: &[Rule] = &[
    Rule {
        id: "request.url",
        look: address,
    },
    Rule {
        id: "request.method",
        look: method,
    },
    Rule {
        id: "request.body",
        look: body,
    },
    Rule {
        id: "request.places",
        look: places,
    },
    Rule {
        id: "request.parameters",
        look: parameters,
    },
    Rule {
        id: "request.status",
        look: status,
    },
    Rule {
        id: "request.version",
        look: version,
    },
    Rule {
        id: "request.core_url",
        look: core_url,
    },
];

fn failed(call: &Facts) -> bool {
    !call.is_fine() && call.status() != 0
}

/// Signs of a template that nobody filled in.
pub fn is_template(text: &str) -> bool {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let wrapped = [
        ("{", "}"),
        ("<", ">"),
        ("${", "}"),
        ("[", "]"),
        ("%7b", "%7d"),
    ]
    .iter()
    .any(|(open, close)| {
        lower.starts_with(open) && lower.ends_with(close) && lower.len() > open.len() + close.len()
    });
    let named = text.strip_prefix([':', '$']).is_some_and(|name| {
        name.len() > 1 && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
    });
    wrapped
        || named
        || text.contains("{{")
        || text.contains("${")
        || matches!(
            lower.as_str(),
            "undefined" | "null" | "nan" | "[object object]" | "none" | "your_id" | "your-id"
        )
}

/// Wrong where a resource really is named so.
fn address(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let Some(route) = call
        .route
        .as_ref()
        .filter(|_| matches!(call.status(), 400..=499))
    else {
        return;
    };
    let in_path = route
        .parts
        .iter()
        .map(|part| decoded(part))
        .find(|part| is_template(part));
    if let Some(part) = in_path {
        let says = format!("The path still holds {part}: a template that nobody filled in.");
        findings.add(Cause::RequestBadUrl, 8.0, Tier::Seen, says);
    }
    let in_query = route
        .url
        .query_pairs()
        .find(|(_, value)| is_template(value) && value.len() > 1);
    if let Some((name, value)) = in_query
        && !matches!(value.as_ref(), "null" | "none" | "NaN")
    {
        let says =
            format!("Parameter {name} still holds {value}: a template that nobody filled in.");
        findings.add(Cause::RequestBadUrl, 6.5, Tier::Seen, says);
    }
    let blank = |part: &String| {
        let text = decoded(part);
        text != text.trim() || text.starts_with('\u{200b}') || text.ends_with('\u{200b}')
    };
    if route.parts.iter().any(blank) {
        findings.add(
            Cause::RequestBadUrl,
            5.5,
            Tier::Seen,
            "A blank stands at the end of a part of the path.",
        );
    }
    let raw = call.exchange.sent.url.as_bytes();
    let broken = (0..raw.len()).any(|at| {
        raw[at] == b'%'
            && !raw
                .get(at + 1..at + 3)
                .is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
    });
    if broken && call.status() == 400 {
        let says = "A percent sign in the URL is not followed by two hexadecimal digits.";
        findings.add(Cause::RequestBadUrl, 9.5, Tier::Seen, says);
    }
}

/// Wrong where `Allow` is a list for the whole server.
fn method(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let method = &call.exchange.sent.method;
    let turned = call
        .exchange
        .redirects
        .iter()
        .find(|hop| &hop.method != method);
    if let Some(hop) = turned
        && call.page != Page::Html
    {
        let says = format!(
            "A redirect turned {method} into {}: {}.",
            hop.method,
            hop.text()
        );
        findings.add(Cause::RequestWrongMethod, 9.0, Tier::Seen, says);
        findings.against(&[Cause::None], 4.0);
    }
    let asked = case.first(Purpose::Allowed);
    let asked_allow = asked.and_then(|p| p.facts.header("allow"));
    if call.status() == 405 {
        let own = call.header("allow");
        let allow = own.clone().or(asked_allow.clone());
        let tier = Tier::Seen;
        match allow.filter(|text| !text.trim().is_empty()) {
            Some(allow) if !lists(&allow, method) => {
                let says = format!("Allow names {allow}, and not {method}.");
                findings.add(
                    Cause::RequestWrongMethod,
                    if own.is_some() { 4.6 } else { 3.2 },
                    tier,
                    says,
                );
            }
            Some(allow) => {
                let says =
                    format!("Allow names {allow}, {method} among them, and still it is refused.");
                findings.add(Cause::EndpointNotImplemented, 4.0, tier, says);
            }
            None => {
                findings.add(
                    Cause::EndpointNotImplemented,
                    2.0,
                    Tier::Status,
                    format!("{}, and no Allow.", call.line()),
                );
            }
        }
        let release = names_release(call);
        if release && !call.says(Sense::NotImplemented) {
            findings.add(
                Cause::CoreOutdated,
                4.2,
                Tier::Words,
                "The answer names a version of Core.",
            );
        }
    } else if call.is_missing()
        && !case.is_safe()
        && let Some(allow) = asked_allow.filter(|text| !text.trim().is_empty())
        && !lists(&allow, method)
        && case
            .first(Purpose::Target)
            .is_some_and(|p| p.facts.is_fine())
    {
        let says = format!("Asked what is allowed, the API names {allow}, and not {method}.");
        findings.add(Cause::RequestWrongMethod, 5.0, Tier::Seen, says);
    }
}

fn lists(allow: &str, method: &str) -> bool {
    allow
        .split([',', ' ', ';'])
        .any(|word| word.trim().eq_ignore_ascii_case(method) || word.trim() == "*")
}

/// `v3.80.0`, `2026.13`: a version that people give to programs.
pub fn names_release(call: &Facts) -> bool {
    let texts = call
        .errors
        .entries
        .iter()
        .flat_map(|e| [&e.detail, &e.title])
        .flatten();
    texts.into_iter().any(|text| {
        text.split(|c: char| c.is_whitespace() || "(),;:\"'".contains(c))
            .any(|word| {
                let word = word.trim_end_matches('.').trim_start_matches(['v', 'V']);
                let parts: Vec<&str> = word.split('.').collect();
                (2..=4).contains(&parts.len())
                    && parts.iter().all(|p| {
                        !p.is_empty() && p.len() <= 4 && p.bytes().all(|b| b.is_ascii_digit())
                    })
            })
    })
}

/// Wrong where the API reads a form of body that we take for broken.
fn body(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let sent = &call.exchange.sent;
    if !matches!(call.status(), 400..=500) || matches!(call.status(), 401 | 403 | 404 | 405 | 429) {
        return;
    }
    let media_type = sent.headers.media_type();
    let is_json_type = media_type.as_deref().is_some_and(|t| t.ends_with("json"));
    if sent.body.is_empty() {
        let writes = matches!(sent.method.as_str(), "POST" | "PUT" | "PATCH");
        if writes && matches!(call.status(), 400 | 411 | 422) {
            findings.add(
                Cause::RequestValidation,
                1.5,
                Tier::Said,
                "The request has no body.",
            );
        }
        return;
    }
    let text = String::from_utf8_lossy(&sent.body);
    let start = text.trim_start().chars().next().unwrap_or(' ');
    let looks_like_json = "{[\"".contains(start);
    let broken = serde_json::from_slice::<serde::de::IgnoredAny>(&sent.body).err();
    let refuses = matches!(call.status(), 400 | 422 | 500);
    if let Some(error) = &broken
        && (is_json_type || looks_like_json)
    {
        let says = format!(
            "The body is no JSON from line {}, column {} on.",
            error.line(),
            error.column()
        );
        let weight = if refuses { 7.0 } else { 3.0 };
        findings.add(Cause::RequestMalformedBody, weight, Tier::Seen, says);
        return;
    }
    let kind = media_type
        .clone()
        .unwrap_or_else(|| "no Content-Type".to_owned());
    if !is_json_type
        && !call.says(Sense::Validation)
        && matches!(call.status(), 400 | 406 | 415 | 422)
    {
        let says = format!("The body went out with {kind}, and the API reads application/json.");
        let weight = if broken.is_none() { 4.5 } else { 3.5 };
        findings.add(Cause::RequestContentType, weight, Tier::Seen, says);
        return;
    }
    if broken.is_none() && refuses && call.status() != 500 {
        let says = "The body is sound JSON, so its values are what was refused.";
        findings.add(Cause::RequestValidation, 2.0, Tier::Said, says);
    }
}

/// Whether the body has a member of that name at any depth.
fn body_names(call: &Facts, name: &str) -> bool {
    let text = String::from_utf8_lossy(&call.exchange.sent.body);
    text.contains(&format!("\"{name}\""))
}

/// Wrong where an API names a place that has nothing to do with the refusal.
fn places(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    if !failed(call) || matches!(call.status(), 401 | 403 | 429) || call.status() >= 500 {
        return;
    }
    let sent = &call.exchange.sent;
    let has_body = !sent.body.is_empty();
    let Some(route) = &call.route else {
        return;
    };
    let given = |name: &str| {
        route
            .url
            .query_pairs()
            .any(|(key, _)| same_name(&key, name))
    };
    for entry in &call.errors.entries {
        if let Some(name) = &entry.parameter {
            let plain = name.rsplit(['.', '/']).next().unwrap_or(name);
            let header = matches!(
                plain.to_ascii_lowercase().as_str(),
                "core-url" | "api-version" | "content-type" | "accept" | "authorization"
            );
            if header {
                let cause = match plain.to_ascii_lowercase().as_str() {
                    "core-url" => Cause::RequestCoreUrl,
                    "api-version" => Cause::VersionUnsupported,
                    "authorization" => continue,
                    _ => Cause::RequestContentType,
                };
                findings.add(
                    cause,
                    5.0,
                    Tier::Said,
                    format!("The answer names header {plain}."),
                );
            } else if given(plain) || given(name) {
                let says = format!("The answer names parameter {name}, which the request holds.");
                findings.add(Cause::RequestInvalidParameter, 6.0, Tier::Seen, says);
            } else if has_body && (body_names(call, plain) || call.says(Sense::Validation)) {
                findings.add(
                    Cause::RequestValidation,
                    4.0,
                    Tier::Said,
                    format!("The answer names {name} of the body."),
                );
            } else if in_path(route, plain) {
                findings.add(
                    Cause::RequestInvalidParameter,
                    5.0,
                    Tier::Seen,
                    format!("The answer names {name} of the path."),
                );
            } else if has_body {
                findings.add(
                    Cause::RequestMissingParameter,
                    2.8,
                    Tier::Said,
                    format!("The answer names parameter {name}."),
                );
                findings.add(Cause::RequestValidation, 2.0, Tier::Said, "");
            } else if !call.is_missing() {
                let says =
                    format!("The answer names parameter {name}, and the request does not hold it.");
                findings.add(Cause::RequestMissingParameter, 6.0, Tier::Seen, says);
            }
        }
        if let Some(pointer) = &entry.pointer {
            let last = pointer
                .trim_start_matches('#')
                .rsplit(['/', '.'])
                .next()
                .unwrap_or("");
            let speaks_of_query = pointer.to_ascii_lowercase().contains("query");
            if speaks_of_query || !has_body && given(last) {
                if given(last) {
                    findings.add(
                        Cause::RequestInvalidParameter,
                        6.0,
                        Tier::Seen,
                        format!("The answer points at parameter {last}."),
                    );
                } else {
                    findings.add(Cause::RequestMissingParameter, 5.5, Tier::Seen, format!("The answer points at parameter {last}, and the request does not hold it."));
                }
            } else if (has_body || !case.is_safe()) && !call.is_missing() {
                findings.add(
                    Cause::RequestValidation,
                    5.0,
                    Tier::Seen,
                    format!("The answer points at {pointer} of the body."),
                );
                findings.against(&[Cause::RequestMalformedBody], 1.0);
            } else if !call.is_missing() && !last.is_empty() {
                findings.add(
                    Cause::RequestMissingParameter,
                    3.5,
                    Tier::Said,
                    format!("The answer points at {pointer}."),
                );
            }
        }
    }
}

/// `filter[stage]` and `stage`.
fn same_name(key: &str, name: &str) -> bool {
    let bare = |text: &str| {
        let inner = text
            .rsplit('[')
            .next()
            .unwrap_or(text)
            .trim_end_matches(']')
            .to_ascii_lowercase();
        inner.replace(['-', '_'], "")
    };
    key == name || bare(key) == bare(name) && !bare(key).is_empty()
}

/// A name of an id in the path: `runbook_id` for `/runbooks/…`.
fn in_path(route: &crate::insight::route::Route, name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let plain = name.trim_end_matches("_id").trim_end_matches("id");
    if name == "id" {
        return route.id().is_some() || route.id_above().is_some();
    }
    !plain.is_empty()
        && name.ends_with("id")
        && route
            .parts
            .windows(2)
            .any(|two| two[0].trim_end_matches('s') == plain && !two[1].is_empty())
}

/// Wrong where the API refuses a combination and not one of its parts.
fn parameters(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    if !matches!(call.status(), 400 | 404 | 422 | 500) {
        return;
    }
    for probed in case.with(Purpose::Fewer) {
        let name = &probed.probe.about;
        if probed.facts.is_fine() {
            let says = format!("Without {name} it works: {}.", case.cite(probed));
            findings.add(Cause::RequestInvalidParameter, 6.5, Tier::Seen, says);
        }
    }
    let Some(route) = call
        .route
        .as_ref()
        .filter(|_| matches!(call.status(), 400 | 422))
    else {
        return;
    };
    if !call.exchange.sent.body.is_empty() {
        return;
    }
    let pairs: Vec<String> = route
        .url
        .query_pairs()
        .map(|(key, _)| key.into_owned())
        .collect();
    let refused = case
        .with(Purpose::Fewer)
        .filter(|p| !p.facts.is_fine())
        .count();
    let texts: Vec<&String> = call
        .errors
        .entries
        .iter()
        .flat_map(|e| [&e.detail, &e.title])
        .flatten()
        .collect();
    let named = |name: &str| texts.iter().any(|text| names(text, name));
    if case.is_safe() {
        if pairs.is_empty() || refused >= pairs.len() && refused > 0 {
            // Whoever names one thing by its id has named what there is to name.
            let weight = if route.id().is_some() { 1.0 } else { 2.2 };
            findings.add(
                Cause::RequestMissingParameter,
                weight,
                Tier::Status,
                format!("{}.", call.line()),
            );
        } else {
            findings.add(
                Cause::RequestInvalidParameter,
                2.0,
                Tier::Status,
                format!("{}.", call.line()),
            );
        }
        if let Some(name) = pairs.iter().find(|name| named(name)) {
            findings.add(
                Cause::RequestInvalidParameter,
                2.0,
                Tier::Words,
                format!("The words of the answer name {name}."),
            );
        }
        if let Some(word) = texts.iter().find_map(|text| identifier(text, &pairs)) {
            findings.add(
                Cause::RequestMissingParameter,
                2.0,
                Tier::Words,
                format!("The words of the answer name {word}, and the request does not hold it."),
            );
        }
    }
    // An id of another form than all its siblings.
    if let (Some(id), Some(list)) = (
        route.id(),
        case.first(Purpose::List).and_then(|p| p.facts.list()),
    ) {
        let ids: Vec<String> = list.iter().filter_map(id_of).collect();
        if common_form(&ids).is_some_and(|form| form != form_of(&id, &form)) {
            let says =
                format!("The id {id} has another form than those that the collection lists.");
            findings.add(Cause::RequestInvalidParameter, 4.5, Tier::Seen, says);
        }
    }
    if route.id().is_some() && case.is_safe() && pairs.is_empty() {
        findings.add(
            Cause::RequestInvalidParameter,
            1.8,
            Tier::Status,
            "The path holds an id.",
        );
    }
}

/// The form that all ids of a list share: digits only, one length with the same signs at the
/// same places, or else the same run of letters, digits and signs.
fn common_form(ids: &[String]) -> Option<String> {
    let first = ids.first()?;
    let number = |id: &String| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit());
    let forms = ["digits", "places", "runs"];
    let kind = forms.iter().find(|kind| match **kind {
        "digits" => ids.iter().all(number),
        "places" => first.len() >= 16,
        _ => first.bytes().any(|b| b.is_ascii_digit()),
    })?;
    let form = form_of(first, kind);
    ids.iter()
        .all(|id| form_of(id, &form) == form)
        .then_some(form)
}

/// An id by the form that another one has.
fn form_of(id: &str, like: &str) -> String {
    let kind = like.split(' ').next().unwrap_or(like);
    let mut form = format!("{kind} ");
    match kind {
        "digits" => form.push_str(match id.bytes().all(|b| b.is_ascii_digit()) {
            true => "only",
            false => "not",
        }),
        "places" => form.extend(
            id.chars()
                .map(|c| if c.is_alphanumeric() { 'x' } else { c }),
        ),
        _ => {
            for c in id.chars() {
                let c = match c {
                    c if c.is_ascii_digit() => '9',
                    c if c.is_alphabetic() => 'a',
                    c => c,
                };
                if !form.ends_with(c) {
                    form.push(c);
                }
            }
        }
    }
    form
}

/// The name as a whole word.
fn names(text: &str, name: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let lower = text.to_lowercase();
    let bare = name
        .rsplit('[')
        .next()
        .unwrap_or(name)
        .trim_end_matches(']')
        .to_lowercase();
    lower.split(|c: char| !word(c)).any(|w| w == bare)
        || lower.contains(&name.to_lowercase()) && name.len() > 3
}

/// A word with an underscore, as parameters have and sentences have not.
fn identifier(text: &str, known: &[String]) -> Option<String> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .find(|word| {
            word.contains('_')
                && !word.starts_with('_')
                && word
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit())
                && !known.iter().any(|name| same_name(name, word))
        })
        .map(str::to_owned)
}

/// By the status alone.
fn status(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let method = &call.exchange.sent.method;
    let says = format!("{}.", call.line());
    let (cause, weight, tier) = match call.status() {
        409 => (Cause::RequestConflict, 3.5, Tier::Said),
        412 | 423 | 428 => (Cause::RequestConflict, 2.5, Tier::Status),
        413 => (Cause::RequestTooLarge, 4.5, Tier::Said),
        431 => (Cause::RequestTooLarge, 2.0, Tier::Status),
        414 => (Cause::RequestBadUrl, 3.0, Tier::Said),
        415 => (Cause::RequestContentType, 4.0, Tier::Said),
        406 => (Cause::RequestContentType, 3.5, Tier::Said),
        407 => (Cause::ProxyRefused, 5.0, Tier::Said),
        422 if !call.exchange.sent.body.is_empty() => (Cause::RequestValidation, 2.5, Tier::Status),
        422 if !matches!(method.as_str(), "GET" | "HEAD") => {
            (Cause::RequestValidation, 2.0, Tier::Status)
        }
        400 if call.is_refusal() => return,
        400 => (Cause::RequestValidation, 0.5, Tier::Status),
        _ => return,
    };
    if call.status() == 406 || call.status() == 415 {
        let accept = case.header("accept").unwrap_or_default();
        if call.status() == 406 && !accept.contains("json") && !accept.contains("*/*") {
            findings.add(
                Cause::RequestContentType,
                2.5,
                Tier::Seen,
                format!("The request accepts {accept} only."),
            );
        }
    }
    findings.add(cause, weight, tier, says);
}

/// Wrong where the call would have worked at that moment anyway, which repeating it shows.
fn version(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    if call.is_fine() || call.is_limited() {
        return;
    }
    let passing = case.with(Purpose::Again).any(|p| p.facts.is_fine());
    let target_fails = case.is_safe()
        || case
            .first(Purpose::Target)
            .is_some_and(|p| !p.facts.is_fine());
    for purpose in [Purpose::VersionDropped, Purpose::VersionAsked] {
        for probed in case.with(purpose).filter(|p| p.facts.is_fine()) {
            if passing || !target_fails {
                continue;
            }
            let says = match purpose {
                Purpose::VersionDropped => {
                    format!("Without Api-Version it works: {}.", case.cite(probed))
                }
                _ => format!("With Api-Version it works: {}.", case.cite(probed)),
            };
            findings.add(Cause::VersionUnsupported, 10.0, Tier::Seen, says);
        }
    }
    let Some(version) = case.header("api-version") else {
        return;
    };
    let dated = version.len() == 10 && version.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    if !dated && matches!(call.status(), 400 | 406) {
        let says = format!("Api-Version is {version}, which is no date.");
        findings.add(Cause::VersionUnsupported, 2.5, Tier::Said, says);
    }
    let quoted = call
        .errors
        .entries
        .iter()
        .any(|e| e.detail.as_ref().is_some_and(|d| d.contains(&version)));
    if quoted && version.len() >= 4 && matches!(call.status(), 400..=499) {
        let says =
            format!("The words of the answer name the version that was asked for, {version}.");
        findings.add(Cause::VersionUnsupported, 2.5, Tier::Words, says);
    }
}

/// Hosts that several tenants share, by the shapes that the vendor's own client knows.
fn is_shared_host(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let labels: Vec<&str> = host.split('.').collect();
    host == "api.cutover.net" || matches!(labels.as_slice(), ["api", _, "cutover", "cloud"])
}

/// Wrong where the header is fine and the API complains of it for another reason.
fn core_url(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    if !failed(call) || StatusClass::of(call.status()) == StatusClass::Success {
        return;
    }
    let given = case.header("core-url");
    let said = call.says(Sense::CoreUrl);
    let named = call.words.contains(&Sense::CoreUrl) || call.titles.contains(&Sense::CoreUrl);
    match given {
        None => {
            if named {
                let says = "The answer names Core-Url, and the request does not hold it.";
                findings.add(Cause::RequestCoreUrl, 5.0, Tier::Words, says);
            }
            if said {
                findings.add(
                    Cause::RequestCoreUrl,
                    2.0,
                    Tier::Seen,
                    "The request holds no Core-Url.",
                );
            }
            let tenant = call.says(Sense::Elsewhere) && call.status() == 400;
            if tenant {
                findings.add(
                    Cause::RequestCoreUrl,
                    4.5,
                    Tier::Said,
                    "The request holds no Core-Url.",
                );
            }
            let shared = call.route.as_ref().is_some_and(|r| is_shared_host(&r.url));
            if shared && matches!(call.status(), 400 | 401 | 404 | 421 | 503) {
                let says = "Several tenants share this host, and the request holds no Core-Url.";
                findings.add(Cause::RequestCoreUrl, 4.0, Tier::Seen, says);
            }
        }
        Some(value) if !well_formed_core_url(case) => {
            let says = format!("Core-Url is {value}, which is no whole address with https://.");
            let weight = if matches!(call.status(), 400..=499 | 502 | 503) {
                8.0
            } else {
                3.0
            };
            findings.add(Cause::RequestCoreUrl, weight, Tier::Seen, says);
            if let Some(dropped) = case
                .first(Purpose::CoreUrlDropped)
                .filter(|p| p.facts.is_fine())
            {
                findings.add(
                    Cause::RequestCoreUrl,
                    3.0,
                    Tier::Seen,
                    format!("Without it the call works: {}.", case.cite(dropped)),
                );
            }
        }
        Some(_) => {
            if named && !said {
                findings.add(
                    Cause::RequestCoreUrl,
                    1.5,
                    Tier::Words,
                    "The answer names Core-Url.",
                );
            }
        }
    }
}

/// The dates that an answer offers as versions.
pub fn dates_in(call: &Facts) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut texts: Vec<String> = call
        .errors
        .entries
        .iter()
        .flat_map(|e| [e.detail.clone(), e.title.clone()])
        .flatten()
        .collect();
    texts.extend(
        call.errors
            .entries
            .iter()
            .filter_map(|e| e.meta.as_ref().map(json::Json::to_string)),
    );
    for text in texts {
        for word in text.split(|c: char| !(c.is_ascii_digit() || c == '-')) {
            let dated = word.len() == 10
                && word.bytes().enumerate().all(|(at, b)| {
                    if at == 4 || at == 7 {
                        b == b'-'
                    } else {
                        b.is_ascii_digit()
                    }
                });
            if dated && !found.iter().any(|known| known == word) {
                found.push(word.to_owned());
            }
        }
    }
    found
}
