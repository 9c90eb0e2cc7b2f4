//! From a request as typed to one ready to be sent.

use super::address::address;
use super::body::{Filling, body};
use super::fill::fill;
use super::template::FilledText;
use super::{
    Auth, Author, Body, Border, Cause, Environment, Failure, Headers, MASK, RequestSpec,
    SentRequest, Slot, SlotPlace, TokenRef, placed,
};
use std::borrow::Cow;
use url::Url;

/// Fills in what was typed. Fails for a request that cannot be sent, with the place, the reason and
/// what to change.
pub fn resolve(spec: &RequestSpec, environment: &Environment) -> Result<SentRequest, Failure> {
    let (spec, token) = placed(spec, environment);
    let spec = &*spec;
    let method = method(&spec.method)?;
    check_masks(spec)?;
    let (url, text) = address(spec, environment)?;
    let mut sent = SentRequest {
        method,
        slots: text.slots_at(SlotPlace::Url).collect(),
        url: text.text,
        ..SentRequest::default()
    };
    for (name, value) in headers(spec, environment, &url)? {
        sent.push_header(&name, value);
    }
    let Filling {
        body,
        slots,
        files,
        media_type,
    } = body(&spec.body, environment, &sent.headers)?;
    if let Some(media_type) = media_type {
        if !sent.headers.has("content-type") {
            sent.headers.push("content-type", media_type);
        } else if let Body::Multipart(_) = spec.body {
            name_boundary(&mut sent.headers, &media_type);
        }
    }
    if !body.is_empty()
        && !sent.headers.has("content-type")
        && !spec.has_no_type()
        && serde_json::from_slice::<serde::de::IgnoredAny>(&body).is_ok()
    {
        sent.headers.push("content-type", "application/json");
    }
    if let Auth::Bearer(name) = &spec.auth
        && !sent.headers.has("authorization")
    {
        sent.push_bearer(name);
    }
    if let Some(name) = token {
        sent.token = Some(TokenRef {
            name,
            fingerprint: None,
        });
    }
    // One that was typed into a header of another name, as X-Api-Key.
    if sent.token.is_none() && !sent.headers.has("authorization") {
        let in_header = |slot: &&Slot| matches!(slot.place, SlotPlace::Header(_));
        let mut held = sent.slots.iter().filter(in_header).map(|slot| &slot.name);
        let first = held.next().cloned();
        sent.token = first
            .filter(|first| held.all(|other| other == first))
            .map(|name| TokenRef {
                name,
                fingerprint: None,
            });
    }
    (sent.body, sent.files) = (body, files);
    sent.slots.extend(slots);
    Ok(sent)
}

/// Adds a boundary to a typed `multipart/form-data`: without one nobody could tell the parts apart.
fn name_boundary(headers: &mut Headers, media_type: &str) {
    let kind = headers.media_type().unwrap_or_default();
    let said = headers.get("content-type").unwrap_or_default();
    let is_said = said.to_ascii_lowercase().contains("boundary=");
    let place = headers
        .iter()
        .position(|header| header.name.eq_ignore_ascii_case("content-type"));
    if let (false, true, Some((_, parameter)), Some(place)) = (
        is_said,
        kind.starts_with("multipart/"),
        media_type.split_once(';'),
        place,
    ) && let Some(value) = headers.value_mut(place)
    {
        value.extend(format!(";{parameter}").bytes());
    }
}

/// Refuses a request that was kept without its secrets until they are typed again.
fn check_masks(spec: &RequestSpec) -> Result<(), Failure> {
    let rows = spec
        .params
        .iter()
        .chain(&spec.headers)
        .filter(|row| row.enabled);
    let body = match &spec.body {
        Body::Empty => Cow::Borrowed(""),
        Body::Text(text) | Body::File(text) => Cow::Borrowed(text.as_str()),
        Body::Bytes(bytes) => String::from_utf8_lossy(bytes),
        Body::Form(rows) => {
            let rows = rows.iter().filter(|row| row.enabled);
            Cow::Owned(rows.map(|row| row.value.as_str()).collect())
        }
        Body::Multipart(parts) => {
            let parts = parts.iter().filter(|part| !part.is_off);
            Cow::Owned(parts.map(|part| part.value.as_str()).collect())
        }
    };
    let mut texts = vec![
        ("URL".to_owned(), spec.url.as_str()),
        ("body".to_owned(), &body),
    ];
    texts.extend(rows.map(|row| (format!("value of {}", row.name), row.value.as_str())));
    match texts.into_iter().find(|(_, text)| text.contains(MASK)) {
        None => Ok(()),
        Some((place, _)) => Err(Failure::unsent(
            Cause::TokenMissing,
            format!("the {place} holds a secret that was masked when the call was kept."),
            "Type it again, or give it a name and write {{token:NAME}} in its place.",
        )),
    }
}

fn method(text: &str) -> Result<String, Failure> {
    if !text.is_empty() && text.len() <= 40 && text.bytes().all(is_field_name_byte) {
        return Ok(text.to_owned());
    }
    Err(Failure::unsent(
        Cause::RequestWrongMethod,
        format!("\"{text}\" cannot be a method."),
        "Use GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS.",
    ))
}

/// The headers in order, with tokens still as names.
fn headers(
    spec: &RequestSpec,
    environment: &Environment,
    url: &Url,
) -> Result<Vec<(String, FilledText)>, Failure> {
    let cause = Cause::RequestInvalidParameter;
    let mut typed = Vec::new();
    for row in spec.headers.iter().filter(|row| row.enabled) {
        let value = if row.literal {
            FilledText::from(row.value.clone())
        } else {
            fill(&row.value, environment, &row.name, cause)?
        };
        typed.push((row.name.clone(), value));
    }
    let is = |known: &str, name: &str| known.eq_ignore_ascii_case(name);
    let named = |name: &str| typed.iter().any(|(known, _)| is(known, name));
    let hosts = typed.iter().filter(|(name, _)| is(name, "host"));
    let hosts: Vec<&str> = hosts.map(|(_, value)| value.text.as_str()).collect();
    // What an environment adds is meant for its own host and no other.
    let border = Border::new(environment, Author::Person, url, &hosts)?;
    let own = environment.headers.iter().filter(|_| border.headers_go());
    let mut headers = Vec::new();
    for (name, value) in own.filter(|(name, _)| !named(name)) {
        headers.push((name.clone(), fill(value, environment, name, cause)?));
    }
    let usual = [
        ("accept", "application/json, */*;q=0.8"),
        ("accept-encoding", "gzip, deflate, br, zstd"),
        (
            "user-agent",
            concat!("httriage/", env!("CARGO_PKG_VERSION")),
        ),
    ];
    let usual = usual
        .into_iter()
        .filter(|(name, _)| !named(name) && !headers.iter().any(|(known, _)| is(known, name)));
    let mut all: Vec<(String, FilledText)> = usual
        .map(|(name, value)| (name.to_owned(), FilledText::from(value.to_owned())))
        .collect();
    all.append(&mut headers);
    all.append(&mut typed);
    all.iter()
        .try_for_each(|(name, value)| check_field(name, value))?;
    Ok(all)
}

/// Refuses what a header field cannot hold (RFC 9110, 5).
fn check_field(name: &str, value: &FilledText) -> Result<(), Failure> {
    let is_control = |b: u8| (b < 32 && b != b'\t') || b == 127;
    let name_fits = !name.is_empty() && name.bytes().all(is_field_name_byte);
    let value_fits = !value.text.bytes().any(is_control);
    if name_fits && value_fits {
        return Ok(());
    }
    let part = if name_fits { "value" } else { "name" };
    Err(Failure::unsent(
        Cause::RequestInvalidParameter,
        format!("the {part} of header \"{name}\" holds a character that HTTP does not allow."),
        "Remove line breaks and control characters; a name has letters, digits and dashes only.",
    ))
}

/// Whether the byte may be in a field name (RFC 9110, 5.6.2).
fn is_field_name_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Param, Part, TokenName};

    fn acme() -> Environment {
        Environment {
            name: "acme".into(),
            base_url: "https://api.acme.example/".into(),
            headers: vec![("Core-Url".into(), "https://acme.example".into())],
            variables: vec![("runbook".into(), "7".into())],
            ..Environment::default()
        }
    }

    #[test]
    fn a_path_and_the_base_variable_mean_the_same_place() {
        for typed in ["/core/runbooks/{{runbook}}", "{{base}}/core/runbooks/7"] {
            let sent = resolve(&RequestSpec::new("GET", typed), &acme()).unwrap();
            assert_eq!(sent.url, "https://api.acme.example/core/runbooks/7");
            assert_eq!(
                sent.headers.get("core-url").unwrap(),
                "https://acme.example"
            );
        }
    }

    #[test]
    fn a_bearer_token_travels_by_name_until_the_wire() {
        let mut spec = RequestSpec::new("GET", "/x");
        spec.auth = Auth::Bearer(TokenName::new("support").unwrap());
        let sent = resolve(&spec, &acme()).unwrap();
        let authorization = sent.headers.get("authorization").unwrap().into_owned();
        assert_eq!(authorization, "Bearer {{token:support}}");
        assert_eq!(sent.tokens(), [TokenName::named("support")]);
        assert_eq!(
            &authorization[sent.slots[0].range.clone()],
            "{{token:support}}"
        );
    }

    #[test]
    fn an_explicit_header_wins_and_repeats_are_kept() {
        let mut spec = RequestSpec::new("GET", "/x");
        spec.auth = Auth::Bearer(TokenName::new("support").unwrap());
        spec.headers = vec![
            Param::new("authorization", "Basic eA=="),
            Param::new("core-url", "one"),
            Param::new("Core-Url", "two"),
            Param {
                enabled: false,
                ..Param::new("X-Off", "1")
            },
        ];
        let sent = resolve(&spec, &acme()).unwrap();
        assert_eq!(
            sent.headers.all("authorization").collect::<Vec<_>>(),
            ["Basic eA=="]
        );
        assert_eq!(
            sent.headers.all("core-url").collect::<Vec<_>>(),
            ["one", "two"]
        );
        assert!(!sent.headers.has("x-off"));
        assert_eq!(sent.token, None);
    }

    #[test]
    fn params_are_encoded_and_switched_off_ones_stay_home() {
        let mut spec = RequestSpec::new("GET", "/x?a=1");
        spec.params = vec![
            Param::new("page[size]", "2 0"),
            Param {
                enabled: false,
                ..Param::new("off", "1")
            },
        ];
        let sent = resolve(&spec, &acme()).unwrap();
        assert_eq!(
            sent.url,
            "https://api.acme.example/x?a=1&page%5Bsize%5D=2+0"
        );
    }

    #[test]
    fn what_cannot_be_sent_is_named_with_its_place() {
        let cases = [
            ("", "empty"),
            ("/a b", "blank"),
            ("/{{missing}}", "{{missing}} in the URL"),
            ("api.acme.example/x", "scheme"),
            ("ftp://acme.example/x", "http"),
            ("https://", "no URL"),
        ];
        for (typed, says) in cases {
            let failure = resolve(&RequestSpec::new("GET", typed), &acme()).unwrap_err();
            assert_eq!(failure.cause, Cause::RequestBadUrl, "{typed}");
            assert!(
                failure.message.contains(says),
                "{typed}: {}",
                failure.message
            );
        }
        let nowhere = Environment::default();
        assert!(resolve(&RequestSpec::new("GET", "/x"), &nowhere).is_err());
        assert!(resolve(&RequestSpec::new("G T", "/x"), &acme()).is_err());
    }

    #[test]
    fn nothing_is_filled_into_data() {
        let mut spec = RequestSpec::new("POST", "/x");
        spec.params = vec![Param::data("{{runbook}}", "{{token:x}}")];
        spec.headers = vec![Param::data("X-A", "{{runbook}} {{token:x}}")];
        spec.body = Body::Multipart(vec![Part {
            name: "p".into(),
            value: "{{token:x}}".into(),
            literal: true,
            ..Part::default()
        }]);
        assert!(spec.tokens().is_empty() && spec.templates().len() == 1);
        let sent = resolve(&spec, &acme()).unwrap();
        assert!(
            sent.url
                .ends_with("?%7B%7Brunbook%7D%7D=%7B%7Btoken%3Ax%7D%7D")
        );
        assert_eq!(sent.headers.get("x-a").unwrap(), "{{runbook}} {{token:x}}");
        assert!(
            String::from_utf8(sent.body)
                .unwrap()
                .contains("\r\n{{token:x}}\r\n")
        );
        assert_eq!(sent.slots, []);
        // As a text that is filled in it says the same.
        let before = spec.clone();
        spec.unsettle();
        assert!(spec.tokens().is_empty() && spec.templates().len() > 1);
        assert_eq!(resolve(&spec, &acme()).unwrap().headers, sent.headers);
        spec.settle();
        assert_eq!(spec, before);
    }

    #[test]
    fn two_hosts_are_refused_and_another_one_leaves_the_environment_at_home() {
        let mut spec = RequestSpec::new("GET", "/x");
        spec.headers = vec![Param::new("Host", "evil.example")];
        let sent = resolve(&spec, &acme()).unwrap();
        assert!(!sent.headers.has("core-url"));
        spec.headers.push(Param::new("host", "api.acme.example"));
        let failure = resolve(&spec, &acme()).unwrap_err();
        assert!(failure.message.contains("2 Host headers"));
    }

    #[test]
    fn headers_of_an_environment_stay_with_its_host() {
        let elsewhere = RequestSpec::new("GET", "https://other.example/x");
        let sent = resolve(&elsewhere, &acme()).unwrap();
        assert!(!sent.headers.has("core-url"));
    }

    #[test]
    fn a_line_break_cannot_enter_a_header() {
        let mut spec = RequestSpec::new("GET", "/x");
        spec.headers = vec![Param::new("X-A", "1\r\nX-B: 2")];
        let failure = resolve(&spec, &acme()).unwrap_err();
        assert_eq!(failure.cause, Cause::RequestInvalidParameter);
    }

    #[test]
    fn json_data_brings_its_type_and_bytes_go_out_untouched() {
        let mut spec = RequestSpec::new("POST", "/x");
        spec.body = Body::Bytes(b"{\"a\": \"{{runbook}}\"}".to_vec());
        let sent = resolve(&spec, &acme()).unwrap();
        assert_eq!(sent.body, b"{\"a\": \"{{runbook}}\"}");
        assert_eq!(
            sent.headers.get("content-type").unwrap(),
            "application/json"
        );

        spec.body = Body::Text("run {{runbook}}".into());
        let sent = resolve(&spec, &acme()).unwrap();
        assert_eq!(sent.body, b"run 7");
        assert!(!sent.headers.has("content-type"));
    }

    #[test]
    fn braces_without_a_name_are_plain_text() {
        let mut spec = RequestSpec::new("POST", "/x");
        spec.body = Body::Text("{{ a }} {{{runbook}}} {{".into());
        let sent = resolve(&spec, &acme()).unwrap();
        assert_eq!(sent.body, b"{{ a }} {7} {{");
    }
}
