//! Lifts credentials out of imported texts: a name takes their place, and the value is kept apart.
//! Equal values get the same name.

use crate::insight::redact::{is_secret, jwts, secret_spans};
use crate::model::{
    Auth, Body, FoundToken, MASK, Param, Piece, RequestSpec, Secret, TokenName, as_data, decoded,
    decoded_around_names, form_rows, names_in, pieces, query_rows, slot, with_names,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::{HashMap, HashSet};

/// Lifts credentials, and collects them. It holds values in the clear and cannot be printed.
pub struct Extractor<'a> {
    /// Names that are already in use.
    taken: &'a [TokenName],
    /// Finds the known token with a value.
    known: &'a dyn Fn(&Secret) -> Option<TokenName>,
    found: Vec<Found>,
    /// Indexes of what was found, because a hostile text may hold very many.
    by_value: HashMap<String, TokenName>,
    names: HashSet<TokenName>,
    valued: HashSet<TokenName>,
    /// The next number for a name that is in use.
    next: HashMap<TokenName, u32>,
    /// The values of the text's own variables.
    values: HashMap<String, String>,
    /// Variables that were found in the place of credentials.
    inside: HashSet<String>,
    bare: Bare,
}

/// What `{{name}}` means in the place of a credential.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bare {
    /// In imported texts: a credential that the other program keeps under that name.
    Credential,
    /// In our own requests: a variable, which stays one.
    Variable,
}

struct Found {
    name: TokenName,
    place: String,
    value: Option<String>,
    is_known: bool,
}

/// Text beside a name may be a credential from this many bytes on.
const SHORTEST_BESIDE: usize = 8;
/// The most bytes of a credential that is put together from variables.
const MOST_EXPANDED: usize = 8_192;

/// Schemes of `Authorization`; the credential follows them.
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

/// More parts of names that hold credentials, besides those that are masked everywhere.
const MORE_NAMES: [&str; 3] = ["subscription-key", "functions-key", "credential"];
const WHOLE_NAMES: [&str; 4] = ["auth", "pass", "key", "x-session"];

impl<'a> Extractor<'a> {
    /// For imported texts: new names are not `taken`, and a `known` value keeps its token's name.
    pub fn new(
        taken: &'a [TokenName],
        known: &'a dyn Fn(&Secret) -> Option<TokenName>,
    ) -> Extractor<'a> {
        Extractor {
            taken,
            known,
            found: Vec::new(),
            by_value: HashMap::new(),
            names: HashSet::new(),
            valued: HashSet::new(),
            next: HashMap::new(),
            values: HashMap::new(),
            inside: HashSet::new(),
            bare: Bare::Credential,
        }
    }

    /// For our own requests, where a credential with a name stays as it is.
    pub fn of_own(taken: &'a [TokenName]) -> Extractor<'a> {
        Extractor {
            bare: Bare::Variable,
            ..Extractor::new(taken, &|_| None)
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

    /// Defines a variable of the text, for credentials that are made of it.
    pub fn define(&mut self, name: &str, value: &str) {
        self.values.insert(name.to_owned(), value.to_owned());
    }

    /// Makes a token of a value and returns its name. A value that is only a name is the token of
    /// that name, unless the text defines it; one put together from unknown names gets no value.
    pub fn lift(&mut self, base: &str, place: &str, value: &str) -> TokenName {
        if value.starts_with("‹token:") && value.ends_with('›') {
            // A mask says that there was a value, not which token of this machine it was.
            return self.missing(base, place);
        }
        self.note_inside(value);
        let Some(name) = only_name(value) else {
            let whole = self.expanded(value);
            return self.lift_value(base, place, value, whole);
        };
        let own = self.values.get(&name).cloned();
        match own.filter(|_| !value.starts_with("{{token:")) {
            Some(own) => self.lift_value(&name, place, value, Some(own)),
            // A variable is not the token that happens to have its name.
            None if self.has_value(&name) && !value.starts_with("{{token:") => {
                self.lift_value(&name, place, value, None)
            }
            None => self.refer(&name, place),
        }
    }

    /// The slot that takes the place of a value.
    fn slotted(&mut self, base: &str, place: &str, value: &str) -> String {
        if self.bare == Bare::Variable && value.contains(MASK) {
            return value.to_owned();
        }
        if self.bare == Bare::Credential || !has_names(value) {
            return slot(&self.lift(base, place, value));
        }
        self.note_inside(value);
        let mut written = String::with_capacity(value.len());
        let mut beside = String::new();
        for piece in pieces(value) {
            match piece {
                Piece::Plain(_) | Piece::Brace => piece.push_to(&mut beside),
                Piece::Name(_) | Piece::Token(_) => {
                    self.push_plain(base, place, &beside, &mut written);
                    beside.clear();
                    piece.push_to(&mut written);
                }
            }
        }
        self.push_plain(base, place, &beside, &mut written);
        written
    }

    /// Adds text beside a name; a short text between two names is no secret.
    fn push_plain(&mut self, base: &str, place: &str, plain: &str, written: &mut String) {
        if plain.len() < SHORTEST_BESIDE {
            written.push_str(plain)
        } else {
            written.push_str(&slot(&self.lift(base, place, plain)))
        }
    }

    /// A token for a credential that is needed but is not in the text.
    pub fn missing(&mut self, base: &str, place: &str) -> TokenName {
        self.lift_value(base, place, &format!("{{{{}}}} {base}"), None)
    }

    fn has_value(&self, name: &str) -> bool {
        TokenName::new(name).is_some_and(|name| self.valued.contains(&name))
    }

    /// A token for `user:password`, encoded as it follows `Basic`.
    pub fn basic(&mut self, place: &str, pair: &str) -> TokenName {
        let password = pair.split_once(':').map_or("", |(_, password)| password);
        self.note_inside(password);
        let whole = self.expanded(pair).map(|pair| STANDARD.encode(pair));
        self.lift_value("basic", place, &format!("{{{{basic}}}} {pair}"), whole)
    }

    /// The value of a variable without the credentials in it.
    pub fn variable(&mut self, name: &str, value: &str, is_secret: bool) -> String {
        let place = format!("variable {name}");
        let (before, credential) = after_scheme(value, &SCHEMES[..2]);
        if is_secret || self.inside.contains(name) || holds_secret(name, value) {
            let token = self.lift(name, &place, value);
            return slot(&token);
        }
        if before.to_ascii_lowercase().starts_with("bearer ") && !credential.is_empty() {
            let token = self.lift(name, &place, credential);
            return format!("{before}{}", slot(&token));
        }
        match value.contains("://") {
            true => self.url(value),
            false => self.body(value),
        }
    }

    /// A text with its variables filled in; `None` where one has no value, or it grows too long for
    /// a credential.
    pub fn expanded(&self, text: &str) -> Option<String> {
        if !text.contains("{{") {
            return Some(text.to_owned());
        }
        if text.len() > MOST_EXPANDED {
            return None;
        }
        let mut room = MOST_EXPANDED;
        let whole = with_names(text, |name| {
            let value = self.values.get(name).filter(|value| value.len() <= room)?;
            room -= value.len();
            Some(value.clone())
        });
        as_data(&whole)
    }

    /// Whether a variable was found in the place of a credential.
    pub fn is_inside(&self, name: &str) -> bool {
        self.inside.contains(name)
    }

    fn note_inside(&mut self, text: &str) {
        let names = names_in(text).into_iter();
        self.inside.extend(names.map(str::to_owned));
    }

    /// The same text is the same token, even where its value is unknown.
    fn lift_value(
        &mut self,
        base: &str,
        place: &str,
        text: &str,
        value: Option<String>,
    ) -> TokenName {
        let key = value.as_deref().unwrap_or(text);
        if let Some(same) = self.by_value.get(key) {
            return same.clone();
        }
        let known = value
            .as_ref()
            .and_then(|value| (self.known)(&Secret::new(value.as_str())));
        let is_known = known.is_some();
        let name = known.unwrap_or_else(|| self.free_name(base));
        self.by_value.insert(key.to_owned(), name.clone());
        self.names.insert(name.clone());
        if value.is_some() {
            self.valued.insert(name.clone());
        }
        self.found.push(Found {
            name: name.clone(),
            place: place.to_owned(),
            value,
            is_known,
        });
        name
    }

    /// Notes a token that is known by its name alone.
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

    /// Lifts the credentials that were typed into a request.
    pub fn spec(&mut self, spec: &mut RequestSpec) {
        spec.unsettle();
        spec.url = self.url(&spec.url);
        for row in &mut spec.params {
            row.set_value(self.named("parameter", &row.name, &row.value));
        }
        for row in &mut spec.headers {
            row.value = self.header(&row.name, &row.value);
        }
        match &mut spec.body {
            Body::Empty | Body::File(_) | Body::Bytes(_) => {}
            Body::Text(text) => *text = self.body(text),
            Body::Form(rows) => {
                for row in rows {
                    row.set_value(self.named("form", &row.name, &row.value));
                }
            }
            Body::Multipart(parts) => {
                for part in parts.iter_mut().filter(|part| !part.is_file) {
                    part.value = self.named("part", &part.name, &part.value);
                }
            }
        }
        spec.settle();
    }

    /// A header that is one variable with a scheme in its value: the scheme, and a token behind it.
    fn with_own_scheme(&mut self, name: &str, value: &str) -> Option<String> {
        let variable = only_name(value).filter(|_| !value.starts_with("{{token:"))?;
        let own = self.values.get(&variable)?.clone();
        let (scheme, credential) = after_scheme(&own, &SCHEMES);
        if scheme.is_empty() || credential.is_empty() {
            return None;
        }
        self.note_inside(value);
        let token = self.lift(&variable, &format!("header {name}"), credential);
        Some(format!("{scheme}{}", slot(&token)))
    }

    /// Adds a header to a request; a plain `Bearer` becomes the request's own token.
    pub fn push_header(&mut self, spec: &mut RequestSpec, mut header: Param) {
        if header.name.eq_ignore_ascii_case("authorization")
            && let Some(value) = self.with_own_scheme(&header.name, &header.value)
        {
            header.value = value;
        }
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

    /// A body of text with its credentials lifted; a form becomes rows where it can.
    pub fn text_body(&mut self, text: String, is_form: bool) -> Body {
        if text.is_empty() {
            return Body::Empty;
        }
        if is_form && let Some(mut rows) = form_rows(&text) {
            for row in &mut rows {
                row.set_value(self.named("form", &row.name, &row.value));
            }
            return Body::Form(rows);
        }
        // A form with spaces in it does not look like one by its text alone.
        let is_pairs = is_form && !text.trim_start().starts_with(['{', '[', '<', '"']);
        Body::Text(if is_pairs {
            let pairs = self.pairs("form", &text);
            self.jwts(&pairs, "body")
        } else {
            self.body(&text)
        })
    }

    /// Splits a URL from its parameters, each as written; a query that rows cannot hold stays in
    /// the URL.
    pub fn taken_apart(&mut self, url: &str) -> (String, Vec<Param>) {
        let apart = url.split_once('?').filter(|_| !url.contains('#'));
        let pairs = apart.and_then(|(before, query)| Some((before, query_rows(query)?)));
        match pairs {
            Some((before, mut rows)) => {
                for row in &mut rows {
                    row.set_value(self.named("parameter", &row.name, &row.value));
                }
                (self.url(before), rows)
            }
            None => (self.url(url), Vec::new()),
        }
    }

    /// A header's value with its credential lifted; `Authorization` keeps its scheme.
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
        format!("{before}{}", self.slotted(&base, &place, credential))
    }

    /// The value of a parameter or form field, with its credential lifted.
    pub fn named(&mut self, what: &str, name: &str, value: &str) -> String {
        let place = format!("{what} {name}");
        if value.is_empty() || !holds_secret(name, value) {
            return self.jwts(value, &place);
        }
        self.slotted(name, &place, value)
    }

    /// A URL with the credentials in its query lifted.
    pub fn url(&mut self, url: &str) -> String {
        let Some((before, query)) = url.split_once('?') else {
            return self.jwts(url, "URL");
        };
        let before = self.jwts(before, "URL");
        let (query, fragment) = query.split_at(query.find('#').unwrap_or(query.len()));
        let query = self.pairs("parameter", query);
        format!("{before}?{query}{fragment}")
    }

    /// A query or form with its credentials lifted; all else stays as written.
    pub fn pairs(&mut self, what: &str, text: &str) -> String {
        let pairs = text.split('&').map(|pair| match pair.split_once('=') {
            Some((name, value)) => {
                let plain = decoded_around_names(&value.replace('+', " "));
                let shown = decoded(name.trim()).unwrap_or_else(|| name.to_owned());
                match plain {
                    Some(plain) if !value.is_empty() && holds_secret(&shown, &plain) => {
                        // Text beside a name that stays keeps its encoding.
                        let stays = self.bare == Bare::Variable && has_names(value);
                        let value = if stays { value } else { plain.as_str() };
                        let place = format!("{what} {shown}");
                        format!("{name}={}", self.slotted(&shown, &place, value))
                    }
                    _ => pair.to_owned(),
                }
            }
            None => pair.to_owned(),
        });
        pairs.collect::<Vec<_>>().join("&")
    }

    /// A body of text with the values under secret names lifted.
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
            out.push_str(before);
            out.push_str(&self.slotted(&name, &format!("body {name}"), value));
            from = span.end;
        }
        out.push_str(&text[from..]);
        self.jwts(&out, "body")
    }

    /// Lifts the JSON Web Tokens in a text, whatever their names.
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

/// Splits a URL from its user and password.
pub fn user_of(url: &str) -> (String, Option<&str>) {
    let start = url.find("://").map_or(0, |scheme| scheme + 3);
    let end = url[start..].find(['/', '?', '#', '\\']);
    let end = end.map_or(url.len(), |length| start + length);
    match url[start..end].rfind('@') {
        None => (url.to_owned(), None),
        Some(length) => (
            format!("{}{}", &url[..start], &url[start + length + 1..]),
            Some(&url[start..start + length]),
        ),
    }
}

/// Whether a text holds a variable or a token.
fn has_names(text: &str) -> bool {
    pieces(text).any(|piece| matches!(piece, Piece::Name(_) | Piece::Token(_)))
}

/// Whether a value with that name is a credential.
pub fn holds_secret(name: &str, value: &str) -> bool {
    // A masked value cannot be lifted.
    if value.contains(MASK) {
        return false;
    }
    let lower = name.to_ascii_lowercase();
    is_secret(name, value)
        || WHOLE_NAMES.contains(&lower.as_str())
        || MORE_NAMES.iter().any(|part| lower.contains(part))
        || jwts(value)
            .first()
            .is_some_and(|span| *span == (0..value.len()))
}

/// Splits a value after the schemes at its start. A doubled scheme is a mistake worth keeping.
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

/// The name of a text that is only `{{name}}` or `{{token:name}}`.
fn only_name(text: &str) -> Option<String> {
    let mut pieces = pieces(text);
    match (pieces.next()?, pieces.next()) {
        (Piece::Name(name) | Piece::Token(name), None) => Some(name.to_owned()),
        _ => None,
    }
}

/// The name of the JSON member, else form field, whose value begins where the text ends.
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
