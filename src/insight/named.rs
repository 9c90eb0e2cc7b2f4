//! What an answer names: the rights that the call needs, those that its credential has, and what
//! mends it. Out of the errors, and out of headers that are known for it.

use super::api::knowledge::Knowledge;
use super::error_body::{ErrorBody, Remedy, names_in, url_in};
use crate::model::Response;

/// Scopes, roles and permissions as the API names them, and the way out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    pub needed: Vec<String>,
    pub held: Vec<String>,
    pub remedy: Option<Remedy>,
}

/// Headers that many APIs use for the scopes of a credential.
const NEEDED: [&str; 1] = ["x-accepted-oauth-scopes"];
const HELD: [&str; 1] = ["x-oauth-scopes"];

/// Names in one answer, beyond which nobody reads.
const MOST: usize = 100;

pub fn named(response: &Response, errors: &ErrorBody, knowledge: &Knowledge) -> Named {
    let mut found = Named::default();
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
        named(&answer, &error_body(&answer), knowledge)
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
}
