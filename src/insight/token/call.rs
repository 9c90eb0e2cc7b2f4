//! A token beside a call that carried it: how its times stood when the call was made, whether it
//! is meant for that host, and the scopes that were demanded beside those that it holds.

use super::words::{How, Line, Tone, of_same_house, relative};
use super::{Bound, TokenReport, Validity};
use crate::insight::Exchange;
use crate::insight::challenge::challenges;
use crate::insight::error_body::error_body;
use crate::insight::facts::server_time;
use crate::insight::json::Json;
use crate::model::{Origin, Response, Timestamp};

/// What the call shows of the token; nothing where there is nothing to compare.
pub fn beside(report: &TokenReport, exchange: &Exchange) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut add = |label: &str, text: String, tone| {
        lines.push(Line::new(label, text, tone, How::Api));
    };
    let response = exchange.outcome.response();
    // Their clock decides, where the answer tells it.
    let theirs = response.and_then(|response| server_time(&response.headers));
    let sent = theirs.unwrap_or(exchange.started_at);
    if let Some(claims) = &report.claims {
        match (report.at(sent), claims.expires_at, claims.not_before) {
            (Validity::Expired, Some(at), _) => {
                let text = format!("expired {} before this call was sent", span(at, sent));
                add("then", text, Tone::Bad);
            }
            (Validity::NotYet, _, Some(at)) => {
                let text = format!("valid only from {} after this call on", span(at, sent));
                add("then", text, Tone::Bad);
            }
            (Validity::Valid, Some(at), _) => {
                let text = format!(
                    "good for another {} when this call was sent",
                    span(at, sent)
                );
                add("then", text, Tone::Plain);
            }
            _ => {}
        }
        let skew = theirs.map_or(0, |theirs| {
            theirs.as_second() - exchange.started_at.as_second()
        });
        if skew.abs() >= SKEW {
            let way = if skew > 0 { "ahead of" } else { "behind" };
            let text = format!("the API's clock was {} s {way} this one", skew.abs());
            add("clocks", text, Tone::Doubt);
        }
        if let Some(origin) = Origin::parse(&exchange.sent.url) {
            let other = |name: &&String| of_same_house(name, origin.host()) == Some(false);
            let meant = claims.audience.iter();
            let strangers: Vec<&str> = meant.filter(other).map(String::as_str).collect();
            if !strangers.is_empty() && strangers.len() == claims.audience.len() {
                let text = format!(
                    "meant for {}, sent to {}",
                    strangers.join(", "),
                    origin.host()
                );
                add("host", text, Tone::Doubt);
            }
        }
    }
    let Some(response) = response else {
        return lines;
    };
    let bound = report.claims.as_ref().and_then(|claims| claims.bound);
    let has_proof = exchange.sent.headers.has("dpop");
    match bound {
        Some(Bound::Key) if !has_proof => {
            let text = "to a key (cnf jkt), and this call brought no DPoP proof made with it";
            add("bound", text.to_owned(), Tone::Doubt);
        }
        Some(Bound::Key) => add(
            "bound",
            "to a key; a DPoP proof went along".to_owned(),
            Tone::Plain,
        ),
        _ => {}
    }
    for challenge in challenges(&response.headers) {
        for (name, label) in [
            ("acr_values", "asks for"),
            ("max_age", "asks for"),
            ("resource_metadata", "described at"),
        ] {
            let Some(value) = challenge.parameter(name) else {
                continue;
            };
            let text = match name {
                "acr_values" => format!("a sign-in of the strength {value} (acr_values)"),
                "max_age" => format!("a sign-in at most {value} s ago (max_age)"),
                _ => format!("{value} (RFC 9728)"),
            };
            add(label, text, Tone::Doubt);
        }
    }
    let demanded = demanded(response);
    let held = held(report, response);
    for scope in &demanded {
        let (text, tone) = match &held {
            Some(held) if held.contains(scope) => ("demanded, and held", Tone::Plain),
            Some(_) => ("demanded, and not held", Tone::Bad),
            None => (
                "demanded; the token does not say what it holds",
                Tone::Doubt,
            ),
        };
        add(scope, text.to_owned(), tone);
    }
    if !demanded.is_empty() {
        let others = held
            .into_iter()
            .flatten()
            .filter(|scope| !demanded.contains(scope));
        let others: Vec<String> = others.collect();
        if !others.is_empty() {
            add("held besides", others.join(", "), Tone::Plain);
        }
    }
    lines
}

/// Clocks that differ less make no call fail.
const SKEW: i64 = 30;

/// More scopes than this tell nobody anything.
const MOST_SCOPES: usize = 40;

/// The scopes that an answer asks for: in its challenge (RFC 6750, section 3), in a header that
/// lists what an endpoint accepts, or beside the error.
fn demanded(response: &Response) -> Vec<String> {
    let mut scopes = Vec::new();
    let mut add = |text: &str| {
        for scope in text
            .split([' ', ',', ';'])
            .filter(|scope| !scope.is_empty())
        {
            let scope = scope.to_owned();
            if scopes.len() < MOST_SCOPES && !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
    };
    for challenge in challenges(&response.headers) {
        challenge.parameter("scope").into_iter().for_each(&mut add);
    }
    for value in response.headers.all("x-accepted-oauth-scopes") {
        add(&value);
    }
    for entry in error_body(response).for_people().entries {
        let Some(Json::Object(members)) = &entry.meta else {
            continue;
        };
        for (name, value) in members {
            let name = name.to_ascii_lowercase().replace('-', "_");
            let asks = ["required", "needed", "missing", "demanded"];
            if !(name.contains("scope") && asks.iter().any(|word| name.contains(word))) {
                continue;
            }
            match value {
                Json::Text(text) => add(text),
                Json::List(list) => list.iter().filter_map(Json::as_text).for_each(&mut add),
                _ => {}
            }
        }
    }
    scopes
}

/// What the token says it holds, else what the API says of it.
fn held(report: &TokenReport, response: &Response) -> Option<Vec<String>> {
    let own = report.claims.as_ref().filter(|claims| claims.says_scopes);
    let told = || {
        let text = response.headers.get("x-oauth-scopes")?;
        let scopes = text.split([' ', ',']).filter(|scope| !scope.is_empty());
        Some(scopes.map(str::to_owned).collect())
    };
    own.map(|claims| claims.scopes.clone()).or_else(told)
}

/// `3 min`
fn span(at: Timestamp, sent: Timestamp) -> String {
    let text = relative(at, sent);
    let text = text.trim_start_matches("in ").trim_end_matches(" ago");
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::inspect;
    use super::*;
    use crate::insight::api::marks::Marks;
    use crate::insight::redact::Mask;
    use crate::model::RawExchange;
    use crate::model::{ExchangeId, Headers, Outcome, SentRequest};
    use base64::Engine;
    use std::time::Duration;

    fn jwt(claims: &str) -> TokenReport {
        let part = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
        let text = format!("{}.{}.c2ln", part("{\"alg\":\"RS256\"}"), part(claims));
        inspect(
            &text,
            Timestamp::from_second(1_900_000_000).unwrap(),
            &Marks::default(),
        )
    }

    /// A call of the moment 1,800,000,000 that was refused.
    fn call(headers: &[(&str, &str)], body: &str) -> Exchange {
        Mask::default().exchange(RawExchange {
            id: ExchangeId::from_number(1),
            environment: "acme".into(),
            case: None,
            typed: Default::default(),
            sent: SentRequest {
                url: "https://api.acme.example/core/x".into(),
                ..SentRequest::default()
            },
            outcome: Outcome::Answered(Response {
                status: 403,
                headers: Headers::from_iter(headers.iter().copied()),
                body: body.as_bytes().to_vec(),
                ..Response::default()
            }),
            redirects: Vec::new(),
            attempts: 1,
            unverified: Vec::new(),
            probe_of: None,
            run: None,
            origin: Default::default(),
            started_at: Timestamp::from_second(1_800_000_000).unwrap(),
            took: Duration::ZERO,
        })
    }

    fn told(claims: &str, headers: &[(&str, &str)], body: &str) -> Vec<String> {
        let lines = beside(&jwt(claims), &call(headers, body)).into_iter();
        lines
            .map(|line| format!("{}: {}", line.label, line.text))
            .collect()
    }

    #[test]
    fn times_are_told_from_the_moment_of_the_call() {
        let told =
            |exp: i64, headers: &[(&str, &str)]| told(&format!("{{\"exp\":{exp}}}"), headers, "");
        assert_eq!(
            told(1_799_999_820, &[]),
            ["then: expired 3 min before this call was sent"]
        );
        assert_eq!(
            told(1_800_007_200, &[]),
            ["then: good for another 2 h when this call was sent"]
        );
        // By the API's own clock it was over.
        let date = [("date", "Fri, 15 Jan 2027 11:00:00 GMT")];
        let lines = told(1_800_007_200, &date);
        assert_eq!(lines[0], "then: expired 60 min before this call was sent");
        assert!(
            lines[1].starts_with("clocks: the API's clock was 10800 s ahead"),
            "{lines:?}"
        );
        let early = super::tests::told("{\"nbf\":1800000060}", &[], "");
        assert_eq!(early, ["then: valid only from 60 s after this call on"]);
    }

    #[test]
    fn a_token_meant_for_another_host_is_named_beside_the_one_it_went_to() {
        let lines = told("{\"aud\":\"https://api.globex.example\"}", &[], "");
        assert_eq!(
            lines,
            ["host: meant for https://api.globex.example, sent to api.acme.example"]
        );
        for own in ["https://id.acme.example", "core"] {
            assert!(
                told(&format!("{{\"aud\":\"{own}\"}}"), &[], "").is_empty(),
                "{own}"
            );
        }
    }

    #[test]
    fn scopes_that_are_demanded_stand_beside_those_that_are_held() {
        let challenge = [(
            "www-authenticate",
            "Bearer error=\"insufficient_scope\", scope=\"read write\"",
        )];
        let lines = told("{\"scope\":\"read admin\"}", &challenge, "");
        assert_eq!(
            lines,
            [
                "read: demanded, and held",
                "write: demanded, and not held",
                "held besides: admin"
            ]
        );
        let body = "{\"errors\":[{\"code\":\"scope\",\"meta\":{\"required_scopes\":[\"write\"]}}]}";
        assert_eq!(
            told("{\"scope\":\"write\"}", &[], body),
            ["write: demanded, and held"]
        );
        let silent = told("{\"sub\":\"1\"}", &challenge, "");
        assert_eq!(
            silent[0],
            "read: demanded; the token does not say what it holds"
        );
        let headers = [
            ("x-accepted-oauth-scopes", "repo"),
            ("x-oauth-scopes", "user, gist"),
        ];
        assert_eq!(
            told("{}", &headers, ""),
            ["repo: demanded, and not held", "held besides: user, gist"]
        );
    }

    #[test]
    fn what_a_challenge_asks_for_and_what_the_token_is_bound_to_stand_beside_it() {
        let challenge = [(
            "www-authenticate",
            "Bearer error=\"insufficient_user_authentication\", acr_values=\"phr\", max_age=\"60\", resource_metadata=\"https://acme.example/x\"",
        )];
        assert_eq!(
            told("{\"cnf\":{\"jkt\":\"k\"}}", &challenge, ""),
            [
                "bound: to a key (cnf jkt), and this call brought no DPoP proof made with it",
                "asks for: a sign-in of the strength phr (acr_values)",
                "asks for: a sign-in at most 60 s ago (max_age)",
                "described at: https://acme.example/x (RFC 9728)",
            ]
        );
    }

    #[test]
    fn a_call_that_shows_nothing_of_the_token_adds_nothing() {
        assert!(told("{\"sub\":\"1\"}", &[], "not json").is_empty());
        let many = (0..500)
            .map(|n| format!("s{n}"))
            .collect::<Vec<_>>()
            .join(" ");
        assert_eq!(
            told("{}", &[("x-accepted-oauth-scopes", &many)], "").len(),
            MOST_SCOPES
        );
    }
}
