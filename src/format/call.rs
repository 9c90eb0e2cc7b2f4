//! A call as another program's command or file describes it, before it becomes a request.

use super::collection::CollectionBuilder;
use super::extract::holds_secret;
use super::written::{Signs, as_browser, without_dots};
use crate::model::{Body, Param, Part, RequestSpec, TokenName, cut};

/// Its texts may hold `{{names}}`; readers translate the other program's own syntax.
#[derive(Clone, Default)]
pub struct Call {
    pub at: usize,
    pub name: String,
    pub method: String,
    pub url: String,
    pub params: Vec<Param>,
    pub headers: Vec<Param>,
    /// `user:password`
    pub user: Option<String>,
    pub body: Sent,
    /// How the other program encodes the query, where that is known.
    pub query_signs: Option<Signs>,
    /// How it encodes a form.
    pub form_signs: Option<Signs>,
    pub manner: Manner,
}

/// What the other program does to a URL before it sends the request.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Manner {
    /// It resolves `.` and `..` in the path.
    #[default]
    Plain,
    /// It reads the URL as a browser does.
    Browser,
    /// It sends the path as it is.
    PathAsIs,
}

/// The body of such a call.
#[derive(Clone, Default)]
pub enum Sent {
    #[default]
    Nothing,
    Text(String),
    Bytes(Vec<u8>),
    Form(Vec<Param>),
    Parts(Vec<Part>),
    File(String),
}

/// Fills in the own values of folders and requests; the innermost come last in `own` and win.
pub fn with_own(text: &str, own: &[(String, String)]) -> String {
    let mut text = text.to_owned();
    for (name, value) in own.iter().rev() {
        if !text.contains("{{") {
            break;
        }
        // A secret stays a name, which becomes a token.
        if holds_secret(name, value) {
            continue;
        }
        text = text.replace(&format!("{{{{{name}}}}}"), value);
    }
    text
}

impl Call {
    /// The value of the first header with this name that is switched on.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut rows = self.headers.iter();
        let row = rows.find(|row| row.enabled && row.name.eq_ignore_ascii_case(name))?;
        Some(&row.value)
    }

    /// Adds the call's own headers; they replace inherited ones of the same name.
    pub fn lay_over(&mut self, own: Vec<Param>) {
        for row in own {
            let same = |known: &Param| known.name.eq_ignore_ascii_case(&row.name);
            self.headers.retain(|known| !same(known) || !row.enabled);
            self.headers.push(row);
        }
    }

    /// Sets the `Content-Type`, unless there is one.
    pub fn typed(&mut self, media_type: &str) {
        if self.header("content-type").is_none() && !media_type.is_empty() {
            self.headers.push(Param::new("Content-Type", media_type));
        }
    }
}

impl CollectionBuilder<'_> {
    /// Turns a call into a request, with credentials as tokens. `false` where it was left out.
    pub fn call(&mut self, call: Call) -> bool {
        if !self.has_room(call.at) {
            return false;
        }
        let method = match call.method.trim() {
            "" => "GET".to_owned(),
            method => cut(&method.to_ascii_uppercase(), 40),
        };
        let mut spec = RequestSpec::new(method, "");
        // A fragment is never sent.
        let url = call.url.split('#').next().unwrap_or_default();
        if url.trim().is_empty() {
            self.notes
                .count(call.at, "requests without a URL were left out");
            return false;
        }
        let mut url = self.url(&mut spec, url, call.at);
        if call.manner != Manner::PathAsIs {
            url = without_dots(&url);
        }
        if call.manner == Manner::Browser {
            url = as_browser(&url);
        }
        (spec.url, spec.params) = self.lifter.taken_apart(&url);
        for row in call.params {
            let mut row = match call.query_signs {
                Some(signs) => signs.query(row),
                None => row,
            };
            row.set_value(self.lifter.named("parameter", &row.name, &row.value));
            spec.params.push(row);
        }
        let kind = call
            .headers
            .iter()
            .find(|row| row.enabled && row.name.eq_ignore_ascii_case("content-type"));
        let kind = kind.map_or(String::new(), |row| row.value.to_ascii_lowercase());
        let is_form = kind.starts_with("application/x-www-form-urlencoded");
        for row in call.headers {
            self.header(&mut spec, row);
        }
        if let Some(user) = &call.user {
            self.basic(&mut spec, user, "user and password");
        }
        spec.body = match call.body {
            Sent::Nothing => Body::Empty,
            Sent::Text(text) => self.lifter.text_body(text, is_form),
            Sent::Bytes(bytes) => Body::Bytes(bytes),
            Sent::File(path) => Body::File(path),
            Sent::Form(rows) => {
                let mut rows: Vec<Param> = match call.form_signs {
                    Some(signs) => rows.into_iter().map(|row| signs.form(row)).collect(),
                    None => rows,
                };
                for row in &mut rows {
                    row.set_value(self.lifter.named("form", &row.name, &row.value));
                }
                if rows.is_empty() {
                    Body::Empty
                } else {
                    Body::Form(rows)
                }
            }
            Sent::Parts(mut parts) => {
                for part in parts.iter_mut().filter(|part| !part.is_file) {
                    part.value = self.lifter.named("part", &part.name, &part.value);
                    part.value = self.lifter.body(&part.value);
                }
                // The old header would name the wrong boundary.
                spec.headers
                    .retain(|row| !row.name.eq_ignore_ascii_case("content-type"));
                Body::Multipart(parts)
            }
        };
        let name = match call.name.trim() {
            "" => title_of(&spec),
            name => name.to_owned(),
        };
        self.request(&name, spec);
        true
    }
}

impl CollectionBuilder<'_> {
    /// The token for a value; for an empty value, a token that the person still has to give.
    pub fn credential(&mut self, base: &str, value: &str, place: &str, at: usize) -> TokenName {
        if value.trim().is_empty() {
            self.notes.count(
                at,
                "requests need a token that is not in the file; give it by the name that stands there",
            );
            return self.lifter.missing(base, place);
        }
        self.lifter.lift(base, place, value.trim())
    }
}

/// A name for a request: its method and path.
pub fn title_of(spec: &RequestSpec) -> String {
    let url = spec.url.split(['?', '#']).next().unwrap_or_default();
    let path = url.split_once("://").map_or(url, |(_, rest)| {
        rest.find('/').map_or("/", |slash| &rest[slash..])
    });
    let path = if path.starts_with("{{") {
        path.find('/').map_or(path, |slash| &path[slash..])
    } else {
        path
    };
    cut(&format!("{} {path}", spec.method), 80)
}
