//! What an API says of itself (RFC 9728): who gives out tokens for it, with which scopes, and how
//! they are to be sent.

use super::grant::object;
use super::{Claims, How, Line, Tone};
use crate::insight::challenge::challenges;
use crate::insight::json::Json;
use crate::model::{Origin, Response};

/// The description of an API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    pub resource: String,
    /// The issuers whose tokens it takes.
    pub issuers: Vec<String>,
    pub scopes: Vec<String>,
    /// `header`, `body`, `query`
    pub places: Vec<String>,
    /// Whether it takes only tokens that are bound to a key.
    pub is_bound: bool,
}

/// Where a refusal says that the API is described.
pub fn described_at(response: &Response) -> Option<String> {
    let all = challenges(&response.headers);
    let mut all = all.iter();
    all.find_map(|challenge| challenge.parameter("resource_metadata"))
        .map(str::to_owned)
}

/// Reads a description of the API that was called at a URL, or why it does not count, as the end of
/// a sentence. RFC 9728, 3.3: one of another resource counts for nothing.
pub fn description(body: &[u8], called: &str) -> Result<Description, String> {
    let body = object(body).ok_or("it is no JSON object")?;
    let resource = body.get("resource").and_then(Json::as_text);
    let resource = resource.ok_or("it names no resource")?;
    let own = Origin::parse(called);
    if own.is_none() || Origin::parse(resource) != own {
        return Err(format!("it is of another API, {resource}"));
    }
    let list = |name: &str| -> Vec<String> {
        let list = body.get(name).and_then(Json::as_list).unwrap_or_default();
        let texts = list.iter().filter_map(Json::as_text);
        texts.map(str::to_owned).collect()
    };
    let needs = body.get("dpop_bound_access_tokens_required");
    Ok(Description {
        resource: resource.to_owned(),
        issuers: list("authorization_servers"),
        scopes: list("scopes_supported"),
        places: list("bearer_methods_supported"),
        is_bound: needs.and_then(Json::to_text).as_deref() == Some("true"),
    })
}

impl Description {
    /// What it says, beside what the token says of itself.
    pub fn lines(&self, claims: Option<&Claims>) -> Vec<Line> {
        let line = |label: &str, text: String, tone| Line::new(label, text, tone, How::Api);
        let bare = |text: &str| text.trim_end_matches('/').to_owned();
        let mut lines = Vec::new();
        let own = claims.and_then(|claims| claims.issuer.as_deref());
        let is_known = |own: &str| self.issuers.iter().any(|one| bare(one) == bare(own));
        lines.push(match (self.issuers.is_empty(), own) {
            (true, _) => line("takes from", "nobody is named".to_owned(), Tone::Doubt),
            (false, Some(own)) if !is_known(own) => line(
                "takes from",
                format!("{}, and this token is from {own}", self.issuers.join(", ")),
                Tone::Bad,
            ),
            _ => line("takes from", self.issuers.join(", "), Tone::Plain),
        });
        if !self.scopes.is_empty() {
            lines.push(line("scopes there", self.scopes.join(", "), Tone::Plain));
        }
        if !self.places.is_empty() {
            lines.push(line("taken in", self.places.join(", "), Tone::Plain));
        }
        if self.is_bound {
            let bound = claims.and_then(|claims| claims.bound).is_some();
            let tone = if bound { Tone::Plain } else { Tone::Doubt };
            let text = "only tokens that are bound to a key (DPoP)".to_owned();
            lines.push(line("takes", text, tone));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"{"resource": "https://api.acme.example/v2", "authorization_servers": ["https://login.acme.example/"],
        "scopes_supported": ["read"], "bearer_methods_supported": ["header"], "dpop_bound_access_tokens_required": true}"#;

    #[test]
    fn a_description_counts_for_the_api_that_was_called() {
        let read = |called: &str| description(BODY.as_bytes(), called);
        let found = read("https://api.acme.example/v2/orders").unwrap();
        assert_eq!(found.issuers, ["https://login.acme.example/"]);
        assert!(found.is_bound);
        let no = read("https://api.globex.example/v2").unwrap_err();
        assert!(no.contains("another API"), "{no}");
        for (body, why) in [("[]", "no JSON object"), ("{}", "no resource")] {
            let no = description(body.as_bytes(), "https://api.acme.example/").unwrap_err();
            assert!(no.contains(why), "{no}");
        }
    }

    #[test]
    fn an_issuer_that_the_api_does_not_name_is_marked() {
        let found = description(BODY.as_bytes(), "https://api.acme.example/").unwrap();
        let of = |issuer: &str| Claims {
            issuer: Some(issuer.to_owned()),
            ..Claims::default()
        };
        let first = |claims: &Claims| found.lines(Some(claims)).remove(0);
        assert_eq!(first(&of("https://login.acme.example")).tone, Tone::Plain);
        let other = first(&of("https://id.globex.example"));
        assert_eq!(other.tone, Tone::Bad);
        assert!(other.text.contains("is from https://id.globex.example"));
        assert_eq!(found.lines(None).len(), 4);
    }
}
