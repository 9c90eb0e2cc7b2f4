//! Credentials are lifted out of what is imported: a name stands in their place, and the value
//! goes on by itself. Two places with the same value get the same name.

use crate::insight::redact::{is_secret_name, secret_spans};
use crate::model::{
    Auth, Body, FoundToken, MASK, Param, RequestSpec, Secret, TokenName, decoded, form_rows,
    names_in,
};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// What was lifted so far. It holds values in the clear, and cannot be printed.
pub struct Lifter<'a> {
    /// Names that mean something else already.
    taken: &'a [TokenName],
    /// The token that is known to have a value.
    known: &'a dyn Fn(&Secret) -> Option<TokenName>,
    found: Vec<Found>,
    /// Which of them has a value, and which names are given: a hostile text holds many.
    by_value: HashMap<String, TokenName>,
    names: HashSet<TokenName>,
    /// The number that a name would get next.
    next: HashMap<TokenName, u32>,
}

struct Found {
    name: TokenName,
    place: String,
    value: Option<String>,
    is_known: bool,
}

/// Schemes of `Authorization`; what follows them is the credential.
const SCHEMES: [&str; 8] = [
    "Bearer",
    "Basic",
    "Token",
    "Digest",
    "ApiKey",
    "Negotiate",
    "JWT",
    "Key",
];

/// Parts of names that hold a credential besides those that are masked everywhere.
const MORE_NAMES: [&str; 12] = [
    "access-key",
    "access_key",
    "accesskey",
    "subscription-key",
    "functions-key",
    "passwd",
    "credential",
    "signature",
    "session-id",
    "sessionid",
    "private-key",
    "private_key",
];
const WHOLE_NAMES: [&str; 9] = [
    "x-auth",
    "auth",
    "sig",
    "jwt",
    "pwd",
    "pass",
    "key",
    "x-session",
    "x-amz-signature",
];

impl<'a> Lifter<'a> {
    pub fn new(
        taken: &'a [TokenName],
        known: &'a dyn Fn(&Secret) -> Option<TokenName>,
    ) -> Lifter<'a> {
        Lifter {
            taken,
            known,
            found: Vec::new(),
            by_value: HashMap::new(),
            names: HashSet::new(),
            next: HashMap::new(),
        }
    }

    /// The tokens in the order they were found.
    pub fn into_tokens(self) -> Vec<FoundToken> {
        let found = self.found.into_iter();
        found
            .map(|found| FoundToken {
                name: found.name,
                place: found.place,
                value: found.value.map(Secret::new),
                is_known: found.is_known,
            })
            .collect()
    }

    /// A value becomes a token. One that is only a name is the token of that name; one that is
    /// put together from names has no value here.
    pub fn lift(&mut self, base: &str, place: &str, value: &str) -> TokenName {
        if let Some(name) = only_name(value) {
            return self.refer(&name, place);
        }
        let value = (!value.contains("{{")).then(|| value.to_owned());
        if let Some(same) = value.as_ref().and_then(|value| self.by_value.get(value)) {
            return same.clone();
        }
        let known = value
            .as_ref()
            .and_then(|value| (self.known)(&Secret::new(value.as_str())));
        let is_known = known.is_some();
        let name = known.unwrap_or_else(|| self.free_name(base));
        if let Some(value) = &value {
            self.by_value.insert(value.clone(), name.clone());
        }
        self.names.insert(name.clone());
        self.found.push(Found {
            name: name.clone(),
            place: place.to_owned(),
            value,
            is_known,
        });
        name
    }

    /// A token that is known by its name alone.
    pub fn refer(&mut self, name: &str, place: &str) -> TokenName {
        let name = TokenName::new(name).unwrap_or_else(|| TokenName::nearest(name));
        if self.names.insert(name.clone()) {
            self.found.push(Found {
                name: name.clone(),
                place: place.to_owned(),
                value: None,
                is_known: false,
            });
        }
        name
    }

    fn free_name(&mut self, base: &str) -> TokenName {
        let base = TokenName::nearest(base);
        let stem: String = base.as_str().chars().take(30).collect();
        let mut name = base.clone();
        while self.taken.contains(&name) || self.names.contains(&name) {
            let number = self.next.entry(base.clone()).or_insert(1);
            *number += 1;
            name = TokenName::nearest(&format!("{stem}-{number}"));
        }
        name
    }

    /// A request without the credentials that were typed into it.
    pub fn spec(&mut self, spec: &mut RequestSpec) {
        spec.url = self.url(&spec.url);
        for row in &mut spec.params {
            row.value = self.named("parameter", &row.name, &row.value);
        }
        for row in &mut spec.headers {
            row.value = self.header(&row.name, &row.value);
        }
        match &mut spec.body {
            Body::Empty | Body::File(_) => {}
            Body::Text(text) => *text = self.body(text),
            Body::Bytes(bytes) => {
                if let Ok(text) = std::str::from_utf8(bytes) {
                    *bytes = self.body(text).into_bytes();
                }
            }
            Body::Form(rows) => {
                for row in rows {
                    row.value = self.named("form", &row.name, &row.value);
                }
            }
            Body::Multipart(parts) => {
                for part in parts.iter_mut().filter(|part| !part.is_file) {
                    part.value = self.named("part", &part.name, &part.value);
                }
            }
        }
    }

    /// A header of a request; a plain `Bearer` is the request's own token.
    pub fn push_header(&mut self, spec: &mut RequestSpec, mut header: Param) {
        if header.name.eq_ignore_ascii_case("authorization")
            && let Some(value) = header.value.strip_prefix("Bearer ")
            && spec.auth == Auth::None
            && !value.is_empty()
            && !value.contains([' ', '\t'])
        {
            spec.auth = Auth::Bearer(self.lift("bearer", "header Authorization", value));
            return;
        }
        header.value = self.header(&header.name, &header.value);
        spec.headers.push(header);
    }

    /// A body as it was sent. One that is `filled` holds variables on purpose.
    pub fn text_body(&mut self, bytes: Vec<u8>, is_form: bool, filled: bool) -> Body {
        let text = match String::from_utf8(bytes) {
            Ok(text) if text.is_empty() => return Body::Empty,
            Ok(text) => text,
            Err(error) => return Body::Bytes(error.into_bytes()),
        };
        if is_form && let Some(mut rows) = form_rows(&text) {
            for row in &mut rows {
                row.value = self.named("form", &row.name, &row.value);
            }
            return Body::Form(rows);
        }
        // Braces that stood there from the start are text and no variables.
        let literal = !filled && !names_in(&text).is_empty();
        let text = self.body(&text);
        if literal {
            Body::Bytes(text.into_bytes())
        } else {
            Body::Text(text)
        }
    }

    /// URL and parameters, where the query is the same when it is put together again.
    pub fn taken_apart(&mut self, url: &str) -> (String, Vec<Param>) {
        let apart = url.split_once('?').filter(|_| !url.contains('#'));
        let pairs = apart.and_then(|(before, query)| Some((before, query_rows(query)?)));
        match pairs {
            Some((before, mut rows)) => {
                for row in &mut rows {
                    row.value = self.named("parameter", &row.name, &row.value);
                }
                (self.url(before), rows)
            }
            None => (self.url(url), Vec::new()),
        }
    }

    /// A header's value without its credential; `Authorization` keeps its scheme.
    pub fn header(&mut self, name: &str, value: &str) -> String {
        let place = format!("header {name}");
        let schemes = if name.to_ascii_lowercase().contains("authorization") {
            &SCHEMES[..]
        } else {
            &SCHEMES[..2]
        };
        let (before, credential) = after_scheme(value, schemes);
        let is_bearer = before.to_ascii_lowercase().starts_with("bearer ");
        if credential.is_empty() || !(is_bearer || holds_secret(name, value)) {
            return self.jwts(value, &place);
        }
        let base = match before.split_whitespace().next() {
            Some(scheme) => scheme.to_ascii_lowercase(),
            None => name.to_ascii_lowercase(),
        };
        let token = self.lift(&base, &place, credential);
        format!("{before}{}", slot(&token))
    }

    /// The value of a parameter or of a member of a form.
    pub fn named(&mut self, what: &str, name: &str, value: &str) -> String {
        let place = format!("{what} {name}");
        if value.is_empty() || !holds_secret(name, value) {
            return self.jwts(value, &place);
        }
        let token = self.lift(name, &place, value);
        slot(&token)
    }

    /// A URL whose query could not be taken apart, without the credentials in it.
    pub fn url(&mut self, url: &str) -> String {
        let Some((before, query)) = url.split_once('?') else {
            return self.jwts(url, "URL");
        };
        let before = self.jwts(before, "URL");
        let (query, fragment) = query.split_at(query.find('#').unwrap_or(query.len()));
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, value)) => {
                let plain = decoded(&value.replace('+', " "));
                let shown = decoded(name).unwrap_or_else(|| name.to_owned());
                match plain {
                    Some(plain) if !value.is_empty() && holds_secret(&shown, &plain) => {
                        let token = self.lift(&shown, &format!("parameter {shown}"), &plain);
                        format!("{name}={}", slot(&token))
                    }
                    _ => pair.to_owned(),
                }
            }
            None => pair.to_owned(),
        });
        let query = pairs.collect::<Vec<_>>().join("&");
        format!("{before}?{query}{fragment}")
    }

    /// A body as text, without the values that stand under secret names.
    pub fn body(&mut self, text: &str) -> String {
        let spans = secret_spans(text.as_bytes());
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        for span in spans {
            let (Some(before), Some(value)) = (text.get(from..span.start), text.get(span.clone()))
            else {
                continue;
            };
            if value.contains(MASK) {
                continue;
            }
            let name = member_before(&text[..span.start]);
            let token = self.lift(&name, &format!("body {name}"), value);
            out.push_str(before);
            out.push_str(&slot(&token));
            from = span.end;
        }
        out.push_str(&text[from..]);
        self.jwts(&out, "body")
    }

    /// A text without the JSON Web Tokens in it, whatever they stand under.
    fn jwts(&mut self, text: &str, place: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        for span in jwts(text) {
            out.push_str(&text[from..span.start]);
            let token = self.lift("jwt", place, &text[span.clone()]);
            out.push_str(&slot(&token));
            from = span.end;
        }
        out.push_str(&text[from..]);
        out
    }
}

/// The pairs of a query that our encoder writes in an equivalent way.
fn query_rows(query: &str) -> Option<Vec<Param>> {
    let row = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        let (name, value) = (decoded(name)?, decoded(value)?);
        let is_escape = |rest: &str| {
            let digits = rest.as_bytes().get(..2);
            digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        };
        // Our encoder writes a blank as a plus, and a percent sign of no escape as one.
        let fits = !name.is_empty()
            && !pair.contains('+')
            && !name.contains(' ')
            && !value.contains(' ')
            && pair.split('%').skip(1).all(is_escape);
        fits.then(|| Param::new(name, value))
    };
    query.split('&').map(row).collect()
}

pub fn slot(token: &TokenName) -> String {
    format!("{{{{token:{token}}}}}")
}

/// A text with a mask where a JSON Web Token stood.
pub fn without_jwts(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for span in jwts(text) {
        out.push_str(&text[from..span.start]);
        out.push_str(MASK);
        from = span.end;
    }
    out.push_str(&text[from..]);
    out
}

fn holds_secret(name: &str, value: &str) -> bool {
    // What is masked has no value that could be lifted.
    if value.contains(MASK) {
        return false;
    }
    let lower = name.to_ascii_lowercase();
    is_secret_name(name)
        || WHOLE_NAMES.contains(&lower.as_str())
        || MORE_NAMES.iter().any(|part| lower.contains(part))
        || jwts(value)
            .first()
            .is_some_and(|span| *span == (0..value.len()))
}

/// The schemes at the start of a value, with their blanks, and what follows them. A doubled
/// scheme is a mistake worth keeping.
fn after_scheme<'v>(value: &'v str, schemes: &[&str]) -> (&'v str, &'v str) {
    let mut at = 0;
    loop {
        let rest = &value[at..];
        let word = rest.split([' ', '\t']).next().unwrap_or_default();
        let blanks = rest[word.len()..].len() - rest[word.len()..].trim_start().len();
        let is_scheme = schemes
            .iter()
            .any(|scheme| scheme.eq_ignore_ascii_case(word));
        if !is_scheme || blanks == 0 {
            return value.split_at(at);
        }
        at += word.len() + blanks;
    }
}

/// The name in a text that is `{{name}}` or `{{token:name}}` and nothing else.
fn only_name(text: &str) -> Option<String> {
    let inside = text.strip_prefix("{{")?.strip_suffix("}}")?;
    let fits = |c: char| c.is_alphanumeric() || "_-.:".contains(c);
    let name = inside.strip_prefix("token:").unwrap_or(inside);
    (!name.is_empty() && inside.chars().all(fits)).then(|| name.to_owned())
}

/// The member whose value begins where the text ends: of JSON, else of a form.
fn member_before(text: &str) -> String {
    let form = || {
        let pair = text.strip_suffix('=')?;
        let name = pair.rsplit('&').next()?;
        decoded(name)
    };
    let json = || {
        let before = text.strip_suffix('"')?.trim_end().strip_suffix(':')?;
        let name = before.trim_end().strip_suffix('"')?;
        name.rsplit('"').next().map(str::to_owned)
    };
    let name = json().or_else(form).filter(|name| !name.is_empty());
    name.unwrap_or_else(|| "secret".to_owned())
}

/// Three parts of base64url, the first of which begins as JSON does.
fn jwts(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    let is_part = |b: &u8| b.is_ascii_alphanumeric() || b"-_".contains(b);
    while let Some(start) = text[from..].find("eyJ").map(|at| from + at) {
        let bytes = &text.as_bytes()[start..];
        let end = bytes
            .iter()
            .take_while(|b| is_part(b) || **b == b'.')
            .count();
        let parts: Vec<&str> = text[start..start + end].split('.').collect();
        let before = text[..start].bytes().next_back();
        let begins = before.is_none_or(|b| !is_part(&b) && b != b'.');
        if begins && parts.len() == 3 && parts[0].len() > 8 && parts[1].len() > 8 {
            found.push(start..start + end);
        }
        from = start + end.max(3);
    }
    found
}
