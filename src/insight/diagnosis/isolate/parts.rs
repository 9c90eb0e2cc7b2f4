//! The parts in which a refused call and one that works may differ, and how a mixture of both
//! becomes a request.

use super::dissected::{Content, Dissected};
use super::search::{Mixture, Role, Take};
use crate::insight::json::Json;
use crate::insight::json::fields::{self, Steps, pointer};
use crate::insight::redact::{Mask, is_secret};
use crate::model::{
    Auth, Body, Environment, HttpVersion, MASK, Param, Piece as TextPiece, RequestSpec, as_text,
    cut, pieces,
};

/// What a part is, as people call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartKind {
    Token,
    Host,
    Cookies,
    HttpVersion,
    AddressFamily,
    /// The whole path, where the two paths differ in length.
    Path,
    /// One part of the path, counted from 1.
    Step(usize),
    Param(String),
    Header(String),
    Field(Steps),
    FormField(String),
    Body,
}

/// One part in which two calls can differ, with both values as they may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub kind: PartKind,
    /// What it is called, as it may be shown.
    title: String,
    pub role: Role,
    /// The value in the refused call, masked; `None` where it has none.
    pub refused: Option<String>,
    /// The value in the working call, likewise.
    pub working: Option<String>,
    /// It may hold a secret without a name, so it is only sent to its own host.
    pub stays: bool,
}

/// How many characters of a value are shown.
const SHOWN: usize = 80;

impl Part {
    /// `header Core-Url`, `field /data/name`; names hold no known value either.
    pub fn name(&self) -> String {
        self.title.clone()
    }
}

impl PartKind {
    fn name(&self) -> String {
        match self {
            PartKind::Token => "token".to_owned(),
            PartKind::Host => "host".to_owned(),
            PartKind::Cookies => "cookies".to_owned(),
            PartKind::HttpVersion => "HTTP version".to_owned(),
            PartKind::AddressFamily => "address family".to_owned(),
            PartKind::Path => "path".to_owned(),
            PartKind::Step(number) => format!("path part {number}"),
            PartKind::Param(name) => format!("parameter {name}"),
            PartKind::Header(name) => format!("header {name}"),
            PartKind::Field(steps) => format!("field {}", pointer(steps)),
            PartKind::FormField(name) => format!("form field {name}"),
            PartKind::Body => "body".to_owned(),
        }
    }
}

/// A refused call and a working one in parts, or one call with itself.
#[derive(Clone, Debug)]
pub struct Pair {
    pub method: String,
    /// Method and path of the refused call, as they may be shown.
    pub address: String,
    pub refused: Dissected,
    pub working: Dissected,
    pub parts: Vec<Part>,
}

impl Pair {
    /// Finds the parts of two calls, or of one alone; `shown` masks their values.
    pub fn new(method: &str, refused: Dissected, working: Option<Dissected>, shown: &Mask) -> Pair {
        let working = working.unwrap_or_else(|| refused.clone());
        let mut kinds = vec![PartKind::Token];
        if refused.origin != working.origin || refused.place != working.place {
            kinds.push(PartKind::Host);
        }
        kinds.push(PartKind::Cookies);
        let (one, other) = (&refused.environment.reach, &working.environment.reach);
        if one.version != other.version {
            kinds.push(PartKind::HttpVersion);
        }
        if one.family != other.family {
            kinds.push(PartKind::AddressFamily);
        }
        if refused.path.len() != working.path.len() {
            kinds.push(PartKind::Path);
        } else {
            kinds.extend((1..=refused.path.len()).map(PartKind::Step));
        }
        let names = |one: &[(String, String)], other: &[(String, String)]| {
            let names = one.iter().chain(other).map(|(name, _)| name.clone());
            distinct(names, |a, b| a == b)
        };
        kinds.extend(
            names(&refused.params, &working.params)
                .into_iter()
                .map(PartKind::Param),
        );
        let with_body = !refused.body.is_like(&working.body) && refused.body != working.body;
        let headers = refused.headers.iter().chain(&working.headers);
        let headers = headers
            .filter(|row| row.enabled)
            .map(|row| row.name.clone());
        let headers = distinct(headers, |a, b| a.eq_ignore_ascii_case(b));
        let of_body = |name: &String| name.to_ascii_lowercase().starts_with("content-");
        let headers = headers
            .into_iter()
            .filter(|name| !(with_body && of_body(name)));
        kinds.extend(headers.map(PartKind::Header));
        kinds.extend(kinds_of_bodies(&refused.body, &working.body));
        let paths = (shown_path(&refused, shown), shown_path(&working, shown));
        let mut pair = Pair {
            method: method.to_owned(),
            address: format!("{} /{}", shown.text(method), paths.0.join("/")),
            refused,
            working,
            parts: Vec::new(),
        };
        for kind in kinds {
            let (one, other) = (
                pair.value(&pair.refused, &kind),
                pair.value(&pair.working, &kind),
            );
            if one.is_none() && other.is_none() {
                continue;
            }
            let role = Role {
                differs: one != other,
                may_go: pair.may_go(&kind),
                is_token: is_token(&kind, one.as_deref()),
            };
            let name = match &kind {
                PartKind::Param(name) | PartKind::Header(name) | PartKind::FormField(name) => {
                    name.as_str()
                }
                PartKind::Field(steps) => steps.last().map_or("", String::as_str),
                _ => "",
            };
            if role.differs || role.may_go {
                // What is secret in an address is told by the whole of it.
                let own = |path: &[String], value: String| match &kind {
                    PartKind::Step(number) => path.get(number - 1).cloned().unwrap_or(value),
                    PartKind::Path => format!("/{}", path.join("/")),
                    PartKind::Host => shown.url(&value),
                    _ => value,
                };
                let refused = one.map(|value| presented(name, &own(&paths.0, value), shown));
                let working = other.map(|value| presented(name, &own(&paths.1, value), shown));
                let masked =
                    |text: &Option<String>| text.as_ref().is_some_and(|text| text.contains(MASK));
                pair.parts.push(Part {
                    stays: kind == PartKind::Body || masked(&refused) || masked(&working),
                    title: shown.text(&kind.name()),
                    refused,
                    working,
                    kind,
                    role,
                });
            }
        }
        pair
    }

    /// The value of a part, as text that may hold slots.
    fn value(&self, side: &Dissected, kind: &PartKind) -> Option<String> {
        let joined = |values: Vec<String>| (!values.is_empty()).then(|| values.join(", "));
        match kind {
            PartKind::Token => side.auth.token().map(ToString::to_string),
            PartKind::Host => Some(side.place.clone()),
            PartKind::Cookies => side.cookies.then(|| "kept ones".to_owned()),
            PartKind::HttpVersion => {
                let version = match side.environment.reach.version {
                    Some(HttpVersion::Http1) => "HTTP/1.1",
                    Some(HttpVersion::Http2) => "HTTP/2",
                    None => "as agreed",
                };
                Some(version.to_owned())
            }
            PartKind::AddressFamily => {
                let family = side.environment.reach.family;
                Some(family.map_or_else(|| "any".to_owned(), |family| family.to_string()))
            }
            PartKind::Path => Some(format!("/{}", side.path.join("/"))),
            PartKind::Step(number) => side.path.get(number - 1).cloned(),
            PartKind::Param(name) => {
                let own = side.params.iter().filter(|(known, _)| known == name);
                let value = |pair: &str| {
                    pair.split_once('=')
                        .map_or("", |(_, value)| value)
                        .to_owned()
                };
                joined(own.map(|(_, pair)| value(pair)).collect())
            }
            PartKind::Header(name) => {
                let own = rows_of(&side.headers, name);
                joined(own.map(|row| row.value.clone()).collect())
            }
            PartKind::Field(steps) => match &side.body {
                Content::Object(object, _) => fields::at(object, steps).map(Json::to_string),
                _ => None,
            },
            PartKind::FormField(name) => match &side.body {
                Content::Form(rows) => {
                    let own = rows.iter().filter(|row| row.name == *name);
                    joined(own.map(|row| row.value.clone()).collect())
                }
                _ => None,
            },
            PartKind::Body => match &side.body {
                Content::Empty => None,
                Content::Object(_, body) | Content::Whole(body) => Some(body_text(body)),
                Content::Form(rows) => Some(
                    rows.iter()
                        .map(Param::form_pair)
                        .collect::<Vec<_>>()
                        .join("&"),
                ),
            },
        }
    }

    fn may_go(&self, kind: &PartKind) -> bool {
        match kind {
            PartKind::Token
            | PartKind::Cookies
            | PartKind::Param(_)
            | PartKind::Header(_)
            | PartKind::FormField(_)
            | PartKind::Body => true,
            // An element left out of a list would move the others.
            PartKind::Field(steps) => match &self.refused.body {
                Content::Object(object, _) => (1..steps.len()).all(|depth| {
                    !matches!(fields::at(object, &steps[..depth]), Some(Json::List(_)))
                }),
                _ => true,
            },
            PartKind::Host
            | PartKind::HttpVersion
            | PartKind::AddressFamily
            | PartKind::Path
            | PartKind::Step(_) => false,
        }
    }

    /// Keeps parts that may hold secrets with the host that the mixture calls.
    fn bound(&self, mixture: &Mixture) -> Mixture {
        let mut parts = self.parts.iter();
        let host = parts.position(|part| part.kind == PartKind::Host);
        let Some(host) = host.and_then(|place| mixture.get(place).copied()) else {
            return mixture.clone();
        };
        let takes = self.parts.iter().zip(mixture);
        let bound = takes.map(|(part, take)| match (part.stays, take) {
            (true, Take::Refused | Take::Working) => host,
            _ => *take,
        });
        bound.collect()
    }

    /// The request of a mixture, its environment, and whether stored cookies are sent.
    pub fn mixed(&self, mixture: &Mixture) -> (RequestSpec, Environment, bool) {
        let mixture = &self.bound(mixture);
        let side = |take: Take| match take {
            Take::Working => &self.working,
            Take::Refused | Take::Left => &self.refused,
        };
        let mut environment = self.refused.environment.clone();
        let mut place = self.refused.place.clone();
        let mut path = self.refused.path.clone();
        let mut auth = self.refused.auth.clone();
        let mut cookies = self.refused.cookies;
        let (mut version, mut family) = (environment.reach.version, environment.reach.family);
        let taken = || self.parts.iter().zip(mixture.iter().copied());
        for (part, take) in taken() {
            let from = side(take);
            match &part.kind {
                PartKind::Token if take == Take::Left => auth = Auth::None,
                PartKind::Token => auth = from.auth.clone(),
                PartKind::Host => {
                    environment = from.environment.clone();
                    place = from.place.clone();
                }
                PartKind::Cookies => cookies = from.cookies && take != Take::Left,
                PartKind::HttpVersion => version = from.environment.reach.version,
                PartKind::AddressFamily => family = from.environment.reach.family,
                PartKind::Path => path = from.path.clone(),
                PartKind::Step(number) => {
                    let step = from.path.get(number - 1).cloned();
                    if let (Some(old), Some(new)) = (path.get_mut(number - 1), step) {
                        *old = new;
                    }
                }
                _ => {}
            }
        }
        (environment.reach.version, environment.reach.family) = (version, family);
        let mut url = format!("{place}/{}", path.join("/"));
        let mut sign = '?';
        let mut headers: Vec<Param> = Vec::new();
        let pairs = self.pairs(mixture);
        for pair in pairs {
            url.push(sign);
            url.push_str(pair);
            sign = '&';
        }
        for (part, take) in self.ordered(mixture) {
            if let PartKind::Header(name) = &part.kind
                && take != Take::Left
            {
                headers.extend(rows_of(&side(take).headers, name).cloned());
            }
        }
        // Write `{{base}}`, so that a session made of it works in other environments.
        let base = as_text(environment.base_url.trim_end_matches('/'));
        if let Some(rest) = url.strip_prefix(&base).filter(|_| !base.is_empty())
            && rest.starts_with(['/', '?'])
        {
            url = format!("{{{{base}}}}{rest}");
        }
        let (body, of_body) = self.body(mixture);
        headers.extend(of_body);
        let off = self.refused.headers.iter().filter(|row| !row.enabled);
        headers.extend(off.cloned());
        let spec = RequestSpec {
            method: self.method.clone(),
            url,
            headers,
            body,
            auth,
            ..RequestSpec::default()
        };
        (spec, environment, cookies)
    }

    /// The pairs of the query; in the working call's order where all of them come from it.
    fn pairs<'p>(&'p self, mixture: &'p Mixture) -> Vec<&'p str> {
        let of_name = |side: &'p Dissected, name: &'p str| {
            let own = side.params.iter().filter(move |(known, _)| known == name);
            own.map(|(_, pair)| pair.as_str())
        };
        let mut taken = Vec::new();
        for (part, take) in self.ordered(mixture) {
            if let PartKind::Param(name) = &part.kind {
                taken.push((name.as_str(), take));
            }
        }
        let is_others = taken.iter().all(|(_, take)| *take == Take::Working);
        if is_others && !taken.is_empty() {
            return self
                .working
                .params
                .iter()
                .map(|(_, pair)| pair.as_str())
                .collect();
        }
        let pairs = taken.into_iter().flat_map(|(name, take)| {
            let side = match take {
                Take::Working => Some(&self.working),
                Take::Refused => Some(&self.refused),
                Take::Left => None,
            };
            side.into_iter().flat_map(move |side| of_name(side, name))
        });
        pairs.collect()
    }

    /// The parts, each with the call it is taken from.
    fn ordered<'p>(&'p self, mixture: &'p Mixture) -> impl Iterator<Item = (&'p Part, Take)> {
        self.parts.iter().zip(mixture.iter().copied())
    }

    /// The body, with the `Content-*` headers that belong to it.
    fn body(&self, mixture: &Mixture) -> (Body, Vec<Param>) {
        let mut takes = self
            .ordered(mixture)
            .filter_map(|(part, take)| match &part.kind {
                PartKind::Field(steps) => Some((steps, take)),
                _ => None,
            });
        let whole = self
            .ordered(mixture)
            .find(|(part, _)| part.kind == PartKind::Body);
        if let Some((_, take)) = whole {
            let from = match take {
                Take::Left => return (Body::Empty, Vec::new()),
                Take::Working => &self.working,
                Take::Refused => &self.refused,
            };
            let is_part = |name: &str| {
                let mut parts = self.parts.iter();
                parts.any(|part| matches!(&part.kind, PartKind::Header(own) if own.eq_ignore_ascii_case(name)))
            };
            let own = from.headers.iter().filter(|row| {
                row.enabled
                    && row.name.to_ascii_lowercase().starts_with("content-")
                    && !is_part(&row.name)
            });
            return (written(&from.body), own.cloned().collect());
        }
        let body = match (&self.refused.body, &self.working.body) {
            (Content::Object(object, body), Content::Object(other, _)) => {
                let takes: Vec<_> = takes.by_ref().collect();
                if takes.iter().all(|(_, take)| *take == Take::Refused) {
                    return (body.clone(), Vec::new());
                }
                let mut mixed = object.clone();
                for (steps, take) in takes {
                    match take {
                        Take::Refused => {}
                        Take::Left => fields::set(&mut mixed, steps, None),
                        Take::Working => {
                            fields::set(&mut mixed, steps, fields::at(other, steps).cloned());
                        }
                    }
                }
                match body {
                    Body::Text(_) => Body::Text(mixed.to_string()),
                    _ => Body::Bytes(mixed.to_string().into_bytes()),
                }
            }
            (Content::Form(_), Content::Form(_)) => {
                let mut rows = Vec::new();
                for (part, take) in self.ordered(mixture) {
                    let (PartKind::FormField(name), false) = (&part.kind, take == Take::Left)
                    else {
                        continue;
                    };
                    let from = match take {
                        Take::Working => &self.working.body,
                        _ => &self.refused.body,
                    };
                    if let Content::Form(own) = from {
                        rows.extend(own.iter().filter(|row| row.name == *name).cloned());
                    }
                }
                if rows.is_empty() {
                    Body::Empty
                } else {
                    Body::Form(rows)
                }
            }
            (body, _) => written(body),
        };
        (body, Vec::new())
    }
}

/// The parts of a call's path as they may be shown.
fn shown_path(side: &Dissected, shown: &Mask) -> Vec<String> {
    let url = shown.url(&format!("{}/{}", side.place, side.path.join("/")));
    let start = url.find("://").map_or(0, |at| at + 3);
    let path = url[start..].split_once('/').map_or("", |(_, path)| path);
    let parts: Vec<String> = path.split('/').map(str::to_owned).collect();
    if parts.len() == side.path.len() {
        parts
    } else {
        vec![MASK.to_owned(); side.path.len()]
    }
}

fn kinds_of_bodies(one: &Content, other: &Content) -> Vec<PartKind> {
    match (one, other) {
        (Content::Object(own, _), Content::Object(others, _)) if one.is_like(other) => {
            let mut places = fields::differences(own, others);
            // Fields that both share can only be left out.
            for leaf in one.fields() {
                let covers = |known: &Steps| known.starts_with(&leaf) || leaf.starts_with(known);
                if !places.iter().any(covers) {
                    places.push(leaf);
                }
            }
            places.into_iter().map(PartKind::Field).collect()
        }
        (Content::Form(own), Content::Form(others)) => {
            let names = own.iter().chain(others).map(|row| row.name.clone());
            let names = distinct(names, |a, b| a == b);
            names.into_iter().map(PartKind::FormField).collect()
        }
        (Content::Empty, Content::Empty) => Vec::new(),
        _ => vec![PartKind::Body],
    }
}

fn written(content: &Content) -> Body {
    match content {
        Content::Empty => Body::Empty,
        Content::Object(_, body) | Content::Whole(body) => body.clone(),
        Content::Form(rows) => Body::Form(rows.clone()),
    }
}

fn body_text(body: &Body) -> String {
    match body {
        Body::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Body::Text(text) => text.clone(),
        Body::File(path) => format!("the file {path}"),
        Body::Multipart(parts) => {
            let parts = parts.iter().filter(|part| !part.is_off);
            let parts = parts.map(|part| format!("{}={}", part.name, part.value));
            parts.collect::<Vec<_>>().join("&")
        }
        Body::Empty | Body::Form(_) => String::new(),
    }
}

fn rows_of<'r>(rows: &'r [Param], name: &'r str) -> impl Iterator<Item = &'r Param> {
    rows.iter()
        .filter(move |row| row.enabled && row.name.eq_ignore_ascii_case(name))
}

fn distinct(
    names: impl Iterator<Item = String>,
    is_same: impl Fn(&str, &str) -> bool,
) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in names {
        if !found.iter().any(|known| is_same(known, &name)) {
            found.push(name);
        }
    }
    found
}

fn is_token(kind: &PartKind, value: Option<&str>) -> bool {
    match kind {
        PartKind::Token => true,
        PartKind::Header(_) | PartKind::Param(_) => value
            .is_some_and(|value| pieces(value).any(|piece| matches!(piece, TextPiece::Token(_)))),
        _ => false,
    }
}

/// A value as it may be shown: secrets masked, tokens as names, cut to length.
fn presented(name: &str, value: &str, shown: &Mask) -> String {
    let mut plain = String::new();
    let mut has_token = false;
    for piece in pieces(value) {
        match piece {
            TextPiece::Plain(text) => plain.push_str(text),
            TextPiece::Brace => plain.push('{'),
            TextPiece::Name(name) => plain.push_str(name),
            TextPiece::Token(name) => {
                has_token = true;
                plain.push_str(&format!("‹token:{name}›"));
            }
        }
    }
    if !has_token && is_secret(name, &plain) {
        return MASK.to_owned();
    }
    let masked = shown.bytes(plain.into_bytes());
    let text = String::from_utf8_lossy(&masked).into_owned();
    cut(&text, SHOWN)
}
