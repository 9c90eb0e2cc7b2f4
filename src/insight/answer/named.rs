//! What an answer names: the rights that the call needs, those that its credential has, what mends
//! it, how much of which limit is left, and when the call will be gone. Out of the errors, and out
//! of headers that are known for it.

use crate::insight::api::knowledge::Knowledge;
use crate::insight::error_body::{ErrorBody, Remedy, names_in, url_in};
use crate::insight::quota::{Deprecation, Quota, deprecation, quotas};
use crate::model::{Response, Timestamp};

/// What the API names, in its own words and figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Scopes, roles and permissions.
    pub needed: Vec<String>,
    pub held: Vec<String>,
    pub remedy: Option<Remedy>,
    /// Where the API itself says why, by its pack.
    pub asked_there: Vec<Remedy>,
    /// Every limit that the answer counts.
    pub quotas: Vec<Quota>,
    pub deprecation: Option<Deprecation>,
}

impl Named {
    /// What a person is told, each with its label. Of the limits only those that are nearly used
    /// up: the others explain nothing.
    pub fn rows(&self, now: Timestamp) -> Vec<(&'static str, String)> {
        let names = |names: &[String]| (!names.is_empty()).then(|| names.join("  "));
        let remedy = self.remedy.as_ref().map(|remedy| match &remedy.url {
            Some(url) if !remedy.text.contains(url.as_str()) => format!("{}  {url}", remedy.text),
            _ => remedy.text.clone(),
        });
        let mut rows = vec![
            ("needed", names(&self.needed)),
            ("held", names(&self.held)),
            ("remedy", remedy),
        ];
        rows.extend(self.asked_there.iter().map(|there| {
            let text = match &there.url {
                Some(url) => format!("{}  {url}", there.text),
                None => there.text.clone(),
            };
            ("ask", Some(text))
        }));
        let short = self.quotas.iter().filter(|quota| quota.is_short());
        rows.extend(short.map(|quota| ("limit", quota.says(now))));
        rows.push(("ends", self.deprecation.as_ref().map(|ends| ends.says(now))));
        let said = rows.into_iter();
        said.filter_map(|(label, text)| Some((label, text?)))
            .collect()
    }
}

impl Named {
    /// The page that mends it, or else the one that says why.
    pub fn page(&self) -> Option<&str> {
        let there = self
            .asked_there
            .iter()
            .find_map(|there| there.url.as_deref());
        self.remedy
            .as_ref()
            .and_then(|remedy| remedy.url.as_deref())
            .or(there)
    }
}

/// Headers that many APIs use for the scopes of a credential.
const NEEDED: [&str; 1] = ["x-accepted-oauth-scopes"];
const HELD: [&str; 1] = ["x-oauth-scopes"];

/// Names in one answer, beyond which nobody reads.
const MOST: usize = 100;

/// Times count from the answer's own clock, or else from when it came.
pub fn named(
    response: &Response,
    errors: &ErrorBody,
    knowledge: &Knowledge,
    answered_at: Timestamp,
) -> Named {
    let headers = knowledge.api.as_ref().map(|pack| &pack.headers);
    let mut found = Named {
        quotas: quotas(&response.headers, headers, answered_at),
        deprecation: deprecation(&response.headers, headers),
        ..Named::default()
    };
    for entry in errors.first() {
        entry
            .needed
            .iter()
            .for_each(|name| add(name, &mut found.needed));
        entry
            .held
            .iter()
            .for_each(|name| add(name, &mut found.held));
    }
    let known = knowledge.api.as_ref().map(|pack| &pack.headers);
    let own = |names: Option<&Vec<String>>| names.cloned().unwrap_or_default();
    let needed = own(known.map(|known| &known.needed));
    let held = own(known.map(|known| &known.held));
    for (known, usual, names) in [
        (needed, NEEDED, &mut found.needed),
        (held, HELD, &mut found.held),
    ] {
        let usual = usual.iter().map(|name| (*name).to_owned());
        let usual = usual
            .filter(|name| !known.contains(name))
            .collect::<Vec<_>>();
        for header in known.iter().chain(&usual) {
            for value in response.headers.all(header) {
                names_in(&value).iter().for_each(|name| add(name, names));
            }
        }
    }
    let header = known.map_or(&[][..], |known| known.remedy.as_slice());
    let in_headers = header
        .iter()
        .flat_map(|name| response.headers.all(name))
        .find_map(|value| {
            let url = url_in(&value)?;
            Some(Remedy {
                text: value.trim().to_owned(),
                url: Some(url.to_owned()),
            })
        });
    let in_errors = || errors.first().iter().find_map(|entry| entry.remedy.clone());
    found.remedy = in_headers.or_else(in_errors);
    let pointers = knowledge.api.iter().flat_map(|pack| &pack.pointers);
    found.asked_there = pointers
        .filter_map(|pointer| pointer.of(response))
        .collect();
    found
}

fn add(name: &str, names: &mut Vec<String>) {
    let known = names.iter().any(|own| own == name);
    if !known && !name.is_empty() && names.len() < MOST {
        names.push(name.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::api::knowledge::{HeaderNames, Pack};
    use crate::insight::error_body;
    use crate::model::Headers;
    use std::sync::Arc;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn answer(fields: &[(&str, &str)], body: &str) -> Response {
        Response {
            status: 403,
            headers: Headers::from_iter(fields.iter().copied()),
            body: body.as_bytes().to_vec(),
            ..Response::default()
        }
    }

    fn of(fields: &[(&str, &str)], body: &str, knowledge: &Knowledge) -> Named {
        let answer = answer(fields, body);
        named(&answer, &error_body(&answer), knowledge, at(0))
    }

    #[test]
    fn rights_are_named_by_body_challenge_and_header() {
        let none = Knowledge::default();
        let body = r#"{"ok":false,"error":"missing_scope","needed":"chat:write,users:read","provided":"chat:read"}"#;
        let found = of(&[], body, &none);
        assert_eq!(found.needed, ["chat:write", "users:read"]);
        assert_eq!(found.held, ["chat:read"]);
        let challenge = r#"Bearer error="insufficient_scope", scope="a b""#;
        assert_eq!(
            of(&[("WWW-Authenticate", challenge)], "", &none).needed,
            ["a", "b"]
        );
        let fields = [
            ("X-OAuth-Scopes", "repo, user"),
            ("X-Accepted-OAuth-Scopes", "admin"),
        ];
        let found = of(&fields, "{}", &none);
        assert_eq!(
            (found.needed, found.held),
            (vec!["admin".into()], vec!["repo".into(), "user".into()])
        );
    }

    #[test]
    fn a_header_of_the_api_s_own_leads_to_the_remedy_before_the_body_does() {
        let headers = HeaderNames {
            remedy: vec!["x-acme-sso".into()],
            needed: vec!["x-acme-wants".into()],
            ..HeaderNames::default()
        };
        let pack = Arc::new(Pack {
            headers,
            ..Pack::default()
        });
        let knowledge = Knowledge {
            packs: vec![pack.clone()],
            api: Some(pack),
            ..Knowledge::default()
        };
        let body = r#"{"message":"No.","documentation_url":"https://a.example/docs"}"#;
        let fields = [
            ("X-Acme-Sso", "required; url=https://a.example/sso"),
            ("X-Acme-Wants", "r1"),
        ];
        let found = of(&fields, body, &knowledge);
        assert_eq!(found.needed, ["r1"]);
        assert_eq!(
            found.remedy.unwrap().url.as_deref(),
            Some("https://a.example/sso")
        );
        let found = of(&[], body, &knowledge);
        assert_eq!(
            found.remedy.unwrap().url.as_deref(),
            Some("https://a.example/docs")
        );
    }

    #[test]
    fn people_are_told_what_matters_under_its_label() {
        let body = r#"{"error":"no","needed":"a:b","activation_url":"https://a.example/on"}"#;
        let fields = [
            ("X-RateLimit-Limit", "100"),
            ("X-RateLimit-Remaining", "4"),
            ("X-RateLimit-Reset", "60"),
            ("RateLimit-Limit-Day", "1000"),
            ("RateLimit-Remaining-Day", "999"),
            ("Sunset", "Fri, 02 Jan 1970 00:00:00 GMT"),
        ];
        let found = of(&fields, body, &Knowledge::default());
        assert_eq!(found.quotas.len(), 2);
        let rows = found.rows(at(0));
        let rows: Vec<_> = rows
            .iter()
            .map(|(label, text)| (*label, text.as_str()))
            .collect();
        assert_eq!(
            rows,
            [
                ("needed", "a:b"),
                ("remedy", "https://a.example/on"),
                ("limit", "4 of 100 left, full again in 60 s"),
                ("ends", "gone on 1970-01-02, in 24 h"),
            ]
        );
        assert!(Named::default().rows(at(0)).is_empty());
    }
}
