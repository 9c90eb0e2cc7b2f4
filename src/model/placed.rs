//! Puts the token of a request where its settings say: in `Authorization` under another scheme, in
//! a header of its own, in the query or in a cookie.

use super::{Auth, Environment, GrantPart, Param, Placement, RequestSpec, TokenName, slot};
use std::borrow::Cow;

/// The request with its token in place, and the token if it does not go behind `Bearer`. What a
/// person typed in that place wins.
pub fn placed<'s>(
    spec: &'s RequestSpec,
    environment: &Environment,
) -> (Cow<'s, RequestSpec>, Option<TokenName>) {
    let Auth::Bearer(name) = &spec.auth else {
        return (Cow::Borrowed(spec), None);
    };
    let placement = environment.placement(name);
    if placement == Placement::Bearer {
        return (Cow::Borrowed(spec), None);
    }
    let mut spec = spec.clone();
    let name = name.clone();
    spec.auth = Auth::None;
    let value = slot(&name);
    let is_added = match &placement {
        Placement::Bearer => false,
        Placement::Scheme(scheme) => {
            header(&mut spec, "Authorization", format!("{scheme} {value}"))
        }
        Placement::Proven(owner) => {
            let is_added = header(&mut spec, "Authorization", format!("DPoP {value}"));
            if let Some(proof) = GrantPart::Proof.of(owner).filter(|_| is_added) {
                header(&mut spec, "DPoP", slot(&proof));
            }
            is_added
        }
        Placement::Basic(_) | Placement::Client(_) => {
            header(&mut spec, "Authorization", format!("Basic {value}"))
        }
        // The vault signs the whole request; the session goes along as it is.
        Placement::Sigv4(own) => {
            if let Some(session) = &own.session {
                header(&mut spec, "X-Amz-Security-Token", slot(session));
            }
            header(&mut spec, "Authorization", value)
        }
        // The vault makes the whole value of it, once the server has asked.
        Placement::Digest(_) => header(&mut spec, "Authorization", value),
        Placement::Header(header_name) => header(&mut spec, header_name, value),
        Placement::Query(key) => {
            let mut rows = spec.params.iter();
            let is_typed =
                rows.any(|row| row.enabled && row.name == *key) || is_in_query(&spec.url, key);
            let is_own = spec.url.contains(&value);
            if !is_typed {
                spec.params.push(Param::new(key.as_str(), value));
            }
            is_own || !is_typed
        }
        Placement::Cookie(key) => {
            let pair = format!("{key}={value}");
            let mut rows = spec.headers.iter_mut();
            let own = rows.find(|row| row.enabled && row.name.eq_ignore_ascii_case("cookie"));
            match own {
                Some(row) if !row.literal => row.value = format!("{}; {pair}", row.value),
                _ => spec.headers.push(Param::new("Cookie", pair)),
            }
            true
        }
    };
    (Cow::Owned(spec), is_added.then_some(name))
}

/// Whether a parameter stands in the query of a URL already.
fn is_in_query(url: &str, key: &str) -> bool {
    let url = url.split('#').next().unwrap_or_default();
    let query = url.split_once('?').map_or("", |(_, query)| query);
    url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == key)
}

/// Adds a header, unless there is one of that name.
fn header(spec: &mut RequestSpec, name: &str, value: String) -> bool {
    let mut rows = spec.headers.iter();
    let is_typed = rows.any(|row| row.enabled && row.name.eq_ignore_ascii_case(name));
    if !is_typed {
        spec.headers.push(Param::new(name, value));
    }
    !is_typed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::resolve;

    fn sent(placement: Placement, spec: &RequestSpec) -> (String, Vec<String>, Option<String>) {
        let desk = TokenName::named("desk");
        let acme = Environment {
            base_url: "https://api.acme.example".into(),
            placements: vec![(desk.clone(), placement)],
            ..Environment::default()
        };
        let spec = RequestSpec {
            auth: Auth::Bearer(desk),
            ..spec.clone()
        };
        let sent = resolve(&spec, &acme).unwrap();
        let names = ["authorization", "dpop", "x-api-key", "cookie"];
        let headers = names.iter().filter_map(|name| {
            let value = sent.headers.get(name)?;
            Some(format!("{name}: {value}"))
        });
        let token = sent.token.as_ref().map(|token| token.name.to_string());
        (sent.url.clone(), headers.collect(), token)
    }

    #[test]
    fn a_token_goes_where_its_settings_say() {
        let spec = RequestSpec::new("GET", "/x");
        let named = |placement| {
            let (url, headers, token) = sent(placement, &spec);
            assert_eq!(token.as_deref(), Some("desk"));
            (url, headers.join(" | "))
        };
        let plain = "https://api.acme.example/x";
        let slot = "{{token:desk}}";
        let cases = [
            (
                Placement::Bearer,
                plain.to_owned(),
                format!("authorization: Bearer {slot}"),
            ),
            (
                Placement::Scheme("Bot".into()),
                plain.to_owned(),
                format!("authorization: Bot {slot}"),
            ),
            (
                Placement::Proven(TokenName::named("desk")),
                plain.to_owned(),
                format!("authorization: DPoP {slot} | dpop: {{{{token:desk.proof}}}}"),
            ),
            (
                Placement::Basic("kim".into()),
                plain.to_owned(),
                format!("authorization: Basic {slot}"),
            ),
            (
                Placement::Header("X-Api-Key".into()),
                plain.to_owned(),
                format!("x-api-key: {slot}"),
            ),
            (
                Placement::Cookie("sid".into()),
                plain.to_owned(),
                format!("cookie: sid={slot}"),
            ),
            (
                Placement::Query("api_key".into()),
                format!("{plain}?api_key={slot}"),
                String::new(),
            ),
        ];
        for (placement, url, headers) in cases {
            assert_eq!(named(placement), (url, headers));
        }
    }

    #[test]
    fn what_stands_there_already_is_not_added_again() {
        let mut spec = RequestSpec::new("GET", "/x");
        spec.headers = vec![Param::new("x-api-key", "typed")];
        let (_, headers, token) = sent(Placement::Header("X-Api-Key".into()), &spec);
        assert_eq!(
            (headers, token),
            (vec!["x-api-key: typed".to_owned()], None)
        );
        let query = || Placement::Query("api_key".into());
        spec.url = "/x?a=1&api_key={{token:desk}}".into();
        let (url, _, token) = sent(query(), &spec);
        assert_eq!(url.matches("api_key").count(), 1);
        assert_eq!(token.as_deref(), Some("desk"));
        spec.url = "/x?api_key=typed".into();
        let (url, _, token) = sent(query(), &spec);
        assert_eq!((url.matches("api_key").count(), token), (1, None));
    }
}
