//! What an issuer says of a token when it is asked: whether it is active (RFC 7662), and whose it
//! is (OpenID Connect Core, 5.3). And where that, the token's own claims and what the API did do
//! not go together.

use super::grant::object;
use super::signature::{Signature, Verified};
use super::{Claims, How, Line, Tone, relative};
use crate::insight::json::Json;
use crate::insight::redact::is_secret_name;
use crate::model::{MASK, Response, Timestamp};

/// Ends that differ by less are the same one, told by two clocks.
const SLACK: i64 = 60;
/// Members that are told; what stands behind them is left out.
const MOST: usize = 40;

/// The answer of an introspection endpoint (RFC 7662, 2.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Introspected {
    pub is_active: bool,
    /// Absent where the issuer does not say.
    pub scopes: Option<Vec<String>>,
    pub until: Option<Timestamp>,
    pub subject: Option<String>,
    /// Everything else that it says, each on one line.
    pub others: Vec<(String, String)>,
}

/// All that was heard of a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Testimony {
    pub introspected: Option<Introspected>,
    /// Name and value, as the issuer gives them.
    pub userinfo: Option<Vec<(String, String)>>,
}

/// Reads the answer of an introspection endpoint; else why it is none, as the end of a sentence.
pub fn introspected(response: &Response) -> Result<Introspected, String> {
    let body = answer(response)?;
    let Some(Json::Bool(is_active)) = body.get("active") else {
        return Err("it does not say whether the token is active".to_owned());
    };
    let text = |name: &str| body.get(name).and_then(Json::to_text);
    let own = ["active", "scope", "exp", "sub"];
    let until = text("exp").and_then(|text| text.trim().parse::<f64>().ok());
    Ok(Introspected {
        is_active: *is_active,
        scopes: text("scope").map(|text| words(&text)),
        until: until.and_then(|seconds| Timestamp::from_second(seconds as i64).ok()),
        subject: text("sub"),
        others: members(&body, &own),
    })
}

/// Reads the answer of a userinfo endpoint; else why it is none, as the end of a sentence.
pub fn userinfo(response: &Response) -> Result<Vec<(String, String)>, String> {
    let body = answer(response)?;
    match members(&body, &[]) {
        said if said.is_empty() => Err("it says nothing".to_owned()),
        said => Ok(said),
    }
}

fn answer(response: &Response) -> Result<Json, String> {
    if response.status != 200 {
        let body = object(&response.body);
        let code = body.and_then(|body| body.get("error")?.to_text());
        let code = code.map_or_else(String::new, |code| format!(" {code}"));
        return Err(format!("it answered {:03}{code}", response.status));
    }
    object(&response.body).ok_or_else(|| "it answered with no JSON object".to_owned())
}

fn members(body: &Json, own: &[&str]) -> Vec<(String, String)> {
    let all = body.as_object().unwrap_or_default().iter();
    let others = all.filter(|(name, _)| !own.contains(&name.as_str()));
    let shown = |(name, value): &(String, Json)| {
        let text = value.to_text().unwrap_or_else(|| value.to_string());
        let is_hidden = is_secret_name(name) && name != "token_type";
        (name.clone(), if is_hidden { MASK.to_owned() } else { text })
    };
    others.take(MOST).map(shown).collect()
}

fn words(text: &str) -> Vec<String> {
    text.split_ascii_whitespace().map(str::to_owned).collect()
}

impl Testimony {
    /// As a person is told it.
    pub fn lines(&self, now: Timestamp) -> Vec<Line> {
        let line = |label: &str, text: String, tone| Line::new(label, text, tone, How::Issuer);
        let mut lines = Vec::new();
        if let Some(said) = &self.introspected {
            lines.push(if said.is_active {
                line("issuer says", "active".to_owned(), Tone::Plain)
            } else {
                line(
                    "issuer says",
                    "not active: it ran out, was revoked, or is not one of its own".to_owned(),
                    Tone::Bad,
                )
            });
            if let Some(scopes) = &said.scopes {
                let text = if scopes.is_empty() {
                    "none".to_owned()
                } else {
                    scopes.join(", ")
                };
                lines.push(line("its scopes", text, Tone::Plain));
            }
            if let Some(until) = said.until {
                let text = format!("{until} ({})", relative(until, now));
                lines.push(line("good until", text, Tone::Plain));
            }
            let subject = said.subject.iter().map(|sub| ("sub", sub));
            let others = said
                .others
                .iter()
                .map(|(name, value)| (name.as_str(), value));
            for (name, value) in subject.chain(others) {
                lines.push(line(name, value.clone(), Tone::Plain));
            }
        }
        for (name, value) in self.userinfo.iter().flatten() {
            lines.push(line(name, format!("{value} (userinfo)"), Tone::Plain));
        }
        lines
    }

    fn of_userinfo(&self, name: &str) -> Option<&str> {
        let mut said = self.userinfo.iter().flatten();
        let found = said.find(|(known, _)| known == name)?;
        Some(&found.1)
    }

    /// Where what is known of a token does not go together, a sentence each. `answered` is the
    /// status with which the API answered its last call.
    pub fn contradictions(
        &self,
        claims: Option<&Claims>,
        verified: Option<&Verified>,
        answered: Option<u16>,
        now: Timestamp,
    ) -> Vec<String> {
        let mut found = Vec::new();
        let end = claims.and_then(|claims| claims.expires_at);
        if let Some(said) = &self.introspected {
            let has_ended = end.is_some_and(|end| end <= now);
            match (said.is_active, end) {
                (false, Some(end)) if !has_ended => found.push(format!(
                    "By its claims it is good until {end}, and the issuer says that it is not active: it was revoked, or the issuer is not its own."
                )),
                (true, Some(end)) if has_ended => found.push(format!(
                    "By its claims it ended at {end}, and the issuer says that it is active: one of the clocks is wrong."
                )),
                _ => {}
            }
            match (said.is_active, answered) {
                (true, Some(401)) => found.push(
                    "The issuer says that it is active, and the API refused it with 401: the API asks another issuer, or wants a token that is meant for it."
                        .to_owned(),
                ),
                (false, Some(status @ 200..=299)) => found.push(format!(
                    "The issuer says that it is not active, and the API answered it with {status}: the API does not ask the issuer each time."
                )),
                _ => {}
            }
            if let (Some(end), Some(until)) = (end, said.until)
                && (end.as_second() - until.as_second()).abs() > SLACK
            {
                found.push(format!(
                    "Its claims end at {end}, and for the issuer it ends at {until}."
                ));
            }
            if let (Some(claims), Some(scopes)) = (claims, &said.scopes)
                && claims.says_scopes
            {
                let apart = |one: &[String], other: &[String]| {
                    let apart = one.iter().filter(|scope| !other.contains(scope));
                    apart.cloned().collect::<Vec<_>>()
                };
                let gone = apart(&claims.scopes, scopes);
                let more = apart(scopes, &claims.scopes);
                if !gone.is_empty() {
                    found.push(format!(
                        "Its claims hold {}, and the issuer does not say so.",
                        gone.join(", ")
                    ));
                }
                if !more.is_empty() {
                    found.push(format!(
                        "The issuer says that it holds {}, and its claims do not.",
                        more.join(", ")
                    ));
                }
            }
        }
        let subject = claims.and_then(|claims| {
            let mut all = claims.all.iter();
            all.find(|(name, _)| name == "sub").map(|(_, sub)| sub)
        });
        let introspected = self.introspected.as_ref();
        let told = [
            ("its claims", subject.map(String::as_str)),
            (
                "the issuer",
                introspected.and_then(|said| said.subject.as_deref()),
            ),
            ("userinfo", self.of_userinfo("sub")),
        ];
        let mut told = told.into_iter().filter_map(|(who, sub)| Some((who, sub?)));
        if let Some((who, sub)) = told.next() {
            for (other, value) in told.filter(|(_, value)| *value != sub) {
                found.push(format!(
                    "For {who} it is of {sub}, and for {other} of {value}."
                ));
            }
        }
        if let (Some(Signature::Altered), Some(status @ 200..=299)) =
            (verified.map(|verified| &verified.signature), answered)
        {
            found.push(format!(
                "Its signature does not hold, and the API answered it with {status}: the API does not check it."
            ));
        }
        if let (Some(Signature::Holds), Some(401)) =
            (verified.map(|verified| &verified.signature), answered)
            && end.is_none_or(|end| end > now)
            && introspected.is_none()
        {
            found.push(
                "It is what its issuer signed and has not run out, and the API refused it with 401: it may be revoked, or meant for another API."
                    .to_owned(),
            );
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap()
    }

    fn said(status: u16, body: &str) -> Response {
        Response {
            status,
            body: body.into(),
            ..Response::default()
        }
    }

    fn claims(end: i64, scopes: &[&str], subject: &str) -> Claims {
        Claims {
            expires_at: Timestamp::from_second(1_800_000_000 + end).ok(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            says_scopes: true,
            all: vec![("sub".to_owned(), subject.to_owned())],
            ..Claims::default()
        }
    }

    fn heard(body: &str) -> Testimony {
        Testimony {
            introspected: Some(introspected(&said(200, body)).unwrap()),
            userinfo: None,
        }
    }

    #[test]
    fn the_word_of_an_issuer_is_read_and_told() {
        let heard = heard(
            r#"{"active": true, "scope": "read write", "exp": 1800000600, "sub": "7",
                "client_id": "tool", "token_type": "Bearer", "refresh_token": "planted"}"#,
        );
        let lines = heard.lines(now());
        let told: Vec<String> = lines
            .iter()
            .map(|line| format!("{}: {}", line.label, line.text))
            .collect();
        assert_eq!(
            told,
            [
                "issuer says: active",
                "its scopes: read, write",
                "good until: 2027-01-15T08:10:00Z (in 10 min)",
                "sub: 7",
                "client_id: tool",
                "token_type: Bearer",
                &format!("refresh_token: {MASK}"),
            ]
        );
    }

    #[test]
    fn what_is_no_answer_says_why() {
        for (status, body, says) in [
            (401, r#"{"error": "invalid_client"}"#, "401 invalid_client"),
            (200, "<html>", "no JSON object"),
            (200, "{}", "does not say whether"),
            (200, r#"{"active": "yes"}"#, "does not say whether"),
        ] {
            let why = introspected(&said(status, body)).unwrap_err();
            assert!(why.contains(says), "{why}");
        }
        assert!(userinfo(&said(200, "{}")).unwrap_err().contains("nothing"));
        let read = userinfo(&said(200, r#"{"sub": "7", "email": "kim@acme.example"}"#)).unwrap();
        assert_eq!(read[1].1, "kim@acme.example");
    }

    #[test]
    fn what_goes_together_is_no_contradiction() {
        let heard = heard(r#"{"active": true, "scope": "read", "exp": 1800000030, "sub": "7"}"#);
        let own = claims(60, &["read"], "7");
        assert!(
            heard
                .contradictions(Some(&own), None, Some(200), now())
                .is_empty()
        );
        assert!(heard.contradictions(None, None, None, now()).is_empty());
        assert!(
            Testimony::default()
                .contradictions(Some(&own), None, Some(401), now())
                .is_empty()
        );
    }

    #[test]
    fn claims_issuer_and_api_are_held_against_each_other() {
        let says = |body: &str, own: &Claims, status| {
            heard(body)
                .contradictions(Some(own), None, status, now())
                .join(" ")
        };
        let own = claims(600, &["read", "write"], "7");
        let revoked = says(r#"{"active": false}"#, &own, Some(200));
        assert!(revoked.contains("was revoked") && revoked.contains("does not ask the issuer"));
        let refused = says(r#"{"active": true}"#, &own, Some(401));
        assert!(refused.contains("another issuer"), "{refused}");
        let old = claims(-600, &[], "7");
        assert!(says(r#"{"active": true}"#, &old, None).contains("clocks"));
        let body = r#"{"active": true, "scope": "read admin", "sub": "8", "exp": 1800009999}"#;
        let all = says(body, &own, None);
        for part in [
            "claims hold write",
            "it holds admin",
            "its claims it is of 7, and for the issuer of 8",
            "ends at",
        ] {
            assert!(all.contains(part), "{part}: {all}");
        }
    }

    #[test]
    fn a_signature_is_held_against_what_the_api_did() {
        let verified = |signature| Verified {
            signature,
            algorithm: None,
            key: None,
            issuer: None,
            remarks: Vec::new(),
        };
        let own = claims(600, &[], "7");
        let says = |signature, status| {
            let verified = verified(signature);
            Testimony::default().contradictions(Some(&own), Some(&verified), Some(status), now())
        };
        assert!(says(Signature::Altered, 200)[0].contains("does not check it"));
        assert!(says(Signature::Holds, 401)[0].contains("meant for another API"));
        assert!(says(Signature::Holds, 200).is_empty());
        assert!(says(Signature::Holds, 403).is_empty());
    }
}
