//! Takes a request apart: token, host, each part of the path, each parameter, header and body
//! field. Variables are filled in; tokens stay as names.

use crate::insight::json::fields::{self, Steps};
use crate::insight::json::{self, Json};
use crate::model::{
    Auth, Body, Environment, FORM, Failure, MASK, Origin, Param, RequestSpec, SentRequest, as_text,
    decoded, form_rows, resolve, slot,
};

/// A request with the environment it is for.
#[derive(Clone, Debug, Default)]
pub struct Side {
    pub spec: RequestSpec,
    pub environment: Environment,
    /// Whether stored cookies are sent with it.
    pub cookies: bool,
}

/// A request in parts.
#[derive(Clone, Debug)]
pub struct Dissected {
    pub environment: Environment,
    /// Scheme, host and port, as text that may hold slots.
    pub place: String,
    pub origin: Option<Origin>,
    /// Parts of the path, as they are written.
    pub path: Vec<String>,
    /// The pairs of the query as written, each with its decoded name.
    pub params: Vec<(String, String)>,
    pub headers: Vec<Param>,
    pub body: Content,
    pub auth: Auth,
    pub cookies: bool,
}

/// What a body is made of.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    Empty,
    /// A JSON object, and the body as it was written.
    Object(Json, Body),
    Form(Vec<Param>),
    Whole(Body),
}

impl Content {
    /// Whether two bodies can be mixed field by field.
    pub fn is_like(&self, other: &Content) -> bool {
        match (self, other) {
            // Text bodies hold slots for tokens; in bytes the same braces are data.
            (Content::Object(_, one), Content::Object(_, other)) => {
                matches!(one, Body::Text(_)) == matches!(other, Body::Text(_))
            }
            (Content::Form(_), Content::Form(_)) => true,
            _ => false,
        }
    }

    /// The ways to all fields of a JSON object that can be left out; empty for other bodies.
    pub fn fields(&self) -> Vec<Steps> {
        match self {
            Content::Object(object, _) => fields::leaves(object),
            _ => Vec::new(),
        }
    }
}

impl Side {
    /// Replaces rows that hold a mask, which cannot be sent, by the same rows of another call; they
    /// then make no difference.
    pub fn unmask(&mut self, own: &RequestSpec) {
        let mend = |rows: &mut Vec<Param>, own: &[Param]| {
            let is_masked = |row: &Param| row.enabled && row.value.contains(MASK);
            let (masked, mut kept): (Vec<Param>, Vec<Param>) = rows.drain(..).partition(is_masked);
            for row in masked {
                let same = own
                    .iter()
                    .filter(|own| own.name.eq_ignore_ascii_case(&row.name));
                kept.extend(same.cloned());
            }
            *rows = kept;
        };
        mend(&mut self.spec.headers, &own.headers);
        mend(&mut self.spec.params, &own.params);
    }

    /// Takes the request apart. `with_headers` makes the environment's own headers parts of the
    /// request; otherwise they stay with the environment. Fails where a variable is not set.
    pub fn dissected(&self, with_headers: bool) -> Result<Dissected, Failure> {
        let spec = RequestSpec {
            auth: Auth::None,
            ..self.spec.clone()
        };
        let sent = resolve(&spec, &self.environment)?;
        let url = sent.url_template();
        let url = url.split('#').next().unwrap_or_default();
        let (before, query) = match url.split_once('?') {
            Some((before, query)) => (before, Some(query)),
            None => (url, None),
        };
        let start = before.find("://").map_or(0, |at| at + 3);
        let end = before[start..]
            .find('/')
            .map_or(before.len(), |at| start + at);
        let path = before[end..].split('/').skip(1).map(str::to_owned);
        let pairs = query.into_iter().flat_map(|query| query.split('&'));
        let pairs = pairs.filter(|pair| !pair.is_empty());
        let mut environment = self.environment.clone();
        if with_headers {
            environment.headers.clear();
        }
        Ok(Dissected {
            place: before[..end].to_owned(),
            origin: Origin::parse(&sent.url),
            path: path.collect(),
            params: pairs.map(|pair| (name_of(pair), pair.to_owned())).collect(),
            headers: self.headers(&sent, with_headers),
            body: content(&spec, &sent),
            auth: self.spec.auth.clone(),
            cookies: self.cookies,
            environment,
        })
    }

    /// The headers that a person chose, without those that every call has.
    fn headers(&self, sent: &SentRequest, with_environment: bool) -> Vec<Param> {
        let is = |known: &str, name: &str| known.eq_ignore_ascii_case(name);
        let rows = self.spec.headers.iter();
        let typed: Vec<&Param> = rows.filter(|row| row.enabled).collect();
        let own = self.environment.headers.iter();
        let own: Vec<&str> = own.map(|(name, _)| name.as_str()).collect();
        let is_typed = |name: &str| typed.iter().any(|row| is(&row.name, name));
        let is_own = |name: &str| with_environment && own.iter().any(|known| is(known, name));
        let numbered = sent.headers.iter().enumerate();
        let chosen = numbered.filter(|(_, header)| is_typed(&header.name) || is_own(&header.name));
        let mut headers: Vec<Param> = chosen
            .map(|(number, header)| Param::new(header.name.clone(), template(sent, number)))
            .collect();
        // A header that is switched off stays, so that a body without a type gets none.
        headers.extend(self.spec.headers.iter().filter(|row| !row.enabled).cloned());
        headers
    }
}

/// The value of a header as text, with slots for its tokens.
fn template(sent: &SentRequest, number: usize) -> String {
    let header = sent.headers.iter().nth(number);
    let value = header.map_or_else(Default::default, |header| header.text().into_owned());
    let mut text = String::new();
    let mut from = 0;
    for own in sent.slots_of_header(number) {
        text.push_str(&as_text(
            value.get(from..own.range.start).unwrap_or_default(),
        ));
        text.push_str(&slot(&own.name));
        from = own.range.end;
    }
    text.push_str(&as_text(value.get(from..).unwrap_or_default()));
    text
}

fn name_of(pair: &str) -> String {
    let name = pair.split('=').next().unwrap_or_default();
    decoded(&name.replace('+', " ")).unwrap_or_else(|| name.to_owned())
}

fn content(spec: &RequestSpec, sent: &SentRequest) -> Content {
    let has_slots = sent.slots_of_body().next().is_some();
    let whole = || match (&spec.body, has_slots) {
        (Body::Text(_) | Body::Bytes(_), false) => Body::Bytes(sent.body.clone()),
        (body, _) => body.clone(),
    };
    match &spec.body {
        Body::Empty => Content::Empty,
        Body::Form(rows) => Content::Form(rows.iter().filter(|row| row.enabled).cloned().collect()),
        Body::Multipart(_) | Body::File(_) => Content::Whole(spec.body.clone()),
        // Slots stand inside JSON strings, so the typed text is parsed.
        Body::Text(text) if has_slots => object(text, spec.body.clone()),
        Body::Text(_) | Body::Bytes(_) => {
            let Ok(text) = std::str::from_utf8(&sent.body) else {
                return Content::Whole(whole());
            };
            let is_form = sent.headers.media_type().as_deref() == Some(FORM);
            match form_rows(text).filter(|_| is_form) {
                Some(rows) => Content::Form(rows),
                None => object(text, whole()),
            }
        }
    }
}

fn object(text: &str, body: Body) -> Content {
    let reading = json::read(text);
    let is_whole = reading.complete && !reading.fragment;
    match reading.value.filter(|_| is_whole) {
        Some(value @ Json::Object(_)) => Content::Object(value, body),
        _ => Content::Whole(body),
    }
}
