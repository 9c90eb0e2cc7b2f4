//! Templates and blanks left in the address, the version and the tenant that were asked for.

use crate::insight::api::calls::HeaderSays;
use crate::insight::facts::{Case, Facts, Purpose};
use crate::insight::json;
use crate::insight::route::decoded;
use crate::insight::rules::finding::{Findings, Tier};
use crate::insight::rules::known::{Beside, beside};
use crate::insight::words::Sense;
use crate::model::{Cause, StatusClass, token_names_in};

/// Something other than a success came back.
pub fn failed(call: &Facts) -> bool {
    !call.is_fine() && call.status() != 0
}

/// Parts of a path that OData (OASIS, URL conventions 4.01) gives a meaning.
const OF_ODATA: [&str; 9] = [
    "$metadata",
    "$batch",
    "$count",
    "$value",
    "$ref",
    "$entity",
    "$all",
    "$links",
    "$query",
];

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
        || named && !OF_ODATA.contains(&lower.as_str())
        || text.contains("{{")
        || text.contains("${")
        || matches!(
            lower.as_str(),
            "undefined" | "null" | "nan" | "[object object]" | "none" | "your_id" | "your-id"
        )
}

/// Whether a token's value goes out in the place of this text.
fn is_token(text: &str) -> bool {
    !token_names_in(text).is_empty()
}

/// Wrong where a resource really is named so.
pub(super) fn address(case: &Case, findings: &mut Findings) {
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
        .find(|part| is_template(part) && !is_token(part));
    if let Some(part) = in_path {
        let says = format!("The path still holds {part}: a template that nobody filled in.");
        findings.add(Cause::RequestBadUrl, 8.0, Tier::Seen, says);
    }
    let in_query = route
        .url
        .query_pairs()
        .find(|(_, value)| is_template(value) && value.len() > 1 && !is_token(value));
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
    if let Some(around) = nothing_between(&call.exchange.sent.url) {
        let says = format!("Nothing stands between the two slashes in {around}.");
        // Some APIs have a name that is empty, and say so.
        let left = Beside::of(case).left_against(Cause::RequestBadUrl);
        let (weight, tier) = beside(6.0, left);
        findings.add(Cause::RequestBadUrl, weight, tier, says);
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
    if call.status() == 400 && route.url.scheme() == "http" && speaks_https(call) {
        let says = "The port speaks https: begin the URL with https://.";
        findings.add(Cause::RequestBadUrl, 9.5, Tier::Seen, says);
    }
}

/// The parts around two slashes in the path: a value is missing there, or two texts were joined
/// that both brought one.
fn nothing_between(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?;
    let path = &path[path.find("://").map_or(0, |at| at + 3)..];
    let (_, path) = path.split_at(path.find('/')?);
    // A path may hold a whole URL.
    let (before, after) = path.trim_end_matches('/').split_once("//")?;
    let before = before.rsplit('/').next()?;
    let after = after.split('/').next()?;
    (!before.ends_with(':')).then(|| format!("{before}//{after}"))
}

/// What the usual servers say where plain http comes to a port of theirs for https.
fn speaks_https(call: &Facts) -> bool {
    const SAID: [&str; 4] = [
        "plain http request was sent to https port",
        "sent an http request to an https server",
        "speaking plain http to an ssl-enabled server port",
        "this combination of host and port requires tls",
    ];
    let body = call.response().map_or(&[][..], |r| &r.body);
    let body = &body[..body.len().min(4_000)];
    let text = String::from_utf8_lossy(body).to_lowercase();
    SAID.iter().any(|said| text.contains(said))
}

/// Wrong where the call would have worked at that moment anyway, which repeating it shows.
pub(super) fn version(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    if call.is_fine() || call.is_limited() {
        return;
    }
    let passing = case.with(Purpose::Again).any(|p| p.facts.is_fine());
    let target_fails = case.is_safe()
        || case
            .first(Purpose::Target)
            .is_some_and(|p| !p.facts.is_fine());
    let Some((name, given)) = case.chosen_by(HeaderSays::Version) else {
        return;
    };
    for purpose in [Purpose::VersionDropped, Purpose::VersionAsked] {
        for probed in case.with(purpose).filter(|p| p.facts.is_fine()) {
            if passing || !target_fails {
                continue;
            }
            let says = match purpose {
                Purpose::VersionDropped => {
                    format!("Without {name} it works: {}.", case.cite(probed))
                }
                _ => format!("With {name} it works: {}.", case.cite(probed)),
            };
            findings.add(Cause::VersionUnsupported, 10.0, Tier::Seen, says);
        }
    }
    let Some(version) = given else {
        return;
    };
    let row = case.knowledge.header_that(HeaderSays::Version);
    let form = row
        .filter(|row| !row.is_well_formed(&version))
        .and_then(|row| row.form);
    if let Some(form) = form
        && matches!(call.status(), 400 | 406)
    {
        let says = format!("{name} is {version}, which is no {}.", form.words());
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

/// Whether the codes of an answer name a header, and whether its words do.
fn names_header(call: &Facts, header: &str) -> (bool, bool) {
    let plain = |text: &str| -> String {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    let name = plain(header);
    let holds = |text: &Option<String>| {
        text.as_ref()
            .is_some_and(|text| plain(text).contains(&name))
    };
    let entries = &call.errors.entries;
    (
        entries.iter().any(|entry| holds(&entry.code)),
        entries
            .iter()
            .any(|entry| holds(&entry.detail) || holds(&entry.title)),
    )
}

/// Wrong where the header is fine and the API complains of it for another reason.
pub(super) fn tenant(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let Some(row) = case.knowledge.header_that(HeaderSays::Tenant) else {
        return;
    };
    if !failed(call) || StatusClass::of(call.status()) == StatusClass::Success {
        return;
    }
    let (name, cause) = (&row.name, row.cause);
    let (coded, named) = names_header(call, name);
    let said = coded || call.says(Sense::Tenant);
    match case.header(name) {
        None => {
            if named {
                let says = format!("The answer names {name}, and the request does not hold it.");
                findings.add(cause, 5.0, Tier::Words, says);
            }
            let absent = format!("The request holds no {name}.");
            if said {
                findings.add(cause, 5.0, Tier::Seen, absent);
            } else if call.says(Sense::Elsewhere) && call.status() == 400 {
                findings.add(cause, 4.5, Tier::Said, absent);
            }
            let host = call.route.as_ref().and_then(|route| route.url.host_str());
            let shared = host.is_some_and(|host| row.is_needed_at(host));
            if shared && matches!(call.status(), 400 | 401 | 404 | 421 | 503) {
                let says =
                    format!("Several tenants share this host, and the request holds no {name}.");
                findings.add(cause, 4.0, Tier::Seen, says);
            }
        }
        Some(value) if !row.is_well_formed(&value) => {
            let form = row.form.map_or("value of that form", |form| form.words());
            let says = format!("{name} is {value}, which is no {form}.");
            let weight = match call.status() {
                400..=499 | 502 | 503 => 8.0,
                _ => 3.0,
            };
            findings.add(cause, weight, Tier::Seen, says);
            let dropped = case.first(Purpose::TenantDropped);
            if let Some(dropped) = dropped.filter(|p| p.facts.is_fine()) {
                let says = format!("Without it the call works: {}.", case.cite(dropped));
                findings.add(cause, 3.0, Tier::Seen, says);
            }
        }
        Some(_) if said => {
            let says = format!("The answer's code is about {name}.");
            findings.add(cause, 5.0, Tier::Said, says);
        }
        Some(_) if named => {
            let says = format!("The answer names {name}.");
            findings.add(cause, 1.5, Tier::Words, says);
        }
        Some(_) => {}
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

#[cfg(test)]
mod tests {
    use crate::insight::facts::Purpose;
    use crate::insight::rules::example::{call, coded, fires, says, shown, silent};
    use crate::model::Cause;

    #[test]
    fn a_template_that_nobody_filled_in_is_a_bad_address() {
        let left = call("GET /core/runbooks/%7Bid%7D", coded(404, "not_found"));
        fires("request.url", Cause::RequestBadUrl, &left);
        let plain = call("GET /core/runbooks/7", coded(404, "not_found"));
        silent("request.url", Cause::RequestBadUrl, &plain);
    }

    #[test]
    fn plain_http_to_a_port_for_https_is_a_bad_address() {
        for body in [
            "<html><h1>400 Bad Request</h1>The plain HTTP request was sent to HTTPS port</html>",
            "Client sent an HTTP request to an HTTPS server.\n",
            "Bad Request\nThis combination of host and port requires TLS.\n",
        ] {
            let plain = call("GET http://api.acme.example:8443/core", says(400, body));
            fires("request.url", Cause::RequestBadUrl, &plain);
            let secure = call("GET https://api.acme.example:8443/core", says(400, body));
            silent("request.url", Cause::RequestBadUrl, &secure);
        }
    }

    #[test]
    fn a_call_that_works_without_its_version_asked_for_one_that_is_not_there() {
        let versioned = |said| {
            call("GET /core/runbooks", coded(404, "not_found"))
                .header("Api-Version", "2031-01-01")
                .own(Purpose::VersionDropped, "/core/runbooks", said)
        };
        fires(
            "request.version",
            Cause::VersionUnsupported,
            &versioned(shown()),
        );
        silent(
            "request.version",
            Cause::VersionUnsupported,
            &versioned(coded(404, "not_found")),
        );
    }

    #[test]
    fn a_tenant_without_a_scheme_is_malformed_and_a_whole_one_is_not() {
        let tenant =
            |url: &str| call("GET /core/runbooks", says(400, "{}")).header("Core-Url", url);
        fires(
            "request.tenant",
            Cause::RequestCoreUrl,
            &tenant("acme.example"),
        );
        silent(
            "request.tenant",
            Cause::RequestCoreUrl,
            &tenant("https://acme.example"),
        );
    }
}
