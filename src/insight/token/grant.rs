//! What an authorization server says: its metadata (RFC 8414), a token (RFC 6749, 5.1), the code
//! for a device (RFC 8628, 3.2), the way back from a browser (RFC 6749, 4.1.2); and when an API's
//! answer asks for another token. What is secret leaves here as a `Secret`.

use super::{How, Line, Tone, claims, relative};
use crate::insight::api::knowledge::Knowledge;
use crate::insight::challenge::challenges;
use crate::insight::error_body::error_body_knowing;
use crate::insight::json::{self, Json};
use crate::model::{Cause, Got, Origin, Response, Secret, Timestamp};
use std::time::Duration;
use url::Url;

/// No token lives longer, whatever a server says.
const LONGEST: u64 = 10 * 366 * 86_400;
/// RFC 8628, 3.2 and 3.5
const USUAL_INTERVAL: u64 = 5;
const LONGEST_INTERVAL: u64 = 300;
/// Of a device code whose server names no end, although it has to.
const USUAL_WAIT: u64 = 900;

/// Where a server is asked for what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    pub token: Option<String>,
    pub device: Option<String>,
    pub authorization: Option<String>,
    pub introspection: Option<String>,
    pub userinfo: Option<String>,
    /// Of its public keys; it may be on another origin, since no secret goes there.
    pub keys: Option<String>,
}

/// The addresses at which the metadata of an issuer may stand: that of RFC 8414, 3.1, then that
/// of OpenID Connect Discovery, 4.1.
pub fn metadata_urls(issuer: &str) -> Option<[String; 2]> {
    let url = Url::parse(issuer).ok()?;
    let path = url.path().trim_end_matches('/').to_owned();
    let origin = Origin::of(&url)?;
    Some([
        format!("{origin}/.well-known/oauth-authorization-server{path}"),
        format!("{origin}{path}/.well-known/openid-configuration"),
    ])
}

/// The metadata of an issuer, or why it cannot be used, as the end of a sentence. RFC 8414, 3.3:
/// it has to name the issuer that was asked for. An address of another origin is left out, since
/// secrets would go there that nobody sent there.
pub fn metadata(body: &[u8], issuer: &str) -> Result<Metadata, String> {
    let body = object(body).ok_or("it is no JSON object")?;
    let named = body.get("issuer").and_then(Json::as_text);
    let bare = |text: &str| text.trim_end_matches('/').to_owned();
    match named {
        Some(named) if bare(named) == bare(issuer) => {}
        Some(named) => return Err(format!("it is of another issuer, {named}")),
        None => return Err("it names no issuer".to_owned()),
    }
    let own = Origin::parse(issuer);
    let address = |name: &str| {
        let text = body.get(name)?.as_text()?;
        let is_own = own.is_some() && Origin::parse(text) == own;
        is_own.then(|| text.to_owned())
    };
    let endpoint = |name: &str| address(&format!("{name}_endpoint"));
    Ok(Metadata {
        token: endpoint("token"),
        device: endpoint("device_authorization"),
        authorization: endpoint("authorization"),
        introspection: endpoint("introspection"),
        userinfo: endpoint("userinfo"),
        keys: body
            .get("jwks_uri")
            .and_then(Json::as_text)
            .map(str::to_owned),
    })
}

/// What was given.
#[derive(Clone, Debug)]
pub struct Given {
    pub access: Secret,
    pub refresh: Option<Secret>,
    pub identity: Option<Secret>,
    /// Absent where the server does not say them: then they are those that were asked for.
    pub scopes: Option<Vec<String>>,
    /// By our own clock.
    pub until: Option<Timestamp>,
}

/// Why no token could be taken out of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotGiven {
    /// As the server writes it: `invalid_grant`.
    pub code: Option<String>,
    /// The end of a sentence.
    pub says: String,
}

/// Reads the answer of a token endpoint that came at `now`; `is_proven` where it was asked for a
/// token that is bound to a key.
pub fn given(response: &Response, now: Timestamp, is_proven: bool) -> Result<Given, NotGiven> {
    let body = object(&response.body);
    let text = |name: &str| body.as_ref()?.get(name)?.to_text();
    let access = text("access_token").filter(|text| !text.is_empty());
    let Some(access) = access.filter(|_| (200..300).contains(&response.status)) else {
        let code = text("error").filter(|code| !code.is_empty());
        let mut says = format!("{:03} {}", response.status, response.reason);
        says.truncate(says.trim_end().len());
        if let Some(code) = &code {
            says.push_str(&format!(" {code}"));
        }
        match text("error_description").filter(|text| !text.is_empty()) {
            Some(words) => says.push_str(&format!(" ({})", words.trim_end_matches('.'))),
            None if code.is_none() => says.push_str(", and no token is in the answer"),
            None => {}
        }
        return Err(NotGiven { code, says });
    };
    let kind = text("token_type").unwrap_or_default();
    let is_bound = kind.eq_ignore_ascii_case("dpop");
    if is_bound != is_proven {
        let says = if is_bound {
            "a token that is bound to a key (DPoP), although no key was named; write dpop = true into its oauth"
        } else {
            "a token that is bound to no key, although a proof went along (RFC 9449, 5); take dpop out of its oauth if you do not need it"
        };
        return Err(NotGiven {
            code: None,
            says: says.to_owned(),
        });
    }
    let lifetime = text("expires_in").and_then(|text| text.trim().parse::<f64>().ok());
    let lifetime = lifetime.filter(|seconds| *seconds >= 1.0);
    let until = match lifetime {
        Some(seconds) => after(now, (seconds as u64).min(LONGEST)),
        None => end_of(&access, response, now),
    };
    let secret = |name: &str| text(name).filter(|text| !text.is_empty()).map(Secret::new);
    Ok(Given {
        refresh: secret("refresh_token"),
        identity: secret("id_token"),
        scopes: text("scope")
            .map(|text| text.split_ascii_whitespace().map(str::to_owned).collect()),
        until,
        access: Secret::new(access),
    })
}

/// Of a JWT whose server does not say how long it is good: what it says itself, by the server's
/// clock as its answer tells it.
fn end_of(access: &str, response: &Response, now: Timestamp) -> Option<Timestamp> {
    let claims = access
        .starts_with("eyJ")
        .then(|| claims::read(access, &mut Vec::new()))??;
    let end = claims.expires_at?;
    let ahead = crate::insight::back_off::its_clock(&response.headers, now).duration_since(now);
    end.checked_sub(ahead).ok()
}

fn after(now: Timestamp, seconds: u64) -> Option<Timestamp> {
    now.checked_add(Duration::from_secs(seconds)).ok()
}

/// What a person needs who lets a device in.
#[derive(Clone, Debug)]
pub struct DeviceCode {
    pub code: Secret,
    pub user_code: String,
    pub url: String,
    /// With the code in it.
    pub whole_url: Option<String>,
    pub until: Timestamp,
    pub interval: Duration,
}

/// Reads the answer of a device authorization endpoint.
pub fn device_code(response: &Response, now: Timestamp) -> Result<DeviceCode, NotGiven> {
    let body = object(&response.body);
    let text = |name: &str| {
        let text = body.as_ref()?.get(name)?.to_text()?;
        Some(text).filter(|text| !text.is_empty())
    };
    let is_page = |text: &String| {
        let url = Url::parse(text).ok();
        url.is_some_and(|url| matches!(url.scheme(), "https" | "http"))
    };
    let number = |name: &str| text(name)?.trim().parse::<f64>().ok();
    let url = text("verification_uri").or_else(|| text("verification_url"));
    let parts = (text("device_code"), text("user_code"), url.filter(is_page));
    let (Some(code), Some(user_code), Some(url)) = parts else {
        // The refusal is written as that of a token endpoint.
        let bare = Response {
            body: response.body.clone(),
            status: response.status.max(300),
            ..response.clone()
        };
        let refused = given(&bare, now, false)
            .err()
            .filter(|no| no.code.is_some());
        return Err(refused.unwrap_or(NotGiven {
            code: None,
            says: format!(
                "{:03} {}, and no device code is in the answer",
                response.status, response.reason
            ),
        }));
    };
    let whole = |seconds: f64, most: u64| (seconds.max(0.0) as u64).min(most);
    let wait = number("expires_in").map_or(USUAL_WAIT, |seconds| whole(seconds, 86_400));
    let interval = number("interval").map_or(USUAL_INTERVAL, |seconds| {
        whole(seconds, LONGEST_INTERVAL).max(1)
    });
    Ok(DeviceCode {
        code: Secret::new(code),
        user_code,
        url,
        whole_url: text("verification_uri_complete").filter(is_page),
        until: after(now, wait).unwrap_or(now),
        interval: Duration::from_secs(interval),
    })
}

/// Reads the address that a browser came back to; `state` is what it was sent off with. `None`
/// where it is no answer to that question.
pub fn came_back(
    query: &str,
    state: &str,
    issuer: Option<&str>,
) -> Option<Result<Secret, NotGiven>> {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    // What stands there twice may be read either way.
    let one = |name: &str| {
        let mut values = pairs.iter().filter(|(known, _)| known == name);
        let first = values.next()?;
        values.next().is_none().then_some(first.1.as_str())
    };
    if state.is_empty() || one("state") != Some(state) {
        return None;
    }
    let refused = |code: Option<&str>, says: String| {
        Some(Err(NotGiven {
            code: code.map(str::to_owned),
            says,
        }))
    };
    // RFC 9207, 2.4
    let bare = |text: &str| text.trim_end_matches('/').to_owned();
    if let Some((named, issuer)) = one("iss").zip(issuer)
        && bare(named) != bare(issuer)
    {
        return refused(None, format!("the answer is from another issuer, {named}"));
    }
    if let Some(error) = one("error") {
        let words = one("error_description").map(|words| format!(" ({words})"));
        let says = format!("the server answered {error}{}", words.unwrap_or_default());
        return refused(Some(error), says);
    }
    match one("code").filter(|code| !code.is_empty()) {
        Some(code) => Some(Ok(Secret::new(code))),
        None => refused(
            None,
            "the address holds neither a code nor an error".to_owned(),
        ),
    }
}

/// What is known of a token that was got, beside what its value tells.
pub fn got_lines(got: &Got, now: Timestamp) -> Vec<Line> {
    let plain = |label: &str, text: String| Line::new(label, text, Tone::Plain, How::Issuer);
    let by = if got.by_refresh {
        "with its refresh token".to_owned()
    } else {
        format!("by {}", got.grant.replace('_', " "))
    };
    let mut lines = vec![plain("got", format!("{by}, {}", relative(got.at, now)))];
    lines.push(match got.until {
        Some(until) => Line {
            tone: if until <= now { Tone::Bad } else { Tone::Plain },
            ..plain(
                "good until",
                format!("{until:.0}, {}", relative(until, now)),
            )
        },
        None => plain("good until", "the server does not say".to_owned()),
    });
    let listed = |scopes: &[String]| {
        if scopes.is_empty() {
            "none".to_owned()
        } else {
            scopes.join(", ")
        }
    };
    lines.push(Line {
        how: How::Settings,
        ..plain("asked for", listed(&got.asked))
    });
    lines.push(match got.scopes() {
        Some(given) => Line {
            tone: if got.asked.iter().all(|scope| given.contains(scope)) {
                Tone::Plain
            } else {
                Tone::Doubt
            },
            ..plain("given", listed(given))
        },
        None => plain("given", "the server does not say".to_owned()),
    });
    let own = |label: &str, text: String| Line {
        how: How::Settings,
        ..plain(label, text)
    };
    lines.push(own(
        "anew",
        if got.renews {
            "by itself, before it runs out".to_owned()
        } else {
            "with a yes in a browser".to_owned()
        },
    ));
    if let Some(why) = &got.not_kept {
        lines.push(own("kept", format!("for this run, since {why}")));
    }
    lines
}

/// Whether an answer says that its token is not good any more: a 401 that names it (RFC 6750,
/// 3.1), or whose code or words are known to mean so. Of a bare 401 nobody can tell.
pub fn wants_another_token(response: &Response, knowledge: &Knowledge) -> bool {
    if response.status != 401 {
        return false;
    }
    let challenged = challenges(&response.headers);
    let mut errors = challenged.iter().filter_map(|c| c.parameter("error"));
    if let Some(error) = errors.next() {
        return error == "invalid_token";
    }
    let body = error_body_knowing(response, knowledge);
    body.entries.iter().any(|entry| {
        let code = entry.code.as_deref().unwrap_or_default();
        let known = knowledge.code(code, Some(401));
        if let Some(known) = known {
            return known.note.causes.first() == Some(&Cause::TokenExpired);
        }
        let said = [&entry.code, &entry.title, &entry.detail];
        let said = said.into_iter().flatten();
        let said: Vec<String> = said.map(|text| text.to_lowercase()).collect();
        let names = |word: &str| said.iter().any(|text| text.contains(word));
        let is_of_token = names("token") || names("session") || names("jwt");
        code == "invalid_token" || is_of_token && names("expired")
    })
}

/// A whole JSON object.
pub(super) fn object(body: &[u8]) -> Option<Json> {
    let text = std::str::from_utf8(body).ok()?;
    let reading = json::read(text);
    let is_whole = reading.complete && !reading.fragment;
    let value = reading.value.filter(|_| is_whole)?;
    value.as_object().is_some().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Headers;

    fn now() -> Timestamp {
        "2026-05-12T08:00:00Z".parse().unwrap()
    }

    fn answer(status: u16, body: &str) -> Response {
        Response {
            status,
            reason: "Said".to_owned(),
            body: body.into(),
            ..Response::default()
        }
    }

    #[test]
    fn metadata_is_looked_for_where_either_standard_puts_it() {
        assert_eq!(
            metadata_urls("https://login.acme.example/tenant/7/").unwrap(),
            [
                "https://login.acme.example/.well-known/oauth-authorization-server/tenant/7",
                "https://login.acme.example/tenant/7/.well-known/openid-configuration",
            ]
        );
        assert_eq!(metadata_urls("login"), None);
    }

    #[test]
    fn metadata_counts_for_its_own_issuer_and_its_own_origin() {
        let body = r#"{"issuer": "https://login.acme.example", "token_endpoint": "https://login.acme.example/t",
            "device_authorization_endpoint": "https://evil.example/d", "authorization_endpoint": 7}"#;
        let read = metadata(body.as_bytes(), "https://login.acme.example/").unwrap();
        assert_eq!(read.token.as_deref(), Some("https://login.acme.example/t"));
        assert_eq!((read.device, read.authorization), (None, None));
        for (body, issuer, why) in [
            (body, "https://other.example", "another issuer"),
            ("{}", "https://other.example", "names no issuer"),
            ("<html>", "https://other.example", "no JSON object"),
        ] {
            assert!(metadata(body.as_bytes(), issuer).unwrap_err().contains(why));
        }
    }

    #[test]
    fn a_token_is_read_with_its_scopes_and_its_end() {
        let body = r#"{"access_token": "a-value", "token_type": "bearer", "expires_in": "600", "scope": "read  write", "refresh_token": "again", "id_token": ""}"#;
        let read = given(&answer(200, body), now(), false).unwrap();
        assert_eq!(read.access.reveal(), "a-value");
        assert_eq!(read.refresh.unwrap().reveal(), "again");
        assert!(read.identity.is_none());
        assert_eq!(read.scopes.unwrap(), ["read", "write"]);
        assert_eq!(read.until.unwrap().to_string(), "2026-05-12T08:10:00Z");
        let bare = given(&answer(200, r#"{"access_token": "a"}"#), now(), false).unwrap();
        assert_eq!((bare.until, bare.scopes), (None, None));
        for odd in ["0", "-5", "1e99", "\"soon\"", "null"] {
            let body = format!("{{\"access_token\": \"a\", \"expires_in\": {odd}}}");
            let _ = given(&answer(200, &body), now(), false).unwrap();
        }
    }

    #[test]
    fn a_jwt_without_a_said_end_ends_by_the_servers_clock() {
        // exp is 1778573400, 2026-05-12T08:10:00Z
        let jwt = "eyJhbGciOiJFUzI1NiJ9.eyJleHAiOjE3Nzg1NzM0MDB9.c2ln";
        let mut response = answer(200, &format!("{{\"access_token\": \"{jwt}\"}}"));
        // The server is five minutes ahead.
        response.headers = Headers::from_iter([("date", "Tue, 12 May 2026 08:05:00 GMT")]);
        let read = given(&response, now(), false).unwrap();
        assert_eq!(read.until.unwrap().to_string(), "2026-05-12T08:05:00Z");
    }

    #[test]
    fn a_token_that_was_to_be_bound_to_a_key_is_not_taken_without() {
        let said = |kind: &str| {
            let body = format!("{{\"access_token\": \"a\", \"token_type\": \"{kind}\"}}");
            given(&answer(200, &body), now(), true)
        };
        assert_eq!(said("DPoP").unwrap().access.reveal(), "a");
        assert!(said("Bearer").unwrap_err().says.contains("no key"));
    }

    #[test]
    fn what_is_no_token_says_why_and_repeats_no_secret() {
        for (status, body, code, says) in [
            (
                400,
                r#"{"error": "invalid_grant", "error_description": "Used up."}"#,
                Some("invalid_grant"),
                "400 Said invalid_grant (Used up)",
            ),
            (
                200,
                r#"{"error": "bad_verification_code"}"#,
                Some("bad_verification_code"),
                "bad_verification_code",
            ),
            (502, "<html>", None, "no token is in the answer"),
            (500, r#"{"access_token": "planted"}"#, None, "500"),
            (
                200,
                r#"{"access_token": "planted", "token_type": "DPoP"}"#,
                None,
                "bound to a key",
            ),
        ] {
            let no = given(&answer(status, body), now(), false).unwrap_err();
            assert_eq!(no.code.as_deref(), code);
            assert!(
                no.says.contains(says) && !no.says.contains("planted"),
                "{}",
                no.says
            );
        }
    }

    #[test]
    fn a_device_code_is_read_with_what_a_person_needs() {
        let body = r#"{"device_code": "d", "user_code": "BCDF-GHJK", "verification_url": "https://a.example/device", "expires_in": 600, "interval": 0}"#;
        let read = device_code(&answer(200, body), now()).unwrap();
        assert_eq!(
            (read.user_code.as_str(), read.interval.as_secs()),
            ("BCDF-GHJK", 1)
        );
        assert_eq!(read.until.to_string(), "2026-05-12T08:10:00Z");
        let body =
            r#"{"device_code": "d", "user_code": "B", "verification_uri": "javascript:alert(1)"}"#;
        let no = device_code(&answer(200, body), now()).unwrap_err();
        assert!(no.says.contains("no device code"), "{}", no.says);
        let no = device_code(&answer(400, r#"{"error": "unauthorized_client"}"#), now());
        assert_eq!(no.unwrap_err().code.as_deref(), Some("unauthorized_client"));
    }

    #[test]
    fn a_browser_comes_back_with_its_state_or_not_at_all() {
        let back = |query: &str| came_back(query, "s1", Some("https://a.example"));
        let code = back("code=c1&state=s1&iss=https%3A%2F%2Fa.example%2F").unwrap();
        assert_eq!(code.unwrap().reveal(), "c1");
        for other in [
            "code=c1",
            "code=c1&state=s2",
            "code=c1&state=s1&state=s2",
            "",
        ] {
            assert!(back(other).is_none(), "{other}");
        }
        assert!(came_back("code=c1&state=", "", None).is_none());
        for (query, says) in [
            ("error=access_denied&state=s1", "access_denied"),
            (
                "code=c1&state=s1&iss=https://evil.example",
                "another issuer",
            ),
            ("code=c1&code=c2&state=s1", "neither a code"),
        ] {
            assert!(back(query).unwrap().unwrap_err().says.contains(says));
        }
    }

    #[test]
    fn what_was_got_is_told_with_what_was_asked_and_not_given() {
        let mut got = Got {
            name: crate::model::TokenName::named("acme"),
            grant: "device_code",
            by_refresh: false,
            at: now(),
            until: after(now(), 600),
            asked: vec!["read".into(), "write".into()],
            given: Some(vec!["read".into()]),
            renews: false,
            not_kept: None,
        };
        let of = |got: &Got, label: &str| {
            let lines = got_lines(got, now());
            let line = lines.into_iter().find(|line| line.label == label).unwrap();
            (line.text, line.tone)
        };
        assert!(of(&got, "got").0.starts_with("by device code"));
        assert_eq!(of(&got, "given"), ("read".to_owned(), Tone::Doubt));
        assert_eq!(of(&got, "anew").0, "with a yes in a browser");
        got.given = None;
        assert_eq!(of(&got, "given"), ("read, write".to_owned(), Tone::Plain));
        got.until = Some(now());
        assert_eq!(of(&got, "good until").1, Tone::Bad);
    }

    #[test]
    fn a_refusal_asks_for_another_token_where_it_says_so() {
        let wants = |status, header: &str, body: &str| {
            let mut response = answer(status, body);
            if !header.is_empty() {
                response.headers.push("www-authenticate", header);
            }
            wants_another_token(&response, &Knowledge::default())
        };
        assert!(wants(401, "Bearer error=\"invalid_token\"", ""));
        assert!(wants(401, "", r#"{"errors": [{"code": "token_expired"}]}"#));
        assert!(wants(401, "", r#"{"message": "Your session has expired"}"#));
        for (status, header, body) in [
            (401, "Bearer", ""),
            (
                401,
                "Bearer error=\"insufficient_scope\"",
                r#"{"code": "token_expired"}"#,
            ),
            (401, "", r#"{"code": "unauthorized"}"#),
            (401, "", r#"{"message": "The certificate has expired"}"#),
            (403, "Bearer error=\"invalid_token\"", ""),
            (400, "", r#"{"code": "token_expired"}"#),
        ] {
            assert!(!wants(status, header, body), "{status} {header} {body}");
        }
    }
}
